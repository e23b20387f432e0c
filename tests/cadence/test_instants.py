"""Moments that a host hands in: an instant is wanted, and one within the calendar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from support import RULES, World, local_world
from syncline import Workspace, WorkspaceError
from syncline.history import read_history
from syncline.preferences.calendar import tasks_from

NAIVE = datetime(2026, 11, 30, 9)  # noqa: DTZ001 - that is the fault
EAST = timezone(timedelta(hours=2))
WEST = timezone(timedelta(hours=-2))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with local_world(
        tmp_path, RULES + "\nallow email on Mon to Fri, at least 60 minutes apart"
    ) as made:
        ann = made.prospect("Ann")
        made.enrol(ann)
        yield made


ASKED: dict[str, tuple[str, Callable[[Workspace, datetime], object]]] = {
    "due": ("at", lambda w, at: w.touches.due(at)),
    "next_allowed": ("after", lambda w, at: w.next_allowed("prs_000001", "email", at)),
    "next_touches": ("after", lambda w, at: w.touches.next_touches("prs_000001", at)),
    "fetch": ("since", lambda w, at: w.fetch(since=at)),
    "audit": ("since", lambda w, at: w.people.audit(since=at)),
    "log": ("since", lambda w, at: (w.ledger, read_history(w.folder, since=at))),
    "calendar": ("now", lambda w, at: tasks_from(w.preferences.effective("ops"), at, 1)),
}


@pytest.mark.parametrize("call", ASKED)
def test_a_moment_without_a_time_zone_is_refused(world: World, call: str) -> None:
    """B11: the zone of the machine is nobody's answer."""
    name, ask = ASKED[call]
    with world.workspace() as workspace:
        with pytest.raises(WorkspaceError) as caught:
            ask(workspace, NAIVE)
        ask(workspace, NAIVE.replace(tzinfo=EAST))
    assert f"`{name}` is a moment without a time zone: 2026-11-30T09:00:00" in caught.value.message
    assert "Give it a time zone" in caught.value.hint


@pytest.mark.parametrize("call", ["due", "next_allowed", "next_touches"])
@pytest.mark.parametrize(
    "at",
    [
        datetime.min.replace(tzinfo=UTC),
        datetime.min.replace(tzinfo=EAST),
        datetime(1, 12, 31, tzinfo=UTC),
        datetime.max.replace(tzinfo=WEST),
    ],
)
def test_a_moment_at_the_edge_of_the_calendar_is_refused(
    world: World, call: str, at: datetime
) -> None:
    """B11: what went out before it cannot be looked at, and the error says so."""
    name, ask = ASKED[call]
    with world.workspace() as workspace, pytest.raises(WorkspaceError) as caught:
        ask(workspace, at)
    assert caught.value.message == f"`{name}` lies at the edge of the calendar: {at.isoformat()}"
    assert caught.value.hint


@pytest.mark.parametrize("call", ["due", "next_allowed", "next_touches"])
@pytest.mark.parametrize("at", [datetime(4, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_a_far_moment_is_no_fault(world: World, call: str, at: datetime) -> None:
    """B11: however long ago, or so late that nothing opens any more."""
    with world.workspace() as workspace:
        ASKED[call][1](workspace, at)
