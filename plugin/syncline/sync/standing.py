"""How a side's budget stands: what is used, how full that is, what the next day brings. Pure."""

from __future__ import annotations

__all__ = ["Book", "Standing", "standing"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from ..ledger.spent import Level, Slice, Spent, Stated
from ..model import Side
from .forecast import Use, free_at, runs_out
from .limits import RESUME, STOP, Limit, believed, cap, level_of, share_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One side's budget at a moment (K6). Moments are in UTC."""

    side: Side
    #: The moment.
    at: datetime
    #: What the limit counts: calls (the vendor's units), or actions (records read and written).
    counted: Literal["calls", "actions"]
    #: The vendor's own word for its unit: call, token, request.
    unit: str
    #: Used in the last 24 hours, of so many; None where the rules set no limit.
    used: int
    limit: int | None
    #: How much of the fuller limit is used, ours or the vendor's: 1.0 is all.
    share: float
    level: Level
    #: The vendor's own word, with what was spent since; None where it said nothing in a day.
    vendor: Stated | None
    #: What the units of the last 24 hours were spent on.
    spent_on: Mapping[str, int]
    #: How much waits for the budget, and when it fits; None when it never will, or none waits.
    waits: int
    fits: datetime | None
    #: When the limit is reached at the pace of the last hours; None if it will not be in a day.
    runs_out: datetime | None
    #: When less than 75 % is used, if nothing is spent until then; None while it is less.
    resumes: datetime | None

    @property
    def counts_in(self) -> str:
        """What is counted, in the words of whoever counts it: ``tokens``, ``actions``."""
        return "actions" if self.counted == "actions" else f"{self.unit}s"

    @property
    def why_waiting(self) -> str:
        """Why something does not fit, as the beginning of a sentence."""
        if self.limit is not None and self.used >= self.limit:
            return f"the {self.side.word}'s limit of {self.counts_in} in 24 hours is reached"
        if self.vendor is not None and self.vendor.used >= cap(self.vendor.allowed, STOP):
            return (
                f"the {self.side.word} itself counts {self.vendor.used:,} of the "
                f"{self.vendor.allowed:,} that it allows"
            )
        if self.level is Level.STOPPED:
            return (
                f"the {self.side.word}'s limit of {self.counts_in} in 24 hours was used to "
                f"{STOP} %, and new records and updates wait until less than {RESUME} % is"
            )
        return f"the {self.side.word}'s limit of {self.counts_in} in 24 hours has too little left"

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON (``budget.schema.json``)."""
        return {
            "at": self.at.isoformat(),
            "counted": self.counted,
            "unit": self.unit,
            "used": self.used,
            "limit": self.limit,
            "share": round(self.share, 4),
            "level": str(self.level),
            "vendor": None
            if self.vendor is None
            else {
                "used": self.vendor.used,
                "allowed": self.vendor.allowed,
                "at": self.vendor.at.isoformat(),
            },
            "spent_on": dict(self.spent_on),
            "waits": self.waits,
            "fits": _text(self.fits),
            "runs_out": _text(self.runs_out),
            "resumes": _text(self.resumes),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What the ledger says of a side's last 24 hours."""

    spent: Spent
    slices: Sequence[Slice]
    #: The price by what it was for.
    spent_on: Mapping[str, int]
    #: How full the budget was found last.
    before: Level


def standing(
    side: Side, limit: Limit, now: datetime, book: Book, needed: tuple[int, int], unit: str
) -> Standing:
    """Return how the budget of *side* stands; *needed* are units and records that wait for it.

    *unit* is the vendor's word.
    """
    spent, slices = book.spent, book.slices
    share = share_of(spent, limit, now)
    level = level_of(book.before, share)
    bounds: list[_Bound] = []
    if limit.most is not None:
        uses = [Use(each.at, limit.measure(each.units, each.records)) for each in slices]
        bounds.append(_Bound(tuple(uses), limit.most, 0, limit.measure(*needed)))
    stated = believed(spent, now)
    if stated is not None:
        uses = [Use(each.at, each.units) for each in slices]
        used = stated.used + spent.after
        stated = Stated(used=used, allowed=stated.allowed, at=stated.at)
        # What others spend there stays, as far as we know.
        others = max(0, used - spent.units)
        bounds.append(_Bound(tuple(uses), stated.allowed, others, needed[0]))
    resumes = _latest([each.resumes(now) for each in bounds])
    fits = _latest([each.fits(now) for each in bounds]) if any(needed) else None
    if fits is not None and level is Level.STOPPED:
        fits = None if resumes is None else max(fits, resumes)
    ends = [end for each in bounds if (end := each.runs_out(now)) is not None]
    return Standing(
        side=side,
        at=now,
        counted=limit.counted,
        unit=unit,
        used=limit.measure(spent.units, spent.records),
        limit=limit.most,
        share=share,
        level=level,
        vendor=stated,
        spent_on=book.spent_on,
        waits=limit.measure(*needed),
        fits=fits,
        runs_out=min(ends, default=None),
        resumes=None if resumes is None or resumes <= now else resumes,
    )


@dataclass(frozen=True, slots=True)
class _Bound:
    """One limit: what we used of it, and what others did."""

    uses: tuple[Use, ...]
    most: int
    others: int
    needed: int

    def resumes(self, now: datetime) -> datetime | None:
        return free_at(self.uses, now, cap(self.most, RESUME) - 1 - self.others, 0)

    def fits(self, now: datetime) -> datetime | None:
        return free_at(self.uses, now, cap(self.most, STOP) - self.others, self.needed)

    def runs_out(self, now: datetime) -> datetime | None:
        return runs_out(self.uses, now, self.most - self.others)


def _latest(moments: list[datetime | None]) -> datetime | None:
    """Return the last of the moments; None if one of them never comes, or there is none."""
    known = [each for each in moments if each is not None]
    return max(known, default=None) if len(known) == len(moments) else None


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
