"""The inverse of what a run wrote to one record: the way back, and what stays (B6). Pure."""

from __future__ import annotations

__all__ = ["Facts", "Inverse", "inverse"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..ledger.rows import Pair
from ..model import ObjectType, Record, Side, Value, is_blank
from ..rules.compiled import FieldRule, MapRule
from .echo import made_of
from .plan import FieldWrite, Step, StepKind
from .traces import Stays, Written


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that is known of one record that a run wrote."""

    written: Written
    #: What is written as the reason of each step: ``the undo of run 5``.
    reason: str
    type: ObjectType
    #: The record as it is, and its partner; None when it is not there.
    present: Record | None
    partner: Record | None
    #: The pair that holds the record or, of one that was deleted, its partner.
    pair: Pair | None
    #: The map that keeps the two in step; None of an activity.
    rule: MapRule | None
    #: The part of our keys that names this ledger.
    instance: str
    force: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Inverse:
    """One record's way back: a step, if there is anything to do, and what stays."""

    step: Step | None = None
    stays: tuple[Stays, ...] = ()


def inverse(facts: Facts) -> Inverse:
    """Return what takes back all that a run did to one record."""
    written, pair = facts.written, facts.pair
    if written.kind is StepKind.DELETE:
        return _made_anew(facts)
    if facts.present is None:
        if written.kind is StepKind.CREATE:
            return Inverse()
        return Inverse(stays=(written.stays("it is no longer there"),))
    if pair is None:
        return Inverse(stays=(written.stays("it is no longer linked"),))
    if pair.owed:
        reason = "an action is still owed to it: let a run do that first"
        return Inverse(stays=(written.stays(reason),))
    if written.kind is StepKind.CREATE:
        return _taken_away(facts, facts.present, pair)
    return _put_back(facts, facts.present, pair)


# -- an update


def _put_back(facts: Facts, present: Record, pair: Pair) -> Inverse:
    written = facts.written
    writes: list[FieldWrite] = []
    stays: list[Stays] = []
    for name, (old, new, at) in written.fields.items():
        now = present.values.get(name)
        known = facts.type.get(name)
        if _plain(now) == _plain(old):
            continue
        if known is None or not known.updatable:
            stays.append(written.stays("it is set only when a record is created", name))
        elif not facts.force and not _is_ours(new, now):
            stays.append(written.stays("it was changed since", name, forcible=True))
        else:
            write = FieldWrite(field=name, old=now, new=old, at=at, reason=facts.reason)
            writes.append(write)
    if not writes:
        return Inverse(stays=tuple(stays))
    back = {write.field: write.new for write in writes}
    rows = {
        key: back[name]
        for key in pair.base[written.side]
        if ">" in key and (name := _field_of(key, written.side)) in back
    }
    step = Step(
        kind=StepKind.UPDATE,
        side=written.side,
        object=written.object,
        id=written.id,
        writes=tuple(writes),
        settles={written.side: {**back, **rows}, written.side.other: {}},
    )
    return Inverse(step=step, stays=tuple(stays))


def _field_of(key: str, side: Side) -> str:
    crm, _, cadence = key.partition(">")
    return crm if side is Side.CRM else cadence


# -- a creation


def _taken_away(facts: Facts, present: Record, pair: Pair) -> Inverse:
    written = facts.written
    if not facts.type.deletable:
        reason = f"we may not delete a {written.object}: delete it by hand"
        return Inverse(stays=(written.stays(reason),))
    if not facts.force:
        base = pair.base[written.side]
        mapped = () if facts.rule is None else facts.rule.rows
        names = {row.field(written.side).name for row in mapped} | base.keys()
        expected = {name: base.get(name) for name in names & present.values.keys()}
        expected |= {name: new for name, (_old, new, _at) in written.fields.items()}
        changed = sorted(n for n, was in expected.items() if not _is_ours(was, present.values[n]))
        if changed:
            reason = f"it was changed since: {', '.join(changed)}"
            return Inverse(stays=(written.stays(reason, forcible=True),))
    step = Step(
        kind=StepKind.DELETE,
        side=written.side,
        object=written.object,
        id=written.id,
        # What it held is kept in the history: it can be made anew from there.
        writes=tuple(
            FieldWrite(field=n, old=present.values.get(n), new=None, at=at, reason=facts.reason)
            for n, (_old, _new, at) in written.fields.items()
        ),
    )
    return Inverse(step=step)


# -- a deletion


def _made_anew(facts: Facts) -> Inverse:
    written, pair = facts.written, facts.pair
    side, other = written.side, written.side.other
    if facts.present is not None or (pair is not None and not pair.gone[side]):
        return Inverse()
    if not written.fields or facts.partner is None:
        reason = (
            "it was deleted because its partner went: bring that back, and the next run makes "
            "this one anew"
        )
        return Inverse(stays=(written.stays(reason),))
    if facts.type.key_field is None:
        reason = f"we may not create a {written.object}: take it out of the bin by hand"
        return Inverse(stays=(written.stays(reason),))
    values = {n: old for n, (old, _new, _at) in written.fields.items() if not is_blank(old)}
    rows = () if facts.rule is None else facts.rule.rows
    key = f"{facts.instance}:{facts.partner.object}:{facts.partner.id}"
    mine: dict[str, Value] = {row.key: values.get(row.field(side).name) for row in rows}
    step = Step(
        kind=StepKind.CREATE,
        side=side,
        object=written.object,
        id=None,
        key=key,
        writes=tuple(
            FieldWrite(field=n, old=None, new=v, at=written.fields[n][2], reason=facts.reason)
            for n, v in values.items()
        ),
        settles={
            side: {**mine, **values, facts.type.key_field: key},
            other: _known(facts.partner, other, rows, pair),
        },
    )
    return Inverse(step=step)


def _known(
    partner: Record, side: Side, rows: Sequence[FieldRule], pair: Pair | None
) -> Mapping[str, Value]:
    """Return the partner's baselines: as the pair keeps them, or as it is now."""
    if pair is not None:
        return pair.base[side]
    now = partner.values
    return {**now, **{row.key: now.get(row.field(side).name) for row in rows}}


# -- values


def _is_ours(written: Value, now: Value) -> bool:
    """Tell whether *now* is what was written, or what the system made of it."""
    if _plain(now) == _plain(written):
        return True
    return not is_blank(now) and made_of(written, now)


def _plain(value: Value) -> Value:
    return None if is_blank(value) else value.strip() if isinstance(value, str) else value
