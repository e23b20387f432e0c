"""What holds for one person: the person's own settings over the team's over the company's."""

from __future__ import annotations

__all__ = ["Chosen", "Documents", "effective", "faults"]

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from .checks import fault_in
from .documents import Level, SettingsDocument, key_of
from .names import SETTINGS, Merge, Setting

Documents: TypeAlias = Iterable[SettingsDocument]


class Chosen(NamedTuple):
    """A value that holds, and where it comes from.

    The source is ``default``, ``company``, ``team Paris`` or ``person ann@acme.example``; several
    joined by `` + `` where lists add up.
    """

    value: Any
    source: str


def effective(documents: Documents, person: str = "", *, team: str = "") -> dict[str, Chosen]:
    """Return each setting that holds for *person*, by its name, in the order of ``SETTINGS``.

    Without a person it is what holds for *team*, or for the company. Somebody without settings
    has the company's. A value that has lost its meaning (a time zone that no longer exists) is
    passed over, as if its level said nothing; ``faults`` tells it.
    """
    levels = _levels(list(documents), person, team)
    return {
        name: _choose(setting, levels)
        for name, setting in SETTINGS.items()
        if person or not setting.personal
    }


def faults(documents: Documents) -> list[str]:
    """Say of each value that was accepted once and has lost its meaning, whose it is and why."""
    return [
        f"{name} of {document.source} is passed over: {fault}"
        for document in documents
        for name, value in document.settings.items()
        if (fault := fault_in(name, value))
    ]


def _levels(
    documents: Sequence[SettingsDocument], person: str, team: str
) -> list[SettingsDocument]:
    """Return those that speak to the person, the nearest first."""
    known = {(each.level, key_of(each.name)): each for each in documents}
    own = known.get((Level.PERSON, key_of(person))) if person else None
    if own is not None:
        team = str(own.settings.get("team", ""))
    found = (own, known.get((Level.TEAM, key_of(team))), known.get((Level.COMPANY, "")))
    return [each for each in found if each is not None]


def _choose(setting: Setting, levels: Sequence[SettingsDocument]) -> Chosen:
    said = [
        Chosen(value, document.source)
        for document in levels
        if (value := document.settings.get(setting.name)) is not None
        and not fault_in(setting.name, value)
    ]
    if not said:
        return Chosen(setting.default, "default")
    match setting.merge:
        case Merge.NEAREST:
            return said[0]
        case Merge.LOWEST:
            # min() keeps the first of equals: the nearest.
            return min(said, key=lambda each: each.value)
        case Merge.TOGETHER:
            return _together(said)


def _together(said: Sequence[Chosen]) -> Chosen:
    entries: dict[str, Mapping[str, Any]] = {}
    sources: list[str] = []
    for value, source in said:
        new = {key_of(entry["title"]): entry for entry in value}
        if new.keys() - entries.keys():
            sources.append(source)
        entries = {**new, **entries}
    return Chosen(list(entries.values()), " + ".join(sources) or said[0].source)
