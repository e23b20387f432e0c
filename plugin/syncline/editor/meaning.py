"""What a name or a text at a place stands for: by the sentence before it, whose field, whose value.

Names of fields are looked up in the catalog; what the catalog does not know has no meaning here.
"""

from __future__ import annotations

__all__ = ["ACTIVITY", "Kind", "Meaning", "compared", "meaning_of", "name_in", "said_of_row"]

from dataclasses import dataclass
from enum import StrEnum

from syncline_grammar import syntax as s
from syncline_grammar.diagnostics import Span
from syncline_grammar.parse import parse

from ..model import Field, Side
from ..rules.catalog import Catalog, Problems, Scope
from ..rules.checking.maps import find_object
from .reader import Node

#: Where the cadence keeps what was recorded.
ACTIVITY = "activity"


class Kind(StrEnum):
    """What a word stands for."""

    SYSTEM = "system"
    OBJECT = "object"
    FIELD = "field"
    VALUE = "value"
    CADENCE = "cadence"
    OUTCOME = "outcome"
    ACTIVITY = "kind of activity"
    CHANNEL = "channel"
    ZONE = "time zone"
    COUNTRY = "country"
    TITLE = "title"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a word stands for, and of whom."""

    kind: Kind
    #: The sides whose objects, or the side whose system, may stand here.
    sides: tuple[Side, ...] = ()
    #: The objects whose fields may stand here, the likeliest first.
    scopes: tuple[Scope, ...] = ()
    #: The field that a value belongs to, or is written to.
    field: Field | None = None
    #: A text with variables: those of ``scopes``.
    template: bool = False


def meaning_of(before: Node, catalog: Catalog, text: str) -> Meaning | None:
    """Return what a name or a text means that follows *before*; None where it has no meaning."""
    sentence = before.sentence()
    if sentence and sentence[0].symbol.startswith("__start"):
        del sentence[0]
    if not sentence:
        return None
    finder = _FINDERS.get(sentence[0].symbol)
    return None if finder is None else finder(sentence, catalog, text)


def compared(sentence: list[Node]) -> Node | None:
    """Return the left side of the comparison that *sentence* ends in."""
    for at in range(len(sentence) - 1, 0, -1):
        symbol, left = sentence[at].symbol, sentence[at - 1]
        if symbol in _COMPARISONS and left.symbol not in _COMPARISONS:
            return left if left.parts or left.symbol in {"NAME", "QUOTED_NAME"} else None
        if symbol in _EDGES:
            return None
    return None


def said_of_row(sentence: list[Node]) -> str:
    """Return the words after the arrow and the name of a row, or after the name in a form."""
    body = _body(sentence)
    return " ".join(word.text for node in body for word in node.words())


_COMPARISONS = {
    "EQUAL", "COMPARE", "IN", "NOT", "TEXT_TEST", "TIME_TEST", "STARTS", "ENDS", "WITH",
    "BETWEEN", "CHANGED", "TO", "FROM", "WAS", "EXACTLY",
}  # fmt: skip
_EDGES = {"LBRACE", "LPAR", "CALL", "WHEN", "WHERE", "OR"}


# -- one finder a statement: a sentence is the symbols from the statement's first word on


def _connect(_sentence: list[Node], _catalog: Catalog, _text: str) -> Meaning | None:
    side = next((Side(w.text) for n in _sentence for w in n.words() if w.text in set(Side)), None)
    return Meaning(kind=Kind.SYSTEM, sides=tuple(Side) if side is None else (side,))


def _sync(sentence: list[Node], catalog: Catalog, text: str) -> Meaning | None:
    if not any(node.symbol == "WHERE" for node in sentence):
        return None
    source = next((w.text for w in sentence[1].words()), "crm")
    side = Side.CADENCE if source == Side.CADENCE else Side.CRM
    scopes: dict[str, Scope] = {}
    for block in parse(text).tree.statements:
        if isinstance(block, s.ObjectMap):
            name = block.crm_object if side is Side.CRM else block.cadence_object
            if (scope := find_object(name, side, catalog, Problems())) is not None:
                scopes.setdefault(scope.type.name, scope)
    return _asked(sentence, tuple(scopes.values()))


def _map(sentence: list[Node], catalog: Catalog, _text: str) -> Meaning | None:
    if len(sentence) == 1:
        return Meaning(kind=Kind.OBJECT, sides=(Side.CRM,))
    if len(sentence) == 3:
        return Meaning(kind=Kind.OBJECT, sides=(Side.CADENCE,))
    crm = _scope(sentence[1], Side.CRM, catalog)
    cadence = _scope(sentence[3], Side.CADENCE, catalog) if len(sentence) > 3 else ()
    body = _body(sentence)
    symbols = [node.symbol for node in body]
    last = symbols[-1] if symbols else ""
    if symbols in ([], ["MATCH"]):
        return Meaning(kind=Kind.FIELD, scopes=crm)
    if symbols[0] == "MATCH" or len(symbols) == 2:
        return Meaning(kind=Kind.FIELD, scopes=cadence)
    if "LPAR" in symbols:
        to_crm = any(word.symbol == "TO_CRM" for word in body[1].words())
        return Meaning(kind=Kind.FIELD, scopes=(*cadence, *crm) if to_crm else crm)
    if last == "DEFAULT" or (last != "EQUAL" and "LBRACE" in symbols and last != "ELSE"):
        return Meaning(kind=Kind.VALUE, field=_field(body[0], crm))
    if last in {"EQUAL", "ELSE"}:
        return Meaning(kind=Kind.VALUE, field=_field(body[2], cadence))
    return None


def _workflow(sentence: list[Node], catalog: Catalog, _text: str) -> Meaning | None:
    if len(sentence) == 1:
        return Meaning(kind=Kind.TITLE)
    if len(sentence) == 3:
        return Meaning(kind=Kind.OBJECT, sides=(Side.CRM,))
    if sentence[-1].symbol == "CADENCE":
        return Meaning(kind=Kind.CADENCE)
    if not _is_open(sentence):
        return None
    return _asked(sentence, _scope(sentence[3], Side.CRM, catalog))


def _activity(sentence: list[Node], catalog: Catalog, _text: str) -> Meaning | None:
    last = sentence[-1].symbol
    symbols = [node.symbol for node in sentence]
    recorded = catalog.descriptions[Side.CADENCE].get(ACTIVITY)
    scopes: tuple[Scope, ...] = ()
    if recorded is not None:
        scopes = (Scope(Side.CADENCE, catalog.systems[Side.CADENCE], recorded),)
    if len(sentence) == 1:
        return Meaning(kind=Kind.ACTIVITY)
    arrow = next((at for at, symbol in enumerate(symbols) if symbol in _ONE_WAY), None)
    if arrow is None:
        return Meaning(kind=Kind.OUTCOME, scopes=scopes)
    if last in _ONE_WAY:
        return Meaning(kind=Kind.OBJECT, sides=(Side.CRM,))
    crm = _scope(sentence[arrow + 1], Side.CRM, catalog)
    if not _is_open(sentence):
        return _asked(sentence, crm) if "WHERE" in symbols else None
    from_crm = any(word.symbol == "TO_CRM" for word in sentence[arrow].words())
    source, target = (crm, scopes) if from_crm else (scopes, crm)
    body = _body(sentence)
    if not body:
        return Meaning(kind=Kind.FIELD, scopes=target)
    return Meaning(kind=Kind.FIELD, scopes=source, field=_field(body[0], target), template=True)


_ONE_WAY = {"TO_CADENCE", "TO_CRM", "one_way"}


def _allow(sentence: list[Node], _catalog: Catalog, _text: str) -> Meaning | None:
    if len(sentence) == 1:
        return Meaning(kind=Kind.CHANNEL)
    of_holidays = any(node.symbol == "NOT_ON_HOLIDAYS" for node in sentence[-2:])
    return Meaning(kind=Kind.COUNTRY if of_holidays else Kind.ZONE)


def _form(sentence: list[Node], catalog: Catalog, _text: str) -> Meaning | None:
    if len(sentence) == 1:
        return Meaning(kind=Kind.TITLE)
    if len(sentence) == 3:
        return Meaning(kind=Kind.OBJECT, sides=(Side.CADENCE,))
    if not _is_open(sentence):
        return None
    scopes = _scope(sentence[3], Side.CADENCE, catalog)
    body = _body(sentence)
    if not body:
        return Meaning(kind=Kind.FIELD, scopes=scopes)
    return Meaning(kind=Kind.VALUE, field=_field(body[0], scopes))


def _test(sentence: list[Node], catalog: Catalog, _text: str) -> Meaning | None:
    if len(sentence) == 1:
        return Meaning(kind=Kind.TITLE)
    body = _body(sentence)
    symbols = [node.symbol for node in body]
    if symbols in (["GIVEN"], ["EXPECT"]):
        return Meaning(kind=Kind.OBJECT, sides=tuple(Side))
    if symbols and symbols[-1] == "CADENCE":
        return Meaning(kind=Kind.CADENCE)
    if not symbols or "AT" in symbols:
        return None
    if "LAST" in symbols or symbols[1] == "WHICH":
        scopes = tuple(
            Scope(side, catalog.systems[side], found)
            for side in Side
            for found in catalog.descriptions[side].objects
        )
    else:
        scopes = tuple(scope for side in Side for scope in _scope(body[1], side, catalog))
    if symbols[-1] == "EQUAL":
        return Meaning(kind=Kind.VALUE, field=_field(body[-2], scopes), scopes=scopes)
    return Meaning(kind=Kind.FIELD, scopes=scopes)


_FINDERS = {
    "CONNECT": _connect, "SYNC": _sync, "MAP": _map, "WORKFLOW": _workflow,
    "ACTIVITY": _activity, "ALLOW": _allow, "FORM": _form, "TEST": _test,
}  # fmt: skip


# -- what they share


def _is_open(sentence: list[Node]) -> bool:
    """Tell whether the statement's block has begun."""
    return any(node.symbol == "LBRACE" for node in sentence)


