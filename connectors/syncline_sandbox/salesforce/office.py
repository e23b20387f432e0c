"""What people do with records by hand, and programs over SOAP alone: merge, undelete, convert.

The vendor's REST interface has no such resource. Here each is a request of its own under
``/sandbox``, without a token and off the count of calls: this is the org's own people at work.
"""

from __future__ import annotations

__all__ = ["Office"]

from typing import TYPE_CHECKING, Any

from .catalog import catalog
from .rows import object_named, touched
from .wire import Refusal, instant, same_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from .catalog import ObjectInfo
    from .engagement import Engagement
    from .rows import Rows
    from .store import Row, Store

#: What a new contact takes over from a lead, and under which name.
_TAKEN = {
    "Salutation": "Salutation", "FirstName": "FirstName", "LastName": "LastName", "Title": "Title",
    "Email": "Email", "Phone": "Phone", "MobilePhone": "MobilePhone", "Fax": "Fax",
    "LeadSource": "LeadSource", "Description": "Description", "Street": "MailingStreet",
    "City": "MailingCity", "State": "MailingState", "PostalCode": "MailingPostalCode",
    "Country": "MailingCountry",
}  # fmt: skip
#: References that say what became of a record; no merge or conversion moves them.
_FIXED = frozenset(
    {
        "MasterRecordId",
        "ConvertedContactId",
        "ConvertedAccountId",
        "ConvertedOpportunityId",
        "TargetId",
    }
)


class Office:
    """The hands of the org's people."""

    def __init__(
        self, store: Store, rows: Rows, engagement: Engagement, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._rows = rows
        self._engagement = engagement
        self._now = now

    def do(self, what: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Do one request: its name, and its ids by their names; return the id that is left."""
        match what:
            case "merge":
                done = self.merge(given.get("loser"), given.get("winner"))
            case "undelete":
                done = self.undelete(given.get("id"))
            case "convert":
                done = self.convert(given.get("lead"), given.get("contact"))
            case _:
                raise Refusal("NOT_FOUND", f"Nobody can {what} here", status=404)
        return {"id": done, "success": True}

    def merge(self, loser: Any, winner: Any) -> str:
        """Put *loser* into the bin for good; what belonged to it belongs to *winner*."""
        info = self._object_of(winner)
        if not info.description["mergeable"]:
            raise Refusal("INVALID_OPERATION", f"{info.label} records cannot be merged")
        gone, kept = self._open(info, loser), self._open(info, winner)
        if gone["Id"] == kept["Id"]:
            raise Refusal("INVALID_OPERATION", "A record cannot be merged with itself")
        moment = instant(self._now())
        self._store.replace(
            touched(info, {**gone, "IsDeleted": True, "MasterRecordId": kept["Id"]}, moment)
        )
        self._store.replace(touched(info, dict(kept), moment))
        self._hand_over(info, gone["Id"], kept["Id"], moment)
        return str(kept["Id"])

    def undelete(self, record_id: Any) -> str:
        """Take a record out of the bin; the loser of a merge is not in it."""
        info = self._object_of(record_id)
        row = self._store.get(record_id)
        if row is None or not row["IsDeleted"] or "MasterRecordId" in row:
            raise Refusal("UNDELETE_FAILED", "Entity is not in the recycle bin")
        for name in (field.name for field in info.fields.values() if field.unique):
            other = self._store.by_key(info.name, name, row[name]) if name in row else None
            if other is not None:
                raise Refusal(
                    "DUPLICATE_VALUE",
                    f"duplicate value found: {name} duplicates value on record with id: "
                    f"{same_id(other['Id'])}",
                )
        back = touched(info, {**row, "IsDeleted": False}, instant(self._now()))
        self._store.replace(back)
        return str(row["Id"])

    def convert(self, lead: Any, contact: Any = None) -> str:
        """Turn a lead into *contact*, or into a new one with an account of its own."""
        info, kind = object_named("Lead"), object_named("Contact")
        row = self._open(info, lead)
        if contact is None:
            account = self._rows.create(object_named("Account"), {"Name": row["Company"]})
            values = {new: row[old] for old, new in _TAKEN.items() if old in row}
            contact = self._rows.create(kind, {**values, "AccountId": account})
        found = self._rows.found(kind, contact)
        now = self._now()
        converted = {
            **row,
            "IsConverted": True,
            "Status": "Closed - Converted",
            "ConvertedDate": now.date().isoformat(),
            "ConvertedContactId": found["Id"],
        }
        if "AccountId" in found:
            converted["ConvertedAccountId"] = found["AccountId"]
        self._store.replace(touched(info, converted, instant(now)))
        self._engagement.leave(row["Id"], "LeadConverted")
        self._hand_over(info, row["Id"], found["Id"], instant(now))
        return str(found["Id"])

    def _hand_over(self, info: ObjectInfo, loser: str, winner: str, moment: str) -> None:
        """Let whatever refers to the one refer to the other."""
        for kind in catalog().values():
            names = [
                field.name
                for field in kind.fields.values()
                if info.name in field.targets and field.name not in _FIXED
            ]
            for row in self._store.rows(kind.name):
                moved = {name: winner for name in names if row.get(name) == loser}
                if moved:
                    self._store.replace({**row, **moved, "SystemModstamp": moment})

    def _open(self, info: ObjectInfo, record_id: Any) -> Row:
        row = self._rows.found(info, record_id)
        if row.get("IsConverted"):
            raise Refusal("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
        return row

    def _object_of(self, record_id: Any) -> ObjectInfo:
        name = self._store.object_of(record_id) if isinstance(record_id, str) else None
        if name is None:
            raise Refusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        return object_named(name)
