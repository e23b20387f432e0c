"""Which touches are due, in which window, and what the others wait for (RS7, B11). Pure.

Touches are taken in the order of their days. One that may go out now counts for the caps and
pauses of those behind it, so that who makes them all keeps every rule.
"""

from __future__ import annotations

__all__ = ["DueTouch", "day_comes", "longest_memory", "place_of", "plan_due"]

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from ..touches import WaitingTouch
from .answer import Allowed
from .line import Sending
from .search import next_allowed
from .sent import Sent
from .zones import Place, Sender, zone_for

_Key = tuple[str, str, str, str]


class DueTouch(NamedTuple):
    """A touch whose day has come."""

    waiting: WaitingTouch
    #: When its day began where the prospect is, in UTC.
    since: datetime
    allowed: Allowed

    def is_open(self, now: datetime) -> bool:
        """Tell whether it may go out now."""
        return self.allowed.at == now

    def to_json(self, now: datetime) -> dict[str, Any]:
        """Return it as part of ``due.schema.json``."""
        waiting, touch = self.waiting, self.waiting.touch
        return {
            "enrolment": waiting.enrolment,
            "prospect": waiting.prospect,
            "name": waiting.name,
            "cadence": waiting.cadence,
            "touch": waiting.number,
            "channel": touch.channel,
            "day": touch.day,
            "template": touch.template,
            "subject": touch.subject,
            "user": waiting.user,
            "since": self.since.isoformat(),
            "open": self.is_open(now),
            **self.allowed.to_json(),
        }


def plan_due(
    lines: Sequence[Sending],
    waiting: Iterable[WaitingTouch],
    now: datetime,
    sent: Sent,
    sender_of: Callable[[str], Sender],
) -> list[DueTouch]:
    """Return the touches whose day has come by *now* (UTC); *sent* learns of those that are open.

    *sender_of* gives what a user's own settings say.
    """
    senders: dict[str, Sender] = {}
    known: dict[_Key, tuple[int, Allowed]] = {}
    limits = _Limits(lines)
    found: list[DueTouch] = []
    for one in waiting:
        if one.user not in senders:
            senders[one.user] = sender_of(one.user)
        sender = senders[one.user]
        since = day_comes(one, sender.time_zone)
        if since > now:
            continue
        channel = one.touch.channel
        key = (channel, one.time_zone, one.country, one.user)
        age = limits.age(channel, one.user)
        before = known.get(key)
        if before is not None and before[0] == age:
            allowed = before[1]
        else:
            place = place_of(one, sender)
            allowed = next_allowed(lines, channel, place, now, sent)
            known[key] = age, allowed
        if allowed.at == now:
            sent.add(channel, one.user, now)
            limits.used(channel, one.user, capped=channel in sender.caps)
        found.append(DueTouch(one, since, allowed))
    return found


def place_of(waiting: WaitingTouch, sender: Sender) -> Place:
    """Return where the two people of a touch are."""
    return Place(
        zone=waiting.time_zone,
        country=waiting.country,
        user=waiting.user,
        user_zone=sender.time_zone,
        user_cap=sender.caps.get(waiting.touch.channel),
    )


def day_comes(waiting: WaitingTouch, user_zone: str) -> datetime:
    """Return when the day of a touch begins where the prospect is: at enrolment, or at midnight."""
    if waiting.touch.day <= 1:
        return waiting.entered
    zone = zone_for("prospect", waiting.time_zone, waiting.country, user_zone)
    entered = waiting.entered.astimezone(zone)
    return _midnight(zone, entered.toordinal() + waiting.touch.day - 1)


@lru_cache(maxsize=32_768)
def _midnight(zone: ZoneInfo, day: int) -> datetime:
    date = datetime.fromordinal(day)
    # Where midnight does not exist, its first moment is the one that the clocks went on to.
    return date.replace(tzinfo=zone).astimezone(UTC)


class _Limits:
    """Counts what went out, for whom it matters: an answer of the same age still stands."""

    def __init__(self, lines: Iterable[Sending]) -> None:
        self._shared: set[str] = set()
        self._own: set[str] = set()
        for line in lines:
            if line.per_day is not None and not line.per_user:
                self._shared.add(line.channel)
            elif line.per_day is not None or line.gap is not None:
                self._own.add(line.channel)
        self._ages: defaultdict[tuple[str, str | None], int] = defaultdict(int)

    def age(self, channel: str, user: str) -> int:
        return self._ages[self._key(channel, user)]

    def used(self, channel: str, user: str, *, capped: bool) -> None:
        if capped or channel in self._shared or channel in self._own:
            self._ages[self._key(channel, user)] += 1

    def _key(self, channel: str, user: str) -> tuple[str, str | None]:
        return channel, None if channel in self._shared else user


def longest_memory(lines: Iterable[Sending]) -> timedelta:
    """Return how far back what went out can matter: two days for a cap, or the longest pause."""
    gaps = (line.gap for line in lines if line.gap is not None)
    return max(gaps, default=timedelta(0)) + timedelta(days=2)
