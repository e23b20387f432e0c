"""A page of activities into the embedded cadence: what is written, and what is made of a no."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from support import CADENCE, World, local_world, meddled
from syncline import (
    Activity,
    ActivityPage,
    Outcome,
    OutcomeStatus,
    RetriableError,
    Value,
    WorkspaceError,
    Write,
)
from syncline.sources.fetched import Fate, Tally
from syncline.sources.importing import Importer
from syncline.sync.systems import System

AT = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def world(tmp_path: Path) -> Generator[World]:
    with local_world(tmp_path) as found:
        yield found


def cadence(world: World) -> System:
    hand = world.hand(CADENCE)
    return System(name="local", connector=hand, description=hand.describe())


def taken(world: World, *activities: Activity, gone: Sequence[str] = ()) -> dict[Fate, int]:
    tally = Tally()
    page = ActivityPage(activities=activities, gone=tuple(gone), cursor="")
    Importer("pager", cadence(world)).take(page, tally)
    return {fate: count for fate, count in tally.counts.items() if count}


def call(id_: str = "call-1", *parties: str, **values: Any) -> Activity:
    given: dict[str, Any] = {"kind": "call", "at": AT, "parties": parties or ("ann@example.com",)}
    return Activity(id=id_, **{**given, **values})


def test_an_activity_is_told_in_the_fields_of_the_cadence(world: World) -> None:
    """Times in UTC, texts cut to their field, and nothing where there is nothing (K3, RS2)."""
    ann = world.prospect("Ann")
    west = AT.astimezone(timezone(timedelta(hours=-8)))
    long = call("meeting-1", kind="meeting", at=west, subject="S" * 20, text="T" * 40_000)
    mail = call("mail-1", kind="email", subject="s" * 300, text="t", inbound=True, duration=None)
    assert taken(world, long, mail) == {Fate.ADDED: 2}
    by_kind = {row["kind"]: row for row in world.all(CADENCE, "activity")}
    meeting, letter = by_kind["meeting"], by_kind["email"]
    assert (meeting["prospect_id"], meeting["at"]) == (ann, "2026-11-02T10:00:00Z")
    assert meeting["comments"] == f"{'S' * 20}\n{'T' * 40_000}"[:32_000]
    assert (meeting["email_subject"], meeting["duration"]) == (None, None)
    assert (letter["email_subject"], letter["comments"]) == ("s" * 255, "t")


def test_of_one_that_comes_twice_in_a_page_the_later_holds(world: World) -> None:
    """So an edit that overtakes its call loses nothing; ids of any length are told apart (RS2)."""
    world.prospect("Ann")
    assert taken(world, call(text="one"), call(text="two")) == {Fate.ADDED: 1}
    assert [row["comments"] for row in world.all(CADENCE, "activity")] == ["two"]
    first, second = call("e" * 1000 + "1"), call("e" * 1000 + "2")
    assert taken(world, first, second) == {Fate.ADDED: 2}
    assert taken(world, first, second, call(text="two")) == {Fate.UNCHANGED: 3}
    assert taken(world, call(text=""), gone=[second.id, "never"]) == {
        Fate.EDITED: 1, Fate.REMOVED: 1,
    }  # fmt: skip
    assert taken(world, gone=[second.id]) == {}


def test_an_activity_stays_with_whom_it_was_given_to(world: World) -> None:
    """An address that has come to be somebody else's takes no history with it (RS2)."""
    ann = world.prospect("Ann")
    taken(world, call())
    world.change(CADENCE, "prospect", ann, email="new@example.com")
    world.prospect("Eve", email="ann@example.com")
    assert taken(world, call(text="edited")) == {Fate.EDITED: 1}
    assert [row["prospect_id"] for row in world.all(CADENCE, "activity")] == [ann]


