"""How a pair stands after what was decided about it and done to it. Pure."""

from __future__ import annotations

__all__ = ["acted", "moved", "new_pair", "not_yet_gone", "refused", "without", "written"]

from dataclasses import replace

from ..ledger.rows import Echo, Pair
from ..model import Side
from .firing import owed_by
from .plan import Case, Step


def new_pair(case: Case) -> Pair:
    """Return the pair that a case makes of two records."""
    return Pair(
        map=case.map,
        ids=dict(case.ids),
        objects=dict(case.objects),
        base={side: dict(case.settles.get(side, {})) for side in Side},
        seen={**dict.fromkeys(Side, ""), **case.seen},
        echo=dict.fromkeys(Side),
        holding=case.holding,
        owed=owed_by(case.steps),
        due=case.due,
        flips=case.flips,
    )


def moved(pair: Pair, case: Case) -> Pair:
    """Return a pair with all that a case settles without a call."""
    settles = case.settles
    # A choice is used up when what it wants is written, not before.
    pending = {row for step in case.steps for row in step.settles.get(step.side, ())}
    return replace(
        pair,
        base={
            side: {**pair.base[side], **settles[side]} if settles.get(side) else pair.base[side]
            for side in Side
        },
        seen={**pair.seen, **case.seen},
        holding=case.holding,
        owed=owed_by(case.steps),
        gone={**pair.gone, **case.gone},
        due=case.due,
        flips={**pair.flips, **case.flips},
        choices={
            row: side
            for row, side in pair.choices.items()
            if row not in case.chosen or row in pending
        },
    )


def written(pair: Pair, step: Step, span: tuple[str, str]) -> Pair:
    """Return a pair with what a creation or an update settles; *span* is when it was written."""
    side = step.side
    rows = tuple(name for name in step.settles[side] if ">" in name)
    echo = _heard_with(pair.echo[side], Echo(*span, rows, pair.seen[side]))
    return replace(
        pair,
        base={each: {**pair.base[each], **step.settles.get(each, {})} for each in Side},
        echo={**pair.echo, side: echo},
        choices={row: chosen for row, chosen in pair.choices.items() if row not in rows},
    )


def _heard_with(before: Echo | None, echo: Echo) -> Echo:
    """Return *echo* with that of an earlier write which nobody has read again since."""
    if before is None or before.seen != echo.seen:
        return echo
    rows = tuple(dict.fromkeys((*before.rows, *echo.rows)))
    return echo._replace(first=min(before.first, echo.first), rows=rows)


def acted(pair: Pair, step: Step) -> Pair:
    """Return a pair to which an action is owed no more."""
    return replace(pair, owed=tuple(owed for owed in pair.owed if owed.key != step.key))


def refused(pair: Pair, step: Step) -> Pair:
    """Return a pair whose owed action was refused once more."""
    owed = (
        each._replace(tries=step.tries + 1) if each.key == step.key else each for each in pair.owed
    )
    return replace(pair, owed=tuple(owed))


def without(pair: Pair, side: Side, why: str) -> Pair:
    """Return a pair without a record on *side*."""
    return replace(pair, gone={**pair.gone, side: why})


def not_yet_gone(pair: Pair, case: Case) -> Pair:
    """Return a pair without the end of a record whose partner is still to be deleted."""
    before = {} if case.pair is None else {side: case.pair.gone[side] for side in case.gone}
    return replace(pair, gone={**pair.gone, **before})
