"""Ledgers in memory, made once and used again: to make their tables takes longer than a cycle."""

from __future__ import annotations

__all__ = ["Ledgers"]

import sqlite3

from ..ledger.database import Ledger

#: Part of our keys; the same in every history, so that histories can be repeated.
INSTANCE = "sim"


class Ledgers:
    """Hands out empty ledgers and copies of others."""

    def __init__(self) -> None:
        first = Ledger(None, instance=INSTANCE)
        self._empty = _image(first)
        self._idle = [first]

    def empty(self) -> Ledger:
        """Return a ledger that knows nothing."""
        return self._with(self._empty)

    def copy(self, ledger: Ledger) -> Ledger:
        """Return another ledger that knows the same."""
        return self._with(_image(ledger))

    def done(self, ledger: Ledger) -> None:
        """Take a ledger back."""
        ledger.fence = None
        self._idle.append(ledger)

    def _with(self, image: bytes) -> Ledger:
        ledger = self._idle.pop() if self._idle else Ledger(None, instance=INSTANCE)
        ledger.fence = None
        _raw(ledger).deserialize(image)
        return ledger


def _image(ledger: Ledger) -> bytes:
    return _raw(ledger).serialize()


def _raw(ledger: Ledger) -> sqlite3.Connection:
    fence, ledger.fence = ledger.fence, None
    with ledger.begin() as db:
        raw = db.connection.driver_connection
    ledger.fence = fence
    assert isinstance(raw, sqlite3.Connection)
    return raw
