"""One record without a partner: whether it gets one, and with which values. Pure."""

from __future__ import annotations

__all__ = ["NewFacts", "NewRecord", "make_record", "new_case"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from syncline_grammar.syntax import Fallback, WriteRule

from ..ledger.codec import stamp
from ..ledger.rows import Entry
from ..model import Side, Value, is_blank
from ..rules.compiled import FieldRule, MapRule, WorkflowRule
from ..rules.values import Clock, Unturned
from .cases import due_of, lone_case
from .firing import fire
from .plan import Case, Fate, FieldWrite, Step, StepKind


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFacts:
    """A record without a partner, and the part of our key that names this ledger."""

    rule: MapRule
    entry: Entry
    instance: str


def new_case(facts: NewFacts, workflows: Sequence[WorkflowRule], clock: Clock) -> Case:
    """Decide whether a record gets a partner, and with which values (E4, E7, RS5)."""
    rule, entry = facts.rule, facts.entry
    source, target = entry.side, entry.side.other
    where = rule.where.get(source)
    case = lone_case(rule, entry)
    if target not in rule.targets:
        reason = f"the {target.word} gets no records from the {source.word}"
        return case.ended(Fate.SKIPPED, reason)
    if where is not None and not where(entry.values, None, clock):
        again = rule.due[source](entry.values, clock) if source in rule.due else None
        reason = f"it does not fit the criteria of `sync {source} to …`"
        return case.ended(Fate.SKIPPED, reason, due="" if again is None else stamp(again))
    made = make_record(rule, target, entry.values)
    if made.hold or made.skip:
        return case.ended(Fate.HELD if made.hold else Fate.SKIPPED, made.hold or made.skip)
    step = _creation(facts, made.values)
    if source is Side.CADENCE:
        return case.with_steps([step])
    fired = fire(rule, workflows, None, case.ids, entry.values, clock, entry.seen)
    # Somebody who was never in a cadence has none to leave.
    actions = [action for action in fired.steps if action.action != "exit"]
    due = due_of(rule, workflows, {source: entry.values, target: step.values}, clock)
    return case.with_steps([step, *actions], fired.holding, due=due, flips=fired.flips)


def _creation(facts: NewFacts, values: Sequence[tuple[FieldRule, Value]]) -> Step:
    rule, entry = facts.rule, facts.entry
    source, target = entry.side, entry.side.other
    created = {row.key: value for row, value in values}
    # A row that had nothing to give, and takes the other way, is looked at when both are there.
    rows = [row for row in rule.rows if row.key in created or target in row.targets]
    settles: dict[Side, dict[str, Value]] = {
        source: dict(entry.values)
        | {row.key: entry.values.get(row.field(source).name) for row in rows},
        target: {row.key: created.get(row.key) for row in rows}
        | {row.field(target).name: value for row, value in values},
    }
    key = f"{facts.instance}:{entry.object}:{entry.id}"
    if (key_field := rule.key_fields[target]) is not None:
        settles[target][key_field] = key
    return Step(
        kind=StepKind.CREATE,
        side=target,
        object=rule.object(target),
        id=None,
        key=key,
        writes=tuple(
            FieldWrite(
                field=row.field(target).name, old=None, new=value, at=row.at, reason="new record"
            )
            for row, value in values
        ),
        settles=settles,
        at=rule.at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRecord:
    """A record to be created, or the reason why it is not."""

    #: (row, value) for each field that gets one.
    values: tuple[tuple[FieldRule, Value], ...] = ()
    skip: str = ""
    hold: str = ""


def make_record(map_rule: MapRule, target: Side, source: Mapping[str, Value]) -> NewRecord:
    """Make the record of *target* that corresponds to *source* (E4, E7, RS5).

    All mapped fields flow, whatever their arrow; a default fills a blank in the CRM.
    """
    if target is Side.CADENCE:
        turned = map_rule.turn_to_cadence(source)
    else:
        turned = map_rule.turn_to_crm(source, None)
    values: list[tuple[FieldRule, Value]] = []
    taken: set[str] = set()
    # Of two rows over one field, the one whose arrow points there comes first.
    rows = sorted(zip(map_rule.rows, turned, strict=True), key=lambda r: target not in r[0].targets)
    for rule, found in rows:
        field = rule.field(target)
        if field.name in taken:
            continue
        value: Value = None
        if isinstance(found, Unturned):
            if found.fallback is Fallback.HOLD:
                return NewRecord(hold=f"{field.name}: {found.reason}")
        else:
            value = found
        if is_blank(value) and target is Side.CRM:
            value = rule.default
        if is_blank(value):
            if rule.required or field.required:
                return NewRecord(skip=f"{field.name} is required and blank")
        elif rule.write[target] is not WriteRule.NEVER and field.creatable:
            values.append((rule, value))
            taken.add(field.name)
    return NewRecord(values=tuple(values))
