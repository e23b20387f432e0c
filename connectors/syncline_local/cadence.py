"""The embedded cadence: prospects, cadences and activity in ``data/cadence.json``."""

from __future__ import annotations

__all__ = ["LocalCadence"]

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .cadence_objects import CADENCE, DESCRIPTION, STARTING_CADENCES
from .cadences import Cadences
from .connection import LocalConnection
from .endings import Endings
from .store import Batch, Document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncline import ActionRequest, Context, Description, Outcome

    from .system import System


class LocalCadence(LocalConnection):
    """A connection to the workspace's own cadence; a new file starts with three cadences."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, CADENCE, DESCRIPTION)
        if not self._store.exists():
            with self._store.changing() as batch:
                # Another program may have been first.
                for cadence in () if self._store.exists() else STARTING_CADENCES:
                    batch.insert("cadence", cadence)

    def describe(self) -> Description:
        """Return the objects, the actions, and the cadences that stand in the file."""
        names = tuple(cadence["name"] for cadence in self._store.table("cadence").values())
        return replace(self._description, cadences=names)

    def _act(self, batch: Batch, requests: Sequence[ActionRequest]) -> list[Outcome]:
        several = bool(self._context.settings.get("several_cadences"))
        cadences = Cadences(batch, CADENCE, several=several)
        return [cadences.act(request) for request in requests]

    def _endings(self, batch: Batch) -> Endings:
        return _Endings(batch, CADENCE, DESCRIPTION)

    def _values(self, object_name: str, document: Document) -> Mapping[str, Any]:
        if object_name == "cadence":
            return {**document, "touches": len(document.get("touches", ()))}
        return document


class _Endings(Endings):
    """A prospect that ends leaves its cadence."""

    def __init__(self, batch: Batch, system: System, description: Description) -> None:
        super().__init__(batch, system, description)
        self._cadences = Cadences(batch, system)

    def _leaving(self, object_name: str, record_id: str, winner: str | None) -> None:
        if object_name == "prospect":
            self._cadences.end(record_id, winner)
