"""Imports into a workspace: what becomes of each row, again and after an interruption."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

import support
import syncline_schemas
from support import CADENCE, CRM, RULES, World, command, meddled
from support_imports import counts_of, import_file, sheet, stored
from support_people import ANN, BOB, OPS
from syncline import RetriableError, Workspace, WorkspaceError
from syncline.imports.sources import Request
from syncline.people.border import RefusedError
from syncline.people.rights import Role
from syncline.schedule.loop import Schedule

ANN_LEE = "Ann,Lee,Acme Inc.,ann@acme.com,020 7183 8750,"
FILE = (
    ANN_LEE,
    "Bob,Ray,Beta,bob@beta.com,,CTO",
    "Ann,Lee,Acme Inc.,ANN@acme.com,,CEO",
    "Jon,Doe,Gamma,jon@gamma.com,,",
    "John,Doe,Gamma,,,",
    "Eve,Ash,,eve@ash.com,,",
    ",,,,,",
)


def held(world: World) -> list[tuple[int, str]]:
    with world.workspace() as workspace:
        return [(one.line, one.prospect) for one in workspace.imports.held()]


# -- what becomes of a row


def test_a_preview_says_what_an_import_does_and_writes_nothing(local: World) -> None:
    """RS11: the same counts, the same reasons."""
    path = sheet(local, *FILE)
    preview = import_file(local, path, preview=True)
    assert (preview.number, preview.rows, stored(local)) == (0, 6, [])
    assert held(local) == []
    report = import_file(local, path)
    assert counts_of(report) == counts_of(preview)
    assert counts_of(report) == {"new": 3, "update": 1, "conflict": 1, "unusable": 1}
    assert stored(local, ("first_name", "job_title", "phone")) == [
        "Ann CEO +442071838750", "Bob CTO -", "Jon - -"
    ]  # fmt: skip
    assert [e.reason for e in report.examples[next(iter(report.examples))]]


@pytest.mark.parametrize(
    ("row", "outcome", "reason"),
    [
        ("Max,Orr,Delta,max@delta.com,,", "new", "nobody like it is known"),
        ("Ann,Lee,Acme Inc.,ann@acme.com,,", "duplicate", "is there already, by name and e-mail"),
        ("Ann,Lee,Acme Inc.,,,", "duplicate", "is there already, by name and company"),
        ("ann,lee,acme inc,,+44 20 7183 8750,", "duplicate", "is there already"),
        ("Ann,Lee,Acme Inc.,ann@acme.com,,CEO", "update", "fills job_title"),
        ("Ann,Lee,Beta,ann@acme.com,,", "conflict", "says otherwise: company_name: Beta, not"),
        ("Anne,Lee,Acme Inc.,anne@acme.com,,", "conflict", "prs_000001, by name and"),
        ("Max,Orr,Delta,ann@acme.com,,", "conflict", "is perhaps the same (prs_000001, by e-mail"),
        ("Ann,Lee,Acme Inc.,nobody,,", "unusable", 'Email: "nobody" is no e-mail address'),
        (",Lee,,x@y.com,,", "unusable", "without first name and company name"),
        ("Ann,Lee,Acme,a@b.com,,,extra", "unusable", "7 cells under 6 columns"),
    ],
)
def test_a_row_ends_with_a_reason(local: World, row: str, outcome: str, reason: str) -> None:
    """RS11: against the prospects that are there, by e-mail, phone, name and company."""
    import_file(local, sheet(local, ANN_LEE))
    report = import_file(local, sheet(local, row, name="q.csv"), preview=True)
    assert counts_of(report) == {outcome: 1}
    ((example,),) = (found for found in report.examples.values() if found)
    assert reason in example.reason
    assert example.line == 2


def test_two_who_are_as_like_are_asked_about(local: World) -> None:
    """RS11: nobody guesses which of two prospects a row is."""
    local.add(CADENCE, "prospect", first_name="Ann", last_name="Lee", company_name="Acme")
    local.add(CADENCE, "prospect", first_name="Ann", last_name="Lee", company_name="Acme")
    report = import_file(local, sheet(local, "Ann,Lee,Acme,ann@acme.com,,"))
    assert counts_of(report) == {"conflict": 1}
    assert len(stored(local)) == 2


def test_an_update_fills_blanks_alone(local: World) -> None:
    """RS11: what a prospect has stays, whatever a file says."""
    import_file(local, sheet(local, ANN_LEE))
    rows = ("Ann,Lee,Acme Inc.,ann@acme.com,,CEO", "Ann,Lee,Acme Inc.,ann@acme.com,,CFO")
    assert counts_of(import_file(local, sheet(local, *rows, name="q.csv"))) == {
        "update": 1, "conflict": 1
    }  # fmt: skip
    assert stored(local, ("job_title",)) == ["CEO"]


# -- again, and after an interruption


def test_the_same_file_twice_imports_nothing_new(local: World) -> None:
    """RS11: and asks no question twice."""
    path = sheet(local, *FILE)
    first = import_file(local, path)
    before, asked = stored(local), held(local)
    again = import_file(local, path)
    assert (again.before, again.known) == (first.number, 3)
    assert counts_of(again) == {"duplicate": 4, "conflict": 1, "unusable": 1}
    assert (stored(local), held(local)) == (before, asked)


@pytest.mark.parametrize(
    ("field", "rows"),
    [
        # Somebody else has the address: a person decides whose it is.
        ("email", ("Ann,Lee,Beta,a@x.com,,", "Anne,Ray,Acme,a@x.com,,", "Anne,Ray,Acme,,,")),
        # A person is asked already, though by now somebody is there who is more like the row.
        (
            "phone",
            ("Ann,Lee,Acme,,020 7183 8750,", "Ann,Ray,Acme,,020 7183 8750,", "Ann,Ray,Acme,,,"),
        ),
    ],
)
def test_what_a_person_is_asked_about_is_filled_in_for_nobody(
    local: World, field: str, rows: tuple[str, ...]
) -> None:
    """RS11: not by the next import of the same file either, which asks nothing new."""
    path = sheet(local, *rows)
    assert counts_of(import_file(local, path)) == {"new": 2, "conflict": 1}
    before, asked = stored(local, (field,)), held(local)
    assert counts_of(import_file(local, path)) == {"duplicate": 2, "conflict": 1}
    assert (stored(local, (field,)), held(local)) == (before, asked)


_ROW = st.tuples(
    st.sampled_from(["Ann", "Anne", "Bob", "Jon", "John"]),
    st.sampled_from(["Lee", "Ray", "Doe"]),
    st.sampled_from(["Acme", "Beta"]),
    st.sampled_from(["", "a@x.com", "b@x.com"]),
    st.sampled_from(["", "020 7183 8750"]),
    st.sampled_from(["", "CEO", "CTO"]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.lists(_ROW, max_size=8), st.integers(1, 4))
def test_an_import_that_is_cut_off_ends_as_one_that_is_not(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]], after: int
) -> None:
    """RS11: whichever write was lost, before or after its effect, the same command completes it."""
    lines = [",".join(row) for row in rows]
    ends: list[tuple[list[str], int]] = []
    for cut in (False, True):
        with support.local_world(tmp_path_factory.mktemp("cut")) as world:
            path = sheet(world, *lines)
            if cut:
                _cut_off(world, path, after)
            report = import_file(world, path)
            fields = ("first_name", "last_name", "company_name", "email", "phone", "job_title")
            ends.append((stored(world, fields), report.rows))
            again = import_file(world, path)
            assert not counts_of(again).keys() & {"new", "update"}
    assert ends[0] == ends[1]


def _cut_off(world: World, path: Path, after: int) -> None:
    """Import one row a batch, until a write takes effect and is not answered."""
    written = iter(range(100))

    def around(write: Callable[..., Any]) -> Callable[..., Any]:
        def dying(what: str, rows: Sequence[Any]) -> Any:
            done = write(what, rows)
            if next(written) + 1 == after:
                raise RetriableError("the line went dead")
            return done

        return dying

    registry = meddled(world, CADENCE, "write", around)
    with world.workspace(registry) as workspace:
        for system in workspace.systems.values():
            object.__setattr__(system.description.prices, "write_size", 1)
        try:
            workspace.imports.run(Request(file=path, country="GB"))
        except RetriableError:
            assert [one.finished for one in workspace.imports.list()] == [""]
        finally:
            for system in workspace.systems.values():
                object.__setattr__(system.description.prices, "write_size", 200)


def test_what_is_imported_goes_to_the_crm_with_the_next_cycle(local: World) -> None:
    """RS11: by the rules, and once."""
    import_file(local, sheet(local, ANN_LEE, "Bob,Ray,Beta,bob@beta.com,,"))
    report = local.settle()
    assert report.writes == 2
    assert local.one(CRM, "Lead", Email="ann@acme.com")["Company"] == "Acme Inc."
    assert counts_of(import_file(local, sheet(local, ANN_LEE))) == {"duplicate": 1}
    assert local.settle().writes == 0


# -- what is held


@pytest.mark.parametrize(
    ("take", "names"),
    [
        ("file", ["John Doe"]),
        ("cadence", ["Jon Doe"]),
        ("new", ["John Doe", "Jon Doe"]),
    ],
)
def test_a_person_decides_what_is_held(local: World, take: Any, names: list[str]) -> None:
    """RS11: once; the same row is not asked about again, and the audit says who decided."""
    path = sheet(local, "Jon,Doe,Gamma,jon@gamma.com,,", "John,Doe,Gamma,,,")
    import_file(local, path)
    with local.workspace() as workspace:
        (one,) = workspace.imports.held()
        assert workspace.imports.resolve(one.number, take=take) == [one]
        assert workspace.imports.held() == []
        with pytest.raises(WorkspaceError, match=f"no question {one.number} waits"):
            workspace.imports.resolve(one.number, take=take)
        line = workspace.people.audit(kind="import")[0]
    assert (line.about, line.new) == ("import 1, line 3", take)
    assert stored(local) == names
    again = counts_of(import_file(local, path))
    assert "new" not in again
    assert stored(local) == names


def test_all_that_an_import_holds_is_decided_at_once(local: World) -> None:
    """RS11: of the same import, and of no other."""
    import_file(local, sheet(local, ANN_LEE, "Anne,Lee,Acme Inc.,,,", "Ann,Lees,Acme Inc.,,,"))
    import_file(local, sheet(local, "Annie,Lee,Acme Inc.,annie@acme.com,,", name="q.csv"))
    waiting = held(local)
    with local.workspace() as workspace:
        first = workspace.imports.held()[0]
        found = workspace.imports.resolve(first.number, take="cadence", every=True)
    assert len(found) == 2
    assert held(local) == waiting[2:]


# -- lists of the CRM


def test_a_list_of_the_crm_becomes_prospects(local: World) -> None:
    """RS11: those that fit, by the rules' own map; the next cycle links them and writes nothing."""
    local.rules(RULES.replace("sync crm to cadence\n", 'sync crm to cadence where City = "Oslo"\n'))
    local.lead("Ann", City="Rome", Company="Acme")
    local.lead("Bob", City="Paris", Company="Beta")
    with local.workspace() as workspace:
        request = Request(crm="Lead", where='City = "Rome"')
        assert counts_of(workspace.imports.preview(request)) == {"new": 1}
        assert counts_of(workspace.imports.run(request)) == {"new": 1}
        assert counts_of(workspace.imports.run(request)) == {"duplicate": 1}
    assert stored(local, ("first_name", "city")) == ["Ann Rome"]
    local.settle()
    assert len(local.all(CRM, "Lead")) == 2


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (Request(crm="Contact"), "no map of the rules brings Contact to prospect"),
        (Request(crm="Lead", where="Citty = 1"), "field `Citty` is not known in Lead"),
        (Request(file=Path("gone.csv")), "gone.csv cannot be read"),
    ],
)
def test_what_cannot_be_imported_is_told(local: World, request_: Request, answer: str) -> None:
    """RS11: before anything is noted."""
    with local.workspace() as workspace:
        with pytest.raises(Exception, match=answer):
            workspace.imports.run(request_)
        assert workspace.imports.list() == []


