"""A checked tree to one generated Python module, and the rules that hold its functions."""

from __future__ import annotations

__all__ = ["compile_rules"]

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syncline_grammar import syntax as s
from syncline_grammar.source import Source

from ..model import Field, FieldType, ObjectType, Side, Value
from .catalog import Catalog, Problems, Scope
from .check import flows_of, in_flow
from .check_maps import find_object, sides_of
from .compiled import ActivityRule, FieldRule, MapRule, WorkflowRule
from .generate import Code
from .tables import backward, forward
from .texts import split_template
from .values import normaliser, text_of, turner
from .walk import is_timed, names_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """The rules of one file, ready to be called."""

    maps: tuple[MapRule, ...]
    workflows: tuple[WorkflowRule, ...]
    activities: tuple[ActivityRule, ...]


def compile_rules(tree: s.RuleFile, catalog: Catalog, source: Source) -> Compiled:
    """Compile a tree in which ``check`` found no error."""
    return _Compiler(tree, catalog, source).run()


class _Compiler:
    def __init__(self, tree: s.RuleFile, catalog: Catalog, source: Source) -> None:
        self.tree = tree
        self.catalog = catalog
        self.source = source
        self.code = Code(catalog)
        self.lines: list[str] = []
        self.flows = flows_of(tree)

    def run(self) -> Compiled:
        statements = self.tree.statements
        maps = [m for m in statements if isinstance(m, s.ObjectMap)]
        workflows = [w for w in statements if isinstance(w, s.Workflow)]
        activities = [a for a in statements if isinstance(a, s.Activity)]
        for number, block in enumerate(maps):
            self._map_source(number, block)
        for number, workflow in enumerate(workflows):
            test = self.code.criterion(workflow.when, self._scope(workflow.object, Side.CRM))
            self._define(f"w{number}(r, b, t)", f"return {test}")
        for number, activity in enumerate(activities):
            self._activity_source(number, activity)
        made = self._execute()
        return Compiled(
            maps=tuple(self._map(number, block, made) for number, block in enumerate(maps)),
            workflows=tuple(self._workflow(n, w, made) for n, w in enumerate(workflows)),
            activities=tuple(self._activity(n, a, made) for n, a in enumerate(activities)),
        )

    def _define(self, header: str, *body: str) -> None:
        self.lines.append(f"    def {header}:")
        self.lines.extend(f"        {line}" for line in body)

    def _execute(self) -> dict[str, Any]:
        """Run the generated module; its text holds only generated names, signs and key words."""
        names = ", ".join(self.code.bound)
        body = "\n".join(self.lines)
        text = f"def make({names}):\n{body}\n    return locals()\n"
        space: dict[str, Any] = {}
        exec(compile(text, f"<{self.source.name}>", "exec"), space)  # noqa: S102 - see above
        made: dict[str, Any] = space["make"](**self.code.bound)
        return made

    def _scope(self, name: s.Name, side: Side) -> Scope:
        scope = find_object(name, side, self.catalog, Problems())
        assert scope is not None
        return scope

    # -- maps

    def _map_source(self, number: int, block: s.ObjectMap) -> None:
        crm = self._scope(block.crm_object, Side.CRM)
        cadence = self._scope(block.cadence_object, Side.CADENCE)
        there = [self._row_source(row, Side.CADENCE, crm, cadence) for row in block.rows]
        back = [self._row_source(row, Side.CRM, crm, cadence) for row in block.rows]
        plain = ", ".join(
            f"{self.code.bind(_found(crm, row.crm).name)}: "
            f"r.get({self.code.bind(_found(cadence, row.cadence).name)})"
            for row in block.rows
            if row.table is None and row.using is None
        )
        self._define(f"m{number}_to_cadence(r, o=None)", "o = r", f"return [{', '.join(there)}]")
        self._define(
            f"m{number}_to_crm(r, o)",
            f"o = {{{plain}}} if o is None else o",
            f"return [{', '.join(back)}]",
        )
        for side, flow in self.flows.items():
            if flow.where is not None:
                scope = crm if side is Side.CRM else cadence
                test = self.code.criterion(flow.where, scope)
                self._define(f"m{number}_{side}_where(r, b, t)", f"return {test}")

    def _row_source(self, row: s.FieldMapping, to: Side, crm: Scope, cadence: Scope) -> str:
        """Return what the row's value becomes on side *to*; arguments are read from ``o``."""
        left, right = _found(crm, row.crm), _found(cadence, row.cadence)
        source, target = (left, right) if to is Side.CADENCE else (right, left)
        value = f"r.get({self.code.bind(source.name)})"
        if row.table is not None:
            fallback = row.otherwise or s.Fallback.SKIP
            make = forward if to is Side.CADENCE else backward
            return f"{self.code.bind(make(row.table, source, fallback))}({value})"
        if row.using is not None:
            function = self.catalog.functions[row.using.name.text].call
            rest = [self.code.expression(arg, crm, record="o") for arg in row.using.args]
            call = ", ".join([value, *rest])
            return f"(None if blank({value}) else {self.code.bind(function)}({call}))"
        turn = turner(source, target)
        return value if turn is None else f"{self.code.bind(turn)}({value})"

    def _map(self, number: int, block: s.ObjectMap, made: Mapping[str, Any]) -> MapRule:
        crm = self._scope(block.crm_object, Side.CRM)
        cadence = self._scope(block.cadence_object, Side.CADENCE)
        rows = tuple(self._row(row, crm, cadence) for row in block.rows)
        matches = tuple(
            (_found(crm, match.crm), _found(cadence, match.cadence)) for match in block.matches
        )
        return MapRule(
            crm_object=crm.type.name,
            cadence_object=cadence.type.name,
            rows=rows,
            matches=matches,
            targets=in_flow(block, self.flows),
            where={
                side: made[f"m{number}_{side}_where"]
                for side, flow in self.flows.items()
                if flow.where is not None
            },
            key_fields={Side.CRM: crm.type.key_field, Side.CADENCE: cadence.type.key_field},
            reads={
                Side.CRM: self._reads(block, crm),
                Side.CADENCE: self._reads(block, cadence),
            },
            turn_to_cadence=made[f"m{number}_to_cadence"],
            turn_to_crm=made[f"m{number}_to_crm"],
            at=self.source.at(block.crm_object.span),
        )

    def _row(self, row: s.FieldMapping, crm: Scope, cadence: Scope) -> FieldRule:
        left, right = _found(crm, row.crm), _found(cadence, row.cadence)
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
            tidies=row.using is not None and self.catalog.functions[row.using.name.text].normaliser,
            default=None if row.default is None else row.default.value,
            key=f"{left.name}>{right.name}",
            at=self.source.at(row.span),
            same_crm=normaliser(left),
            same_cadence=normaliser(right),
        )

    def _reads(self, block: s.ObjectMap, scope: Scope) -> tuple[str, ...]:
        """Return every field of the map's object that any rule reads, each once, in order."""
        on_crm = scope.side is Side.CRM
        names = [match.crm if on_crm else match.cadence for match in block.matches]
        for row in block.rows:
            names.append(row.crm if on_crm else row.cadence)
            if row.using is not None and on_crm:
                names.extend(names_in(row.using))
        flow = self.flows.get(scope.side)
        if flow is not None and flow.where is not None:
            names.extend(names_in(flow.where))
        for workflow in self.tree.statements:
            if (
                isinstance(workflow, s.Workflow)
                and scope.side is Side.CRM
                and self._scope(workflow.object, Side.CRM).type.name == scope.type.name
            ):
                names.extend(names_in(workflow.when))
        fields = [_found(scope, name).name for name in names]
        if scope.type.key_field is not None:
            fields.append(scope.type.key_field)
        return tuple(dict.fromkeys(fields))

    # -- workflows and activities

    def _workflow(self, number: int, rule: s.Workflow, made: Mapping[str, Any]) -> WorkflowRule:
        return WorkflowRule(
            name=rule.name,
            object=self._scope(rule.object, Side.CRM).type.name,
            every_time=rule.every_time,
            actions=tuple(
                (a.action, None if a.cadence is None else a.cadence.value) for a in rule.actions
            ),
            timed=is_timed(rule.when),
            test=made[f"w{number}"],
            at=self.source.at(rule.object.span),
        )

    def _recorded(self) -> ObjectType:
        found = self.catalog.descriptions[Side.CADENCE].get("activity")
        assert found is not None
        return found

    def _activity_source(self, number: int, rule: s.Activity) -> None:
        scope = Scope(Side.CADENCE, self.catalog.systems[Side.CADENCE], self._recorded())
        target = self._scope(rule.object, Side.CRM)
        values = [
            self._assigned(row.value, scope, _found(target, row.field)) for row in rule.values
        ]
        self._define(f"a{number}(r)", f"return [{', '.join(values)}]")

    def _assigned(self, value: s.Expression, scope: Scope, target: Field) -> str:
        """Return a value of an activity's row, cut to the length that its field takes."""
        if isinstance(value, s.FieldRef):
            turn = turner(_found(scope, value.name), target)
            source = self.code.expression(value, scope)
            source = source if turn is None else f"{self.code.bind(turn)}({source})"
        elif isinstance(value, s.Text) and "{" in value.value:
            source = self._template(value, scope)
        else:
            source = self.code.expression(value, scope)
        if target.type is not FieldType.TEXT or target.length is None:
            return source
        return f"{self.code.bind(_cut)}({source}, {self.code.bind(target.length)})"

    def _template(self, value: s.Text, scope: Scope) -> str:
        parts: list[str] = []
        for before, variable in split_template(value.value):
            if before:
                parts.append(self.code.bind(before))
            if variable is not None:
                name = _found(scope, s.Name(variable, value.span)).name
                parts.append(f"({self.code.bind(text_of)}(r.get({self.code.bind(name)})) or '')")
        return "(" + " + ".join(parts) + ")"

    def _activity(self, number: int, rule: s.Activity, made: Mapping[str, Any]) -> ActivityRule:
        target = self._scope(rule.object, Side.CRM)
        template = self.catalog.template(rule.kind.text, target.type.name)
        assert template is not None
        assert target.type.key_field is not None
        recorded = self._recorded()
        return ActivityRule(
            kind=rule.kind.text,
            outcomes=frozenset(o.value.strip().casefold() for o in rule.outcomes),
            template=template,
            key_field=target.type.key_field,
            reads=tuple(f.name for f in recorded.fields),
            fields=tuple(_found(target, row.field) for row in rule.values),
            values=made[f"a{number}"],
            at=self.source.at(rule.kind.span),
        )


def _found(scope: Scope, name: s.Name) -> Field:
    field = scope.find(name)
    assert field is not None
    return field


def _cut(value: Value, length: int) -> Value:
    return value[:length] if isinstance(value, str) else value
