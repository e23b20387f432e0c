"""A fortnight of three users who make every touch that is open: no rule is ever broken."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from support import CADENCE, HEAD, Clock, World, local_world
from syncline import TouchDone, Workspace
from syncline.sending.days_off import holiday

RULES = (
    HEAD
    + """
map Lead <-> prospect {
    match Email = email
    FirstName <-> first_name
    LastName  <-> last_name     required
    Company   <-> company_name  required, default "Unknown"
    Email     <-> email
}

allow email on Mon to Fri from 08:00 to 18:00 in the prospect's time zone, not on holidays
allow call  on Mon to Fri from 09:00 to 17:00 in the prospect's time zone, at least 30 minutes apart
allow sms   on Mon to Sat from 09:00 to 19:00 in "UTC", at most 2 a day per user
allow task  on Mon to Fri in "UTC", at most 4 a day
"""
)
#: The clocks of both continents change, and a holiday falls, within the fortnight.
START = datetime(2026, 10, 24, 6, 7, tzinfo=UTC)
ZONES = {"France": "Europe/Paris", "UK": "Europe/London", "Japan": "Asia/Tokyo"}
HOURS = {"email": range(8, 18), "call": range(9, 17), "sms": range(9, 19), "task": range(24)}


def enrolled(world: World, workspace: Workspace) -> dict[str, str]:
    """Put fifteen people of three countries into a cadence; return id -> time zone."""
    people: dict[str, str] = {}
    for number in range(15):
        country = list(ZONES)[number % 3]
        owner = f"u{number % 2}"
        made = world.prospect(f"P{number}", country=country, owner=owner)
        workspace.touches.enrol(made, "New leads")
        people[made] = ZONES[country]
    return people


def test_a_fortnight_keeps_every_rule(tmp_path: Path) -> None:
    """K11, RS7, B11: no touch outside its window, none over a cap, none to somebody who left."""
    with (
        local_world(tmp_path, RULES, Clock(START)) as world,
        Workspace(world.folder, now=world.clock, registry=world.registry, who="ops") as workspace,
    ):
        zones = enrolled(world, workspace)
        touches = workspace.touches
        left, *_ = zones
        gone = START
        for hour in range(24 * 16):
            world.clock.forward(hours=1)
            if hour == 30:
                touches.leave(left)
                gone = world.clock.now
            now = world.clock.now
            for due in touches.due(now):
                if due.is_open(now):
                    touches.done(TouchDone(prospect=due.waiting.prospect, outcome="Done"))
        made = world.all(CADENCE, "activity")
        states = Counter(str(each["state"]) for each in world.all(CADENCE, "enrolment"))
    assert states == {"finished": 14, "exited": 1}
    # Six touches each, but for whoever left.
    assert len(made) == 14 * 6 + sum(each["prospect_id"] == left for each in made)
    days: Counter[tuple[str, str, object]] = Counter()
    calls: dict[str, list[datetime]] = {}
    for each in made:
        kind, user, person = str(each["kind"]), str(each["user"]), str(each["prospect_id"])
        at = datetime.fromisoformat(str(each["at"]))
        shown = at.astimezone(ZoneInfo(zones[person]) if kind in {"email", "call"} else UTC)
        assert shown.hour in HOURS[kind]
        assert shown.weekday() < (6 if kind == "sms" else 5)
        if kind == "email":
            country = {"Europe/Paris": "FR", "Europe/London": "GB", "Asia/Tokyo": "JP"}
            assert holiday(country[zones[person]], shown.date()) is None
        if kind == "call":
            calls.setdefault(user, []).append(at)
        days[kind, user if kind == "sms" else "", shown.date()] += 1
        assert person != left or at < gone
    assert max(count for (kind, _, _), count in days.items() if kind == "sms") == 2
    assert max(count for (kind, _, _), count in days.items() if kind == "task") == 4
    for moments in calls.values():
        moments.sort()
        apart = [later - before for before, later in pairwise(moments)]
        assert min(apart) >= timedelta(minutes=30)
