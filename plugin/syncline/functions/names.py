"""Functions that take the name of a person apart.

Nobody can do this for every name in the world. The rule is plain, so that an admin can foresee
what it makes of a name, and goes by the words alone.
"""

from __future__ import annotations

__all__ = ["NAMES"]

from collections.abc import Collection
from typing import NamedTuple

from .function import Example, Function, Parameter

#: Forms of address, as they stand before a name: without full stops, in small letters.
_TITLES = frozenset({
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "dame", "rev", "reverend",
    "hon", "herr", "frau", "mme", "mlle",
})  # fmt: skip
#: What follows a name and is no part of it. "Ma" and "Do" are missing: they are surnames, too.
_SUFFIXES = frozenset({
    "jr", "sr", "jnr", "snr", "ii", "iii", "iv", "phd", "md", "mba", "cpa", "cfa", "esq", "dds",
    "jd", "rn",
})  # fmt: skip
#: Small words that a last name begins with.
_PARTICLES = frozenset({
    "van", "von", "der", "den", "de", "del", "della", "di", "da", "das", "do", "dos", "du", "la",
    "le", "ter", "ten", "bin", "ibn", "al", "el", "af", "av", "zu", "zur",
})  # fmt: skip


class _Name(NamedTuple):
    """A person's name: its words in the order in which they are said."""

    first: tuple[str, ...] = ()
    middle: tuple[str, ...] = ()
    last: tuple[str, ...] = ()


def _is(word: str, words: Collection[str]) -> bool:
    return word.replace(".", "").casefold() in words


def _bare(words: list[str], least: int) -> list[str]:
    """Return *words* without titles before and suffixes after them, but at least *least* words."""
    start, end = 0, len(words)
    while end - start > least and _is(words[end - 1], _SUFFIXES):
        end -= 1
    while end - start > least and _is(words[start], _TITLES):
        start += 1
    return words[start:end]


def _read(text: str) -> _Name:
    head, _comma, tail = text.partition(",")
    given = _bare(tail.replace(",", " ").split(), 0)
    words = _bare(head.split(), 1)
    if given and words:  # "Lovelace, Ada"; of "Ada Lovelace, PhD" nothing is given
        return _Name((given[0],), tuple(given[1:]), tuple(words))
    words = words or given
    if len(words) < 2:
        # "Mr. Smith" is called by the last name; a word alone is what someone is called.
        before = text.split()[:1]
        titled = before != words and any(_is(word, _TITLES) for word in before)
        return _Name(last=tuple(words)) if titled else _Name(first=tuple(words))
    at = len(words) - 1
    while at > 1 and _is(words[at - 1], _PARTICLES):
        at -= 1
    return _Name((words[0],), tuple(words[1:at]), tuple(words[at:]))


def _first_name(text: str) -> str | None:
    return " ".join(_read(text).first) or None


def _last_name(text: str) -> str | None:
    return " ".join(_read(text).last) or None


def _initials(text: str) -> str | None:
    name = _read(text)
    words = (*name.first, *name.middle, *name.last)
    letters = (next((c for c in word if c.isalpha()), "") for word in words)
    return "".join(letters).upper() or None


_FULL_NAME = (Parameter(name="full name"),)

NAMES: tuple[Function, ...] = (
    Function(
        name="first_name",
        summary=(
            "The first name in a full name, without titles such as Dr. and without middle names. "
            '"Lovelace, Ada" is understood; a name of one word is a first name, unless a title '
            "stands before it."
        ),
        call=_first_name,
        takes=_FULL_NAME,
        cost=25,
        examples=(
            Example(call='first_name("Dr. Ada King-Noel Lovelace Jr.")', gives="Ada"),
            Example(call='first_name("Lovelace, Ada")', gives="Ada"),
            Example(call='first_name("Ada")', gives="Ada"),
            Example(call='first_name("Mr. Smith")', gives=None),
        ),
    ),
    Function(
        name="last_name",
        summary=(
            "The last name in a full name, without endings such as Jr. or PhD. It is the last "
            "word, and small words such as van, de or von der before it belong to it. Blank for a "
            "name of one word, unless a title stands before it."
        ),
        call=_last_name,
        takes=_FULL_NAME,
        cost=25,
        examples=(
            Example(call='last_name("Dr. Ada King-Noel Lovelace Jr.")', gives="Lovelace"),
            Example(call='last_name("Lovelace, Ada")', gives="Lovelace"),
            Example(call='last_name("Ludwig van Beethoven")', gives="van Beethoven"),
            Example(call='last_name("Mr. Smith")', gives="Smith"),
            Example(call='last_name("Ada")', gives=None),
        ),
    ),
    Function(
        name="initials",
        summary="The first letters of the names in a full name, in capitals.",
        call=_initials,
        takes=_FULL_NAME,
        cost=25,
        examples=(
            Example(call='initials("Dr. Ada King-Noel Lovelace Jr.")', gives="AKL"),
            Example(call='initials("Lovelace, Ada")', gives="AL"),
        ),
    ),
)
