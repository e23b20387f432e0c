"""The same again, on copies: two plans of one moment, and a cycle that is cut off and run again."""

from __future__ import annotations

__all__ = ["interrupted", "repeated"]

import json
from random import Random
from typing import TYPE_CHECKING

from ..errors import RetriableError
from ..model import Side
from .engine import Engine
from .faults import KilledError, Life
from .promises import Promise
from .records import Count
from .store import Store
from .weather import Calm

if TYPE_CHECKING:
    from .history import History


#: After so many seconds every listing shows all changes.
_SHOWN = 180
#: A limit of calls that no history comes near.
_PLENTY = 1000


def _unpaid(_store: Store, _price: int) -> None:
    return


def repeated(history: History) -> None:
    """Plan twice from the same ledger, systems and clock: the plans are the same, byte for byte."""
    history.tally["plans made twice"] += 1
    texts: list[str] = []
    for _ in range(2):
        ledger = history.ledgers.copy(history.ledger)
        try:
            engine = Engine(
                ledger, history.stores, history.book, history.clock, Calm(), Life(), _unpaid
            )
            preview = engine.preview()
            texts.append(json.dumps([preview.plan.to_json(), dict(preview.price)]))
        except RetriableError as err:
            texts.append(err.message)  # the budget is used up
        finally:
            history.ledgers.done(ledger)
    if texts[0] != texts[1]:
        history.story.breach(Promise.REPEATABLE, f"{texts[0]}\n{texts[1]}")


def interrupted(history: History, dice: Random) -> None:
    """Let the next cycle run to its end, and cut off and again, on copies: the end is the same."""
    if history.book.limit < _PLENTY:
        # What is cut off has spent calls that the budget then lacks.
        return
    history.tally["cycles cut off beside one that is not"] += 1
    whole = _end(history, None)
    at = dice.randrange(60)
    cut = _end(history, at)
    if whole != cut:
        missing = [line for line in whole if line not in cut]
        extra = [line for line in cut if line not in whole]
        history.story.breach(
            Promise.INTERRUPTIBLE,
            f"cut off at instant {at}, the end has {extra}, and not {missing}",
        )


def _end(history: History, at: int | None) -> list[str]:
    """Return what both systems hold after a few cycles, the first cut off at an instant."""
    clock, count = history.clock.copy(), Count(history.stores[Side.CRM].count.last)
    stores = {side: store.copy(clock, count) for side, store in history.stores.items()}
    ledger = history.ledgers.copy(history.ledger)
    clock.forward(_SHOWN)
    life = Life()
    if at is not None:
        life.end_after(at)
    try:
        for _ in range(3):
            engine = Engine(ledger, stores, history.book, clock, Calm(), life, _unpaid)
            try:
                engine.run(lambda _plan, _number: None)
            except KilledError:
                life = Life()
            clock.forward(900)
    finally:
        history.ledgers.done(ledger)
    return sorted(_contents(stores))


def _contents(stores: dict[Side, Store]) -> list[str]:
    """Return what is held, but for ids, times and our keys."""
    found: list[str] = []
    for side, store in stores.items():
        for described in store.description.objects:
            passing = {described.key_field, "WhoId", "prospect_id"}
            for row in store.rows(described.name):
                values = {f: v for f, v in sorted(row.values.items()) if f not in passing and v}
                found.append(f"{side} {described.name} {values}")
    cadence = stores[Side.CADENCE]
    for prospect, name in cadence.enrolled.items():
        enrolled = cadence.row("prospect", prospect)
        who = prospect if enrolled is None else enrolled.values.get("email")
        found.append(f"{who} is in {name}")
    return found
