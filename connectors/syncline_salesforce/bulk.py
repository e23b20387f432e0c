"""Bulk API 2.0: many rows for a handful of calls, worked on by the org in its own time."""

from __future__ import annotations

__all__ = ["PRICE", "SIZE", "BulkJobs"]

import csv
import io
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from syncline import FatalError, RetriableError, UnknownOutcomeError

if TYPE_CHECKING:
    from .session import Reply, Session

#: Records in one job that writes: what may be of unknown outcome at once.
SIZE = 10_000
#: A job that writes is opened, filled and closed, and its two results are fetched; asking how it
#: stands is a call each time: three for one that is done within 14 seconds.
PRICE = 8
#: Seconds before the org is asked for the first time how a job stands; each wait is twice as long.
FIRST_WAIT = 2.0
LONGEST_WAIT = 60.0
#: A job that takes longer than so many seconds is left to itself.
PATIENCE = 600.0
#: Records in one part of an answer; wide ones must fit into what we read at once.
PART = 10_000
_NULL = "#N/A"
_ENDED = frozenset({"JobComplete", "Failed", "Aborted"})

csv.field_size_limit(1_000_000)


class BulkJobs:
    """Jobs of one org."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def read(self, text: str) -> Iterator[tuple[list[dict[str, str | None]], datetime]]:
        """Yield the rows of a query in parts, as text, with the time at which the org began.

        A path of the query is a column; what is null is None.
        """
        body = {"operation": "query", "query": text, "contentType": "CSV"}
        # A query changes nothing: asked for twice, it is answered twice.
        begun = self._session.call("POST", "/jobs/query", word="list", json=body, writes=False)
        job = _id(begun)
        state = self._wait(f"/jobs/query/{job}", "list")
        if state.get("state") != "JobComplete":
            words = state.get("errorMessage") or state.get("state")
            raise RetriableError(f"Salesforce did not finish a bulk query: {words}")
        locator = ""
        while True:
            params = {"maxRecords": str(PART), **({"locator": locator} if locator else {})}
            part = self._session.call(
                "GET", f"/jobs/query/{job}/results", word="list", params=params
            )
            yield [_nulled(row) for row in _rows(part)], begun.server_time
            locator = part.headers.get("Sforce-Locator", "null")
            if locator == "null":
                return

    def write(
        self, object_name: str, key: str, rows: Sequence[Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        """Update rows by *key*, ``Id`` or an external id, by which rows that are new are made.

        Returns for each row, in order, what sObject collections would. Raises
        ``UnknownOutcomeError`` from the moment at which the org may work on it.
        """
        job = self._upload(object_name, key, rows)
        path = f"/jobs/ingest/{job}"
        try:
            self._session.call("PATCH", path, word="write", json={"state": "UploadComplete"})
            state = self._wait(path, "write")
            results = self._results(path, key, complete=state.get("state") == "JobComplete")
        except UnknownOutcomeError:
            raise
        except (RetriableError, FatalError) as err:
            raise UnknownOutcomeError(
                f"a bulk job of {len(rows)} rows was sent, and its end is unknown: {err.message}",
                hint="Run `syncline run` again: it looks before it writes.",
            ) from err
        return [results.get(_folded(key, row[key])) or _left(state) for row in rows]

    def _upload(self, object_name: str, key: str, rows: Sequence[Mapping[str, Any]]) -> str:
        """Open a job and give it the rows. Nothing takes effect before it is closed."""
        body: dict[str, str] = {
            "object": object_name,
            "operation": "update" if key == "Id" else "upsert",
            "contentType": "CSV",
            "lineEnding": "LF",
        }
        if key != "Id":
            body["externalIdFieldName"] = key
        try:
            begun = self._session.call("POST", "/jobs/ingest", word="write", json=body)
            job = _id(begun)
            self._session.call(
                "PUT", f"/jobs/ingest/{job}/batches", word="write", sheet=_sheet(rows)
            )
        except UnknownOutcomeError as err:
            raise RetriableError(err.message) from err
        return job

    def _wait(self, path: str, word: str) -> dict[str, Any]:
        """Ask until a job has ended; return what the org says of it."""
        wait, waited = FIRST_WAIT, 0.0
        while True:
            time.sleep(wait)
            waited += wait
            state: dict[str, Any] = self._session.call("GET", path, word=word).body or {}
            if state.get("state") in _ENDED:
                return state
            if waited >= PATIENCE:
                raise RetriableError(f"a bulk job is not done after {waited:.0f} seconds")
            wait = min(wait * 2.0, LONGEST_WAIT)

    def _results(self, path: str, key: str, *, complete: bool) -> dict[str, dict[str, Any]]:
        """Return what became of each row, by its key; of a job cut short, of some."""
        found: dict[str, dict[str, Any]] = {}
        done = self._session.call("GET", f"{path}/successfulResults", word="write")
        for row in _rows(done):
            found[_folded(key, row[key])] = {"id": row["sf__Id"], "success": True, "errors": []}
        failed = self._session.call("GET", f"{path}/failedResults", word="write")
        for row in _rows(failed):
            code, _, words = row["sf__Error"].partition(":")
            error = {"statusCode": code, "message": words.rpartition(":")[0] or words}
            found[_folded(key, row[key])] = {"success": False, "errors": [error]}
        if complete and not found:
            raise RetriableError("Salesforce told nothing of the rows of a bulk job")
        return found


def _left(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return the result of a row that the org tells nothing of."""
    if state.get("state") == "JobComplete":
        raise UnknownOutcomeError(
            "Salesforce told nothing of some rows of a bulk job; whether they took effect is "
            "unknown.",
            hint="Run `syncline run` again: it looks before it writes.",
        )
    words = str(state.get("errorMessage") or f"the job ended as {state.get('state')}")
    error = {"statusCode": "BULK_JOB_FAILED", "message": words}
    return {"success": False, "errors": [error]}


def _sheet(rows: Sequence[Mapping[str, Any]]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO(newline="")
    sheet = csv.writer(out, lineterminator="\n")
    sheet.writerow(names)
    for row in rows:
        # An empty cell leaves a field alone; a word of its own empties it.
        sheet.writerow([_cell(row[name]) if name in row else "" for name in names])
    return out.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return _NULL
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _rows(reply: Reply) -> list[dict[str, str]]:
    text = reply.body
    if not isinstance(text, str):
        raise RetriableError("Salesforce answered a bulk job with something else than a sheet.")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def _nulled(row: Mapping[str, str]) -> dict[str, str | None]:
    return {name: value or None for name, value in row.items()}


def _id(reply: Reply) -> str:
    said: Any = reply.body
    job = said.get("id") if isinstance(said, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - JSON of any shape
    if not isinstance(job, str) or not job.isalnum():
        raise FatalError("Salesforce opened a bulk job and gave it no id.")
    return job


def _folded(key: str, value: Any) -> str:
    """Return a key as it compares: ids by what both forms share, ours without case."""
    return str(value)[:15] if key == "Id" else str(value).casefold()
