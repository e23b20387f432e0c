"""Old rules against new rules over records: what differs, how often, and where it comes from."""

from __future__ import annotations

import json
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import support
import syncline_schemas
from support import RULES, command
from support_language import LOCAL, NOON
from syncline import Side, SynclineError, Value, WorkspaceError
from syncline.difference.changes import RecordChange
from syncline.difference.compare import Comparison
from syncline.difference.subject import Subject
from syncline.difference.subjects import Subjects
from syncline.difference.tally import Tally
from syncline.difference.texts import text_changes
from syncline.records import Fitting, read_records, read_text
from syncline.rules.ruleset import load_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent / "diff"
HEAD = "connect crm to local\nconnect cadence to local\nsync crm to cadence\nsync cadence to crm\n"
LEAD = LOCAL.descriptions[Side.CRM].get("Lead")
assert LEAD is not None
Record = dict[str, Value]


def rules(rows: str = "", more: str = "", head: str = HEAD) -> str:
    """Return a rule file: a map of leads with *rows*, and *more*."""
    base = "match Email = email\n LastName <-> last_name\n FirstName <-> first_name\n"
    base += ' Company <-> company_name default "Unknown"\n Email <-> email\n'
    return f"{head}map Lead <-> prospect {{\n {base} {rows}\n}}\n{more}\n"


def compared(old: str, new: str, record: Record, before: Record | None = None) -> RecordChange:
    """Return what differs between two texts for one lead."""
    assert LEAD is not None
    first, second = load_rules(old, LOCAL), load_rules(new, LOCAL)
    assert [d.message for d in (*first.errors, *second.errors)] == []
    subject = Subject(side=Side.CRM, type=LEAD, values=record, before=before, at="here:1")
    return Comparison(first, second, NOON)(subject)


# -- one record ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "record", "expected"),
    [
        ("", "", {"Title": "CEO"}, []),
        ("Title -> job_title", "Title -> job_title  # now", {"Title": "CEO"}, []),
        ("Title -> job_title", "", {"Title": "CEO"}, [("job_title", "CEO", None)]),
        ("Title -> job_title", "", {"Title": " "}, []),
        ("", "Title -> job_title", {"Title": "CEO"}, [("job_title", None, "CEO")]),
        (
            "Title -> job_title",
            "Title -> job_title using lower()",
            {"Title": "CEO"},
            [("job_title", "CEO", "ceo")],
        ),
        ("Title -> job_title", "Title -> job_title using lower()", {"Title": "ceo"}, []),
        (
            "Title -> job_title",
            "Title <- job_title",
            {"Title": "CEO"},
            [("job_title", "CEO", "CEO")],
        ),
        (
            "Title -> job_title",
            "Title -> city",
            {"Title": "x"},
            [("job_title", "x", None), ("city", None, "x")],
        ),
        (
            'Rating -> priority as { "Hot" = 3 }',
            'Rating -> priority as { "Hot" = 4 }',
            {"Rating": "Hot"},
            [("priority", 3, 4)],
        ),
        (
            'Rating -> priority as { "Hot" = 3 }',
            'Rating -> priority as { "Hot" = 3, "Warm" = 2 }',
            {"Rating": "Warm"},
            [("priority", None, 2)],
        ),
    ],
)
def test_values_that_differ(
    old: str, new: str, record: Record, expected: list[tuple[str, Value, Value]]
) -> None:
    """B7: each field across that gets another value, with the row of either file."""
    found = compared(rules(old), rules(new), record)

    assert [
        (c.field, c.old.value if c.old else None, c.new.value if c.new else None)
        for c in found.fields
    ] == expected
    for change in found.fields:
        for given, written in ((change.old, old), (change.new, new)):
            assert given is None or given.text == written.partition("#")[0].strip()
    assert found.differs is bool(expected)


def workflow(criterion: str, action: str = "exit cadence", name: str = "w") -> str:
    """Return a workflow on leads."""
    return f'workflow "{name}" on Lead {{ when {criterion} then {action} }}'