# -- automatic imports


TABLE = """
[imports.fairs]
files = "inbox/*.csv"
every = 60
country = "GB"
columns = { "Firm" = "company_name" }
"""


def automatic(world: World, table: str = TABLE) -> None:
    """Write the table, and one file into the inbox."""
    with (world.folder / "syncline.toml").open("a", encoding="utf-8") as file:
        file.write(table)
    (world.folder / "inbox").mkdir(exist_ok=True)
    sheet(world, "Ann,Lee,Acme,ann@acme.com", header="First name,Last name,Firm,Email",
          name="inbox/a.csv")  # fmt: skip


def schedule(world: World, who: str | None = None) -> Schedule:
    def opened(text: Any) -> Workspace:
        return Workspace(
            world.folder,
            registry=world.registry,
            now=world.clock,
            environ={},
            who=who,
            rules=text,
        )

    return Schedule(opened, now=world.clock)


def listed(world: World) -> list[tuple[str, str, dict[str, Any]]]:
    with world.workspace() as workspace:
        found = [(one.name, one.who, dict(one.counts)) for one in workspace.imports.list()]
    return found[::-1]


def test_a_schedule_runs_an_automatic_import_when_it_is_due(local: World) -> None:
    """RS11: a file once as it is, before the cycle that takes it to the CRM."""
    automatic(local)
    loop = schedule(local, "ops")
    for minutes in (0, 15, 60):
        local.clock.forward(minutes=minutes)
        turn = loop.tick()
        assert turn is not None
        assert turn.error is None
    assert listed(local) == [("fairs", "ops", {"new": 1})]
    assert local.one(CRM, "Lead", Email="ann@acme.com")["LastName"] == "Lee"
    sheet(local, "Bob,Ray,Beta,bob@beta.com", header="First name,Last name,Firm,Email",
          name="inbox/b.csv")  # fmt: skip
    local.clock.forward(minutes=60)
    loop.tick()
    loop.close()
    assert [counts for _name, _who, counts in listed(local)] == [{"new": 1}, {"new": 1}]


