"""Findings about sending hours: a line that never opens anything, a cap out of reach (RS7)."""

from __future__ import annotations

__all__ = ["look_at_sending"]

from collections.abc import Iterator, Sequence
from datetime import timedelta

from syncline_grammar import syntax as s

from ..sending.line import Sending, sendings_of
from .findings import Finding, Kind, Level, Place


def look_at_sending(rules: Sequence[s.Allow]) -> Iterator[Finding]:
    """Yield what is found about the lines of ``allow``.

    Every line that the checker takes opens on some day, so one never opens only beside another
    that opens whenever it would, and binds no more.
    """
    lines = sendings_of(s.RuleFile(tuple(rules)))
    for at, (rule, line) in enumerate(zip(rules, lines, strict=True)):
        for other_at, (other_rule, other) in enumerate(zip(rules, lines, strict=True)):
            # Of two that are alike the later is told.
            if at != other_at and _covers(other, line) and (other_at < at or other != line):
                yield Finding(
                    kind=Kind.NEVER_OPENS,
                    level=Level.FAULT,
                    message=f"this `allow {line.channel}` never opens a moment that line "
                    f"{other.line} does not open already",
                    places=(
                        Place(rule.span, "never opens by itself"),
                        Place(other_rule.span, "opens all of it, and binds no more"),
                    ),
                    notes=("Take one of the two out, or let them differ.",),
                )
                break
        if line.per_day is not None and line.gap is not None and line.per_user:
            fit = -(-timedelta(minutes=line.end - line.start) // line.gap)
            if fit < line.per_day:
                yield Finding(
                    kind=Kind.CAP_OUT_OF_REACH,
                    level=Level.QUESTION,
                    message=f"at most {line.per_day} a day per user is never reached: so far "
                    f"apart, {fit} fit into the hours",
                    places=(Place(rule.span, "the cap says nothing"),),
                    notes=("Take the cap out, or shorten the pause.",),
                )


def _covers(wide: Sending, narrow: Sending) -> bool:
    """Tell whether *wide* allows every moment that *narrow* allows, whatever went out before."""
    return (
        wide.channel == narrow.channel
        and wide.zone == narrow.zone
        and wide.days >= narrow.days
        and wide.start <= narrow.start
        and wide.end >= narrow.end
        and wide.holidays in {None, narrow.holidays}
        and _caps_no_more(wide, narrow)
        and (wide.gap is None or (narrow.gap is not None and wide.gap <= narrow.gap))
    )


def _caps_no_more(wide: Sending, narrow: Sending) -> bool:
    if wide.per_day is None:
        return True
    # Everybody's cap says nothing of one user's, but a user has sent no more than everybody.
    same = wide.per_user or not narrow.per_user
    return same and narrow.per_day is not None and wide.per_day >= narrow.per_day
