"""Jobs that write: a sheet of rows is uploaded once, and each row has its own fate."""

from __future__ import annotations

__all__ = ["Ingest"]

from typing import TYPE_CHECKING, Any

from . import sheets
from .calls import Call, Reply, Resource
from .jobs import Job, Jobs
from .rows import object_named
from .wire import Refusal, mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from .batches import Batches
    from .catalog import ObjectInfo
    from .rows import Rows

OPERATIONS = frozenset({"insert", "update", "upsert", "delete"})
#: The largest upload, in characters; base64 makes 150 MB of it on the wire.
LARGEST = 100_000_000


class Ingest:
    """The resources below ``/jobs/ingest``."""

    def __init__(self, rows: Rows, batches: Batches, now: Callable[[], datetime]) -> None:
        self._rows = rows
        self._batches = batches
        self._jobs = Jobs("ingest", now, self._work)

    def resources(self) -> Iterator[tuple[str, str, Resource]]:
        """Yield the resources."""
        yield "POST", "/jobs/ingest", self._open
        yield from self._jobs.resources()
        yield "PUT", "/jobs/ingest/{job}/batches", self._upload
        yield "GET", "/jobs/ingest/{job}/{results}", self._results

    def _open(self, call: Call) -> Reply:
        given = mapping(call.body)
        operation, name = str(given.get("operation", "")), str(given.get("object", ""))
        info = object_named(name)
        if operation not in OPERATIONS:
            raise Refusal("INVALIDJOB", f"Unknown operation: {operation}")
        if given.get("contentType", "CSV") != "CSV":
            raise Refusal("INVALIDJOB", "The contentType must be CSV")
        key = str(given.get("externalIdFieldName", ""))
        field = info.get(key)
        if operation == "upsert" and key.casefold() != "id" and not (field and field.external_id):
            raise Refusal("INVALIDJOB", f"The field {key} is no external id of {info.name}")
        job = self._jobs.open(call, operation, info.name, key=field.name if field else key)
        return Reply(body=job.info(call.root, whole=False))

    def _upload(self, call: Call) -> Reply:
        job = self._jobs.named(call)
        if job.state != "Open" or job.text is not None:
            raise Refusal("INVALIDJOBSTATE", "Data is uploaded once, to a job that is open")
        if not isinstance(call.body, str):
            raise Refusal("INVALIDCONTENTTYPE", "The data must be text/csv", status=415)
        if len(call.body) > LARGEST:
            raise Refusal("EXCEEDED_DATA", "The data is larger than 100 MB", status=413)
        job.text = call.body
        return Reply(status=201)

    def _results(self, call: Call) -> Reply:
        job = self._jobs.worked(call)
        head = ["sf__Id", "sf__Created"], ["sf__Id", "sf__Error"]
        match call.at["results"].casefold():
            case "successfulresults":
                return Reply(body=job.sheet([*head[0], *job.names], job.done))
            case "failedresults":
                return Reply(body=job.sheet([*head[1], *job.names], job.failed))
            case "unprocessedrecords":
                return Reply(body=job.sheet(job.names, job.left))
            case _:
                raise Refusal("NOT_FOUND", "The requested resource does not exist", status=404)

    def _work(self, job: Job, _root: str) -> None:
        info = object_named(job.object)
        job.names, rows = sheets.read(job.text or "", sheets.DELIMITERS[job.delimiter])
        unknown = [name for name in job.names if info.get(name) is None]
        if unknown:
            job.left = rows
            raise Refusal("InvalidBatch", f"Field name not found : {unknown[0]}")
        one = {
            "insert": self._insert,
            "update": self._update,
            "upsert": self._upsert,
            "delete": self._delete,
        }[job.operation]
        seen: set[str] = set()

        def each(row: list[str]) -> tuple[str, dict[str, Any]]:
            values = sheets.row_values(info, job.names, row)
            record_id, created = one(job, info, values, seen)
            return record_id, {"created": created}

        for row, result in zip(rows, self._batches.each(rows, each), strict=True):
            if result["success"]:
                job.done.append([result["id"], str(result["created"]).lower(), *row])
            else:
                error = result["errors"][0]
                fields = ",".join(error["fields"])
                words = f"{error['statusCode']}:{error['message']}:{fields} --"
                job.failed.append([str(result.get("id") or ""), words, *row])

    def _insert(
        self, _job: Job, info: ObjectInfo, values: dict[str, Any], _seen: set[str]
    ) -> tuple[str, bool]:
        return self._rows.create(info, values), True

    def _update(
        self, _job: Job, info: ObjectInfo, values: dict[str, Any], seen: set[str]
    ) -> tuple[str, bool]:
        record_id = _taken(values, "Id", seen, fold=False)
        return self._rows.update(info, record_id, values), False

    def _upsert(
        self, job: Job, info: ObjectInfo, values: dict[str, Any], seen: set[str]
    ) -> tuple[str, bool]:
        if job.key.casefold() == "id":
            if not any(name.casefold() == "id" for name in values):
                return self._rows.create(info, values), True
            return self._update(job, info, values, seen)
        return self._rows.upsert(info, job.key, _taken(values, job.key, seen), values)

    def _delete(
        self, _job: Job, info: ObjectInfo, values: dict[str, Any], seen: set[str]
    ) -> tuple[str, bool]:
        record_id = _taken(values, "Id", seen, fold=False)
        self._rows.delete(info, record_id)
        return record_id, False


def _taken(values: dict[str, Any], name: str, seen: set[str], *, fold: bool = True) -> str:
    """Take what names the record out of a row's values; it may stand once in a job."""
    at = next((each for each in values if each.casefold() == name.casefold()), None)
    if at is None:
        raise Refusal("MISSING_ARGUMENT", f"{name} not specified", [name])
    taken = str(values.pop(at))
    known = taken.casefold() if fold else taken[:15]
    if known in seen:
        raise Refusal("DUPLICATE_VALUE", f"Duplicate {name} specified: {taken}", [name])
    seen.add(known)
    return taken
