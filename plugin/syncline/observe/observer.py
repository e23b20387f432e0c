"""Who listens in a workspace: log lines, figures and spans are made here from what is told."""

from __future__ import annotations

__all__ = ["Observer"]

import re
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .events import EVENTS
from .telling import Fact

if TYPE_CHECKING:
    from ..ledger.database import Ledger
    from ..sync.report import Report
    from .metrics import Metrics
    from .spans import Spans

#: A vendor's code is one word. Whatever else stands in its place may quote a record.
_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,60}")


class Observer:
    """Hears what one workspace tells, and hands it on to whom there is.

    *log* is a structlog logger, or None for structlog's own once the host has configured it.
    *values* opens the log for what may name people.
    """

    def __init__(self, name: str, log: Any, metrics: Metrics | None, *, values: bool) -> None:
        self._log = log if log is not None else _configured()
        if self._log is not None:
            self._log = self._log.bind(workspace=name)
        self._metrics = metrics
        self._values = values
        self._spans = _spans()
        self._run: Fact = None
        #: The side of the call under way.
        self._side: Fact = None

    @property
    def is_idle(self) -> bool:
        """Whether nobody is there to hear anything."""
        return self._log is None and self._metrics is None and self._spans is None

    def hear(self, event: str, facts: Mapping[str, Fact], values: Mapping[str, str]) -> None:
        """Take in an event of ``EVENTS``."""
        self._run = facts.get("run", self._run)
        if self._side is not None:
            # What happens within a call is about its side.
            facts = {"side": self._side, **facts}
        if self._metrics is not None:
            self._metrics.hear(event, facts)
        if self._log is not None:
            said = {
                name: _said(name, fact) for name, fact in facts.items() if fact not in {None, ""}
            }
            if self._values:
                said |= values
            if self._run:
                said.setdefault("run", self._run)
            getattr(self._log, EVENTS[event].level)(event, **said)

    def enter(self, name: str, facts: Mapping[str, Fact]) -> object:
        """Begin a span."""
        self._side = facts.get("side")
        return None if self._spans is None else self._spans.enter(name, facts, self._run)

    def leave(self, span: object, error: BaseException | None) -> None:
        """End a span."""
        self._side = None
        if self._spans is not None:
            self._spans.leave(span, error)

    def ended(self, report: Report, ledger: Ledger, now: datetime) -> None:
        """Take in a run that came to its end, and how its ledger stands."""
        counts = {str(fate): count for fate, count in report.counts.items() if count}
        facts: dict[str, Fact] = {
            "run": report.run,
            "state": report.state,
            "exit_code": report.exit_code,
            "seconds": (report.finished - report.started).total_seconds(),
            "candidates": report.candidates,
            "writes": report.writes,
            **{f"calls_{side}": price for side, price in report.calls.items()},
            **counts,
        }
        told = {"faults": "; ".join(message for message, _ in report.faults)}
        event = "run_ended" if report.state == "done" else "run_stopped"
        self.hear(event, facts, told if report.faults else {})
        if self._metrics is not None:
            from .standing import look

            with ledger.begin() as db:
                stands = look(db, now)
            self._metrics.ended(report, stands)


def _said(name: str, fact: Fact) -> Fact:
    if isinstance(fact, float):
        return round(fact, 6)
    if name == "code" and not _CODE.fullmatch(str(fact)):
        return "other"
    return str(fact) if isinstance(fact, str) else fact


def _configured() -> Any:
    """Return structlog's own logger if the host has configured it: nobody else wants lines."""
    structlog = sys.modules.get("structlog")
    if structlog is None or not structlog.is_configured():
        return None
    return structlog.get_logger("syncline")


def _spans() -> Spans | None:
    """Return who makes spans, if the host uses OpenTelemetry: it has imported it then."""
    if "opentelemetry.trace" not in sys.modules:
        return None
    from .spans import Spans

    return Spans()
