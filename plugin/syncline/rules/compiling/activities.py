"""Activities: how a touch recorded in the cadence becomes a record of the CRM (K3, K5)."""

from __future__ import annotations

__all__ = ["activity_rule", "write_activity"]

from collections.abc import Mapping
from typing import Any

from syncline_grammar import syntax as s
from syncline_grammar.source import Source

from ...model import ActivityTemplate, Field, FieldType, Side, Value
from ..catalog import Catalog, Scope
from ..checking.maps import scope_of
from ..compiled import ACTIVITY, ActivityRule
from ..texts import split_template, variables
from ..values import text_of, turner
from ..walk import names_in
from .program import Program
from .turning import found


def write_activity(name: str, rule: s.Activity, catalog: Catalog, program: Program) -> None:
    """Add the functions of *rule* to *program*: from an activity to a list, a value a row."""
    source, target = _ends(rule, catalog)
    if rule.where is not None:
        program.criterion(f"{name}_where", rule.where, source)
    values = [
        _assigned(row.value, source, found(target, row.field), program) for row in rule.values
    ]
    program.define(f"{name}(r)", f"return [{', '.join(values)}]")


def activity_rule(
    name: str, rule: s.Activity, catalog: Catalog, source: Source, made: Mapping[str, Any]
) -> ActivityRule:
    """Return *rule*, its function taken from *made*."""
    origin, target = _ends(rule, catalog)
    crm = origin if rule.from_crm else target
    template = catalog.template(rule.kind.text, crm.type.name)
    assert template is not None
    assert target.type.key_field is not None
    return ActivityRule(
        kind=rule.kind.text,
        source=origin.side,
        outcomes=frozenset(o.value.strip().casefold() for o in rule.outcomes),
        where=None if rule.where is None else made[f"{name}_where"],
        template=template,
        own_key=origin.type.key_field,
        reads=_reads(rule, origin, template),
        fields=tuple(found(target, row.field) for row in rule.values),
        values=made[name],
        deletes=bool(rule.deletes),
        at=source.at(rule.kind.span),
    )


def _ends(rule: s.Activity, catalog: Catalog) -> tuple[Scope, Scope]:
    """Return where the activity is recorded, and where its copy appears."""
    crm = scope_of(rule.object, Side.CRM, catalog)
    recorded = catalog.descriptions[Side.CADENCE].get(ACTIVITY)
    assert recorded is not None
    cadence = Scope(Side.CADENCE, catalog.systems[Side.CADENCE], recorded)
    return (crm, cadence) if rule.from_crm else (cadence, crm)


def _reads(rule: s.Activity, origin: Scope, template: ActivityTemplate) -> tuple[str, ...]:
    """Return the fields of the source that are read: of the cadence all, of the CRM those asked."""
    if origin.side is Side.CADENCE:
        return tuple(f.name for f in origin.type.fields)
    names = [name for row in rule.values for name in (*names_in(row.value), *_variables(row))]
    if rule.where is not None:
        names += names_in(rule.where)
    fields = [found(origin, name).name for name in names]
    fields += [template.person_field, *filter(None, (template.date_field, origin.type.key_field))]
    return tuple(dict.fromkeys(fields))


def _variables(row: s.Assignment) -> list[s.Name]:
    return variables(row.value) if isinstance(row.value, s.Text) else []


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
