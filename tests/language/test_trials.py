"""`syncline test`: what a test of mappings means, row word by row word."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from support_trials import found, played, rules_with
from syncline.trials import run_tests

NEW_LEAD = 'given Lead FirstName = "Ann", LastName = "Lee", Company = "Acme"'
NEW_PROSPECT = 'given prospect first_name = "Ann", last_name = "Lee"'
TABLE = 'Rating <-> priority as { "Hot" = 3, "Warm" = 2, "Cold" = 1 }'
PHONE = "Phone <-> phone using phone(Country)"


@pytest.mark.parametrize(
    ("row", "body"),
    [
        # when blank
        ("Title -> job_title when blank", 'given Lead Title = "b" expect prospect job_title = "b"'),
        (
            "Title -> job_title when blank",
            'given last sync job_title = "x" given Lead Title = "b" expect prospect unchanged',
        ),
        # never, and a word for each way
        (
            "Title <-> job_title to crm never",
            'given prospect job_title = "b" expect Lead unchanged',
        ),
        (
            "Title <-> job_title to crm never",
            'given Lead Title = "b" expect prospect job_title = "b"',
        ),
        (
            "LinkedIn__c <-> linkedin_url to crm when blank, to cadence always",
            (
                'given last sync LinkedIn__c = "http://a.example" '
                'given prospect linkedin_url = "http://b.example" expect Lead unchanged'
            ),
        ),
        # on create
        ("Title <-> job_title on create", 'given Lead Title = "b" expect prospect unchanged'),
        # who wins
        (
            "Title <-> job_title crm wins",
            (
                'given Lead Title = "b" at 10:00 given prospect job_title = "c" at 11:00 '
                'expect prospect job_title = "b" expect Lead unchanged'
            ),
        ),
        (
            "Title <-> job_title cadence wins",
            (
                'given Lead Title = "b" at 11:00 given prospect job_title = "c" at 10:00 '
                'expect Lead Title = "c" expect prospect unchanged'
            ),
        ),
        (
            "Title <-> job_title hold on conflict",
            (
                'given Lead Title = "b" given prospect job_title = "c" '
                'expect Lead unchanged expect prospect job_title = "c"'
            ),
        ),
        (
            "Title <-> job_title hold on conflict",
            'given Lead Title = "b" expect prospect job_title = "b"',
        ),
        # blanks
        (
            "Title <-> job_title",
            (
                'given last sync Title = "a", job_title = "a" given Lead Title = "" '
                'expect prospect job_title = "a"'
            ),
        ),
        (
            "Title <-> job_title erase",
            (
                'given last sync Title = "a", job_title = "a" given Lead Title = "" '
                'expect prospect job_title = ""'
            ),
        ),
        # arrows
        ("Title -> job_title", 'given prospect job_title = "b" expect Lead unchanged'),
        ("Title <- job_title", 'given Lead Title = "b" expect prospect unchanged'),
        # tables
        (TABLE, 'given Lead Rating = "Warm" expect prospect priority = 2'),
        (TABLE, 'given prospect priority = 1 expect Lead Rating = "Cold"'),
        (TABLE, "given prospect priority = 7 expect Lead unchanged"),
        (
            'Rating -> crm_status as { "Hot" = "H" } else "other"',
            'given Lead Rating = "Cold" expect prospect crm_status = "other"',
        ),
        # functions
        (
            PHONE,
            (
                'given Lead Phone = "020 7946 0000", Country = "GB" '
                'expect prospect phone = "+442079460000"'
            ),
        ),
        (
            PHONE,
            (
                'given last sync Country = "GB", Phone = "+442079460000", phone = "+442079460000" '
                'given Lead Phone = "020 7946 0000", Country = "GB" expect prospect unchanged'
            ),
        ),
        # kinds of values
        (
            "LastActivityDate -> crm_status",
            'given Lead LastActivityDate = 2026-03-01 expect prospect crm_status = "2026-03-01"',
        ),
        (
            "IsConverted -> crm_status",
            'given Lead IsConverted = true expect prospect crm_status = "true"',
        ),
        (
            "NumberOfEmployees <-> company_size",
            "given Lead NumberOfEmployees = 12.0 expect prospect company_size = 12",
        ),
    ],
)
def test_the_words_of_a_row(row: str, body: str) -> None:
    """B1, E2, E3, K2: a test of two records that were in step says what each word of a row does."""
    begin = "" if "last sync" in body else 'given last sync FirstName = "A", first_name = "A" '

    report = played(begin + body, row)

    assert found(report) == []
    assert report.passed


@pytest.mark.parametrize(
    ("row", "body"),
    [
        ("", f'{NEW_LEAD} expect prospect first_name = "Ann", company_name = "Acme"'),
        ("", f"{NEW_LEAD} expect Lead unchanged"),
        ("", f'{NEW_PROSPECT} expect Lead FirstName = "Ann", LastName = "Lee"'),
        ("", f'{NEW_PROSPECT} expect Lead Company = "Unknown"'),
        ("", f'{NEW_PROSPECT}, company_name = "Acme" expect Lead Company = "Acme"'),
        ("", 'given Lead FirstName = "Ann" expect prospect unchanged'),
        ("Title <- job_title", f'{NEW_LEAD}, Title = "b" expect prospect job_title = "b"'),
        (
            "Title <-> job_title to cadence never",
            f'{NEW_LEAD}, Title = "b" expect prospect job_title = ""',
        ),
        (
            "Title <-> job_title on create",
            f'{NEW_LEAD}, Title = "b" expect prospect job_title = "b"',
        ),
        ("Title <-> job_title required", f"{NEW_LEAD} expect prospect unchanged"),
        (
            "Title <-> job_title required",
            f'{NEW_LEAD}, Title = "b" expect prospect job_title = "b"',
        ),
        (
            "",
            (
                'given Lead FirstName = "Ann", Company = "Acme" given prospect last_name = "Lee" '
                'expect Lead LastName = "Lee" '
                'expect prospect first_name = "Ann", company_name = "Acme"'
            ),
        ),
    ],
)
def test_records_that_never_synchronised(row: str, body: str) -> None:
    """B1, E4, E7, E8, RS5: without a last sync a partner is made, and two records are linked."""
    assert found(played(body, row)) == []


@pytest.mark.parametrize(
    ("crm", "cadence", "winner"),
    [("at 15:40", "at 15:37", "Jon"), ("at 15:37", "at 15:40", "Johnathan"),
     ("at 15:40", "at 15:40", "Jon"), ("", "", "Jon"), ("at 11:00", "", "Johnathan"),
     ("at 23:59", "", "Jon"), ("at 0:00", "at 0:01", "Johnathan")],
)  # fmt: skip
def test_the_later_change_wins(crm: str, cadence: str, winner: str) -> None:
    """E3: the times given decide, the CRM in a tie; a side without a time is changed last."""
    body = (
        'given last sync FirstName = "John", first_name = "John" '
        f'given prospect first_name = "Johnathan" {cadence} given Lead FirstName = "Jon" {crm} '
        f'expect prospect first_name = "{winner}" expect Lead FirstName = "{winner}"'
    )
    assert found(played(body)) == []


def test_the_example_of_the_specification_passes() -> None:
    """E3: the test in the example passes, though `where` asks for an address that it leaves out."""
    body = (
        'given last sync FirstName = "John", first_name = "John"'
        'given prospect first_name = "Johnathan" at 15:37 given Lead FirstName = "Jon" at 15:40 '
        'expect prospect first_name = "Jon" expect Lead unchanged'
    )
    where = "sync crm to cadence where Email is not blank\nsync cadence to crm\n"
    assert found(played(body, flows=where)) == []


@pytest.mark.parametrize(
    ("email", "status", "kept_out"),
    [(None, None, False), ("a@b.example", None, False), ("", None, True),
     ("a@b.example", "Closed - Converted", True), (None, "Closed - Converted", True),
     ("", "Open - Not Contacted", True), ("a@b.example", "Open - Not Contacted", False)],
)  # fmt: skip
def test_a_field_that_a_test_leaves_out_keeps_no_record_out(
    email: str | None, status: str | None, kept_out: bool
) -> None:
    """K8: `where` is asked of the fields that a test gives; the others let the record in."""
    flows = (
        'sync crm to cadence where Email is not blank and Status != "Closed - Converted"\n'
        "sync cadence to crm\n"
    )
    given = NEW_LEAD
    given += "" if email is None else f', Email = "{email}"'
    given += "" if status is None else f', Status = "{status}"'
    expect = "prospect unchanged" if kept_out else 'prospect first_name = "Ann"'

    assert found(played(f"{given} expect {expect}", flows=flows)) == []


def test_one_direction_alone() -> None:
    """K8, K9: a direction that is off writes nothing."""
    body = 'given last sync FirstName = "A" given prospect first_name = "B" expect Lead unchanged'
    assert found(played(body, flows="sync crm to cadence\n")) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            f'{NEW_LEAD} expect prospect first_name = "Anne", last_name = "Lee"',
            [('prospect first_name = "Anne"', '"Ann"')],
        ),
        (f"{NEW_LEAD} expect prospect unchanged",
         [("prospect unchanged",
           'a new prospect: first_name = "Ann", last_name = "Lee", company_name = "Acme"')]),
        ('given Lead FirstName = "Ann" expect prospect first_name = "Ann", last_name = "x"',
         [('prospect first_name = "Ann"', "no prospect")]),
        ('given last sync Company = "A" given Lead FirstName = "Ann" expect Lead Company = ""',
         [("Lead Company = (blank)", '"A"')]),
        (('given last sync FirstName = "A", first_name = "A" given Lead FirstName = "B" '
         "expect prospect unchanged"),
         [("prospect unchanged", 'written: first_name = "B" (it was "A")')]),
    ],
)  # fmt: skip
def test_what_a_failing_test_says(body: str, expected: list[tuple[str, str]]) -> None:
    """B1: a test fails where a record holds something else, and says what it holds."""
    report = played(body)

    assert found(report) == expected
    assert not report.passed


def test_a_prospect_goes_from_map_to_map() -> None:
    """E8: a prospect that the first map does not take is made by the next; a test sees which."""
    contact = (
        "map Contact <-> prospect { match Email = email "
        "FirstName <-> first_name LastName <-> last_name Email <-> email }"
    )
    body = f'{contact} test "t" {{ {NEW_PROSPECT} expect Contact LastName = "Lee" }}'

    assert found(played(body, "Title <-> job_title required")) == []
    (result,) = played(body).results
    assert [fault.reason for fault in result.faults] == [
        "the map of Lead comes first and takes the record"
    ]


def test_tests_are_played_at_a_fixed_moment() -> None:
    """B1: a test gives the same each day; another moment can be handed in."""
    rules = rules_with(
        more='workflow "w" on Lead { when LastActivityDate before 30 days ago then exit cadence }'
        'test "t" { given last sync FirstName = "A" given Lead LastActivityDate = 2026-05-01 '
        "expect exit cadence }"
    )
    assert run_tests(rules).passed
    assert run_tests(rules, now=datetime(2026, 6, 1, tzinfo=UTC)).passed
    assert not run_tests(rules, now=datetime(2026, 5, 20, tzinfo=UTC)).passed
    assert not run_tests(rules, now=datetime(2026, 5, 20)).passed  # noqa: DTZ001 - UTC is meant


def test_names_of_the_last_sync_belong_to_whichever_object_has_them() -> None:
    """B1: an API name comes before a label, and `Object.field` says it outright."""
    body = (
        'given last sync Lead.FirstName = "A", `prospect.First name` = "A", Company = "C", '
        '`Company name` = "C" given Lead FirstName = "B" expect prospect first_name = "B", '
        'company_name = "C" expect Lead unchanged'
    )
    assert found(played(body)) == []
