"""What may be written at a place: words of the language, and the two systems' own names (B14)."""

from __future__ import annotations

__all__ = ["completion"]

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..functions.function import signature
from ..model import FieldType
from ..rules.catalog import Catalog
from ..rules.types import TIMES
from .describe import function_text
from .glossary import WORDS, meaning_of_word
from .items import Item, ItemKind
from .meaning import Kind, Meaning, meaning_of, name_in, said_of_row
from .names import names
from .operators import ASKED, fits
from .phrases import Phrase, phrases
from .place import Inside, Place, place_at
from .reader import Node, reader
from .row_words import still_free
from .values import texts, variables

_VALUES = 0
_FIELDS = 1
_WORDS = 2
_FUNCTIONS = 3
#: What begins the next row while this one may go on.
_LATER = 5
#: Written with the brace that has to follow.
_BRACED = {"all", "any", "none", "as"}
_NAMED = ("NAME", "QUOTED_NAME")
#: Words stand in the order in which they are explained.
_ORDER = {word: number for number, word in enumerate(WORDS)}


def completion(text: str, at: int, catalog: Catalog) -> list[Item]:
    """Return what may stand at offset *at* of *text*, the likeliest first.

    What stands before decides, whatever is wrong in the rest of the file. Never raises for what
    *text* holds.
    """
    place = place_at(text, at)
    if place.inside is Inside.COMMENT:
        return []
    offer = _Offer(place, catalog, reader().accepts(place.top))
    if place.inside is Inside.TEXT:
        found = offer.texts()
    elif place.inside is Inside.NAME:
        found = offer.names("QUOTED_NAME")
    else:
        found = [*offer.texts(), *offer.names("NAME"), *offer.functions(), *offer.words()]
    return sorted(found, key=lambda item: (item.rank, _ORDER.get(item.label, len(_ORDER))))


@dataclass(frozen=True, slots=True)
class _Offer:
    """What is offered at a place, by what the grammar accepts there."""

    place: Place
    catalog: Catalog
    accepted: list[str]

    def _before(self, terminal: str) -> Node | None:
        """Return what stands before *terminal*, all that it completes put together."""
        if terminal not in self.accepted:
            return None
        top = self.place.top
        after = reader().feed(top, terminal, self.place.start, self.place.start)
        return None if after is None else after.below

    def _meaning(self, terminal: str) -> Meaning | None:
        before = self._before(terminal)
        return None if before is None else meaning_of(before, self.catalog, self.place.text)

    def _goes_on(self) -> bool:
        """Tell whether the cursor stands behind a word of its own line."""
        place = self.place
        return bool(place.text[place.text.rfind("\n", 0, place.start) + 1 : place.start].strip())

    def texts(self) -> list[Item]:
        """Return the texts in quotes: values, cadences, outcomes, zones."""
        meaning = self._meaning("STRING")
        if meaning is None:
            return []
        if meaning.template and self.place.inside is Inside.TEXT:
            return [*variables(self.place, meaning), *texts(self.place, meaning, self.catalog)]
        return texts(self.place, meaning, self.catalog)

    def names(self, terminal: str) -> list[Item]:
        """Return the names of fields, objects and systems."""
        meaning = self._meaning(terminal)
        if meaning is None:
            return []
        goes_on = len(self.accepted) > len(_NAMED) and self._goes_on() and meaning.field is None
        rank = _LATER if goes_on and _begins(self._before(terminal)) else _FIELDS
        return [replace(item, rank=rank) for item in names(self.place, meaning, self.catalog)]

    def functions(self) -> list[Item]:
        """Return the functions."""
        if "CALL" not in self.accepted:
            return []
        start, end = self.place.start, self.place.end
        return [
            Item(
                label=signature(function),
                kind=ItemKind.FUNCTION,
                insert=f"{name}(",
                snippet=f"{name}($0)",
                start=start,
                end=end,
                detail=f"gives {function.gives}",
                documentation=function_text(function),
                filter=name,
                rank=_FUNCTIONS,
            )
            for name, function in sorted(self.catalog.functions.items())
        ]

    def words(self) -> Iterator[Item]:
        """Yield the words and signs of the language."""
        place = self.place
        for phrase in phrases(reader(), place.top, self.accepted):
            if not self._fits(phrase):
                continue
            braced = phrase.text in _BRACED
            is_sign = not phrase.text[0].isalpha()
            yield Item(
                label=phrase.text,
                kind=ItemKind.SIGN if is_sign else ItemKind.WORD,
                insert=f"{phrase.text} {{" if braced else phrase.text,
                snippet=f"{phrase.text} {{ $0 }}" if braced else None,
                start=place.start,
                end=place.end,
                documentation=meaning_of_word(phrase.text),
                filter=phrase.text,
                rank=_LATER if self._goes_on() and _begins(phrase.after.below) else _WORDS,
            )
        yield from self._moments()

    def _fits(self, phrase: Phrase) -> bool:
        """Tell whether *phrase* makes sense, beyond being possible."""
        if phrase.terminal == "UNIT":
            return phrase.text.endswith("s") != self.place.text[
                : self.place.start
            ].rstrip().endswith((" 1", "\t1", "\n1"))
        before = phrase.after.below
        assert before is not None
        meaning = meaning_of(before, self.catalog, self.place.text)
        if phrase.terminal in {"TRUE", "FALSE", "DAYWORD"}:
            if meaning is None or meaning.field is None:
                return False
            is_truth = phrase.terminal != "DAYWORD"
            return meaning.field.type is FieldType.BOOLEAN if is_truth else _is_time(meaning)
        if phrase.text in ASKED and meaning is not None and meaning.kind is Kind.FIELD:
            name = name_in(before)
            for scope in meaning.scopes:
                if name is not None and (field := scope.find(name)) is not None:
                    return phrase.text in fits(field.type)
        sentence = [node for node in before.sentence() if not node.symbol.startswith("__start")]
        return still_free(phrase.text, said_of_row(sentence), sentence)

    def _moments(self) -> Iterator[Item]:
        """Yield moments counted from now, where a date is wanted."""
        meaning = self._meaning("NUMBER") if "CALL" in self.accepted else None
        if meaning is None or not _is_time(meaning):
            return
        for moment in ("7 days ago", "30 days ago", "7 days from now", "30 days from now"):
            yield Item(
                label=moment,
                kind=ItemKind.VALUE,
                insert=moment,
                start=self.place.start,
                end=self.place.end,
                documentation=meaning_of_word(" ".join(moment.split()[2:])),
                filter=moment,
                rank=_VALUES,
            )


def _begins(before: Node | None) -> bool:
    """Tell whether a row or a statement begins behind *before*."""
    return before is not None and (before.symbol == "LBRACE" or before.symbol.startswith("__"))


def _is_time(meaning: Meaning) -> bool:
    return meaning.field is not None and meaning.field.type in TIMES
