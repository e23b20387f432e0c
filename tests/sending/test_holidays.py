"""`not on holidays`: from its words to the tree, the form, the JSON, and what is wrong with it."""

from __future__ import annotations

from datetime import date

import pytest

from support_language import LOCAL, checked
from syncline.errors import RulesError
from syncline.sending.days_off import holiday
from syncline_grammar import syntax as s
from syncline_grammar.jsonform.document import from_json, to_json
from syncline_grammar.parse import parse
from syncline_grammar.writing.formatter import format_text

HEAD = "connect crm to local\nconnect cadence to local\n"


@pytest.mark.parametrize(
    ("text", "holidays"),
    [
        ("allow email on Mon", None),
        ("allow email on Mon not on holidays", "prospect"),
        ("allow email on Mon, not  on\n holidays", "prospect"),
        ('allow email on Mon in "Europe/Paris", not on holidays in "FR"', "FR"),
        ('allow email on Mon, at most 5 a day, not on holidays in "France"', "France"),
    ],
)
def test_whose_holidays_are_left_out(text: str, holidays: str | None) -> None:
    """RS7, B11: the prospect's country's or a named one's; the tree survives the JSON form (B1)."""
    parsed = parse(text)
    (rule,) = parsed.tree.statements
    assert isinstance(rule, s.Allow)
    assert (rule.holidays, parsed.diagnostics) == (holidays, ())
    assert from_json(to_json(parsed)).tree == parsed.tree


def test_the_one_form_puts_holidays_before_the_limits() -> None:
    """B1: the formatter writes them once, in one place."""
    text = 'allow sms on Mon at most 5 a day, not on holidays in "FR"\n'
    assert format_text(text).text == 'allow sms on Mon, not on holidays in "FR", at most 5 a day\n'


@pytest.mark.parametrize(
    ("limit", "code", "message"),
    [
        (
            'not on holidays in "Farnce"',
            "E111",
            "there is no country `Farnce`; did you mean `France`?",
        ),
        ('not on holidays in "Xyzzy"', "E111", "there is no country `Xyzzy`"),
        (
            'not on holidays, not on holidays in "FR"',
            "E310",
            "two limits of one kind contradict each other",
        ),
        ("at least 366 days apart", "E111", "a gap of more than a year never ends"),
        ("at least 99999999999999999 weeks apart", "E111", "a gap of more than a year never ends"),
        (
            "not on holidays, at most 5 a day, at least 1 hour apart",
            None,
            "",
        ),
    ],
)
def test_what_is_wrong_with_holidays(limit: str, code: str | None, message: str) -> None:
    """B2: a country that there is not is told with the nearest."""
    found = checked(f"{HEAD}allow email on Mon, {limit}\n", LOCAL).errors
    told = [
        (each.code, each.message)
        for each in found
        if "allow" in each.message or each.span.line == 3
    ]
    assert told == ([] if code is None else [(code, message)])


@pytest.mark.parametrize(
    ("zone", "message"),
    [
        ("US/Pacific-New", "there is no time zone `US/Pacific-New`; did you mean `US/Pacific`?"),
        ("Europe/Pariss", "there is no time zone `Europe/Pariss`; did you mean `Europe/Paris`?"),
    ],
)
def test_a_zone_that_no_longer_exists_is_told_with_the_nearest(zone: str, message: str) -> None:
    """B11: a zone that the database dropped, or never had."""
    found = checked(f'{HEAD}allow email on Mon in "{zone}"\n', LOCAL).errors
    assert [each.message for each in found if each.span.line == 3] == [message]


def test_rules_with_errors_allow_nothing() -> None:
    """RS7: nobody goes by hours that the checker refused."""
    with pytest.raises(RulesError):
        _ = checked(f"{HEAD}allow email on Mon from 18:00 to 08:00\n", LOCAL).sending


def test_holidays_have_english_names_and_end_with_the_country() -> None:
    """B11: a day's name is for the admin; a country without holidays has none."""
    assert holiday("FR", date(2026, 5, 1)) == "Labor Day"
    assert holiday("DE", date(2026, 7, 14)) is None
    assert holiday("BV", date(2026, 12, 25)) is None