def test_a_file_that_fails_stops_neither_the_others_nor_the_cycle(local: World) -> None:
    """RS11: it is noted with its reason, and tried again when it is due."""
    automatic(local)
    (local.folder / "inbox" / "0.csv").write_text('Email\n"open')
    loop = schedule(local, "ops")
    turn = loop.tick()
    loop.close()
    assert turn is not None
    assert turn.report is not None
    assert listed(local) == [("fairs", "ops", {"failed": 1}), ("fairs", "ops", {"new": 1})]
    with local.workspace() as workspace:
        told = [line.new for line in workspace.people.audit(about="0.csv")]
    assert told == ["failed: 0.csv, line 2: this is no CSV: unexpected end of data"]


def test_automatic_imports_belong_to_the_crm_admin(local: World) -> None:
    """RS11: an admin's schedule runs them in the CRM admin's name; by hand that one alone may."""
    automatic(local)
    with local.workspace() as workspace:
        workspace.people.add(OPS)
        workspace.run()
    with Workspace(local.folder, registry=local.registry, now=local.clock, who=OPS) as workspace:
        workspace.people.add(ANN, role=Role.ADMIN)
        workspace.people.add(BOB)
    for who in (ANN, BOB):
        with (
            Workspace(local.folder, registry=local.registry, now=local.clock, who=who) as workspace,
            pytest.raises(RefusedError, match="may not manage automatic imports"),
        ):
            workspace.imports.run_automatic("fairs")
    loop = schedule(local, ANN)
    loop.tick()
    loop.close()
    with Workspace(local.folder, registry=local.registry, now=local.clock, who=OPS) as workspace:
        (line,) = workspace.people.audit(kind="import")
        assert counts_of(workspace.imports.run_automatic("fairs")[0]) == {"duplicate": 1}
    assert (line.who, line.real, line.about, line.new) == (OPS, ANN, "a.csv", "1 new")


