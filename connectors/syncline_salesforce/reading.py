"""Reading an org: listings page by page, records by their ids, our keys."""

from __future__ import annotations

__all__ = ["PAGE", "Reader"]

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from syncline import FatalError, Page, Position

from . import conditions, rows, soql
from .bulk import BulkJobs
from .values import from_sheet, same_id

if TYPE_CHECKING:
    from syncline import Condition, ObjectType, Record

    from .session import Session

#: Rows in one page of a query, for one call.
PAGE = 2000
#: From so many rows left on, a bulk job is cheaper than pages: it takes five calls or a few more.
MANY = 20_000

_START = Position(modified=datetime(1970, 1, 1, tzinfo=UTC))


class Reader:
    """Queries of one org, and what they show as records."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._bulk = BulkJobs(session)

    def changes(
        self,
        described: ObjectType,
        fields: Sequence[str],
        since: Position | None,
        where: Condition | None,
    ) -> Iterator[Page]:
        """Yield pages that each are a query of their own, strictly after the one before.

        A server-side cursor would cost the same calls, but it shows rows as they were when it
        was opened, dies after a while, and cannot be resumed by the next run.

        The bin is listed with the rest (``queryAll``), for the same calls; but not from the
        beginning of time, where nobody has seen what went.
        """
        everything = since is not None
        names = ("Id", "SystemModstamp", *rows.marks(described), *rows.columns(fields))
        only = self._only(described, names, where)
        position = since or _START
        first = True
        while True:
            clauses = soql.after(since and position, PAGE, only)
            text = soql.select(described.name, names, clauses)
            try:
                found, server_time = self._session.query(text, "list", everything=everything)
            except FatalError as err:
                if not only or "can not be filtered" not in err.message:
                    raise
                # Letting too much through does no harm.
                only = ""
                continue
            if found:
                since = position = _after(found[-1])
            yield self._shown(described, found, fields, position, server_time, ends=everything)
            if len(found) < PAGE:
                return
            if first and not everything and self._left(described.name, position, only):
                yield from self._at_once(described, names, fields, position, only)
                return
            first = False

    def read(
        self, described: ObjectType, ids: Sequence[str], fields: Sequence[str]
    ) -> list[Record]:
        """Return those records, each once, under the 18-character id that Salesforce gives."""
        once = {same_id(each): each for each in ids}
        names = ("Id", "SystemModstamp", *rows.columns(fields))
        select = soql.select(described.name, names, "WHERE Id IN")
        return [
            rows.record(described.name, row, fields, described)
            for text in soql.shares(select, list(once.values()))
            for row in self._session.query(text, "read")[0]
        ]

    def lookup(self, described: ObjectType, field: str, keys: Sequence[str]) -> dict[str, str]:
        """Find records by our key; Salesforce compares keys without regard to case."""
        asked = {key.casefold(): key for key in keys}
        select = soql.select(described.name, ("Id", field), f"WHERE {field} IN")
        return {
            asked[row[field].casefold()]: row["Id"]
            for text in soql.shares(select, list(keys))
            for row in self._session.query(text, "look up")[0]
            if row[field].casefold() in asked
        }

    def _only(self, described: ObjectType, names: Sequence[str], where: Condition | None) -> str:
        """Return the condition for the query, unless it would make the query too long."""
        only = "" if where is None else conditions.where(described, where)
        text = soql.select(described.name, names, soql.after(_START, PAGE, only))
        return only if soql.fits(text) else ""

    def _left(self, object_name: str, position: Position, only: str) -> bool:
        """Tell whether so much is left to list that a job saves calls; asking costs one."""
        clauses = soql.after(position, None, only).partition("ORDER BY")[0]
        found, _ = self._session.query(soql.count(object_name, clauses), "list")
        return bool(found) and int(found[0]["left"]) >= MANY

    def _at_once(
        self,
        described: ObjectType,
        names: Sequence[str],
        fields: Sequence[str],
        position: Position,
        only: str,
    ) -> Iterator[Page]:
        """Yield the rest of a first listing as one bulk job gives it, in pages like any other."""
        text = soql.select(described.name, names, soql.after(position, None, only))
        for sheet, server_time in self._bulk.read(text):
            for start in range(0, len(sheet), PAGE):
                part = sheet[start : start + PAGE]
                found = [from_sheet(row, described) for row in part]
                position = _after(found[-1])
                yield self._shown(described, found, fields, position, server_time, ends=False)

    def _shown(
        self,
        described: ObjectType,
        found: Sequence[dict[str, Any]],
        fields: Sequence[str],
        position: Position,
        server_time: datetime,
        *,
        ends: bool,
    ) -> Page:
        records, gone = rows.split(described.name, found, fields, described)
        return Page(
            records=records,
            position=position,
            server_time=server_time,
            gone=gone if ends else (),
        )


def _after(row: dict[str, Any]) -> Position:
    return Position(modified=soql.parse_instant(row["SystemModstamp"]), id=row["Id"])
