"""What the portal's people do by hand: restore, merge, change records, come and leave.

Each is a request of its own under ``/sandbox``, without a token and off the count of requests.
"""

from __future__ import annotations

__all__ = ["Office"]

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .catalog import kind_named
from .wire import NotFound, object_in

if TYPE_CHECKING:
    from .owners import Owners
    from .rows import Rows


class Office:
    """The hands of the portal's people."""

    def __init__(self, rows: Rows, owners: Owners) -> None:
        self._rows = rows
        self._owners = owners

    def do(self, what: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Do one request; return the id of the record or of the owner that it leaves."""
        match what:
            case "restore":
                kind = kind_named(str(given.get("object")))
                done = self._rows.restore(kind, str(given.get("id")))
            case "merge":
                kind = kind_named(str(given.get("object")))
                winner, loser = str(given.get("winner")), str(given.get("loser"))
                done = self._rows.merge(kind, winner, loser)
            case "change":
                kind = kind_named(str(given.get("object")))
                properties = object_in(given.get("properties"))
                done = self._rows.update(kind, str(given.get("id")), properties)
            case "archive":
                kind = kind_named(str(given.get("object")))
                done = self._rows.found(kind, given.get("id"))
                self._rows.archive(kind, done["id"])
            case "join":
                names = (str(given.get(each, "")) for each in ("firstName", "lastName"))
                done = self._owners.add(str(given.get("email")), *names)
            case "leave":
                done = self._owners.leave(str(given.get("email")))
            case _:
                raise NotFound
        return {"id": done["id"]}
