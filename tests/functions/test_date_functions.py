"""What the functions over dates read and write."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, strategies as st

from syncline.functions import BUILT_IN

CALL = {function.name: function.call for function in BUILT_IN}
NOT_A_FORM = r"is not made of YYYY, MM or MMM, and DD, each of them once$"


@pytest.mark.parametrize(
    ("text", "form", "found"),
    [
        ("22/11/2026", "DD/MM/YYYY", "2026-11-22"),
        ("2/3/2026", "DD/MM/YYYY", "2026-03-02"),
        ("2/3/2026", "MM/DD/YYYY", "2026-02-03"),
        ("22.11.2026", "DD.MM.YYYY", "2026-11-22"),
        ("20261122", "YYYYMMDD", "2026-11-22"),
        ("22 nov 2026", "DD MMM YYYY", "2026-11-22"),
        ("November 22, 2026", "MMM DD, YYYY", "2026-11-22"),
        (" 2026-11-22 ", "YYYY-MM-DD", "2026-11-22"),
        ("2026-11-22T23:30:00-08:00", "YYYY-MM-DD", "2026-11-22"),
        ("2028-02-29", "YYYY-MM-DD", "2028-02-29"),
    ],
)
def test_date(text: str, form: str, found: str) -> None:
    """K1: a date is read by the form that the rule names, never by a guess."""
    assert CALL["date"](text, form) == found


@pytest.mark.parametrize(
    ("text", "form", "reason"),
    [
        ("22/11/26", "DD/MM/YYYY", "date of the form"),
        ("22x11x2026", "DD.MM.YYYY", "date of the form"),
        ("29/02/2026", "DD/MM/YYYY", "day of the calendar in the form"),
        ("01/01/0000", "DD/MM/YYYY", "day of the calendar in the form"),
        ("22 brumaire 2026", "DD MMM YYYY", "date of the form"),
        ("2026-11-22Tea", "YYYY-MM-DD", "date of the form"),
    ],
)
def test_no_date(text: str, form: str, reason: str) -> None:
    """The reason names the form by which the text was read."""
    with pytest.raises(ValueError, match=r"is no") as fault:
        CALL["date"](text, form)
    assert str(fault.value) == f'"{text}" is no {reason} {form}'


@pytest.mark.parametrize(
    "form", ["", "date", "DD/MM", "DD/MM/YY", "DD/DD/YYYY", "MM MMM YYYY DD", "DDMMYYYY" + "." * 40]
)
def test_no_form(form: str) -> None:
    """A form that leaves the date open is told, both ways."""
    with pytest.raises(ValueError, match=NOT_A_FORM):
        CALL["date"]("22/11/2026", form)
    with pytest.raises(ValueError, match=NOT_A_FORM):
        CALL["date_text"]("2026-11-22", form)


@given(
    st.dates(),
    st.permutations(["YYYY", "MM", "DD"]),
    st.booleans(),
    st.lists(st.text(" /.-,'(+年T\\", min_size=1, max_size=3), min_size=4, max_size=4),
)
def test_date_and_date_text_undo_one_another(
    day: date, parts: list[str], named: bool, between: list[str]
) -> None:
    """B12: whatever the form, a date that is written is read as the same date, and so its text."""
    parts = ["MMM" if named and part == "MM" else part for part in parts]
    form = "".join(
        f"{text}{part}" for text, part in zip(between, [*parts, ""], strict=True)
    ).strip()
    text = CALL["date_text"](day.isoformat(), form)

    assert CALL["date"](text, form) == day.isoformat()
    assert CALL["date_text"](CALL["date"](text, form), form) == text


@given(st.dates())
def test_parts_of_a_date(day: date) -> None:
    """The parts are those of the calendar, of a date and of a date-time alike."""
    for value in (day.isoformat(), f"{day.isoformat()}T23:59:59.000+0000"):
        assert CALL["date_of"](value) == day.isoformat()
        assert (CALL["year_of"](value), CALL["month_of"](value)) == (day.year, day.month)
        assert CALL["day_of_month"](value) == day.day
        assert CALL["weekday"](value) == day.strftime("%a")


@given(st.dates(), st.dates())
def test_days_between_and_add_days_agree(start: date, end: date) -> None:
    """So many days after the one date lies the other."""
    days = CALL["days_between"](start.isoformat(), end.isoformat())

    assert CALL["add_days"](start.isoformat(), days) == end.isoformat()


@pytest.mark.parametrize(
    ("value", "days", "found"),
    [
        ("2026-11-22", 1.9, "2026-11-23"),
        ("2026-11-22", -22.9, "2026-10-31"),
        ("9999-12-31", 1, None),
        ("0001-01-01", -1, None),
        ("2026-11-22", 10**500, None),
        ("2026-11-22", float("nan"), None),
        ("2026-11-22", float("inf"), None),
        ("soon", 1, None),
    ],
)
def test_add_days(value: str, days: float, found: str | None) -> None:
    """Whole days count; a day that no calendar has is blank."""
    assert CALL["add_days"](value, days) == found


@pytest.mark.parametrize(
    "name", ["date_of", "year_of", "month_of", "day_of_month", "weekday", "date_text"]
)
def test_what_is_no_date_is_blank(name: str) -> None:
    """Blank: a field that holds no date gives none of its parts."""
    assert CALL[name]("soon") is None
    assert CALL["days_between"]("soon", "2026-11-22") is None
