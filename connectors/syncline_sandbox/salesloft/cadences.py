"""Who is on which cadence: people are added and removed, and one record a cadence remembers it."""

from __future__ import annotations

__all__ = ["Memberships"]

from typing import TYPE_CHECKING, Any

from syncline import Fault

from .wire import Refusal, not_found

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncline import Faults

    from .store import Row, Store

_TABLE = "cadence_memberships"


class Memberships:
    """The memberships in one store."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self._store = store
        self._faults = faults

    def add(self, given: Mapping[str, Any]) -> Row:
        """Put a person on a cadence, at its first step; one that was on it before comes back."""
        person = self._store.get("people", given.get("person_id"))
        cadence = self._store.get("cadences", given.get("cadence_id"))
        self._suffer()
        if cadence["current_state"] != "active":
            raise Refusal(422, cadence="is not active")
        if person.get("do_not_contact"):
            raise Refusal(422, person="is marked as do not contact")
        before = self._of(person["id"], cadence["id"])
        if before is not None and before["currently_on_cadence"]:
            raise Refusal(422, person="is already on this cadence")
        values = {
            "added_at": self._store.now(),
            "currently_on_cadence": True,
            "current_state": "staged",
        }
        fresh = {
            "person_id": person["id"],
            "cadence_id": cadence["id"],
            "user_id": 1,
            "person_deleted": False,
        }
        found = (
            self._store.add(_TABLE, {**fresh, **values})
            if before is None
            else self._store.change(_TABLE, before, **values)
        )
        self._store.change("people", person, most_recent_cadence_id=cadence["id"])
        return found

    def remove(self, id_: str) -> None:
        """Take a person off a cadence; the record of it stays, and is not found any more."""
        row = self._store.get(_TABLE, id_)
        if not row["currently_on_cadence"]:
            raise not_found()
        self._suffer()
        if row["current_state"] == "processing":
            raise Refusal(422, base="is being processed; try again later")
        self._end(row, "removed")

    def busy(self, id_: Any) -> Row:
        """Let the vendor be at work on a membership, which takes no change meanwhile."""
        return self._store.change(_TABLE, self._store.get(_TABLE, id_), current_state="processing")

    def finish(self, id_: Any) -> Row:
        """Let a person come to the end of a cadence."""
        return self._end(self._store.get(_TABLE, id_), "completed")

    def _end(self, row: Row, state: str) -> Row:
        person = self._store.get("people", row["person_id"])
        self._store.change("people", person)
        return self._store.change(_TABLE, row, currently_on_cadence=False, current_state=state)

    def _of(self, person: int, cadence: int) -> Row | None:
        return next(
            (
                row
                for row in self._store.rows(_TABLE)
                if (row["person_id"], row["cadence_id"]) == (person, cadence)
            ),
            None,
        )

    def _suffer(self) -> None:
        """Meet the dial's passing refusal of one record: another request has hold of it."""
        if self._faults.strikes(Fault.ROW):
            raise Refusal(409, "Conflict")
