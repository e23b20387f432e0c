"""From a tree to its JSON form: one object a node, named in the field's terms.

What a rule does not say is not written, and neither is an empty comment.
"""

from __future__ import annotations

__all__ = ["ACTIONS", "DIRECTIONS", "document_of"]

from collections.abc import Iterable

from .. import syntax as s
from ..writing.layout import Layout
from ..writing.spelling import DAYS, clock
from .write_values import Document, ValuesWriter

DIRECTIONS = {s.Arrow.BOTH: "both", s.Arrow.TO_CADENCE: "to cadence", s.Arrow.TO_CRM: "to crm"}
ACTIONS = {"exit": "exit cadence", "move": "move to cadence", "next touch": "move to next touch"}


def document_of(tree: s.RuleFile, layout: Layout) -> Document:
    """Return the JSON form of *tree* with the comments of *layout*."""
    writer = _Writer(layout)
    statements = [writer.statement(statement) for statement in tree.statements]
    return writer.block("rules", tree, version=1, statements=statements)


class _Writer(ValuesWriter):
    def statement(self, node: s.Statement) -> Document:
        match node:
            case s.Connect():
                return self.node("connect", node, side=node.side, system=node.system)
            case s.Schedule():
                limited = node.calls is not None
                return self.node(
                    "schedule",
                    node,
                    minutes=node.minutes,
                    calls=node.calls,
                    hours=node.hours if limited else None,
                    counted=node.counted if limited else None,
                    max_deletes=node.max_deletes,
                )
            case s.Flow():
                where = None if node.where is None else self.criterion(node.where)
                ends = {"from": node.source, "to": node.target}
                return self.node("sync", node, **ends, where=where)
            case s.Admin():
                return self.node("admin", node, email=node.email)
            case s.ObjectMap():
                return self._map(node)
            case s.Workflow():
                return self.block(
                    "workflow",
                    node,
                    name=node.name,
                    object=node.object,
                    when=self.criterion(node.when),
                    every_time=node.every_time or None,
                    then=[self._action(action) for action in node.actions],
                )
            case s.Activity():
                return self.block(
                    "activity",
                    node,
                    activity=node.kind,
                    outcomes=[outcome.value for outcome in node.outcomes] or None,
                    direction=DIRECTIONS[s.Arrow.TO_CADENCE if node.from_crm else s.Arrow.TO_CRM],
                    object=node.object,
                    where=None if node.where is None else self.criterion(node.where),
                    deletes=[self.node("deletes", d) for d in node.deletes] or None,
                    values=[
                        self.node("value", row, field=row.field, value=self.expression(row.value))
                        for row in node.values
                    ],
                )
            case s.Allow():
                return self._allow(node)
            case s.Form():
                fields = [self._form_field(row) for row in node.fields]
                return self.block("form", node, name=node.name, object=node.object, fields=fields)
            case s.Test():
                return self.block(
                    "test",
                    node,
                    name=node.name,
                    given=[self._given(given) for given in node.givens],
                    expect=[self._expect(expect) for expect in node.expects],
                )

    def _map(self, node: s.ObjectMap) -> Document:
        return self.block(
            "map",
            node,
            crm=node.crm_object,
            direction=DIRECTIONS[node.arrow],
            cadence=node.cadence_object,
            matches=[self.node("match", m, crm=m.crm, cadence=m.cadence) for m in node.matches],
            deletes=[self.node("deletes", d, direction=DIRECTIONS[d.arrow]) for d in node.deletes]
            or None,
            rows=[self._row(row) for row in node.rows],
        )

    def _row(self, row: s.FieldMapping) -> Document:
        return self.node(
            "field mapping",
            row,
            crm=row.crm,
            direction=DIRECTIONS[row.arrow],
            cadence=row.cadence,
            required=row.required or None,
            locked=row.locked or None,
            erase=row.erase or None,
            default=None if row.default is None else self.expression(row.default),
            to_crm=row.to_crm,
            to_cadence=row.to_cadence,
            conflict=row.conflict,
            using=None if row.using is None else self.expression(row.using),
            table=None if row.table is None else self._table(row.table),
            otherwise=row.otherwise,
        )

    def _table(self, table: s.Table) -> Document:
        entries = [
            self.node("entry", crm, crm=self.expression(crm), cadence=self.expression(cadence))
            for crm, cadence in table.entries
        ]
        otherwise = None if table.otherwise is None else self.expression(table.otherwise)
        return self.block("table", table, entries=entries, otherwise=otherwise)

    def _action(self, node: s.ActionCall) -> Document:
        cadence = None if node.cadence is None else node.cadence.value
        return self.node(ACTIONS[node.action], node, cadence=cadence)

    def _allow(self, node: s.Allow) -> Document:
        start, end = (None, None) if node.hours is None else map(clock, node.hours)
        return self.node(
            "allow",
            node,
            channel=node.channel,
            days=[DAYS[day] for day in node.days],
            **{"from": start, "to": end},
            zone=node.zone,
            holidays=node.holidays,
            per_day=node.per_day,
            per_user=node.per_user or None,
            minutes_apart=node.gap_minutes,
        )

    def _form_field(self, row: s.FormField) -> Document:
        return self.node(
            "form field",
            row,
            field=row.field,
            required=row.required or None,
            read_only=row.read_only or None,
            default=None if row.default is None else self.expression(row.default),
            choices=list(row.choices) or None,
        )

    def _given(self, node: s.Given) -> Document:
        if node.object is None:
            return self.node("last sync", node, values=self._values(node.values))
        at = None if node.at is None else clock(node.at)
        if node.event is not None:
            return self.node("event", node, object=node.object, event=node.event, at=at)
        values = self._values(node.values)
        return self.node("record", node, object=node.object, values=values, at=at)

    def _expect(self, node: s.Expect | s.ExpectAction) -> Document:
        match node:
            case s.ExpectAction():
                if node.action is None:
                    return self.node("no action", node)
                return self.node("action", node, action=self._action(node.action))
            case s.Expect(values=()):
                return self.node("unchanged", node, object=node.object)
            case s.Expect():
                values = self._values(node.values)
                return self.node("record", node, object=node.object, values=values)

    def _values(self, values: Iterable[tuple[s.Name, s.Literal]]) -> list[Document]:
        return [
            self.node("value", None, field=field, value=self.expression(value))
            for field, value in values
        ]
