"""Organizations by their names, as persons, deals and leads refer to them."""

from __future__ import annotations

__all__ = ["Organizations"]

from typing import TYPE_CHECKING, Any

from .book import UnfitError
from .kinds import KINDS
from .reading import rows_by_ids
from .session import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .session import Session

_SEARCH_PRICE = 20
_KIND = KINDS["organization"]


class Organizations:
    """Knows in a run which organization is called what; asks for what it does not know."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._names: dict[str, str | None] = {}
        self._ids: dict[str, str] = {}

    def know(self, ids: Iterable[str]) -> None:
        """Learn the names of many at once: a call for a hundred of them."""
        unknown = [each for each in dict.fromkeys(ids) if each not in self._names]
        self._names |= dict.fromkeys(unknown)
        for row in rows_by_ids(self._session, _KIND, unknown, ()):
            self._names[str(row["id"])] = row["name"]

    def name(self, id_: str) -> str | None:
        """Return the name of an organization; None if it is no longer there."""
        self.know([id_])
        return self._names[id_]

    def called(self, id_: str, name: str) -> None:
        """Learn what an organization is called that was written just now."""
        self._names[id_] = name
        self._ids.setdefault(name.strip().casefold(), id_)

    def id(self, name: str) -> str:
        """Return the organization of that name, whatever its case; a new one if there is none.

        Raises ``UnfitError`` when several are called so.
        """
        wanted = name.strip().casefold()
        if wanted not in self._ids:
            self._ids[wanted] = self._found(name.strip()) or self._made(name.strip())
        return self._ids[wanted]

    def _found(self, name: str) -> str | None:
        asked = {"term": name, "fields": "name", "exact_match": "true", "limit": "100"}
        reply = self._session.call(
            "GET", f"{_KIND.path}/search", word="look up", price=_SEARCH_PRICE, params=asked
        )
        items: list[dict[str, Any]] = reply.data["items"]
        same = [
            str(each["item"]["id"])
            for each in items
            if str(each["item"]["name"]).strip().casefold() == name.casefold()
        ]
        if len(same) > 1:
            raise UnfitError(
                "AMBIGUOUS_ORGANIZATION", f'{len(same)} organisations are called "{name}"'
            )
        return same[0] if same else None

    def _made(self, name: str) -> str:
        try:
            reply = self._session.call(
                "POST", _KIND.path, word="write", price=_KIND.write_price, json={"name": name}
            )
        except RefusedError as err:
            raise UnfitError(err.code, f"the organisation was refused: {err.words}") from err
        return str(reply.data["id"])
