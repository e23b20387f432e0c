"""Old rules against new rules over recorded activities: what would appear of them otherwise."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

import support
import syncline_schemas
from support import RULES, command
from support_language import LOCAL, NOON
from syncline import Side, Value
from syncline.difference.changes import RecordChange
from syncline.difference.compare import Comparison
from syncline.difference.subject import Subject
from syncline.difference.tally import Tally
from syncline.difference.texts import text_changes
from syncline.rules.ruleset import load_rules

HEAD = """\
connect crm to local
connect cadence to local
sync crm to cadence
map Lead -> prospect { match Email = email
 FirstName -> first_name
 LastName -> last_name
}
"""
TASK = 'activity task <- Task where Status != "Completed" {\n comments = "{Subject}"\n}\n'
CALL = 'activity call on outcome "Connected" -> Task {\n Subject = "Call: {outcome}"\n}\n'
Record = dict[str, Value]
OPEN: Record = {"Subject": "Offer", "Status": "Deferred", "ActivityDate": "2026-06-15"}
DONE: Record = {"Subject": "Offer", "Status": "Completed"}
SPOKE: Record = {"kind": "call", "outcome": "Connected", "comments": "hi"}
BUSY: Record = {"kind": "call", "outcome": "Busy"}


def subject(record: Record, *, whole: bool = True) -> Subject:
    """Return a record: an activity of the cadence if it has a kind, and else a Task."""
    side, name = (Side.CADENCE, "activity") if "kind" in record else (Side.CRM, "Task")
    kind = LOCAL.descriptions[side].get(name)
    assert kind is not None
    return Subject(side=side, type=kind, values=record, before=None, at="here:1", whole=whole)


def compared(old: str, new: str, record: Record, *, whole: bool = True) -> RecordChange:
    """Return what differs between two sets of activity rules for one record."""
    first, second = load_rules(HEAD + old, LOCAL), load_rules(HEAD + new, LOCAL)
    assert [d.message for d in (*first.errors, *second.errors)] == []
    return Comparison(first, second, NOON)(subject(record, whole=whole))


@pytest.mark.parametrize(
    ("old", "new", "record", "expected"),
    [
        (TASK, TASK, OPEN, []),
        (TASK, f"# more\n{TASK}", OPEN, []),
        (
            TASK,
            TASK.replace("{Subject}", "{Subject}!"),
            OPEN,
            [("comments", "Offer", "Offer!")],
        ),
        (TASK, TASK.replace("task", "note"), OPEN, [("kind", "task", "note")]),
        (
            TASK,
            TASK.replace("\n}", "\n list_name = Status\n}"),
            OPEN,
            [("list_name", None, "Deferred")],
        ),
        (TASK, TASK.replace("{Subject}", "{Subject}!"), DONE, []),
        (CALL, CALL.replace("Call:", "Spoke:"), SPOKE,
         [("Subject", "Call: Connected", "Spoke: Connected")]),
        (CALL, CALL.replace("Call:", "Spoke:"), BUSY, []),
    ],
)  # fmt: skip
def test_values_that_differ(
    old: str, new: str, record: Record, expected: list[tuple[str, Value, Value]]
) -> None:
    """B7, K5: each field of what appears that gets another value, with the row of either file."""
    found = compared(old, new, record)

    assert [
        (c.field, c.old.value if c.old else None, c.new.value if c.new else None)
        for c in found.fields
    ] == expected
    assert found.gates == ()
    for change in found.fields:
        assert change.map == "Task/activity"
        assert change.new is not None
        assert change.new.text in new
        assert change.new.at.startswith("rules:")


@pytest.mark.parametrize(
    ("old", "new", "record", "through", "rows"),
    [
        (TASK, "", OPEN, [False], []),
        ("", TASK, OPEN, [True], ['Status != "Completed"']),
        ("", TASK, DONE, [], []),
        (TASK, TASK.replace("!=", "="), OPEN, [False], ['Status = "Completed"']),
        (TASK, TASK.replace("!=", "="), DONE, [True], ['Status = "Completed"']),
        (CALL, CALL.replace('"Connected"', '"Busy"'), SPOKE, [False], []),
        (CALL, CALL.replace('"Connected"', '"Busy"'), BUSY, [True], []),
        # The first rule that fits is the one that is used.
        (TASK, TASK + TASK.replace("task", "note"), OPEN, [], []),
        # What we made ourselves is no source.
        ("", TASK, {**OPEN, "Syncline_Key__c": "abc:activity:1"}, [], []),
        ("", CALL, {**SPOKE, "syncline_key": "abc:Task:1"}, [], []),
        ("", CALL, {**SPOKE, "syncline_key": "ringover:1:0"}, [True], []),
    ],
)
def test_what_appears_under_one_file_alone(
    old: str, new: str, record: Record, through: list[bool], rows: list[str]
) -> None:
    """B7, RS2: an activity that one file brings over and the other does not, and why."""
    found = compared(old, new, record)

    assert [gate.new.truth for gate in found.gates] == through
    assert [row.text for gate in found.gates for row in gate.new.rows] == rows
    assert found.fields == ()


def test_what_is_not_kept_is_not_compared() -> None:
    """B7: of an activity whose values are not kept, nothing is said."""
    assert not compared("", TASK, OPEN, whole=False).differs


def test_an_activity_shows_the_rule_that_changed() -> None:
    """B7: a rule whose change a record shows is not told as shown by none."""
    old, new = load_rules(HEAD + TASK + CALL, LOCAL), load_rules(
        HEAD + TASK.replace("!=", "=") + CALL.replace("Call", "Spoke"), LOCAL
    )  # fmt: skip
    tally = Tally()

    tally.walk(Comparison(old, new, NOON), [subject(DONE)])

    assert tally.gates == {("Task/activity", "crm", True): 1}
    assert [c.words for c in tally.unshown(text_changes(old, new))] == ["activity call -> Task"]


def test_what_is_told_of_tasks_in_a_file(tmp_path: Path) -> None:
    """B7: what a person reads."""
    for name, text in (
        ("old.rules", TASK),
        ("new.rules", TASK.replace('"Completed"', '"Deferred"')),
    ):
        (tmp_path / name).write_text(HEAD + text.replace("{Subject}", f"{name[0]} {{Subject}}"))
    (tmp_path / "tasks.csv").write_text("Id,Subject,Status\n1,A,Deferred\n2,B,Completed\n3,C,\n")

    words = ["old.rules", "new.rules", "--data", "tasks.csv", "--object", "Task"]
    assert (
        command("diff", *words, folder=tmp_path).stdout
        == """\
