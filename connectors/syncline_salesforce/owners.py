"""Owners by their e-mail: ids of users mean nothing outside of an org (RS6)."""

from __future__ import annotations

__all__ = ["OWNER_EMAIL", "OWNER_PATH", "Owners"]

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from syncline import FatalError, Outcome, OutcomeStatus, is_blank

from . import soql

if TYPE_CHECKING:
    from syncline import Write

    from .session import Session

#: The field that stands for the owner in a rule, and how a query reaches it.
OWNER_EMAIL, OWNER_PATH = "OwnerEmail", "Owner.Email"


class Owners:
    """The org's users by e-mail, each asked for once in a run; an address's case does not count."""

    def __init__(self, session: Session, otherwise: str) -> None:
        self._session = session
        self._otherwise = otherwise
        #: The ids of the active users with an address; None when there are inactive ones alone.
        self._known: dict[str, list[str] | None] = {}

    def translate(self, writes: Sequence[Write]) -> list[Write | Outcome]:
        """Return each write with the owner's id in place of the address, or why it is refused."""
        asked = {_address(write) for write in writes} - {""}
        if asked:
            fallback = {self._otherwise.casefold()} if "@" in self._otherwise else set[str]()
            self._learn(sorted((asked | fallback) - self._known.keys()))
        return [self._translated(write) for write in writes]

    def _translated(self, write: Write) -> Write | Outcome:
        if OWNER_EMAIL not in write.values:
            return write
        values = {name: value for name, value in write.values.items() if name != OWNER_EMAIL}
        address = _address(write)
        if not address:
            # No record is without an owner: a new one is given to the user who makes it, and any
            # other stays as it is.
            return replace(write, values=values)
        found = self._known.get(address)
        if found is not None and len(found) == 1:
            return replace(write, values={**values, "OwnerId": found[0]})
        if self._otherwise == "keep":
            return replace(write, values=values)
        if self._otherwise != "refuse":
            return replace(write, values={**values, "OwnerId": self._fallback()})
        if found is not None and len(found) > 1:
            return _refused(
                write, "AMBIGUOUS_OWNER", f"Several active users have the e-mail {address}."
            )
        code = "INACTIVE_OWNER" if found is None and address in self._known else "UNKNOWN_OWNER"
        word = "inactive" if code == "INACTIVE_OWNER" else "unknown"
        return _refused(write, code, f"The owner {address} is {word} as a user.")

    def _fallback(self) -> str:
        found = self._known.get(self._otherwise.casefold())
        if not found or len(found) != 1:
            raise FatalError(
                f"{self._otherwise} is not one active user of the Salesforce org.",
                hint="Correct other_owner in syncline.toml: the e-mail of an active user.",
            )
        return found[0]

    def _learn(self, addresses: Sequence[str]) -> None:
        select = soql.select("User", ("Id", "Email", "IsActive"), "WHERE Email IN")
        users = [
            row
            for text in soql.shares(select, addresses)
            for row in self._session.query(text, "owners")[0]
        ]
        for address in addresses:
            mine = [row for row in users if str(row["Email"]).casefold() == address]
            active = [str(row["Id"]) for row in mine if row["IsActive"]]
            self._known[address] = active or (None if mine else [])


def _address(write: Write) -> str:
    value = write.values.get(OWNER_EMAIL)
    return "" if is_blank(value) else str(value).strip().casefold()


def _refused(write: Write, code: str, message: str) -> Outcome:
    return Outcome(status=OutcomeStatus.REFUSED, id=write.id, code=code, message=message)
