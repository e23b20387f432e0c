"""The document of one company, team or person: a level, a name, and what it sets."""

from __future__ import annotations

__all__ = ["VERSION", "Level", "SettingsDocument", "document_from_json", "key_of"]

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from syncline_schemas import check

from ..errors import WorkspaceError
from ..model import plain
from .checks import fault_in
from .names import SETTINGS

#: Raised when a document's meaning changes; an older program refuses a newer document.
VERSION = 1


class Level(StrEnum):
    """Whose settings they are, the furthest from a person first."""

    COMPANY = "company"
    TEAM = "team"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsDocument:
    """What one level says."""

    level: Level
    #: The team's name, the person's e-mail address or user name; empty for the company.
    name: str = ""
    settings: Mapping[str, Any]

    @property
    def source(self) -> str:
        """How the level is called where a value's source is told."""
        return f"{self.level} {self.name}".rstrip()

    def to_json(self) -> dict[str, Any]:
        """Return the document of ``settings.schema.json``."""
        return {
            "version": VERSION,
            "level": str(self.level),
            "name": self.name,
            "settings": dict(self.settings),
        }


def key_of(name: str) -> str:
    """Return a name as it compares: without case and outer space."""
    return name.strip().casefold()


def document_from_json(document: Any, where: str, *, lasting: bool = False) -> SettingsDocument:
    """Return the document; raise ``WorkspaceError`` for a newer version and for what is no such.

    With *lasting* it was accepted once: a value that has lost its meaning since (a time zone that
    is no more) is kept, for ``effective`` passes it over and ``faults`` tells it.
    """
    given = cast("dict[str, Any]", document) if isinstance(document, dict) else {}
    version = given.get("version")
    if isinstance(version, int) and version > VERSION:
        raise WorkspaceError(
            f"{where} belongs to a newer version of Syncline (document version {version}; this "
            f"one reads up to {VERSION})",
            hint="Nothing was changed. Upgrade Syncline: `pip install --upgrade syncline`.",
        )
    wrong = check("settings", document)
    if wrong:
        raise WorkspaceError(
            f"{where} is not valid: {wrong[0]}",
            hint="`syncline settings export` shows what such a document holds.",
        )
    # Half a sign is in no file.
    given = json.loads(plain(json.dumps(given, ensure_ascii=False)))
    found = SettingsDocument(
        level=Level(given["level"]), name=given["name"].strip(), settings=given["settings"]
    )
    if (found.level is Level.COMPANY) == bool(found.name):
        raise WorkspaceError(
            f"{where} is not valid: a team and a person have a name, the company has none"
        )
    for name, value in found.settings.items():
        if SETTINGS[name].personal and found.level is not Level.PERSON:
            raise WorkspaceError(f"{where} is not valid: {name} is set for a person alone")
        if not lasting and (fault := fault_in(name, value)):
            raise WorkspaceError(f"{where}, {name}: {fault}")
    return found
