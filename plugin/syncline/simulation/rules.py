"""The rules that histories go by: a fixed row of variants, each compiled once."""

from __future__ import annotations

__all__ = ["CADENCES", "VARIANTS", "Book", "book"]

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from random import Random

from ..model import Description, Side, Value, is_blank
from ..rules.catalog import Catalog
from ..rules.ruleset import RuleSet, load_rules
from .lines import ENDS, Kind, Line, MapSpec, WorkflowSpec
from .menu import ALWAYS, CHOICES, COMPANY
from .objects import CADENCES, TEMPLATE, described

#: How many different rule files there are.
VARIANTS = 120


def _has_address(values: Mapping[str, Value]) -> bool:
    return not any(
        is_blank(values.get(name, None)) for name in ("Email", "email") if name in values
    )


def _is_somewhere(values: Mapping[str, Value]) -> bool:
    city = values.get("City", values.get("city"))
    return not (isinstance(city, str) and city.strip().casefold() == "nowhere")


_WHERE: tuple[tuple[str, Mapping[Side, str], Callable[[Mapping[str, Value]], bool]], ...] = (
    ("address", {Side.CRM: "Email is not blank", Side.CADENCE: "email is not blank"}, _has_address),
    ("place", {Side.CRM: 'City != "Nowhere"', Side.CADENCE: 'city != "Nowhere"'}, _is_somewhere),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """One rule file: its text, as the engine has it, and as the judge reads it."""

    number: int
    text: str
    rules: RuleSet
    maps: tuple[MapSpec, ...]
    workflows: tuple[WorkflowSpec, ...]
    activities: bool
    limit: int

    def by_name(self, name: str) -> MapSpec | None:
        """Return the map of this name; None for activities."""
        return next((m for m in self.maps if m.name == name), None)


@cache
def book(number: int, page: int, batch: int) -> Book:
    """Return rule file *number*, compiled, for systems of these page and batch sizes."""
    dice = Random(f"rules {number}")  # noqa: S311 - to be repeated, not to be secret
    switches = _switches(dice)
    where = _conditions(dice, switches)
    objects = dice.choice((("Lead",), ("Lead",), ("Lead", "Contact"), ("Contact",)))
    limit = dice.choice((5000, 5000, 5000, 60, 40))
    head = [
        "connect crm to memory",
        "connect cadence to memory",
        f"sync every 15 minutes, at most {limit} calls per 24 hours",
    ]
    for side in switches:
        word = "crm" if side is Side.CADENCE else "cadence"
        other = "cadence" if side is Side.CADENCE else "crm"
        condition = f" where {where[side.other][0]}" if side.other in where else ""
        head.append(f"sync {word} to {other}{condition}")
    maps: list[MapSpec] = []
    for name in objects:
        arrow = dice.choice(("<->", "<->", "<->", "<->", "->", "<-"))
        lines = [*ALWAYS, *([COMPANY] if name == "Lead" else [])]
        lines += [dice.choice(choice) for choice in CHOICES if dice.random() < 0.7]
        if arrow != "<->":
            lines = [_one_way(line, arrow) for line in lines if line.arrow in {"<->", arrow}]
        maps.append(_map(name, arrow, lines, switches, where))
        head.append(f"map {name} {arrow} prospect {{\n    match Email = email")
        head += [line.text for line in lines]
        if deletes := _deletes(dice, maps[-1].targets, arrow):
            maps[-1] = replace(maps[-1], deletes=ENDS[deletes] & maps[-1].targets)
            head.append(f"    deletes {deletes}")
        head.append("}")
    workflows = _workflows(dice, objects)
    head += [workflow.text for workflow in workflows]
    activities = dice.random() < 0.4
    if activities:
        head.append(
            'activity call on outcome "Connected" -> Task {\n'
            '    Subject = "Call: {outcome}"\n    Description = "{comments}"\n}'
        )
    text = "\n".join(head) + "\n"
    return Book(
        number=number,
        text=text,
        rules=_compiled(text, page, batch),
        maps=tuple(maps),
        workflows=workflows,
        activities=activities,
        limit=limit,
    )


def _one_way(line: Line, arrow: str) -> Line:
    """Return the row as it may stand in a map that goes one way; no conflict is left to settle."""
    words = [word for word in line.words.split(", ") if word in {"required", "erase"}]
    if line.kind is not Kind.SAME:
        words.append(line.words.removesuffix(" else hold, cadence wins"))
    return replace(line, arrow=arrow, words=", ".join(words), conflict="newest", to={})


def _switches(dice: Random) -> list[Side]:
    """Return the sides that may be written."""
    both = [Side.CADENCE, Side.CRM]
    return dice.choice((both, both, both, both, [Side.CADENCE], [Side.CRM]))


def _conditions(
    dice: Random, switches: list[Side]
) -> dict[Side, tuple[str, Callable[[Mapping[str, Value]], bool]]]:
    """Return the criteria of ``sync … where`` by the side that changes come from."""
    found: dict[Side, tuple[str, Callable[[Mapping[str, Value]], bool]]] = {}
    for target in switches:
        if dice.random() < 0.25:
            _name, texts, fits = dice.choice(_WHERE)
            found[target.other] = (texts[target.other], fits)
    return found


def _map(
    name: str,
    arrow: str,
    lines: list[Line],
    switches: list[Side],
    where: Mapping[Side, tuple[str, Callable[[Mapping[str, Value]], bool]]],
) -> MapSpec:
    return MapSpec(
        crm=name,
        cadence="prospect",
        lines=tuple(lines),
        targets=ENDS[arrow] & set(switches),
        deletes=frozenset(),
        where={side: fits for side, (_text, fits) in where.items()},
    )


def _deletes(dice: Random, targets: frozenset[Side], arrow: str) -> str:
    """Return the arrow of a map's ``deletes`` row; nothing for a map without one."""
    if arrow != "<->" or len(targets) < len(Side) or dice.random() < 0.6:
        return ""
    return dice.choice(("->", "<-", "<->"))


def _workflows(dice: Random, objects: tuple[str, ...]) -> tuple[WorkflowSpec, ...]:
    found: list[WorkflowSpec] = []
    for name in objects:
        if dice.random() < 0.5:
            found.append(
                WorkflowSpec(
                    name=f"Closed {name}s leave",
                    object=name,
                    criteria='Status = "Closed"',
                    fits=lambda values: values.get("Status") == "Closed",
                    action="exit",
                )
            )
        if dice.random() < 0.5:
            found.append(
                WorkflowSpec(
                    name=f"Working {name}s move",
                    object=name,
                    criteria='Status = "Working"',
                    fits=lambda values: values.get("Status") == "Working",
                    action="move",
                    target=CADENCES[1],
                )
            )
    return tuple(found)


def _compiled(text: str, page: int, batch: int) -> RuleSet:
    from ..functions import BUILT_IN

    descriptions: dict[Side, Description] = {side: described(side, page, batch) for side in Side}
    catalog = Catalog(
        systems=dict.fromkeys(Side, "memory"),
        descriptions=descriptions,
        functions={f.name: f for f in BUILT_IN},
        templates=(TEMPLATE,),
        connectors=("memory",),
    )
    rules = load_rules(text, catalog)
    _ = rules.compiled
    return rules
