"""What a workspace remembers of the systems' descriptions, so that no cycle pays for them."""

from __future__ import annotations

__all__ = ["remember", "remembered"]

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from .descriptions import description_from_json, description_to_json
from .documents import open_documents
from .errors import WorkspaceError
from .model import Description, Side

#: A description is asked for anew after this time.
_FOR = timedelta(hours=24)
_TABLE = "descriptions"


def remembered(path: Path, side: Side, system: str, now: datetime) -> Description | None:
    """Return the description kept in the file at *path*, None when it is old or unreadable."""
    try:
        with open_documents(path) as documents:
            table: Any = cast("Any", documents).table(_TABLE)
            found: list[dict[str, Any]] = table.all()
        for document in found:
            if (document["side"], document["system"]) == (str(side), system):
                asked = datetime.fromisoformat(document["asked"])
                if now - asked < _FOR:
                    return description_from_json(document["description"])
    except (KeyError, TypeError, ValueError, WorkspaceError):
        # It can always be asked for again.
        return None
    return None


def remember(path: Path, side: Side, system: str, description: Description, now: datetime) -> None:
    """Keep a description in the file at *path*, in the place of an older one."""
    document = {
        "side": str(side),
        "system": system,
        "asked": now.isoformat(),
        "description": description_to_json(description),
    }

    def same(found: Any) -> bool:
        return (found.get("side"), found.get("system")) == (str(side), system)

    try:
        _put(path, same, document)
    except WorkspaceError:
        path.unlink(missing_ok=True)
        _put(path, same, document)


def _put(path: Path, same: Any, document: dict[str, Any]) -> None:
    with open_documents(path) as documents:
        table: Any = cast("Any", documents).table(_TABLE)
        table.remove(same)
        table.insert(document)
