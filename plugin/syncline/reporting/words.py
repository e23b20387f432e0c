"""What the figures of a report are called, on a page and in a terminal."""

from __future__ import annotations

__all__ = [
    "FATES",
    "KINDS",
    "OPEN",
    "STATES",
    "amount",
    "did",
    "lasting",
    "share_words",
    "side_word",
]

from datetime import timedelta

from ..model import Side

#: How records end, in the order in which they are told.
FATES = {
    "written": "written",
    "unchanged": "in step already",
    "skipped": "left alone",
    "deferred": "put off",
    "held": "held",
    "failed": "refused",
}
KINDS = {
    "create": "created",
    "update": "updated",
    "delete": "deleted",
    "action": "acted on",
    "link": "linked",
    "skip": "left alone",
    "hold": "held",
    "fail": "refused",
    "defer": "put off",
    "gone": "went",
    "echo": "shaped by the system",
}
OPEN = {"held": "held for a person", "dead": "resting after failures"}
STATES = {
    "new": "new",
    "deferred": "put off",
    "failed": "refused, tried again",
    "held": "held for a person",
    "waiting": "left alone until something changes",
    "dead": "resting after failures",
}


def side_word(side: str) -> str:
    """Return a side as it stands at the head of a row."""
    return Side(side).word if side else ""


def did(what: str) -> str:
    """Return what was done to records: a kind, or an action with its workflow."""
    return KINDS.get(what, what)


def amount(count: int, word: str) -> str:
    """Return a number with its word."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def share_words(share: float) -> str:
    """Return a share in percent; what is not nothing is not told as nothing."""
    percent = share * 100
    return f"{percent:.1f} %" if 0 < percent < 10 else f"{percent:.0f} %"


def lasting(time: timedelta) -> str:
    """Return a length of time in its largest units."""
    seconds = time.total_seconds()
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"
