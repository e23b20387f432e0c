"""What a system makes of our own writes, and fields that go back and forth (B12). Pure."""

from __future__ import annotations

__all__ = ["FLIPS", "Flips", "alike", "flipped", "is_echo", "made_of"]

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from ..ledger.codec import dump, stamp
from ..ledger.rows import Echo
from ..model import Value
from .reconcile import MISSING, Base

#: A field that was put back so often within a day is written by somebody else too.
FLIPS = 3
_DAY = timedelta(hours=24)
#: Clocks of servers are known to about this much.
_UNSURE = timedelta(seconds=2)
#: Fewer signs than a telephone number has prove nothing by their end.
_NUMBER = 6


def is_echo(echo: Echo | None, modified: datetime) -> bool:
    """Tell whether a record modified at that time, by its server, may show our own write."""
    if echo is None:
        return False
    first, last = datetime.fromisoformat(echo.first), datetime.fromisoformat(echo.last)
    return first - _UNSURE <= modified <= last + _UNSURE


def made_of(written: Base, seen: Value, length: int | None = None) -> bool:
    """Tell whether *seen* is what a system may make of a value: cut, trimmed, cased, rounded.

    A text is cut only if it is longer than its field's *length*, where that is known. Anything
    else is somebody's edit, though it fell into the very second of our write.
    """
    if written is MISSING:
        return False
    if isinstance(written, str) and isinstance(seen, str):
        ours, theirs = _bare(written), _bare(seen)
        # Nobody cuts a telephone number who does not say how long it may be.
        whole = ours.isdigit() if length is None else len(written) <= length
        # A cut text is the beginning of ours.
        cut = bool(theirs) and ours.startswith(theirs) and not whole
        return ours == theirs or cut or _same_number(written, seen)
    if isinstance(written, int | float) and isinstance(seen, int | float):
        return any(round(written, places) == seen for places in range(6))
    return False


def alike(written: Base, seen: Value, length: int | None) -> bool:
    """Tell whether *seen* says what was written, with no sign more: whenever it is read first.

    A record that somebody edits before we read it again carries their time, and in its other
    fields still what the system made of our write. A text cut at its field's *length* is such.
    """
    if not isinstance(written, str) or not isinstance(seen, str):
        return made_of(written, seen) and not isinstance(seen, str)
    if length is not None and len(written) > length and written[:length].strip() == seen.strip():
        return True
    if _bare(written) != _bare(seen):
        return _same_number(written, seen)
    plain = seen in {seen.lower(), seen.upper()} or _letters(seen) == _letters(written)
    return plain and len(seen) <= len(written)


def _same_number(written: str, seen: str) -> bool:
    """Tell whether *seen* is the telephone number in *written*, with its country or without.

    A system may keep nothing but the number of what was written.
    """
    if any(sign.isalpha() for sign in seen):
        return False
    shorter, longer = sorted((_digits(written), _digits(seen)), key=len)
    return len(shorter) > _NUMBER and longer.endswith(shorter)


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


def _letters(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum())


def _bare(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


class Flips(NamedTuple):
    """How often a row was put back, as the pair keeps it, and whether that is too often."""

    kept: tuple[str, ...]
    stop: bool


def flipped(kept: Iterable[str], old: Value, new: Value, now: datetime) -> Flips:
    """Count a write that puts *new* in the place of *old*.

    *kept* is what the last write replaced, then the moments of the last day at which a write put
    back what the one before it had replaced.
    """
    replaced, *moments = kept or ("",)
    if moments:
        since = stamp(now - _DAY)
        moments = [moment for moment in moments if moment > since]
    if replaced == dump(new):
        moments.append(stamp(now))
    if len(moments) >= FLIPS:
        return Flips((replaced, *moments), stop=True)
    return Flips((dump(old), *moments), stop=False)
