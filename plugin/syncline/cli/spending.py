"""What a run costs, and how the budget stands, in words."""

from __future__ import annotations

__all__ = ["budget_words", "cost_words", "plan_words", "report_words", "spent_words"]

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from ..ledger.spent import Level
from ..model import Side
from ..sync.limits import RESUME, STOP

if TYPE_CHECKING:
    from ..sync.cost import Cost
    from ..sync.report import Report
    from ..sync.standing import Standing

#: What calls are for, as it stands in the ledger and as a person says it.
_FOR = {
    "poll": "looking for changes",
    "page": "further pages of changes",
    "read": "reading records",
    "lookup": "looking for records by their keys",
    "write": "creations and updates",
    "delete": "deletions",
    "act": "actions",
    "describe": "asking what the system looks like",
    "identify": "asking whom it takes us for",
}


def cost_words(
    side: Side, cost: Cost, unit: str, looks: str = "finding out about an interrupted run"
) -> str:
    """Say what the next run costs on one side, and for what; *looks* is what it reads for."""
    parts = {
        "looking for changes": cost.polls,
        looks: cost.looks,
        "writing": cost.writes,
        "actions": cost.actions,
    }
    named = [f"{price:,} for {what}" for what, price in parts.items() if price]
    detail = f": {', '.join(named)}" if len(named) > 1 else ""
    return f"The run would cost {_amount(cost.total, unit)} of the {side.word}{detail}."


def plan_words(stands: Standing) -> Iterator[str]:
    """Say whether the next run fits into the budget, and how full that is."""
    if stands.limit is None and stands.vendor is None:
        return
    if stands.counted == "actions" and stands.waits:
        yield f"It counts as {_amount(stands.waits, 'action')} of the {stands.side.word}."
    if stands.waits and stands.fits is None:
        yield f"It never fits: {_limit(stands)} is too small for it."
    elif stands.fits is not None and stands.fits > stands.at:
        yield f"Not all of it fits into {_limit(stands)} now; it does by about {_at(stands.fits)}."
    if stands.level is not Level.OK:
        yield from _full_words(stands)


def report_words(report: Report) -> Iterator[str]:
    """Say what a run cost, what was expected, and how the budget stands."""
    crm, cadence = Side.CRM, Side.CADENCE
    yield (
        f"CRM: {_amount(report.calls[crm], report.units[crm])} in this run "
        f"({report.planned[crm]:,} planned), {report.used[crm]:,} in 24 hours. "
        f"Cadence: {_amount(report.calls[cadence], report.units[cadence])} "
        f"({report.planned[cadence]:,} planned)."
    )
    for difference in report.differences:
        yield f"{difference[0].upper()}{difference[1:]}."
    for side, stands in report.budget.items():
        if stands.vendor is not None:
            yield _vendor(side, stands)
        if stands.level is not Level.OK:
            yield from _full_words(stands)
        yield from _waiting_words(stands)


def budget_words(stands: Standing) -> Iterator[str]:
    """Say how full one side's budget is, and what the next day brings."""
    name = "CRM" if stands.side is Side.CRM else "Cadence"
    if stands.limit is None:
        yield f"{name}: {stands.used:,} {stands.counted} in 24 hours; the rules set no limit."
    else:
        share = stands.used / stands.limit if stands.limit else 1.0
        yield (
            f"{name}: {stands.used:,} of {stands.limit:,} {stands.counted} in 24 hours "
            f"({_percent(share)})."
        )
    if stands.vendor is not None:
        yield _vendor(stands.side, stands)
    yield from _full_words(stands)
    yield from _waiting_words(stands)


def _full_words(stands: Standing) -> Iterator[str]:
    """Say what it means that a budget is so full, and what the next day brings."""
    if stands.level is Level.STOPPED:
        until = f", about {_at(stands.resumes)} if nothing is spent" if stands.resumes else ""
        yield (
            f"The {stands.side.word}'s budget reached {STOP} %: new records and updates wait until "
            f"less than {RESUME} % is used{until}. People still leave cadences, and changes are "
            "still looked for."
        )
    elif stands.runs_out is not None:
        yield (
            f"At the pace of the last hours the {stands.side.word}'s budget runs out about "
            f"{_at(stands.runs_out)}."
        )
    elif stands.level is Level.WARNED:
        yield (
            f"The {stands.side.word}'s budget is at {_percent(stands.share)}; at the pace of the "
            "last hours it does not run out."
        )


def _waiting_words(stands: Standing) -> Iterator[str]:
    if stands.waits:
        left = _amount(stands.waits, stands.counted[:-1])
        fits = f"it fits about {_at(stands.fits)}" if stands.fits else "it never fits"
        yield f"What did not fit needs {left} of the {stands.side.word}; {fits}."


def spent_words(stands: Standing) -> Iterator[tuple[str, int]]:
    """Yield what the units of the last 24 hours were spent on, the most first."""
    for what, units in sorted(stands.spent_on.items(), key=lambda each: -each[1]):
        yield _FOR.get(what, what), units


def _vendor(side: Side, stands: Standing) -> str:
    assert stands.vendor is not None
    return (
        f"The {side.word} itself counts {stands.vendor.used:,} of the {stands.vendor.allowed:,} "
        f"that it allows (heard {_at(stands.vendor.at)})."
    )


def _limit(stands: Standing) -> str:
    return f"the {stands.side.word}'s limit of {stands.counted} in 24 hours"


def _amount(units: int, unit: str) -> str:
    return f"{units:,} {unit}{'' if units == 1 else 's'}"


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
