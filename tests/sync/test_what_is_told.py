"""Whatever a system or a reader does, the run says what came of it (B8)."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import support
from support import CADENCE, CRM, RULES, SYNCLINE, World, meddled
from syncline import Side


@pytest.mark.parametrize("side", [CRM, CADENCE])
def test_a_write_that_broke_and_did_not_arrive_is_told(local: World, side: Side) -> None:
    """The run says that the connector broke, and exits with 2: a system failed in passing (B8)."""
    local.lead("Ann")
    local.prospect("Bob")

    def around(_write: Callable[..., Any]) -> Callable[..., Any]:
        def broken(*_given: Any, **_more: Any) -> Any:
            raise ZeroDivisionError("boom")

        return broken

    report = local.run(meddled(local, side, "write", around))
    assert sum(report.counts.values()) == 2
    assert [message for message, _hint in report.faults] == [
        "the connector local broke in `write`: ZeroDivisionError: boom"
    ]
    assert (report.state, report.exit_code) == ("stopped", 2)


def test_a_server_that_answers_every_write_with_500_is_told(tmp_path: Path) -> None:
    """The report names the server and its answer, and exits with 2 (B8)."""

    def through(app: Any) -> Any:
        async def spoiled(scope: Any, receive: Any, send: Any) -> None:
            if scope.get("method") == "PATCH" and on:
                await send({"type": "http.response.start", "status": 500, "headers": []})
                await send({"type": "http.response.body", "body": b""})
            else:
                await app(scope, receive, send)

        return spoiled

    on: list[bool] = []
    with support.sandbox_world(tmp_path, through=through) as world:
        world.prospect("Bob")
        on.append(True)
        report = world.run()
        assert "500" in report.faults[0][0]
        assert (report.state, report.exit_code) == ("stopped", 2)


@pytest.mark.parametrize("line", ["--help", "check", "connectors", "plan", "run"])
def test_a_closed_output_is_not_told_as_wrong_rules(tmp_path: Path, line: str) -> None:
    """`syncline run | head` ends with 0; 1 means that the rules are wrong."""
    with support.local_world(tmp_path, RULES, support.Clock(datetime.now(UTC))) as world:
        world.lead("Ann")
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([SYNCLINE, *line.split()], cwd=world.folder, stdout=write, check=False)
    os.close(write)
    assert done.returncode == 0
