"""What the functions over text and over names make of one."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from syncline.functions import BUILT_IN

CALL = {function.name: function.call for function in BUILT_IN}


@pytest.mark.parametrize(
    ("text", "titled"),
    [
        ("ada lovelace", "Ada Lovelace"),
        ("ADA LOVELACE", "Ada Lovelace"),
        ("sean o'brien", "Sean O'Brien"),
        ("SEAN O’BRIEN", "Sean O’Brien"),
        ("l'oréal", "L'Oréal"),
        ("ada's book", "Ada's Book"),
        ("ADA'S BOOK", "Ada's Book"),
        ("WE'RE", "We're"),
        ("jean-luc", "Jean-Luc"),
        ("McDonald", "McDonald"),
        ("MCDONALD", "Mcdonald"),
        ("iPhone 3M b2b 21st", "iPhone 3M b2b 21st"),
        ("IBM", "Ibm"),
        ("élodie ÉTIENNE", "Élodie Étienne"),
        ("e\u0301lodie re\u0301mi", "E\u0301lodie Re\u0301mi"),
        ("ΟΔΥΣΣΕΥΣ", "Οδυσσευς"),
        ("ßen", "ßen"),
        ("snake_case", "Snake_Case"),
        ("東京", "東京"),
    ],
)
def test_title(text: str, titled: str) -> None:
    """The rule is the one that the summary states."""
    assert CALL["title"](text) == titled


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (" a\u00a0\u2009b\t\n c ", "a b c"),
        ("a", "a"),
    ],
)
def test_single_spaces(text: str, found: str) -> None:
    """Hard and narrow spaces, which come with a paste, are spaces."""
    assert CALL["single_spaces"](text) == found


@pytest.mark.parametrize(
    ("count", "left", "right"),
    [
        (0, None, None),
        (-2, None, None),
        (1, "a", "d"),
        (2.9, "ab", "cd"),
        (4, "abcd", "abcd"),
        (10**500, "abcd", "abcd"),
        (float("inf"), None, None),
        (float("nan"), None, None),
    ],
)
def test_left_and_right(count: float, left: str | None, right: str | None) -> None:
    """A count is a whole number from 0; a text that is shorter is given whole."""
    assert CALL["left"]("abcd", count) == left
    assert CALL["right"]("abcd", count) == right


def test_length() -> None:
    """Blank: space around a text is none of it."""
    assert CALL["length"](" a b ") == 3


def test_digits_of_every_script() -> None:
    """Digits are given as 0 to 9; a superscript is none."""
    assert CALL["digits"]("٤٢ m² 7") == "427"


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (("Ada", " ", "Lovelace"), "Ada Lovelace"),
        (("Ada", None), "Ada"),
        ((None, None), None),
    ],
)
def test_concat(values: tuple[str | None, ...], found: str | None) -> None:
    """Blank: in a concatenation it adds nothing."""
    assert CALL["concat"](*values) == found


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (("Ada", ", ", "Lovelace"), "Ada, Lovelace"),
        (("Ada", None, "Lovelace"), "Ada Lovelace"),
        (("Ada", " ", "Lovelace"), "Ada Lovelace"),
        ((None, ", ", None, "Boston", "  ", "MA"), "Boston, MA"),
        ((None, ", ", None), None),
    ],
)
def test_join(values: tuple[str | None, ...], found: str | None) -> None:
    """Blank: in a list it leaves no separator behind."""
    assert CALL["join"](*values) == found


@pytest.mark.parametrize(
    ("text", "separator", "part", "found"),
    [
        ("a/b/c", "/", 1, "a"),
        ("a/b/c", "/", 3, "c"),
        ("a/b/c", "/", 4, None),
        ("a/b/c", "/", 0, None),
        ("a//c", "/", 2, None),
        ("a  b", None, 2, "b"),
        ("a  b", " ", 2, "b"),
        ("a and b", " and ", 2, "b"),
    ],
)
def test_split(text: str, separator: str | None, part: int, found: str | None) -> None:
    """The parts are counted from 1."""
    assert CALL["split"](text, separator, part) == found


@pytest.mark.parametrize(
    ("text", "separator", "before", "after"),
    [
        ("a, b, c", ",", "a", "b, c"),
        ("abc", ",", "abc", None),
        (",b", ",", None, "b"),
        ("a,", ",", "a", None),
        ("Ada King Lovelace", " ", "Ada", "King Lovelace"),
        ("Ada", None, "Ada", None),
    ],
)
def test_text_before_and_after(
    text: str, separator: str | None, before: str | None, after: str | None
) -> None:
    """Without a separator all of the text stands before it."""
    assert CALL["text_before"](text, separator) == before
    assert CALL["text_after"](text, separator) == after


@pytest.mark.parametrize(
    ("text", "old", "new", "found"),
    [
        ("a b", " ", "-", "a-b"),
        ("a-b", "-", " ", "a b"),
        ("a-b", "-", None, "ab"),
        ("a-b", None, "x", "a-b"),
        ("aaa", "a", None, None),
        ("aA", "A", "b", "ab"),
        ("a" * 32_000, "a", "b" * 32_000, "a" * 32_000),
    ],
)
def test_replace(text: str, old: str | None, new: str | None, found: str | None) -> None:
    """A result that no field could hold is not made."""
    assert CALL["replace"](text, old, new) == found


@pytest.mark.parametrize(
    ("value", "found"),
    [(5, "5"), (5.0, "5"), (2.5, "2.5"), (False, "false"), (("a", "b"), "a; b"), ("a", "a")],
)
def test_text(value: object, found: str) -> None:
    """K3: a value of any type can stand in a text."""
    assert CALL["text"](value) == found


@pytest.mark.parametrize(
    ("full", "first", "last", "initials"),
    [
        ("Ada Lovelace", "Ada", "Lovelace", "AL"),
        ("Dr. Ada King-Noel Lovelace Jr.", "Ada", "Lovelace", "AKL"),
        ("Lovelace, Ada", "Ada", "Lovelace", "AL"),
        ("Lovelace, Dr. Ada King", "Ada", "Lovelace", "AKL"),
        ("Lovelace, Ada, PhD", "Ada", "Lovelace", "AL"),
        ("Ada Lovelace, Ph.D., MBA", "Ada", "Lovelace", "AL"),
        ("van der Berg, Jan", "Jan", "van der Berg", "JVDB"),
        ("Ludwig van Beethoven", "Ludwig", "van Beethoven", "LVB"),
        ("Juan Carlos de la Cruz III", "Juan", "de la Cruz", "JCDLC"),
        ("Van Morrison", "Van", "Morrison", "VM"),
        ("Prof. Dr. Max von Laue", "Max", "von Laue", "MVL"),
        ("  Ada   Lovelace ", "Ada", "Lovelace", "AL"),
        ("Ada", "Ada", None, "A"),
        ("Mr. Smith", None, "Smith", "S"),
        ("Dr.", "Dr.", None, "D"),
        ("Jr.", "Jr.", None, "J"),
        (", Ada", "Ada", None, "A"),
        ("Ada,", "Ada", None, "A"),
        (",", None, None, None),
        ("山田 太郎", "山田", "太郎", "山太"),
    ],
)
def test_names(full: str, first: str | None, last: str | None, initials: str | None) -> None:
    """RS5: one field with a full name fills the two that a prospect needs."""
    assert CALL["first_name"](full) == first
    assert CALL["last_name"](full) == last
    assert CALL["initials"](full) == initials


@given(st.from_regex(r"\A[A-Z][a-z]{3,8}\Z"), st.from_regex(r"\A[A-Z][a-z]{4,8}\Z"))
def test_the_two_ways_to_write_a_name_are_one(first: str, last: str) -> None:
    """RS5: "Ada Lovelace" and "Lovelace, Ada" are the same person."""
    for part in ("first_name", "last_name", "initials"):
        assert CALL[part](f"{first} {last}") == CALL[part](f"{last}, {first}")
