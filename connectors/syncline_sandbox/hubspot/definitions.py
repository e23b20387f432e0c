"""The properties that a kind of record has: reading them, and making and removing one's own."""

from __future__ import annotations

__all__ = ["Properties"]

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .wire import NotFound, Refusal, instant

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from .catalog import Kind
    from .store import Store

_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}\Z")
_TYPES = {"string", "number", "date", "datetime", "enumeration", "bool", "phone_number"}


class Properties:
    """The properties that a kind has, and making and removing one's own."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def all(self, kind: Kind, *, archived: bool) -> dict[str, Any]:
        """Return every property; of those that were removed the vendor keeps none here."""
        return {"results": [] if archived else list(self._store.properties(kind).values())}

    def one(self, kind: Kind, name: str) -> dict[str, Any]:
        """Return one property."""
        found = self._store.properties(kind).get(name)
        if found is None:
            raise NotFound
        return found

    def create(self, kind: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
        """Add a property."""
        name = str(given.get("name", ""))
        if not _NAME.match(name):
            raise Refusal(f"{name!r} is not a valid name for a property")
        if given.get("type") not in _TYPES:
            raise Refusal(f"{given.get('type')!r} is not a type of a property")
        if name in self._store.properties(kind):
            words = f"A property named '{name}' already exists."
            raise Refusal(words, "OBJECT_ALREADY_EXISTS", status=409)
        moment = instant(self._now())
        made: dict[str, Any] = {
            "updatedAt": moment,
            "createdAt": moment,
            "name": name,
            "label": given.get("label") or name,
            "type": given["type"],
            "fieldType": given.get("fieldType") or "text",
            "description": given.get("description") or "",
            "groupName": given.get("groupName") or "",
            "options": [
                {"displayOrder": at, "hidden": False, **each}
                for at, each in enumerate(given.get("options") or ())
            ],
            "displayOrder": given.get("displayOrder", -1),
            "calculated": False,
            "externalOptions": False,
            "hasUniqueValue": given.get("hasUniqueValue") is True,
            "hidden": given.get("hidden") is True,
            "hubspotDefined": False,
            "modificationMetadata": {
                "archivable": True,
                "readOnlyDefinition": False,
                "readOnlyValue": False,
            },
            "formField": given.get("formField") is True,
            "dataSensitivity": "non_sensitive",
        }
        own = self._store.table("properties").get(kind.path, {})
        self._store.put("properties", kind.path, {**own, name: made})
        return made

    def archive(self, kind: Kind, name: str) -> None:
        """Remove a property that somebody added."""
        own = self._store.table("properties").get(kind.path, {})
        if name not in own:
            raise Refusal(f"Property {name} cannot be archived")
        rest = {each: value for each, value in own.items() if each != name}
        self._store.put("properties", kind.path, rest)