def test_who_was_merged_has_the_activity_and_gets_no_second(world: World) -> None:
    """Prospects that become one keep one history, read again or not (RS2, B9)."""
    ann, twin = world.prospect("Ann"), world.prospect("Ann", email="ann@old.example.com")
    shared = call("mail-1", "ann@example.com", "ann@old.example.com", kind="email")
    assert taken(world, shared) == {Fate.ADDED: 1}
    world.merge(CADENCE, "prospect", twin, ann)
    assert taken(world, shared) == {Fate.UNCHANGED: 1}
    assert {row["prospect_id"] for row in world.all(CADENCE, "activity")} == {ann}


def test_a_cadence_that_records_its_own_alone_takes_none(world: World) -> None:
    """Which to connect instead is said."""
    system = cadence(world)
    objects = tuple(
        replace(kind, key_field=None) if kind.name == "activity" else kind
        for kind in system.description.objects
    )
    other = replace(system, description=replace(system.description, objects=objects))
    with pytest.raises(WorkspaceError, match="takes no activities from pager") as caught:
        Importer("pager", other)
    assert "syncline.toml" in caught.value.hint


@pytest.mark.parametrize("status", [OutcomeStatus.REFUSED, OutcomeStatus.RETRY])
def test_a_row_that_is_not_written(world: World, status: OutcomeStatus) -> None:
    """A no is counted with its reason, and the others are written; a lock keeps the place (B8)."""
    world.prospect("Ann")

    def around(write: Callable[..., Any]) -> Callable[..., Any]:
        def written(name: str, writes: Sequence[Write]) -> list[Outcome]:
            outcomes: list[Outcome] = write(name, writes[1:])
            return [Outcome(status=status, code="NO", message="not today"), *outcomes]

        return written

    registry = meddled(world, CADENCE, "write", around)
    tally = Tally()
    with world.workspace(registry) as workspace:
        importer = Importer("pager", workspace.systems[CADENCE])
        page = ActivityPage(activities=(call("call-1"), call("call-2")), cursor="")
        if status is OutcomeStatus.RETRY:
            with pytest.raises(RetriableError, match="not today"):
                importer.take(page, tally)
        else:
            importer.take(page, tally)
            assert +tally.counts == {Fate.REFUSED: 1, Fate.ADDED: 1}
            assert tally.refusal == "NO: not today"
    again = {Fate.ADDED: 1, Fate.UNCHANGED: 1}
    assert taken(world, call("call-1"), call("call-2")) == again


_TEXTS = st.sampled_from(["", "one", "two"])
_PEOPLE = st.lists(st.sampled_from("abcx"), min_size=1, max_size=4)
_CALLS = st.tuples(st.integers(0, 3), _PEOPLE, _TEXTS)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(pages=st.lists(st.lists(_CALLS, max_size=5), max_size=4))
def test_whatever_comes_in_whatever_order(
    tmp_path_factory: pytest.TempPathFactory, pages: list[list[tuple[int, list[str], str]]]
) -> None:
    """Each activity is there once for each prospect that ever took part, as it was last told."""
    with local_world(tmp_path_factory.mktemp("any")) as world:
        ids = {name: world.prospect(name) for name in "abc"}
        expected: dict[tuple[int, str], None] = {}
        texts: dict[int, str] = {}
        for page in pages:
            shown = {
                number: call(
                    f"mail-{number}",
                    *dict.fromkeys(f"{name}@example.com" for name in names),
                    kind="email", text=text,
                )
                for number, names, text in page
            }  # fmt: skip
            counts = taken(world, *shown.values())
            assert sum(counts.values()) == len(shown)
            for number, activity in shown.items():
                texts[number] = activity.text
                known = [party[0] for party in activity.parties if party[0] in ids]
                # One that stands with somebody goes to nobody else for a single party's sake.
                stands = any(each == number for each, _ in expected)
                if not (stands and len(activity.parties) < 2):
                    expected |= {(number, ids[name]): None for name in known}
        rows = world.all(CADENCE, "activity")
        key: Callable[[dict[str, Value]], tuple[int, str]] = lambda row: (  # noqa: E731
            int(str(row["syncline_key"]).split(":")[1].removeprefix("mail-")),
            str(row["prospect_id"]),
        )
        assert sorted(map(key, rows)) == sorted(expected)
        assert all((row["comments"] or "") == texts[key(row)[0]] for row in rows)
