"""The page of the documentation that lists functions, made of their declarations alone."""

from __future__ import annotations

__all__ = ["functions_page"]

import re
import textwrap
from collections.abc import Iterable, Iterator

from ..model import FieldType
from ..rules.types import TIMES
from . import GROUPS
from .function import Example, Function, signature

_HEAD = """\
# Functions

A function makes one value of others. It stands in a row of a map after `using`, where the row's own
value is its first and is not written: `Phone <-> phone using phone(Country)`. It also stands in
criteria and in the rows of an activity, with all of its values in the brackets:
`phone(Phone, Country) starts with "+33"`. Its name touches the bracket.

- A value with `?` behind its name may be left out; one with `…` may be given several times.
- A blank makes a blank, unless the function says what else it does with blanks.
- A function that can **fail** needs `else skip` (leave the other side as it is), `else hold` (wait
  for a person) or a `default` in its row. In criteria, a failure is a blank.
- A **two-way** row (`<->`) needs a function that tidies, or one that another undoes.
"""
_OTHERS = "From plugins"
#: Between two sentences; a full stop of "Dr. and" ends none.
_SENTENCE = re.compile(r"(?<=\.) (?=[A-Z\"])")
_WIDTH = 100


def functions_page(functions: Iterable[Function]) -> str:
    """Return the page of *functions* as Markdown: a table of all, then an entry for each.

    Functions of plugins stand in a section of their own; a section without functions is left out.
    """
    sections = list(_sections(list(functions)))
    lines = [_HEAD, "| function | what it gives |", "|---|---|"]
    for _title, members in sections:
        lines += [f"| [`{f.name}`](#{f.name}) | {_cell(_first_sentence(f))} |" for f in members]
    for title, members in sections:
        lines += ["", f"## {title}"]
        for function in members:
            lines += ["", *_entry(function)]
    return "\n".join(lines) + "\n"


def _sections(functions: list[Function]) -> Iterator[tuple[str, list[Function]]]:
    ours = {function.name for group in GROUPS.values() for function in group}
    for title, group in GROUPS.items():
        names = {function.name for function in group}
        if members := [function for function in functions if function.name in names]:
            yield title, members
    if others := [function for function in functions if function.name not in ours]:
        yield _OTHERS, others


def _entry(function: Function) -> Iterator[str]:
    yield f"### {function.name}"
    yield f"\n`{signature(function)}`\n"
    yield textwrap.fill(function.summary, _WIDTH, break_on_hyphens=False) + "\n"
    yield f"- Fails when {function.fails}." if function.fails else "- Never fails."
    yield f"- Two-way: {_two_way(function)}"
    if function.examples:
        yield "\n| written | gives |"
        yield "|---|---|"
        for each in function.examples:
            yield f"| `{_cell(each.call)}` | {_cell(_given(each, function.gives))} |"


def _two_way(function: Function) -> str:
    if function.normaliser:
        return "yes, it tidies; values that are tidied alike are equal."
    if function.inverse:
        return f"yes, `{function.inverse}` undoes it on the way back."
    return "no, it changes a value for good."


def _given(example: Example, kind: FieldType) -> str:
    """Return what *example* gives, as a rule file would write it."""
    if example.fails:
        return f"fails: {example.fails}"
    value = example.gives
    if value is None:
        return "blank"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return ", ".join(f'`"{each}"`' for each in value)
    return f'`"{value}"`' if isinstance(value, str) and kind not in TIMES else f"`{value}`"


def _first_sentence(function: Function) -> str:
    return _SENTENCE.split(function.summary)[0].removesuffix(".")


def _cell(text: str) -> str:
    """Return *text* as it may stand in a cell of a table."""
    return text.replace("|", "\\|")
