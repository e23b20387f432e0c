"""The embedded cadence: prospects, cadences and activity in ``data/cadence.json``."""

from __future__ import annotations

__all__ = ["LocalCadence"]

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .cadence_objects import CADENCE, DESCRIPTION, STARTING_CADENCES
from .cadences import Cadences
from .connection import LocalConnection
from .store import Batch, Document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncline import ActionRequest, Context, Description, Outcome


class LocalCadence(LocalConnection):
    """A connection to the workspace's own cadence; a new file starts with three cadences."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, CADENCE, DESCRIPTION)
        if not self._store.exists():
            batch = Batch(self._store)
            for cadence in STARTING_CADENCES:
                batch.insert("cadence", cadence)
            batch.commit()

    def describe(self) -> Description:
        """Return the objects, the actions, and the cadences that stand in the file."""
        names = tuple(cadence["name"] for cadence in self._store.table("cadence").values())
        return replace(self._description, cadences=names)

    def _act(self, batch: Batch, requests: Sequence[ActionRequest]) -> list[Outcome]:
        cadences = Cadences(batch, CADENCE)
        return [cadences.act(request) for request in requests]

    def _values(self, object_name: str, document: Document) -> Mapping[str, Any]:
        if object_name == "cadence":
            return {**document, "touches": len(document.get("touches", ()))}
        return document
