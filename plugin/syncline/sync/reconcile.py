"""Decide what becomes of the fields of a pair. Pure: no clock, no I/O, no order.

The table (``->`` is the mirror of ``<-``):

| CRM            | cadence        | ``<->``              | ``->``                          |
|----------------|----------------|----------------------|---------------------------------|
| same           | same           | nothing              | nothing                         |
| changed        | same           | write cadence        | write cadence                   |
| same           | changed        | write CRM            | leave: not a source             |
| changed        | changed, equal | move the baselines   | move the baselines              |
| changed        | changed        | conflict             | write cadence                   |
| no baseline    | equal          | take as baseline     | take as baseline                |
| no baseline    | one blank      | fill the blank one   | fill the cadence if it is blank |
| no baseline    | both differ    | conflict             | write cadence                   |

Every write goes by the field's rule for that direction, and a blank erases nothing unless the
field says ``erase``. A skip moves the baselines, except where a direction is shut: when the rules
open it, what changed meanwhile still differs from its baseline, and flows.
"""

from __future__ import annotations

__all__ = [
    "MISSING",
    "Decision",
    "FieldState",
    "Verb",
    "decide",
    "prefer",
    "reconcile",
    "touched",
]

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum, StrEnum
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, NamedTuple

from syncline_grammar.syntax import ConflictWord, Fallback, WriteRule

from ..model import Side, Value, is_blank
from ..rules.compiled import FieldRule, MapRule
from ..rules.values import Unturned


class _Missing(Enum):
    MISSING = "missing"


#: No baseline: this field of this pair has never been settled.
MISSING: Final = _Missing.MISSING
Base = Value | _Missing


class Verb(StrEnum):
    """What is done about one field."""

    NOTHING = "nothing"
    #: Both sides agree, or the rule wants no write: move the baselines.
    SETTLE = "settle"
    #: Like SETTLE, but a changed value goes nowhere, and the reason is told.
    SKIP = "skip"
    WRITE = "write"
    #: A person decides: nothing is written and no baseline moves.
    HOLD = "hold"


class FieldState(NamedTuple):
    """One field of one pair: its baselines, its values, and each value as the other side's."""

    base: Mapping[Side, Base]
    now: Mapping[Side, Value]
    #: What the other side's value becomes on this side.
    turned: Mapping[Side, Any]
    #: The side whose record was modified last; the CRM in a tie (E3).
    newest: Side


class Decision(NamedTuple):
    """What to do about one field; ``target`` and ``value`` belong to a write."""

    verb: Verb
    reason: str = ""
    target: Side | None = None
    value: Value = None
    #: The value that lost a conflict, and where it stood.
    lost: tuple[Side, Value] | None = None
    #: Whether the baselines move. They wait where a direction is shut: opened, it catches up.
    settled: bool = True


# Looking a member of an Enum up costs more than a global.
_CRM, _CADENCE = Side.CRM, Side.CADENCE
_NOTHING = Decision(verb=Verb.NOTHING)
_AGREED = Decision(verb=Verb.SETTLE, reason="both sides agree")

Values = Mapping[str, Value]
Bases = Mapping[str, Base]


@lru_cache(maxsize=256)
def touched(rule: MapRule) -> Callable[[Bases, Values, Bases, Values], Sequence[int]]:
    """Return what finds the rows of a pair that there is anything to decide about.

    The function takes the baselines and the values of the CRM, then those of the cadence, and
    returns the numbers of the rows where one of them differs or has no baseline. All others are
    as they were, and ``decide`` would do nothing about them.
    """
    keys = [row.key for row in rule.rows]
    crm = [row.crm.name for row in rule.rows]
    cadence = [row.cadence.name for row in rule.rows]
    if len(keys) < _A_TUPLE:
        return lambda b, n, c, m: _one_by_one(keys, crm, cadence, b, n, c, m)
    agreed, crm_values, cadence_values = itemgetter(*keys), itemgetter(*crm), itemgetter(*cadence)
    numbers = range(len(keys))

    def find(base: Bases, now: Values, other_base: Bases, other_now: Values) -> Sequence[int]:
        try:
            a, b = agreed(base), crm_values(now)
            c, d = agreed(other_base), cadence_values(other_now)
        except KeyError:
            return _one_by_one(keys, crm, cadence, base, now, other_base, other_now)
        if a == b and c == d:
            return ()
        return [n for n in numbers if a[n] != b[n] or c[n] != d[n]]

    return find


