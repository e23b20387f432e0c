"""Texts as cells: the texts that are asked about, and all others by what is asked of them."""

from __future__ import annotations

__all__ = ["text_domain"]

from collections.abc import Collection, Iterable, Sequence
from itertools import chain, product

from syncline_grammar.syntax import Op

from ..model import Field, FieldType, is_blank
from ..rules.values import fold
from .atoms import Exact, Folded, IsBlank, Part, Test
from .cells import UNKNOWN, Domain, Held

#: Questions about parts of one text whose combinations are told apart.
_PARTS = 6
_PLAIN = {
    FieldType.EMAIL: "someone@example.com",
    FieldType.PHONE: "+14155550100",
    FieldType.URL: "https://example.com",
}


def text_domain(field: Field, tests: Collection[Test]) -> Domain:
    """Return the cells of a text or a picklist."""
    parts = [test for test in tests if isinstance(test, Part)]
    closed = field.restricted and bool(field.values)
    told = parts if closed else parts[:_PARTS]
    asked = [test for test in tests if not isinstance(test, Part | IsBlank)] + list(told)
    values: list[Held] = [None]
    masks: dict[Test, int] = dict.fromkeys(asked, 0)
    texts = list(dict.fromkeys(v for v in field.values if not is_blank(v)))
    for text in texts if closed else _spellings(texts, asked):
        for test in (Exact(text), Folded(fold(text) or "", text), *told):
            if test in masks and _holds(test, text):
                masks[test] |= 1 << len(values)
        values.append(text)
    if not closed:
        known = {fold(text) for text in values if isinstance(text, str)}
        for answers in product((False, True), repeat=len(told)):
            combination = dict(zip(told, answers, strict=True))
            if not _possible(combination):
                continue
            for test, answer in combination.items():
                masks[test] |= answer << len(values)
            values.append(_other(field, combination, known))
    return Domain(tuple(values), masks)


def _spellings(texts: Iterable[str], asked: Iterable[Test]) -> list[str]:
    """Return every text that is asked about, and beside it one that differs by case or space."""
    tests = list(asked)
    exact = [t.value for t in tests if isinstance(t, Exact) and isinstance(t.value, str)]
    exact = list(dict.fromkeys([*texts, *exact]))
    found = [text for text in exact if not is_blank(text)]
    taken = set(exact)
    done: set[str | None] = set()
    for text in chain((t.shown for t in tests if isinstance(t, Folded)), list(found)):
        key = fold(text)
        if key in done:
            continue
        done.add(key)
        other = text
        while other in taken:
            other += " "
        found.append(other)
    return found


def _holds(test: Test, text: str) -> bool:
    """Tell whether *test* holds for *text*, which is not blank, by what compiled rules call."""
    key = fold(text) or ""
    match test:
        case Exact(value):
            return text == value
        case Folded(wanted):
            return key == wanted
        case Part(Op.CONTAINS, part):
            return part in key
        case Part(Op.STARTS, part):
            return key.startswith(part)
        case Part(_, part):
            return key.endswith(part)
        case _:
            return False


def _possible(combination: dict[Part, bool]) -> bool:
    """Tell whether one text may have exactly these parts; when in doubt, it may."""
    held = [part for part, answer in combination.items() if answer]
    if any(_implies(part, other) for part in held for other, answer in combination.items()
           if not answer):  # fmt: skip
        return False
    return not any(_clash(one, other) for one in held for other in held)


def _implies(one: Part, other: Part) -> bool:
    if other.op is Op.CONTAINS:
        return other.text in one.text
    if one.op is not other.op:
        return False
    if other.op is Op.STARTS:
        return one.text.startswith(other.text)
    return one.text.endswith(other.text)


def _clash(one: Part, other: Part) -> bool:
    """Tell whether no text begins with both, or ends with both."""
    if one.op is not other.op or len(one.text) < len(other.text):
        return False
    if one.op is Op.STARTS:
        return not one.text.startswith(other.text)
    return one.op is Op.ENDS and not one.text.endswith(other.text)


def _other(field: Field, combination: dict[Part, bool], known: Collection[str | None]) -> Held:
    """Return a text with exactly these parts that is none of those *known*."""
    held = {op: _longest(combination, op) for op in (Op.STARTS, Op.CONTAINS, Op.ENDS)}
    inner = [p.text for p, answer in combination.items() if answer and p.op is Op.CONTAINS]
    start, end = held[Op.STARTS], held[Op.ENDS]
    plain = _PLAIN.get(field.type, "Other")
    if not any(combination.values()):
        attempts: Sequence[str] = (plain, "Example", "Zz", "0")
    else:
        middle = "".join(text for text in inner if text not in start and text not in end)
        attempts = (start + middle + end, f"{start}{middle}x{end}", f"{start} {middle} {end}",
                    f"{start}{middle}{end}x", f"x{start}{middle}{end}", middle)  # fmt: skip
    for text in attempts:
        exact = all(_holds(part, text) is answer for part, answer in combination.items())
        if exact and not is_blank(text) and fold(text) not in known:
            return text
    return UNKNOWN


def _longest(combination: dict[Part, bool], op: Op) -> str:
    held = [part.text for part, answer in combination.items() if answer and part.op is op]
    return max(held, key=len, default="")
