"""Bulk API 2.0: a job takes a sheet of rows, or a query, and is worked on in its own time."""

from __future__ import annotations

__all__ = ["Job", "Jobs"]

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import sheets
from .calls import Call, Reply, Resource
from .start import USER
from .wire import Refusal, id_of, instant, mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

#: A job of this prefix is ended by its owner alone, and kept as long as the process lives.
_PREFIX = "750"
_ENDED = frozenset({"JobComplete", "Failed", "Aborted"})


@dataclass(kw_only=True, slots=True)
class Job:
    """One job, ingest or query, as it stands."""

    id: str
    kind: str
    operation: str
    object: str
    created: str
    api_version: float
    delimiter: str = "COMMA"
    ending: str = "LF"
    #: The field by which an upsert finds its records.
    key: str = ""
    state: str = "Open"
    touched: str = ""
    #: What was uploaded, or what is asked.
    text: str | None = field(default=None, repr=False)
    names: list[str] = field(default_factory=list[str])
    done: list[list[str]] = field(default_factory=list[list[str]], repr=False)
    failed: list[list[str]] = field(default_factory=list[list[str]], repr=False)
    left: list[list[str]] = field(default_factory=list[list[str]], repr=False)
    error: str = ""

    @property
    def line_end(self) -> str:
        """Return what ends a line of its sheets."""
        return "\r\n" if self.ending == "CRLF" else "\n"

    def sheet(self, names: list[str], rows: list[list[str]]) -> str:
        """Return rows as a sheet in the job's own form."""
        return sheets.written(names, rows, sheets.DELIMITERS[self.delimiter], self.line_end)

    def info(self, root: str, *, whole: bool) -> dict[str, Any]:
        """Return what the vendor tells of it; the *whole* has its figures."""
        base: dict[str, Any] = {
            "id": self.id,
            "operation": self.operation,
            "object": self.object,
            "createdById": USER,
            "createdDate": self.created,
            "systemModstamp": self.touched or self.created,
            "state": self.state,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": self.api_version,
        }
        if self.kind == "ingest":
            base["contentUrl"] = f"{root.lstrip('/')}/jobs/ingest/{self.id}/batches"
        if self.key:
            base["externalIdFieldName"] = self.key
        base |= {"lineEnding": self.ending, "columnDelimiter": self.delimiter}
        if whole:
            count = len(self.done) + len(self.failed)
            base |= {
                "jobType": "V2Ingest" if self.kind == "ingest" else "V2Query",
                "retries": 0,
                "totalProcessingTime": 0,
                "apiActiveProcessingTime": 0,
                "apexProcessingTime": 0,
                "numberRecordsProcessed": count,
            }
            if self.kind == "ingest":
                base["numberRecordsFailed"] = len(self.failed)
            if self.error:
                base["errorMessage"] = self.error
        return base


class Jobs:
    """The jobs of one kind. They live as long as the process.

    *work* does what a closed job asks for; it is called when somebody next asks how the job is.
    """

    def __init__(
        self, kind: str, now: Callable[[], datetime], work: Callable[[Job, str], None]
    ) -> None:
        self.kind = kind
        self._now = now
        self._work = work
        self._jobs: dict[str, Job] = {}

    def resources(self) -> Iterator[tuple[str, str, Resource]]:
        """Yield the resources that both kinds have."""
        one = f"/jobs/{self.kind}/{{job}}"
        yield "GET", f"/jobs/{self.kind}", self._list
        yield "GET", one, lambda call: Reply(body=self.worked(call).info(call.root, whole=True))
        yield "PATCH", one, self._close
        yield "DELETE", one, self._delete

    def open(self, call: Call, operation: str, object_name: str, **more: Any) -> Job:
        """Begin a job in the form that the request wants."""
        given = mapping(call.body)
        delimiter = str(given.get("columnDelimiter", "COMMA"))
        ending = str(given.get("lineEnding", "LF"))
        if delimiter not in sheets.DELIMITERS or ending not in {"LF", "CRLF"}:
            raise Refusal("INVALIDJOB", "The columnDelimiter or lineEnding is not one of the kinds")
        number = len(self._jobs) + 1 + (500_000 if self.kind == "query" else 0)
        job = Job(
            id=id_of(_PREFIX, number), kind=self.kind, operation=operation, object=object_name,
            created=instant(self._now()), delimiter=delimiter, ending=ending,
            api_version=float(call.root.rpartition("v")[2]), **more,
        )  # fmt: skip
        self._jobs[job.id] = job
        return job

    def named(self, call: Call) -> Job:
        """Return the job that a request names."""
        job = self._jobs.get(call.at["job"])
        if job is None:
            raise Refusal("NOT_FOUND", "The requested resource does not exist", status=404)
        return job

    def worked(self, call: Call) -> Job:
        """Return the job that a request names, once what it asks for was done."""
        job = self.named(call)
        if job.state == "UploadComplete":
            job.state, job.touched = "JobComplete", instant(self._now())
            try:
                self._work(job, call.root)
            except Refusal as refusal:
                job.state, job.error = "Failed", f"{refusal.code} : {refusal.message}"
        return job

    def _list(self, call: Call) -> Reply:
        found = [job.info(call.root, whole=False) for job in self._jobs.values()]
        return Reply(body={"done": True, "records": found, "nextRecordsUrl": None})

    def _close(self, call: Call) -> Reply:
        job = self.named(call)
        wanted = mapping(call.body).get("state")
        if wanted not in {"UploadComplete", "Aborted"} or job.state in _ENDED:
            raise Refusal("INVALIDJOBSTATE", f"The job is {job.state} and cannot become {wanted}")
        if wanted == "UploadComplete" and job.text is None:
            raise Refusal("INVALIDJOBSTATE", "The job holds no data")
        job.state, job.touched = wanted, instant(self._now())
        return Reply(body=job.info(call.root, whole=False))

    def _delete(self, call: Call) -> Reply:
        job = self.named(call)
        if job.state not in _ENDED:
            raise Refusal("INVALIDJOBSTATE", "A job that goes on cannot be deleted")
        del self._jobs[job.id]
        return Reply(status=204)
