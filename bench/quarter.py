"""A quarter in a virtual clock: users at work in the cadence, a CRM that changes, and cycles.

``python -m bench.quarter [USERS [PROSPECTS [CADENCES [DAYS]]]]``, 50, 5,000, 20 and 90 by default.
At the end the invariants are held: no touch outside of its window, none over a cap, none to someone
who left, no activity twice in the CRM. What breaks one is printed, and the exit code is 1.
"""

from __future__ import annotations

__all__ = ["Figures", "simulate"]

import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console

import syncline
from syncline import Side, TouchDone, Value, Workspace
from syncline.demo.hands import Hands
from syncline.plugins import load_plugins

START = datetime(2026, 10, 5, 5, 0, tzinfo=UTC)
HOURS = (6, 9, 12, 15, 18, 22)
BATCH = 200
ZONES = ("Europe/Paris", "America/New_York", "Asia/Kolkata", "UTC", "Australia/Sydney")
#: (days, from, to in minutes, whose zone, cap a day, cap a day and user)
EMAILS, TASKS = 120, 15
RULES = f"""\
connect crm     to local
connect cadence to local
sync every 15 minutes, at most 1_000_000 calls per 24 hours
sync crm to cadence
sync cadence to crm

map Lead <-> prospect {{
    match Email = email
    FirstName <-> first_name
    LastName  <-> last_name     required
    Company   <-> company_name  required
    Email     <-> email
    City      <-> city
    Status     -> integration_status
}}

workflow "Closed leads leave" on Lead {{
    when Status in "Closed - Converted", "Closed - Not Converted"
    then exit cadence
}}

activity call  on outcome "Connected" -> Task {{ Subject = "Call: {{outcome}}" }}
activity email on outcome "Replied"   -> Task {{ Subject = "E-mail: {{outcome}}" }}

allow email on Mon to Fri from 08:00 to 18:00 in the prospect's time zone, at most {EMAILS} a day
allow call  on Mon to Fri from 09:00 to 17:00 in the prospect's time zone
allow sms   on Mon to Sat from 10:00 to 19:00 in the prospect's time zone
allow task  on Mon to Fri in "UTC", at most {TASKS} a day per user
"""
#: The same once more, by hand: days (Monday is 0), and hours in the prospect's zone.
WINDOWS = {
    "email": (range(5), 8, 18),
    "call": (range(5), 9, 17),
    "sms": (range(6), 10, 19),
}
CHANNELS = ("call", "email", "sms", "task")
OUTCOMES = {
    "call": ("Connected", "No answer"),
    "email": ("Sent", "Replied"),
    "sms": ("Sent",),
    "task": ("Done",),
}


@dataclass
class Clock:
    """The time of everybody."""

    now: datetime = START

    def __call__(self) -> datetime:
        """Return the time; it ticks, so that no two things happen at once."""
        self.now += timedelta(milliseconds=1)
        return self.now


@dataclass
class Figures:
    """What a quarter came to, and what was wrong with it."""

    touches: int = 0
    cycles: int = 0
    tasks: int = 0
    left: int = 0
    wrong: list[str] = field(default_factory=list[str])


def simulate(users: int, prospects: int, cadences: int, days: int, seed: int = 0) -> Figures:
    """Let *days* go by, in a folder that is gone afterwards; return the figures."""
    with tempfile.TemporaryDirectory() as scratch:
        return _Quarter(Path(scratch), users, prospects, cadences, days, seed).run()