#: From so many names on, itemgetter gives a tuple.
_A_TUPLE = 2


def _one_by_one(
    keys: Sequence[str],
    crm: Sequence[str],
    cadence: Sequence[str],
    base: Bases,
    now: Values,
    other_base: Bases,
    other_now: Values,
) -> Sequence[int]:
    return [
        number
        for number, (key, left, right) in enumerate(zip(keys, crm, cadence, strict=True))
        if base.get(key, MISSING) != now.get(left)
        or other_base.get(key, MISSING) != other_now.get(right)
    ]


def reconcile(
    rule: MapRule,
    rows: Iterable[int],
    base: Mapping[Side, Bases],
    now: Mapping[Side, Values],
    targets: frozenset[Side],
    newest: Side,
) -> Iterator[tuple[FieldRule, FieldState, Decision]]:
    """Decide about *rows* of one pair, by the baselines and the values of both sides.

    *targets* are the sides that may be written for this record; *newest* the one modified last.
    """
    crm, cadence = now[_CRM], now[_CADENCE]
    crm_base, cadence_base = base[_CRM], base[_CADENCE]
    to_cadence: list[Any] | None = None
    to_crm: list[Any] = []
    for number in rows:
        row = rule.rows[number]
        mine, theirs = crm.get(row.crm.name), cadence.get(row.cadence.name)
        if row.plain:
            turned = {_CRM: theirs, _CADENCE: mine}
        else:
            if to_cadence is None:
                to_cadence, to_crm = rule.turn_to_cadence(crm), rule.turn_to_crm(cadence, crm)
            turned = {_CRM: to_crm[number], _CADENCE: to_cadence[number]}
        state = FieldState(
            {
                _CRM: crm_base.get(row.key, MISSING),
                _CADENCE: cadence_base.get(row.key, MISSING),
            },
            {_CRM: mine, _CADENCE: theirs},
            turned,
            newest,
        )
        yield row, state, decide(row, targets, state)


def decide(rule: FieldRule, targets: frozenset[Side], state: FieldState) -> Decision:
    """Decide about one field; *targets* are the sides that may be written for this record."""
    base, now = state.base, state.now
    targets = _open(rule, targets)
    crm_base, cadence_base = base[_CRM], base[_CADENCE]
    if crm_base is MISSING or cadence_base is MISSING:
        return _first_time(rule, targets, state)
    same = rule.same_crm
    crm_changed = same(now[_CRM]) != same(crm_base)
    same = rule.same_cadence
    cadence_changed = same(now[_CADENCE]) != same(cadence_base)
    if not crm_changed and not cadence_changed:
        return _NOTHING
    if _equal(rule, state):
        return _AGREED
    if crm_changed and cadence_changed:
        return _both(rule, targets, state, "changed on both sides")
    source = _CRM if crm_changed else _CADENCE
    if source.other in targets:
        return _write(rule, source.other, state, _CHANGED[source])
    return _shut(_NO_SOURCE[source])


_CHANGED = {side: f"changed in the {side.word}" for side in Side}
_NO_SOURCE = {side: f"the {side.word} is not a source of this field" for side in Side}


def _open(rule: FieldRule, targets: frozenset[Side]) -> frozenset[Side]:
    """Return the sides that the row may write.

    One that it never writes makes no conflict, and settles nothing: it is shut.
    """
    targets &= rule.targets
    write = rule.write
    if write[_CRM] is WriteRule.NEVER or write[_CADENCE] is WriteRule.NEVER:
        return frozenset(side for side in targets if write[side] is not WriteRule.NEVER)
    return targets


def _shut(reason: str) -> Decision:
    return Decision(verb=Verb.SKIP, reason=reason, settled=False)


