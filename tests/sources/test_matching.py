"""Who took part: numbers and addresses against prospects."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from syncline import Record
from syncline.sources.matching import Matcher, searched
from syncline_local.cadence_objects import DESCRIPTION

PROSPECT = DESCRIPTION.get("prospect")
assert PROSPECT is not None
NOW = datetime(2026, 11, 2, tzinfo=UTC)


def prospect(id_: str, **values: str) -> Record:
    return Record(object="prospect", id=id_, values=values, modified=NOW)


def matched(party: str, *prospects: Record) -> tuple[str, ...]:
    assert PROSPECT is not None
    matcher = Matcher(PROSPECT, [party])
    for each in prospects:
        matcher.show(each)
    return matcher.prospects(party)


@pytest.mark.parametrize(
    ("party", "values"),
    [
        ("+33612345678", {"phone": "+33 6 12 34 56 78"}),
        ("+33612345678", {"mobile_phone": "06 12 34 56 78", "country": "France"}),
        ("+33612345678", {"other_phone_2": "06.12.34.56.78", "country": "FR"}),
        ("+14155550132", {"phone": "(415) 555-0132", "country": "United States"}),
        ("+14155550132", {"company_phone": "415-555-0132 ext. 77", "country": "US"}),
        ("+442071838750", {"phone": "020 7183 8750", "country": "England"}),
        ("+390612345678", {"phone": "06 1234 5678", "country": "Italy"}),
        ("ann@example.com", {"email": "Ann@Example.com "}),
        ("ANN@EXAMPLE.COM", {"email": "ann@example.com"}),
        ("ann@example.com", {"other_emails": "a@b.example; <ann@example.com>"}),
    ],
)  # fmt: skip
def test_ways_to_write_one_party(party: str, values: dict[str, str]) -> None:
    """A number is read for the prospect's country, an address without regard to case (RS3, RS4)."""
    assert matched(party, prospect("one", **values), prospect("two")) == ("one",)


@pytest.mark.parametrize(
    ("party", "values"),
    [
        ("+33612345678", {"phone": "06 12 34 56 78"}),  # of which country?
        ("+33612345678", {"phone": "06 12 34 56 78", "country": "Italy"}),
        ("+33612345678", {"phone": "ask for Ann"}),
        ("33612345678", {"phone": "+33612345678"}),  # no source gives it so
        ("12", {"phone": "12"}),
        ("ann@example.com", {"email": "ann@example.com.au"}),
        ("ann@example.com", {"notes": "ann@example.com"}),
        ("@", {"email": ""}),
    ],
)
def test_what_is_not_the_same(party: str, values: dict[str, str]) -> None:
    """What cannot be read for certain is nobody's."""
    assert matched(party, prospect("one", **values)) == ()


def test_a_party_that_two_have_is_told_as_two() -> None:
    """Nobody is guessed; a prospect that has it twice is one."""
    one = prospect("one", phone="+33612345678", mobile_phone="+33 612345678")
    two = prospect("two", company_phone="0612345678", country="FR")
    assert matched("+33612345678", one) == ("one",)
    assert matched("+33612345678", one, two) == ("one", "two")


@given(
    digits=st.integers(10_000_000, 79_999_999),
    cuts=st.lists(st.integers(0, 8), max_size=4),
    sign=st.sampled_from(" -.()/"),
)
def test_any_punctuation_is_one_number(digits: int, cuts: list[int], sign: str) -> None:
    """However a French mobile number is cut into groups, it is found."""
    written = f"6{digits}"
    for cut in sorted(cuts, reverse=True):
        written = f"{written[: cut + 1]}{sign}{written[cut + 1 :]}"
    found = matched(f"+336{digits}", prospect("one", phone=f"0{written}", country="FR"))
    assert found == ("one",)


def test_what_is_read_of_a_prospect() -> None:
    """Only what says how to reach it is asked for."""
    assert PROSPECT is not None
    assert set(searched(PROSPECT)) == {
        "email", "phone", "mobile_phone", "company_phone", "other_phone", "other_phone_2",
        "other_emails", "country",
    }  # fmt: skip
