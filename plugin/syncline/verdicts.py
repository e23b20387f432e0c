"""What each row and workflow says of a linked pair as things stand, and why it does nothing (B5).

Pure: the same decisions as a run's, made on the values that were last seen.
"""

from __future__ import annotations

__all__ = ["RowSays", "WorkflowSays", "row_says", "workflow_says"]

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from syncline_grammar.syntax import WriteRule

from .ledger.rows import Pair
from .model import Side, Value
from .rules.compiled import FieldRule, MapRule, WorkflowRule
from .rules.explaining.explanation import Explanation, as_written
from .rules.values import Clock
from .sync.reconcile import MISSING, Decision, FieldState, Verb, decide

_Values = Mapping[Side, Mapping[str, Value]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSays:
    """One row about its two fields, as things stand."""

    crm_field: str
    cadence_field: str
    crm_value: Value
    cadence_value: Value
    #: Where the row stands.
    rule: str
    #: Which side it may write, and when.
    ways: str
    #: What it would do now, or why it does nothing.
    says: str

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowSays:
    """One workflow about the CRM's record, as things stand."""

    name: str
    rule: str
    #: Whether its criteria hold, and whether they held in the last run.
    holds: bool
    held: bool
    says: str
    #: The fields that its criteria read.
    fields: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return asdict(self)


def row_says(rule: MapRule, pair: Pair, now: _Values, newest: Side, clock: Clock) -> list[RowSays]:
    """Return what each row of *rule* says of *pair*, whose records hold *now*."""
    shut = {side.other for side, where in rule.where.items() if not where(now[side], None, clock)}
    to_cadence = rule.turn_to_cadence(now[Side.CRM])
    to_crm = rule.turn_to_crm(now[Side.CADENCE], now[Side.CRM])
    found: list[RowSays] = []
    for number, row in enumerate(rule.rows):
        values = {side: now[side].get(row.field(side).name) for side in Side}
        state = FieldState(
            base={side: pair.base[side].get(row.key, MISSING) for side in Side},
            now=values,
            turned={Side.CRM: to_crm[number], Side.CADENCE: to_cadence[number]},
            newest=newest,
        )
        decision = decide(row, rule.targets - shut, state)
        says = _says(row, pair, decision)
        if any(pair.gone.values()):
            says = "nothing: the pair rests"
        found.append(
            RowSays(
                crm_field=row.crm.name,
                cadence_field=row.cadence.name,
                crm_value=values[Side.CRM],
                cadence_value=values[Side.CADENCE],
                rule=row.at,
                ways=_ways(row, rule, shut),
                says=says,
            )
        )
    return found


def _says(row: FieldRule, pair: Pair, decision: Decision) -> str:
    match decision.verb:
        case Verb.NOTHING:
            return "nothing: neither side has changed since they last agreed"
        case Verb.SETTLE:
            return f"nothing: {decision.reason}"
        case Verb.SKIP:
            return f"nothing: {decision.reason}"
        case Verb.HOLD if row.key in pair.choices:
            return (
                f"the next run lets the {pair.choices[row.key].word}'s value stand: a person's word"
            )
        case Verb.HOLD:
            return f"it waits for a person: {decision.reason}"
        case Verb.WRITE:
            assert decision.target is not None
            value = as_written(decision.value)
            return f"the next run writes {value} to the {decision.target.word}: {decision.reason}"


def _ways(row: FieldRule, rule: MapRule, shut: Iterable[Side]) -> str:
    """Return which sides the row may write for this record."""
    said: list[str] = []
    for side in Side:
        word = row.write[side]
        if side not in row.targets:
            said.append(f"never the {side.word}: the arrow leads the other way")
        elif word is WriteRule.NEVER:
            said.append(f"never the {side.word}: the row says so")
        elif side not in rule.targets:
            said.append(f"never the {side.word}: `sync {side.other} to {side}` is not switched on")
        elif side in shut:
            said.append(f"not the {side.word}: `sync {side.other} to {side} where` does not hold")
        else:
            said.append(f"the {side.word}" + ("" if word is WriteRule.ALWAYS else f" {word}"))
    return "writes " + "; ".join(said)


def workflow_says(workflow: WorkflowRule, pair: Pair, now: _Values, clock: Clock) -> WorkflowSays:
    """Return what *workflow* says of the CRM's record of *pair*."""
    explained = workflow.explain(now[Side.CRM], pair.base[Side.CRM], clock)
    held = workflow.name in pair.holding
    if not explained.truth:
        says = f"does nothing: {_against(explained)}"
    elif held:
        says = "does nothing more: its criteria hold since an earlier run, in which it fired"
    else:
        says = "fires in the next run: its criteria hold"
    return WorkflowSays(
        name=workflow.name,
        rule=workflow.at,
        holds=explained.truth,
        held=held,
        says=says,
        fields=tuple(
            dict.fromkeys(seen.field for row in explained.rows() for seen in row.seen if seen.field)
        ),
    )


def _against(explained: Explanation) -> str:
    """Return the rows that are not so, with what they saw."""
    rows = [row for row in explained.rows() if not row.truth] or list(explained.rows())
    said: list[str] = []
    for row in rows[:3]:
        seen = ", ".join(f"{each.text} is {as_written(each.now)}" for each in row.seen)
        said.append(f"{row.text} is not so" + (f" ({seen})" if seen else ""))
    return "; ".join(said)
