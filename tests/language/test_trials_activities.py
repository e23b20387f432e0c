"""`syncline test`: an activity that one side recorded, and what appears of it on the other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support_language import LOCAL, checked, codes
from support_trials import FLOWS, found, played
from syncline.model import Side
from syncline.trials import TestReport, run_tests

ACTIVITIES = """\
activity meeting <- Event { comments = "{Subject}" `at` = StartDateTime }
activity task <- Task where TaskSubtype = "Task" and Status != "Completed" {
    comments = "{Subject}: {Description}"
    list_name = Status
}
activity call on outcome "Connected", "Left Voicemail" -> Task {
    Subject = "Call: {outcome}"
    Description = "{comments}"
}
"""
TASK = 'given Task Subject = "Send it", TaskSubtype = "Task"'
EVENT = 'given Event Subject = "D"'
CALL = 'given activity kind = "call", comments = "hi"'
_KIND, _OPEN = 'TaskSubtype = "Task"', 'Status != "Completed"'
ADDRESS = "sync crm to cadence where Email is not blank\nsync cadence to crm\n"
NEW_LEAD = 'given Lead FirstName = "Ann", LastName = "Lee", Company = "Acme"'


def played_with(body: str, rules: str = ACTIVITIES, flows: str = FLOWS) -> TestReport:
    """Return the report on one test, or several, among the activity rules above."""
    return played(body, more=rules, flows=flows)


@pytest.mark.parametrize(
    "body",
    [
        # From the CRM: the kind, the rule's fields, and what the where lets by.
        'given Event Subject = "Demo" expect activity kind = "meeting", comments = "Demo"',
        (
            'given Event Subject = "Demo", StartDateTime = "2026-06-16T09:00:00Z" '
            'expect activity at = "2026-06-16T09:00:00Z"'
        ),
        f'{TASK}, Status = "Deferred" expect activity kind = "task", list_name = "Deferred"',
        f'{TASK} expect activity comments = "Send it: "',
        f'{TASK}, Status = "Completed" expect activity unchanged',
        'given Task Subject = "Call", TaskSubtype = "Call" expect activity unchanged',
        f"{TASK} expect Task unchanged",
        # The other way round, in the same words.
        f'{CALL}, outcome = "Connected" expect Task Subject = "Call: Connected"',
        f'{CALL}, outcome = "connected" expect Task Description = "hi", Status = "Completed"',
        f'{CALL}, outcome = "Busy" expect Task unchanged',
        'given activity kind = "email", outcome = "Connected" expect Task unchanged',
        # Whom it happened with: somebody in both systems, unless the test says otherwise.
        'given Event Subject = "Demo", WhoId = "" expect activity unchanged',
        f'{CALL}, outcome = "Connected", prospect_id = "" expect Task unchanged',
        'given last sync FirstName = "A" given Event Subject = "D" expect activity comments = "D"',
        f'{NEW_LEAD} {EVENT} expect activity comments = "D" expect prospect first_name = "Ann"',
        f'given Lead Title = "A" {EVENT} expect activity unchanged expect prospect unchanged',
        # One sync does both.
        (
            f'given last sync FirstName = "A" given Lead FirstName = "B" {EVENT} at 15:40 '
            'expect activity comments = "D" expect prospect first_name = "B" expect no action'
        ),
    ],
)
def test_what_appears_of_an_activity(body: str) -> None:
    """RS2, RP2, K3: what was recorded appears on the other side, if a rule asks for it."""
    report = played_with(body)

    assert found(report) == []
    assert report.passed


def test_whom_the_sync_keeps_out_has_no_activities() -> None:
    """K8: a lead that `where` keeps out is nobody's partner, so nothing of it appears."""
    body = f'{NEW_LEAD}, Email = "" {EVENT} expect activity unchanged'
    assert found(played_with(body, flows=ADDRESS)) == []


