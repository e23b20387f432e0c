"""The resources that answer questions over many records: queries, counts, what changed lately."""

from __future__ import annotations

__all__ = ["Listing"]

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from . import soql
from .calls import Call, Reply, Resource
from .catalog import catalog
from .cursors import Cursors, batch_size
from .rows import object_named
from .wire import Refusal, instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .query import Queries
    from .store import Row, Store

#: How far back the vendor tells what was deleted or changed.
REACH = timedelta(days=30)


class Listing:
    """Queries with their cursors, counts of records, and the replication resources."""

    def __init__(self, store: Store, queries: Queries, now: Callable[[], datetime]) -> None:
        self._store = store
        self._queries = queries
        self._now = now
        self._cursors = Cursors()

    def resources(self) -> Iterator[tuple[str, str, Resource]]:
        """Yield the resources."""
        yield "GET", "/query", self._query
        yield "GET", "/queryAll", self._query_all
        yield "GET", "/query/{place}", self._more
        yield "GET", "/limits/recordCount", self._count
        yield "GET", "/sobjects/{object}/deleted", self._deleted
        yield "GET", "/sobjects/{object}/updated", self._updated

    def _query(self, call: Call) -> Reply:
        return self._answer(call, deleted=False)

    def _query_all(self, call: Call) -> Reply:
        return self._answer(call, deleted=True)

    def _answer(self, call: Call, *, deleted: bool) -> Reply:
        select = soql.parse(call.query.get("q", ""))
        found = self._queries.answer(select, call.root, deleted=deleted)
        if select.fields is None:
            return Reply(body={"totalSize": found.total, "done": True, "records": []})
        size = batch_size(call.headers.get("sforce-query-options", ""))
        return Reply(body=self._cursors.first(call.root, found.records, size))

    def _more(self, call: Call) -> Reply:
        return Reply(body=self._cursors.more(call.root, call.at["place"]))

    def _count(self, call: Call) -> Reply:
        every = ",".join(info.name for info in catalog().values())
        names = [object_named(name).name for name in call.query.get("sObjects", every).split(",")]
        counts = [
            {"count": sum(not row["IsDeleted"] for row in self._store.rows(name)), "name": name}
            for name in names
        ]
        return Reply(body={"sObjects": counts})

    def _deleted(self, call: Call) -> Reply:
        gone = [
            {"deletedDate": row["SystemModstamp"], "id": row["Id"]}
            for row in self._span(call)
            if row["IsDeleted"]
        ]
        earliest = instant(self._now() - REACH)
        return Reply(
            body={
                "deletedRecords": gone,
                "earliestDateAvailable": earliest,
                "latestDateCovered": instant(self._now()),
            }
        )

    def _updated(self, call: Call) -> Reply:
        ids = [row["Id"] for row in self._span(call) if not row["IsDeleted"]]
        return Reply(body={"ids": ids, "latestDateCovered": instant(self._now())})

    def _span(self, call: Call) -> list[Row]:
        info = object_named(call.at["object"])
        start, end = (_moment(call.query, name) for name in ("start", "end"))
        if end <= start:
            raise Refusal("INVALID_REPLICATION_DATE", "endDate before startDate")
        if start < self._now() - REACH:
            raise Refusal("INVALID_REPLICATION_DATE", "startDate before org replication enabled")
        rows = self._store.rows(info.name)
        return [row for row in rows if instant(start) <= row["SystemModstamp"] < instant(end)]


def _moment(query: Any, name: str) -> datetime:
    # A plus sign that was not encoded arrives as a space.
    text = str(query.get(name, "")).replace(" ", "+")
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal("INVALID_REPLICATION_DATE", f"{name} is no date: {text}") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
