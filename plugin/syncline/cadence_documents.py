"""Cadences as documents that a person edits (``cadence.schema.json``)."""

from __future__ import annotations

__all__ = ["cadences_from", "cadences_to"]

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from syncline_schemas import check

from .errors import WorkspaceError
from .touches import Cadence, Touch

_VERSION = 1


def cadences_to(cadences: Sequence[Cadence]) -> dict[str, Any]:
    """Return cadences as a document of ``cadence.schema.json``."""
    return {
        "version": _VERSION,
        "cadences": [
            {"name": each.name, "touches": [_touch_to(touch) for touch in each.touches]}
            for each in cadences
        ],
    }


def cadences_from(document: Any) -> list[Cadence]:
    """Return the cadences of a document; raise ``WorkspaceError`` where it is none."""
    given: Any = document
    version = given.get("version") if isinstance(document, dict) else None
    if isinstance(version, int) and version > _VERSION:
        raise WorkspaceError(
            f"the cadences belong to a newer version of Syncline (document version {version}; "
            f"this one reads up to {_VERSION})",
            hint="Upgrade Syncline: `pip install --upgrade syncline`.",
        )
    faults = check("cadence", document)
    found: list[dict[str, Any]] = [] if faults else given["cadences"]
    faults = faults or _misplaced(found)
    if faults:
        raise WorkspaceError(
            f"the cadences are not valid: {'; '.join(faults)}",
            hint="`syncline cadences export` prints a document to compare with.",
        )
    return [
        Cadence(
            name=each["name"].strip(),
            touches=tuple(Touch(**touch) for touch in each["touches"]),
        )
        for each in found
    ]


def _misplaced(cadences: list[dict[str, Any]]) -> list[str]:
    faults: list[str] = []
    seen: set[str] = set()
    for each in cadences:
        name = each["name"].strip()
        if name.casefold() in seen:
            faults.append(f'"{name}" stands there twice')
        seen.add(name.casefold())
        days = [touch["day"] for touch in each["touches"]]
        faults += [
            f'touch {number} of "{name}" is on day {day}, before the one before it (day {before})'
            for number, (before, day) in enumerate(pairwise(days), start=2)
            if day < before
        ]
    return faults


def _touch_to(touch: Touch) -> dict[str, Any]:
    named = {"template": touch.template, "subject": touch.subject}
    return {
        "channel": touch.channel,
        "day": touch.day,
        **{name: text for name, text in named.items() if text},
    }
