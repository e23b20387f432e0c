"""What a cycle is expected to cost on each side, and why it cost something else (B3). Pure."""

from __future__ import annotations

__all__ = ["Cost", "Estimate", "differences"]

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..model import Description, Side
from .plan import Step, StepKind, price

#: A difference is told that is more than this share of the plan, and so many units at least.
_TOLD = 0.1
_TOLD_UNITS = 5
#: What calls are for; anything else is a connector's own business.
_KNOWN = frozenset({"poll", "page", "read", "lookup", "write", "delete", "act", "describe"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a cycle costs on one side, in the vendor's unit."""

    #: The first page of each listing: whether anything changed.
    polls: int = 0
    #: Finding out what became of steps that an earlier run sent.
    looks: int = 0
    #: Creations, updates and deletions, in full batches.
    writes: int = 0
    actions: int = 0
    #: Rows that are written, deleted or acted on: what counts where actions are limited.
    records: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            polls=self.polls + other.polls,
            looks=self.looks + other.looks,
            writes=self.writes + other.writes,
            actions=self.actions + other.actions,
            records=self.records + other.records,
        )

    @property
    def total(self) -> int:
        """The price of it all."""
        return self.polls + self.looks + self.writes + self.actions

    def to_json(self) -> dict[str, int]:
        """Return it as plain JSON."""
        return {
            "polls": self.polls,
            "looks": self.looks,
            "writes": self.writes,
            "actions": self.actions,
            "records": self.records,
        }


class Estimate:
    """Adds up what a cycle is expected to cost, as it becomes known."""

    def __init__(self, descriptions: Mapping[Side, Description]) -> None:
        self._descriptions = descriptions
        self.costs: dict[Side, Cost] = dict.fromkeys(Side, Cost())

    def polls(self, side: Side, names: Iterable[str]) -> int:
        """Add a listing of each of these objects of a side; return their price."""
        prices = [self._descriptions[side].prices_of(name) for name in names]
        cost = sum(max(each.page, each.poll) for each in prices)
        self.costs[side] += Cost(polls=cost)
        return cost

    def looks(self, batches: Iterable[tuple[Side, str, StepKind, int]]) -> None:
        """Add batches of an earlier run that was cut off: (side, object, kind, rows)."""
        for side, name, kind, rows in batches:
            prices = self._descriptions[side].prices_of(name)
            look = prices.lookup or prices.look if kind is StepKind.CREATE else prices.look
            again = prices.action * rows if kind is StepKind.ACTION else look
            self.costs[side] += Cost(looks=again, records=rows)

    def steps(self, steps: Sequence[Step]) -> None:
        """Add the steps of one plan, which are sent in batches of their own."""
        actions = [step for step in steps if step.kind is StepKind.ACTION]
        writes = [step for step in steps if step.kind is not StepKind.ACTION]
        acting, writing = price(actions, self._descriptions), price(writes, self._descriptions)
        for side in Side:
            rows = sum(step.side is side for step in steps)
            self.costs[side] += Cost(writes=writing[side], actions=acting[side], records=rows)


def differences(
    costs: Mapping[Side, Cost],
    tally: Mapping[Side, Mapping[str, int]],
    left: Mapping[Side, tuple[int, int]],
    units: Mapping[Side, str],
) -> tuple[str, ...]:
    """Say for each side that cost over 10 % more or less than expected why, as far as is known.

    A difference of fewer than five units is not worth a word.
    *tally* is what was spent, by what it was spent on; *left* is price and rows of what did not
    fit into the budget.
    """
    found: list[str] = []
    for side in Side:
        expected, real = costs[side].total, sum(tally[side].values())
        apart = abs(real - expected)
        if apart <= _TOLD * expected or apart < _TOLD_UNITS:
            continue
        why = _causes(costs[side], tally[side], left[side][0])
        unit = units[side] if expected == 1 else f"{units[side]}s"
        found.append(
            f"the {side.word} was expected to cost {expected:,} {unit} and cost {real:,}"
            + (f": {', '.join(why)}" if why else "")
        )
    return tuple(found)


def _causes(cost: Cost, tally: Mapping[str, int], left: int) -> list[str]:
    """Name what differs, each with how much of the price it makes."""
    looked = tally.get("read", 0) + tally.get("lookup", 0)
    wrote = tally.get("write", 0) + tally.get("delete", 0)
    acted = tally.get("act", 0)
    sent = wrote + acted + left
    causes = {
        "for further pages of changes": tally.get("page", 0),
        "for looking for changes again": tally.get("poll", 0) - cost.polls,
        "for reading records again": looked - cost.looks,
        "for writing again what was not taken at first": wrote - cost.writes,
        "for asking for actions again": acted - cost.actions,
        "for asking what the system looks like": tally.get("describe", 0),
        "for opening the connection": sum(n for what, n in tally.items() if what not in _KNOWN),
        "of listings was not made": cost.polls - tally.get("poll", 0),
        "of writes and actions wait for the budget": left,
        "of writes and actions was not sent": cost.writes + cost.actions - sent,
    }
    return [f"{amount:,} {words}" for words, amount in causes.items() if amount > 0]
