"""What the functions over numbers count, and how they come back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from support_properties import examples
from syncline.functions import BUILT_IN

CALL = {function.name: function.call for function in BUILT_IN}


def same(found: Any, wanted: Any) -> bool:
    """Tell whether two results are the same number of the same kind."""
    return type(found) is type(wanted) and found == wanted


@st.composite
def written(draw: st.DrawFn) -> int | float:
    """Draw a number of up to 15 digits, as people write one."""
    digits = draw(st.integers(-(10**15) + 1, 10**15 - 1))
    places = draw(st.integers(0, 12))
    number = float(f"{digits}e-{places}")
    return int(number) if number.is_integer() else number


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [
        ("1234", ".", 1234),
        ("1,234", ".", 1234),
        ("1,234,567.50", ".", 1234567.5),
        ("1.234.567,50", ",", 1234567.5),
        ("1 234,5", ",", 1234.5),
        ("1\u202f234,5", ",", 1234.5),
        ("1'234.5", ".", 1234.5),
        ("1.234", ".", 1.234),
        ("1.234", ",", 1234),
        (".5", ".", 0.5),
        ("-5.00", ".", -5),
        ("−5", ".", -5),
        ("+5", ".", 5),
        ("-0", ".", 0),
        ("$ 5", ".", 5),
        ("-€5", ".", -5),
        ("5,5 €", ",", 5.5),
        ("123456789012345678", ".", 123456789012345678),
    ],
)
def test_number(text: str, mark: str, number: float) -> None:
    """K1: a number that stands in a text is read by the marks that the rule names."""
    assert same(CALL["number"](text, mark), number)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1,23", '"1,23" is no number when "." is the decimal mark'),
        ("1,234,56", '"1,234,56" is no number'),
        ("1.234.567", '"1.234.567" is no number when "." is the decimal mark'),
        ("1,234 567", '"1,234 567" is no number'),
        ("12%", '"12%" is no number'),
        ("5 USD", '"5 USD" is no number'),
        ("1e5", '"1e5" is no number'),
        ("5.", '"5." is no number'),
        (".", '"." is no number'),
        ("$", '"$" is no number'),
        ("٤٢", '"٤٢" is no number'),
        ("nan", '"nan" is no number'),
        ("1" * 61, f'"{"1" * 39}…" is no number'),
    ],
)
def test_no_number(text: str, reason: str) -> None:
    """Nothing is guessed: the reason says what was found, and by which mark it was read."""
    with pytest.raises(ValueError, match=r"no number") as fault:
        CALL["number"](text)
    assert str(fault.value) == reason


def test_a_mark_is_a_point_or_a_comma() -> None:
    """Another mark is told."""
    with pytest.raises(ValueError, match=r'^the decimal mark is "." or ",", and not ";"$'):
        CALL["number"]("5", ";")


@pytest.mark.parametrize(
    ("number", "digits", "rounded"),
    [
        (2.5, 0, 3),
        (-2.5, 0, -3),
        (3.5, 0, 4),
        (1.005, 2, 1.01),
        (2.675, 2, 2.68),
        (1234, 2, 1234),
        (0.1, 400, 0.1),
        (5e-324, 15, 0),
        (1e300, 2, 10**300),
        (10**400, 0, 10**400),
        (1.5, -1, 2),
    ],
)
def test_round(number: float, digits: float, rounded: float) -> None:
    """A half goes away from zero, and 1.005 is what it looks like."""
    assert same(CALL["round"](number, digits), rounded)


@pytest.mark.parametrize(
    ("number", "up", "down"), [(2.1, 3, 2), (-2.1, -2, -3), (2.0, 2, 2), (7, 7, 7), (0.3, 1, 0)]
)
def test_round_up_and_down(number: float, up: int, down: int) -> None:
    """Up is towards more, below zero too."""
    assert same(CALL["round_up"](number), up)
    assert same(CALL["round_down"](number), down)


@pytest.mark.parametrize(
    ("name", "values", "found"),
    [
        ("plus", (0.1, 0.2), 0.3),
        ("plus", (0.5, 0.5), 1),
        ("plus", (9007199254740993, 0.5), 9007199254740994),
        ("minus", (0.3, 0.1), 0.2),
        ("times", (1.1, 1.1), 1.21),
        ("times", (0.29, 100), 29),
        ("divided_by", (1, 3), 1 / 3),
        ("divided_by", (6, 3), 2),
        ("divided_by", (6, 4), 1.5),
        ("divided_by", (6, 0), None),
        ("divided_by", (6, 0.0), None),
        ("divided_by", (0, 0), None),
        ("plus", (float("inf"), 1), None),
        ("plus", (10**400, 0.5), 10**400),
        ("absolute", (-2.5,), 2.5),
        ("absolute", (float("-inf"),), None),
        ("smallest", (3, 2.5, 7), 2.5),
        ("largest", (3, 7.0), 7),
        ("smallest", (float("nan"), 3), None),
        ("largest", (3, float("nan")), None),
        ("largest", (3, float("inf")), None),
    ],
)
def test_counting(name: str, values: tuple[float, ...], found: float | None) -> None:
    """Counting is done in decimals, and what cannot be counted is blank."""
    assert same(CALL[name](*values), found)


@examples(500)
@given(written(), written())
def test_times_and_divided_by_undo_one_another(number: float, n: float) -> None:
    """B12: a number of up to 15 digits comes back as it was, so a two-way row settles."""
    if n:
        assert same(CALL["divided_by"](CALL["times"](number, n), n), number)
        assert same(CALL["times"](CALL["divided_by"](number, n), n), number)


@given(st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12), st.integers(0, 3))
def test_plus_and_minus_undo_one_another(first: int, second: int, places: int) -> None:
    """B12: amounts of up to 12 digits and three places come back as they were."""
    number, n = (CALL["divided_by"](each, 10**places) for each in (first, second))
    assert same(CALL["minus"](CALL["plus"](number, n), n), number)
    assert same(CALL["plus"](CALL["minus"](number, n), n), number)
