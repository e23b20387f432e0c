"""An object of either side, by its name alone."""

from __future__ import annotations

__all__ = ["names_of_objects", "object_named"]

from syncline_grammar.words import nearest

from ..errors import WorkspaceError
from ..model import Side
from .catalog import Catalog, Scope


def names_of_objects(catalog: Catalog) -> list[str]:
    """Return the names of all objects, the CRM's first."""
    return list(_scopes(catalog))


def object_named(catalog: Catalog, name: str, where: str = "") -> Scope:
    """Return the object called *name*, the CRM's if both have one.

    Raises ``WorkspaceError`` when there is none; its message begins with *where*.
    """
    scopes = _scopes(catalog)
    if name not in scopes:
        near = nearest(name, scopes)
        raise WorkspaceError(
            f"{where}no object is called {name}" + (f"; did you mean {near}?" if near else ""),
            hint=f"There are: {', '.join(scopes)}.",
        )
    return scopes[name]


def _scopes(catalog: Catalog) -> dict[str, Scope]:
    found: dict[str, Scope] = {}
    for side in Side:
        for type_ in catalog.descriptions[side].objects:
            found.setdefault(type_.name, Scope(side, catalog.systems[side], type_))
    return found