@pytest.mark.parametrize(
    ("table", "answer"),
    [
        ("[imports.x]\nfiles = 'a'\n", "every is missing"),
        ("[imports.x]\nevery = 60\n", "is not valid"),
        ("[imports.x]\nfiles = 'a'\ncrm = 'Lead'\nevery = 60\n", "is not valid"),
        ("[imports.x]\nfiles = 'a'\nwhere = 'b'\nevery = 60\n", "is not valid"),
        ("[imports.x]\nfiles = 'a'\nevery = 1\n", "is not valid"),
        ("[imports.x]\nfiles = 'a'\nevery = 60\nhow = 1\n", "how is not known"),
        ("[imports.x]\nfiles = '/in/*.csv'\nevery = 60\n", "is no pattern of files in the folder"),
        ("[imports.x]\nfiles = '../*.csv'\nevery = 60\n", "is no pattern of files in the folder"),
        ("[imports.x]\nfiles = 'a**/*.csv'\nevery = 60\n", "such as 'inbox/\\*.csv'"),
        ("[imports.x]\nfiles = './'\nevery = 60\n", "is no pattern of files in the folder"),
    ],
)
def test_a_slip_in_a_table_is_told(local: World, table: str, answer: str) -> None:
    """RS11: when the workspace is opened."""
    automatic(local, table)
    with pytest.raises(WorkspaceError, match=answer):
        Workspace(local.folder)