@pytest.mark.parametrize(
    ("old", "new", "kinds", "rows"),
    [
        (workflow("AnnualRevenue > 5"), workflow("AnnualRevenue > 9"), ["no longer"], ["> 9"]),
        (workflow("AnnualRevenue > 9"), workflow("AnnualRevenue > 5"), ["newly"], ["> 5"]),
        (workflow("AnnualRevenue > 5"), workflow("AnnualRevenue > 6"), [], []),
        ("", workflow("AnnualRevenue > 5"), ["newly"], ["> 5"]),
        (workflow("AnnualRevenue > 5"), "", ["no longer"], []),
        (
            workflow("AnnualRevenue > 5"),
            workflow("AnnualRevenue > 5", "move to next touch"),
            ["otherwise"],
            ["> 5"],
        ),
        (
            workflow("AnnualRevenue > 5"),
            workflow("AnnualRevenue > 5", name="v"),
            ["no longer", "newly"],
            ["> 5"],
        ),
        (workflow("LastName changed"), workflow("LastName is blank"), [], []),
    ],
)
def test_workflows_that_differ(old: str, new: str, kinds: list[str], rows: list[str]) -> None:
    """B7: a workflow that fires under one file alone, with the rows that decide."""
    found = compared(rules(more=old), rules(more=new), {"LastName": "A", "AnnualRevenue": 7})

    assert [change.kind for change in found.workflows] == kinds
    told = [row.text for c in found.workflows if c.new is not None for row in c.new.rows]
    assert [text.removeprefix("AnnualRevenue ") for text in told] == rows


GATED = HEAD.replace("to cadence\nsync", "to cadence where Email is blank\nsync")


@pytest.mark.parametrize(
    ("old", "new", "through"),
    [
        (
            HEAD,
            HEAD.replace("to cadence\nsync cad", "to cadence where Email is blank\nsync cad"),
            [False],
        ),
        (
            HEAD.replace("to cadence\nsync cad", "to cadence where Email is blank\nsync cad"),
            HEAD,
            [True],
        ),
        (HEAD, HEAD.replace("sync crm to cadence\n", ""), [False]),
        (HEAD, HEAD.replace("sync cadence to crm\n", ""), []),
    ],
)
def test_records_that_go_over(old: str, new: str, through: list[bool]) -> None:
    """K8, B7: a record that one file lets through and the other does not; then no value is told."""
    found = compared(
        rules(head=old), rules("Title -> job_title", head=new), {"Email": "a@b.example"}
    )

    assert [gate.new.truth for gate in found.gates] == through
    assert found.fields == ()


def test_the_record_firstis_used() -> None:
    """B7: what the ledger saw before is what `changed` compares with."""
    texts = rules(), rules(more=workflow("LastName changed"))

    assert not compared(*texts, {"LastName": "B"}).differs
    assert not compared(*texts, {"LastName": "B"}, {"LastName": "B"}).differs
    assert compared(*texts, {"LastName": "B"}, {"LastName": "A"}).differs


# -- the texts -------------------------------------------------------------------------------------


def test_rules_that_differ_in_the_text() -> None:
    """B7: each rule that is new, gone or changed is told; comments, order and spacing are not."""
    old = rules("Title -> job_title", workflow("AnnualRevenue > 5") + '\nadmin "a@b.example"')
    new = rules(
        "City -> city # new", 'admin   "c@d.example"\n' + workflow("AnnualRevenue > 6", name="v")
    )

    found = text_changes(load_rules(old, LOCAL), load_rules(new, LOCAL))

    assert [(c.kind, c.key.kind, c.key.name) for c in found] == [
        ("removed", "row", "Title>job_title"),
        ("removed", "workflow", "w"),
        ("changed", "admin", ""),
        ("added", "row", "City>city"),
        ("added", "workflow", "v"),
    ]
    again = load_rules(old.replace("\n", "\n\n# more\n"), LOCAL)
    assert text_changes(load_rules(old, LOCAL), again) == ()


