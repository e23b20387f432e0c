"""What a query means by a name: a field of the object, or one of a record that it refers to."""

from __future__ import annotations

__all__ = ["Path", "object_asked", "path_to"]

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .catalog import catalog
from .wire import Refusal

if TYPE_CHECKING:
    from .catalog import FieldInfo, ObjectInfo
    from .store import Row, Store

_APPEND = (
    "If you are attempting to use a custom {0}, be sure to append the '__c' after the {1} name. "
    "Please reference your WSDL or the describe call for the appropriate names."
)
#: The vendor follows so many references in one name.
DEEPEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """The references to follow, and the field at their end."""

    hops: tuple[FieldInfo, ...]
    field: FieldInfo

    def value(self, row: Row, store: Store) -> Any:
        """Return what stands there; None where a reference on the way leads nowhere."""
        for hop in self.hops:
            found = store.get(row[hop.name]) if hop.name in row else None
            if found is None:
                return None
            row = found
        return row.get(self.field.name)


def path_to(info: ObjectInfo, name: str) -> Path:
    """Return the path that *name* is, seen from an object; refuse it as the vendor does."""
    *relations, last = name.split(".")
    hops: list[FieldInfo] = []
    kinds = [info]
    if relations and relations[0].casefold() == info.name.casefold():
        relations = relations[1:]
    for relation in relations:
        hop = next((found for kind in kinds if (found := kind.relation(relation))), None)
        if hop is None or len(hops) == DEEPEST:
            raise Refusal(
                "INVALID_FIELD", f"Didn't understand relationship '{relation}' in field path."
            )
        hops.append(hop)
        kinds = [catalog()[each.casefold()] for each in hop.targets if each.casefold() in catalog()]
    field = next((found for kind in kinds if (found := kind.get(last))), None)
    if field is None:
        entity = kinds[0].name if kinds else info.name
        raise Refusal(
            "INVALID_FIELD",
            f"No such column '{last}' on entity '{entity}'. "
            + _APPEND.format("field", "custom field"),
        )
    return Path(hops=tuple(hops), field=field)


def object_asked(name: str) -> ObjectInfo:
    """Return the object of a query by its name in any case."""
    info = catalog().get(name.casefold())
    if info is None:
        raise Refusal(
            "INVALID_TYPE",
            f"sObject type '{name}' is not supported. " + _APPEND.format("object", "entity"),
        )
    return info
