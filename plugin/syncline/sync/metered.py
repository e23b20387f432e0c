"""A connector as the budget sees it: what each call is for, and how many records it carries."""

from __future__ import annotations

__all__ = ["Metered", "Purse"]

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain, repeat
from typing import TYPE_CHECKING

from ..condition import Condition
from ..connector import Connector
from ..ledger.spent import PAGE, POLL
from ..model import (
    ActionRequest,
    Description,
    Outcome,
    Page,
    Position,
    Record,
    Side,
    Usage,
    Write,
)

if TYPE_CHECKING:
    # The database waits until something is spent.
    from .meter import Meter


class Purse:
    """What one connection spends from: a call is booked under what it is for."""

    def __init__(self, side: Side, meter: Callable[[], Meter]) -> None:
        self.side = side
        self.meter = meter
        self._what = ""
        self._records = 0

    def spend(self, price: int, what: str) -> None:
        """Reserve a call (``Context.spend``); *what* is the connector's own word for it."""
        records, self._records = self._records, 0
        name = self._what or what
        self.meter().spend(self.side, price, name, records, essential=name != PAGE)

    @contextmanager
    def open(self, what: str, records: int = 0) -> Generator[None]:
        """Book what is spent within the block under *what*; it carries so many records."""
        self._what, self._records = what, records
        try:
            yield
            if self._records:
                # The connector said nothing of a call.
                self.spend(0, what)
        finally:
            self._what, self._records = "", 0


class Metered:
    """Passes every call on; the engine, not each connector, counts the records.

    So a connector that knows nothing of actions is limited by them like any other (K6).
    """

    def __init__(self, inner: Connector, purse: Purse) -> None:
        self._inner = inner
        self._purse = purse

    def describe(self) -> Description:
        """See ``Connector``."""
        with self._call("describe"):
            return self._inner.describe()

    def changes(
        self,
        object_name: str,
        fields: Sequence[str],
        since: Position | None,
        *,
        where: Condition | None = None,
    ) -> Iterator[Page]:
        """See ``Connector``; a page of which only a part fits is cut, and the listing ends.

        The first page is asked for whatever else waits; those after it can wait themselves.
        """
        pages: Iterator[Page] | None = None
        for what in chain((POLL,), repeat(PAGE)):
            with self._call(what):
                if pages is None:
                    pages = self._inner.changes(object_name, fields, since, where=where)
                page = next(pages, None)
            if page is None:
                return
            part = self._fitting(page, what)
            yield part
            if part is not page:
                over = len(page.records) - len(part.records)
                raise self._purse.meter().leave(self._purse.side, 0, over)

    def read(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> list[Record]:
        """See ``Connector``."""
        with self._call("read", len(ids)):
            return self._inner.read(object_name, ids, fields)

    def lookup(self, object_name: str, keys: Sequence[str]) -> dict[str, str]:
        """See ``Connector``."""
        with self._call("lookup", len(keys)):
            return self._inner.lookup(object_name, keys)

    def write(self, object_name: str, writes: Sequence[Write]) -> list[Outcome]:
        """See ``Connector``."""
        with self._call("write", len(writes)):
            return self._inner.write(object_name, writes)

    def delete(self, object_name: str, ids: Sequence[str]) -> list[Outcome]:
        """See ``Connector``."""
        with self._call("delete", len(ids)):
            return self._inner.delete(object_name, ids)

    def act(self, requests: Sequence[ActionRequest]) -> list[Outcome]:
        """See ``Connector``."""
        with self._call("act", len(requests)):
            return self._inner.act(requests)

    def usage(self) -> Usage | None:
        """See ``Connector``."""
        return self._inner.usage()

    def close(self) -> None:
        """See ``Connector``."""
        self._inner.close()

    @contextmanager
    def _call(self, what: str, records: int = 0) -> Generator[None]:
        """Book a call, and hear what the vendor said of its limit, in a refusal too."""
        try:
            with self._purse.open(what, records):
                yield
        finally:
            usage = self._inner.usage()
            if usage is not None:
                self._purse.meter().hear(self._purse.side, usage)

    def _fitting(self, page: Page, what: str) -> Page:
        """Book the records of a page, or of as much of it as fits, in its order."""
        if not page.records:
            return page
        meter, side = self._purse.meter(), self._purse.side
        room = meter.room(side, essential=what == POLL)
        fits = room.rows(len(page.records), call=0)
        if fits == len(page.records):
            meter.spend(side, 0, what, fits)
            return page
        records = page.records[:fits]
        if not records:
            raise meter.leave(side, 0, len(page.records))
        meter.spend(side, 0, what, fits)
        last = records[-1]
        position = Position(modified=last.modified, id=last.id)
        gone = tuple(each for each in page.gone if each.at <= last.modified)
        return replace(page, records=records, position=position, gone=gone)
