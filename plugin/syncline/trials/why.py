"""Why an expectation was not met: what was found instead, and the engine's own reason."""

from __future__ import annotations

__all__ = ["told"]

from syncline_grammar import syntax as s

from ..ledger.rows import Pair
from ..model import Field, Side
from ..rules.checking.tests import Expected, action_text
from ..rules.compiled import FieldRule, WorkflowRule
from ..rules.explaining.deciding import deciding
from ..rules.explaining.explanation import Explanation, as_written
from ..sync.plan import Fate, Step, StepKind
from .cycle import Outcome, Played
from .judge import Miss
from .report import Fault
from .rulebook import Rulebook
from .scene import Scene
from .seen import rows_seen
from .why_activity import of_activity

#: As many writes or workflows as are worth reading.
_FEW = 3


def told(miss: Miss, scene: Scene, outcome: Outcome, book: Rulebook) -> Fault:
    """Return *miss* in words."""
    expected = miss.expected
    if isinstance(expected, s.ExpectAction):
        if expected.action is None:
            return _of_no_action(miss, scene, outcome, book)
        return _of_action(miss, expected.action, scene, outcome, book)
    if miss.field is None:
        return _of_unchanged(miss, expected, outcome.of(expected))
    if expected.of_activity:
        return of_activity(miss, expected, miss.field, scene, outcome, book)
    return _of_field(miss, expected, miss.field, scene, outcome, book)


# -- records


def _of_unchanged(miss: Miss, expected: Expected, played: Played) -> Fault:
    for step in played.case.steps:
        if step.kind is StepKind.DELETE and step.side is expected.side:
            return Fault(
                line=miss.line,
                expected=f"{expected.object} unchanged",
                found="it is deleted",
                reason=played.case.reason,
                rule=step.at,
            )
    writes = played.writes(expected.side)
    is_new = played.before[expected.side] is None
    changes = [
        f"{write.field} = {as_written(write.new)}"
        + ("" if is_new else f" (it was {as_written(write.old)})")
        for write in writes[:_FEW]
    ]
    if len(writes) > _FEW:
        changes.append(f"{len(writes) - _FEW} more")
    return Fault(
        line=miss.line,
        expected=f"{expected.object} unchanged",
        found=(f"a new {expected.object}: " if is_new else "written: ") + ", ".join(changes),
        reason=writes[0].reason if writes and not is_new else "",
        rule=writes[0].at if writes else "",
    )


def _of_field(
    miss: Miss, expected: Expected, field: Field, scene: Scene, outcome: Outcome, book: Rulebook
) -> Fault:
    side = expected.side
    record = outcome.after[side]
    wanted = f"{expected.object} {field.name} = {as_written(miss.value)}"
    if expected.object != outcome.rule.object(side):
        reason = f"the map of {outcome.rule.object(side)} comes first and takes the record"
        return Fault(line=miss.line, expected=wanted, found=f"no {expected.object}", reason=reason)
    if record is None:
        reason = _uncreated(scene, outcome, book)
        return Fault(line=miss.line, expected=wanted, found=f"no {expected.object}", reason=reason)
    reason, rule = _of_value(field, side, scene, outcome)
    found = as_written(record.get(field.name))
    return Fault(line=miss.line, expected=wanted, found=found, reason=reason, rule=rule)


def _uncreated(scene: Scene, outcome: Outcome, book: Rulebook) -> str:
    """Return why no record was made: the engine's reason, and the rows of ``where`` behind it."""
    reason = outcome.case.reason or "there is nothing to make it of"
    for side in outcome.rule.where:
        record = outcome.before[side]
        if record is not None and outcome.case.fate is Fate.SKIPPED:
            where = book.where_of(side, outcome.rule)
            rows = where.against(record, scene.known[side], scene.clock)
            if rows:
                return f"{reason}: {rows_seen(rows)}"
    return reason


