"""The imports of a workspace: preview, run, list, and what a person is asked (RS11)."""

from __future__ import annotations

__all__ = ["Imports"]

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from ..errors import RetriableError, SynclineError, WorkspaceError
from ..model import ObjectType, OutcomeStatus, Side, Write
from ..observe.telling import tell
from ..people import trail
from . import automatic, kept
from .importer import Importer, digest_of
from .report import ImportReport
from .sources import Request, Source, of_crm, of_file

if TYPE_CHECKING:
    from ..opened import Opened
    from ..people.border import Actor
    from ..sync.systems import Progress
    from .kept import Held
    from .report import Import

#: Whose word holds: the file's, the cadence's as it stands, or both, as two people.
Take = Literal["file", "cadence", "new"]
#: The object that people are in a cadence, where it has one of this name.
_PROSPECT = "prospect"


class Imports:
    """Brings prospects into the cadence of one workspace."""

    def __init__(
        self, workspace: Opened, *, now: Callable[[], datetime], progress: Progress
    ) -> None:
        self._workspace = workspace
        self._now = now
        self._progress = progress

    def preview(self, request: Request) -> ImportReport:
        """Say what ``run`` would do with each row, and why; write nothing."""
        self._workspace.allow("import")
        source = self._source(request)
        with self._workspace.alone(), closing(self._importer(keep=None)) as importer:
            return self._pass(importer, source, 0)

    def run(self, request: Request) -> ImportReport:
        """Import it: the same rows twice, or cut off and run again, make each prospect once.

        What is not sure is held for a person, and the rest goes on. Raises ``RetriableError`` when
        the cadence cannot be reached or the budget is used up; nothing is lost by running it again.
        """
        return self._import(request, self._workspace.allow("import"), "")

    def list(self, *, limit: int = 50) -> Sequence[Import]:
        """Return the imports that were begun, the newest first."""
        self._workspace.allow("imports list")
        with self._workspace.ledger.begin() as db:
            return kept.listed(db, limit=limit)

    def held(self, *, of: int | None = None) -> Sequence[Held]:
        """Return the rows about which a person decides, of one import or of all."""
        self._workspace.allow("imports held")
        with self._workspace.ledger.begin() as db:
            return kept.held(db, of=of)

    def resolve(self, number: int, *, take: Take, every: bool = False) -> Sequence[Held]:
        """Decide the question *number*; with *every*, all that wait of the same import.

        ``file`` writes the row's values to the prospect that it may be, ``cadence`` leaves the
        prospect as it is, ``new`` makes another. Returns what was decided.
        """
        actor = self._workspace.allow("imports resolve")
        with self._workspace.alone():
            with self._workspace.ledger.begin() as db:
                found = kept.held(db, number=number)
                if not found:
                    raise WorkspaceError(
                        f"no question {number} waits", hint="`syncline imports held` lists them."
                    )
                if every:
                    found = kept.held(db, of=found[0].of)
            if take != "cadence":
                self._write(found, take)
            with self._workspace.ledger.begin() as db:
                kept.decide(db, [one.number for one in found], take)
                for one in found:
                    about = f"import {one.of}, line {one.line}"
                    trail.note(db, actor, self._now(), "import", about, new=take)
        return found

    def run_automatic(self, name: str) -> Sequence[ImportReport]:
        """Run the automatic import *name* now, whether it is due or not."""
        actor = self._workspace.allow("imports run")
        wanted = automatic.named(self._workspace.settings, name)
        return [self._import(request, actor, name) for request in automatic.requests(wanted)]

    def run_due(self) -> Sequence[ImportReport]:
        """Run the automatic imports whose time has come, in the CRM admin's name (RS11).

        One that fails is noted, and the others go on.
        """
        actor, done = self._workspace.allow("run"), list[ImportReport]()
        for wanted in automatic.all_of(self._workspace.settings):
            with self._workspace.ledger.begin() as db:
                last = kept.last(db, name=wanted.name)
            if not automatic.is_due(wanted, last, self._now()):
                continue
            owner = automatic.owner(self._workspace.border.roster(), actor)
            for request in automatic.requests(wanted):
                try:
                    if not self._is_done(request, wanted.name):
                        done.append(self._import(request, owner, wanted.name))
                except SynclineError as err:
                    self._note_failure(request, owner, wanted.name, err)
        return done

    def _note_failure(self, request: Request, owner: Actor, name: str, err: SynclineError) -> None:
        """Note that an automatic import failed, and why; it waits for its next time."""
        source = request.crm if request.file is None else request.file.name
        tell("import_failed", {"reason": err.message}, fault=type(err).__name__)
        with self._workspace.ledger.begin() as db:
            number = kept.begin(db, source, "", name, owner.name, self._now())
            kept.end(db, number, {"failed": 1}, self._now())
            trail.note(db, owner, self._now(), "import", source, new=f"failed: {err.message}")

    def _is_done(self, request: Request, name: str) -> bool:
        """Tell whether a file was imported by this automatic import as it is."""
        if request.file is None:
            return False
        digest = self._source(request).digest
        with self._workspace.ledger.begin() as db:
            return kept.last(db, digest=digest, name=name) is not None

    def _import(self, request: Request, actor: Actor, name: str) -> ImportReport:
        source, ledger = self._source(request), self._workspace.ledger
        with self._workspace.alone():
            with ledger.begin() as db:
                number = kept.begin(db, source.name, source.digest, name, actor.name, self._now())

            def keep(held: Held) -> None:
                with ledger.begin() as db:
                    kept.hold(db, number, [held])

            with closing(self._importer(keep=keep)) as importer:
                report = self._pass(importer, source, number)
            counts = {str(outcome): count for outcome, count in report.counts.items()}
            with ledger.begin() as db:
                kept.end(db, number, counts, self._now())
                told = ", ".join(f"{count:,} {outcome}" for outcome, count in counts.items())
                trail.note(db, actor, self._now(), "import", source.name, new=told or "no rows")
        return report

    def _pass(self, importer: Importer, source: Source, number: int) -> ImportReport:
        with self._workspace.ledger.begin() as db:
            before = kept.last(db, digest=source.digest)
        importer.expected = source.count
        importer.meet()
        for row in source.rows():
            importer.take(row)
        importer.finish()
        return ImportReport(
            number=number,
            source=source.name,
            written=source.written,
            columns=source.columns,
            rows=importer.rows,
            known=importer.known,
            counts=dict(importer.tally.counts),
            examples={o: tuple(found) for o, found in importer.tally.examples.items()},
            before=0 if before is None else before.number,
        )

    def _source(self, request: Request) -> Source:
        kind = self._kind()
        if request.file is not None:
            return of_file(request, kind)
        crm = self._workspace.systems[Side.CRM]
        return of_crm(request, self._workspace.rules, crm, kind, self._now())

    def _kind(self) -> ObjectType:
        """Return the object of the cadence that people are."""
        rules = self._workspace.rules
        description = rules.catalog.descriptions[Side.CADENCE]
        names = [rule.cadence_object for rule in rules.compiled.maps]
        name = _PROSPECT if description.get(_PROSPECT) is not None else next(iter(names), "")
        kind = description.get(name)
        if kind is None or kind.key_field is None:
            raise WorkspaceError(
                "the cadence has no object in which people could be created",
                hint="The rules need a map between an object of the CRM and the cadence's people.",
            )
        return kind

    def _importer(self, keep: Callable[[Held], None] | None) -> Importer:
        ledger = self._workspace.ledger

        def decided(digest: str) -> str:
            with ledger.begin() as db:
                return kept.decided(db, digest)

        with ledger.begin() as db:
            asked = {digest_of(one.values) for one in kept.held(db)}
        return Importer(
            self._workspace.systems[Side.CADENCE],
            self._kind(),
            instance=ledger.instance,
            now=self._now,
            progress=self._progress,
            decided=decided,
            asked=asked,
            keep=keep,
        )

    def _write(self, found: Sequence[Held], take: Take) -> None:
        """Write what was decided; raise when the cadence does not take it."""
        system, kind = self._workspace.systems[Side.CADENCE], self._kind()
        instance = self._workspace.ledger.instance
        size = system.description.prices_of(kind.name).write_size
        writes = [
            Write(values=one.values, key=f"{instance}:import:{digest_of(one.values)}")
            if take == "new" or not one.prospect
            else Write(values=one.values, id=one.prospect)
            for one in found
        ]
        for start in range(0, len(writes), size):
            for outcome in system.connector.write(kind.name, writes[start : start + size]):
                if outcome.status is OutcomeStatus.RETRY:
                    raise RetriableError(f"the cadence was busy: {outcome.message}")
                if outcome.status is not OutcomeStatus.DONE:
                    raise WorkspaceError(
                        f"the cadence does not take it: {outcome.message or outcome.code}",
                        hint="Correct the row and import it again, or decide otherwise.",
                    )
