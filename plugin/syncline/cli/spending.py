"""What a run costs, and how the budget stands, in words."""

from __future__ import annotations

__all__ = ["budget_words", "cost_words", "plan_words", "report_words", "spent_words"]

from collections.abc import Iterator
from datetime import datetime
from gettext import gettext as _, ngettext
from typing import TYPE_CHECKING

from ..ledger.spent import Level
from ..locale import N_
from ..locale.told import told
from ..model import Side
from ..sync.limits import RESUME, STOP

if TYPE_CHECKING:
    from ..sync.cost import Cost
    from ..sync.report import Report
    from ..sync.standing import Standing

#: What calls are for, as it stands in the ledger and as a person says it.
_FOR = {
    "poll": N_("looking for changes"),
    "page": N_("further pages of changes"),
    "read": N_("reading records"),
    "lookup": N_("looking for records by their keys"),
    "write": N_("creations and updates"),
    "delete": N_("deletions"),
    "act": N_("actions"),
    "describe": N_("asking what the system looks like"),
    "identify": N_("asking whom it takes us for"),
}


def cost_words(
    side: Side, cost: Cost, unit: str, looks: str = N_("reading single records again")
) -> str:
    """Say what the next run costs on one side, and for what; *looks* is what it reads for."""
    parts = {
        N_("looking for changes"): cost.polls,
        looks: cost.looks,
        N_("writing"): cost.writes,
        N_("actions"): cost.actions,
    }
    named = [
        _("{price:,} for {what}").format(price=price, what=_(what))
        for what, price in parts.items()
        if price
    ]
    detail = f": {', '.join(named)}" if len(named) > 1 else ""
    return _("The run would cost {amount} of the {side}{detail}.").format(
        amount=_amount(cost.total, unit), side=_(side.word), detail=detail
    )


def plan_words(stands: Standing) -> Iterator[str]:
    """Say whether the next run fits into the budget, and how full that is."""
    if stands.limit is None and stands.vendor is None:
        return
    if stands.counted == "actions" and stands.waits:
        yield _("It counts as {amount} of the {side}.").format(
            amount=_amount(stands.waits, "action"), side=_(stands.side.word)
        )
    if stands.waits and stands.fits is None:
        yield _("It never fits: {limit} is too small for it.").format(limit=_limit(stands))
    elif stands.fits is not None and stands.fits > stands.at:
        yield _("Not all of it fits into {limit} now; it does by about {moment}.").format(
            limit=_limit(stands), moment=_at(stands.fits)
        )
    if stands.level is not Level.OK:
        yield from _full_words(stands)


def report_words(report: Report) -> Iterator[str]:
    """Say what a run cost, what was expected, and how the budget stands."""
    crm, cadence = Side.CRM, Side.CADENCE
    yield _(
        "CRM: {crm} in this run ({crm_planned:,} planned), {used:,} in 24 hours. "
        "Cadence: {cadence} ({cadence_planned:,} planned)."
    ).format(
        crm=_amount(report.calls[crm], report.units[crm]),
        crm_planned=report.planned[crm],
        used=report.used[crm],
        cadence=_amount(report.calls[cadence], report.units[cadence]),
        cadence_planned=report.planned[cadence],
    )
    for difference in map(told, report.differences):
        yield f"{difference[0].upper()}{difference[1:]}."
    for side, stands in report.budget.items():
        if stands.vendor is not None:
            yield _vendor(side, stands)
        if stands.level is not Level.OK:
            yield from _full_words(stands)
        yield from _waiting_words(stands)


def budget_words(stands: Standing) -> Iterator[str]:
    """Say how full one side's budget is, and what the next day brings."""
    name = "CRM" if stands.side is Side.CRM else _("Cadence")
    counted = _(stands.counts_in)
    if stands.limit is None:
        free = _("{name}: {used:,} {counted} in 24 hours; the rules set no limit.")
        yield free.format(name=name, used=stands.used, counted=counted)
    else:
        share = stands.used / stands.limit if stands.limit else 1.0
        yield _("{name}: {used:,} of {limit:,} {counted} in 24 hours ({share}).").format(
            name=name,
            used=stands.used,
            limit=stands.limit,
            counted=counted,
            share=_percent(share),
        )
    if stands.vendor is not None:
        yield _vendor(stands.side, stands)
    yield from _full_words(stands)
    yield from _waiting_words(stands)


def _full_words(stands: Standing) -> Iterator[str]:
    """Say what it means that a budget is so full, and what the next day brings."""
    if stands.level is Level.STOPPED:
        until = ""
        if stands.resumes:
            until = _(", about {moment} if nothing is spent").format(moment=_at(stands.resumes))
        yield _(
            "The {side}'s budget reached {stop}: new records and updates wait until less than "
            "{resume} is used{until}. People still leave cadences, and changes are still looked "
            "for."
        ).format(side=_(stands.side.word), stop=f"{STOP} %", resume=f"{RESUME} %", until=until)
    elif stands.runs_out is not None:
        yield _(
            "At the pace of the last hours the {side}'s budget runs out about {moment}."
        ).format(side=_(stands.side.word), moment=_at(stands.runs_out))
    elif stands.level is Level.WARNED:
        yield _(
            "The {side}'s budget is at {share}; at the pace of the last hours it does not run out."
        ).format(side=_(stands.side.word), share=_percent(stands.share))


def _waiting_words(stands: Standing) -> Iterator[str]:
    if stands.waits:
        left = _amount(stands.waits, stands.counts_in[:-1])
        fits = _("it never fits")
        if stands.fits:
            fits = _("it fits about {moment}").format(moment=_at(stands.fits))
        yield _("What did not fit needs {amount} of the {side}; {fits}.").format(
            amount=left, side=_(stands.side.word), fits=fits
        )


def spent_words(stands: Standing) -> Iterator[tuple[str, int]]:
    """Yield what the units of the last 24 hours were spent on, the most first."""
    for what, units in sorted(stands.spent_on.items(), key=lambda each: -each[1]):
        yield _(_FOR.get(what, what)), units


def _vendor(side: Side, stands: Standing) -> str:
    assert stands.vendor is not None
    return _(
        "The {side} itself counts {used:,} of the {allowed:,} that it allows (heard {moment})."
    ).format(
        side=_(side.word),
        used=stands.vendor.used,
        allowed=stands.vendor.allowed,
        moment=_at(stands.vendor.at),
    )


def _limit(stands: Standing) -> str:
    return _("the {side}'s limit of {counted} in 24 hours").format(
        side=_(stands.side.word), counted=_(stands.counts_in)
    )


def _amount(units: int, unit: str) -> str:
    words = {
        "call": ngettext("{count:,} call", "{count:,} calls", units),
        "action": ngettext("{count:,} action", "{count:,} actions", units),
        "request": ngettext("{count:,} request", "{count:,} requests", units),
        "token": ngettext("{count:,} token", "{count:,} tokens", units),
        "point": ngettext("{count:,} point", "{count:,} points", units),
    }
    own = words.get(unit)
    return own.format(count=units) if own else f"{units:,} {unit}{'' if units == 1 else 's'}"


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
