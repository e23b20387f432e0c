"""The schedule: cycles one after another in one workspace, for as long as the host likes."""

from __future__ import annotations

__all__ = ["Schedule", "Turn"]

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from os import getpid
from socket import gethostname
from typing import TYPE_CHECKING, Any

from ..at_work import PausedError, UnconfirmedError
from ..errors import RetriableError, RulesError, SynclineError
from ..ledger import journal, lookouts, versions, wakes
from ..people.border import RefusedError
from ..rules.reading import DEFAULT_MINUTES, RuleText, UnreadableRulesError
from ..sync.locks import LockedError
from ..sync.stopping import STOPPED, never
from .due import LEAST, MOST, mark_at, may_wake, next_due

if TYPE_CHECKING:
    from ..ledger.database import Ledger
    from ..sync.report import Report
    from ..workspace import Workspace

#: How often it looks whether somebody asks for a cycle, in seconds.
_LOOK = 1.0
#: How often it notes that it looks.
_NOTE = timedelta(minutes=1)


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What became of one cycle, or why there was none."""

    at: datetime
    #: None when it did not begin, or did not come to its end.
    report: Report | None
    #: Why there is no report.
    error: SynclineError | None
    #: Why the version before is at work and not what the rule file says.
    kept_back: SynclineError | None
    #: Whether the error, or what is kept back, is another than in the turn before.
    news: bool
    next: datetime

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON (``turn.schema.json``)."""
        return {
            "at": self.at.isoformat(),
            "report": None if self.report is None else self.report.to_json(),
            "error": _told(self.error),
            "kept_back": _told(self.kept_back),
            "next": self.next.isoformat(),
        }


