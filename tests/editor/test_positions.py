"""Lines and columns as editors count them."""

from __future__ import annotations

import pytest

from syncline.editor.positions import Positions

TEXT = "ab\r\n\t🙂x\r\né\n"


@pytest.mark.parametrize(
    ("offset", "place"),
    [
        (0, (0, 0)),
        (2, (0, 2)),
        (3, (0, 2)),  # within the line break
        (4, (1, 0)),
        (5, (1, 1)),
        (6, (1, 3)),
        (7, (1, 4)),
        (9, (2, 0)),
        (10, (2, 1)),
        (11, (3, 0)),
        (99, (3, 0)),
        (-1, (0, 0)),
    ],
)
def test_the_place_of_an_offset(offset: int, place: tuple[int, int]) -> None:
    """B14: columns are UTF-16 units: a tab counts one, an emoji two."""
    assert Positions(TEXT).place(offset) == place


@pytest.mark.parametrize(
    ("place", "offset"),
    [
        ((0, 0), 0),
        ((0, 99), 2),
        ((1, 1), 5),
        ((1, 2), 5),  # in the middle of the emoji
        ((1, 3), 6),
        ((2, 1), 10),
        ((3, 0), 11),
        ((99, 0), 11),
    ],
)
def test_the_offset_of_a_place(place: tuple[int, int], offset: int) -> None:
    """B14: a place beyond its line is the line's end; one within a sign lies before it."""
    assert Positions(TEXT).offset(*place) == offset


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 6), ("utf-16", 4), ("utf-32", 3)])
def test_an_editor_may_count_in_other_units(encoding: str, column: int) -> None:
    """B14: what was agreed when the session began holds."""
    assert Positions(TEXT, encoding).place(7) == (1, column)
    assert Positions(TEXT, encoding).offset(1, column) == 7
