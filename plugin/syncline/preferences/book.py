"""Where a workspace keeps its settings: ``data/settings.json``, with who changed what when."""

from __future__ import annotations

__all__ = ["FILE_NAME", "Deed", "SettingsBook"]

from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast

from tinydb import TinyDB

from ..documents import lock_documents, open_documents
from ..errors import WorkspaceError
from .documents import Level, SettingsDocument, document_from_json, key_of
from .effective import Chosen, effective, faults
from .names import setting_named

#: What somebody may be allowed to do with the settings of a level and a name.
Deed: TypeAlias = Literal["see", "set"]

FILE_NAME = "settings.json"
_DOCUMENTS, _AUDIT = "documents", "changes"
_TEAM = "team"
#: Nobody's name: whoever may see these settings may see those of anybody.
_EVERYBODY = (Level.PERSON, "")


class SettingsBook:
    """The settings of everybody in a workspace. Each change is one replacement of the file.

    What the company and the teams set is for everybody to see; what a person set is for that
    person, and for who may see others' settings (RS9). Raises ``RefusedError`` to all others.
    """

    def __init__(
        self,
        folder: Path,
        *,
        now: Callable[[], datetime],
        who: str,
        allow: Callable[[Deed, Level, str], object] = lambda _deed, _level, _name: None,
    ) -> None:
        self._path = folder / "data" / FILE_NAME
        self._now = now
        self._who = who
        #: Raises when the settings of a level and a name are not to be seen, or to be set.
        self._allow = allow

    def documents(self) -> list[SettingsDocument]:
        """Return all documents, the company's first, then teams and people by name."""
        self._allow("see", *_EVERYBODY)
        return self._documents()

    def _documents(self) -> list[SettingsDocument]:
        return self.read(self._path.parent.parent)

    @staticmethod
    def read(folder: Path) -> list[SettingsDocument]:
        """Return all documents of the workspace in *folder*, whoever asks; it writes nothing."""
        path = folder / "data" / FILE_NAME
        if not path.exists():
            return []
        with closing(open_documents(path)) as file:
            return _sorted(_read(file))

    def effective(self, person: str = "", *, team: str = "") -> dict[str, Chosen]:
        """Return what holds for *person*, each with its source; see ``effective``."""
        if person:
            self._allow("see", Level.PERSON, person)
        return effective(self._documents(), person, team=team)

    def faults(self) -> list[str]:
        """Say which values have lost their meaning since they were set, of those to be seen."""
        return [
            fault
            for document in self._documents()
            for fault in faults([document])
            if self._is_shown(document)
        ]

    def _is_shown(self, document: SettingsDocument) -> bool:
        if document.level is Level.PERSON:
            try:
                self._allow("see", document.level, document.name)
            except WorkspaceError:
                return False
        return True

    def set(self, name: str, value: Any, *, team: str = "", person: str = "") -> SettingsDocument:
        """Let *value* hold for the company, for a team or for a person.

        Raises ``WorkspaceError`` for a value that will not do; then nothing has changed.
        """
        return self._change(setting_named(name).name, value, *_whose(team, person))

    def unset(self, name: str, *, team: str = "", person: str = "") -> SettingsDocument:
        """Let the level say nothing of a setting any more: what is further away holds."""
        level, of = _whose(team, person)
        name = setting_named(name).name
        self._allow("set", level, of)
        with self._changing() as file:
            before = _of(file, level, of)
            if name not in before.settings:
                raise WorkspaceError(
                    f"{before.source} does not set {name}",
                    hint="`syncline settings show` says where each value comes from.",
                )
            rest = {each: value for each, value in before.settings.items() if each != name}
            after = SettingsDocument(level=level, name=before.name, settings=rest)
            self._check_team(before, after)
            self._put(file, before, after)
        return after

    def take(self, document: Any) -> list[SettingsDocument]:
        """Take over documents of ``settings_export.schema.json``, or a single one, all or none.

        Each takes the place of what its level said; levels that it does not name stay.
        """
        fields = cast("dict[str, Any]", document) if isinstance(document, dict) else {}
        found: Any = fields.get("documents")
        given: list[Any] = [document] if not isinstance(found, list) else [*found]
        new = [
            document_from_json(each, "the document" if len(given) == 1 else f"document {number}")
            for number, each in enumerate(given, start=1)
        ]
        for after in new:
            self._allow("set", after.level, after.name)
        with self._changing() as file:
            for after in new:
                self._check_team(_of(file, after.level, after.name), after)
            for after in new:
                self._put(file, _of(file, after.level, after.name), after)
        return new

    def changes(self) -> list[dict[str, Any]]:
        """Return who changed what when, the newest first."""
        self._allow("see", *_EVERYBODY)
        if not self._path.exists():
            return []
        with self._open() as file:
            return [dict(line) for line in reversed(_table(file, _AUDIT).values())]

    def _change(self, name: str, value: Any, level: Level, of: str) -> SettingsDocument:
        self._allow("set", level, of)
        with self._changing() as file:
            before = _of(file, level, of)
            wanted = SettingsDocument(
                level=level, name=before.name, settings={**before.settings, name: value}
            )
            after = document_from_json(wanted.to_json(), wanted.source, lasting=True)
            # Only the value that is new must mean something: an old one may have lost it.
            document_from_json({**wanted.to_json(), "settings": {name: value}}, wanted.source)
            self._check_team(before, after)
            self._put(file, before, after)
        return after

    def _check_team(self, before: SettingsDocument, after: SettingsDocument) -> None:
        """Let those alone move a person who may change teams: their limits bind who is in them."""
        teams = {str(d.settings[_TEAM]) for d in (before, after) if _TEAM in d.settings}
        if before.settings.get(_TEAM) != after.settings.get(_TEAM):
            for team in sorted(teams):
                self._allow("set", Level.TEAM, team)

    def _put(self, file: TinyDB, before: SettingsDocument, after: SettingsDocument) -> None:
        at = self._now().astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        names = [
            name
            for name in dict.fromkeys([*before.settings, *after.settings])
            if before.settings.get(name) != after.settings.get(name)
        ]
        if not names:
            return
        # The tables of both are replaced at once: no change without its line.
        tables: dict[str, dict[str, Any]] = dict(file.storage.read() or {})
        kept = {
            str(number): each.to_json()
            for number, each in enumerate(
                _sorted([*(d for d in _read(file) if _place(d) != _place(after)), after]), start=1
            )
            if each.settings
        }
        audit = dict(tables.get(_AUDIT, {}))
        for name in names:
            audit[str(len(audit) + 1)] = {
                "at": at,
                "who": self._who,
                "level": str(after.level),
                "name": after.name,
                "setting": name,
                "old": before.settings.get(name),
                "new": after.settings.get(name),
            }
        file.storage.write({**tables, _DOCUMENTS: kept, _AUDIT: audit})

    @contextmanager
    def _open(self) -> Generator[TinyDB]:
        file = open_documents(self._path)
        try:
            yield file
        finally:
            file.close()

    @contextmanager
    def _changing(self) -> Generator[TinyDB]:
        """Let one process or thread at a time change the file."""
        with lock_documents(self._path), self._open() as file:
            yield file


def _whose(team: str, person: str) -> tuple[Level, str]:
    if team and person:
        raise WorkspaceError("name either a team or a person, not both")
    if person:
        return Level.PERSON, person
    return (Level.TEAM, team) if team else (Level.COMPANY, "")


def _place(document: SettingsDocument) -> tuple[Level, str]:
    return document.level, key_of(document.name)


def _read(file: TinyDB) -> list[SettingsDocument]:
    return [
        document_from_json(each, f"a document of data/{FILE_NAME}", lasting=True)
        for each in _table(file, _DOCUMENTS).values()
    ]


def _table(file: TinyDB, name: str) -> dict[str, Any]:
    """Return one table as it is in the file now; the storage keeps it, so nobody changes it."""
    return (file.storage.read() or {}).get(name, {})


def _sorted(documents: Sequence[SettingsDocument]) -> list[SettingsDocument]:
    order = list(Level)
    return sorted(documents, key=lambda each: (order.index(each.level), key_of(each.name)))


def _of(file: TinyDB, level: Level, name: str) -> SettingsDocument:
    """Return what the level says; an empty document when it says nothing yet."""
    for each in _read(file):
        if _place(each) == (level, key_of(name)):
            return each
    return SettingsDocument(level=level, name=name.strip(), settings={})
