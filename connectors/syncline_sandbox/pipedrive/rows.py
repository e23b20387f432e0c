"""What the vendor does to one record: create, update, delete, merge."""

from __future__ import annotations

__all__ = ["Rows"]

from typing import TYPE_CHECKING, Any

from .catalog import KINDS
from .validate import checked
from .wire import Refusal, bad_request, instant, invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from .catalog import KindInfo
    from .store import Row, Store

#: The user in whose name programs act.
USER = 1
COMPANY = 54235233

_FIRST: Mapping[str, Row] = {
    "person": {"first_name": None, "last_name": None, "org_id": None, "emails": [], "phones": []},
    "organization": {
        "address": None, "website": None, "linkedin": None, "industry": None,
        "annual_revenue": None, "employee_count": None,
    },
    "deal": {
        "creator_user_id": USER, "value": 0, "currency": "EUR", "status": "open", "pipeline_id": 1,
        "stage_id": 1, "person_id": None, "org_id": None, "probability": None,
        "lost_reason": None, "expected_close_date": None, "close_time": None, "won_time": None,
        "lost_time": None, "stage_change_time": None, "local_won_date": None,
        "local_lost_date": None, "local_close_date": None, "is_archived": False,
        "archive_time": None, "origin": "API", "origin_id": None, "channel": None,
        "channel_id": None, "source_lead_id": None, "acv": None, "arr": None, "mrr": None,
    },
    "activity": {
        "subject": "Call", "type": "call", "creator_user_id": USER, "deal_id": None,
        "lead_id": None, "person_id": None, "org_id": None, "project_id": None, "due_date": None,
        "due_time": None, "duration": None, "busy": False, "done": False,
        "marked_as_done_time": None, "location": None, "participants": [], "attendees": [],
        "conference_meeting_client": None, "conference_meeting_url": None,
        "conference_meeting_id": None, "public_description": None, "priority": None, "note": None,
    },
    "lead": {
        "creator_id": USER, "person_id": None, "organization_id": None, "source_name": "API",
        "origin": "API", "origin_id": None, "channel": None, "channel_id": None,
        "is_archived": False, "was_seen": False, "value": None, "expected_close_date": None,
        "next_activity_id": None, "cc_email": "company@example.com",
    },
    "note": {
        "deal_id": None, "lead_id": None, "person_id": None, "org_id": None, "project_id": None,
        **{f"pinned_to_{each}_flag": False
           for each in ("lead", "deal", "organization", "person", "project")},
        "last_update_user_id": None,
    },
}  # fmt: skip
#: The references that a merge hands over to the record that stays.
_REFERS = {"person": ("person_id",), "organization": ("org_id", "organization_id"),
           "deal": ("deal_id",)}  # fmt: skip


