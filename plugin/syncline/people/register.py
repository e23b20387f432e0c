"""The people's document, ``people.json`` in the workspace's folder: small, and for people to read.

Without it nobody is set up, and whoever can open the folder may do everything.
"""

from __future__ import annotations

__all__ = ["FILE_NAME", "Register"]

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from syncline_schemas import check

from ..documents import open_documents
from ..errors import WorkspaceError
from .rights import Role
from .roster import Person

FILE_NAME = "people.json"
#: Raised when the document's meaning changes; an older program refuses a newer one.
VERSION = 1


class Register:
    """Reads and replaces the document of one workspace."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    def read(self) -> tuple[tuple[Person, ...], str]:
        """Return everybody in the order in which they came, and the super-admin that was chosen.

        Nobody, if there is no document. Raises ``WorkspaceError`` when it is damaged or newer:
        then nobody may do anything.
        """
        if not self._path.exists():
            return (), ""
        with closing(open_documents(self._path)) as file:
            document: dict[str, Any] = file.storage.read() or {}
        meta = document.get("_meta", {}).get("1", {})
        version = meta.get("version")
        if isinstance(version, int) and version > VERSION:
            raise WorkspaceError(
                f"{FILE_NAME} belongs to a newer version of Syncline (file version {version}; this "
                f"one reads up to {VERSION})",
                hint="Upgrade Syncline: `pip install --upgrade syncline`.",
            )
        if faults := check("people", document):
            raise WorkspaceError(
                f"{FILE_NAME} is not valid, and nobody can be told by it: {'; '.join(faults[:3])}",
                hint=f"Correct {self._path}, or restore it from a backup.",
            )
        rows = sorted(document["person"].items(), key=lambda row: int(row[0]))
        persons = tuple(
            Person(email=row["email"], role=Role(row["role"]), users=tuple(row["users"]))
            for _number, row in rows
        )
        return persons, meta["super_admin"]

    def write(self, persons: Sequence[Person], chosen: str) -> None:
        """Replace the document in one step."""
        with closing(open_documents(self._path)) as file:
            file.storage.write(
                {
                    "_meta": {"1": {"version": VERSION, "super_admin": chosen}},
                    "person": {
                        str(number): {
                            "email": person.email,
                            "role": str(person.role),
                            "users": list(person.users),
                        }
                        for number, person in enumerate(persons, 1)
                    },
                }
            )