@pytest.mark.parametrize(
    ("body", "expected", "found_", "reason"),
    [
        (
            'given Event Subject = "Demo" expect activity comments = "Call"',
            'activity comments = "Call"',
            '"Demo"',
            "recorded in the CRM",
        ),
        (
            'given Event Subject = "Demo" expect activity unchanged',
            "activity unchanged",
            'a new activity: kind = "meeting", comments = "Demo", prospect_id = "cadence-1"',
            "",
        ),
        (
            'given Event Subject = "Demo" expect activity user = "Ann"',
            'activity user = "Ann"',
            "(blank)",
            "no row of the rule has user",
        ),
        (
            'given Event Subject = "" expect activity comments = "Demo"',
            'activity comments = "Demo"',
            "(blank)",
            "the row had no value",
        ),
        (
            f'{TASK}, Status = "Completed" expect activity comments = "Send it: "',
            'activity comments = "Send it: "',
            "no activity",
            f'no rule asks for it: `{_OPEN}` in line 14 is false (Status is "Completed")',
        ),
        (
            'given Event WhoId = "" expect activity kind = "meeting"',
            'activity kind = "meeting"',
            "no activity",
            "its person has no partner in the cadence",
        ),
        (
            f'{CALL}, outcome = "Busy" expect Task Subject = "x"',
            'Task Subject = "x"',
            "no Task",
            "no rule asks for this kind of activity and outcome",
        ),
        (
            f'{CALL}, outcome = "Connected" expect Task Subject = "x"',
            'Task Subject = "x"',
            '"Call: Connected"',
            "recorded in the cadence",
        ),
    ],
)
def test_why_it_is_not_what_was_expected(
    body: str, expected: str, found_: str, reason: str
) -> None:
    """B1: a test that fails says what appeared instead, and the sync's own reason."""
    (result,) = played_with(body).results

    (fault,) = result.faults
    assert (fault.expected, fault.found, fault.reason) == (expected, found_, reason)
    assert fault.rule == "" or fault.rule.startswith("rules:")


def test_another_object_than_the_one_it_becomes() -> None:
    """K3: a call that becomes a Task makes no Event, and the test is told which rule it was."""
    more = ACTIVITIES + 'activity meeting -> Event { Subject = "M" }\n'
    (result,) = played_with(
        f'{CALL}, outcome = "Connected" expect Event unchanged expect Event Subject = "M"', more
    ).results

    (fault,) = result.faults
    assert (fault.found, fault.reason) == ("no Event", "it becomes a Task")


_TEST = 'test "t" {{ {} }}'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('given Event Subjct = "x" expect activity kind = "call"', ["E202"]),
        ('given Event Subject = "x" expect activity coments = "x"', ["E202"]),
        ('given Event Subject = "x", Subject = "y" expect activity unchanged', ["E208"]),
        ('given Event Subject = "x" expect activity kind = "visit"', ["E301"]),
        ('given Event Subject = "x" given Task Subject = "x" expect activity unchanged', ["E310"]),
        ("given Event is deleted expect activity unchanged", ["E310"]),
        ('given Event Subject = "x" at 24:00 expect activity unchanged', ["E111"]),
        ('given Event Subject = "x"', ["E317"]),
        ('given Lead FirstName = "x" expect activity unchanged', ["E318"]),
        ('given Lead FirstName = "x" expect Event unchanged', ["E310"]),
    ],
)
def test_what_is_wrong_with_such_a_test(body: str, expected: list[str]) -> None:
    """B2: names, values and what a test cannot ask are told before any test is played."""
    head = "connect crm to local\nconnect cadence to local\nsync crm to cadence\n"
    text = f"{head}map Lead -> prospect {{ match Email = email\n FirstName -> first_name\n"
    text += f" LastName -> last_name\n}}\n{ACTIVITIES}{_TEST.format(body)}\n"
    assert codes(text, LOCAL) == expected


def test_who_expects_an_activity_of_nothing_is_told_what_to_give() -> None:
    """B2: an activity that is expected needs one that was recorded."""
    (fault,) = checked(
        "connect crm to local\nconnect cadence to local\nsync crm to cadence\n"
        "map Lead -> prospect { match Email = email\n FirstName -> first_name\n"
        f" LastName -> last_name\n}}\n{ACTIVITIES}"
        + _TEST.format('given Lead FirstName = "x" expect activity unchanged'),
        LOCAL,
    ).errors
    assert fault.notes[-1] == "Give what was recorded: Event or Task."


#: A CRM that calls what it records as the cadence does.
_CRM = LOCAL.descriptions[Side.CRM]
_ALIKE = replace(
    LOCAL,
    descriptions={
        **LOCAL.descriptions,
        Side.CRM: replace(
            _CRM,
            objects=tuple(
                replace(kind, name="activity", label="Activity") if kind.name == "Event" else kind
                for kind in _CRM.objects
            ),
        ),
    },
    templates=tuple(
        replace(each, object="activity", kind=kind)
        for each in LOCAL.templates
        if each.object == "Event"
        for kind in ("meeting", "call")
    ),
)
_BOTH_WAYS = """\
connect crm to local
connect cadence to local
sync crm to cadence
map Account -> account { match Name = name
 Name -> name
}
map Lead -> prospect { match Email = email
 FirstName -> first_name
 LastName -> last_name
}
activity call -> activity { Subject = "Call: {outcome}" }
activity meeting <- activity where Location is not blank { comments = "{Subject}" }
"""


