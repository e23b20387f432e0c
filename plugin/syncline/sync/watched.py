"""A connector as whoever watches sees it: each call is timed, told, and let through the breaker."""

from __future__ import annotations

__all__ = ["Watched"]

import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..condition import Condition
from ..connector import Connector
from ..errors import ConnectorError, FatalError, UnknownOutcomeError
from ..model import (
    ActionRequest,
    Description,
    Outcome,
    OutcomeStatus,
    Page,
    Position,
    Record,
    Side,
    Usage,
    Write,
)
from ..observe.telling import span, tell

if TYPE_CHECKING:
    # The database waits until a call is made.
    from .breaker import Breaker


@dataclass(slots=True)
class _Made:
    """A call: how long it took, and whether there was one."""

    seconds: float = 0.0
    empty: bool = False


class Watched:
    """Passes every call on. To say what it looks like, a system is asked in any case."""

    def __init__(self, inner: Connector, side: Side, breaker: Callable[[], Breaker]) -> None:
        self._inner = inner
        self._side = side
        self._breaker = breaker

    def describe(self) -> Description:
        """See ``Connector``."""
        with span("call", side=self._side, what="describe"):
            return self._inner.describe()

    def changes(
        self,
        object_name: str,
        fields: Sequence[str],
        since: Position | None,
        *,
        where: Condition | None = None,
    ) -> Iterator[Page]:
        """See ``Connector``; each page is a call."""
        pages: Iterator[Page] | None = None
        while True:
            with self._call("changes", object_name, 0, first=pages is None) as made:
                if pages is None:
                    pages = self._inner.changes(object_name, fields, since, where=where)
                page = next(pages, None)
                made.empty = page is None
            if page is None:
                return
            tell(
                "page_read",
                side=self._side,
                object=object_name,
                records=len(page.records),
                gone=len(page.gone),
                seconds=made.seconds,
            )
            yield page

    def read(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> list[Record]:
        """See ``Connector``."""
        with self._call("read", object_name, len(ids)):
            return self._inner.read(object_name, ids, fields)

    def lookup(self, object_name: str, keys: Sequence[str]) -> dict[str, str]:
        """See ``Connector``."""
        with self._call("lookup", object_name, len(keys)):
            return self._inner.lookup(object_name, keys)

    def write(self, object_name: str, writes: Sequence[Write]) -> list[Outcome]:
        """See ``Connector``."""
        return self._batch(
            "write", object_name, len(writes), lambda: self._inner.write(object_name, writes)
        )

    def delete(self, object_name: str, ids: Sequence[str]) -> list[Outcome]:
        """See ``Connector``."""
        return self._batch(
            "delete", object_name, len(ids), lambda: self._inner.delete(object_name, ids)
        )

    def act(self, requests: Sequence[ActionRequest]) -> list[Outcome]:
        """See ``Connector``."""
        return self._batch("act", "", len(requests), lambda: self._inner.act(requests))

    def usage(self) -> Usage | None:
        """See ``Connector``."""
        return self._inner.usage()

    def close(self) -> None:
        """See ``Connector``."""
        self._inner.close()

    def _batch(
        self, what: str, object_name: str, rows: int, send: Callable[[], list[Outcome]]
    ) -> list[Outcome]:
        side = self._side
        tell("batch_sent", side=side, object=object_name, what=what, rows=rows)
        with self._call(what, object_name, rows) as made:
            outcomes = send()
        found = Counter(outcome.status for outcome in outcomes)
        tell(
            "batch_answered",
            side=side,
            object=object_name,
            what=what,
            done=found[OutcomeStatus.DONE],
            refused=found[OutcomeStatus.REFUSED],
            retry=found[OutcomeStatus.RETRY],
            not_there=found[OutcomeStatus.GONE],
            seconds=made.seconds,
        )
        return outcomes

    @contextmanager
    def _call(
        self, what: str, object_name: str, rows: int, *, first: bool = True
    ) -> Generator[_Made]:
        """Let a call through the breaker, time it, and tell of what became of it."""
        breaker, side, made = self._breaker(), self._side, _Made()
        if first:
            breaker.admit()
        with span("call", side=side, object=object_name, what=what, rows=rows):
            begun = time.perf_counter()
            try:
                yield made
            except ConnectorError as err:
                if breaker.concerns(err):
                    tell(
                        "call_failed",
                        {"reason": err.message},
                        side=side,
                        object=object_name,
                        what=what,
                        fault=_fault(err),
                    )
                    breaker.heard(err)
                raise
            made.seconds = time.perf_counter() - begun
        if not made.empty:
            tell("call_made", side=side, object=object_name, what=what, seconds=made.seconds)
        breaker.succeeded()


def _fault(err: ConnectorError) -> str:
    if isinstance(err, FatalError):
        return "fatal"
    return "unknown" if isinstance(err, UnknownOutcomeError) else "retriable"
