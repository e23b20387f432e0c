"""Whatever stands in a file, an editor gets an answer; and what it is offered can be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from support_language import LOCAL
from support_properties import examples
from syncline.editor.actions import actions, diagnostics
from syncline.editor.completion import completion
from syncline.editor.definition import definition
from syncline.editor.hover import hover
from syncline.editor.mending import read_to
from syncline.editor.outline import folds, symbols
from syncline.editor.place import Inside, place_at
from syncline.editor.positions import Positions
from syncline.editor.reader import reader
from syncline.editor.rename import title_at

EXAMPLE = (Path(__file__).resolve().parents[2] / "examples" / "acme.rules").read_text("utf-8")
#: Places between the signs of the example at which something can be typed.
PLACES = st.integers(0, len(EXAMPLE))
DAMAGE = st.sampled_from(['"', "`", "{", "}", "(", "<->", "\n", "#", "when", "🙂", "\r\n", "=", ""])


def reaches(text: str) -> bool:
    """Tell whether the parser reads *text* to its end, finished or not."""
    _top, end = reader().read(reader().ground, text, 0, len(text))
    return end == len(text)


def read_further(text: str, at: int) -> None:
    """Assert that each completion at *at* gives a text that the parser reads to its end."""
    for item in completion(text, at, LOCAL):
        written = text[: item.start] + item.insert
        if "{" in item.insert and item.insert.endswith("}"):
            written += '"'  # a variable leaves its text open
        assert reaches(written), (item.label, written[-60:])


@pytest.mark.parametrize("at", range(0, len(EXAMPLE), 23))
def test_every_completion_of_a_prefix_leads_on(at: int) -> None:
    """B14: what is offered at the end of a text without a slip can be read with it."""
    text = EXAMPLE[:at]
    place = place_at(text, at)
    if place.inside is not Inside.COMMENT and reaches(text[: place.start]):
        read_further(text, at)


@examples(60)
@given(
    cut=PLACES,
    damages=st.lists(st.tuples(PLACES, st.integers(0, 30), DAMAGE), max_size=4),
    at=PLACES,
)
def test_nothing_breaks_on_damage(cut: int, damages: list[tuple[int, int, str]], at: int) -> None:
    """B14: a half-typed or torn file raises nothing, and answers lie within the text."""
    text = EXAMPLE[:cut]
    for place, length, put in damages:
        text = text[:place] + put + text[place + length :]
    at = min(at, len(text))
    for item in completion(text, at, LOCAL):
        assert 0 <= item.start <= at <= item.end <= len(text)
        assert "\n" not in text[item.start : item.end]
    found = hover(text, at, LOCAL)
    assert found is None or 0 <= found.start <= at <= found.end <= len(text)
    definition(text, at, LOCAL)
    title_at(text, at)
    symbols(text)
    assert all(fold.start <= fold.end for fold in folds(text))
    actions(diagnostics(text, LOCAL), 0, len(text))


@examples(60)
@given(text=st.text(max_size=60), at=st.integers(0, 60))
def test_nothing_breaks_on_any_text(text: str, at: int) -> None:
    """B14: what is pasted need not be a rule file."""
    completion(text, at, LOCAL)
    hover(text, at, LOCAL)
    definition(text, at, LOCAL)
    read_to(reader(), text, min(at, len(text)))


@examples(200)
@given(
    text=st.text(st.sampled_from("aé🙂\t\n\r\u2028\x0b"), max_size=20),
    at=st.integers(0, 20),
    encoding=st.sampled_from(["utf-8", "utf-16", "utf-32"]),
)
def test_a_place_and_its_offset_are_one(text: str, at: int, encoding: str) -> None:
    """B14: there and back is where one was, but for the middle of a line break."""
    positions = Positions(text, encoding)
    at = min(at, len(text))
    back = positions.offset(*positions.place(at))
    inside_break = text[at - 1 : at + 1] == "\r\n"
    assert back == (at - 1 if inside_break else at)
