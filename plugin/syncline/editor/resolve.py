"""Names looked up in the catalog, without a word about those that it does not know."""

from __future__ import annotations

__all__ = ["field_named", "object_named"]

from collections.abc import Iterable

from syncline_grammar import syntax as s
from syncline_grammar.diagnostics import Span

from ..model import Field, Side
from ..rules.catalog import Catalog, Problems, Scope
from ..rules.checking.maps import find_object

_NOWHERE = Span(0, 0, 1, 1)


def field_named(name: str, scopes: Iterable[Scope]) -> tuple[Field, Scope] | None:
    """Return the field of the first scope that knows *name*, by API name or by label."""
    for scope in scopes:
        if (found := scope.find(s.Name(name, _NOWHERE))) is not None:
            return found, scope
    return None


def object_named(name: str, sides: Iterable[Side], catalog: Catalog) -> Scope | None:
    """Return the object of the first side that knows *name*."""
    for side in sides:
        found = find_object(s.Name(name, _NOWHERE), side, catalog, Problems())
        if found is not None:
            return found
    return None
