"""Calls, e-mails and notes as one kind of record: what happened with a person, and what of it."""

from __future__ import annotations

__all__ = ["EMAIL_OUTCOMES", "SOURCES", "Activities"]

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from syncline import FieldType, Record, Value

from .fields import ACTIVITY
from .values import from_wire, parse_instant

if TYPE_CHECKING:
    from .directory import Directory
    from .session import Session

EMAIL_OUTCOMES = ("Sent", "Replied", "Bounced")

_Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """One resource of activities. The id of a record begins with its kind: ``call-17``."""

    path: str
    #: Leaves out what has not happened yet, or not with a person.
    params: tuple[tuple[str, str], ...] = ()


SOURCES = {
    "call": _Source(path="/activities/calls.json"),
    "email": _Source(
        path="/activities/emails.json",
        params=tuple(
            ("status[]", status) for status in ("sent", "sent_from_gmail", "sent_from_external")
        ),
    ),
    "note": _Source(path="/notes.json", params=(("associated_with_type", "person"),)),
}

_NOTES = SOURCES["note"].path
_TYPES = {field.name: field.type for field in ACTIVITY.fields}


class Activities:
    """Reads activities with the names of users and cadences, and the comments of calls."""

    def __init__(self, session: Session, directory: Directory, fields: Sequence[str]) -> None:
        self._session = session
        self._directory = directory
        self._fields = fields

    def made(self, kind: str) -> Callable[[list[dict[str, Any]]], list[Any]]:
        """Return what turns rows of one kind into records."""
        return lambda rows: self.records(kind, rows)

    def records(self, kind: str, rows: Iterable[_Row]) -> list[Record]:
        """Return the records of rows; what happened with nobody, or is part of a call, is none."""
        kept = [row for row in rows if _person(kind, row) is not None]
        if kind == "note":
            kept = [row for row in kept if not row.get("call")]
        comments = self._comments(kept) if kind == "call" and "comments" in self._fields else {}
        return [self._record(kind, row, comments) for row in kept]

    def _record(self, kind: str, row: _Row, comments: Mapping[int, str]) -> Record:
        id_ = f"{kind}-{row['id']}"
        said: dict[str, Any] = {
            "id": id_,
            "prospect_id": _person(kind, row),
            "kind": kind,
            "at": row.get("sent_at") or row["created_at"],
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
        }
        match kind:
            case "call":
                said |= {
                    "outcome": row.get("disposition"),
                    "sentiment": row.get("sentiment"),
                    "duration": row.get("duration"),
                    "to": row.get("to"),
                    "comments": comments.get(row["note"]["id"]) if row.get("note") else None,
                }
            case "email":
                said |= {
                    "outcome": _email_outcome(row),
                    "email_subject": row.get("subject"),
                    "email_address": row.get("recipient_email_address"),
                }
            case _:
                said |= {"comments": row.get("content")}
        values: dict[str, Value] = {}
        for name in self._fields:
            if name in ACTIVITY.named:
                values[name] = self._name(name, row)
            else:
                values[name] = from_wire(said.get(name), _TYPES.get(name, FieldType.TEXT))
        return Record(
            object=ACTIVITY.name, id=id_, values=values, modified=parse_instant(row["updated_at"])
        )

    def _name(self, field: str, row: _Row) -> str | None:
        held = row.get("user" if field == "user" else "cadence")
        return None if held is None else self._directory.name(ACTIVITY.named[field], held["id"])

    def _comments(self, calls: Iterable[_Row]) -> dict[int, str]:
        """Return what was noted of calls, by the note's id: one call for up to a page of them."""
        ids = [("ids[]", str(row["note"]["id"])) for row in calls if row.get("note")]
        rows = self._session.all(_NOTES, ids, word="read") if ids else []
        return {row["id"]: row["content"] for row in rows}


def _person(kind: str, row: _Row) -> str | None:
    held = row.get({"call": "called_person", "email": "recipient"}.get(kind, "associated_with"))
    if held is None or (kind == "note" and row.get("associated_type") != "person"):
        return None
    return str(held["id"])


def _email_outcome(row: _Row) -> str:
    if row.get("bounced"):
        return "Bounced"
    counts: Mapping[str, int] = row.get("counts") or {}
    return "Replied" if counts.get("replies") else "Sent"
