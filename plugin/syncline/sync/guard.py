"""A connector as the engine sees it: whatever a plugin raises becomes one of our errors."""

from __future__ import annotations

__all__ = ["Guarded"]

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from ..connector import Connector
from ..errors import FatalError, SynclineError, UnknownOutcomeError
from ..model import (
    ActionRequest,
    Description,
    Outcome,
    OutcomeStatus,
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
            page = self._safely("changes", lambda: _sound_page(next(pages, None)))
            if page is None:
                return
            yield page

    def read(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> list[Record]:
        """See ``Connector``."""
        return self._safely(
            "read",
            lambda: [_sound(record) for record in self._inner.read(object_name, ids, fields)],
        )

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
        self._counted("write", outcomes, len(writes))
        for write, outcome in zip(writes, outcomes, strict=True):
            if outcome.status is OutcomeStatus.DONE and not (write.id or outcome.id):
                raise UnknownOutcomeError(
                    f"the connector {self._name} named no id for a record it created"
                )
        return outcomes

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
        given: Any = outcomes
        if not isinstance(given, Sequence) or len(outcomes) != rows:
            many = len(outcomes) if isinstance(given, Sequence) else "no"
            raise UnknownOutcomeError(
                f"the connector {self._name} gave {many} outcomes for {rows} rows of `{what}`"
            )
        return outcomes


#: A server's time outside of these is none.
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


def _sound_page(page: Page | None) -> Page | None:
    """Return the page with its records sound; raise ``ValueError`` for what is no page."""
    if page is None:
        return None
    _check_zone("server_time", page.server_time)
    if not _EARLIEST <= page.server_time <= _LATEST:
        raise ValueError(
            f"server_time is {page.server_time.isoformat()}, which is no time of today"
        )
    _check_zone("position", page.position.modified)
    for gone in page.gone:
        _check_id(gone.id)
        _check_zone("the time of a record that went", gone.at)
    return replace(page, records=tuple(map(_sound, page.records)))


def _check_zone(what: str, moment: datetime) -> None:
    if moment.tzinfo is None:
        raise ValueError(f"{what} has no time zone")


def _check_id(id_: object) -> None:
    if not isinstance(id_, str) or not id_:
        raise ValueError(f"an id is {id_!r}, and must be text")


def _sound(record: Record) -> Record:
    """Return the record with what no ledger can keep made into what it can.

    Halves of signs become question marks, what is no number becomes blank, and a whole number of
    more than 64 bits is rounded. Raises ``ValueError`` for what is no record.
    """
    _check_id(record.id)
    _check_zone(f"the time of record {record.id}", record.modified)
    mended: dict[str, Value] = {}
    for name, value in record.values.items():
        if isinstance(value, str):
            if not value.isascii() and _is_broken(value):
                mended[name] = value.encode("utf-8", "replace").decode()
        elif isinstance(value, float):
            if not math.isfinite(value):
                mended[name] = None
        elif isinstance(value, int):
            if not -_LARGE < value < _LARGE:
                mended[name] = float(value)
        elif value is not None and not isinstance(value, tuple):
            kind = type(value).__name__
            raise ValueError(f"{name} of record {record.id} is a {kind}, which no field holds")
    return replace(record, values={**record.values, **mended}) if mended else record


_LARGE = 1 << 63


def _is_broken(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
