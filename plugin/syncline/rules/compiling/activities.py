"""Activities: how a touch recorded in the cadence becomes a record of the CRM (K3, K5)."""

from __future__ import annotations

__all__ = ["activity_rule", "write_activity"]

from collections.abc import Mapping
from typing import Any

from syncline_grammar import syntax as s
from syncline_grammar.source import Source

from ...model import Field, FieldType, ObjectType, Side, Value
from ..catalog import Catalog, Scope
from ..checking.maps import scope_of
from ..compiled import ActivityRule
from ..texts import split_template
from ..values import text_of, turner
from .program import Program
from .turning import found


def write_activity(name: str, rule: s.Activity, catalog: Catalog, program: Program) -> None:
    """Add the function of *rule* to *program*: from an activity to a list, a value a row."""
    source = Scope(Side.CADENCE, catalog.systems[Side.CADENCE], _recorded(catalog))
    target = scope_of(rule.object, Side.CRM, catalog)
    values = [
        _assigned(row.value, source, found(target, row.field), program) for row in rule.values
    ]
    program.define(f"{name}(r)", f"return [{', '.join(values)}]")


def activity_rule(
    name: str, rule: s.Activity, catalog: Catalog, source: Source, made: Mapping[str, Any]
) -> ActivityRule:
    """Return *rule*, its function taken from *made*."""
    target = scope_of(rule.object, Side.CRM, catalog)
    template = catalog.template(rule.kind.text, target.type.name)
    assert template is not None
    assert target.type.key_field is not None
    return ActivityRule(
        kind=rule.kind.text,
        outcomes=frozenset(o.value.strip().casefold() for o in rule.outcomes),
        template=template,
        key_field=target.type.key_field,
        reads=tuple(f.name for f in _recorded(catalog).fields),
        fields=tuple(found(target, row.field) for row in rule.values),
        values=made[name],
        at=source.at(rule.kind.span),
    )


def _recorded(catalog: Catalog) -> ObjectType:
    recorded = catalog.descriptions[Side.CADENCE].get("activity")
    assert recorded is not None
    return recorded


def _assigned(value: s.Expression, scope: Scope, target: Field, program: Program) -> str:
    """Return a value of an activity's row, cut to the length that its field takes."""
    code = program.code
    if isinstance(value, s.Text):
        source = _template(value, scope, program)
    else:
        source = code.expression(value, scope)
        turn = turner(code.kind_of(value, scope), target.type)
        if turn is not None:
            source = f"{code.bind(turn)}({source})"
    if target.type is not FieldType.TEXT or target.length is None:
        return source
    return f"{code.bind(_cut)}({source}, {code.bind(target.length)})"


def _template(value: s.Text, scope: Scope, program: Program) -> str:
    code = program.code
    parts: list[str] = []
    for before, variable in split_template(value.value):
        if before:
            parts.append(code.bind(before))
        if variable is not None:
            name = found(scope, s.Name(variable, value.span)).name
            parts.append(f"({code.bind(text_of)}(r.get({code.bind(name)})) or '')")
    return f"''.join(({''.join(f'{part}, ' for part in parts)}))"


def _cut(value: Value, length: int) -> Value:
    return value[:length] if isinstance(value, str) else value
