"""What is told of, how loudly, and in which words: the one list that log lines are made from."""

from __future__ import annotations

__all__ = ["EVENTS", "LEVELS", "Event"]

from dataclasses import dataclass
from typing import Literal, TypeAlias

Level: TypeAlias = Literal["debug", "info", "warning", "error"]
#: The quietest first.
LEVELS: tuple[Level, ...] = ("debug", "info", "warning", "error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One kind of log line."""

    level: Level
    #: What has happened.
    words: str


def _event(level: Level, words: str) -> Event:
    return Event(level=level, words=words)


#: By name, in the order in which a cycle meets them.
EVENTS = {
    "lease_taken": _event("debug", "this process may run a cycle; others may not"),
    "rules_put_to_work": _event("info", "the run goes by rules that are new"),
    "run_begun": _event("info", "a run began, by this version of the rules"),
    "wakes_taken": _event("info", "somebody had asked for a cycle before its time"),
    "page_read": _event("debug", "a page of changes was read and kept"),
    "call_made": _event("debug", "a connector answered a call"),
    "call_failed": _event("warning", "a connector could not do what it was asked"),
    "retry": _event("warning", "a server did not take a request; it is asked again after a wait"),
    "breaker_opened": _event("warning", "a connection is left in peace for a while"),
    "breaker_closed": _event("info", "a connection that was left in peace works again"),
    "budget_level": _event("warning", "the budget of a side was found fuller, or emptier"),
    "batch_sent": _event("debug", "a batch of writes or actions was handed to a connector"),
    "batch_answered": _event("debug", "a batch came back: how many rows were done, and not"),
    "rows_deferred": _event("info", "rows wait for a later run"),
    "record_failed": _event("warning", "a system refused a row, with this code"),
    "record_held": _event("info", "a record waits for a person"),
    "run_ended": _event("info", "a run did all that it had to: its figures"),
    "run_stopped": _event("warning", "a run ended with something left over: its state and figures"),
    "run_failed": _event("error", "a run could not begin, or was broken off"),
    "import_failed": _event("error", "an automatic import failed; it waits for its next time"),
}
