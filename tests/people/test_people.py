"""People in a workspace: through the API, through the command line, and in their document."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import syncline_schemas
from support import CRM, World, command
from support_people import ANN, BOB, LOGGED_IN, MIA, OPS, As
from syncline import Workspace, WorkspaceError
from syncline.history import read_history
from syncline.people.border import RefusedError
from syncline.people.people import People
from syncline.people.rights import Role
from syncline.schedule.loop import Schedule


def changes(world: World, **which: Any) -> list[tuple[str, str, str, str, str]]:
    with world.workspace() as workspace:
        found = workspace.people.audit(**which)
    return [(line.who, line.kind, line.about, line.old, line.new) for line in found]


# -- who may, at the border of the API


DONE: dict[str, Callable[[Workspace], object]] = {
    "admission.states": lambda w: w.admission.states(),
    "audit": lambda w: w.people.audit(),
    "budget": lambda w: w.budget(),
    "holds": lambda w: w.holds(),
    "link": lambda w: w.link("a", "b"),
    "people.add": lambda w: w.people.add("new@acme.example"),
    "people.list": lambda w: w.people.list(),
    "people.role": lambda w: w.people.give_role(BOB, Role.ADMIN),
    "people.super-admin": lambda w: w.people.choose_super_admin(BOB),
    "plan": lambda w: w.plan(),
    "plan_undo": lambda w: w.plan_undo(1),
    "pause": lambda w: w.pause(),
    "refused": lambda w: w.refused(),
    "resolve": lambda w: w.resolve("a", take=CRM),
    "resume": lambda w: w.resume(),
    "retry": lambda w: w.retry(),
    "run": lambda w: w.run(),
    "undo": lambda w: w.undo(1),
    "wake": lambda w: w.wake(),
    "why": lambda w: w.why("ann@example.com"),
}
#: What a manager may of these (K13).
LOG = {"budget", "refused"}


@pytest.mark.parametrize("operation", DONE)
@pytest.mark.parametrize("who", [MIA, BOB, "eve"])
def test_the_api_refuses_whom_a_command_would(
    staffed: World, as_: As, who: str, operation: str
) -> None:
    """K12, K13: a host that names its user gets no further than the command line does."""
    with as_(who) as workspace:
        if who == MIA and operation in LOG:
            DONE[operation](workspace)
            return
        with pytest.raises(RefusedError) as caught:
            DONE[operation](workspace)
    assert caught.value.exit_code == 3
    assert caught.value.message.startswith(f"{who} is ")
    assert OPS in caught.value.hint
    assert changes(staffed, who=who) == []


def test_an_admin_does_what_a_manager_does_not(staffed: World, as_: As) -> None:
    """K12: pausing, running, deciding; choosing the super-admin is not among it."""
    with as_(ANN) as workspace:
        workspace.pause("lunch")
        workspace.resume()
        assert workspace.run().state == "done"
        with pytest.raises(RefusedError, match="may not choose the super-admin"):
            workspace.people.choose_super_admin(ANN)
    assert changes(staffed, who=ANN) == [
        (ANN, "resume", "cycles", "", ""),
        (ANN, "pause", "cycles", "", "lunch"),
    ]


def test_a_manager_sees_nothing_of_the_settings_in_a_status(staffed: World, as_: As) -> None:
    """K13: whether it runs, yes; what an edit of the rules says, no."""
    rules = staffed.folder / "main.rules"
    rules.write_text(rules.read_text().replace("    City ", "    Title <-> job_title\n    City "))
    for who, told in ((ANN, True), (MIA, False), (BOB, False)):
        with as_(who) as workspace:
            found = workspace.status()
        assert (found.edit is not None) == told
        assert found.last is not None


def test_field_mapping_is_the_crm_admin_s(staffed: World, as_: As) -> None:
    """RS11: an admin runs the sync, and the CRM admin alone puts other rules to work."""
    rules = staffed.folder / "main.rules"
    before = rules.read_text()
    rules.write_text(before.replace("    City ", "    Title <-> job_title\n    City "))
    with as_(ANN) as workspace:
        for attempt in (workspace.run, workspace.resume):
            with pytest.raises(RefusedError, match="may not change the field mapping"):
                attempt()
    with as_(OPS) as workspace:
        workspace.resume()
    with as_(ANN) as workspace:
        assert workspace.run().state == "done"
    assert changes(staffed, kind="rules")[0] == (
        OPS, "rules", "main.rules", "version 1", "version 2"
    )  # fmt: skip


def test_who_edits_the_rules_makes_nobody_an_admin(staffed: World, as_: As) -> None:
    """K14: the CRM admin is the one whom the rules at work name, not the file."""
    rules = staffed.folder / "main.rules"
    rules.write_text(rules.read_text().replace(OPS, BOB))
    with as_(BOB) as workspace, pytest.raises(RefusedError):
        workspace.resume()
    with as_(OPS) as workspace:
        workspace.resume()
    with as_(BOB) as workspace:
        roster = workspace.people.list()
    assert roster is not None
    assert roster.crm_admin == BOB


def test_a_schedule_of_an_admin_keeps_an_edit_back(staffed: World, as_: As) -> None:
    """RS11: the version at work goes on until the CRM admin resumes with the new one."""
    rules = staffed.folder / "main.rules"
    rules.write_text(rules.read_text().replace("    City ", "    Title <-> job_title\n    City "))
    schedule = Schedule(
        lambda text: Workspace(
            staffed.folder,
            registry=staffed.registry,
            now=staffed.clock,
            environ={},
            who=ANN,
            rules=text,
        ),
        now=staffed.clock,
    )
    turn = schedule.tick()
    schedule.close()
    assert turn is not None
    assert turn.report is not None
    assert turn.report.state == "done"
    assert isinstance(turn.kept_back, RefusedError)


def test_where_nobody_is_set_up_everybody_may_everything(local: World, as_: As) -> None:
    """A workspace of one person asks nobody who it is."""
    with as_("whoever") as workspace:
        workspace.pause()
        workspace.resume()
        assert workspace.people.list() is None
    assert {line[0] for line in changes(local, kind="pause")} == {"whoever"}


# -- setting people up


def test_the_first_is_whom_the_rules_name(local: World, as_: As) -> None:
    """K14: `admin "…"` says who is the super-admin, and nobody else begins."""
    with as_("root") as workspace:
        with pytest.raises(WorkspaceError, match=f"the rules name {OPS} as the CRM admin"):
            workspace.people.add(ANN)
        with pytest.raises(WorkspaceError, match="is to be member"):
            workspace.people.add(OPS, role=Role.MEMBER)
        first = workspace.people.add(" OPS@acme.example ")
    assert first.role is Role.SUPER_ADMIN
    assert first.email == OPS
    assert first.users == ("root",)
    assert changes(local, kind="person") == [("root", "person", OPS, "", "super-admin")]


def test_another_super_admin_is_chosen(staffed: World, as_: As) -> None:
    """K14: there is one; whoever was stays an admin, and gives the right away with it."""
    with as_(OPS) as workspace:
        workspace.people.choose_super_admin(ANN)
        with pytest.raises(RefusedError):
            workspace.people.choose_super_admin(BOB)
    with as_(ANN) as workspace:
        roster = workspace.people.list()
        workspace.people.remove(MIA)
    assert roster is not None
    assert {p.email: p.role for p in roster.persons} == {
        OPS: Role.ADMIN, ANN: Role.SUPER_ADMIN, MIA: Role.MANAGER, BOB: Role.MEMBER
    }  # fmt: skip
    with as_(ANN) as workspace:
        told = [(c.who, c.kind, c.about) for c in workspace.people.audit(limit=2)]
    assert told == [(ANN, "person", MIA), (OPS, "super-admin", ANN)]


SLIPS: list[tuple[Callable[[People], object], str]] = [
    (lambda p: p.add("nobody"), "is no e-mail address"),
    (lambda p: p.add(ANN), "is ann@acme.example already"),
    (lambda p: p.add("x@acme.example", users=[LOGGED_IN]), f"is {OPS} already"),
    (lambda p: p.add("x@acme.example", role=Role.SUPER_ADMIN), "there is one super-admin"),
    (lambda p: p.give_role(OPS, Role.MEMBER), "there is always one"),
    (lambda p: p.give_role(ANN, Role.SUPER_ADMIN), "there is one super-admin"),
    (lambda p: p.give_role("x", Role.MEMBER), "x is nobody here"),
    (lambda p: p.remove(OPS), "there is always one"),
    (lambda p: p.remove("x"), "x is nobody here"),
    (lambda p: p.choose_super_admin("x"), "x is nobody here"),
]


@pytest.mark.parametrize(("ask", "answer"), SLIPS)
def test_what_will_not_do_changes_nothing(
    staffed: World, as_: As, ask: Callable[[People], object], answer: str
) -> None:
    """K12: each slip has its answer, and the document stays as it was."""
    before = (staffed.folder / "people.json").read_bytes()
    with as_(OPS) as workspace, pytest.raises(WorkspaceError, match=answer) as caught:
        ask(workspace.people)
    assert caught.value.hint
    assert (staffed.folder / "people.json").read_bytes() == before


DAMAGE: list[tuple[Callable[[Any], object], str]] = [
    (lambda d: d["_meta"]["1"].update(version=2), "belongs to a newer version"),
    (lambda d: d["person"]["1"].update(role="king"), "is not valid"),
    (lambda d: d.update(person={}), "is not valid"),
    (lambda d: d.pop("_meta"), "is not valid"),
]


@pytest.mark.parametrize(("damage", "answer"), DAMAGE)
def test_a_document_that_cannot_be_used_lets_nobody_in(
    staffed: World, as_: As, damage: Callable[[Any], object], answer: str
) -> None:
    """Damage is no way to more rights."""
    path = staffed.folder / "people.json"
    document = json.loads(path.read_text())
    damage(document)
    path.write_text(json.dumps(document))
    for who in (OPS, BOB):
        with as_(who) as workspace, pytest.raises(WorkspaceError, match=answer):
            workspace.pause()


def test_the_document_holds_to_its_schema(staffed: World) -> None:
    """What is written is what is read."""
    document = json.loads((staffed.folder / "people.json").read_text())
    assert syncline_schemas.check("people", document) == []


# -- acting for another


def opened(world: World, **environ: str) -> Workspace:
    return Workspace(world.folder, registry=world.registry, now=world.clock, environ=environ)


def test_the_super_admin_acts_for_another_and_both_are_noted(staffed: World) -> None:
    """K12: SYNCLINE_USER takes the other's rights, and the audit has both names."""
    with opened(staffed, SYNCLINE_USER=ANN) as workspace:
        workspace.pause()
    with opened(staffed, SYNCLINE_USER=BOB) as workspace, pytest.raises(RefusedError):
        workspace.resume()
    with opened(staffed) as workspace:
        line = workspace.people.audit(kind="pause")[0]
        assert workspace.people.audit(who=OPS, kind="pause") == [line]
    assert (line.who, line.real) == (ANN, OPS)
    with (
        opened(staffed, SYNCLINE_USER="x") as workspace,
        pytest.raises(WorkspaceError, match="x is nobody here"),
    ):
        workspace.pause()


