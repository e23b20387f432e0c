"""Findings about tables: gaps, entries never reached, values that come back as another."""

from __future__ import annotations

__all__ = ["look_at_tables"]

from collections.abc import Iterator, Sequence

from syncline_grammar import syntax as s

from ..model import Field, FieldType, Side, Value
from ..rules.catalog import Scope
from ..rules.compiled import MapRule
from ..rules.values import normaliser
from .findings import Finding, Kind, Level, Place
from .wording import listed

#: Values named in one message.
_NAMED = 8
_PICKED = {FieldType.PICKLIST, FieldType.BOOLEAN}


def look_at_tables(
    block: s.ObjectMap, rule: MapRule, crm: Scope, cadence: Scope
) -> Iterator[Finding]:
    """Yield what is found about the tables of one map; *rule* is the map as compiled."""
    for row, compiled in zip(block.rows, rule.rows, strict=True):
        left, right = crm.find(row.crm), cadence.find(row.cadence)
        if row.table is None or left is None or right is None:
            continue
        written = {
            side
            for side in compiled.targets & rule.targets
            if compiled.write[side] is not s.WriteRule.NEVER
        }
        table = _Table(row, row.table, left, right)
        if Side.CADENCE in written:
            yield from table.gaps(left, Side.CADENCE)
        if Side.CRM in written:
            yield from table.gaps(right, Side.CRM)
        yield from table.doubles(written)


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)


class _Table:
    def __init__(self, row: s.FieldMapping, table: s.Table, crm: Field, cadence: Field) -> None:
        self._row = row
        self._table = table
        self._crm = crm
        self._cadence = cadence

    def gaps(self, source: Field, target: Side) -> Iterator[Finding]:
        """Yield the values of *source* that have no entry, unless the row says what is then."""
        if self._row.otherwise is not None or self._table.otherwise is not None:
            return
        same = normaliser(source)
        column = 0 if target is Side.CADENCE else 1
        listed_ = {same(entry[column].value) for entry in self._table.entries}
        values: Sequence[Value] = source.values if source.type in _PICKED else ()
        if source.type is FieldType.BOOLEAN:
            values = (True, False)
        missing = [value for value in values if same(value) not in listed_]
        if not missing:
            return
        names = [_shown(value) for value in missing[:_NAMED]]
        if len(missing) > _NAMED:
            names.append(f"{len(missing) - _NAMED} more")
        have = "have" if missing[1:] else "has"
        yield Finding(
            kind=Kind.TABLE_GAP,
            level=Level.QUESTION,
            message=f"{listed(names)} of {source.name} {have} no entry in the table in line "
            f"{self._table.span.line}: such a value is not written to the {target.word}",
            places=(Place(self._table.span, "no entry for every value"),),
            notes=(
                "Add the entries, or write `else skip` or `else hold` to say that it is meant.",
            ),
        )

    def doubles(self, written: set[Side]) -> Iterator[Finding]:
        """Yield entries that another one stands in front of, one way or back."""
        there: dict[Value, tuple[s.Literal, s.Literal]] = {}
        back: dict[Value, tuple[s.Literal, s.Literal]] = {}
        same_crm, same_cadence = normaliser(self._crm), normaliser(self._cadence)
        for entry in self._table.entries:
            left, right = entry
            first = there.setdefault(same_crm(left.value), entry)
            if first is not entry and Side.CADENCE in written:
                yield self._unused(left, first[0], self._crm)
                continue
            ahead = back.setdefault(same_cadence(right.value), entry)
            if ahead is entry or Side.CRM not in written:
                continue
            if Side.CADENCE in written:
                yield self._merges(entry, ahead)
            else:
                yield self._unused(right, ahead[1], self._cadence)

    def _unused(self, value: s.Literal, first: s.Literal, field: Field) -> Finding:
        return Finding(
            kind=Kind.TABLE_ENTRY,
            level=Level.FAULT,
            message=f"the entry for {_shown(value.value)} in line {value.span.line} is never used: "
            f"{field.name} finds {_shown(first.value)} in line {first.span.line} first",
            places=(Place(value.span, "never used"), Place(first.span, "found first")),
            notes=("Delete one of the two entries.",),
        )

    def _merges(
        self, entry: tuple[s.Literal, s.Literal], ahead: tuple[s.Literal, s.Literal]
    ) -> Finding:
        (left, right), (first, _right) = entry, ahead
        one, other, value = (_shown(v.value) for v in (first, left, right))
        return Finding(
            kind=Kind.TABLE_MERGES,
            level=Level.QUESTION,
            message=f"{one} and {other} of {self._crm.name} both become {value}; what comes back "
            f"from {value} is {one}, which stands first",
            places=(Place(left.span, "becomes the same"), Place(first.span, "comes back")),
            notes=("Give each its own value, or map the field one way only.",),
        )