# -- records ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '[{"LastName": "A", "AnnualRevenue": 5},\n {"LastName": "B"}]'),
        ("a.jsonl", '{"LastName": "A", "AnnualRevenue": 5}\n\n{"LastName": "B"}\n'),
        ("a.json", '\ufeff{"Last Name": "A", "annual revenue": 5} {"LastName": "B"}'),
        ("a.csv", "LastName,AnnualRevenue,Odd\nA,5,x\nB,,\n"),
        ("a.csv", "\ufeffLast name;AnnualRevenue\r\nA;5\r\n\r\nB\r\n"),
        ("a.tsv", 'LastName\tAnnualRevenue\n"A"\t5\nB\t\n'),
    ],
)
def test_records_of_every_kind_of_file(tmp_path: Path, name: str, text: str) -> None:
    """B7: records come from JSON, JSON Lines or CSV, by API name or label, in their order."""
    assert LEAD is not None
    (tmp_path / name).write_bytes(text.encode())
    fitting = Fitting(LEAD, strict=False)

    found = [fitting(given) for given in read_records(tmp_path / name)]

    assert [{k: v for k, v in one.items() if v is not None} for one in found] == [
        {"LastName": "A", "AnnualRevenue": 5},
        {"LastName": "B"},
    ]
    assert set(fitting.unknown) <= {"Odd"}


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.json", '[{"a": 1},', "a.json: the list of records has no end"),
        ("a.json", '{"a": 1}\n{"a" 2}', "a.json, line 2: no record can be read here"),
        ("a.json", '{"a": NaN}', "NaN is no number"),
        ("a.json", '{"a": 1', "line 1: no record"),
        ("a.json", "[1, 2]", "a.json:1: a record is wanted, and here is 1"),
        ("a.json", '{"a": {"b": 1}}', "a.json:1: a holds neither a text"),
        ("a.json", "[" * 100_000, "too many brackets"),
        ("a.json", '{"a": ' + "9" * 5000 + "}", "no record can be read here"),
        ("a.csv", "a,a\n1,2\n", "two columns are called a"),
        ("a.csv", "a,b\n1,2,3\n", "line 2: 3 cells under 2 columns"),
        ("a.csv", 'a,b\n"1,2\n', "this is no CSV"),
        ("a.csv", b"a\n\xff\n", "is not UTF-8"),
        ("b.json", None, "b.json cannot be read"),
    ],
)
def test_what_is_no_record_is_told(
    tmp_path: Path, name: str, text: str | bytes | None, told: str
) -> None:
    """B7: a file that holds no records says where and why, in one sentence."""
    if text is not None:
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())

    with pytest.raises(WorkspaceError) as found:
        list(read_records(tmp_path / name))
    assert told in found.value.message
    assert found.value.hint


def test_one_record_is_one_record() -> None:
    """B5: a text holds one record, no more and no less."""
    assert read_text(' {"a": ["x", "y"]} ', "it").values == {"a": ("x", "y")}
    for text in ("", "{} {}"):
        with pytest.raises(WorkspaceError):
            read_text(text, "it")


@pytest.mark.parametrize(
    ("name", "row"), [("a.jsonl", '{{"LastName": "{}"}}\n'), ("a.csv", "{}\n")]
)
def test_memory_is_flat(tmp_path: Path, name: str, row: str) -> None:
    """B7: ten times the records take no more memory."""
    peaks: list[int] = []
    for count in (3_000, 30_000):
        with (tmp_path / name).open("w", encoding="utf-8") as file:
            file.write("" if name.endswith("l") else "LastName\n")
            file.writelines(row.format(f"{'x' * 200}{number}") for number in range(count))
        tracemalloc.start()
        assert sum(1 for _given in read_records(tmp_path / name)) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 6 << 20


def test_a_record_that_no_rule_can_read_is_counted() -> None:
    """B8: a record that stops a rule is told and counted, and the others go on."""
    assert LEAD is not None
    good = Subject(side=Side.CRM, type=LEAD, values={}, before=None, at="a:1")
    subjects = [good, Subject(side=Side.CRM, type=LEAD, values=_Broken(), before=None, at="a:2")]
    one = load_rules(rules(), LOCAL)
    tally = Tally()

    tally.walk(Comparison(one, one, NOON), subjects)

    assert (tally.records, tally.changed, tally.failed) == (2, 0, 1)
    assert tally.faults[0].at == "a:2"


class _Broken(dict[str, Value]):
    def get(self, *_args: Any) -> Any:
        raise ValueError("no value")


def test_the_object_has_to_be_known(tmp_path: Path) -> None:
    """B7: a record says of which object it is, or the command does."""
    (tmp_path / "a.json").write_text('{"LastName": "A"}', "utf-8")

    def subjects(object_name: str | None) -> Iterator[Subject]:
        return iter(Subjects(LOCAL, tmp_path / "a.json", tmp_path, object_name))

    assert next(subjects("Lead")).side is Side.CRM
    assert next(subjects("prospect")).side is Side.CADENCE
    for name in (None, "Leed"):
        with pytest.raises(SynclineError):
            next(subjects(name))


# -- the command -----------------------------------------------------------------------------------

