"""When a person's own tasks come up: weekly, by the clock of the person's time zone (RS9)."""

from __future__ import annotations

__all__ = ["Task", "tasks_from"]

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ..instants import instant
from ..sending.days_off import country_named, holiday
from .effective import Chosen
from .names import WEEKDAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task on one day."""

    title: str
    #: Both in the person's time zone.
    start: datetime
    end: datetime
    #: The name of the holiday that it falls on, by the country whose holidays are kept.
    day_off: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the task as it stands in ``settings_calendar.schema.json``."""
        return {
            "title": self.title,
            "start": self.start.isoformat(timespec="minutes"),
            "end": self.end.isoformat(timespec="minutes"),
            "day_off": self.day_off,
        }


def tasks_from(settings: Mapping[str, Chosen], now: datetime, days: int) -> list[Task]:
    """Return the tasks of *days* days, today in the person's time zone being the first, in order.

    A task at a time that the clocks leap over comes as much later as they leap. It lasts its
    minutes, whatever the clocks do meanwhile.
    """
    zone = ZoneInfo(settings["time_zone"].value)
    country = country_named(settings["holidays"].value or "")
    today = instant(now, "now").astimezone(zone).date()
    found: list[Task] = []
    for day in (today + timedelta(days=number) for number in range(days)):
        off = (holiday(country, day) or "") if country else ""
        for task in settings["calendar_tasks"].value:
            if WEEKDAYS[day.weekday()] in task["days"]:
                start = datetime.combine(day, time.fromisoformat(task["at"]), zone).astimezone(UTC)
                end = start + timedelta(minutes=task["minutes"])
                found.append(
                    Task(
                        title=task["title"],
                        start=start.astimezone(zone),
                        end=end.astimezone(zone),
                        day_off=off,
                    )
                )
    return sorted(found, key=lambda each: (each.start.astimezone(UTC), each.title))
