"""Maps: a tree's block to a ``MapRule`` with its generated functions."""

from __future__ import annotations

__all__ = ["MapCompiler"]

from collections.abc import Mapping
from typing import Any

from syncline_grammar import syntax as s
from syncline_grammar.source import Source

from ...model import Side
from ..catalog import Catalog, Scope
from ..checking.check import flows_of, in_flow
from ..checking.maps import scope_of
from ..checking.turning import argument_scope, sides_of
from ..compiled import Due, FieldRule, MapRule
from ..values import normaliser, turner
from ..walk import names_in
from .due import due_of
from .program import Late, Program
from .turning import MapSource, found


class MapCompiler:
    """One map of a tree: its functions are written first, and its rule is made of them."""

    def __init__(
        self, name: str, block: s.ObjectMap, tree: s.RuleFile, catalog: Catalog, source: Source
    ) -> None:
        self._name = name
        self._block = block
        self._tree = tree
        self._catalog = catalog
        self._source = source
        self._flows = flows_of(tree)
        self._scopes = {
            Side.CRM: scope_of(block.crm_object, Side.CRM, catalog),
            Side.CADENCE: scope_of(block.cadence_object, Side.CADENCE, catalog),
        }
        self._turn_all: dict[Side, Late] = {}
        self._due: dict[Side, Due] = {}

    def write(self, program: Program) -> None:
        """Add the map's functions to *program*."""
        source = MapSource(program, self._block, *self._both)
        for to in Side:
            self._turn_all[to] = source.write(f"{self._name}_to_{to}", to)
        for side, flow in self._flows.items():
            if flow.where is not None:
                program.criterion(f"{self._name}_{side}_where", flow.where, self._scopes[side])
                self._due[side] = due_of(program, flow.where, self._scopes[side])

    @property
    def _both(self) -> tuple[Scope, Scope]:
        return self._scopes[Side.CRM], self._scopes[Side.CADENCE]

    def rule(self, made: Mapping[str, Any]) -> MapRule:
        """Return the map, its functions taken from *made*."""
        crm, cadence = self._both
        return MapRule(
            crm_object=crm.type.name,
            cadence_object=cadence.type.name,
            rows=tuple(self._row(row) for row in self._block.rows),
            matches=tuple(
                (found(crm, match.crm), found(cadence, match.cadence))
                for match in self._block.matches
            ),
            targets=in_flow(self._block, self._flows),
            deletes=frozenset(side for row in self._block.deletes for side in sides_of(row.arrow)),
            where={
                side: made[f"{self._name}_{side}_where"]
                for side, flow in self._flows.items()
                if flow.where is not None
            },
            due=self._due,
            key_fields={side: self._scopes[side].type.key_field for side in Side},
            reads={side: self._reads(self._scopes[side]) for side in Side},
            turn_to_cadence=made[f"{self._name}_to_cadence"],
            turn_to_crm=made[f"{self._name}_to_crm"],
            to_cadence=made[f"{self._name}_to_cadence_record"],
            to_cadence_all=self._turn_all[Side.CADENCE],
            to_crm=made[f"{self._name}_to_crm_record"],
            to_crm_all=self._turn_all[Side.CRM],
            at=self._source.at(self._block.crm_object.span),
        )

    def _row(self, row: s.FieldMapping) -> FieldRule:
        crm, cadence = self._both
        left, right = found(crm, row.crm), found(cadence, row.cadence)
        using = None if row.using is None else self._catalog.functions[row.using.name.text]
        return FieldRule(
            crm=left,
            cadence=right,
            targets=sides_of(row.arrow),
            write={
                Side.CRM: row.to_crm or s.WriteRule.ALWAYS,
                Side.CADENCE: row.to_cadence or s.WriteRule.ALWAYS,
            },
            conflict=row.conflict or s.ConflictWord.NEWEST,
            required=row.required,
            locked=row.locked,
            erase=row.erase,
            tidies=using is not None and using.normaliser,
            default=None if row.default is None else row.default.value,
            key=f"{left.name}>{right.name}",
            at=self._source.at(row.span),
            same_crm=normaliser(left),
            same_cadence=normaliser(right),
            plain=row.table is None
            and row.using is None
            and turner(left.type, right.type) is None
            and turner(right.type, left.type) is None,
        )

    def _reads(self, scope: Scope) -> tuple[str, ...]:
        """Return every field of the map's object that any rule reads, each once, in order."""
        on_crm = scope.side is Side.CRM
        names = [match.crm if on_crm else match.cadence for match in self._block.matches]
        for row in self._block.rows:
            names.append(row.crm if on_crm else row.cadence)
            if row.using is not None and argument_scope(row, *self._both).side is scope.side:
                names.extend(names_in(row.using))
        flow = self._flows.get(scope.side)
        if flow is not None and flow.where is not None:
            names.extend(names_in(flow.where))
        for workflow in self._tree.statements:
            if (
                isinstance(workflow, s.Workflow)
                and on_crm
                and scope_of(workflow.object, Side.CRM, self._catalog).type is scope.type
            ):
                names.extend(names_in(workflow.when))
        fields = [found(scope, name).name for name in names]
        if scope.type.key_field is not None:
            fields.append(scope.type.key_field)
        return tuple(dict.fromkeys(fields))
