"""What the maps say of a field of the cadence: who sets it, what it must be, what it may be."""

from __future__ import annotations

__all__ = ["Mapped", "mapped_fields"]

from collections.abc import Mapping
from dataclasses import dataclass

from syncline_grammar import syntax as s

from ..model import Field, FieldType, Side
from ..rules.checking.maps import scope_of
from ..rules.checking.turning import sides_of
from ..rules.ruleset import RuleSet
from .form import Choice

_LISTS = {FieldType.PICKLIST, FieldType.MULTI_PICKLIST}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """One field of the cadence that rows of the maps speak of."""

    #: Every row goes to the cadence alone: the CRM's field, ``Lead.Status``; empty otherwise.
    set_by: str = ""
    #: Without it no record is created in the CRM: the row, or the CRM's field; empty otherwise.
    needed_by: str = ""
    #: The CRM's picklist in the cadence's values, in the CRM's order.
    choices: tuple[Choice, ...] = ()
    #: Whose picklist it is, and that nothing else goes over.
    picklist: str = ""
    closed: bool = False


@dataclass(frozen=True, slots=True)
class _Row:
    row: s.FieldMapping
    crm: Field
    #: The CRM's object.
    of: str
    at: str

    @property
    def to_crm(self) -> bool:
        return Side.CRM in sides_of(self.row.arrow) and self.row.to_crm is not s.WriteRule.NEVER


def mapped_fields(rules: RuleSet, object_name: str) -> Mapping[str, Mapped]:
    """Return what the maps of *object_name* say, by the cadence's field. The rules have no errors.

    Where several maps have a row for a field, the first that writes to the CRM says what must and
    what may be filled in: by it a record is created there.
    """
    rows: dict[str, list[_Row]] = {}
    for block in rules.tree.statements:
        if isinstance(block, s.ObjectMap):
            cadence = scope_of(block.cadence_object, Side.CADENCE, rules.catalog)
            crm = scope_of(block.crm_object, Side.CRM, rules.catalog)
            if cadence.type.name != object_name:
                continue
            for row in block.rows:
                here, there = cadence.find(row.cadence), crm.find(row.crm)
                assert here is not None
                assert there is not None
                at = f"{rules.source.name}:{row.span.line}"
                rows.setdefault(here.name, []).append(_Row(row, there, crm.type.name, at))
    return {name: _mapped(found) for name, found in rows.items()}


def _mapped(rows: list[_Row]) -> Mapped:
    first = next((row for row in rows if row.to_crm), None)
    if first is None:
        return Mapped(set_by=f"{rows[0].of}.{rows[0].crm.name}")
    choices = _choices(first)
    return Mapped(
        needed_by=_needed_by(first),
        choices=choices,
        picklist=f"{first.of}.{first.crm.name}" if choices else "",
        closed=bool(choices) and _is_closed(first),
    )


def _needed_by(found: _Row) -> str:
    if found.row.required:
        return f"the row {found.at}"
    # A default fills the blank when a record is created in the CRM (E4).
    if found.crm.required and found.crm.creatable and found.row.default is None:
        return f"{found.of}.{found.crm.name} in the CRM"
    return ""


def _choices(found: _Row) -> tuple[Choice, ...]:
    """Return the picklist of the row's field; a function makes something else of its values."""
    table = found.row.table
    if found.row.using is not None or found.crm.type not in _LISTS:
        return ()
    if table is None:
        return tuple(Choice(value, value) for value in found.crm.values)
    known = {str(crm.value): cadence.value for crm, cadence in table.entries}
    order = found.crm.values or tuple(known)
    pairs = [Choice(known[label], label) for label in order if label in known]
    # Two values of the CRM may be one of the cadence's: the first names it.
    return tuple({choice.value: choice for choice in reversed(pairs)}.values())[::-1]


def _is_closed(found: _Row) -> bool:
    table = found.row.table
    return found.crm.restricted if table is None else table.otherwise is None
