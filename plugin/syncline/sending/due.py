"""Which touches are due, in which window, and what the others wait for (RS7, B11). Pure.

Touches are taken in the order of their days. One that may go out now counts for the caps and
pauses of the others, so that who makes all that are open keeps every rule.
"""

from __future__ import annotations

__all__ = ["DueTouch", "day_comes", "longest_memory", "place_of", "plan_due"]

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
    known: dict[tuple[str, str, str, str], _Alike] = {}
    limited = {line.channel for line in lines if line.per_day is not None or line.gap is not None}
    come: list[tuple[WaitingTouch, datetime, _Alike, Allowed | None]] = []
    for one in waiting:
        channel = one.touch.channel
        key = channel, one.time_zone, one.country, one.user
        alike = known.get(key)
        if alike is None:
            known[key] = alike = _Alike(channel, place_of(one, sender_of(one.user)))
        since = _day_comes(one, alike.zone)
        if since > now:
            continue
        allowed = alike.answer
        if allowed is None and not alike.shut:
            allowed = next_allowed(lines, channel, alike.place, now, sent)
            if allowed.at != now:
                alike.shut, allowed = True, None
            elif channel in limited or alike.place.user_cap is not None:
                sent.add(channel, one.user, now)
            else:
                alike.answer = allowed
        come.append((one, since, alike, allowed))
    for alike in known.values():
        if alike.shut:
            alike.answer = next_allowed(lines, alike.channel, alike.place, now, sent)
    return [
        DueTouch(one, since, found)
        for one, since, alike, allowed in come
        if (found := allowed or alike.answer) is not None
    ]


class _Alike:
    """Touches of one channel, from one user to people in one place."""

    __slots__ = ("answer", "channel", "place", "shut", "zone")

    def __init__(self, channel: str, place: Place) -> None:
        self.channel = channel
        self.place = place
        self.zone = zone_for("prospect", place.zone, place.country, place.user_zone)
        #: It stands for all of them: nothing limits them, or nothing of theirs may go out now.
        self.answer: Allowed | None = None
        #: What else goes out opens nothing: the answer is worked out when all of that is known.
        self.shut = False


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
    zone = zone_for("prospect", waiting.time_zone, waiting.country, user_zone)
    return _day_comes(waiting, zone)


def _day_comes(waiting: WaitingTouch, zone: ZoneInfo) -> datetime:
    day = waiting.touch.day
    if day <= 1:
        return waiting.entered
    return _midnight(zone, waiting.entered.astimezone(zone).toordinal() + day - 1)


@lru_cache(maxsize=32_768)
def _midnight(zone: ZoneInfo, day: int) -> datetime:
    date = datetime.fromordinal(day)
    # Where midnight does not exist, its first moment is the one that the clocks went on to.
    return date.replace(tzinfo=zone).astimezone(UTC)


def longest_memory(lines: Iterable[Sending]) -> timedelta:
    """Return how far back what went out can matter: two days for a cap, or the longest pause."""
    gaps = (line.gap for line in lines if line.gap is not None)
    return max(gaps, default=timedelta(0)) + timedelta(days=2)
