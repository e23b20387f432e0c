"""The people to whom records belong: rules name them by e-mail address."""

from __future__ import annotations

__all__ = ["KEEP", "REFUSE", "Owners"]

from typing import TYPE_CHECKING, Any

from syncline import FatalError, Gone, GoneKind, Page, Position, Record

from .describe import OWNER_TYPE
from .kinds import OWNER
from .values import Untranslatable, from_wire, instant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .session import Session

_PATH = "/crm/v3/owners"
_PAGE = "500"
#: What to do with a record for somebody who has left or is not known: refuse its row, leave its
#: owner as it is, or give it to whoever is named instead.
REFUSE, KEEP = "refuse", "keep"


class Owners:
    """Who is who, asked for once in a connection and only when a rule needs it."""

    def __init__(self, session: Session, unknown: str) -> None:
        self._session = session
        self._unknown = unknown
        self._people: list[dict[str, Any]] | None = None
        self._asked = instant("0")

    def email(self, owner_id: str | None) -> str | None:
        """Return the address of an owner, who may have left; None if nobody has this id."""
        found = [each["email"] for each in self._all() if each["id"] == owner_id]
        return str(found[0]) if found and found[0] else None

    def id_of(self, email: str) -> str | None:
        """Return the id of the active owner to give a record to; None leaves its owner alone.

        Raises ``Untranslatable`` when there is none, and the settings say to refuse it.
        """
        found = self._active(email)
        if found is not None:
            return found
        if self._unknown == KEEP:
            return None
        if self._unknown != REFUSE:
            instead = self._active(self._unknown)
            if instead is None:
                raise FatalError(
                    "The owner that unknown_owner in [connections.hubspot] names is no active "
                    "owner in HubSpot.",
                    hint="Correct the address, or write `refuse` or `keep`.",
                )
            return instead
        left = any(_same(each["email"], email) for each in self._all())
        code, what = ("INACTIVE_OWNER", "has left") if left else ("UNKNOWN_OWNER", "is not known")
        raise Untranslatable(
            code,
            f"the owner {email} {what} in HubSpot; unknown_owner in [connections.hubspot] says "
            "what to do then",
        )

    def page(self, fields: Sequence[str], since: Position | None) -> Page:
        """Return all owners that changed after *since*, and those that left, in one page."""
        self._people = None
        people = self._all()
        place = since or Position(modified=instant("0"))
        rows = [
            (Position(modified=instant(each["updatedAt"]), id=each["id"]), each) for each in people
        ]
        rows = sorted(((at, each) for at, each in rows if at > place), key=lambda row: row[0])
        return Page(
            records=tuple(_record(each, fields) for _, each in rows if not each["archived"]),
            position=rows[-1][0] if rows else place,
            server_time=self._asked,
            gone=tuple(
                Gone(object=OWNER, id=each["id"], kind=GoneKind.DELETED, at=at.modified)
                for at, each in rows
                if each["archived"] and since is not None
            ),
        )

    def read(self, ids: Sequence[str], fields: Sequence[str]) -> list[Record]:
        """Return those who are here."""
        here = [each for each in self._all() if each["id"] in ids and not each["archived"]]
        return [_record(each, fields) for each in here]

    def _active(self, email: str) -> str | None:
        for each in self._all():
            if not each["archived"] and _same(each["email"], email):
                return str(each["id"])
        return None

    def _all(self) -> list[dict[str, Any]]:
        if self._people is None:
            self._people = [*self._listed("false"), *self._listed("true")]
        return self._people

    def _listed(self, archived: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        params = {"limit": _PAGE, "archived": archived}
        while True:
            reply = self._session.call("GET", _PATH, word="owners", params=params)
            if archived == "false" and not found:
                # What changes from here on is in the next listing.
                self._asked = reply.server_time
            found += reply.body["results"]
            after = reply.following
            if after is None:
                return found
            params = {**params, "after": after}


def _same(one: str | None, other: str) -> bool:
    return one is not None and one.strip().casefold() == other.strip().casefold()


def _record(owner: dict[str, Any], fields: Sequence[str]) -> Record:
    texts = {name: None if owner.get(name) is None else str(owner[name]) for name in fields}
    values = {name: from_wire(text, OWNER_TYPE.get(name)) for name, text in texts.items()}
    return Record(object=OWNER, id=owner["id"], values=values, modified=instant(owner["updatedAt"]))
