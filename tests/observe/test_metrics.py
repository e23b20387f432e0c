"""Figures for Prometheus: they are those of the reports, and each stands in the docs."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

import support
from support import CADENCE, CRM, SYNCLINE, World, command, meddled
from support_observe import Busy
from syncline import RetriableError, Workspace
from syncline.observe.metrics import FIGURES, Metrics
from syncline.sync.report import Report

DOCS = Path(support.__file__).parents[1] / "docs" / "observing.md"


def run(world: World, metrics: Metrics, **more: Any) -> Report:
    world.clock.forward(minutes=1)
    registry = more.get("registry", world.registry)
    with Workspace(
        world.folder,
        registry=registry,
        now=world.clock,
        environ=support.SECRETS,
        metrics=metrics,
    ) as workspace:
        return workspace.run()


def found(text: bytes | str) -> dict[str, float]:
    """Return every sample by its name and labels, without ``syncline_``."""
    said = text.decode() if isinstance(text, bytes) else text
    return {
        sample.name.removeprefix("syncline_")
        + "".join(f" {value}" for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(said)
        for sample in family.samples
    }


def kept(world: World) -> Metrics:
    return Metrics(lambda: world.clock.now.timestamp())


def test_the_figures_are_those_of_the_reports(local: World) -> None:
    metrics = kept(local)
    local.lead("Ann")
    local.lead("Bob")
    reports = [run(local, metrics)]
    local.change(CRM, "Lead", str(local.one(CRM, "Lead", FirstName="Ann")["Id"]), City="Rome")
    reports.append(run(local, metrics))
    got = found(metrics.text())
    assert got["runs_total done"] == 2
    assert got["writes_total create prospect cadence"] == 2
    assert got["writes_total update prospect cadence"] == 1
    for fate in reports[0].counts:
        assert got[f"records_total {fate}"] == sum(report.counts[fate] for report in reports)
    assert got["spent_total crm"] == sum(report.calls[CRM] for report in reports)
    assert got["budget_used crm"] == reports[1].budget[CRM].used
    assert got["budget_left crm"] == 5000 - reports[1].budget[CRM].used
    assert got["run_seconds_count"] == 2
    assert got["call_seconds_count crm changes"] == 2
    assert got["call_seconds_count cadence write"] == 2
    assert got["last_run_timestamp_seconds done"] == pytest.approx(local.clock.now.timestamp(), 1)


def test_an_age_is_as_of_when_it_is_asked(local: World) -> None:
    """Between two runs it grows."""
    metrics = kept(local)
    local.lead("Ann", City="Bonn")
    run(local, metrics)
    prospect = str(local.one(CADENCE, "prospect")["id"])
    local.change(CRM, "Lead", str(local.one(CRM, "Lead")["Id"]), City="Rome")
    local.change(CADENCE, "prospect", prospect, city="Paris")
    run(local, metrics)
    before = found(metrics.text())
    assert before["inbox_records held"] == 2
    assert before["lag_seconds crm"] < 60
    local.clock.forward(hours=1)
    after = found(metrics.text())
    for name in ("oldest_waiting_seconds held", "lag_seconds crm", "lag_seconds cadence"):
        assert after[name] - before[name] == pytest.approx(3600, abs=1)


def test_a_state_that_nobody_waits_in_any_more_is_gone(local: World) -> None:
    metrics = kept(local)

    def around(_write: Callable[..., Any]) -> Callable[..., Any]:
        def broken(*_args: Any) -> Any:
            raise RetriableError("busy")

        return broken

    local.lead("Ann")
    run(local, metrics, registry=meddled(local, CADENCE, "write", around))
    got = found(metrics.text())
    assert (got["inbox_records deferred"], got["runs_total stopped"]) == (1, 1)
    assert got["call_faults_total retriable cadence"] == 1
    assert got["oldest_waiting_seconds deferred"] > 0
    run(local, metrics)
    assert "oldest_waiting_seconds deferred" not in found(metrics.text())


def test_waits_and_a_connection_left_in_peace_are_counted(busy: tuple[World, Busy]) -> None:
    world, server = busy
    metrics = kept(world)
    server.times = 2
    run(world, metrics)
    assert found(metrics.text())["retries_total crm"] == 2
    assert found(metrics.text())["breaker_open crm"] == 0
    server.times, server.wish = 1, "600"
    run(world, metrics)
    got = found(metrics.text())
    assert (got["breaker_open crm"], got["breaker_open cadence"]) == (1, 0)


def test_a_run_that_could_not_begin_is_a_failed_one(local: World) -> None:
    metrics = kept(local)
    run(local, metrics)
    with local.workspace() as workspace:
        workspace.pause()
    with pytest.raises(Exception, match="paused"):
        run(local, metrics)
    assert found(metrics.text())["runs_total failed"] == 1


def test_two_workspaces_share_nothing(tmp_path: Path) -> None:
    """Each has a registry of its own, and none is the process's."""
    with ExitStack() as stack:
        worlds = [stack.enter_context(support.local_world(tmp_path / name)) for name in ("a", "b")]
        texts: list[dict[str, float]] = []
        for count, world in enumerate(worlds):
            with world.workspace() as workspace:
                metrics = workspace.metrics
                for _ in range(count + 1):
                    workspace.run()
                assert workspace.metrics is metrics
                texts.append(found(metrics.text()))
    assert [text["runs_total done"] for text in texts] == [1, 2]
    assert not [m for m in REGISTRY.collect() if m.name.startswith("syncline")]


def test_every_figure_stands_in_the_docs() -> None:
    """By its name, kind, labels and words."""
    page = DOCS.read_text("utf-8")
    for figure in FIGURES:
        labels = ", ".join(f"`{label}`" for label in figure.labels)
        row = f"| `syncline_{figure.name}` | {figure.kind} | {labels} | {figure.words} |"
        assert row in page
    assert page.count("| `syncline_") == len(FIGURES)


# -- the command line


@pytest.fixture
def now_world(tmp_path: Path) -> Any:
    """Make a workspace by the true time: the command line knows no other."""
    clock = support.Clock(datetime.now(UTC))
    with support.local_world(tmp_path, clock=clock) as world:
        world.lead("Ann")
        yield world


def test_a_schedule_serves_them_on_this_machine(now_world: World) -> None:
    with subprocess.Popen(
        [SYNCLINE, "run", "--every", "--metrics", "127.0.0.1:0", "-w", str(now_world.folder)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        process.stdout.readline()
        answer = httpx.get(url, trust_env=False)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert found(answer.text)["runs_total done"] == 1


def test_a_schedule_writes_them_into_a_file(now_world: World, tmp_path: Path) -> None:
    path = tmp_path / "figures.prom"
    with subprocess.Popen(
        [SYNCLINE, "run", "--every", "--metrics", str(path), "-w", str(now_world.folder)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert found(path.read_text("utf-8"))["runs_total done"] == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--every", "--metrics", "0.0.0.0:9108"], 3, "on this machine alone"),
        (["--every", "--metrics", "nowhere"], 3, "no address"),
        (["--every", "--metrics", "no/such/folder.prom"], 3, "no folder"),
        (["--metrics", "127.0.0.1:9108"], 64, "goes with --every"),
    ],
)
def test_what_cannot_be_served_is_told(
    now_world: World, words: list[str], code: int, said: str
) -> None:
    done = command("run", *words, "-w", str(now_world.folder))
    assert (done.returncode, said in done.stderr) == (code, True)
