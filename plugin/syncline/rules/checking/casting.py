"""Which objects and which maps a test is about, and whose fields its names mean."""

from __future__ import annotations

__all__ = ["Cast", "Mapped", "cast_of", "owners"]

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from syncline_grammar import syntax as s

from ...model import Field, Side
from ..catalog import Catalog, Problems, Scope
from .maps import find_object
from .recordings import sources_for


@dataclass(frozen=True, slots=True)
class Mapped:
    """The two objects that a map brings together."""

    crm: Scope
    cadence: Scope

    def scope(self, side: Side) -> Scope:
        """Return the object on *side*."""
        return self.crm if side is Side.CRM else self.cadence

    @property
    def names(self) -> tuple[str, str]:
        """The objects' names."""
        return self.crm.type.name, self.cadence.type.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """The objects of one test."""

    #: The objects named, under the name that the test gives them.
    named: Mapping[str, Scope]
    #: The maps that may take them, in the order of the file.
    maps: tuple[Mapped, ...]
    #: Without maps: what else a name of the last sync may belong to.
    others: tuple[Scope, ...] = ()

    @property
    def scopes(self) -> list[Scope]:
        """The objects whose fields ``given last sync`` may name."""
        return [self.maps[0].crm, self.maps[0].cadence] if self.maps else [*self.named.values()]


def owners(name: s.Name, scopes: Iterable[Scope]) -> list[tuple[Scope, Field]]:
    """Return whose field *name* is: by API name, as ``Object.field``, or by label."""
    scopes = list(scopes)
    exact = [(scope, field) for scope in scopes if (field := scope.type.get(name.text))]
    if exact:
        return exact
    for scope in scopes:
        head = f"{scope.type.name}."
        field = scope.find(s.Name(name.text.removeprefix(head), name.span))
        if name.text.startswith(head) and field is not None:
            return [(scope, field)]
    return [(scope, field) for scope in scopes if (field := scope.find(name))]


def cast_of(test: s.Test, tree: s.RuleFile, catalog: Catalog, problems: Problems) -> Cast:
    """Return the objects of *test* among the maps of *tree*, and note what is wrong with them."""
    blocks = [m for m in tree.statements if isinstance(m, s.ObjectMap)]
    maps = [found for block in blocks if (found := _mapped(block, catalog)) is not None]
    names = [given.object for given in test.givens if given.object]
    names += [expect.object for expect in test.expects if isinstance(expect, s.Expect)]
    named: dict[str, Scope] = {}
    for name in names:
        if name.text not in named:
            scope = _object(name, maps, catalog, problems)
            if scope is not None:
                named[name.text] = scope
    if not maps:
        return Cast(named=named, maps=(), others=_unnamed(named.values(), catalog))
    fitting = [m for m in maps if all(m.scope(x.side).type is x.type for x in named.values())]
    if named and not fitting:
        sources = [x for scope in named.values() for x in sources_for(scope, tree, catalog)]
        told = [name for name in names if name.text in named]
        _tell_unmapped(told, named, maps, sources, problems)
    past = [name for given in test.givens if not given.object for name, _value in given.values]
    given = [scope for row in test.givens if row.object and (scope := named.get(row.object.text))]
    if fitting and given and not past and all(scope.side is Side.CADENCE for scope in given):
        # A record of the cadence alone goes from map to map until one takes it.
        return Cast(named=named, maps=tuple(m for m in maps if m.cadence.type is given[0].type))
    # Of several maps, those that have all fields of the last sync.
    whole = [m for m in fitting if all(owners(name, (m.crm, m.cadence)) for name in past)]
    return Cast(named=named, maps=tuple(whole or fitting))


def _unnamed(named: Iterable[Scope], catalog: Catalog) -> tuple[Scope, ...]:
    """Return the objects of a side of which the test names none."""
    sides = set(Side) - {scope.side for scope in named}
    return tuple(
        Scope(side, catalog.systems[side], kind)
        for side in sorted(sides)
        for kind in catalog.descriptions[side].objects
    )


def _mapped(block: s.ObjectMap, catalog: Catalog) -> Mapped | None:
    crm = _find(block.crm_object, Side.CRM, catalog)
    cadence = _find(block.cadence_object, Side.CADENCE, catalog)
    return None if crm is None or cadence is None else Mapped(crm, cadence)


def _find(name: s.Name, side: Side, catalog: Catalog) -> Scope | None:
    """Return the object *name* means on *side*; what is wrong with it is told elsewhere."""
    return find_object(name, side, catalog, Problems())


def _object(
    name: s.Name, maps: Sequence[Mapped], catalog: Catalog, problems: Problems
) -> Scope | None:
    """Return the object *name* means; of one on each side, the one that a map brings over."""
    found = [scope for side in Side if (scope := _find(name, side, catalog)) is not None]
    exact = [scope for scope in found if scope.type.name == name.text] or found
    mapped = [x for x in exact if any(m.scope(x.side).type is x.type for m in maps)] or exact
    if not mapped:
        objects = [o.name for side in Side for o in catalog.descriptions[side].objects]
        problems.unknown("E201", "object", name, objects)
        return None
    return mapped[0]


def _tell_unmapped(
    names: Sequence[s.Name],
    named: Mapping[str, Scope],
    maps: Sequence[Mapped],
    sources: Sequence[str],
    problems: Problems,
) -> None:
    """Note that no map brings together what the test names.

    *sources* are the objects of which something would appear in those named.
    """
    sides: dict[Side, Scope] = {}
    for name in names:
        scope = named[name.text]
        first = sides.setdefault(scope.side, scope)
        if first.type is not scope.type:
            problems.add(
                "E310",
                f"{first.type.name} and {scope.type.name} both belong to the {scope.side.word}; "
                "a test is about one record of each side",
                name.span,
                notes=("Write a test for each.",),
            )
            return
    objects = " and ".join(scope.type.name for _side, scope in sorted(sides.items()))
    notes = ["The maps: " + ", ".join(f"{m.names[0]} with {m.names[1]}" for m in maps) + "."]
    if sources:
        notes.append(f"Give what was recorded: {' or '.join(sources)}.")
    message = f"no map has {objects}, so a sync does nothing there"
    problems.add("E318", message, names[-1].span, notes=notes)
