"""Compare what two rule sets make of one record. Pure."""

from __future__ import annotations

__all__ = ["Comparison"]

from collections.abc import Iterator, Mapping
from typing import Any

from syncline_grammar import syntax as s

from ..model import Side, Value, is_blank
from ..rules.compiled import MapRule
from ..rules.explaining.conditions import Condition, conditions
from ..rules.explaining.deciding import deciding
from ..rules.explaining.excerpt import tidied
from ..rules.ruleset import RuleSet
from ..rules.values import Clock, Unturned
from .appearing import Appearing
from .changes import Effect, FieldChange, GateChange, Key, RecordChange, RowGiven, WorkflowChange
from .subject import Subject

Values = Mapping[str, Value]


class _Rules:
    """One of the two rule sets, by the questions that are asked of it."""

    def __init__(self, rules: RuleSet) -> None:
        self.maps = {rule.name: rule for rule in rules.maps.values()}
        self.workflows = rules.workflows
        self.appearing = Appearing(rules)
        self._texts: dict[str, str] = {}
        for statement in rules.tree.statements:
            for row in statement.rows if isinstance(statement, s.ObjectMap) else ():
                line = rules.source.line(row.span.line)
                self._texts[rules.source.at(row.span)] = tidied(line)
        found = conditions(rules)
        self.criteria = {c.name: c for c in found if c.actions is not None}
        self._where = {(c.scope.side, c.object): c for c in found if c.actions is None}
        self._source = rules.source.name

    def gate(self, name: str, subject: Subject, clock: Clock) -> Effect:
        """Tell whether *subject* goes over by the map *name*."""
        rule = self.maps.get(name)
        if rule is None or subject.side.other not in rule.targets:
            return Effect(truth=False, rows=(), actions="", at=self._source)
        where = rule.where.get(subject.side)
        if where is None:
            return Effect(truth=True, rows=(), actions="", at=rule.at)
        return Effect(truth=where(subject.values, None, clock), rows=(), actions="", at=rule.at)

    def gate_rows(self, effect: Effect, name: str, subject: Subject, clock: Clock) -> Effect:
        """Return *effect* with the rows of ``where`` that decide it."""
        found = self._where.get((subject.side, subject.type.name))
        if name not in self.maps or found is None:
            return effect
        return _effect(found, subject.values, None, clock)

    def given(self, rule: MapRule, subject: Subject) -> dict[str, RowGiven]:
        """Return what the rows of *rule* make of *subject*, by the field across."""
        to = subject.side.other
        turned: list[Any] = (
            rule.turn_to_cadence(subject.values)
            if to is Side.CADENCE
            else rule.turn_to_crm(subject.values, None)
        )
        found: dict[str, RowGiven] = {}
        for row, value in zip(rule.rows, turned, strict=True):
            failed = isinstance(value, Unturned)
            given = RowGiven(
                key=Key("row", rule.name, row.key),
                value=None if failed or is_blank(value) else value,
                unturned=value.reason if failed else "",
                follows=to in row.targets,
                text=self._texts.get(row.at, ""),
                at=row.at,
            )
            found.setdefault(row.field(to).name, given)
        return found


