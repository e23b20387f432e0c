"""A workspace: rules, connections and ledger in one folder, opened, used and closed by a host."""

from __future__ import annotations

__all__ = ["Workspace"]

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .errors import SynclineError, WorkspaceError
from .instants import instant
from .model import Side
from .observe.telling import span, tell, watching
from .opened import Opened
from .people.border import RefusedError
from .sync.stopping import never

if TYPE_CHECKING:
    from datetime import datetime

    # The database and the engine wait until something is asked of them: a check does not.
    from sqlalchemy import Connection

    from .at_work import Edit
    from .forms.form import Form
    from .forms.submit import Submission
    from .holding import Audit
    from .ledger.holds import Hold
    from .ledger.rows import Pair
    from .ledger.versions import Pause, Version
    from .observe.observer import Observer
    from .people.border import Actor
    from .people.roster import Refusal
    from .retrying import Refused
    from .sending.answer import Allowed
    from .sources.fetched import Fetched
    from .sources.sources import Sources, SourceState
    from .status import Status
    from .sync.cycle import Cycle, Preview
    from .sync.report import Report
    from .sync.undoing import Undoer
    from .sync.undone import Undone, UndoPlan
    from .touching import Touches
    from .webhook import Delivery
    from .why import Why


class Workspace(Opened):
    """The rules, connections and ledger of one folder.

        with syncline.Workspace("acme") as workspace:
            report = workspace.run()

    Everything from outside can be handed in: plugins, the clock, the environment that holds the
    secrets, who hears of progress; *rules* takes the place of the workspace's own rule file,
    *fresh* asks the systems for their descriptions anew, and *who* is named with what is put to
    work here, in place of the user of the operating system. *log*, a structlog logger, and
    *metrics* hear of what is done.
    """

    # -- forms

    @property
    def forms(self) -> tuple[Form, ...]:
        """The forms of the rules, in the order of the file (RS10)."""
        from .forms.build import forms_of

        self.allow("forms")
        return forms_of(self.rules)

    def form(self, name: str) -> Form:
        """Return one form; ``to_json`` gives its JSON Schema, and hints for display."""
        from .forms.build import form_named

        return form_named(self.forms, name)

    def submit(self, name: str, values: Mapping[str, Any], *, key: str = "") -> Submission:
        """Store what was posted in a form as a record of the cadence; the next run takes it over.

        The same *key* twice makes one record. What will not do is told in the submission's
        ``faults``. Raises ``LeaseHeldError`` while a run is at work: then send it again.
        """
        from .forms.submit import submit
        from .ledger import wakes

        self.allow("submit")
        form = self.form(name)
        with self._told(), self.alone():
            made = submit(
                form, values, key, self.systems[Side.CADENCE], self.rules.catalog.functions
            )
        if made.state == "stored":
            with self.ledger.begin() as db:
                wakes.add(db, wakes.Wake(), self._now())
        return made

    # -- the cadence's own side

    @cached_property
    def touches(self) -> Touches:
        """The cadence's own side: its cadences, due touches and their outcomes (K11, RS7)."""
        from .touching import Touches

        return Touches(self, now=self._now)

    def next_allowed(self, prospect: str, channel: str, after: datetime | None = None) -> Allowed:
        """Return when *channel* may be used for a prospect, and what stands in the way (B11)."""
        self.allow("next_allowed")
        return self.touches.next_allowed(prospect, channel, after)

    # -- what it does

    def plan(self) -> Preview:
        """Read what changed and say what the next run would do and cost; write to no system."""
        self.allow("plan")
        _ = self.rules.compiled  # raises RulesError before anything is opened
        with self._told(), self.alone():
            return self._cycle().preview()

    def run(self, *, stop: Callable[[], bool] = never, allow_deletes: bool = False) -> Report:
        """Do one cycle and report it. What fails on the way is in the report.

        When *stop* begins to be true, the batch under way is finished and the rest waits. With
        *allow_deletes* the run believes that however many records were deleted.
        """
        actor = self.allow("run")
        with self._told() as observer:
            report = self._run(actor, stop, allow_deletes)
            observer.ended(report, self.ledger, self._now())
        self.registry.after_cycle(report)
        return report

    def _run(self, actor: Actor, stop: Callable[[], bool], allow_deletes: bool) -> Report:
        from .at_work import refuse_paused

        _ = self.rules.compiled  # raises RulesError before anything is opened
        refusal = self.border.refusal("put rules to work")
        with self.alone(), span("cycle"):
            with self.ledger.begin() as db:
                refuse_paused(db)
                version, edit = self._put_to_work(db, actor, refusal, confirmed=False)
            if edit.differs:
                tell("rules_put_to_work", rules=version.number)
            fetched = self._sources.fetch(stop=stop)
            report = self._cycle(version.number, stop, allow_deletes).run()
        # A source that fails stands in nobody's way: it is told, and makes no run a failure.
        faults = tuple((f"{f.title}: {f.fault}", f.hint) for f in fetched if f.fault)
        return replace(report, edit=edit, sources=fetched, faults=(*report.faults, *faults))

    def sources(self) -> list[SourceState]:
        """Return how the sources of activities stand; asks none of them (RS3, RS4)."""
        self.allow("sources")
        return self._sources.states()

    def fetch(self, source: str | None = None, *, since: datetime | None = None) -> list[Fetched]:
        """Bring in what the sources, or one of them, recorded; the next run takes it on (RS2).

        With *since* it is read again from then on. What fails is in the figures. Raises
        ``WorkspaceError`` when *source* is none of this workspace.
        """
        from .at_work import refuse_paused

        since = None if since is None else instant(since, "since")
        self.allow("fetch")
        with self._told(), self.alone():
            with self.ledger.begin() as db:
                refuse_paused(db)
            return list(self._sources.fetch(source, since=since))

    @property
    def _sources(self) -> Sources:
        from .sources.sources import Sources

        return Sources(
            self,
            self._connections,
            environ=self._environ,
            now=self._now,
            progress=self._progress,
        )

    def wake(
        self, *, side: Side | None = None, object_name: str = "", ids: Sequence[str] = ()
    ) -> bool:
        """Ask a schedule to run before its time, as this may have changed; False if it knows."""
        from .ledger import wakes

        self.allow("wake")
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

        self.allow("deliver")
        if connector in self.settings.sources:
            return self._sources.deliver(connector, delivery)
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
        from .people import trail

        actor = self.allow("pause")
        with self.ledger.begin() as db:
            if versions.paused(db) is None:
                trail.note(db, actor, self._now(), "pause", "cycles", new=why)
            return versions.pause(db, at=self._now(), who=actor.name, why=why)

    def resume(self, *, confirmed: bool = False) -> tuple[Version, Edit]:
        """Put the rules to work and let cycles run again, soon (E5).

        Raises ``UnconfirmedError`` when the rules delete mappings and *confirmed* is false (E6).
        """
        from .ledger import versions, wakes
        from .people import trail

        actor, refusal = self.allow("resume"), self.border.refusal("put rules to work")
        _ = self.rules.compiled
        with self.ledger.begin() as db:
            version, edit = self._put_to_work(db, actor, refusal, confirmed=confirmed)
            if versions.paused(db) is not None:
                trail.note(db, actor, self._now(), "resume", "cycles")
            versions.clear_pause(db)
            wakes.add(db, wakes.Wake(), self._now())
        return version, edit

    def _put_to_work(
        self, db: Connection, actor: Actor, refusal: Refusal | None, *, confirmed: bool
    ) -> tuple[Version, Edit]:
        """Let the rules be the version at work; new ones not if *refusal* says no (RS11)."""
        from .at_work import edit_of, put_to_work
        from .people import trail

        if refusal is not None and edit_of(db, self.rules).differs:
            raise RefusedError(refusal)
        now = self._now()
        version, edit = put_to_work(db, self.rules, now=now, who=actor.name, confirmed=confirmed)
        if edit.differs:
            old = "" if edit.version is None else f"version {edit.version.number}"
            trail.note(db, actor, now, "rules", version.name, old, f"version {version.number}")
        return version, edit

    def status(self) -> Status:
        """Say whether cycles run, what the last one did, and what the rule file would change."""
        from .status import status_of

        self.allow("status")
        found = status_of(self, self._now())
        # What the rules say is a setting: managers and members see none (K13).
        hidden = self.border.refusal("check") is not None
        return replace(found, edit=None, fault=None) if hidden else found

    # -- what a person asks and decides

    def why(self, record: str, field: str | None = None) -> Why:
        """Say what made *record*, or one field of it, what it is, and why nothing else did (B5).

        It goes by the values last seen, and asks no system.
        """
        from .history import mapped_fields
        from .why import why

        self.allow("why")
        fields = None if field is None else mapped_fields(self.folder, field)
        with self.ledger.begin() as db:
            return why(db, self.rules, record, fields, self._now())

    def holds(self, record: str | None = None) -> list[Hold]:
        """Return what waits for a person's decision, the oldest first: of one record, or all."""
        from .history import ids_of
        from .ledger import holds

        self.allow("holds")
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
        from .people import trail

        actor = self.allow("resolve")
        with self.alone(), self.ledger.begin() as db:
            found = holding.fields_of(db, record, field)
            if every:
                rows = {(hold.map, hold.row) for hold in found}
                found = [hold for hold in holds.read(db) if (hold.map, hold.row) in rows]
            holding.choose(db, found, take, self._audit(actor))
            trail.note(db, actor, self._now(), "decision", record, new=f"{take}: {field or 'all'}")
            wakes.add(db, wakes.Wake(), self._now())
        return found

    def link(self, record: str, partner: str, *, sure: bool = False) -> Pair:
        """Say that two records that wait are one (E8); what differs is decided by the next run.

        Raises ``WorkspaceError`` when one of them is linked already, or is not known; and, unless
        *sure*, when what the map matches them by differs.
        """
        from . import holding
        from .ledger import wakes
        from .people import trail

        actor = self.allow("link")
        maps = self.rules.compiled.maps
        with self.alone(), self.ledger.begin() as db:
            audit = self._audit(actor)
            pair = holding.bind(db, maps, record, partner, audit, sure=sure)
            trail.note(db, actor, self._now(), "decision", record, new=f"with {partner}")
            wakes.add(db, wakes.Wake(), self._now())
        return pair

    def refused(self, record: str | None = None) -> list[Refused]:
        """Return the records that a system refused, and why: one, or all."""
        from .history import ids_of
        from .retrying import refused

        self.allow("refused")
        with self.ledger.begin() as db:
            return refused(db, None if record is None else ids_of(db, record))

    def retry(self, record: str | None = None) -> list[Refused]:
        """Let the next run take up again what failed or rests: one record, or all."""
        from .history import ids_of
        from .ledger import wakes
        from .people import trail
        from .retrying import refused, retry

        actor = self.allow("retry")
        with self.alone(), self.ledger.begin() as db:
            found = refused(db, None if record is None else ids_of(db, record))
            retry(db, found, self._audit(actor))
            if found:
                trail.note(db, actor, self._now(), "decision", record or "all", new="retry")
                wakes.add(db, wakes.Wake(), self._now())
        return found

    def plan_undo(self, run: int, *, force: bool = False) -> UndoPlan:
        """Say what taking back *run* would do and cost, and what would stay; write nothing (B6).

        With *force* it writes what was changed since the run, too.
        """
        self.allow("plan_undo")
        with self.alone():
            return self._undoer(run, force=force).preview()

    def undo(self, run: int, *, force: bool = False) -> Undone:
        """Take back what *run* wrote, as ``plan_undo`` says (B6). The undo is a run itself.

        Cut off anywhere, it is done again with the same words, and ends as if it had not been.
        """
        from .people import trail

        actor = self.allow("undo")
        with self.alone():
            undone = self._undoer(run, force=force).run()
        with self.ledger.begin() as db:
            trail.note(db, actor, self._now(), "decision", f"run {run}", new="undo")
        return undone

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

        actor = self.allow("note_rule")
        line = self._audit(actor).line("resolve", f"wrote `{winner} wins` into the row")
        line = replace(line, map=hold.map, rule=hold.rule)
        with self.ledger.begin() as db:
            journal.add_entries(db, [line])

    def _audit(self, actor: Actor) -> Audit:
        from .holding import Audit

        return Audit(who=actor.name, at=self._now())

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
