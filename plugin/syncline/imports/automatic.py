"""Automatic imports: ``[imports.NAME]`` in ``syncline.toml``, which a schedule runs (RS11)."""

from __future__ import annotations

__all__ = ["Automatic", "all_of", "is_due", "named", "owner", "requests"]

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syncline_grammar.words import nearest

from ..errors import WorkspaceError
from ..ledger.codec import moment
from ..people.border import Actor
from .sources import Request

if TYPE_CHECKING:
    from ..people.roster import Roster
    from ..settings import Settings
    from .report import Import


@dataclass(frozen=True, slots=True, kw_only=True)
class Automatic:
    """One table of the settings."""

    name: str
    #: Files of the folder, by a pattern: ``inbox/*.csv``; empty for a list of the CRM.
    files: str
    folder: Path
    #: What each of them, or the list, is.
    request: Request
    every: timedelta


def all_of(settings: Settings) -> tuple[Automatic, ...]:
    """Return the automatic imports of a workspace, in the order in which they are written."""
    return tuple(_read(settings, name, table) for name, table in settings.imports.items())


def named(settings: Settings, name: str) -> Automatic:
    """Return one of them; raise ``WorkspaceError`` when there is none of that name."""
    if name not in settings.imports:
        near = nearest(name, settings.imports)
        raise WorkspaceError(
            f"no automatic import is called {name}" + (f"; did you mean {near}?" if near else ""),
            hint=f"syncline.toml has a table `[imports.{name}]` for one.",
        )
    return _read(settings, name, settings.imports[name])


def requests(wanted: Automatic) -> tuple[Request, ...]:
    """Return what an automatic import imports now: each of its files, by name, or its list."""
    if not wanted.files:
        return (wanted.request,)
    request = wanted.request
    return tuple(
        Request(file=path, columns=request.columns, country=request.country)
        for path in sorted(wanted.folder.glob(wanted.files))
        if path.is_file()
    )


def is_due(wanted: Automatic, last: Import | None, now: datetime) -> bool:
    """Tell whether its time has come, since it came to its end last."""
    return last is None or now - moment(last.started) >= wanted.every


def owner(roster: Roster | None, actor: Actor) -> Actor:
    """Return in whose name it runs: the CRM admin's; without people, whoever runs the schedule."""
    if roster is None:
        return actor
    real = "" if actor.name == roster.crm_admin else actor.name
    return Actor(person=roster.find(roster.crm_admin), name=roster.crm_admin, real=real)


def _read(settings: Settings, name: str, table: Mapping[str, Any]) -> Automatic:
    return Automatic(
        name=name,
        files=table.get("files", ""),
        folder=settings.folder,
        request=Request(
            crm=table.get("crm", ""),
            where=table.get("where", ""),
            columns=table.get("columns", {}),
            country=table.get("country", ""),
        ),
        every=timedelta(minutes=table["every"]),
    )