class Comparison:
    """Old rules and new rules, ready to be asked about records, one at a time.

    Raises ``RulesError`` when either has errors.
    """

    def __init__(self, old: RuleSet, new: RuleSet, clock: Clock) -> None:
        self._old = _Rules(old)
        self._new = _Rules(new)
        self._clock = clock

    def __call__(self, subject: Subject, *, rows: bool = True) -> RecordChange:
        """Return what differs for *subject*; raise what a rule raises that cannot read it.

        Without *rows*, the rows of criteria that decide are left out: for counting alone.
        """
        fields: list[FieldChange] = []
        gates: list[GateChange] = []
        for name in dict.fromkeys([*self._old.maps, *self._new.maps]):
            rule = self._old.maps.get(name) or self._new.maps[name]
            if rule.object(subject.side) == subject.type.name:
                self._map(name, subject, fields, gates, rows=rows)
        if subject.whole:
            self._activity(subject, fields, gates, rows=rows)
        return RecordChange(
            object=subject.type.name,
            name=subject.name,
            at=subject.at,
            fields=tuple(fields),
            gates=tuple(gates),
            workflows=tuple(self._workflows(subject, rows=rows)),
        )

    def _map(
        self,
        name: str,
        subject: Subject,
        fields: list[FieldChange],
        gates: list[GateChange],
        *,
        rows: bool,
    ) -> None:
        old = self._old.gate(name, subject, self._clock)
        new = self._new.gate(name, subject, self._clock)
        if old.truth is not new.truth:
            if rows:
                old = self._old.gate_rows(old, name, subject, self._clock)
                new = self._new.gate_rows(new, name, subject, self._clock)
            way = f"{subject.side} to {subject.side.other}"
            keys = frozenset({Key("map", "", name), Key("sync", "", way)})
            gates.append(GateChange(map=name, side=subject.side, old=old, new=new, keys=keys))
        if not (old.truth and new.truth):
            # What does not go over on both sides is filled by none, or by one for that reason.
            return
        before = self._old.given(self._old.maps[name], subject)
        after = self._new.given(self._new.maps[name], subject)
        fields += _fields(name, subject.side.other, before, after)

    def _activity(
        self,
        subject: Subject,
        fields: list[FieldChange],
        gates: list[GateChange],
        *,
        rows: bool,
    ) -> None:
        """Note what would appear of an activity otherwise, under its rule's name in the ledger."""
        both = self._old.appearing, self._new.appearing
        old, new = (each.rule(subject, self._clock) for each in both)
        if old is not None and new is not None:
            before, after = both[0].given(old, subject), both[1].given(new, subject)
            fields += _fields(new.rule.name, subject.side.other, before, after)
        elif (one := old or new) is not None:
            gates.append(
                GateChange(
                    map=one.rule.name,
                    side=subject.side,
                    old=both[0].effect(old, subject, self._clock, rows=rows),
                    new=both[1].effect(new, subject, self._clock, rows=rows),
                    keys=frozenset({one.key}),
                )
            )

    def _workflows(self, subject: Subject, *, rows: bool) -> Iterator[WorkflowChange]:
        if subject.side is not Side.CRM:
            return
        for name in dict.fromkeys([*self._old.workflows, *self._new.workflows]):
            old, new = (self._fires(rules, name, subject) for rules in (self._old, self._new))
            if old == new:
                continue
            yield WorkflowChange(
                name=name,
                old=self._effect(self._old, name, subject, old is not None, rows=rows),
                new=self._effect(self._new, name, subject, new is not None, rows=rows),
            )

    def _fires(self, rules: _Rules, name: str, subject: Subject) -> str | None:
        """Return what the workflow does about *subject*; None when it does not fire."""
        workflow = rules.workflows.get(name)
        if workflow is None or workflow.object != subject.type.name:
            return None
        fires = workflow.matches(subject.values, subject.before, self._clock)
        return rules.criteria[name].actions if fires else None

    def _effect(
        self, rules: _Rules, name: str, subject: Subject, truth: bool, *, rows: bool
    ) -> Effect | None:
        found = rules.criteria.get(name)
        if found is None or found.object != subject.type.name:
            return None
        if not rows:
            return Effect(truth=truth, rows=(), actions=found.actions or "", at=found.at)
        return _effect(found, subject.values, subject.before, self._clock)


def _fields(
    name: str, side: Side, before: Mapping[str, RowGiven], after: Mapping[str, RowGiven]
) -> Iterator[FieldChange]:
    for field in dict.fromkeys([*before, *after]):
        one, two = before.get(field), after.get(field)
        if _says(one) != _says(two):
            yield FieldChange(map=name, side=side, field=field, old=one, new=two)


def _effect(found: Condition, record: Values, before: Values | None, clock: Clock) -> Effect:
    explained = found.explain(record, before, clock)
    return Effect(
        truth=explained.truth,
        rows=deciding(explained),
        actions=found.actions or "",
        at=found.at,
    )


def _says(given: RowGiven | None) -> tuple[Any, ...]:
    """Return what tells two fillings apart; a field that gets a blank is like one without a row."""
    if given is None or (given.value is None and not given.unturned):
        return (None, "", False)
    return (given.value, given.unturned, given.follows)