def _of_value(field: Field, side: Side, scene: Scene, outcome: Outcome) -> tuple[str, str]:
    """Return why *field* holds what it holds, and the row that it is due to."""
    for write in outcome.writes(side):
        if write.field == field.name:
            return write.reason, write.at
    rows = [row for row in outcome.rule.rows if row.field(side).name == field.name]
    if not rows:
        return f"no row of the map has {field.name}", ""
    for row in rows:
        for note in outcome.case.notes:
            if (note.field, note.at) == (row.crm.name, row.at):
                return note.reason, row.at
        for write in outcome.writes(side.other):
            if (write.field, write.at) == (row.field(side.other).name, row.at):
                return f"{write.reason}; the {side.other.word} was written", row.at
    return _left_alone(rows[0], side, scene, outcome), rows[0].at


def _left_alone(row: FieldRule, side: Side, scene: Scene, outcome: Outcome) -> str:
    """Return why *row* wrote nothing to *side*, where the engine had nothing to say."""
    if outcome.case.fate is Fate.FAILED:
        return outcome.case.reason
    if outcome.before[side] is None:
        return "the row had no value for a new record"
    if scene.pair is not None and not any(
        _is_changed(row, each, scene.pair, outcome) for each in Side
    ):
        return "neither side changed since the last sync"
    return "both sides agree"


def _is_changed(row: FieldRule, side: Side, pair: Pair, outcome: Outcome) -> bool:
    same, record = row.same(side), outcome.before[side] or {}
    return same(record.get(row.field(side).name)) != same(pair.base[side].get(row.key))


# -- actions


def _named(step: Step) -> str:
    return f'{action_text(step.action, step.target)}, by workflow "{step.workflow}"'


def _of_no_action(miss: Miss, scene: Scene, outcome: Outcome, book: Rulebook) -> Fault:
    first = outcome.actions[0]
    explained = _explained(first.workflow, scene, outcome, book)
    return Fault(
        line=miss.line,
        expected="no action",
        found="; ".join(_named(step) for step in outcome.actions[:_FEW]),
        reason="" if explained is None else rows_seen(deciding(explained)),
        rule=first.at,
    )


def _of_action(
    miss: Miss, wanted: s.ActionCall, scene: Scene, outcome: Outcome, book: Rulebook
) -> Fault:
    action = (wanted.action, None if wanted.cadence is None else wanted.cadence.value)
    able = [workflow for workflow in book.own(outcome.rule) if action in workflow.actions]
    whys = [_silent(workflow, scene, outcome, book) for workflow in able]
    return Fault(
        line=miss.line,
        expected=action_text(*action),
        found="; ".join(_named(step) for step in outcome.actions[:_FEW]) or "no action",
        reason="; ".join(whys[:_FEW])
        or f"its partner is a {outcome.rule.crm_object}, on which no workflow does this",
        rule=able[0].at if len(able) == 1 else "",
    )


def _silent(workflow: WorkflowRule, scene: Scene, outcome: Outcome, book: Rulebook) -> str:
    """Return why *workflow* did not take an action that it has."""
    name = f'workflow "{workflow.name}"'
    explained = _explained(workflow.name, scene, outcome, book)
    if explained is None or (scene.is_lone and not outcome.case.steps):
        return f"{name} was not asked: {outcome.case.reason or 'there is no record of the CRM'}"
    if not explained.truth:
        return f"{name} does not hold: {rows_seen(deciding(explained))}"
    if scene.pair is not None and workflow.name in scene.pair.holding:
        return f"{name} held at the last sync already; it fires when it starts to hold"
    return f"{name} holds, but a prospect that is new has no cadence to leave"


def _explained(name: str, scene: Scene, outcome: Outcome, book: Rulebook) -> Explanation | None:
    record = outcome.before[Side.CRM]
    if record is None:
        return None
    before = None if scene.pair is None else scene.pair.base[Side.CRM]
    return book.rules.workflows[name].explain(record, before, scene.clock)