class _Quarter:
    def __init__(
        self, folder: Path, users: int, prospects: int, cadences: int, days: int, seed: int
    ) -> None:
        self._days = days
        self._dice = random.Random(seed)
        self._clock = Clock()
        self._folder = folder
        self._users = [f"user{number}@acme.example" for number in range(users)]
        self._names = [f"Cadence {number}" for number in range(cadences)]
        self._prospects = prospects
        self._zones: dict[str, str] = {}
        self.figures = Figures()
        (folder / "main.rules").write_text(RULES, "utf-8")
        (folder / "syncline.toml").write_text('version = 1\nrules = "main.rules"\n', "utf-8")

    def run(self) -> Figures:
        """Let the days go by, then judge."""
        sides = {Side.CRM: "local", Side.CADENCE: "local"}
        registry = load_plugins()
        with Hands(registry, sides, self._folder, self._clock, {}, {}) as hands:
            self._begin(hands)
            for day in range(self._days):
                for hour in HOURS:
                    self._clock.now = START.replace(hour=hour) + timedelta(days=day)
                    self._work()
                    if hour in {HOURS[0], HOURS[-1]}:
                        self._change(hands)
                        self._cycle()
        self._cycle()
        self._judge()
        return self.figures

    def _opened(self) -> Workspace:
        return Workspace(self._folder, now=self._clock, who="ops")

    def _begin(self, hands: Hands) -> None:
        with self._opened() as workspace:
            document = {"version": 1, "cadences": [self._cadence(name) for name in self._names]}
            workspace.touches.put_cadences(document)
        rows = [self._person(number) for number in range(self._prospects)]
        for start in range(0, len(rows), BATCH):
            made = hands.add_all(Side.CADENCE, "prospect", rows[start : start + BATCH], start)
            for id_, row in zip(made, rows[start:], strict=False):
                self._zones[id_] = str(row["time_zone"])
        hands.enrol({id_: self._dice.choice(self._names) for id_ in self._zones})
        self._cycle()

    def _cadence(self, name: str) -> dict[str, Any]:
        count = self._dice.randrange(3, 8)
        days = sorted(self._dice.randrange(1, self._days + 1) for _ in range(count))
        touches = [{"channel": self._dice.choice(CHANNELS), "day": day} for day in days]
        return {"name": name, "touches": touches}

    def _person(self, number: int) -> dict[str, Value]:
        return {
            "first_name": f"First{number}",
            "last_name": f"Last{number}",
            "company_name": f"Company {number % 97}",
            "email": f"person{number}@company{number % 97}.example.com",
            "time_zone": self._dice.choice(ZONES),
            "owner": self._dice.choice(self._users),
        }

    def _work(self) -> None:
        """Let each user make most of the touches that may go out now."""
        with self._opened() as workspace:
            due = workspace.touches.due()
            now = self._clock.now
            made = [
                TouchDone(
                    prospect=one.waiting.prospect,
                    outcome=self._dice.choice(OUTCOMES[one.waiting.touch.channel]),
                    number=one.waiting.number,
                    user=one.waiting.user,
                )
                for one in due
                if one.is_open(now) and self._dice.random() < 0.8
            ]
            for outcome in workspace.touches.done_all(made):
                self.figures.touches += outcome.status is syncline.OutcomeStatus.DONE

    def _change(self, hands: Hands) -> None:
        """Let the CRM's people close some leads, and move some others."""
        ids = hands.ids(Side.CRM, "Lead")
        some = self._dice.sample(ids, k=min(len(ids), max(2, len(ids) // 200)))
        half = len(some) // 2
        hands.change_all(Side.CRM, "Lead", some[:half], {"City": f"Town {self._dice.random():.3f}"})
        closed: dict[str, Value] = {"Status": "Closed - Not Converted"}
        hands.change_all(Side.CRM, "Lead", some[half:], closed)

    def _cycle(self) -> None:
        self._clock.now += timedelta(minutes=1)
        with self._opened() as workspace:
            report = workspace.run()
        self.figures.cycles += 1
        if report.state != "done" or report.candidates != sum(report.counts.values()):
            self.figures.wrong.append(f"run {report.run}: {report.state}, {report.faults}")

    # -- the invariants, worked out once more by other means

    def _judge(self) -> None:
        with self._opened() as workspace:
            crm, cadence = (workspace.systems[side].connector for side in (Side.CRM, Side.CADENCE))
            tasks = _all(crm, "Task", ["Subject", "WhoId", "Syncline_Key__c"])
            activities = _all(cadence, "activity", ["kind", "at", "user", "prospect_id", "outcome"])
            enrolments = _all(cadence, "enrolment", ["prospect_id", "left_at"])
        self._windows(activities)
        self._caps(activities)
        self._leavers(activities, enrolments)
        wanted = sum(a["outcome"] in {"Connected", "Replied"} for a in activities)
        self.figures.tasks = len(tasks)
        keys = Counter(task["Syncline_Key__c"] for task in tasks)
        if len(tasks) != wanted or max(keys.values(), default=1) > 1:
            self.figures.wrong.append(f"{wanted} activities became {len(tasks)} tasks")

    def _windows(self, activities: list[dict[str, Any]]) -> None:
        for one in activities:
            if one["kind"] not in WINDOWS:
                continue
            days, first, last = WINDOWS[one["kind"]]
            zone = ZoneInfo(self._zones[one["prospect_id"]])
            there = datetime.fromisoformat(one["at"]).astimezone(zone)
            if there.weekday() not in days or not first <= there.hour < last:
                self.figures.wrong.append(f"{one['kind']} at {there:%a %H:%M} in {zone}")

    def _caps(self, activities: list[dict[str, Any]]) -> None:
        emails: Counter[tuple[str, str]] = Counter()
        tasks: Counter[tuple[str, str]] = Counter()
        for one in activities:
            moment = datetime.fromisoformat(one["at"])
            if one["kind"] == "email":
                zone = self._zones[one["prospect_id"]]
                emails[zone, f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d}"] += 1
            elif one["kind"] == "task":
                tasks[one["user"], f"{moment.astimezone(UTC):%Y-%m-%d}"] += 1
        over = [
            f"{n} e-mails on {day} in {zone}" for (zone, day), n in emails.items() if n > EMAILS
        ]
        over += [f"{n} tasks of {user} on {day}" for (user, day), n in tasks.items() if n > TASKS]
        self.figures.wrong += over

    def _leavers(self, activities: list[dict[str, Any]], enrolments: list[dict[str, Any]]) -> None:
        left = {e["prospect_id"]: e["left_at"] for e in enrolments if e["left_at"]}
        self.figures.left = len(left)
        late = [
            a for a in activities if a["prospect_id"] in left and a["at"] > left[a["prospect_id"]]
        ]
        self.figures.wrong += [f"{a['kind']} to {a['prospect_id']}, who had left" for a in late]


def _all(connector: syncline.Connector, name: str, fields: list[str]) -> list[dict[str, Any]]:
    pages = connector.changes(name, fields, None)
    return [dict(record.values) for page in pages for record in page.records]


def main(sizes: list[int]) -> int:
    """Simulate, print the figures, and return 1 if an invariant broke."""
    users, prospects, cadences, days = sizes + [50, 5_000, 20, 90][len(sizes) :]
    begun = time.perf_counter()
    figures = simulate(users, prospects, cadences, days)
    seconds = time.perf_counter() - begun
    out = Console()
    out.print(
        f"{days} days, {users} users, {prospects:,} prospects, {cadences} cadences: "
        f"{figures.touches:,} touches, {figures.left:,} left, {figures.cycles} cycles, "
        f"{figures.tasks:,} tasks in the CRM; {seconds:.0f} s"
    )
    for fault in figures.wrong[:20]:
        out.print(f"  [red]{fault}[/]")
    out.print(
        f"{len(figures.wrong)} invariants broken" if figures.wrong else "every invariant held"
    )
    return 1 if figures.wrong else 0


if __name__ == "__main__":
    sys.exit(main([int(word) for word in sys.argv[1:]]))
