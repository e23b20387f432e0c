"""How a workspace stands: whether cycles run, what the last one did, what an edit would change."""

from __future__ import annotations

__all__ = ["Status", "status_of"]

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .at_work import Edit, edit_of
from .errors import SynclineError
from .ledger import inbox, journal, lookouts, versions, wakes
from .ledger.lookouts import Lookout
from .ledger.versions import Pause, Version
from .sync.breaker import Rest, resting
from .sync.lease import Held, look

if TYPE_CHECKING:
    from .workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Status:
    """How a workspace stands at one moment."""

    paused: Pause | None
    running: Held | None
    #: One that is ``running`` while nobody is at work was cut off.
    last: journal.Run | None
    #: Why it ended as it did: its first fault; empty when it had none.
    reason: str
    #: The schedule that looked last; None when none did, or it was ended in order.
    schedule: Lookout | None
    #: Whether it is still at work, as far as is known.
    scheduled: bool
    #: How often the rules want a cycle (K7).
    minutes: int
    #: Connections that are left in peace for a while.
    resting: tuple[Rest, ...]
    #: Records in the inbox, by state.
    waiting: Mapping[str, int]
    #: Requests for a cycle before its time.
    wakes: int
    #: The rules at work; None before the first run.
    version: Version | None
    #: What the rule file says otherwise; None when it is wrong.
    edit: Edit | None
    #: What is wrong with it, or why that cannot be told.
    fault: SynclineError | None

    def __repr__(self) -> str:
        last = "nothing has run" if self.last is None else f"run {self.last.number}"
        return f"Status({self.state}, {last})"

    @property
    def state(self) -> str:
        """``running``, ``paused`` or ``ready``."""
        return "running" if self.running else "paused" if self.paused else "ready"

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON (``status.schema.json``)."""
        last, fault, held, schedule = self.last, self.fault, self.running, self.schedule
        return {
            "state": self.state,
            "paused": None if self.paused is None else asdict(self.paused),
            "running": None
            if held is None
            else {"holder": str(held.holder or ""), "until": held.until.isoformat()},
            "last": None
            if last is None
            else {
                "run": last.number,
                "state": last.state,
                "started": last.started.isoformat(),
                "finished": None if last.finished is None else last.finished.isoformat(),
                "rules": last.rules,
                "reason": self.reason,
            },
            "schedule": None
            if schedule is None
            else {
                "alive": self.scheduled,
                "host": schedule.host,
                "process": schedule.pid,
                "minutes": schedule.minutes,
                "looked": schedule.looked.isoformat(),
                "next": schedule.next.isoformat(),
            },
            "minutes": self.minutes,
            "resting": [rest.to_json() for rest in self.resting],
            "waiting": dict(self.waiting),
            "wakes": self.wakes,
            "version": None if self.version is None else self.version.to_json(),
            "edit": None if self.edit is None else self.edit.to_json(),
            "fault": None
            if fault is None
            else {"error": fault.message, "hint": fault.hint, "exit_code": fault.exit_code},
        }


def status_of(workspace: Workspace, now: datetime) -> Status:
    """Return how *workspace* stands; what is wrong with its rules is part of the answer."""
    fault: SynclineError | None = None
    edit: Edit | None = None
    try:
        _ = workspace.rules.compiled
    except SynclineError as err:
        fault = err
    with workspace.ledger.begin() as db:
        if fault is None:
            edit = edit_of(db, workspace.rules)
        last, running, schedule = journal.last_run(db), look(db, now), lookouts.read(db)
        ended = last is not None and last.finished is not None
        return Status(
            paused=versions.paused(db),
            running=running,
            last=last,
            reason=_reason(journal.last_report(db)) if ended else "",
            schedule=schedule,
            scheduled=schedule is not None and _is_alive(schedule, running, now),
            minutes=workspace.text.head.minutes,
            resting=tuple(resting(db, now)),
            waiting=inbox.waiting_counts(db),
            wakes=wakes.waiting(db),
            version=versions.latest(db),
            edit=edit,
            fault=fault,
        )


def _reason(report: Mapping[str, Any]) -> str:
    """Return the first fault of the run that gave *report*."""
    faults = report.get("faults") or [{"message": report.get("error", "")}]
    return str(faults[0]["message"])


def _is_alive(schedule: Lookout, running: Held | None, now: datetime) -> bool:
    """Tell whether a schedule is at work: it looked of late, or is in the middle of a cycle."""
    if abs(now - schedule.looked) <= lookouts.ALIVE:
        return True
    holder = None if running is None else running.holder
    return holder is not None and (holder.host, holder.pid) == (schedule.host, schedule.pid)
