"""What version 1 alone has: leads, notes, users, filters, recents, webhooks, merges."""

from __future__ import annotations

__all__ = ["Version1"]

from typing import TYPE_CHECKING, Any

from . import shapes
from .catalog import KINDS
from .filters import Filters, field_numbers
from .hooks import Hooks
from .listing import page_v1
from .rows import COMPANY, USER
from .wire import Refusal, at_v1, bad_request, fields_in, number_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.requests import Request

    from .rows import Rows
    from .store import Row, Store

_RECENT = ("activity", "deal", "note", "person", "organization")


class Version1:
    """Answers under ``/v1``: each method takes a request and its JSON, and gives the body."""

    def __init__(self, store: Store, rows: Rows, now: Callable[[], datetime]) -> None:
        self._store = store
        self._rows = rows
        self._filters = Filters(store, now)
        self.hooks = Hooks(store, now)

    def list(self, request: Request, _body: Any) -> dict[str, Any]:
        """Answer with one page of leads or notes."""
        kind = KINDS[request.scope["kind"]]
        rows, more = page_v1(self._store, kind, request.query_params)
        data = [shapes.shown(self._store, kind.name, row) for row in rows]
        return {"success": True, "data": data, "additional_data": more}

    def read(self, request: Request, _body: Any) -> dict[str, Any]:
        """Answer with one lead or note."""
        kind = KINDS[request.scope["kind"]]
        return self._one(kind.name, self._rows.standing(kind, request.path_params["id"]))

    def create(self, request: Request, body: Any) -> dict[str, Any]:
        """Create a lead or a note."""
        kind = KINDS[request.scope["kind"]]
        return self._one(kind.name, self._rows.create(kind, fields_in(body)))

    def update(self, request: Request, body: Any) -> dict[str, Any]:
        """Change a lead or a note."""
        kind = KINDS[request.scope["kind"]]
        row_id = request.path_params["id"]
        return self._one(kind.name, self._rows.update(kind, row_id, fields_in(body)))

    def delete(self, request: Request, _body: Any) -> dict[str, Any]:
        """Delete a lead or a note."""
        kind = KINDS[request.scope["kind"]]
        row = self._rows.delete(kind, request.path_params["id"])
        return {"success": True, "data": {"id": row["id"]} if kind.name == "lead" else True}

    def merge(self, request: Request, body: Any) -> dict[str, Any]:
        """Merge the record of the path into the one of the body, which stays."""
        kind = KINDS[request.scope["kind"]]
        winner = fields_in(body).get("merge_with_id")
        if not isinstance(winner, int):
            raise bad_request("merge_with_id must be given")
        kept = self._rows.merge(kind, request.path_params["id"], winner)
        if kind.name == "organization":
            return {"success": True, "data": {"id": kept["id"]}}
        return {"success": True, "data": shapes.recent(self._store, kind.name, kept)["data"]}

    def recents(self, request: Request, _body: Any) -> dict[str, Any]:
        """Answer with what changed after a time, deleted records too."""
        asked = request.query_params
        since = asked.get("since_timestamp", "")
        if len(since) != len("2020-01-01 00:00:00"):
            raise bad_request("Invalid since_timestamp")
        wanted = [k for k in (asked.get("items") or ",".join(_RECENT)).split(",") if k in _RECENT]
        rows = sorted(
            (
                (str(at_v1(row["update_time"])), kind, row)
                for kind in wanted
                for row in self._store.rows(kind)
                if str(at_v1(row["update_time"])) > since
            ),
            key=lambda each: (each[0], each[1], each[2]["id"]),
        )
        start = number_in(asked.get("start"), "start") or 0
        limit = min(number_in(asked.get("limit"), "limit") or 100, 500)
        page = rows[start : start + limit]
        more = start + limit < len(rows)
        pagination = {"start": start, "limit": limit, "more_items_in_collection": more}
        return {
            "success": True,
            "data": [shapes.recent(self._store, kind, row) for _, kind, row in page],
            "additional_data": {
                "since_timestamp": since,
                "last_timestamp_on_page": page[-1][0] if page else None,
                "pagination": pagination | ({"next_start": start + limit} if more else {}),
            },
        }

    def users(self, _request: Request, _body: Any) -> dict[str, Any]:
        """Answer with all users of the company."""
        return {"success": True, "data": [shapes.user(row) for row in self._store.rows("user")]}

    def me(self, _request: Request, _body: Any) -> dict[str, Any]:
        """Answer with the user in whose name the call is made."""
        row = self._store.get("user", USER) or {}
        company = {
            "company_id": COMPANY, "company_name": "Sandbox", "company_domain": "sandbox",
            "company_country": "EE", "company_industry": "IT Services",
            "language": {"language_code": "en", "country_code": "GB"},
        }  # fmt: skip
        return {"success": True, "data": shapes.user(row) | company}

    def fields(self, request: Request, _body: Any) -> dict[str, Any]:
        """Answer with the fields of a kind, with the numbers that filters want."""
        known = field_numbers(self._store, request.scope["kind"])
        data = [shapes.field_v1(number, field) for number, field in known.items()]
        pagination = {"start": 0, "limit": 500, "more_items_in_collection": False}
        return {"success": True, "data": data, "additional_data": {"pagination": pagination}}

    def labels(self, _request: Request, _body: Any) -> dict[str, Any]:
        """Answer with the labels of leads, which nobody changes here."""
        when = {"add_time": "2020-02-13T15:31:44.000Z", "update_time": "2020-02-13T15:31:44.000Z"}
        data = [
            {"id": f"f08b42a{at}-4e75-11ea-9643-03698ef1cfd6", "name": name, "color": color, **when}
            for at, (name, color) in enumerate((("Hot", "red"), ("Cold", "blue")))
        ]
        return {"success": True, "data": data}

    def filters(self, _request: Request, _body: Any) -> dict[str, Any]:
        """Answer with the saved filters."""
        return {"success": True, "data": self._filters.all()}

    def add_filter(self, _request: Request, body: Any) -> dict[str, Any]:
        """Save a filter."""
        return {"success": True, "data": self._filters.create(fields_in(body))}

    def delete_filter(self, request: Request, _body: Any) -> dict[str, Any]:
        """Delete a saved filter."""
        return {"success": True, "data": self._filters.delete(int(request.path_params["id"]))}

    def webhooks(self, _request: Request, _body: Any) -> dict[str, Any]:
        """Answer with the webhooks."""
        return {"status": "ok", "success": True, "data": self.hooks.all()}

    def add_webhook(self, _request: Request, body: Any) -> dict[str, Any]:
        """Subscribe."""
        return {"status": "ok", "success": True, "data": self.hooks.create(fields_in(body))}

    def delete_webhook(self, request: Request, _body: Any) -> dict[str, Any]:
        """Unsubscribe."""
        if not str(request.path_params["id"]).isdigit():
            raise Refusal.absent()
        self.hooks.delete(int(request.path_params["id"]))
        return {"status": "ok", "success": True}

    def _one(self, kind: str, row: Row) -> dict[str, Any]:
        return {"success": True, "data": shapes.shown(self._store, kind, row)}
