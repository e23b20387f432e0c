"""A listing that says records are deleted is not believed: they are read first, one by one.

When too many are gone all the same, the run stops and asks.
"""

from __future__ import annotations

__all__ = ["TooManyDeletedError", "check_deletions"]

from collections.abc import Callable, Iterable

from ..errors import FatalError
from ..ledger import inbox, pairs
from ..ledger.database import Ledger
from ..model import Side

#: So few are never a mass, whatever their share.
_FEW = 5


class TooManyDeletedError(FatalError):
    """More records are said to be deleted than the rules allow (``max deletes``)."""


def check_deletions(
    ledger: Ledger,
    objects: Iterable[tuple[Side, str]],
    share: float,
    look: Callable[[Side, str, list[str]], None],
) -> None:
    """Raise ``TooManyDeletedError`` if more than *share* of an object's known records went.

    Before that, *look* reads those that are said to be deleted: whoever is there after all stays.
    """
    for side, name in objects:
        gone, _total = _gone(ledger, side, name)
        if not gone:
            continue
        look(side, name, gone)
        gone, total = _gone(ledger, side, name)
        if len(gone) > max(_FEW, share * total):
            raise TooManyDeletedError(
                f"{len(gone):,} of {total:,} {name} records are said to be deleted in the "
                f"{side.word}, more than {share:.0%}: nothing was written",
                hint="If that is right, `syncline run --allow-deletes` goes on with it. "
                "Otherwise see what became of them first: nothing happens until then.",
            )


def _gone(ledger: Ledger, side: Side, name: str) -> tuple[list[str], int]:
    """Return who is said to be deleted, of how many known records."""
    with ledger.begin() as db:
        gone, waiting = inbox.deleted(db, side, name)
        # Who waits may be linked too: the larger number is nearer to the truth.
        return gone, max(pairs.count(db, side, name), waiting + len(gone)) if gone else 0
