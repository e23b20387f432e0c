"""The fields that an editor knows: at once what is remembered, and later what the systems say.

Nothing here that is asked while one types reaches a network. ``ask`` does, and runs aside.
"""

from __future__ import annotations

__all__ = ["Catalogs"]

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from ..errors import SynclineError
from ..memory import Memory
from ..model import Description, Side
from ..plugins import Registry
from ..rules.catalog import Catalog
from ..settings import FILE_NAME, Settings, read_settings
from ..workspace import Workspace

#: Seen from the beginning of time nothing is too old: old fields are better than none.
_EVER = datetime.min.replace(tzinfo=UTC)


class Catalogs:
    """Makes the catalog of a rule file from what is known of the systems that it connects."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        #: What systems said when they were asked, by workspace, side and name.
        self._said: dict[tuple[Path, Side, str], Description] = {}

    def known(self, file: Path | None, systems: Mapping[Side, str]) -> Catalog:
        """Return the catalog for *file*, which connects *systems*; never waits for a system.

        A system of which nothing is known is stood in for by the embedded one of its side; the
        catalog's ``systems`` say which are meant.
        """
        settings = _settings_of(file)
        named: dict[Side, str] = {}
        descriptions: dict[Side, Description] = {}
        for side in Side:
            name = systems.get(side, "")
            found = self._description(side, name, settings)
            named[side], descriptions[side] = found or self._stand_in(side)
        return Catalog(
            systems=named,
            descriptions=descriptions,
            functions=self._registry.functions,
            templates=self._registry.templates,
            connectors=self._registry.systems,
        )

    def ask(self, file: Path) -> str:
        """Ask the systems of *file*'s workspace for their fields, unless they are fresh.

        Returns why it could not be done, in words for the admin; empty when it is done, or when
        the file lies in no workspace.
        """
        folder = _folder_of(file)
        if folder is None:
            return ""
        try:
            with Workspace(folder, registry=self._registry, rules=file) as workspace:
                catalog = workspace.rules.catalog
        except SynclineError as err:
            return f"{err.message}. {err.hint}".strip()
        except Exception as err:  # noqa: BLE001 - a connector may raise anything, and editing goes on
            return f"The systems could not be asked for their fields: {type(err).__name__}: {err}"
        for side, description in catalog.descriptions.items():
            if description.objects:
                self._said[folder, side, catalog.systems[side]] = description
        return ""

    def _description(
        self, side: Side, name: str, settings: Settings | None
    ) -> tuple[str, Description] | None:
        kind = self._registry.connectors.get(name)
        if kind is None or side not in kind.sides:
            return None
        if settings is not None:
            said = self._said.get((settings.folder, side, name))
            if said is not None:
                return name, said
            path = settings.descriptions
            if kind.offline is None and path.exists():
                reached = settings.connections.get(name, {})
                remembered = Memory(path, side, name, reached).recall(_EVER)
                if remembered is not None:
                    return name, remembered
        return None if kind.offline is None else (name, kind.offline(side))

    def _stand_in(self, side: Side) -> tuple[str, Description]:
        for kind in self._registry.connectors.values():
            if kind.offline is not None and side in kind.sides:
                return kind.name, kind.offline(side)
        return "nothing", Description(objects=())


def _folder_of(file: Path | None) -> Path | None:
    """Return the workspace that *file* lies in: the nearest folder above that is one."""
    if file is None:
        return None
    return next((folder for folder in file.parents if (folder / FILE_NAME).is_file()), None)


def _settings_of(file: Path | None) -> Settings | None:
    folder = _folder_of(file)
    if folder is None:
        return None
    try:
        return read_settings(folder)
    except SynclineError:
        # `syncline check` says what is wrong with it; here it only means that nothing is known.
        return None