def _equal(rule: FieldRule, state: FieldState) -> bool:
    """Tell whether the sides agree, in either side's terms, or once both are tidied."""
    if rule.tidies and state.turned[_CRM] == state.turned[_CADENCE]:
        return True
    turned, now = state.turned[_CRM], state.now[_CRM]
    if turned.__class__ is not Unturned and rule.same_crm(turned) == rule.same_crm(now):
        return True
    turned, now = state.turned[_CADENCE], state.now[_CADENCE]
    return turned.__class__ is not Unturned and rule.same_cadence(turned) == rule.same_cadence(now)


def _first_time(rule: FieldRule, targets: frozenset[Side], state: FieldState) -> Decision:
    if _equal(rule, state):
        return Decision(verb=Verb.SETTLE, reason="equal when first seen")
    for side in Side:
        if is_blank(state.now[side]):
            if side in targets:
                return _write(rule, side, state, "filled a blank")
            return _shut(_NO_SOURCE[side.other])
    return _both(rule, targets, state, "differed when first seen")


def _both(rule: FieldRule, targets: frozenset[Side], state: FieldState, why: str) -> Decision:
    """Both sides hold a claim: a conflict if both may be written, else the one source's word."""
    if not targets:
        return _shut(f"{why}, and no direction is open to this record")
    if len(targets) == 1:
        (target,) = targets
        return _write(rule, target, state, why)
    if rule.conflict is ConflictWord.HOLD:
        return Decision(verb=Verb.HOLD, reason=f"{why}; the rule holds conflicts for a person")
    winner = {
        ConflictWord.CRM: _CRM,
        ConflictWord.CADENCE: _CADENCE,
        ConflictWord.NEWEST: state.newest,
    }[rule.conflict]
    word = (
        f"the {winner.word} was modified last"
        if rule.conflict is ConflictWord.NEWEST
        else rule.conflict.value
    )
    loser = winner.other
    if not rule.erase and is_blank(state.turned[loser]) and not is_blank(state.now[loser]):
        # A blank that may not erase wins nothing: it is filled.
        return _write(rule, winner, state, f"{why}; {word}, but it is blank")
    return _write(rule, loser, state, f"{why}; {word}", lost=(loser, state.now[loser]))


def _write(
    rule: FieldRule,
    target: Side,
    state: FieldState,
    why: str,
    lost: tuple[Side, Value] | None = None,
) -> Decision:
    """Write *target* by the field's rule for that direction, or say why not."""
    value = state.turned[target]
    if isinstance(value, Unturned):
        verb = Verb.HOLD if value.fallback is Fallback.HOLD else Verb.SKIP
        return Decision(verb=verb, reason=value.reason, lost=lost)
    word = rule.write[target]
    reason = None
    if word is WriteRule.ON_CREATE:
        reason = f"the rule writes to the {target.word} only on creation"
    elif not rule.field(target).updatable:
        reason = f"{rule.field(target).name} is set only when a record is created"
    elif is_blank(value) and not rule.erase:
        reason = "a blank erases nothing"
    elif word is WriteRule.WHEN_BLANK and not is_blank(state.now[target]):
        reason = f"the {target.word} already has a value"
    if reason is not None:
        return Decision(verb=Verb.SKIP, reason=f"{why}; {reason}", lost=lost)
    return Decision(verb=Verb.WRITE, reason=why, target=target, value=value, lost=lost)


def prefer(rule: FieldRule, state: FieldState, winner: Side) -> Decision:
    """Decide as a person did who was asked: *winner*'s value stands (``resolve``)."""
    target = winner.other
    why = f"a person chose the {winner.word}'s value"
    if target not in rule.targets:
        return Decision(verb=Verb.SETTLE, reason=why)
    value = state.turned[target]
    if isinstance(value, Unturned):
        return Decision(verb=Verb.HOLD, reason=f"{why}; {value.reason}")
    if not rule.field(target).updatable:
        name = rule.field(target).name
        return Decision(verb=Verb.HOLD, reason=f"{why}; {name} is set only on creation")
    lost = (target, state.now[target])
    return Decision(verb=Verb.WRITE, reason=why, target=target, value=value, lost=lost)
