"""Which rules are at work: versions, pauses, edits, and the yes that a deletion needs (E5, E6)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import syncline_schemas
from support import CADENCE, CRM, RULES, World, command
from syncline import Report, RulesError, WorkspaceError
from syncline.at_work import Edit, PausedError, UnconfirmedError
from syncline.ledger import versions

CITY = "    City      <-> city\n"
PHONE = "    Phone     <-> phone\n"
WORKFLOW = 'workflow "Out" on Lead { when Status = "Closed - Converted"  then exit cadence }\n'
CONTACTS = """
map Contact <-> prospect {
    match Email = email
    FirstName <-> first_name
    LastName  <-> last_name
}
"""


def without(*rows: str, text: str = RULES) -> str:
    for row in rows:
        assert row in text
        text = text.replace(row, "")
    return text


def added(*rows: str) -> str:
    return RULES.replace(CITY, CITY + "".join(rows))


def numbers(world: World) -> list[int]:
    with world.workspace() as workspace, workspace.ledger.begin() as db:
        return [version.number for version in versions.listed(db, limit=9)]


def edit(world: World) -> Edit:
    with world.workspace() as workspace:
        found = workspace.status().edit
    assert found is not None
    return found


def resume(world: World, *, confirmed: bool = False) -> Edit:
    with world.workspace() as workspace:
        return workspace.resume(confirmed=confirmed)[1]


# Versions


def test_each_text_that_is_put_to_work_is_kept_once(local: World) -> None:
    """A run names the version it ran by; comments and spacing make no new one (E5)."""
    texts = [
        (RULES, 1),
        (RULES, 1),
        ("# a word\n\n" + RULES.replace("<-> city", "<->    city"), 1),
        (added(PHONE), 2),
        (added(PHONE) + WORKFLOW, 3),
    ]
    for text, number in texts:
        local.rules(text)
        assert local.run().rules == number
    assert numbers(local) == [3, 2, 1]
    with local.workspace() as workspace, workspace.ledger.begin() as db:
        known = versions.get(db, 2)
    assert known is not None
    assert known.text == added(PHONE).replace("{crm}", "local")
    assert (known.name, known.who) == ("main.rules", "root") or known.who


def test_a_plan_puts_nothing_to_work(local: World) -> None:
    """Looking at what rules would do does not make them the ones at work."""
    local.plan()
    assert numbers(local) == []


# Edits


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        (RULES, []),
        ("# only a word\n" + RULES, []),
        (without(CITY), [("removed", "row City … city of Lead/prospect")]),
        (added(PHONE), [("added", "row Phone … phone of Lead/prospect")]),
        (
            RULES.replace("City      <-> city", "City       -> city   when blank"),
            [("changed", "row City … city of Lead/prospect")],
        ),
        (
            RULES.replace("City      <-> city", "City      <-> country"),
            [
                ("removed", "row City … city of Lead/prospect"),
                ("added", "row City … country of Lead/prospect"),
            ],
        ),
        # Another name of the same field is the same row.
        (RULES.replace("City      <->", "`City`    <->"), []),
        (RULES + WORKFLOW, [("added", 'workflow "Out"')]),
        (
            RULES + CONTACTS,
            [
                ("added", "map Contact/prospect"),
                ("added", "row FirstName … first_name of Contact/prospect"),
                ("added", "row LastName … last_name of Contact/prospect"),
            ],
        ),
    ],
    ids=["same", "comment", "removed", "added", "changed", "moved", "renamed", "workflow", "map"],
)
def test_what_an_edit_says_otherwise(
    local: World, text: str, changes: list[tuple[str, str]]
) -> None:
    """Rows are compared by what they say, wherever they stand (E5)."""
    local.run()
    local.rules(text)
    assert [(change.kind, change.words) for change in edit(local).changes] == changes


def test_an_added_mapping_is_shown_with_what_it_costs(local: World) -> None:
    """Records to be read again and to be written, at most, with their price (E5, B3)."""
    for name in ("Ann", "Bob", "Cyd"):
        local.lead(name, Phone="0731 1")
    local.run()
    local.rules(added(PHONE))
    found = edit(local)
    parts = {(part.side, part.object, part.what): part for part in found.backfill}
    assert {key: (part.records, part.price) for key, part in parts.items()} == {
        (CRM, "Lead", "read"): (3, 1),
        (CRM, "Lead", "write"): (3, 1),
        (CADENCE, "prospect", "read"): (3, 1),
        (CADENCE, "prospect", "write"): (3, 1),
    }
    report = local.run()
    assert report.edit == found
    assert report.done == {(CADENCE, "prospect", "update"): 3}
    assert syncline_schemas.check("report", report.to_json()) == []
    again = local.run()
    assert again.edit is not None
    assert again.edit.changes == ()


def test_what_the_system_no_longer_has_can_be_taken_out(local: World) -> None:
    """The version at work may name a field that is gone; the edit that follows is compared."""
    local.run()
    with local.workspace() as workspace, workspace.ledger.begin() as db:
        text = RULES.replace("{crm}", "local").replace(CITY, "    Town__c <-> city\n")
        versions.keep(db, digest="", name="main.rules", text=text, at=local.clock(), who="")
    assert [change.words for change in edit(local).deleted] == [
        "row Town__c … city of Lead/prospect"
    ]


# Deletions


def refused(world: World) -> str:
    with pytest.raises(UnconfirmedError) as caught:
        world.run()
    assert caught.value.exit_code == 3
    return caught.value.message


def test_a_deletion_waits_for_a_yes(local: World) -> None:
    """A run refuses and says which rows; after the yes it goes on by the new rules (E6)."""
    person = local.lead("Ann", City="Ulm")
    local.run()
    local.rules(without(CITY))
    local.change(CRM, "Lead", person, City="Bonn")
    assert refused(local) == "main.rules deletes a mapping: row City … city of Lead/prospect"
    assert refused(local)
    with pytest.raises(UnconfirmedError):
        resume(local)
    assert numbers(local) == [1]
    assert len(resume(local, confirmed=True).deleted) == 1
    report = local.run()
    assert (report.state, report.rules) == ("done", 2)
    assert local.one(CADENCE, "prospect", first_name="Ann")["city"] == "Ulm"


def test_a_deletion_that_was_put_back_needs_no_yes(local: World) -> None:
    """Nothing remembers it."""
    local.run()
    local.rules(without(CITY))
    assert refused(local)
    local.rules(RULES)
    assert local.run().rules == 1


def test_a_yes_holds_for_the_text_it_was_given_for(local: World) -> None:
    """Another deletion asks again."""
    local.rules(added(PHONE))
    local.run()
    local.rules(without(CITY, text=added(PHONE)))
    resume(local, confirmed=True)
    local.rules(without(CITY))
    assert "Phone" in refused(local)


def test_a_map_that_goes_takes_all_its_rows(local: World) -> None:
    """Each is counted."""
    local.rules(RULES + CONTACTS)
    local.run()
    local.rules(RULES)
    assert refused(local) == (
        "main.rules deletes 2 mappings: row FirstName … first_name of Contact/prospect; "
        "row LastName … last_name of Contact/prospect"
    )


def test_half_a_file_is_never_put_to_work(local: World) -> None:
    """Cut off anywhere, it is wrong or lacks a mapping, or says the same (E5)."""
    local.run()
    whole = RULES.rstrip()
    for cut in range(0, len(whole), 7):
        local.rules(whole[:cut])
        with pytest.raises((RulesError, UnconfirmedError)):
            local.run()
    assert numbers(local) == [1]


def test_a_locked_row_cannot_be_deleted_by_a_yes(local: World) -> None:
    """The word `locked` is taken off first (RP5)."""
    local.rules(RULES.replace("<-> city", "<-> city locked"))
    local.run()
    local.rules(without(CITY))
    with pytest.raises(WorkspaceError, match="the locked row City to city"):
        resume(local, confirmed=True)


# Pauses


def test_a_paused_workspace_runs_nothing(local: World) -> None:
    """Who paused it, when and why is told; a second pause changes nothing of it (E5)."""
    with local.workspace() as workspace:
        workspace.pause("new fields")
        workspace.pause("another word")
    with pytest.raises(
        PausedError, match=r"paused since 2026-11-02 09:00 UTC.*: new fields"
    ) as err:
        local.run()
    assert err.value.exit_code == 3
    local.plan()
    local.rules(added(PHONE))
    resume(local)
    assert local.run().rules == 1


def test_wrong_rules_are_not_resumed(local: World) -> None:
    """It stays paused until they are right (E5)."""
    with local.workspace() as workspace:
        workspace.pause()
    local.rules(RULES.replace("City", "Ctiy"))
    with pytest.raises(RulesError):
        resume(local)
    with pytest.raises(RulesError):
        local.run()
    local.rules(RULES)
    with pytest.raises(PausedError):
        local.run()
    resume(local)
    assert local.run().state == "done"


def test_a_pause_lets_the_cycle_under_way_come_to_its_end(local: World) -> None:
    """By the rules that it began with, whatever the file says meanwhile (E5)."""
    local.lead("Ann", Phone="0731 1")
    reports: list[Report] = []

    def progress(what: str, _done: int, _total: int | None) -> None:
        if what == "writing":
            local.rules(added(PHONE))
            with local.workspace() as other:
                other.pause()
                assert other.status().running is not None

    with local.workspace(progress=progress) as workspace:
        reports.append(workspace.run())
    assert reports[0].writes == 1
    assert not local.one(CADENCE, "prospect", first_name="Ann")["phone"]
    resume(local)
    assert local.run().writes == 1


# The command line


@pytest.fixture
def office(local: World) -> Path:
    local.lead("Ann", Phone="0731 1")
    local.run()
    return local.folder


def test_the_status_is_told_in_words_and_in_json(office: Path, local: World) -> None:
    """Whether cycles run, what the last did, which version is at work (E5)."""
    told = command("status", folder=office).stdout
    assert "Ready: cycles may run. The rules want one every 15 minutes." in told
    assert "Run 1 began 2026-11-02 09:01 UTC: done." in told
    assert "At work: version 1 of the rules, since 2026-11-02 09:01 UTC" in told
    local.rules(RULES.replace("City", "Ctiy"))
    told = command("status", folder=office).stdout
    assert "The rule file cannot be put to work: main.rules" in told
    done = command("pause", "--json", folder=office)
    assert done.returncode == 0
    document = json.loads(done.stdout)
    assert syncline_schemas.check("status", document) == []
    assert (document["state"], document["fault"]["exit_code"]) == ("paused", 1)


def test_pausing_editing_and_resuming(office: Path, local: World) -> None:
    """The whole way of an edit, as an admin goes it (E5, E6)."""
    told = command("pause", "--why", "new fields", folder=office)
    assert (told.returncode, told.stdout.startswith("Paused since ")) == (0, True)
    paused = command("run", folder=office)
    assert (paused.returncode, paused.stdout) == (3, "")
    assert ": new fields" in paused.stderr
    assert "`syncline resume`" in paused.stderr
    local.rules(added(PHONE))
    told = command("resume", folder=office)
    assert told.returncode == 0, told.stderr
    assert "+ row Phone … phone of Lead/prospect" in told.stdout
    assert "1 Lead of the CRM read again, for 1 call" in told.stdout
    assert "At work now: version 2 of the rules." in told.stdout
    local.rules(without(CITY))
    told = command("resume", folder=office)
    assert told.returncode == 3
    assert "`syncline resume --yes` deletes them" in told.stderr
    assert "- row City … city of Lead/prospect" in told.stdout
    told = command("resume", "--yes", folder=office)
    assert "At work now: version 3 of the rules." in told.stdout
    assert local.run().rules == 3


def test_versions_are_listed_printed_and_compared(office: Path, local: World) -> None:
    """Each with its number, time and author; two of them with what differs (E5)."""
    local.rules(added(PHONE))
    local.run()
    lines = command("versions", folder=office).stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["2", "1"]
    assert command("versions", "1", folder=office).stdout == RULES.replace("{crm}", "local")
    told = command("versions", "1", "2", folder=office).stdout
    assert "+ row Phone … phone of Lead/prospect  [version 2:14]" in told
    assert "+    Phone     <-> phone" in told
    missing = command("versions", "7", folder=office)
    assert (missing.returncode, missing.stdout) == (3, "")
    assert "there is no version 7 of the rules" in missing.stderr
    done = command("versions", "1", "2", "--json", folder=office)
    assert syncline_schemas.check("versions", json.loads(done.stdout)) == []


def test_a_run_by_new_rules_says_so(office: Path, local: World) -> None:
    """With what it read again and wrote at most (E5)."""
    local.rules(added(PHONE))
    told = command("run", folder=office).stdout
    assert "It ran by new rules, version 2:" in told
    assert "1 prospect of the cadence written, for 1 call" in told


@pytest.mark.parametrize("every", ["4", "241", "soon"])
def test_an_interval_that_will_not_do(office: Path, every: str) -> None:
    """It says why, and which will (K7)."""
    done = command("run", f"--every={every}", folder=office)
    assert done.returncode == 64
    assert "from 5 minutes" in done.stderr
    assert "to 240" in done.stderr
