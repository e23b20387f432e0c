"""What each rule costs at most for one record, known before it runs: no rule loops.

The unit is one comparison of two texts, some 100 ns on a usual machine.
"""

from __future__ import annotations

__all__ = ["Cost", "costs"]

from collections.abc import Mapping
from dataclasses import dataclass

from syncline_grammar import syntax as s
from syncline_grammar.diagnostics import Span

from ...functions.function import Function
from ..texts import split_template

_PATTERN = 5
_TABLE = 2
#: Of a function that is not known.
_UNKNOWN = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """The most that one rule costs for one record."""

    #: ``workflow``, ``map``, ``where`` or ``activity``.
    kind: str
    name: str
    span: Span
    cost: int


def costs(tree: s.RuleFile, functions: Mapping[str, Function]) -> tuple[Cost, ...]:
    """Return the cost of every rule of *tree* that looks at records, in the order of the file."""
    found: list[Cost] = []
    for statement in tree.statements:
        match statement:
            case s.Workflow(name=name, object=target, when=when):
                cost = _criterion(when, functions)
                found.append(Cost(kind="workflow", name=name, span=target.span, cost=cost))
            case s.Flow(source=source, where=when, span=span) if when is not None:
                cost = _criterion(when, functions)
                found.append(Cost(kind="where", name=f"sync {source}", span=span, cost=cost))
            case s.ObjectMap(crm_object=crm, cadence_object=cadence, rows=rows):
                cost = sum(_row(row, functions) for row in rows)
                name = f"{crm.text}/{cadence.text}"
                found.append(Cost(kind="map", name=name, span=crm.span, cost=cost))
            case s.Activity(kind=kind, values=values, where=where, span=span):
                asked = 0 if where is None else _criterion(where, functions)
                cost = 1 + asked + sum(_assigned(row.value, functions) for row in values)
                found.append(Cost(kind="activity", name=kind.text, span=span, cost=cost))
            case _:
                pass
    return tuple(found)


def _criterion(row: s.Criterion, functions: Mapping[str, Function]) -> int:
    if isinstance(row, s.Not):
        return _criterion(row.row, functions)
    if isinstance(row, s.Group):
        return sum(_criterion(inner, functions) for inner in row.rows)
    cost = _PATTERN if row.op is s.Op.MATCHES else 1
    operands = row.right if row.left is None else (row.left, *row.right)
    return cost + sum(_expression(operand, functions) for operand in operands)


def _expression(value: s.Expression, functions: Mapping[str, Function]) -> int:
    """Return what *value* costs beyond being read."""
    match value:
        case s.Call(name=name, args=args):
            function = functions.get(name.text)
            cost = _UNKNOWN if function is None else function.cost
            return cost + sum(_expression(argument, functions) for argument in args)
        case s.Arithmetic(first=first, rest=rest):
            parts = (first, *(operand for _sign, operand in rest))
            return len(rest) + sum(_expression(part, functions) for part in parts)
        case _:
            return 0


def _row(row: s.FieldMapping, functions: Mapping[str, Function]) -> int:
    if row.using is not None:
        return 1 + _expression(row.using, functions)
    return 1 + (_TABLE if row.table is not None else 0)


def _assigned(value: s.Expression, functions: Mapping[str, Function]) -> int:
    if isinstance(value, s.Text):
        return len(split_template(value.value))
    return 1 + _expression(value, functions)
