"""The names of what records refer to: users by e-mail, stages and cadences by name."""

from __future__ import annotations

__all__ = ["Directory", "names_of"]

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .fields import PROSPECT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from syncline import Description

    from .session import Session

#: What the API calls each directory, and the field of its rows that names one.
_SHOWN = {"users": "email", "person_stages": "name", "cadences": "name"}


class Directory:
    """Knows ids and names as they were last described; asks anew, once, for one that is missing."""

    def __init__(self, session: Session, described: Description | None) -> None:
        self._session = session
        self._names: dict[str, dict[int, str]] = {}
        self._fresh: set[str] = set()
        kind = None if described is None else described.get(PROSPECT.name)
        for field, what in PROSPECT.named.items():
            found = None if kind is None else kind.get(field)
            if found is not None:
                pairs = zip(found.codes, found.values, strict=True)
                self._names[what] = {int(code): name for code, name in pairs}

    def rows(self, what: str) -> list[dict[str, Any]]:
        """List a directory, and remember the names in it."""
        rows = self._session.all(f"/{what}.json", word="describe")
        self._names[what] = names_of(rows, _SHOWN[what])
        self._fresh.add(what)
        return rows

    def names(self, what: str) -> Mapping[int, str]:
        """Return every id with its name."""
        if what not in self._names:
            self.rows(what)
        return self._names[what]

    def name(self, what: str, id_: int) -> str | None:
        """Return the name of one; None when nobody knows it."""
        if id_ not in self.names(what):
            self._ask_again(what)
        return self._names[what].get(id_)

    def id(self, what: str, name: str) -> int | None:
        """Return the id of the one with exactly this name."""
        if name not in self.names(what).values():
            self._ask_again(what)
        return next((id_ for id_, each in self._names[what].items() if each == name), None)

    def _ask_again(self, what: str) -> None:
        if what not in self._fresh:
            self.rows(what)


def names_of(rows: Iterable[Mapping[str, Any]], shown: str) -> dict[int, str]:
    """Return id -> name; those who share a name carry their id in it, so that rules can tell."""
    found = {int(row["id"]): str(row.get(shown) or row["id"]) for row in rows}
    often = Counter(found.values())
    return {id_: f"{name} (id {id_})" if often[name] > 1 else name for id_, name in found.items()}
