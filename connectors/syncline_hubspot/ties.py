"""Associations of activities with contacts, read for a page of them at once."""

from __future__ import annotations

__all__ = ["Ties"]

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .kinds import Kind
    from .session import Session

_READ = 1000


class Ties:
    """Says with whom activities happened: no list, search or read of records tells."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def contacts(self, kind: Kind, ids: Sequence[str]) -> dict[str, str]:
        """Return for each activity the first contact that it is associated with, if any."""
        found: dict[str, str] = {}
        path = f"/crm/v4/associations/{kind.path}/contacts/batch/read"
        for start in range(0, len(ids), _READ):
            body = {"inputs": [{"id": each} for each in ids[start : start + _READ]]}
            reply = self._session.call("POST", path, word="read", json=body, writes=False)
            for result in reply.body["results"]:
                to = sorted(int(each["toObjectId"]) for each in result["to"])
                if to:
                    found[str(result["from"]["id"])] = str(to[0])
        return found
