"""One line of ``allow``, as the search reads it (RS7)."""

from __future__ import annotations

__all__ = ["Sending", "always", "sendings_of"]

from dataclasses import dataclass
from datetime import timedelta

from syncline_grammar import syntax as s

from .days_off import country_named

_DAY = 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """When, and how often, a channel may be used. Several lines of one channel add up."""

    channel: str
    #: Weekdays, Monday is 0.
    days: frozenset[int]
    #: Minutes after midnight, [start, end).
    start: int
    end: int
    #: ``prospect``, ``user``, or the name of a zone.
    zone: str
    #: Whose holidays are left out: ``prospect``, a country's ISO code, or None.
    holidays: str | None
    per_day: int | None
    #: The cap counts for each user alone.
    per_user: bool
    #: The shortest pause between two touches of one user; None is none.
    gap: timedelta | None
    #: Where it stands in the rule file; 0: nowhere.
    line: int


def sendings_of(tree: s.RuleFile) -> tuple[Sending, ...]:
    """Return the lines of ``allow`` in the order of a file without errors."""
    return tuple(_sending(each) for each in tree.statements if isinstance(each, s.Allow))


def always(channel: str) -> Sending:
    """Return the line of a channel that has none: any time in the user's zone."""
    return Sending(
        channel=channel,
        days=frozenset(range(7)),
        start=0,
        end=_DAY,
        zone="user",
        holidays=None,
        per_day=None,
        per_user=False,
        gap=None,
        line=0,
    )


def _sending(rule: s.Allow) -> Sending:
    start, end = rule.hours or (0, _DAY)
    holidays = rule.holidays
    if holidays not in {None, "prospect"}:
        holidays = country_named(str(holidays))
    return Sending(
        channel=rule.channel.text,
        days=frozenset(rule.days),
        start=start,
        end=end,
        zone=rule.zone or "user",
        holidays=holidays,
        per_day=rule.per_day,
        per_user=rule.per_user,
        gap=None if rule.gap_minutes is None else timedelta(minutes=rule.gap_minutes),
        line=rule.span.line,
    )