def test_nobody_else_acts_for_another(staffed: World, as_: As) -> None:
    """K12: neither an admin nor a user whom nobody knows becomes the super-admin by saying so."""
    with as_(OPS) as workspace:
        workspace.people.choose_super_admin(ANN)
    with (
        opened(staffed, SYNCLINE_USER=ANN) as workspace,
        pytest.raises(RefusedError, match="may not act for another person"),
    ):
        workspace.pause()
    with opened(staffed, SYNCLINE_USER=OPS) as workspace:
        workspace.pause()  # oneself is nobody else


# -- the command line


def run(world: World, *words: str, who: str = "") -> Any:
    return command(*words, folder=world.folder, **({"SYNCLINE_USER": who} if who else {}))


@pytest.mark.parametrize(
    "words",
    [
        ("pause",), ("run",), ("resume",), ("plan",), ("versions",), ("connections",), ("check",),
        ("docs",), ("wake",), ("backup", "x.zip"), ("prune",), ("doctor",), ("audit",),
        ("people", "add", "x@acme.example"), ("people", "list"), ("replay",), ("undo", "1"),
        ("disconnect", "salesforce"), ("settings", "set", "language", "fr"), ("settings", "export"),
        ("diff", "main.rules", "main.rules"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_member_who_tries_an_admin_s_command_is_told(
    staffed: World, words: tuple[str, ...]
) -> None:
    """K12: exit code 3, which right is missing, and who can give it."""
    done = run(staffed, "--as", BOB, *words)
    assert done.returncode == 3
    assert done.stdout == ""
    assert f"Error: {BOB} is a member and may not " in done.stderr
    assert "can change that: `syncline people role bob@acme.example admin`." in done.stderr


def test_a_manager_reads_the_log_and_no_settings(staffed: World) -> None:
    """K13: what changed, when, and why not; the rules are closed."""
    done = run(staffed, "log", who=MIA)
    assert done.returncode == 0
    assert "create" in done.stdout
    assert run(staffed, "report", "--since", "90d", who=MIA).returncode == 0
    refused = run(staffed, "versions", "--json", who=MIA)
    assert refused.returncode == 3
    assert syncline_schemas.check("error", json.loads(refused.stdout)) == []


def test_whoever_reads_the_log_by_the_api_is_asked_as_well(
    staffed: World, as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K13: the history of a folder asks who is logged in."""
    assert read_history(staffed.folder, environ={"SYNCLINE_USER": MIA})
    with pytest.raises(RefusedError):
        read_history(staffed.folder, environ={"SYNCLINE_USER": BOB})
    monkeypatch.setattr("syncline.people.border._user", lambda: "eve")
    with pytest.raises(RefusedError, match="eve is nobody here"):
        read_history(staffed.folder, environ={})


def test_the_environment_makes_nobody_another(
    staffed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K12: the system says who is logged in; LOGNAME, which anybody may write, does not."""
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, BOB)
    with opened(staffed) as workspace:
        assert workspace.who == OPS


def test_people_are_set_up_by_commands(local: World) -> None:
    """K12, K14: adding, listing, giving a role, succession, and the audit of all of it."""
    assert "Nobody is set up" in run(local, "people", "list").stdout
    assert run(local, "--as", BOB, "status").returncode == 3
    for words in (
        ("people", "add", OPS),
        ("people", "add", ANN, "--role", "manager", "--user", "ann"),
        ("people", "role", "ann", "admin"),
        ("people", "add", BOB),
        ("people", "super-admin", ANN),
        ("people", "remove", BOB),
    ):
        done = run(local, *words)
        assert done.returncode == 0, done.stderr
    listed = json.loads(run(local, "people", "list", "--json").stdout)
    assert syncline_schemas.check("roster", listed) == []
    assert {p["email"]: (p["role"], p["crm_admin"]) for p in listed["people"]} == {
        OPS: ("admin", True), ANN: ("super-admin", False)
    }  # fmt: skip
    told = json.loads(run(local, "audit", "--limit", "3", "--json").stdout)
    assert syncline_schemas.check("audit", told) == []
    assert [(line["kind"], line["about"]) for line in told["lines"]] == [
        ("person", BOB), ("super-admin", ANN), ("person", BOB)
    ]  # fmt: skip
    assert "role ann@acme.example: manager -> admin" in run(local, "audit", "--kind", "role").stdout
    assert run(local, "audit", "--about", "nothing").stdout == "Nothing of that kind was changed.\n"


def test_ones_own_settings_are_ones_own(staffed: World) -> None:
    """RS9: a member chooses its language, and not another's."""
    own = run(staffed, "settings", "set", "language", "fr", "--person", BOB, who=BOB)
    assert own.returncode == 0, own.stderr
    other = run(staffed, "settings", "set", "language", "fr", "--person", MIA, who=BOB)
    assert other.returncode == 3
    assert "change the settings of the company" in other.stderr


@pytest.mark.parametrize("words", [("show",), ("calendar",), ("show", "--json")])
@pytest.mark.parametrize(
    ("who", "whose", "code"),
    [
        (BOB, BOB, 0),
        (BOB, BOB.upper(), 0),
        (BOB, MIA, 3),
        (BOB, "nobody@acme.example", 3),
        (MIA, MIA, 0),
        (MIA, BOB, 3),
        (ANN, BOB, 0),
        (OPS, BOB, 0),
    ],
)
def test_what_a_person_set_is_seen_by_that_person_and_by_admins(
    staffed: World, words: tuple[str, ...], who: str, whose: str, code: int
) -> None:
    """K13, RS9: managers and members see no settings but their own; who is not here is not told."""
    done = run(staffed, "settings", *words, "--person", whose, who=who)
    assert done.returncode == code, done.stderr
    told = done.stdout if "--json" in words else done.stderr
    assert ("may not see the settings of others" in told) == (code == 3)


def test_what_the_company_and_a_team_set_is_for_everybody(staffed: World, as_: As) -> None:
    """RS8: it holds for whoever belongs to them."""
    with as_(OPS) as workspace:
        workspace.preferences.set("language", "es")
        workspace.preferences.set("language", "fr", team="Lyon")
        workspace.preferences.set("team", "Lyon", person=BOB)
    with as_(BOB) as workspace:
        book = workspace.preferences
        assert book.effective()["language"].value == "es"
        assert book.effective(team="Lyon")["language"].value == "fr"
        assert book.effective(BOB)["language"] == ("fr", "team Lyon")


def test_nobody_leaves_a_team_without_an_admin(staffed: World, as_: As) -> None:
    """RS8: the lowest cap of a team binds whoever is in it; a member cannot take himself out."""
    with as_(OPS) as workspace:
        workspace.preferences.set("team", "Lyon", person=BOB)
    with as_(BOB) as workspace:
        book = workspace.preferences
        book.set("language", "es", person=BOB)
        document = {"version": 1, "level": "person", "name": BOB, "settings": {"language": "fr"}}
        for leave in (
            lambda: book.set("team", "Paris", person=BOB),
            lambda: book.unset("team", person=BOB),
            lambda: book.take(document),
        ):
            with pytest.raises(RefusedError, match="may not"):
                leave()
        assert book.effective(BOB)["team"].value == "Lyon"
        assert book.effective(BOB)["language"].value == "es"
        book.take({**document, "settings": {"language": "fr", "team": "Lyon"}})
        assert book.effective(BOB)["language"].value == "fr"


def test_no_list_shows_a_member_what_others_set(staffed: World, as_: As) -> None:
    """RS9: neither all documents, nor who changed what, nor a value that lost its meaning."""
    with as_(OPS) as workspace:
        workspace.preferences.set("time_zone", "Asia/Tokyo", person=MIA)
        workspace.preferences.set("time_zone", "Asia/Tokyo", person=BOB)
    kept = staffed.folder / "data" / "settings.json"
    kept.write_text(kept.read_text("utf-8").replace("Asia/Tokyo", "Asia/Nowhere"), "utf-8")
    with as_(BOB) as workspace:
        book = workspace.preferences
        for look in (book.documents, book.changes):
            with pytest.raises(RefusedError, match="may not see the settings of others"):
                look()
        assert [fault.split(" is ")[0] for fault in book.faults()] == [f"time_zone of person {BOB}"]
    with as_(ANN) as workspace:
        assert len(workspace.preferences.faults()) == 2
        assert len(workspace.preferences.documents()) == 2


def test_a_refusal_says_nothing_of_what_others_set_and_changes_nothing(
    staffed: World, as_: As
) -> None:
    """RS9: of documents that are taken over, those that one may not change keep all back."""
    with as_(BOB) as workspace:
        book = workspace.preferences
        with pytest.raises(RefusedError):
            book.unset("language", person=MIA)
        with pytest.raises(RefusedError):
            book.take({"documents": [
                {"version": 1, "level": "person", "name": name, "settings": {"language": "fr"}}
                for name in (BOB, MIA)
            ]})  # fmt: skip
        assert book.effective(BOB)["language"].source == "default"


def test_people_go_with_a_backup(staffed: World) -> None:
    """Who restores a workspace restores who may what."""
    before = (staffed.folder / "people.json").read_bytes()
    assert run(staffed, "backup", "../b.zip").returncode == 0
    assert run(staffed, "restore", "../b.zip", "../again", "--overwrite").returncode == 0
    assert (staffed.folder.parent / "again" / "people.json").read_bytes() == before


def test_nobody_becomes_more_by_a_restore(staffed: World, as_: As, tmp_path: Path) -> None:
    """K12, RS11: other people and other rules come back by the hand that may change them."""
    rules, people = (staffed.folder / name for name in ("main.rules", "people.json"))
    before = people.read_bytes()
    again = ("restore", str(tmp_path / "b.zip"), ".", "--overwrite")
    with as_(OPS) as workspace:
        workspace.people.choose_super_admin(ANN)
    assert run(staffed, "backup", str(tmp_path / "b.zip")).returncode == 0
    people.write_bytes(before)
    refused = run(staffed, *again, who=ANN)
    assert refused.returncode == 3
    assert f"{ANN} is an admin and may not choose the super-admin" in refused.stderr
    assert people.read_bytes() == before
    rules.write_text(rules.read_text().replace("sync cadence to crm\n", ""))
    with as_(OPS) as workspace:
        workspace.run()
    refused = run(staffed, *again, "--ledger-only", who=ANN)
    assert refused.returncode == 3
    assert f"{ANN} is an admin and may not change the field mapping" in refused.stderr
    done = run(staffed, *again)
    assert done.returncode == 0, done.stderr


def test_an_admin_restores_what_is_the_same(staffed: World, tmp_path: Path) -> None:
    """K12: looking after the ledger is an admin's."""
    assert run(staffed, "backup", str(tmp_path / "b.zip"), who=ANN).returncode == 0
    done = run(staffed, "restore", str(tmp_path / "b.zip"), ".", "--overwrite", who=ANN)
    assert done.returncode == 0, done.stderr
