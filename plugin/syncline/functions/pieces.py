"""Functions that put texts together and take them apart.

A blank separator stands for a space: to the rules, white space alone is a blank.
"""

from __future__ import annotations

__all__ = ["PIECES"]

from ..model import FieldType, Value, is_blank
from ..rules.values import text_of
from .arguments import count_of
from .function import Example, Function, Parameter

#: More than any field takes. Each place of one long text may be replaced by another long one.
_MOST = 1_000_000


def _concat(*texts: str | None) -> str | None:
    return "".join(text or "" for text in texts) or None


def _join(text: str | None, separator: str | None, *texts: str | None) -> str | None:
    filled = [each for each in (text, *texts) if each is not None and not is_blank(each)]
    return (separator or " ").join(filled) or None


def _split(text: str, separator: str | None, place: float) -> str | None:
    parts = text.split() if is_blank(separator) else text.split(separator)
    number = count_of(place)
    return parts[number - 1].strip() or None if 1 <= number <= len(parts) else None


def _text_before(text: str, separator: str | None) -> str | None:
    return _parted(text, separator)[0]


def _text_after(text: str, separator: str | None) -> str | None:
    return _parted(text, separator)[1]


def _parted(text: str, separator: str | None) -> tuple[str | None, str | None]:
    """Return what stands before and after the first *separator*; all is before when none is."""
    if separator is None or is_blank(separator):
        words = text.split(maxsplit=1)
        return (words[0] if words else None), (words[1].strip() if len(words) > 1 else None)
    before, _separator, after = text.partition(separator)
    return before.strip() or None, after.strip() or None


def _replace(text: str, old: str | None, new: str | None) -> str | None:
    if not old or text.count(old) * len(new or "") > _MOST:
        return text
    return text.replace(old, new or "") or None


def _first_filled(*texts: str | None) -> str | None:
    return next((text for text in texts if not is_blank(text)), None)


def _text(value: Value) -> Value:
    return text_of(value)


_SEPARATOR = Parameter(name="separator", blank=True)
_ANY_TEXT = Parameter(name="text", blank=True)
_MORE = Parameter(name="text", blank=True, repeated=True)

PIECES: tuple[Function, ...] = (
    Function(
        name="concat",
        summary="The texts one after the other, with nothing between them; a blank adds nothing.",
        call=_concat,
        takes=(_ANY_TEXT, _MORE),
        cost=10,
        examples=(
            Example(call='concat("ACME-", "0042")', gives="ACME-0042"),
            Example(call='concat("Ada", " ", "Lovelace")', gives="Ada Lovelace"),
            Example(call='concat("ACME-", "")', gives="ACME-"),
        ),
    ),
    Function(
        name="join",
        summary=(
            "The texts one after the other, with the separator between them. Blanks are left out, "
            "and so are their separators; a blank separator is a space."
        ),
        call=_join,
        takes=(_ANY_TEXT, _SEPARATOR, _MORE),
        cost=20,
        examples=(
            Example(call='join("Ada", " ", "Lovelace")', gives="Ada Lovelace"),
            Example(call='join("1 Main St", ", ", "", "Boston")', gives="1 Main St, Boston"),
        ),
    ),
    Function(
        name="split",
        summary=(
            "One part of a text that a separator divides; the first part is 1. Blank when there "
            "are fewer parts; a blank separator divides at spaces."
        ),
        call=_split,
        takes=(Parameter(name="text"), _SEPARATOR, Parameter(name="part", type=FieldType.NUMBER)),
        cost=20,
        examples=(
            Example(call='split("EMEA / France / Paris", "/", 2)', gives="France"),
            Example(call='split("EMEA / France / Paris", "/", 4)', gives=None),
        ),
    ),
    Function(
        name="text_before",
        summary=(
            "What stands before the first separator; the whole text when it has none. A blank "
            "separator is a space."
        ),
        call=_text_before,
        takes=(Parameter(name="text"), _SEPARATOR),
        cost=15,
        examples=(
            Example(call='text_before("Acme, Inc.", ",")', gives="Acme"),
            Example(call='text_before("Acme", ",")', gives="Acme"),
        ),
    ),
    Function(
        name="text_after",
        summary=(
            "What stands after the first separator; blank when the text has none. A blank "
            "separator is a space."
        ),
        call=_text_after,
        takes=(Parameter(name="text"), _SEPARATOR),
        cost=15,
        examples=(
            Example(call='text_after("ref: 0042", ":")', gives="0042"),
            Example(call='text_after("0042", ":")', gives=None),
        ),
    ),
    Function(
        name="replace",
        summary=(
            "The text with every old piece replaced by the new one, capitals and small letters "
            "told apart. A blank for the new one takes the old one out."
        ),
        call=_replace,
        takes=(
            Parameter(name="text"),
            Parameter(name="old", blank=True),
            Parameter(name="new", blank=True),
        ),
        cost=20,
        examples=(
            Example(call='replace("Food & Drink", "&", "and")', gives="Food and Drink"),
            Example(call='replace("12-34-56", "-", "")', gives="123456"),
        ),
    ),
    Function(
        name="first_filled",
        summary="The first of the texts that is not blank.",
        call=_first_filled,
        takes=(_ANY_TEXT, _MORE),
        cost=12,
        examples=(
            Example(call='first_filled("", "+14155550132")', gives="+14155550132"),
            Example(call='first_filled("", "")', gives=None),
        ),
    ),
    Function(
        name="text",
        summary="Any value as text, the way a person would write it.",
        call=_text,
        takes=(Parameter(name="value", type=None),),
        cost=8,
        examples=(
            Example(call="text(42)", gives="42"),
            Example(call="text(true)", gives="true"),
        ),
    ),
)
