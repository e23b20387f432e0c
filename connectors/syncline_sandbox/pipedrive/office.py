"""What people do by hand in Pipedrive's own pages, and no program may.

Each is a request of its own under ``/sandbox/pipedrive``, without a token and off the count of
tokens; webhooks tell of it with the source ``app``.
"""

from __future__ import annotations

__all__ = ["Office", "add_field"]

from typing import TYPE_CHECKING, Any

from .catalog import KINDS, new_code
from .wire import Refusal, at_v1, instant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from .rows import Rows
    from .store import Row, Store


class Office:
    """The hands of the company's people."""

    def __init__(self, store: Store, rows: Rows, now: Callable[[], datetime]) -> None:
        self._store = store
        self._rows = rows
        self._now = now

    def do(self, what: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Do one request; return the id of what is left of it."""
        match what:
            case "edit":
                kind = self._kind(given)
                row = self._rows.update(kind, given.get("id"), given.get("values", {}))
            case "delete":
                row = self._rows.delete(self._kind(given), given.get("id"))
            case "merge":
                row = self._rows.merge(self._kind(given), given.get("loser"), given.get("winner"))
            case "restore":
                row = self._restore(self._kind(given).name, given.get("id"))
            case "convert":
                row = self._rows.convert(given.get("lead"))
            case "user":
                row = self._user(given)
            case "rename":
                row = self._field(given, {"name": str(given.get("name"))})
            case "option":
                row = self._field(given, {"options": self._with_option(given)})
            case "field":
                row = self._add_field(given)
            case _:
                raise Refusal.absent(f"Nobody can {what} here")
        return {"success": True, "id": row["id"]}

    def _kind(self, given: Mapping[str, Any]) -> Any:
        kind = KINDS.get(str(given.get("kind", "person")))
        if kind is None:
            raise Refusal.absent("No such kind of record")
        return kind

    def _restore(self, kind: str, row_id: Any) -> Row:
        row = self._store.get(kind, row_id)
        if row is None or not row["is_deleted"]:
            raise Refusal.absent()
        back = {**row, "is_deleted": False, "update_time": instant(self._now())}
        self._store.put(kind, back)
        self._store.news.append(("create", kind, None, back, {}))
        return back

    def _user(self, given: Mapping[str, Any]) -> Row:
        """Invite a user, or change one: its name, its address, whether it is active."""
        asked = {name: given[name] for name in ("name", "email", "active") if name in given}
        asked["modified"] = at_v1(instant(self._now()))
        row = self._store.get("user", given["id"]) if "id" in given else None
        if row is None:
            return self._store.add("user", {"name": "", "email": "", "active": True, **asked})
        self._store.put("user", {**row, **asked})
        return {**row, **asked}

    def _field(self, given: Mapping[str, Any], change: dict[str, Any]) -> Row:
        for row in self._store.rows("field"):
            if row["code"] == given.get("code"):
                self._store.put("field", {**row, **change})
                return row
        raise Refusal.absent()

    def _with_option(self, given: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the options of a field with one more."""
        rows = [row for row in self._store.rows("field") if row["code"] == given.get("code")]
        options: list[dict[str, Any]] = (rows[0]["options"] if rows else None) or []
        number = max((each["id"] for each in options), default=0) + 1
        return [*options, {"id": number, "label": str(given.get("label"))}]

    def _add_field(self, given: Mapping[str, Any]) -> Row:
        return add_field(self._store, self._kind(given).name, given)


def add_field(store: Store, kind: str, given: Mapping[str, Any]) -> Row:
    """Add a custom field; an option gets an id that no other has."""
    number = len(store.rows("field")) + 1
    options = given.get("options")
    return store.add(
        "field",
        {
            "kind": kind,
            "code": new_code(kind, str(given["field_name"]), number),
            "name": given["field_name"],
            "type": given["field_type"],
            "options": [
                {"id": number * 100 + at, "label": each["label"]} for at, each in enumerate(options)
            ]
            if options
            else None,
        },
    )
