"""From a field's type and the tests on it to cells."""

from __future__ import annotations

__all__ = ["FREE_ATOM", "HAPPENING", "HAPPENINGS", "domain_of"]

from collections.abc import Collection

from syncline_grammar import syntax as s

from ..model import Field, FieldType, Value
from ..rules.values import Clock
from .atoms import Chosen, Exact, Free, Happened, IsBlank, Ordered, Test
from .cells import BLANK, UNKNOWN, Domain, Held
from .domains_order import number_domain, time_domain
from .domains_text import text_domain

#: A free atom is false or true.
FREE_ATOM = Domain((False, True), {Free(): 0b10})
#: What can happen to a record, one thing at a time: nothing first, then that it is new.
HAPPENINGS = (None, s.Op.IS_NEW, *(op for op in s.Op if op.event is not None))
HAPPENING = Domain(
    HAPPENINGS, {Happened(asked): 1 << cell for cell, asked in enumerate(HAPPENINGS)}
)
#: Values of a multi-picklist whose combinations are told apart.
_CHOICES = 6


def domain_of(field: Field, tests: Collection[Test], clock: Clock | None) -> Domain:
    """Return the cells of *field* that *tests* tell apart; *clock* dates the examples, if any."""
    points = [test.point for test in tests if isinstance(test, Ordered)]
    match field.type:
        case FieldType.NUMBER:
            found = number_domain([p for p in points if isinstance(p, int | float)])
        case FieldType.DATE | FieldType.DATETIME:
            times = [p for p in points if not isinstance(p, int | float)]
            found = time_domain(times, clock, dated=field.type is FieldType.DATE)
        case FieldType.BOOLEAN:
            found = Domain((None, True, False), {Exact(True): 0b010, Exact(False): 0b100})
        case FieldType.MULTI_PICKLIST:
            found = _choices(field, [t.value for t in tests if isinstance(t, Chosen)])
        case _:
            found = text_domain(field, [t for t in tests if not isinstance(t, Chosen | Ordered)])
    return Domain(found.values, {**found.masks, IsBlank(): BLANK})


def _choices(field: Field, asked: list[str]) -> Domain:
    """Return the combinations of the choices asked about; what else is chosen does not matter."""
    told = list(dict.fromkeys(asked))[:_CHOICES]
    others = [value for value in field.values if value not in told]
    values: list[Held] = [None]
    masks = dict.fromkeys(told, 0)
    for number in range(1 << len(told)):
        chosen = [value for bit, value in enumerate(told) if number >> bit & 1]
        if not chosen and not others and field.restricted and field.values:
            continue
        for value in chosen:
            masks[value] |= 1 << len(values)
        example: Value = tuple(chosen or others[:1])
        values.append(example or UNKNOWN)
    return Domain(tuple(values), {Chosen(value): mask for value, mask in masks.items()})
