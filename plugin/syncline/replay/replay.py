"""Ask a workspace what new rules would have done to the changes of the last days (B7)."""

from __future__ import annotations

__all__ = ["replay"]

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ..ledger.opening import open_existing
from ..plugins import Registry
from ..rules.reading import RuleText
from ..sync.systems import Progress
from ..workspace import Workspace
from .play import play
from .result import Replay


def _quiet(_what: str, _done: int, _total: int | None) -> None:
    return


def _utc_now() -> datetime:
    return datetime.now(UTC)


def replay(
    folder: Path,
    rules: Path | RuleText | None = None,
    *,
    since: timedelta,
    registry: Registry | None = None,
    now: Callable[[], datetime] = _utc_now,
    environ: Mapping[str, str] | None = None,
    progress: Progress = _quiet,
) -> Replay:
    """Return what *rules* would have done in the last *since*, beside the workspace's own.

    Without *rules*, the workspace's own are played alone: that shows how true a replay is here.
    Nothing is written, and no system is asked for records.

    Raises ``WorkspaceError`` when nothing ran in that time, and ``RulesError`` when either text
    has errors.
    """
    environ = os.environ if environ is None else environ
    with Workspace(folder, registry=registry, now=now, environ=environ) as workspace:
        in_use = workspace.rules
        _ = in_use.compiled  # raises RulesError before anything is read
    new = in_use
    if rules is not None:
        with Workspace(
            folder, registry=registry, now=now, environ=environ, rules=rules
        ) as workspace:
            new = workspace.rules
            _ = new.compiled
    ledger = open_existing(folder, environ)
    try:
        at = now()
        return play(ledger, in_use, new, since=at - since, now=at, progress=progress)
    finally:
        ledger.close()
