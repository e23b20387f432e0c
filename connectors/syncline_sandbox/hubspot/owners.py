"""The people to whom records belong; one who has left is archived."""

from __future__ import annotations

__all__ = ["Owners"]

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .wire import NotFound, Refusal, instant, truth

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from .store import Store

_LARGEST_PAGE = 500


class Owners:
    """Who is here and who has left; a new portal begins with three."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        if not store.table("owners"):
            with store.request():
                for email, first, last in _FIRST:
                    self.add(email, first, last)
                self.leave(_FIRST[-1][0])

    def add(self, email: str, first: str, last: str) -> dict[str, Any]:
        """Add somebody."""
        number = 81_000_001 + len(self._store.table("owners"))
        moment = instant(self._now())
        owner: dict[str, Any] = {
            "id": str(number),
            "email": email,
            "firstName": first,
            "lastName": last,
            "userId": number - 71_000_000,
            "userIdIncludingInactive": number - 71_000_000,
            "createdAt": moment,
            "updatedAt": moment,
            "archived": False,
            "type": "PERSON",
        }
        self._store.put("owners", owner["id"], owner)
        return owner

    def leave(self, email: str) -> dict[str, Any]:
        """Take somebody's access away."""
        for owner in self._store.table("owners").values():
            if owner["email"] == email and not owner["archived"]:
                left = {**owner, "archived": True, "updatedAt": instant(self._now())}
                self._store.put("owners", owner["id"], left)
                return left
        raise NotFound

    def page(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """Return a page of those who are here, or of those who have left."""
        archived = truth(asked, "archived")
        email, after = asked.get("email"), int(asked.get("after") or 0)
        limit = int(asked.get("limit") or 100)
        if limit > _LARGEST_PAGE:
            raise Refusal(f"The limit of owners is {_LARGEST_PAGE}, not {limit}")
        found = [
            owner
            for _, owner in sorted(self._store.table("owners").items())
            if owner["archived"] is archived and email in {None, owner["email"]}
        ]
        page = {"results": found[after : after + limit]}
        if after + limit < len(found):
            return {**page, "paging": {"next": {"after": str(after + limit)}}}
        return page

    def one(self, owner_id: str, *, archived: bool) -> dict[str, Any]:
        """Return one of them."""
        owner = self._store.table("owners").get(owner_id)
        if owner is None or owner["archived"] is not archived:
            raise NotFound
        found: dict[str, Any] = owner
        return found


_FIRST = (
    ("ada@sandbox.example", "Ada", "Ames"),
    ("ben@sandbox.example", "Ben", "Boyd"),
    ("cleo@sandbox.example", "Cleo", "Cole"),
)