old.rules against new.rules, over tasks.csv
3 records: 3 differ.

Fields that would get something else
        1  activity comments

Records that go over
        1  Task to activity: no more
        1  Task to activity: now

Records
Task 1  [tasks.csv:2]
  goes to the cadence no more
      old  TRUE  [old.rules:8]
           TRUE  Status != "Completed"  (Status is "Deferred")
      new  FALSE  [new.rules:8]
           FALSE Status != "Deferred"  (Status is "Deferred")
Task 2  [tasks.csv:3]
  goes to the cadence now
      old  FALSE  [old.rules:8]
           FALSE Status != "Completed"  (Status is "Completed")
      new  TRUE  [new.rules:8]
           TRUE  Status != "Deferred"  (Status is "Completed")
Task 3  [tasks.csv:4]
  comments: "o C" -> "n C"
      old  comments = "o {Subject}"  [old.rules:9]
      new  comments = "n {Subject}"  [new.rules:9]
"""
    )


def test_the_activities_that_a_workspace_keeps(tmp_path: Path) -> None:
    """B7: those that no rule took are compared; of those that came over it says where to look."""
    rules = f"{RULES}\n{TASK.replace('!=', '=')}"
    with support.local_world(tmp_path / "w", rules, support.Clock(datetime.now(UTC))) as world:
        lead = world.lead("John")
        for status in ("Completed", "Deferred"):
            world.add(Side.CRM, "Task", Subject=status, Status=status, WhoId=lead)
        for _ in range(2):
            assert world.run().exit_code == 0
    (tmp_path / "new.rules").write_text(
        (world.folder / "main.rules").read_text("utf-8").replace('Status = "', 'Status != "'),
        "utf-8",
    )
    words = [
        "diff",
        "-w",
        str(world.folder),
        str(world.folder / "main.rules"),
        str(tmp_path / "new.rules"),
    ]

    told = command(*words).stdout
    found = json.loads(command(*words, "--json").stdout)

    assert syncline_schemas.check("diff", found) == []
    assert found["gates"] == [
        {"map": "Task/activity", "from": "crm", "through": True, "records": 1}
    ]
    assert "`syncline replay`" in told
