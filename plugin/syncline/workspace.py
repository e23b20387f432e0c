"""A workspace: rules, connections and ledger in one folder, opened, used and closed by a host."""

from __future__ import annotations

__all__ = ["Workspace"]

import getpass
import os
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from .connections import Connections
from .errors import SynclineError, WorkspaceError
from .model import Description, Side
from .observe.telling import span, tell, watching
from .plugins import Registry, load_plugins
from .rules.catalog import Catalog
from .rules.reading import RuleText, read_rules
from .rules.ruleset import RuleSet, check_rules
from .settings import Settings, read_settings
from .sync.stopping import never

if TYPE_CHECKING:
    # The database and the engine wait until something is asked of them: a check does not.
    from .admission.admission import Admission
    from .at_work import Edit
    from .holding import Audit
    from .ledger.database import Ledger
    from .ledger.holds import Hold
    from .ledger.rows import Pair
    from .ledger.versions import Pause, Version
    from .observe.metrics import Metrics
    from .observe.observer import Observer
    from .retrying import Refused
    from .status import Status
    from .sync.cycle import Cycle, Preview
    from .sync.meter import Meter
    from .sync.report import Report
    from .sync.standing import Standing
    from .sync.systems import Progress, System
    from .sync.undoing import Undoer
    from .sync.undone import Undone, UndoPlan
    from .webhook import Delivery
    from .why import Why


