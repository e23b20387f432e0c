"""A connector as the engine sees it: whatever a plugin raises becomes one of our errors."""

from __future__ import annotations

__all__ = ["Guarded"]

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from ..condition import Condition
from ..connector import Connector
from ..errors import FatalError, SynclineError, UnknownOutcomeError
from ..model import (
    ActionRequest,
    Description,
    Gone,
    Outcome,
    OutcomeStatus,
    Page,
    Position,
    Record,
    Usage,
    Value,
    Write,
    plain,
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
        self,
        object_name: str,
        fields: Sequence[str],
        since: Position | None,
        *,
        where: Condition | None = None,
    ) -> Iterator[Page]:
        """See ``Connector``."""
        pages = self._safely(
            "changes", lambda: self._inner.changes(object_name, fields, since, where=where)
        )
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
        return self._safely("lookup", lambda: _sound_ids(self._inner.lookup(object_name, keys)))

    def write(self, object_name: str, writes: Sequence[Write]) -> list[Outcome]:
        """See ``Connector``; a fault in the middle leaves the outcome unknown."""
        outcomes = self._sent("write", len(writes), lambda: self._inner.write(object_name, writes))
        for write, outcome in zip(writes, outcomes, strict=True):
            if outcome.status is OutcomeStatus.DONE and not (write.id or outcome.id):
                raise UnknownOutcomeError(
                    f"the connector {self._name} named no id for a record it created"
                )
        return outcomes

    def delete(self, object_name: str, ids: Sequence[str]) -> list[Outcome]:
        """See ``Connector``; a fault in the middle leaves the outcome unknown."""
        return self._sent("delete", len(ids), lambda: self._inner.delete(object_name, ids))

    def act(self, requests: Sequence[ActionRequest]) -> list[Outcome]:
        """See ``Connector``; a fault in the middle leaves the outcome unknown."""
        return self._sent("act", len(requests), lambda: self._inner.act(requests))

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

    def _sent(self, what: str, rows: int, send: Callable[[], list[Outcome]]) -> list[Outcome]:
        """Send a batch; whatever comes back that is no answer to it leaves the outcome unknown."""
        try:
            outcomes = send()
            given: Any = outcomes
            many = len(outcomes) if isinstance(given, Sequence) else "no"
            if many == rows:
                return list(map(_sound_outcome, outcomes))
        except SynclineError:
            raise
        except Exception as err:
            raise UnknownOutcomeError(self._words(what, err)) from err
        raise UnknownOutcomeError(
            f"the connector {self._name} gave {many} outcomes for {rows} rows of `{what}`"
        )


#: A server's time outside of these is none.
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


def _sound_page(page: Page | None) -> Page | None:
    """Return the page with all that is in it sound; raise ``ValueError`` for what is no page."""
    if page is None:
        return None
    _check_zone("server_time", page.server_time)
    if not _EARLIEST <= page.server_time <= _LATEST:
        raise ValueError(
            f"server_time is {page.server_time.isoformat()}, which is no time of today"
        )
    _check_zone("position", page.position.modified)
    return replace(
        page,
        records=tuple(map(_sound, page.records)),
        position=replace(page.position, id=plain(page.position.id)),
        gone=tuple(map(_sound_gone, page.gone)),
    )


def _sound_gone(gone: Gone) -> Gone:
    _check_zone("the time of a record that went", gone.at)
    into = gone.into and (gone.into[0], _sound_id(gone.into[1]))
    return replace(gone, id=_sound_id(gone.id), into=into)


def _sound_ids(found: dict[str, str]) -> dict[str, str]:
    return {key: _sound_id(id_) for key, id_ in found.items()}


def _sound_outcome(outcome: Outcome) -> Outcome:
    return replace(
        outcome,
        id=_sound_id(outcome.id) if outcome.id else None,
        code=plain(outcome.code),
        message=plain(outcome.message),
    )


def _check_zone(what: str, moment: datetime) -> None:
    if moment.tzinfo is None:
        raise ValueError(f"{what} has no time zone")


def _sound_id(id_: object) -> str:
    if not isinstance(id_, str) or not id_:
        raise ValueError(f"an id is {id_!r}, and must be text")
    return plain(id_)


def _sound(record: Record) -> Record:
    """Return the record with what no ledger can keep made into what it can.

    Texts are made ``plain``, what is no number becomes blank, and a whole number of more than 64
    bits is rounded. Raises ``ValueError`` for what is no record.
    """
    id_ = _sound_id(record.id)
    _check_zone(f"the time of record {id_}", record.modified)
    mended: dict[str, Value] = {}
    for name, value in record.values.items():
        if isinstance(value, str):
            if not value.isascii() or "\0" in value:
                mended[name] = plain(value)
        elif isinstance(value, float):
            if not math.isfinite(value):
                mended[name] = None
        elif isinstance(value, int):
            if not -_LARGE < value < _LARGE:
                mended[name] = float(value)
        elif isinstance(value, tuple):
            parts: Any = value
            if not all(isinstance(part, str) for part in parts):
                raise ValueError(f"{name} of record {id_} holds more than texts")
            mended[name] = tuple(map(plain, value))
        elif value is not None:
            kind = type(value).__name__
            raise ValueError(f"{name} of record {id_} is a {kind}, which no field holds")
    if id_ == record.id and not mended:
        return record
    return replace(record, id=id_, values={**record.values, **mended})


_LARGE = 1 << 63