# -- the command line


def test_a_file_is_imported_by_commands(local: World) -> None:
    """RS11: preview, import, the list, what is held, and the decision, in words and as JSON."""
    sheet(local, *FILE)
    done = command("import", "p.csv", "--preview", "--country", "GB", folder=local.folder)
    assert done.returncode == 0
    assert "Preview: nothing is written. p.csv (utf-8, separator ,): 6 rows" in done.stdout
    assert "line 7: Eve Ash: without company name" in done.stdout
    assert stored(local) == []
    done = command("import", "p.csv", "--country", "GB", "--json", folder=local.folder)
    report = json.loads(done.stdout)
    assert syncline_schemas.check("import", report) == []
    assert report["counts"]["new"] == 3
    waits = json.loads(command("imports", "held", "--json", folder=local.folder).stdout)
    assert syncline_schemas.check("imports", waits) == []
    number = str(waits["held"][0]["number"])
    done = command("imports", "resolve", number, "--take", "new", folder=local.folder)
    assert done.stdout == "Decided 1: another prospect is made.\n"
    listed_ = json.loads(command("imports", "list", "--json", folder=local.folder).stdout)
    assert syncline_schemas.check("imports", listed_) == []
    assert stored(local) == ["Ann Lee", "Bob Ray", "John Doe", "Jon Doe"]


@pytest.mark.parametrize(
    ("words", "code", "answer"),
    [
        (("import",), 64, "say either which FILE, or `--crm OBJECT`"),
        (("import", "p.csv", "--crm", "Lead"), 64, "say either which FILE"),
        (("import", "p.csv", "--where", "x"), 64, "--where goes with --crm"),
        (("import", "--crm", "Lead", "--map", "a=b"), 64, "--map goes with a FILE"),
        (("import", "p.csv", "--map", "Email"), 64, 'write --map "Column=field"'),
        (("import", "gone.csv"), 3, "gone.csv cannot be read"),
        (("import", "p.csv", "--country", "Atlantis"), 3, "there is no country Atlantis"),
        (("import", "--crm", "Lead", "--country", "Atlantis"), 3, "there is no country Atlantis"),
        (("import", "p.csv", "--map", "Emial=email"), 3, "did you mean Email?"),
        (("imports", "resolve", "9", "--take", "new"), 3, "no question 9 waits"),
        (("imports", "run", "fairs"), 3, "no automatic import is called fairs"),
    ],
    ids=lambda part: part if isinstance(part, str) else None,
)
def test_a_slip_has_its_answer(
    local: World, words: tuple[str, ...], code: int, answer: str
) -> None:
    """RS11: what is wrong, and what to write."""
    sheet(local, ANN_LEE)
    done = command(*words, folder=local.folder)
    assert done.returncode == code
    assert answer in " ".join(done.stderr.split())
    assert stored(local) == []
