"""What a word of a rule file is, for the pointer that rests on it (B14)."""

from __future__ import annotations

__all__ = ["Hover", "hover"]

import re
from dataclasses import dataclass
from functools import cache

from ..functions.function import Function
from ..rules.catalog import Catalog
from .describe import field_text, function_text, object_text
from .glossary import WORDS
from .meaning import Kind, Meaning, meaning_of
from .place import Inside, Place, word_at
from .reader import reader
from .resolve import field_named, object_named

_VARIABLE = re.compile(r"\{\s*([^{}]+?)\s*\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hover:
    """Markdown on the characters from ``start`` to ``end``."""

    text: str
    start: int
    end: int


def hover(text: str, at: int, catalog: Catalog) -> Hover | None:
    """Return what is known of the word at offset *at*: a field, a function, a word, an object."""
    place = word_at(text, at)
    if place.inside is Inside.COMMENT or place.start == place.end:
        return None
    word = reader().word(place.top, text, place.start)
    if word is None:
        return None
    after = reader().feed(place.top, word.terminal, word.start, word.end)
    if after is None or after.below is None:
        return None
    if word.terminal == "CALL":
        return _of_function(place, catalog.functions.get(text[word.start : word.end]))
    if word.terminal not in {"NAME", "QUOTED_NAME", "STRING"}:
        return _of_words(place)
    meaning = meaning_of(after.below, catalog, text)
    if meaning is None:
        return None
    if word.terminal == "STRING":
        return _of_text(place, meaning, catalog)
    return _of_name(place, meaning, catalog)


def _of_name(place: Place, meaning: Meaning, catalog: Catalog) -> Hover | None:
    name = place.word.strip("`")
    if meaning.kind is Kind.FIELD and (found := field_named(name, meaning.scopes)) is not None:
        return _on(place, field_text(*found))
    if meaning.kind is Kind.OBJECT and (kind := object_named(name, meaning.sides, catalog)):
        return _on(place, object_text(kind.type, kind.side, kind.system))
    if meaning.kind is Kind.SYSTEM and name in catalog.connectors:
        return _on(place, f"**{name}**\n\nA system that rules can connect to.")
    return None


def _of_text(place: Place, meaning: Meaning, catalog: Catalog) -> Hover | None:
    if meaning.template:
        for found in _VARIABLE.finditer(place.text, place.start, place.end):
            if found.start() <= place.at <= found.end():
                known = field_named(found[1], meaning.scopes)
                if known is None:
                    return None
                return Hover(text=field_text(*known), start=found.start(), end=found.end())
    if meaning.kind is Kind.TITLE:
        return _on(place, f"The name of this {place.top.symbol.lower()}.")
    if meaning.field is not None and meaning.field.values:
        known_value = place.word.strip('"') in meaning.field.values
        words = "A value" if known_value else "Not among the values"
        shown = ", ".join(f'"{value}"' for value in meaning.field.values)
        return _on(place, f"{words} of **{meaning.field.label}** `{meaning.field.name}`: {shown}")
    return None


def _of_function(place: Place, function: Function | None) -> Hover | None:
    return None if function is None else _on(place, function_text(function))


def _of_words(place: Place) -> Hover | None:
    """Return the meaning of the longest phrase of the language that the word is part of."""
    begin = place.text.rfind("\n", 0, place.start) + 1
    end = place.text.find("\n", place.end)
    for phrase, pattern in _patterns():
        for found in pattern.finditer(place.text, begin, len(place.text) if end < 0 else end):
            if found.start() <= place.start and place.end <= found.end():
                text = f"**{phrase}**\n\n{WORDS[phrase]}"
                return Hover(text=text, start=found.start(), end=found.end())
    return None


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Return each phrase with what finds it, the longest first."""
    return [
        (
            phrase,
            re.compile(r"(?<![\w<])" + r"\s+".join(map(re.escape, phrase.split())) + r"(?!\w)"),
        )
        for phrase in sorted(WORDS, key=lambda phrase: (-len(phrase.split()), -len(phrase)))
    ]


def _on(place: Place, text: str) -> Hover:
    return Hover(text=text, start=place.start, end=place.end)
