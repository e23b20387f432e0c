"""The page of the documentation that lists the functions."""

from __future__ import annotations

import re
from pathlib import Path

from syncline.functions import BUILT_IN, GROUPS, Example, Function, Parameter
from syncline.functions.page import functions_page

PAGE = Path(__file__).parents[2] / "docs" / "functions.md"


def _dashed(text: str) -> str:
    return text.replace("|", "-")


OURS = Function(
    name="dashed",
    summary="Text with dashes. It knows one sign.",
    call=_dashed,
    takes=(Parameter(name="text"), Parameter(name="sign", optional=True)),
    examples=(Example(call='dashed("a|b")', gives="a-b"),),
)


def test_the_page_is_what_the_functions_say(update: bool) -> None:
    """docs/functions.md is made of the declarations."""
    made = functions_page(BUILT_IN)

    if update:
        PAGE.write_text(made, "utf-8")
    assert PAGE.read_text("utf-8") == made


def test_every_heading_is_a_place_of_its_own() -> None:
    """Each link of the table leads to its function, and each function has one."""
    headings = re.findall(r"^##+ (.*)$", PAGE.read_text("utf-8"), re.MULTILINE)
    places = [heading.lower().replace(" ", "-").replace(",", "") for heading in headings]
    links = re.findall(r"^\| \[`\w+`\]\(#(\w+)\)", PAGE.read_text("utf-8"), re.MULTILINE)

    assert len(places) == len(set(places)) == len(GROUPS) + len(BUILT_IN)
    assert links == [function.name for function in BUILT_IN]
    assert set(links) < set(places)


def test_functions_of_plugins_stand_apart() -> None:
    """A plugin's function is told like ours, in a section of its own."""
    made = functions_page([OURS])

    assert "| [`dashed`](#dashed) | Text with dashes |\n" in made
    told = made.partition("## ")[2]
    assert told == (
        "From plugins\n\n### dashed\n\n`dashed(text, sign?)`\n\n"
        "Text with dashes. It knows one sign.\n\n"
        "- Never fails.\n- Two-way: no, it changes a value for good.\n\n"
        "| written | gives |\n|---|---|\n"
        '| `dashed("a\\|b")` | `"a-b"` |\n'
    )