class Rows:
    """Changes to single records; each is refused as the vendor refuses it, or done."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def create(self, kind: KindInfo, body: Mapping[str, Any]) -> Row:
        """Create a record and return it."""
        given = checked(kind, body, self._store)
        self._required(kind, given)
        moment = instant(self._now())
        owner = "user_id" if kind.name == "note" else "owner_id"
        row: Row = {**_FIRST[kind.name], owner: USER, "is_deleted": False}
        if kind.name not in {"note", "activity"}:
            row |= {"label_ids": [], "visible_to": "3" if kind.name == "lead" else 3}
        if kind.customs:
            row["custom_fields"] = {}
        row |= {"add_time": moment}
        made = self._store.add(kind.name, self._settled(kind, row, given, moment))
        self._store.news.append(("create", kind.name, None, made, {}))
        return made

    def update(self, kind: KindInfo, row_id: Any, body: Mapping[str, Any]) -> Row:
        """Change a record and return it. Its time moves on if a value did."""
        row = self.standing(kind, row_id)
        given = checked(kind, body, self._store)
        changed = self._settled(kind, row, given, row["update_time"])
        if changed == row:
            return row
        changed["update_time"] = instant(self._now())
        self._store.put(kind.name, changed)
        self._store.news.append(("change", kind.name, row, changed, {}))
        return changed

    def delete(self, kind: KindInfo, row_id: Any, **more: str) -> Row:
        """Mark a record as deleted; the vendor keeps it for 30 days."""
        row = self.standing(kind, row_id)
        gone = {**row, "is_deleted": True, "update_time": instant(self._now())}
        self._store.put(kind.name, gone)
        self._store.news.append(("delete", kind.name, row, None, more))
        return gone

    def merge(self, kind: KindInfo, loser_id: Any, winner_id: Any) -> Row:
        """Fill what *winner* has not from *loser*, hand over what belongs to it, delete it."""
        loser, winner = self.standing(kind, loser_id), self.standing(kind, winner_id)
        if loser["id"] == winner["id"]:
            raise bad_request("Cannot merge a record with itself")
        kept = winner | {
            name: value
            for name, value in loser.items()
            if winner.get(name) in (None, [], "") and name in winner
        }
        if "custom_fields" in winner:
            filled = {c: v for c, v in winner["custom_fields"].items() if v is not None}
            kept["custom_fields"] = {**loser["custom_fields"], **filled}
        kept |= {"update_time": instant(self._now()), "merge_what_id": loser["id"]}
        self.delete(kind, loser["id"], merged_to_id=str(winner["id"]))
        self._store.put(kind.name, kept)
        merged = {"merged_from_id": str(loser["id"])}
        self._store.news.append(("change", kind.name, winner, kept, merged))
        for other in KINDS.values():
            for row in self._store.rows(other.name):
                moved = {
                    name: winner["id"]
                    for name in _REFERS[kind.name]
                    if name in row and row[name] == loser["id"]
                }
                if moved:
                    self._store.put(other.name, {**row, **moved})
        return kept

    def convert(self, lead_id: Any) -> Row:
        """Turn a lead into a deal, and return the deal; the lead is deleted."""
        lead = self.standing(KINDS["lead"], lead_id)
        names = ("title", "person_id", "expected_close_date", "owner_id")
        body = {name: lead[name] for name in names if lead[name] is not None}
        if lead["organization_id"] is not None:
            body["org_id"] = lead["organization_id"]
        body["custom_fields"] = lead["custom_fields"]
        deal = self.create(KINDS["deal"], body)
        self._store.put("deal", {**deal, "source_lead_id": lead["id"]})
        self.delete(KINDS["lead"], lead["id"])
        return deal

    def standing(self, kind: KindInfo, row_id: Any) -> Row:
        """Return a record that is not deleted."""
        row = self._store.get(kind.name, row_id)
        if row is None or row["is_deleted"]:
            if kind.name == "lead":
                raise Refusal.absent("requested lead not found")
            raise Refusal.absent()
        return row

    def _settled(self, kind: KindInfo, row: Row, given: Row, moment: str) -> Row:
        """Return *row* with *given*, and with what the vendor derives from it."""
        changed: Row = {**row, **given, "update_time": moment}
        if "custom_fields" in given:
            changed["custom_fields"] = {**row["custom_fields"], **given["custom_fields"]}
        if kind.name == "person":
            changed |= _named(given)
        if kind.name == "activity":
            people: list[dict[str, Any]] = changed["participants"]
            primary = [p["person_id"] for p in people if p["primary"]]
            changed["person_id"] = primary[0] if primary else None
            if changed["done"] and not row.get("done"):
                changed["marked_as_done_time"] = instant(self._now())
        if kind.name == "deal" and given.get("status") in {"won", "lost"}:
            changed["close_time"] = changed[f"{given['status']}_time"] = instant(self._now())
        return changed

    def _required(self, kind: KindInfo, given: Row) -> None:
        named = kind.name == "person" and given.keys() & {"first_name", "last_name"}
        missing = [f.wire for f in kind.fields if f.required and f.wire not in given and not named]
        if missing and kind.name in {"lead", "note"}:
            raise bad_request(f"{missing[0].capitalize()} must be given.")
        if missing:
            raise invalid(f"{missing[0]}: missing data for required field")
        if kind.name == "lead" and not (given.get("person_id") or given.get("organization_id")):
            raise bad_request("A lead must be linked to a person or an organization.")
        bound = ("deal_id", "person_id", "org_id", "lead_id")
        if kind.name == "note" and not any(given.get(name) for name in bound):
            raise bad_request("Note must be attached to a deal, person, organization or lead.")


def _named(given: Row) -> Row:
    """Return a person's three names: a whole one is split at its first space."""
    parts = [name for name in ("first_name", "last_name") if name in given]
    if len(parts) == 1:
        raise invalid(f"{parts[0]}: first_name and last_name must be given together")
    if parts:
        first, last = (given[name] or "" for name in ("first_name", "last_name"))
        if not (first or last):
            raise invalid("first_name: first_name and last_name can not both be empty")
        whole = " ".join(filter(None, (first, last)))
        return {"name": whole, "first_name": first or None, "last_name": last or None}
    if "name" in given:
        first, _, last = given["name"].strip().partition(" ")
        return {"first_name": first, "last_name": last.strip() or None}
    return {}
