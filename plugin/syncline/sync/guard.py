"""A connector as the engine sees it: whatever a plugin raises becomes one of our errors."""

from __future__ import annotations

__all__ = ["Guarded"]

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from ..connector import Connector
from ..errors import FatalError, SynclineError, UnknownOutcomeError
from ..model import (
    ActionRequest,
    Description,
    Outcome,
    Page,
    Position,
    Record,
    Usage,
    Value,
    Write,
)

T = TypeVar("T")


class Guarded:
    """Passes every call on, and turns what a plugin should not have raised into a clear error."""

    def __init__(self, name: str, connector: Connector) -> None:
        self._name = name
        self._inner = connector

    def describe(self) -> Description:
        """See ``Connector``."""
        return self._safely("describe", self._inner.describe)

    def changes(
        self, object_name: str, fields: Sequence[str], since: Position | None
    ) -> Iterator[Page]:
        """See ``Connector``."""
        pages = self._safely("changes", lambda: self._inner.changes(object_name, fields, since))
        while True:
            page = self._safely("changes", lambda: next(pages, None))
            if page is None:
                return
            yield replace(page, records=tuple(map(_readable, page.records)))

    def read(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> list[Record]:
        """See ``Connector``."""
        found = self._safely("read", lambda: self._inner.read(object_name, ids, fields))
        return [_readable(record) for record in found]

    def lookup(self, object_name: str, keys: Sequence[str]) -> dict[str, str]:
        """See ``Connector``."""
        return self._safely("lookup", lambda: self._inner.lookup(object_name, keys))

    def write(self, object_name: str, writes: Sequence[Write]) -> list[Outcome]:
        """See ``Connector``; a fault in the middle leaves the outcome unknown."""
        try:
            outcomes = self._inner.write(object_name, writes)
        except SynclineError:
            raise
        except Exception as err:
            raise UnknownOutcomeError(self._words("write", err)) from err
        return self._counted("write", outcomes, len(writes))

    def delete(self, object_name: str, ids: Sequence[str]) -> list[Outcome]:
        """See ``Connector``; a fault in the middle leaves the outcome unknown."""
        try:
            outcomes = self._inner.delete(object_name, ids)
        except SynclineError:
            raise
        except Exception as err:
            raise UnknownOutcomeError(self._words("delete", err)) from err
        return self._counted("delete", outcomes, len(ids))

    def act(self, requests: Sequence[ActionRequest]) -> list[Outcome]:
        """See ``Connector``; a fault in the middle leaves the outcome unknown."""
        try:
            outcomes = self._inner.act(requests)
        except SynclineError:
            raise
        except Exception as err:
            raise UnknownOutcomeError(self._words("act", err)) from err
        return self._counted("act", outcomes, len(requests))

    def usage(self) -> Usage | None:
        """See ``Connector``."""
        return self._safely("usage", self._inner.usage)

    def close(self) -> None:
        """See ``Connector``."""
        self._safely("close", self._inner.close)

    def _safely(self, what: str, call: Callable[[], T]) -> T:
        try:
            return call()
        except SynclineError:
            raise
        except Exception as err:
            raise FatalError(
                self._words(what, err),
                hint="This is a fault of the connector; tell its author what you did.",
            ) from err

    def _words(self, what: str, err: Exception) -> str:
        return f"the connector {self._name} broke in `{what}`: {type(err).__name__}: {err}"

    def _counted(self, what: str, outcomes: list[Outcome], rows: int) -> list[Outcome]:
        if len(outcomes) != rows:
            raise UnknownOutcomeError(
                f"the connector {self._name} gave {len(outcomes)} outcomes for {rows} rows of "
                f"`{what}`"
            )
        return outcomes


def _readable(record: Record) -> Record:
    """Return the record with what no ledger can keep made into what it can.

    Halves of signs become question marks, what is no number becomes blank, and a whole number of
    more than 64 bits is rounded.
    """
    mended: dict[str, Value] = {}
    for name, value in record.values.items():
        if isinstance(value, str):
            if not value.isascii() and _is_broken(value):
                mended[name] = value.encode("utf-8", "replace").decode()
        elif isinstance(value, float):
            if not math.isfinite(value):
                mended[name] = None
        elif isinstance(value, int) and not -_LARGE < value < _LARGE:
            mended[name] = float(value)
    return replace(record, values={**record.values, **mended}) if mended else record


_LARGE = 1 << 63


def _is_broken(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
