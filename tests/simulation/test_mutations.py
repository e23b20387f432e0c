"""Each safeguard of the engine, taken away, lets the simulator find a promise broken.

A safeguard whose absence nobody notices is not proved by a thousand histories that pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from syncline.ledger import cursors, inbox, journal
from syncline.model import Outcome, OutcomeStatus
from syncline.simulation.faults import Fault
from syncline.simulation.history import History
from syncline.simulation.ledgers import Ledgers
from syncline.simulation.promises import Promise
from syncline.simulation.shape import Shape
from syncline.simulation.twice import repeated
from syncline.sync import (
    apply,
    cases,
    cycle,
    detect,
    history,
    intents,
    lease,
    limits,
    linking,
    meter,
    pairing,
)

Patch = Callable[[pytest.MonkeyPatch], None]
_LEDGERS = Ledgers()


@dataclass(frozen=True, slots=True, kw_only=True)
class Safeguard:
    """A safeguard, how it is taken away, and what must then be seen."""

    name: str
    remove: Patch
    #: What must go wrong for the safeguard to be needed.
    kinds: frozenset[Fault]
    breaks: frozenset[Promise]
    people: int = 6
    cycles: int = 4
    within: int = 60
    #: The largest limit of calls that will do.
    limit: int = 5000


def _always(answer: object) -> Callable[..., Any]:
    """Return a function that says the same whatever it is asked."""

    def say(*_arguments: Any, **_more: Any) -> Any:
        return answer

    return say


def _overlap(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(detect, "OVERLAP", timedelta(0))


def _tie_break(patch: pytest.MonkeyPatch) -> None:
    """Let a listing that goes on begin after a moment, not after a record of that moment."""
    write = cursors.write_cursor

    def late(db: Any, side: Any, name: str, cursor: Any) -> None:
        position = cursor.position
        if position is not None and position.id:
            cursor = replace(cursor, position=replace(position, id="\U0010ffff"))
        write(db, side, name, cursor)

    patch.setattr(cursors, "write_cursor", late)


def _intent(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(journal, "open_intents", _always(-1))


def _answers(status: OutcomeStatus) -> Callable[..., list[Outcome]]:
    def look(_system: Any, tasks: Sequence[Any]) -> list[Outcome]:
        return [Outcome(status=status, id=task.step.id) for task in tasks]

    return look


def _look_up(patch: pytest.MonkeyPatch) -> None:
    """Take every write that was not answered for undone, and repeat it."""
    patch.setattr(apply, "look", _answers(OutcomeStatus.RETRY))


def _doubt(patch: pytest.MonkeyPatch) -> None:
    """Take every update that was not answered for done."""
    look = intents.look

    def trusting(system: Any, tasks: Sequence[Any]) -> list[Outcome]:
        if any(task.step.id is None for task in tasks):
            return look(system, tasks)
        return _answers(OutcomeStatus.DONE)(system, tasks)

    patch.setattr(apply, "look", trusting)


def _echo(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cases, "is_echo", _always(answer=False))
    patch.setattr(cases, "alike", _always(answer=False))


def _lease(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(lease.Lease, "_take", _always(None))
    patch.setattr(lease.Lease, "_guard", _always(None))


def _max_deletes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cycle, "check_deletions", _always(None))


def _budget(patch: pytest.MonkeyPatch) -> None:
    room = limits.room_of

    def unlimited(spent: Any, limit: Any, *more: Any, **named: Any) -> Any:
        return room(spent, replace(limit, most=None), *more, **named)

    patch.setattr(meter, "room_of", unlimited)


def _losers(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(history.Historian, "written", _always(None))


def _matching(patch: pytest.MonkeyPatch) -> None:
    from syncline.sync.link import Link

    patch.setattr(linking, "find_partner", _always(Link()))


def _owing(patch: pytest.MonkeyPatch) -> None:
    """Forget a firing whose action was not done."""
    patch.setattr(pairing, "owed_by", _always(()))


def _deferral(patch: pytest.MonkeyPatch) -> None:
    """Let go of what could not be done in this run."""
    finish = inbox.finish

    def forget(db: Any, refs: Any, state: Any, reason: str, **more: Any) -> None:
        if state == "deferred":
            inbox.forget(db, refs)
        else:
            finish(db, refs, state, reason, **more)

    patch.setattr(inbox, "finish", forget)


def _order(patch: pytest.MonkeyPatch) -> None:
    """Take records up in an order that nobody can repeat."""
    take, dice = inbox.candidates, Random()

    def shuffled(*arguments: Any, **more: Any) -> Any:
        found = take(*arguments, **more)
        last = found[-1:]
        rest = found[:-1]
        dice.shuffle(rest)
        return [*rest, *last]

    patch.setattr(inbox, "candidates", shuffled)
    patch.setattr(History, "_look_aside", repeated)


def _kinds(*kinds: Fault) -> frozenset[Fault]:
    return frozenset(kinds)


def _promises(*promises: Promise) -> frozenset[Promise]:
    return frozenset(promises)


_LOSES = _promises(Promise.LOSES_NOTHING)
SAFEGUARDS = (
    Safeguard(name="overlap", remove=_overlap, kinds=_kinds(Fault.LATE), breaks=_LOSES),
    Safeguard(
        name="tie-break by id", remove=_tie_break, kinds=_kinds(Fault.BROKEN, Fault.CRASH),
        breaks=_LOSES, people=12,
    ),
    Safeguard(
        name="intent before the call", remove=_intent, kinds=_kinds(Fault.CRASH), breaks=_LOSES
    ),
    Safeguard(
        name="look-up before a retry", remove=_look_up,
        kinds=_kinds(Fault.LOST_ANSWER, Fault.CRASH), breaks=_LOSES,
    ),
    Safeguard(
        name="doubt of a write that was not answered", remove=_doubt, kinds=_kinds(Fault.TIMEOUT),
        breaks=_LOSES,
    ),
    Safeguard(
        name="echo check", remove=_echo, kinds=_kinds(),
        breaks=_promises(Promise.ORIGINAL_OR_FINAL),
    ),
    Safeguard(
        name="lease", remove=_lease, kinds=_kinds(Fault.WORKERS),
        breaks=_promises(Promise.ORIGINAL_OR_FINAL),
    ),
    Safeguard(
        name="max deletes", remove=_max_deletes, kinds=_kinds(Fault.MIRAGE), breaks=_LOSES,
        people=24,
    ),
    Safeguard(
        name="limit of calls", remove=_budget, kinds=_kinds(Fault.WAKE, Fault.MEANWHILE),
        breaks=_promises(Promise.BUDGET), people=16, cycles=8,
        limit=60,
    ),
    Safeguard(name="values that lost are kept", remove=_losers, kinds=_kinds(), breaks=_LOSES),
    Safeguard(
        name="match before creation", remove=_matching, kinds=_kinds(),
        breaks=_promises(Promise.NO_TWINS),
    ),
    Safeguard(
        name="firings are owed until done", remove=_owing, kinds=_kinds(Fault.BUSY, Fault.BROKEN),
        breaks=_promises(Promise.ONCE),
    ),
    Safeguard(
        name="what is deferred waits", remove=_deferral, kinds=_kinds(Fault.BUSY, Fault.BROKEN),
        breaks=_LOSES,
    ),
    Safeguard(
        name="a fixed order", remove=_order, kinds=_kinds(), breaks=_promises(Promise.REPEATABLE)
    ),
)  # fmt: skip


@pytest.mark.parametrize("safeguard", SAFEGUARDS, ids=lambda s: s.name)
def test_a_safeguard_taken_away_is_missed(
    safeguard: Safeguard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the safeguard a promise is broken within a bounded number of histories."""
    safeguard.remove(monkeypatch)
    seen: Counter[Promise] = Counter()
    for seed in range(safeguard.within):
        shape = Shape(
            seed=seed, people=safeguard.people, cycles=safeguard.cycles, kinds=safeguard.kinds
        )
        told = History(shape, _LEDGERS, Counter(), lambda _words: None)
        try:
            if told.book.limit > safeguard.limit:
                continue
            told.play()
        finally:
            told.close()
        seen.update(breach.promise for breach in told.story.breaches)
        if safeguard.breaks & seen.keys():
            return
    pytest.fail(f"{safeguard.within} histories without it passed; broken: {dict(seen)}")
