"""The sources of a workspace: opened, fetched in turn, and none of them in another's way."""

from __future__ import annotations

__all__ = ["SourceState", "Sources"]

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ..admission.choosing import kind_named
from ..errors import FatalError, RetriableError, SynclineError, WorkspaceError
from ..ledger import wakes
from ..ledger.codec import dump, load, stamp
from ..ledger.database import read_meta, write_meta
from ..model import Side, plain
from ..schedule.deliveries import heard, notices_of
from ..sync.lease import LeaseLostError
from ..sync.stopping import StoppedError, never
from .fetched import Fetched, Tally
from .importing import Importer

if TYPE_CHECKING:
    from ..connections import Connections
    from ..connector import ConnectorType
    from ..opened import Opened
    from ..sync.systems import Progress
    from ..webhook import Delivery

#: How far back a source is read when it is read for the first time.
FIRST = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """How a source stands: when it was last fetched, and with which figures."""

    name: str
    title: str
    #: ISO 8601 in UTC; empty when it never was.
    at: str = ""
    #: What ``Fetched.to_json`` gave; empty when it never was.
    last: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON (``sources.schema.json``)."""
        return {
            "name": self.name,
            "title": self.title,
            "at": self.at or None,
            "last": self.last or None,
        }


class Sources:
    """Fetches what the sources of one workspace recorded into its cadence.

    How far each was read stands in the ledger, and moves once what was read is written.
    """

    def __init__(
        self,
        workspace: Opened,
        connections: Connections,
        *,
        environ: Mapping[str, str],
        now: Callable[[], datetime],
        progress: Progress,
    ) -> None:
        self._workspace = workspace
        self._connections = connections
        self._environ = environ
        self._now = now
        self._progress = progress

    def states(self) -> list[SourceState]:
        """Return how each source stands; asks none of them."""
        with self._workspace.ledger.begin() as db:
            kept = {name: _load(read_meta(db, _place(name))) for name in self._names}
        return [
            SourceState(
                name=name,
                title=self._title(name),
                at=kept[name].get("at", ""),
                last=kept[name].get("last", {}),
            )
            for name in self._names
        ]

    def fetch(
        self,
        only: str | None = None,
        *,
        since: datetime | None = None,
        stop: Callable[[], bool] = never,
    ) -> tuple[Fetched, ...]:
        """Fetch from all, or from one; what fails of one is in its figures, and the rest goes on.

        With *since* a source is read again from then on: what is there already stays as it is.
        Raises ``WorkspaceError`` when *only* is no source of this workspace.
        """
        if only is not None and only not in self._names:
            raise WorkspaceError(
                f"{only} is no source of this workspace",
                hint=f'Name it in syncline.toml: sources = ["{only}"].',
            )
        names = self._names if only is None else (only,)
        return tuple(self._fetch(name, since, stop) for name in names if not stop())

    def deliver(self, name: str, delivery: Delivery) -> int:
        """Take what a source's vendor sent by itself: a cycle before its time reads what it is.

        Raises ``DeliveryError`` when it is not believed.
        """
        webhook, secrets = heard(self._kind(name), self._environ)
        found = notices_of(webhook, secrets, delivery)
        if found:
            with self._workspace.ledger.begin() as db:
                if wakes.waiting(db) < wakes.MOST:
                    wakes.add(db, wakes.Wake(), self._now())
        return len(found)

    @property
    def _names(self) -> tuple[str, ...]:
        return self._workspace.settings.sources

    def _fetch(self, name: str, since: datetime | None, stop: Callable[[], bool]) -> Fetched:
        tally = Tally()
        error: SynclineError | None = None
        try:
            self._read(name, since, stop, tally)
        except (StoppedError, LeaseLostError):
            raise
        except SynclineError as err:
            error = err
        except Exception as err:  # noqa: BLE001 - whatever a plugin raises, the cycle goes on
            error = FatalError(
                f"the source {name} broke: {type(err).__name__}",
                hint="This is a fault of the source; tell its author what you did.",
            )
        if error is None and tally.refusal:
            error = RetriableError(
                f"the cadence refused an activity: {tally.refusal}",
                hint=f"Correct it, then `syncline sources fetch {name} --since DATE`.",
            )
        fetched = Fetched(
            name=name,
            title=self._title(name),
            seen=tally.counts.total(),
            counts=dict(tally.counts),
            left=dict(tally.left),
            fault="" if error is None else plain(error.message),
            hint="" if error is None else error.hint,
            exit_code=0 if error is None else error.exit_code,
        )
        self._keep(name, at=stamp(self._now()), last=fetched.to_json())
        return fetched

    def _read(
        self, name: str, since: datetime | None, stop: Callable[[], bool], tally: Tally
    ) -> None:
        importer = Importer(name, self._workspace.systems[Side.CADENCE])
        with self._workspace.ledger.begin() as db:
            cursor = None if since is not None else _load(read_meta(db, _place(name))).get("cursor")
        begin = since or self._now() - FIRST
        with closing(self._connections.source(name)) as source:
            for page in source.recorded(cursor, begin):
                importer.take(page, tally)
                self._keep(name, cursor=page.cursor)
                self._progress(f"reading {self._title(name)}", tally.counts.total(), None)
                if stop():
                    return

    def _keep(self, name: str, **what: Any) -> None:
        with self._workspace.ledger.begin() as db:
            kept = _load(read_meta(db, _place(name)))
            write_meta(db, _place(name), dump({**kept, **what}))

    def _title(self, name: str) -> str:
        kind = self._workspace.registry.connectors.get(name)
        return name if kind is None else kind.title

    def _kind(self, name: str) -> ConnectorType:
        return kind_named(self._workspace.registry.connectors, name)


def _place(name: str) -> str:
    return f"source:{name}"


def _load(text: str | None) -> dict[str, Any]:
    return {} if text is None else load(text)
