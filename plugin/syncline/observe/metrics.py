"""A workspace's figures for Prometheus, in a registry of their own: nothing is shared globally."""

from __future__ import annotations

__all__ = ["FIGURES", "Figure", "Metrics"]

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest, write_to_textfile

from ..ledger.spent import Level
from ..model import Side
from ..sync.report import Report
from .standing import Standing
from .telling import Fact

_SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One metric: its name after ``syncline_``, with its unit."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    labels: tuple[str, ...]
    words: str


def _counter(name: str, labels: str, words: str) -> Figure:
    return Figure(name=name, kind="counter", labels=tuple(labels.split()), words=words)


def _gauge(name: str, labels: str, words: str) -> Figure:
    return Figure(name=name, kind="gauge", labels=tuple(labels.split()), words=words)


def _histogram(name: str, labels: str, words: str) -> Figure:
    return Figure(name=name, kind="histogram", labels=tuple(labels.split()), words=words)


#: Every metric there is. Counters and histograms count from the beginning of the process.
FIGURES = (
    _counter("runs_total", "state", "Runs, by how they ended: done, stopped or failed"),
    _histogram("run_seconds", "", "How long a run took"),
    _gauge("last_run_timestamp_seconds", "state", "When a run last ended so, in Unix time"),
    _counter("records_total", "fate", "Records decided about, by how they ended"),
    _counter("writes_total", "side object kind", "Rows created, updated or deleted, and actions"),
    _counter("spent_total", "side", "Price of the calls made, in the vendor's unit"),
    _gauge("budget_used", "side", "Used of the limit in the last 24 hours, in what it counts"),
    _gauge("budget_left", "side", "Left of the limit, in what it counts; only where there is one"),
    _gauge("budget_ratio", "side", "Used share of the fuller limit, ours or the vendor's: 0 to 1"),
    _gauge("budget_level", "side", "0 below the warning, 1 warned, 2 non-essential work stopped"),
    _histogram("call_seconds", "side what", "How long a connector took to answer a call"),
    _counter("call_faults_total", "side fault", "Calls that failed: retriable, unknown or fatal"),
    _counter("retries_total", "side", "Requests made again after a wait"),
    _gauge("breaker_open", "side", "1 while a connection is left in peace"),
    _gauge("inbox_records", "state", "Records in the inbox, by why they wait"),
    _gauge("oldest_waiting_seconds", "state", "Since when the oldest record in the inbox waits"),
    _gauge("lag_seconds", "side", "How long ago a side was last read to its end"),
)  # fmt: skip
_KINDS: Mapping[str, Any] = {"counter": Counter, "gauge": Gauge, "histogram": Histogram}
_FULLNESS = {Level.OK: 0, Level.WARNED: 1, Level.STOPPED: 2}


class Metrics:
    """Counts through as many runs as its owner likes; ages are told as of when they are asked.

    *now* is the time in seconds since 1970.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.registry = CollectorRegistry()
        self._now = now
        self._of: dict[str, Any] = {}
        for figure in FIGURES:
            more = {"buckets": _SECONDS} if figure.kind == "histogram" else {}
            self._of[figure.name] = _KINDS[figure.kind](
                f"syncline_{figure.name}", figure.words, figure.labels,
                registry=self.registry, **more,
            )  # fmt: skip

    def text(self) -> bytes:
        """Return all of it in Prometheus's text format."""
        return generate_latest(self.registry)

    def write(self, path: Path) -> None:
        """Replace a file with it, as a whole: for node_exporter's textfile collector."""
        write_to_textfile(str(path), self.registry)

    def hear(self, event: str, facts: Mapping[str, Fact]) -> None:
        """Count an event."""
        if event == "call_made":
            taken = self._of["call_seconds"].labels(side=facts["side"], what=facts["what"])
            taken.observe(facts["seconds"])
        elif event == "call_failed":
            self._of["call_faults_total"].labels(side=facts["side"], fault=facts["fault"]).inc()
        elif event == "retry":
            self._of["retries_total"].labels(side=facts.get("side", "")).inc()
        elif event == "run_failed":
            self._ended("failed")

    def ended(self, report: Report, stands: Standing) -> None:
        """Take in a run that came to its end, and how the workspace stands after it."""
        self._ended(report.state)
        self._of["run_seconds"].observe((report.finished - report.started).total_seconds())
        for fate, count in report.counts.items():
            self._of["records_total"].labels(fate=str(fate)).inc(count)
        for (side, name, what), rows in report.done.items():
            self._of["writes_total"].labels(side=str(side), object=name, kind=what).inc(rows)
        for side in Side:
            self._of["spent_total"].labels(side=str(side)).inc(report.calls[side])
            self._budget(side, report)
            self._of["breaker_open"].labels(side=str(side)).set(side in stands.resting)
        self._replace("inbox_records", "state", report.waiting)
        self._ages("oldest_waiting_seconds", "state", stands.oldest)
        self._ages("lag_seconds", "side", stands.listed)

    def _ended(self, state: str) -> None:
        self._of["runs_total"].labels(state=state).inc()
        self._of["last_run_timestamp_seconds"].labels(state=state).set(self._now())

    def _budget(self, side: Side, report: Report) -> None:
        budget, name = report.budget[side], str(side)
        self._of["budget_used"].labels(side=name).set(budget.used)
        self._of["budget_ratio"].labels(side=name).set(budget.share)
        self._of["budget_level"].labels(side=name).set(_FULLNESS[budget.level])
        if budget.limit is not None:
            self._of["budget_left"].labels(side=name).set(max(0, budget.limit - budget.used))

    def _replace(self, name: str, label: str, found: Mapping[str, int]) -> None:
        self._of[name].clear()
        for key, count in found.items():
            self._of[name].labels(**{label: key}).set(count)

    def _ages(self, name: str, label: str, found: Mapping[Any, datetime]) -> None:
        self._of[name].clear()
        for key, moment in found.items():
            self._of[name].labels(**{label: str(key)}).set_function(self._age(moment))

    def _age(self, moment: datetime) -> Callable[[], float]:
        then = moment.timestamp()
        return lambda: max(0.0, self._now() - then)
