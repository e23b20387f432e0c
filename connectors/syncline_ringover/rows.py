"""Calls and messages as the API shows them -> activities, or the reason why they are none."""

from __future__ import annotations

__all__ = ["Left", "call", "message", "moment", "number"]

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from syncline import Activity

_Row = Mapping[str, Any]

#: Types of a call that is none between a person and a customer.
_NO_CALL = {
    "INTERNAL": "a call among colleagues",
    "FAX": "a fax",
    "CONFERENCE": "a conference",
}
_WITHHELD = "a withheld number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A row that is no activity, and why."""

    id: str
    at: datetime
    why: str


def number(value: Any) -> str:
    """Return a number in E.164; the API shows whole numbers without a sign. Empty if withheld."""
    digits = str(value or "").strip().removeprefix("+")
    return f"+{digits}" if digits.isascii() and digits.isdigit() and int(digits) else ""


def call(row: _Row) -> Activity | Left:
    """Return the activity of a call record, or why it is left alone."""
    id_, at = f"call-{row['cdr_id']}", moment(row["start_time"])
    if (why := _NO_CALL.get(str(row.get("type")).upper())) is not None:
        return Left(id=id_, at=at, why=why)
    inbound = row.get("direction") == "in"
    ours, theirs = ("to_number", "from_number") if inbound else ("from_number", "to_number")
    other = number(row.get(theirs))
    if not other:
        return Left(id=id_, at=at, why=_WITHHELD)
    state = str(row.get("last_state") or "").replace("_", " ")
    return Activity(
        id=id_,
        kind="call",
        at=at,
        parties=(other,),
        inbound=inbound,
        outcome=state.capitalize(),
        text=str(row.get("note") or ""),
        user=_user(row),
        line=number(row.get(ours)),
        duration=int(row.get("incall_duration") or 0),
    )


def message(row: _Row, conversation: _Row) -> Activity | Left:
    """Return the activity of a message in a conversation, or why it is left alone."""
    id_, at = f"sms-{row['id']}", moment(row["creation_date"])
    if row.get("is_failed"):
        return Left(id=id_, at=at, why="an SMS that was not delivered")
    members: list[dict[str, dict[str, Any]]] = conversation.get("external") or []
    numbers = dict.fromkeys(number(member.get("number", {}).get("e164")) for member in members)
    parties = tuple(each for each in numbers if each)
    if not parties:
        return Left(id=id_, at=at, why=_WITHHELD)
    return Activity(
        id=id_,
        kind="sms",
        at=at,
        parties=parties,
        # A message of ours bears its user, whatever the direction says.
        inbound=row.get("user") is None,
        outcome="Received" if row.get("user") is None else "Sent",
        text=str(row.get("buffer") or ""),
        user=_user(row),
    )


def _user(row: _Row) -> str:
    user: _Row = row.get("user") or {}
    return str(user.get("email") or "")


def moment(text: str) -> datetime:
    """Read a moment of the API; one without a zone is in UTC."""
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
