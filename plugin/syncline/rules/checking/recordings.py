"""Which rows of a test are about an activity that was recorded, and about what appears of it.

Such a row names an object that an activity rule has and no map. Of one name on both sides, as
``activity`` is between Pipedrive and a cadence, the fields tell which is meant.
"""

from __future__ import annotations

__all__ = ["Ends", "Parts", "parts_of", "sources_for"]

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from syncline_grammar import syntax as s

from ...model import Side
from ..catalog import Catalog, Problems, Scope
from ..compiled import ACTIVITY
from .maps import find_object


@dataclass(frozen=True, slots=True)
class Ends:
    """An object whose records are activities, and the objects in which their copies appear."""

    source: Scope
    targets: list[Scope] = field(default_factory=list[Scope])

    def is_source(self, name: s.Name | None) -> bool:
        """Tell whether *name* means the object in which the activity is recorded."""
        return name is not None and _means(name, self.source)

    def scope(self, name: s.Name) -> Scope | None:
        """Return what *name* means in an ``expect``: what appears, before what was recorded."""
        return next((each for each in (*self.targets, self.source) if _means(name, each)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A test, its rows told apart."""

    #: The rows about people, or about whatever else the maps bring over.
    mapped: s.Test
    #: Where the activity is recorded and appears; None when the test gives none.
    ends: Ends | None = None
    given: tuple[s.Given, ...] = ()
    expected: tuple[s.Expect, ...] = ()


def parts_of(test: s.Test, tree: s.RuleFile, catalog: Catalog, problems: Problems) -> Parts:
    """Return the rows of *test*, told apart by the rules of *tree*."""
    named = [row.object for row in test.givens]
    able = [ends for ends in _ends(tree, catalog) if any(map(ends.is_source, named))]
    if not able:
        return Parts(mapped=test)
    # The CRM's comes first: of two that fit alike it is meant.
    ends = min(able, key=lambda each: _strange(test, each))
    given = tuple(row for row in test.givens if ends.is_source(row.object))
    others = [(row, e) for row in test.givens for e in able if e.is_source(row.object)]
    for row, other in others:
        if row not in given:
            message = f"{ends.source.type.name} and {other.source.type.name} are both recorded"
            notes = ("A test is about one activity. Write a test for each.",)
            problems.add("E310", message, row.span, notes=notes)
            break
    expects = [row for row in test.expects if isinstance(row, s.Expect)]
    expected = tuple(row for row in expects if ends.scope(row.object) is not None)
    # Rows compare without their places, and two may say the same: what is left goes by identity.
    told = {id(row) for row in (*given, *(row for row, _ in others), *expected)}
    mapped = replace(
        test,
        givens=tuple(row for row in test.givens if id(row) not in told),
        expects=tuple(row for row in test.expects if id(row) not in told),
    )
    return Parts(mapped=mapped, ends=ends, given=given, expected=expected)


def sources_for(target: Scope, tree: s.RuleFile, catalog: Catalog) -> list[str]:
    """Return the objects of which something appears in *target*, by name."""
    return [ends.source.type.name for ends in _ends(tree, catalog) if target in ends.targets]


def _ends(tree: s.RuleFile, catalog: Catalog) -> list[Ends]:
    """Return the ends of the activity rules, each source once, the CRM's first."""
    mapped = list(_mapped(tree, catalog))
    recorded = catalog.descriptions[Side.CADENCE].get(ACTIVITY)
    found: dict[tuple[Side, str], Ends] = {}
    for rule in tree.statements:
        if not isinstance(rule, s.Activity) or recorded is None:
            continue
        crm = find_object(rule.object, Side.CRM, catalog, Problems())
        if crm is None:
            continue
        cadence = Scope(Side.CADENCE, catalog.systems[Side.CADENCE], recorded)
        source, target = (crm, cadence) if rule.from_crm else (cadence, crm)
        if source not in mapped:
            ends = found.setdefault((source.side, source.type.name), Ends(source))
            if target not in ends.targets:
                ends.targets.append(target)
    return [found[key] for key in sorted(found, key=lambda key: key[0] is Side.CADENCE)]


def _mapped(tree: s.RuleFile, catalog: Catalog) -> Iterator[Scope]:
    for block in tree.statements:
        if isinstance(block, s.ObjectMap):
            names = {Side.CRM: block.crm_object, Side.CADENCE: block.cadence_object}
            for side, name in names.items():
                scope = find_object(name, side, catalog, Problems())
                if scope is not None:
                    yield scope


def _strange(test: s.Test, ends: Ends) -> int:
    """Return how many fields of the rows about an activity are none of *ends*."""
    expects = [row for row in test.expects if isinstance(row, s.Expect)]
    rows: Sequence[tuple[Scope | None, s.Given | s.Expect]] = [
        *((ends.source, row) for row in test.givens if ends.is_source(row.object)),
        *((ends.scope(row.object), row) for row in expects),
    ]
    return sum(
        scope is None or scope.find(name) is None for scope, row in rows for name, _ in row.values
    )


def _means(name: s.Name, scope: Scope) -> bool:
    """Tell whether *name* is the object's, or its label."""
    return name.text == scope.type.name or name.text.casefold() == scope.type.label.casefold()
