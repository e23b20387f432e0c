"""What a workspace remembers of the systems' descriptions, so that no cycle pays for them."""

from __future__ import annotations

__all__ = ["Memory"]

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any, cast

from tinydb import where

from .descriptions import description_from_json, description_to_json
from .documents import open_documents
from .errors import WorkspaceError
from .model import Description, Side

#: A description is asked for anew after this time.
_FOR = timedelta(hours=24)
_TABLE = "descriptions"
_UNREADABLE = (KeyError, TypeError, ValueError, WorkspaceError)


class Memory:
    """The remembered description of one system, reached by certain settings."""

    def __init__(self, path: Path, side: Side, system: str, settings: Mapping[str, Any]) -> None:
        self._path = path
        reached = json.dumps(dict(settings), sort_keys=True, default=str)
        self._key = f"{side}:{system}:{blake2b(reached.encode(), digest_size=8).hexdigest()}"

    def recall(self, now: datetime) -> Description | None:
        """Return the description; None when there is none, or it is old or unreadable."""
        try:
            for document in self._kept():
                if now - datetime.fromisoformat(document["asked"]) < _FOR:
                    return description_from_json(document["description"])
        except _UNREADABLE:
            # It can always be asked for again.
            return None
        return None

    def unit(self) -> str | None:
        """Return the unit of its prices, which no time changes; None when it was never asked."""
        try:
            return next((str(d["description"]["prices"]["unit"]) for d in self._kept()), None)
        except _UNREADABLE:
            return None

    def _kept(self) -> list[dict[str, Any]]:
        with open_documents(self._path) as documents:
            table: Any = cast("Any", documents).table(_TABLE)
            found: list[dict[str, Any]] = table.all()
        return [document for document in found if document["key"] == self._key]

    def keep(self, description: Description, now: datetime) -> None:
        """Keep *description* in the place of an older one."""
        document = {
            "key": self._key,
            "asked": now.isoformat(),
            "description": description_to_json(description),
        }
        try:
            self._put(document)
        except WorkspaceError:
            self._path.unlink(missing_ok=True)
            self._put(document)

    def _put(self, document: dict[str, Any]) -> None:
        with open_documents(self._path) as documents:
            table: Any = cast("Any", documents).table(_TABLE)
            table.remove(where("key") == self._key)
            table.insert(document)
