"""The schedule by a clock of its own: marks, faults, wakes, pauses and edits while it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

import support
import syncline_schemas
from support import CADENCE, CRM, RULES, SECRETS, START, World
from syncline import FatalError, RetriableError, SynclineError, Workspace
from syncline.cli.main import cli
from syncline.ledger import versions
from syncline.ledger.tables import inbox
from syncline.plugins import Registry
from syncline.rules.reading import RuleText
from syncline.schedule.loop import Schedule, Turn

MINUTE = timedelta(minutes=1)


@dataclass
class Office:
    """A schedule at work for a while; things happen at times."""

    world: World
    registry: Registry | None = None
    #: What happens, by the minute after the start.
    then: dict[float, Callable[[], object]] = field(default_factory=dict[float, Any])
    turns: list[Turn] = field(default_factory=list[Turn])
    #: The schedule looks each second; so many seconds are let pass while nothing happens.
    step: float = 10

    def open(self, rules: RuleText | None) -> Workspace:
        return Workspace(
            self.world.folder,
            registry=self.registry or self.world.registry,
            now=self.world.clock,
            environ=SECRETS,
            rules=rules,
            who="somebody",
        )

    def work(self, minutes: float, every: int | None = None) -> list[str]:
        """Let so many minutes pass; return when cycles began, HH:MM:SS."""
        end = START + minutes * MINUTE
        schedule = Schedule(self.open, minutes=every, now=self.world.clock)

        def sleep(seconds: float) -> None:
            coming = [schedule.due, *(START + at * MINUTE for at in self.then)]
            quiet = (min(coming) - self.world.clock.now).total_seconds() > self.step
            self.world.clock.forward(seconds=self.step if quiet else seconds)
            for at in sorted(self.then):
                if self.world.clock.now >= START + at * MINUTE:
                    self.then.pop(at)()

        schedule.run(self.turns.append, stop=lambda: self.world.clock.now > end, sleep=sleep)
        for turn in self.turns:
            assert syncline_schemas.check("turn", turn.to_json()) == []
        return [f"{turn.at:%H:%M:%S}" for turn in self.turns]


def failing(world: World, *errors: Exception) -> Registry:
    """Return plugins whose CRM raises these, one a listing, before it works."""
    left = list(errors)

    def around(call: Callable[..., Any]) -> Callable[..., Any]:
        def changes(*given: Any, **named: Any) -> Any:
            if left:
                raise left.pop(0)
            return call(*given, **named)

        return changes

    return support.meddled(world, CRM, "changes", around)


def test_cycles_begin_at_fixed_marks(local: World) -> None:
    """The first at once, then as often as the rules say (K7)."""
    office = Office(local)
    assert office.work(46) == ["09:00:00", "09:15:00", "09:30:00", "09:45:00"]
    assert [turn.next - START < timedelta(hours=2) for turn in office.turns] == [True] * 4


def test_the_rules_are_overruled_by_a_number(local: World) -> None:
    """``--every`` says how often (K7)."""
    assert Office(local).work(11, every=5) == ["09:00:00", "09:05:00", "09:10:00"]


def test_an_edit_of_how_often_holds_from_the_next_cycle_on(local: World) -> None:
    """``sync every`` is read at each cycle (K7)."""
    text = RULES.replace("every 15", "every 60")
    office = Office(local, then={1: lambda: local.rules(text)})
    assert office.work(121) == ["09:00:00", "09:15:00", "10:00:00", "11:00:00"]


def test_a_machine_that_slept_does_one_cycle_and_goes_on(local: World) -> None:
    """Missed marks are not piled up (K7)."""
    office = Office(local, then={1: lambda: local.clock.forward(hours=3, minutes=3)})
    assert office.work(212) == ["09:00:00", "12:04:00", "12:15:00", "12:30:00"]


def test_two_schedules_on_one_ledger_share_the_work(local: World) -> None:
    """Each mark is done by one of them; when one ends, the other does all (K7)."""
    office = Office(local)
    schedules = [Schedule(office.open, now=local.clock) for _ in range(2)]
    began: list[tuple[int, str]] = []
    for minute in range(0, 91, 1):
        for number in (minute % 2, 1 - minute % 2)[: 2 if minute < 50 else 1]:
            turn = schedules[number if minute < 50 else 0].tick()
            if turn is not None:
                began.append((number, f"{turn.at:%H:%M}"))
        local.clock.forward(minutes=1)
    for schedule in schedules:
        schedule.close()
    times = [time for _number, time in began]
    assert times == ["09:00", "09:00", "09:15", "09:30", "09:45", "10:00", "10:15", "10:30"]
    assert {number for number, _time in began[2:5]} == {0, 1}


def test_what_a_person_runs_counts(local: World) -> None:
    """A mark whose cycle somebody has just done by hand is left out; the others stay."""
    office = Office(local, registry=failing(local, RetriableError("not now")))
    office.then = {0.25: local.run}
    assert office.work(16) == ["09:00:00", "09:15:00"]


def test_a_clock_that_is_set_back_stops_nothing(local: World) -> None:
    """It does not wait until the old time has come again."""
    office = Office(local, then={16: lambda: local.clock.forward(hours=-3)})
    office.work(2)
    assert len(office.turns) == 1
    office.then = {}
    schedule = Schedule(office.open, now=local.clock)
    assert schedule.tick() is not None
    local.clock.forward(hours=-3)
    assert schedule.tick() is not None
    assert local.clock.now < schedule.due <= local.clock.now + 15 * MINUTE


def test_passing_faults_are_tried_again_sooner_and_sooner_no_more(local: World) -> None:
    """Growing waits up to the next mark; the cycle that goes well ends them."""
    faults = [RetriableError("the network is down")] * 4
    office = Office(local, registry=failing(local, *faults))
    assert office.work(16) == [
        "09:00:00", "09:00:30", "09:01:30", "09:03:30", "09:07:30", "09:15:00",
    ]  # fmt: skip
    states = [turn.report.state for turn in office.turns if turn.report]
    assert states == ["stopped"] * 4 + ["done"] * 2


def test_a_system_that_asks_for_rest_gets_it(local: World) -> None:
    """It is not asked before; the other side is read at each mark, however long that is (K7)."""
    office = Office(local, failing(local, RetriableError("too many", retry_after=1200)))
    kept: list[int] = []

    def look() -> None:
        with local.workspace() as workspace, workspace.ledger.begin() as db:
            kept.append(db.scalar(select(func.count()).select_from(inbox)) or 0)

    office.then = {1: lambda: local.prospect("Bob"), 14: look, 16: look}
    assert office.work(31) == ["09:00:00", "09:15:00", "09:20:00", "09:30:00"]
    states = [turn.report.state for turn in office.turns if turn.report]
    assert (states, kept) == (["stopped", "stopped", "done", "done"], [0, 1])


def test_a_fault_that_needs_a_person_is_tried_at_each_mark(local: World) -> None:
    """It goes on, and a wake does not make it knock at a closed door more often."""
    faults = [FatalError("the password is wrong")] * 2
    office = Office(local, failing(local, *faults), then={1: lambda: wake(local)})
    assert office.work(31) == ["09:00:00", "09:15:00", "09:30:00"]
    assert [t.report.state for t in office.turns if t.report] == ["failed", "failed", "done"]


def wake(world: World, **what: Any) -> bool:
    with world.workspace() as workspace:
        return workspace.wake(**what)


def test_a_wake_starts_a_cycle_early(local: World) -> None:
    """It is answered within a second or two, once, and the marks stay where they are."""

    def twice() -> None:
        assert wake(local, side=CRM, object_name="Lead", ids=["00Q1"])
        assert not wake(local, side=CRM, object_name="Lead", ids=["00Q1"])
        assert wake(local, side=CADENCE)

    assert Office(local, then={4: twice}).work(16) == ["09:00:00", "09:04:00", "09:15:00"]


def test_wakes_start_no_more_than_a_cycle_in_ten_seconds(local: World) -> None:
    """However many come."""
    then: dict[float, Callable[[], object]] = {
        1 + second / 60: lambda: wake(local) for second in range(20)
    }
    office = Office(local, then=then, step=1)
    assert office.work(2) == ["09:00:00", "09:01:00", "09:01:10", "09:01:20"]


def test_a_late_wake_does_no_harm(local: World) -> None:
    """What it tells of was seen; the cycle that it starts writes nothing."""
    local.lead("Ann")
    office = Office(local, then={1: lambda: wake(local, side=CRM, object_name="Lead")})
    assert office.work(2) == ["09:00:02", "09:01:00"]
    assert [turn.report.writes for turn in office.turns if turn.report] == [1, 0]


def test_a_pause_lets_nothing_begin_and_resuming_begins_at_once(local: World) -> None:
    """A pause is told once; wakes wait for its end (E5)."""

    def pause() -> None:
        with local.workspace() as workspace:
            workspace.pause("an edit")

    def resume() -> None:
        with local.workspace() as workspace:
            workspace.resume()

    office = Office(local, then={1: pause, 2: lambda: wake(local), 40: resume})
    assert office.work(46) == ["09:00:00", "09:15:00", "09:30:00", "09:40:00", "09:45:00"]
    assert [bool(turn.report) for turn in office.turns] == [True, False, False, True, True]
    assert [turn.news for turn in office.turns] == [False, True, False, True, False]
    assert office.turns[1].error is not None
    assert office.turns[1].error.message.endswith(": an edit")


BAD = RULES.replace("Email     <-> email", "Emial     <-> email")
LESS = RULES.replace("    City      <-> city\n", "")
LOCKED = RULES.replace("<-> email\n", "<-> email locked\n")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (BAD, "main.rules"),
        (LESS, "main.rules deletes a mapping"),
        (RULES.replace("Email     <-> email", "Email      -> email"), "the locked row Email"),
    ],
)
def test_rules_that_cannot_be_put_to_work_leave_the_last_ones_at_work(
    local: World, text: str, words: str
) -> None:
    """A schedule goes on with the version before and says so once (E5, E6)."""
    local.rules(LOCKED)
    person = local.lead("Ann", City="Ulm")
    then: dict[float, Callable[[], object]] = {
        1: lambda: local.rules(text),
        2: lambda: local.change(CRM, "Lead", person, City="Bonn"),
        31: lambda: local.rules(LOCKED),
    }
    office = Office(local, then=then)
    assert office.work(46) == ["09:00:02", "09:15:00", "09:30:00", "09:45:00"]
    kept = [turn.kept_back for turn in office.turns]
    assert [fault is not None for fault in kept] == [False, True, True, False]
    assert kept[1] is not None
    assert words in kept[1].message
    assert [turn.news for turn in office.turns] == [False, True, False, True]
    assert [(t.report.state, t.report.rules) for t in office.turns if t.report] == [("done", 1)] * 4
    assert local.one(CADENCE, "prospect", first_name="Ann")["city"] == "Bonn"


def test_a_rule_file_that_is_away_for_a_moment_stops_nothing(local: World) -> None:
    """It counts like one that is wrong: the version before stays at work, wakes are heard (E5)."""
    person = local.lead("Ann", City="Ulm")
    then: dict[float, Callable[[], object]] = {
        1: (local.folder / "main.rules").unlink,
        2: lambda: wake(local),
        3: lambda: local.change(CRM, "Lead", person, City="Bonn"),
        4: lambda: wake(local),
        5: lambda: local.rules(RULES),
    }
    office = Office(local, then=then)
    assert office.work(16) == ["09:00:02", "09:02:00", "09:04:00", "09:15:00"]
    assert [turn.kept_back is not None for turn in office.turns] == [False, True, True, False]
    assert office.turns[1].kept_back is not None
    assert "cannot be read" in office.turns[1].kept_back.message
    assert [turn.news for turn in office.turns] == [False, True, False, True]
    assert local.one(CADENCE, "prospect", first_name="Ann")["city"] == "Bonn"


def test_rules_that_were_never_right_are_told_at_each_mark(local: World) -> None:
    """Without a version before there is nothing to go on with."""
    local.rules(BAD)
    office = Office(local)
    assert office.work(16) == ["09:00:00", "09:15:00"]
    assert [turn.report for turn in office.turns] == [None, None]
    assert [turn.news for turn in office.turns] == [True, False]


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (FatalError("main.rules cannot be read"), "main.rules cannot be read; next 09:15:00 UTC"),
        (FatalError("the CRM refuses us."), "The CRM refuses us; next 09:15:00 UTC"),
    ],
)
def test_a_fault_is_a_sentence_and_a_name_stays_as_it_is(
    local: World, monkeypatch: pytest.MonkeyPatch, error: SynclineError, line: str
) -> None:
    """Each line of a schedule begins with its time; a file is called what it is called."""
    turn = Turn(
        at=START, report=None, error=error, kept_back=None, news=True, next=START + 15 * MINUTE
    )

    def run(_self: Schedule, tell: Callable[[Turn], object], **_more: object) -> None:
        tell(turn)

    monkeypatch.setattr(Schedule, "run", run)
    done = CliRunner().invoke(cli, ["run", "--every", "-w", str(local.folder)])
    assert done.output == f"2026-11-02 09:00:00  {line}\n"


def test_stopping_ends_the_loop_and_not_the_schedule(local: World) -> None:
    """What a host asks for within a cycle is told by its report; the next tick goes on."""
    local.lead("Ann")
    office = Office(local)
    schedule = Schedule(office.open, now=local.clock)
    turn = schedule.tick(stop=lambda: True)
    assert turn is not None
    assert turn.report is not None
    assert (turn.report.state, turn.report.exit_code) == ("stopped", 2)
    assert schedule.tick() is None
    local.clock.forward(minutes=15)
    again = schedule.tick()
    assert again is not None
    assert again.report is not None
    assert (again.report.state, again.report.writes) == ("done", 1)
    with local.workspace() as workspace, workspace.ledger.begin() as db:
        known = versions.latest(db)
    assert known is not None
    assert known.who == "somebody"


def test_ticking_too_often_does_no_harm(local: World) -> None:
    """A host calls it as often as it likes."""
    schedule = Schedule(Office(local).open, now=local.clock)
    began: list[datetime] = []
    for _ in range(100):
        turn = schedule.tick()
        if turn is not None:
            began.append(turn.at)
        local.clock.forward(seconds=7)
    schedule.close()
    assert len(began) == 1