OLD = rules(
    'Title -> job_title\n Rating -> priority as { "Hot" = 3, "Cold" = 1 }',
    workflow("AnnualRevenue < 500", name="Small ones leave")
    + '\nallow email on Mon to Fri from 08:00 to 18:00\nadmin "a@b.example"',
)
NEW = rules(
    'Title -> job_title using upper()\n Rating -> priority as { "Hot" = 4, "Cold" = 1 }\n'
    " City -> city",
    workflow("AnnualRevenue < 300", name="Small ones leave")
    + '\nallow email on Mon to Thu from 08:00 to 18:00\nadmin "a@b.example"',
    HEAD.replace("to cadence\n", "to cadence where Email is not blank\n", 1),
)
LEADS = """\
Id,LastName,Email,Title,AnnualRevenue,Rating,Favourite colour
00Q1,Doe,jo@acme.example,CEO,400,Hot,red
00Q2,Roe,,cto,200,Cold,
00Q3,Poe,al@acme.example,cfo,,,blue
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with two rule files and three leads."""
    for name, text in (("old.rules", OLD), ("new.rules", NEW), ("leads.csv", LEADS)):
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def ask(folder: Path, *words: str) -> Any:
    """Call the command in *folder*."""
    return command("diff", *words, folder=folder)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("leads", ["old.rules", "new.rules", "--data", "leads.csv", "--object", "Lead"]),
        ("same", ["old.rules", "old.rules", "--data", "leads.csv", "--object", "Lead"]),
        ("no-object", ["old.rules", "new.rules", "--data", "leads.csv"]),
        ("no-data", ["old.rules", "new.rules"]),
    ],
)
def test_what_is_told(folder: Path, name: str, words: list[str], update: bool) -> None:
    """B7: what a person reads, counts first, in words that were read and agreed on."""
    done = ask(folder, *words)
    told = f"{done.stdout}{done.stderr}exit code {done.returncode}\n"

    golden = HERE / f"{name}.txt"
    if update:
        HERE.mkdir(exist_ok=True)
        golden.write_text(told, "utf-8")
    assert golden.read_text("utf-8") == told


def test_the_document(folder: Path) -> None:
    """B7: the same as JSON, by its schema; `--all` tells every record."""
    rows = "".join(f"00Q{n},A{n},a{n}@x.example,CEO {n}x,,,\n" for n in range(9))
    (folder / "leads.csv").write_text(LEADS + rows, "utf-8")
    words = ["old.rules", "new.rules", "--data", "leads.csv", "--object", "Lead", "--json"]

    for more, count in (([], 5), (["--all"], 12)):
        found = json.loads(ask(folder, *words, *more).stdout)
        assert syncline_schemas.check("diff", found) == []
        assert (found["records"], found["changed"], len(found["examples"])) == (12, 12, count)
    assert sum(one["records"] for one in found["workflows"]) == 1
    assert {t["rule"]["kind"] for t in found["texts"] if not t["shown"]} == {"row", "allow"}


def test_rules_with_errors_are_refused(folder: Path) -> None:
    """B2: a file that may not run is not compared."""
    (folder / "new.rules").write_text(NEW.replace("Title", "Titel"), "utf-8")

    done = ask(folder, "old.rules", "new.rules", "--data", "leads.csv", "--object", "Lead")
    assert done.returncode == 1
    assert "Titel" in done.stderr


def test_the_records_that_a_workspace_last_saw(tmp_path: Path) -> None:
    """B7: in a workspace the records are those of its ledger, each once, and nothing is read."""
    with support.local_world(tmp_path / "w", RULES, support.Clock(datetime.now(UTC))) as world:
        for name in ("John", "Jane"):
            world.lead(name)
        world.prospect("Max")
        assert world.run().exit_code == 0
    text = (world.folder / "main.rules").read_text("utf-8")
    (tmp_path / "new.rules").write_text(
        text.replace("FirstName <-> first_name", "FirstName <-> first_name  using upper()"), "utf-8"
    )
    words = [str(world.folder / "main.rules"), str(tmp_path / "new.rules"), "--json", "--all"]

    found = json.loads(command("diff", "-w", str(world.folder), *words).stdout)

    assert syncline_schemas.check("diff", found) == []
    assert found["records"] == 6
    assert {one["field"] for one in found["fields"]} == {"first_name", "FirstName"}
    assert len({(one["object"], one["name"]) for one in found["examples"]}) == 6
