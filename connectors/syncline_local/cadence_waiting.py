"""The touch that everybody in a cadence is at, sorted by day: kept until the file changes."""

from __future__ import annotations

__all__ = ["Waiting"]

from bisect import bisect_right
from datetime import timedelta
from typing import TYPE_CHECKING

from syncline import Touch, WaitingTouch, WorkspaceError

from . import marks
from .cadence_objects import CADENCE
from .cadence_plans import plan_of
from .store import parse_stamp

if TYPE_CHECKING:
    from datetime import datetime

    from .store import Store, Table

_DAY = timedelta(days=1)
#: A day begins up to a day before the hour of enrolment, and the clocks may have changed since.
_EARLIEST = timedelta(hours=27)


class Waiting:
    """An index over a store. It is made again when one of its tables is another."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._of: tuple[Table, ...] = ()
        self._moments: list[datetime] = []
        self._touches: list[WaitingTouch] = []

    def until(self, moment: datetime) -> list[WaitingTouch]:
        """Return the touches whose day may have come by *moment*, oldest first."""
        self._refresh()
        return self._touches[: bisect_right(self._moments, moment)]

    def of(self, prospect: str) -> list[WaitingTouch]:
        """Return the touches that one prospect is at."""
        self._refresh()
        return [each for each in self._touches if each.prospect == prospect]

    def _refresh(self) -> None:
        tables = tuple(self._store.table(name) for name in ("enrolment", "prospect", "cadence"))
        if len(self._of) == len(tables) and all(map(_is, self._of, tables)):
            return
        try:
            found = self._read(*tables)
        except (KeyError, TypeError, ValueError) as err:
            raise WorkspaceError(
                f"{CADENCE.file} is damaged and was left as it is: an enrolment cannot be "
                f"read ({type(err).__name__}: {err})",
                hint="Correct it, or restore it from a backup.",
            ) from err
        found.sort(key=lambda each: each[0])
        self._moments = [moment for moment, _ in found]
        self._touches = [touch for _, touch in found]
        self._of = tables

    def _read(
        self, enrolments: Table, prospects: Table, cadences: Table
    ) -> list[tuple[datetime, WaitingTouch]]:
        plans = {plan.name: plan.touches for plan in map(plan_of, cadences.values())}
        people = {
            CADENCE.record_id("prospect", number): document
            for number, document in prospects.items()
            if marks.MARK not in document
        }
        found: list[tuple[datetime, WaitingTouch]] = []
        for number, enrolment in enrolments.items():
            if enrolment["state"] != "active":
                continue
            name: str = enrolment["cadence_name"]
            at: int = enrolment["touch"]
            person = people.get(enrolment["prospect_id"])
            touches: tuple[Touch, ...] = plans.get(name, ())
            if person is None or at > len(touches):
                continue
            touch: Touch = touches[at - 1]
            entered = parse_stamp(enrolment["entered_at"])
            get = person.get
            waiting = WaitingTouch(
                CADENCE.record_id("enrolment", number),
                enrolment["prospect_id"],
                f"{get('first_name', '')} {get('last_name', '')}".strip(),
                name,
                at,
                touch,
                entered,
                get("owner", ""),
                get("time_zone", ""),
                get("country", ""),
            )
            later = (touch.day - 1) * _DAY
            found.append((entered + later - _EARLIEST if later else entered, waiting))
        return found


def _is(one: object, other: object) -> bool:
    return one is other