def _body(sentence: list[Node]) -> list[Node]:
    """Return what follows the opening brace of a block, without the rows before the last."""
    for at, node in enumerate(sentence):
        if node.symbol == "LBRACE":
            body = sentence[at + 1 :]
            while body and body[0].symbol.startswith("__"):
                body = body[1:]
            return body
    return []


def _asked(sentence: list[Node], scopes: tuple[Scope, ...]) -> Meaning:
    """Return the meaning within a criterion: a field, or what the left side is compared with."""
    left = compared(sentence)
    return Meaning(
        kind=Kind.FIELD, scopes=scopes, field=None if left is None else _field(left, scopes)
    )


def name_in(node: Node) -> s.Name | None:
    """Return the one name that *node* is made of; None when it is more than a name."""
    words = list(node.words())
    if len(words) != 1 or words[0].symbol not in {"NAME", "QUOTED_NAME"}:
        return None
    word = words[0]
    return s.Name(word.text.strip("`"), Span(word.start, word.end, 1, 1))


def _scope(node: Node, side: Side, catalog: Catalog) -> tuple[Scope, ...]:
    name = name_in(node)
    found = None if name is None else find_object(name, side, catalog, Problems())
    return () if found is None else (found,)


def _field(node: Node, scopes: tuple[Scope, ...]) -> Field | None:
    name = name_in(node)
    if name is None:
        return None
    return next((found for scope in scopes if (found := scope.find(name)) is not None), None)
