"""What happened with people: calls and notes by the API, e-mails by hand, and what became of them.

E-mails, replies and bounces come from mail servers, and members of a team do the rest on the
vendor's own pages. So those are requests of their own under ``/sandbox/salesloft``, without a token
and off the count of points.
"""

from __future__ import annotations

__all__ = ["Activities"]

from typing import TYPE_CHECKING, Any

from .wire import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .cadences import Memberships
    from .store import Row, Store

_TARGETS = {"person": "people", "account": "accounts"}


class Activities:
    """The recorded activities in one store, and the hands of the team's people."""

    def __init__(self, store: Store, memberships: Memberships) -> None:
        self._store = store
        self._memberships = memberships

    def call(self, given: Mapping[str, Any]) -> Row:
        """Log a call, with a note if it has one; the lists of the team say what it may be."""
        person = self._store.get("people", given.get("person_id"))
        for field in ("disposition", "sentiment"):
            known = [row["name"] for row in self._store.rows(f"call_{field}s")]
            if given.get(field) not in {None, *known}:
                raise Refusal(422, **{field: "is not in the list"})
        duration = given.get("duration")
        if not (duration is None or type(duration) is int):
            raise Refusal(422, duration="must be an integer")
        row = self._store.add(
            "calls",
            {
                "person_id": person["id"],
                "user_id": 1,
                "to": given.get("to") or person.get("phone"),
                "duration": duration,
                "disposition": given.get("disposition"),
                "sentiment": given.get("sentiment"),
                "cadence_id": given.get("cadence_id"),
            },
        )
        if given.get("notes"):
            about = {"associated_with_type": "person", "associated_with_id": person["id"]}
            note = self.note({**about, "content": given["notes"], "call_id": row["id"]})
            row = self._store.change("calls", row, note_id=note["id"])
        self._contacted(person, "call")
        return row

    def note(self, given: Mapping[str, Any]) -> Row:
        """Write a note about a person or an account."""
        kind = str(given.get("associated_with_type", "")).casefold()
        if kind not in _TARGETS:
            raise Refusal(422, associated_with_type="must be one of: person, account")
        if not given.get("content"):
            raise Refusal(422, content="can't be blank")
        about = self._store.get(_TARGETS[kind], given.get("associated_with_id"))
        return self._store.add(
            "notes",
            {
                "associated_type": kind,
                "associated_id": about["id"],
                "content": str(given["content"]),
                "call_id": given.get("call_id"),
                "user_id": 1,
            },
        )

    def edit_note(self, id_: Any, given: Mapping[str, Any]) -> Row:
        """Write a note anew."""
        row = self._store.get("notes", id_)
        if not given.get("content"):
            raise Refusal(422, content="can't be blank")
        return self._store.change("notes", row, content=str(given["content"]))

    def do(self, what: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Do by hand one thing that programs cannot; return the id of what was made or changed."""
        match what:
            case "email":
                done = self._email(given)
            case "send":
                email = self._store.get("emails", given.get("id"))
                done = self._store.change("emails", email, status="sent", sent_at=self._store.now())
            case "reply":
                email = self._store.get("emails", given.get("id"))
                done = self._store.change("emails", email, replies=email["replies"] + 1)
            case "bounce":
                email = self._store.get("emails", given.get("id"))
                person = self._store.get("people", email["person_id"])
                self._store.change("people", person, bouncing=True)
                done = self._store.change("emails", email, bounced=True)
            case "busy":
                done = self._memberships.busy(given.get("id"))
            case "finish":
                done = self._memberships.finish(given.get("id"))
            case "archive":
                cadence = self._store.get("cadences", given.get("id"))
                done = self._store.change("cadences", cadence, current_state="archived")
            case "cadence":
                made = {"name": str(given["name"]), "team_cadence": True, "shared": True}
                done = self._store.add("cadences", {**made, "current_state": "active"})
            case "tag":
                people = [self._store.get("people", id_) for id_ in given["ids"]]
                self._store.change_all("people", people, tags=[str(given["tag"])])
                done = people[0]
            case _:
                raise Refusal(404, f"Nobody can {what} here")
        return {"id": done["id"]}

    def _email(self, given: Mapping[str, Any]) -> Row:
        person = self._store.get("people", given.get("person_id"))
        status = given.get("status", "sent")
        self._contacted(person, "email")
        return self._store.add(
            "emails",
            {
                "person_id": person["id"],
                "user_id": 1,
                "cadence_id": given.get("cadence_id"),
                "subject": given.get("subject"),
                "recipient_email_address": person.get("email_address"),
                "status": status,
                "sent_at": self._store.now() if status == "sent" else None,
                "bounced": False,
                "replies": 0,
            },
        )

    def _contacted(self, person: Row, how: str) -> None:
        values = {"last_contacted_at": self._store.now(), "last_contacted_type": how}
        self._store.change("people", person, **values)
