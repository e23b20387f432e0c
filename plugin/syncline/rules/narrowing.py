"""What of ``sync … where`` a system may filter by itself, so that unwanted records cost no calls.

The condition is implied by the criterion: whatever it lets through is asked again here, so the
answer is the same, and a row that reads the clock, a function or a former value stays out of it.

A listing may be narrowed only where nobody misses the records left out: nothing is ever written
to that side's object, no workflow asks about it, no activity lands on it and no deletion goes on
from it. There, a record outside of ``where`` has no effect, and one that left it has none either.
"""

from __future__ import annotations

__all__ = ["narrowed", "narrowing"]

from collections.abc import Callable

from syncline_grammar import syntax as s

from ..condition import AllOf, AnyOf, Comparison, Condition, Operator
from ..model import FieldType, ObjectType, Side, Value
from .catalog import Scope
from .checking.check import flows_of
from .ruleset import RuleSet

_Can = Callable[[ObjectType, Condition], bool]

_TEXTS = {FieldType.TEXT, FieldType.EMAIL, FieldType.PHONE, FieldType.URL}
_PARTS = {
    s.Op.CONTAINS: Operator.CONTAINS,
    s.Op.STARTS: Operator.STARTS,
    s.Op.ENDS: Operator.ENDS,
}
_ORDERS = {
    s.Op.LT: Operator.LESS,
    s.Op.LE: Operator.AT_MOST,
    s.Op.GT: Operator.GREATER,
    s.Op.GE: Operator.AT_LEAST,
    s.Op.BEFORE: Operator.LESS,
    s.Op.AFTER: Operator.GREATER,
}
_OPPOSITE = {
    Operator.LESS: Operator.AT_LEAST,
    Operator.AT_MOST: Operator.GREATER,
    Operator.GREATER: Operator.AT_MOST,
    Operator.AT_LEAST: Operator.LESS,
    Operator.IN: Operator.NOT_IN,
    Operator.BLANK: Operator.NOT_BLANK,
}


def narrowing(rules: RuleSet, side: Side, object_name: str, can: _Can | None) -> Condition | None:
    """Return by what the listing of an object may be narrowed; None for by nothing.

    *can* says of a condition whether the system takes it; None if it takes none.
    """
    flow = flows_of(rules.tree).get(side)
    if can is None or flow is None or flow.where is None:
        return None
    mine = [each for each in rules.compiled.maps if each.object(side) == object_name]
    if any(side in each.targets or side.other in each.deletes for each in mine):
        return None
    asked = any(w.object == object_name for w in rules.workflows.values())
    if rules.activities or (side is Side.CRM and asked):
        return None
    described = rules.catalog.descriptions[side].get(object_name)
    if described is None:
        return None
    scope = Scope(side=side, system=rules.catalog.systems[side], type=described)
    return narrowed(flow.where, scope, can)


def narrowed(row: s.Criterion, scope: Scope, can: _Can, *, holds: bool = True) -> Condition | None:
    """Return what *row*, or its negation, implies and the system can ask; None for nothing."""
    if isinstance(row, s.Not):
        return narrowed(row.row, scope, can, holds=not holds)
    if isinstance(row, s.Group):
        if row.quantifier is s.Quantifier.NONE:
            holds = not holds
        parts = [narrowed(inner, scope, can, holds=holds) for inner in row.rows]
        known = tuple(part for part in parts if part is not None)
        together = (row.quantifier is s.Quantifier.ALL) is holds
        if not known or (not together and len(known) < len(parts)):
            return None
        if len(known) == 1:
            return known[0]
        found: Condition = AllOf(parts=known) if together else AnyOf(parts=known)
    else:
        asked = _comparison(row, scope, holds=holds)
        if asked is None:
            return None
        found = asked
    return found if can(scope.type, found) else None


def _comparison(row: s.Comparison, scope: Scope, *, holds: bool) -> Condition | None:
    field = scope.find(row.left.name) if isinstance(row.left, s.FieldRef) else None
    if field is None:
        return None
    op, kind = row.op, field.type
    if op in {s.Op.NE, s.Op.NOT_IN, s.Op.NOT_BLANK}:
        holds = not holds
        op = {s.Op.NE: s.Op.EQ, s.Op.NOT_IN: s.Op.IN, s.Op.NOT_BLANK: s.Op.BLANK}[op]
    if op is s.Op.BLANK:
        return _stated(field.name, Operator.BLANK, (), holds=holds)
    values = tuple(_value(each, kind) for each in row.right)
    if None in values:
        return None
    if op is s.Op.EQ or op is s.Op.IN:
        return _stated(field.name, Operator.IN, values, holds=holds)
    if op is s.Op.EXACTLY and holds:
        return _stated(field.name, Operator.IN, values, holds=True)
    if op in _PARTS and holds and kind in _TEXTS:
        return _stated(field.name, _PARTS[op], values, holds=True)
    if op in _ORDERS and kind in {FieldType.NUMBER, FieldType.DATE}:
        return _stated(field.name, _ORDERS[op], values, holds=holds)
    if op is s.Op.BETWEEN and holds and kind in {FieldType.NUMBER, FieldType.DATE}:
        low, high = values
        return AllOf(
            parts=(
                Comparison(field=field.name, operator=Operator.AT_LEAST, values=(low,)),
                Comparison(field=field.name, operator=Operator.AT_MOST, values=(high,)),
            )
        )
    return None


def _stated(field: str, operator: Operator, values: tuple[Value, ...], *, holds: bool) -> Condition:
    if holds:
        return Comparison(field=field, operator=operator, values=values)
    opposite = Comparison(field=field, operator=_OPPOSITE[operator], values=values)
    if operator in {Operator.IN, Operator.BLANK}:
        return opposite
    # What orders is false for a blank, so its negation is true for one.
    return AnyOf(parts=(opposite, Comparison(field=field, operator=Operator.BLANK)))


def _value(written: s.Expression, kind: FieldType) -> Value:
    """Return a literal that a field of *kind* can hold as it is; None for anything else."""
    match written:
        case s.Text(value=text) if kind in _TEXTS or kind is FieldType.PICKLIST:
            # Systems agree on the case of these letters alone.
            return text if kind is FieldType.PICKLIST or text.isascii() else None
        case s.Number(value=number) if kind is FieldType.NUMBER:
            return number
        case s.Truth(value=truth) if kind is FieldType.BOOLEAN:
            return truth
        case s.Date(value=day) if kind is FieldType.DATE:
            return day
        case _:
            return None