def _quiet(_what: str, _done: int, _total: int | None) -> None:
    return


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _user() -> str:
    """Return who is logged in; nobody in a container that knows no names."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


class Workspace:
    """The rules, connections and ledger of one folder.

        with syncline.Workspace("acme") as workspace:
            report = workspace.run()

    Everything from outside can be handed in: plugins, the clock, the environment that holds the
    secrets, who hears of progress; *rules* takes the place of the workspace's own rule file,
    *fresh* asks the systems for their descriptions anew, and *who* is named with what is put to
    work here, in place of the user of the operating system. *log*, a structlog logger, and
    *metrics* hear of what is done.
    """

    def __init__(
        self,
        folder: Path | str,
        *,
        registry: Registry | None = None,
        now: Callable[[], datetime] = _utc_now,
        environ: Mapping[str, str] | None = None,
        progress: Progress = _quiet,
        rules: Path | RuleText | None = None,
        fresh: bool = False,
        who: str | None = None,
        log: Any = None,
        metrics: Metrics | None = None,
    ) -> None:
        self.settings: Settings = read_settings(Path(folder))
        self._given = self.settings.rules if rules is None else rules
        self.registry = load_plugins() if registry is None else registry
        self._now = now
        self._environ = os.environ if environ is None else environ
        self._progress = progress
        self._who = _user() if who is None else who
        self._log = log
        self._metrics = metrics
        self._connections = Connections(self, environ=self._environ, now=now, fresh=fresh)

    def __repr__(self) -> str:
        return f"Workspace({self.folder})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections and the ledger, all of them, whatever one of them says."""
        with ExitStack() as closing:
            if "ledger" in self.__dict__:
                closing.callback(self.ledger.close)
            closing.callback(self._connections.close)

    # -- what it is made of, each part made when first needed

    @property
    def folder(self) -> Path:
        """The workspace's folder."""
        return self.settings.folder

    @cached_property
    def text(self) -> RuleText:
        """The rule file's text, not yet checked."""
        given = self._given
        return given if isinstance(given, RuleText) else read_rules(given, cached=True)

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger: ``ledger.sqlite`` in the folder, or the database that the settings name."""
        from .ledger.opening import open_ledger

        return open_ledger(self.settings, self._environ)

    @cached_property
    def meter(self) -> Meter:
        """The budget; the limit of ``sync … at most`` holds for the CRM (K6)."""
        from .sync.meter import Meter

        head = self.text.head
        return Meter(self.ledger, self._now, {Side.CRM: head.calls}, head.counted)

    @property
    def metrics(self) -> Metrics:
        """The figures for Prometheus; they count from when they are first asked for."""
        if self._metrics is None:
            from .observe.metrics import Metrics

            self._metrics = Metrics(lambda: self._now().timestamp())
        return self._metrics

    def budget(self) -> dict[Side, Standing]:
        """Return how full each side's budget is, and when it runs out or comes free (K6).

        Makes no call. What waits is what the last run left over.
        """
        from .ledger.journal import last_report

        with self.ledger.begin() as db:
            left = last_report(db).get("left", {})
        nothing = {"price": 0, "rows": 0}
        return {
            side: self.meter.stand(side, (found["price"], found["rows"]))
            for side in Side
            for found in (left.get(side, nothing),)
        }

    @cached_property
    def systems(self) -> dict[Side, System]:
        """The two connections, open, with their descriptions."""
        names, descriptions = self.rules.systems, self.rules.catalog.descriptions
        return {
            side: self._connections.system(side, names[side], descriptions[side]) for side in Side
        }

    @cached_property
    def rules(self) -> RuleSet:
        """The rules, checked against both systems' own fields (B2)."""
        named = self.text.head.systems
        unknown = [name for name in named.values() if name not in self.registry.connectors]
        descriptions = {
            side: Description(objects=())
            if unknown or side not in named
            else self._connections.description(side, named[side])
            for side in Side
        }
        catalog = Catalog(
            systems={side: named.get(side, "nothing") for side in Side},
            descriptions=descriptions,
            functions=self.registry.functions,
            templates=self.registry.templates,
            connectors=tuple(sorted(self.registry.connectors)),
        )
        return check_rules(self.text, catalog)

    @cached_property
    def admission(self) -> Admission:
        """The way into the systems: connecting, looking at connections, giving them up (RS1)."""
        from .admission.admission import Admission

        return Admission(self, environ=self._environ, now=self._now)

    # -- what it does

    def plan(self) -> Preview:
        """Read what changed and say what the next run would do and cost; write to no system."""
        _ = self.rules.compiled  # raises RulesError before anything is opened
        with self._told(), self._alone():
            return self._cycle().preview()

    def run(self, *, stop: Callable[[], bool] = never, allow_deletes: bool = False) -> Report:
        """Do one cycle and report it. What fails on the way is in the report.

        When *stop* begins to be true, the batch under way is finished and the rest waits. With
        *allow_deletes* the run believes that however many records were deleted.
        """
        with self._told() as observer:
            report = self._run(stop, allow_deletes)
            observer.ended(report, self.ledger, self._now())
        self.registry.after_cycle(report)
        return report

    def _run(self, stop: Callable[[], bool], allow_deletes: bool) -> Report:
        from .at_work import put_to_work, refuse_paused

        _ = self.rules.compiled  # raises RulesError before anything is opened
        with self._alone(), span("cycle"):
            with self.ledger.begin() as db:
                refuse_paused(db)
                version, edit = put_to_work(
                    db, self.rules, now=self._now(), who=self._who, confirmed=False
                )
            if edit.differs:
                tell("rules_put_to_work", rules=version.number)
            report = self._cycle(version.number, stop, allow_deletes).run()
        return replace(report, edit=edit)

    def wake(
        self, *, side: Side | None = None, object_name: str = "", ids: Sequence[str] = ()
    ) -> bool:
        """Ask a schedule to run before its time, as this may have changed; False if it knows."""
        from .ledger import wakes

        wake = wakes.Wake(side=side, object=object_name, ids=tuple(ids))
        with self.ledger.begin() as db:
            return wakes.waiting(db) < wakes.MOST and wakes.add(db, wake, self._now())

    def deliver(self, connector: str, delivery: Delivery) -> int:
        """Take what a vendor sent by itself (a webhook); return of how many records it tells.

        They are read again in a cycle before its time. Raises ``DeliveryError`` when it is not
        the vendor's, too old or unreadable, ``WorkspaceError`` when the rules connect to no such
        system or its secret is not set.
        """
        from .schedule.deliveries import heard, take

        named = self.text.head.systems
        sides = [side for side, name in named.items() if name == connector]
        if not sides or connector not in self.registry.connectors:
            raise WorkspaceError(f"the rules connect to no {connector}")
        webhook, secrets = heard(self.registry.connectors[connector], self._environ)
        return sum(
            take(self.ledger, side, webhook, secrets, delivery, self._now()) for side in sides
        )

    def pause(self, why: str = "") -> Pause:
        """Let no cycle begin until ``resume`` (E5); one under way comes to its end."""
        from .ledger import versions

        with self.ledger.begin() as db:
            return versions.pause(db, at=self._now(), who=self._who, why=why)

    def resume(self, *, confirmed: bool = False) -> tuple[Version, Edit]:
        """Put the rules to work and let cycles run again, soon (E5).

        Raises ``UnconfirmedError`` when the rules delete mappings and *confirmed* is false (E6).
        """
        from .at_work import put_to_work
        from .ledger import versions, wakes

        _ = self.rules.compiled
        with self.ledger.begin() as db:
            made = put_to_work(db, self.rules, now=self._now(), who=self._who, confirmed=confirmed)
            versions.clear_pause(db)
            wakes.add(db, wakes.Wake(), self._now())
        return made

    def status(self) -> Status:
        """Say whether cycles run, what the last one did, and what the rule file would change."""
        from .status import status_of

        return status_of(self, self._now())

    # -- what a person asks and decides

    def why(self, record: str, field: str | None = None) -> Why:
        """Say what made *record*, or one field of it, what it is, and why nothing else did (B5).

        It goes by the values last seen, and asks no system.
        """
        from .history import mapped_fields
        from .why import why

        fields = None if field is None else mapped_fields(self.folder, field)
        with self.ledger.begin() as db:
            return why(db, self.rules, record, fields, self._now())

    def holds(self, record: str | None = None) -> list[Hold]:
        """Return what waits for a person's decision, the oldest first: of one record, or all."""
        from .history import ids_of
        from .ledger import holds

        with self.ledger.begin() as db:
            return holds.read(db, None if record is None else ids_of(db, record))

    def resolve(
        self, record: str, field: str | None = None, *, take: Side, every: bool = False
    ) -> list[Hold]:
        """Let *take*'s value stand where *record* is held, in one field or in all (B4).

        The next run writes it across. With *every*, the same is decided for each record that the
        same rows hold. Returns what was decided; raises ``WorkspaceError`` if nothing is held.
        """
        from . import holding
        from .ledger import holds, wakes

        with self._alone(), self.ledger.begin() as db:
            found = holding.fields_of(db, record, field)
            if every:
                rows = {(hold.map, hold.row) for hold in found}
                found = [hold for hold in holds.read(db) if (hold.map, hold.row) in rows]
            holding.choose(db, found, take, self._audit())
            wakes.add(db, wakes.Wake(), self._now())
        return found

    def link(self, record: str, partner: str) -> Pair:
        """Say that two records that wait are one (E8); what differs is decided by the next run.

        Raises ``WorkspaceError`` when one of them is linked already, or is not known.
        """
        from . import holding
        from .ledger import wakes

        maps = self.rules.compiled.maps
        with self._alone(), self.ledger.begin() as db:
            pair = holding.bind(db, maps, record, partner, self._audit())
            wakes.add(db, wakes.Wake(), self._now())
        return pair

    def refused(self, record: str | None = None) -> list[Refused]:
        """Return the records that a system refused, and why: one, or all."""
        from .history import ids_of
        from .retrying import refused

        with self.ledger.begin() as db:
            return refused(db, None if record is None else ids_of(db, record))

    def retry(self, record: str | None = None) -> list[Refused]:
        """Let the next run take up again what failed or rests: one record, or all."""
        from .history import ids_of
        from .ledger import wakes
        from .retrying import refused, retry

        with self._alone(), self.ledger.begin() as db:
            found = refused(db, None if record is None else ids_of(db, record))
            retry(db, found, self._audit())
            if found:
                wakes.add(db, wakes.Wake(), self._now())
        return found

    def plan_undo(self, run: int, *, force: bool = False) -> UndoPlan:
        """Say what taking back *run* would do and cost, and what would stay; write nothing (B6).

        With *force* it writes what was changed since the run, too.
        """
        with self._alone():
            return self._undoer(run, force=force).preview()

    def undo(self, run: int, *, force: bool = False) -> Undone:
        """Take back what *run* wrote, as ``plan_undo`` says (B6). The undo is a run itself.

        Cut off anywhere, it is done again with the same words, and ends as if it had not been.
        """
        with self._alone():
            return self._undoer(run, force=force).run()

    def _undoer(self, run: int, *, force: bool) -> Undoer:
        from .sync.undoing import Undoer

        _ = self.rules.compiled  # raises RulesError before anything is opened
        return Undoer(
            self.ledger,
            self.systems,
            self.rules,
            self.meter,
            of=run,
            force=force,
            now=self._now,
            progress=self._progress,
            before_apply=self.registry.before_apply,
        )

    def note_rule(self, hold: Hold, winner: Side) -> None:
        """Note in the history that a person wrote the answer to *hold* into its row."""
        from .ledger import journal

        line = self._audit().line("resolve", f"wrote `{winner} wins` into the row")
        line = replace(line, map=hold.map, rule=hold.rule)
        with self.ledger.begin() as db:
            journal.add_entries(db, [line])

    def _audit(self) -> Audit:
        from .holding import Audit

        return Audit(who=self._who, at=self._now())

    def _cycle(
        self,
        version: int = 0,
        stop: Callable[[], bool] = never,
        allow_deletes: bool = False,
    ) -> Cycle:
        from .sync.cycle import Cycle

        return Cycle(
            self.ledger,
            self.systems,
            self.rules,
            self.meter,
            now=self._now,
            progress=self._progress,
            before_apply=self.registry.before_apply,
            version=version,
            stop=stop,
            allow_deletes=allow_deletes,
        )

    @contextmanager
    def _told(self) -> Generator[Observer]:
        """Let whoever wants to know hear of what is done within the block."""
        from .observe.observer import Observer

        values = self._environ.get("SYNCLINE_LOG_VALUES") == "1"
        observer = Observer(self.folder.resolve().name, self._log, self._metrics, values=values)
        with watching(None if observer.is_idle else observer):
            try:
                yield observer
            except SynclineError as err:
                tell("run_failed", {"reason": err.message}, fault=type(err).__name__)
                raise

    @contextmanager
    def _alone(self) -> Generator[None]:
        """Let one cycle at a time work on this ledger, wherever its processes are."""
        from .sync.lease import Lease

        with Lease(self.ledger, self._now, self.folder):
            yield
