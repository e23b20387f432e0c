"""Jobs that read: the answer of a query as sheets, a part at a time."""

from __future__ import annotations

__all__ = ["Extracts"]

import base64
import binascii
from typing import TYPE_CHECKING

from . import sheets, soql
from .calls import Call, Reply, Resource
from .jobs import Job, Jobs
from .paths import object_asked, path_to
from .wire import Refusal, mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from .query import Queries

#: So many records of a job are in one part unless the client asks for fewer.
PART = 50_000


class Extracts:
    """The resources below ``/jobs/query``."""

    def __init__(self, queries: Queries, now: Callable[[], datetime]) -> None:
        self._queries = queries
        self._jobs = Jobs("query", now, self._work)

    def resources(self) -> Iterator[tuple[str, str, Resource]]:
        """Yield the resources."""
        yield "POST", "/jobs/query", self._open
        yield from self._jobs.resources()
        yield "GET", "/jobs/query/{job}/results", self._results

    def _open(self, call: Call) -> Reply:
        given = mapping(call.body)
        operation, text = str(given.get("operation", "")), str(given.get("query", ""))
        if operation not in {"query", "queryAll"}:
            raise Refusal("INVALIDJOB", f"Unknown operation: {operation}")
        select = soql.parse(text)
        info = object_asked(select.object)
        names = _names(select)
        for name in names:
            path_to(info, name)
        job = self._jobs.open(call, operation, info.name, text=text, names=names)
        job.state = "UploadComplete"
        return Reply(body=job.info(call.root, whole=False))

    def _results(self, call: Call) -> Reply:
        job = self._jobs.worked(call)
        if job.state != "JobComplete":
            raise Refusal("INVALIDJOBSTATE", f"The job is {job.state}: it has no results")
        start = _offset(call.query.get("locator", ""))
        size = int(call.query.get("maxRecords", PART))
        rows = job.done[start : start + size]
        more = start + size < len(job.done)
        headers = {
            "Sforce-NumberOfRecords": str(len(rows)),
            "Sforce-Locator": _locator(start + size) if more else "null",
        }
        return Reply(body=job.sheet(job.names, rows), headers=headers)

    def _work(self, job: Job, root: str) -> None:
        select = soql.parse(job.text or "")
        found = self._queries.answer(select, root, deleted=job.operation == "queryAll")
        job.done = [sheets.cells(record, job.names) for record in found.records]


def _names(select: soql.Select) -> list[str]:
    """Return the columns of a sheet: fields alone, for a sheet has no place for lists."""
    names = [each for each in select.fields or () if isinstance(each, str)]
    if select.fields is None or len(names) != len(select.fields) or select.offset:
        raise Refusal("INVALIDJOB", "A bulk query has no aggregates, no subqueries and no OFFSET")
    return names


def _locator(offset: int) -> str:
    return base64.urlsafe_b64encode(str(offset).encode()).decode().rstrip("=")


def _offset(locator: str) -> int:
    if locator in {"", "null"}:
        return 0
    try:
        return int(base64.urlsafe_b64decode(locator + "=" * (-len(locator) % 4)))
    except (ValueError, binascii.Error):
        raise Refusal("INVALID_QUERY_LOCATOR", "invalid query locator") from None