@pytest.mark.parametrize(
    "body",
    [
        'given activity Subject = "D", Location = "Here" expect activity comments = "D"',
        'given activity Location = "Here" expect activity kind = "meeting"',
        'given activity Subject = "D" expect activity unchanged',
        'given activity kind = "call", outcome = "Busy" expect activity Subject = "Call: Busy"',
        'given activity kind = "meeting" expect activity unchanged',
    ],
)
def test_both_systems_call_it_activity(body: str) -> None:
    """RP2: of one name on both sides, the fields tell whose is meant."""
    rules = checked(f"{_BOTH_WAYS}{_TEST.format(body)}\n", _ALIKE)

    assert [fault.message for fault in rules.errors] == []
    assert found(run_tests(rules)) == []


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('given activity Subjct = "D", Location = "x" expect activity comments = "D"', "Subjct"),
        ('given activity Location = "x" expect activity coments = "D"', "coments"),
        ('given activity kind = "call", outcom = "x" expect activity Subject = "D"', "outcom"),
    ],
)
def test_a_slip_where_both_call_it_activity(body: str, told: str) -> None:
    """B2: a misspelt field is told as one of the object that the other fields mean."""
    (fault,) = checked(f"{_BOTH_WAYS}{_TEST.format(body)}\n", _ALIKE).errors
    assert f"`{told}` is not known" in fault.message


# -- what no test shows


def conditions(report: TestReport) -> list[tuple[str, bool]]:
    """Return the rows of activity rules, and whether each was shown."""
    return [(c.text, bool(c.shown_by)) for c in report.conditions if "activity" in c.owner]


@pytest.mark.parametrize(
    ("body", "kind", "is_open"),
    [
        (f'{TASK}, Status = "Completed" expect activity unchanged', False, True),
        ('given Task TaskSubtype = "Call" expect activity unchanged', True, False),
        (f'{TASK} expect activity kind = "task"', True, True),
        (f"{TASK} expect Task unchanged", False, False),
        (f'{TASK}, WhoId = "" expect activity unchanged', False, False),
        (f'{TASK} expect activity kind = "call"', False, False),
        ('given Event Subject = "x" expect activity kind = "meeting"', False, False),
    ],
)
def test_the_rows_of_an_activity_rule(body: str, kind: bool, is_open: bool) -> None:
    """B1: a row of its `where` is shown by a record that it lets by, or keeps out."""
    report = played_with(body)
    assert conditions(report) == [(_KIND, kind), (_OPEN, is_open)]
    assert {c.owner for c in report.conditions} == {"activity task <- Task"}


def test_the_advice_for_a_row() -> None:
    """B1: what test would show it, or which test nearly does."""
    bare, near = (
        played_with('given Event Subject = "x" expect activity kind = "meeting"'),
        played_with(f"{TASK} expect Task unchanged"),
    )
    assert bare.conditions[0].advice == (
        f"Add a test in which this row and `{_OPEN}` are true, with an `expect` of the activity."
    )
    assert near.conditions[0].advice == (
        'The test "t" would show it, if it said what the activity holds.'
    )


def test_a_rule_that_no_test_shows() -> None:
    """B1: an activity rule by which no test makes anything is told."""
    report = played_with('given Event Subject = "x" expect activity kind = "meeting"')
    assert [gap.what for gap in report.unused] == [
        "activity task <- Task", "activity call -> Task",
    ]  # fmt: skip
    assert report.activities == 3
    assert [report.unused[0].line, report.unused[0].at] == [14, "rules:14"]


def test_the_person_of_an_activity_shows_nothing_of_workflows() -> None:
    """B1: a test that names no person says nothing of what a workflow would do with one."""
    more = f'{ACTIVITIES}workflow "w" on Lead {{ when Title = "a" then exit cadence }}\n'
    report = played_with('given Event Subject = "x" expect activity kind = "meeting"', more)
    (row,) = [condition for condition in report.conditions if condition.owner.startswith("work")]
    assert (row.shown_by, row.advice) == (
        "", "Add a test in which this row is true, with `expect exit cadence`.",
    )  # fmt: skip