class Schedule:
    """Runs cycles at fixed marks (K7); the first at once, and then those that nobody else did.

        schedule = Schedule(lambda rules: Workspace("acme", rules=rules))
        schedule.run(print, stop=lambda: False)

    *opening* opens the workspace for one cycle; it is given rules that take the place of the
    file's, or None. *minutes* takes the place of the rules' own ``sync every``. A host with a
    loop of its own calls ``tick`` as often as it likes; calling it too often does no harm.
    """

    def __init__(
        self,
        opening: Callable[[RuleText | None], Workspace],
        *,
        minutes: int | None = None,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._opening = opening
        self._minutes = minutes
        self._now = now
        self._interval = timedelta(minutes=minutes or DEFAULT_MINUTES)
        self._began: datetime | None = None
        self._failures = 0
        self._failed = False
        self._said: tuple[str, str] = ("", "")
        #: The workspace in which it looks for wakes, and for cycles of others.
        self._desk: Workspace | None = None
        #: When the next cycle is due.
        self.due = now()
        #: The time that was noted last for the next cycle, and when.
        self._noted: datetime | None = None
        self._noted_at = self.due

    def run(
        self,
        tell: Callable[[Turn], object],
        *,
        stop: Callable[[], bool] = never,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """Run cycles until *stop* says so; *tell* hears of each.

        A cycle under way ends with its batch when *stop* begins to be true. What a cycle raises
        is told, and the next is tried at its time.
        """
        try:
            while not stop():
                turn = self.tick(stop=stop)
                if turn is None:
                    sleep(_LOOK)
                else:
                    tell(turn)
        finally:
            self._sign_off()
            self.close()

    def tick(self, *, stop: Callable[[], bool] = never) -> Turn | None:
        """Run a cycle if one is due, or somebody asks for one; return None if not."""
        turn = self._tick(stop)
        self._note()
        return turn

    def _tick(self, stop: Callable[[], bool]) -> Turn | None:
        now = self._now()
        if self._is_due(now):
            if self._is_done_elsewhere(now):
                self.due = next_due(interval=self._interval, now=now, failures=0)
                return None
        elif not self._is_woken(now):
            return None
        self.close()
        self._began = now
        report, error, kept_back = self._cycle(stop)
        said = ("" if error is None else error.message, "" if kept_back is None else str(kept_back))
        news, self._said = said != self._said, said
        self._plan_next(report, error)
        return Turn(
            at=now, report=report, error=error, kept_back=kept_back, news=news, next=self.due
        )

    def close(self) -> None:
        """Let go of the ledger in which it looks."""
        desk, self._desk = self._desk, None
        if desk is not None:
            desk.close()

    def _note(self) -> None:
        """Say that a schedule looks, once a minute and when the next cycle is due at another time.

        No cycle hangs on it: when the ledger cannot be written, the next minute will do.
        """
        now = self._now()
        if self._noted == self.due and abs(now - self._noted_at) < _NOTE:
            return
        self._noted, self._noted_at = self.due, now
        minutes = round(self._interval.total_seconds() / 60)
        with suppress(SynclineError), self._ledger().begin() as db:
            lookouts.note(
                db,
                lookouts.Lookout(
                    host=gethostname(), pid=getpid(), minutes=minutes, looked=now, next=self.due
                ),
            )

    def _sign_off(self) -> None:
        with suppress(SynclineError), self._ledger().begin() as db:
            lookouts.clear(db, gethostname(), getpid())

    def _is_due(self, now: datetime) -> bool:
        # A clock that was set back does not make it wait for its old time.
        return now >= self.due or (self._began is not None and now < self._began)

    def _is_done_elsewhere(self, now: datetime) -> bool:
        """Tell whether somebody else did the cycle of this mark: another machine, or a person."""
        if self._began is None:
            return False
        with suppress(SynclineError), self._ledger().begin() as db:
            last = journal.last_run(db)
            return (
                last is not None
                and last.state == "done"
                and mark_at(self._interval, now) <= last.started <= now
            )
        return False

    def _is_woken(self, now: datetime) -> bool:
        if not may_wake(now=now, began=self._began, failed=self._failed):
            return False
        with suppress(SynclineError), self._ledger().begin() as db:
            return wakes.waiting(db) > 0 and versions.paused(db) is None
        return False

    def _ledger(self) -> Ledger:
        if self._desk is None:
            self._desk = self._opening(None)
        return self._desk.ledger

    def _cycle(
        self, stop: Callable[[], bool]
    ) -> tuple[Report | None, SynclineError | None, SynclineError | None]:
        """Return the report or why there is none, and why the rule file is not what it ran by."""
        try:
            with self._opening(None) as workspace:
                try:
                    return self._run(workspace, stop), None, None
                except (
                    RulesError,
                    UnreadableRulesError,
                    UnconfirmedError,
                    LockedError,
                    RefusedError,
                ) as err:
                    with workspace.ledger.begin() as db:
                        good = versions.latest(db)
                    if good is None:
                        raise
                    kept_back = err
            with self._opening(RuleText(good.text, good.name)) as workspace:
                try:
                    return self._run(workspace, stop), None, kept_back
                except SynclineError as err:
                    return None, err, kept_back
        except SynclineError as err:
            return None, err, None

    def _run(self, workspace: Workspace, stop: Callable[[], bool]) -> Report:
        asked = self._minutes or workspace.text.head.minutes
        # Of a file that is wrong any number may come.
        self._interval = timedelta(minutes=min(max(asked, LEAST), MOST))
        # What an import brings in, the cycle after it takes across; one that fails stops no cycle.
        with suppress(SynclineError):
            workspace.imports.run_due()
        return workspace.run(stop=stop)

    def _plan_next(self, report: Report | None, error: SynclineError | None) -> None:
        code = report.exit_code if report is not None else error.exit_code if error else 0
        stopped = report is not None and any(message == STOPPED for message, _ in report.faults)
        self._failed = bool(code) and not stopped and not isinstance(error, PausedError)
        self._failures = self._failures + 1 if self._failed and code == 2 else 0
        wish = error.retry_after if isinstance(error, RetriableError) else None
        if report is not None:
            wish = report.retry_after
        self.due = next_due(
            interval=self._interval,
            now=self._now(),
            failures=self._failures,
            retry_after=wish,
        )


def _told(error: SynclineError | None) -> dict[str, Any] | None:
    if error is None:
        return None
    return {"error": error.message, "hint": error.hint, "exit_code": error.exit_code}
