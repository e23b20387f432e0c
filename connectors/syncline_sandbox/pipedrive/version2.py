"""The resources of version 2: persons, organizations, deals, activities, their fields, search."""

from __future__ import annotations

__all__ = ["Version2"]

from typing import TYPE_CHECKING, Any

from .catalog import KINDS
from .listing import page_v2
from .office import add_field
from .shapes import field_v2, shown
from .wire import Refusal, fields_in, invalid, number_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from .catalog import FieldInfo, KindInfo
    from .rows import Rows
    from .store import Row, Store

_TYPES = frozenset(
    {
        "varchar", "text", "double", "phone", "date", "daterange", "time", "timerange", "set",
        "enum", "varchar_auto", "address", "monetary", "org", "people", "user",
    }
)  # fmt: skip
_SEARCHED = ("varchar", "varchar_auto", "text", "phone", "double")
_PIPELINES = ("Sales",)
_STAGES = ("Qualified", "Contact made", "Proposal made", "Negotiation")
_BEGAN = "2024-01-01T00:00:00Z"


class Version2:
    """Answers under ``/api/v2``: each method takes a request and its JSON, and gives the data."""

    def __init__(self, store: Store, rows: Rows) -> None:
        self._store = store
        self._rows = rows

    def list(self, request: Request, _body: Any) -> dict[str, Any]:
        """Answer with one page of a kind."""
        kind, asked = _kind(request), request.query_params
        customs = _customs(asked)
        rows, cursor = page_v2(self._store, kind, asked)
        data = [shown(self._store, kind.name, row, customs) for row in rows]
        return {"success": True, "data": data, "additional_data": {"next_cursor": cursor}}

    def read(self, request: Request, _body: Any) -> dict[str, Any]:
        """Answer with one record; one that was deleted is shown as such."""
        kind = _kind(request)
        row = self._store.get(kind.name, request.path_params["id"])
        if row is None:
            raise Refusal.absent()
        return self._one(request, row)

    def create(self, request: Request, body: Any) -> dict[str, Any]:
        """Create a record."""
        return self._one(request, self._rows.create(_kind(request), fields_in(body)))

    def update(self, request: Request, body: Any) -> dict[str, Any]:
        """Change a record."""
        row_id = request.path_params["id"]
        return self._one(request, self._rows.update(_kind(request), row_id, fields_in(body)))

    def delete(self, request: Request, _body: Any) -> dict[str, Any]:
        """Mark a record as deleted."""
        row = self._rows.delete(_kind(request), request.path_params["id"])
        return {"success": True, "data": {"id": row["id"]}}

    def fields(self, request: Request, _body: Any) -> dict[str, Any]:
        """Answer with the fields of a kind, own ones last."""
        kind = _kind(request)
        known: list[FieldInfo] = list(kind.fields)
        if kind.customs:
            known += self._store.customs(kind.name).values()
        limit = number_in(request.query_params.get("limit"), "limit") or 100
        start = number_in(request.query_params.get("cursor"), "cursor") or 0
        cursor = str(start + limit) if start + limit < len(known) else None
        data = [field_v2(field) for field in known[start : start + limit]]
        return {"success": True, "data": data, "additional_data": {"next_cursor": cursor}}

    def add_field(self, request: Request, body: Any) -> dict[str, Any]:
        """Add a field of the company's own."""
        given = fields_in(body)
        if not given.get("field_name"):
            raise invalid("field_name: missing data for required field")
        if given.get("field_type") not in _TYPES:
            raise invalid("field_type: not a valid choice")
        if given["field_type"] in {"enum", "set"} and not given.get("options"):
            raise invalid("options: missing data for required field")
        kind = _kind(request)
        row = add_field(self._store, kind.name, given)
        return {"success": True, "data": field_v2(self._store.customs(kind.name)[row["code"]])}

    def search(self, request: Request, _body: Any) -> dict[str, Any]:
        """Search persons or organizations by their names, or by all their texts."""
        kind, asked = _kind(request), request.query_params
        term = asked.get("term", "").casefold()
        exact = asked.get("exact_match") == "true"
        if len(term) < (1 if exact else 2):
            raise invalid("term: shorter than minimum length")
        names = ("name",) if asked.get("fields") == "name" else ("name", "emails", "phones")
        items = [
            {"result_score": 1.0, "item": self._item(kind.name, row)}
            for row in self._store.rows(kind.name)
            if not row["is_deleted"]
            and any(_has(text, term, exact=exact) for text in _texts(row, names))
        ]
        data = {"items": items[: number_in(asked.get("limit"), "limit") or 100]}
        return {"success": True, "data": data, "additional_data": {"next_cursor": None}}

    def search_field(self, request: Request, _body: Any) -> dict[str, Any]:
        """Search one field of one kind."""
        asked = request.query_params
        kind = KINDS.get(asked.get("entity_type", ""))
        if kind is None:
            raise invalid("entity_type: not a valid choice")
        field = self._store.customs(kind.name).get(asked.get("field", ""))
        if field is None or field.type not in _SEARCHED:
            raise invalid("field: not a searchable field")
        term, match = asked.get("term", ""), asked.get("match", "exact")
        name = "title" if kind.name in {"deal", "lead"} else "name"
        data = [
            {"id": row["id"], "name": row[name]}
            for row in self._store.rows(kind.name)
            if not row["is_deleted"] and _matches(row["custom_fields"].get(field.code), term, match)
        ]
        return {"success": True, "data": data, "additional_data": {"next_cursor": None}}

    def pipelines(self, _request: Request, _body: Any) -> dict[str, Any]:
        """Answer with the pipelines, which nobody changes here."""
        data = [
            {
                "id": at, "name": name, "order_nr": at, "is_deleted": False,
                "is_deal_probability_enabled": True, "add_time": _BEGAN, "update_time": _BEGAN,
            }
            for at, name in enumerate(_PIPELINES, start=1)
        ]  # fmt: skip
        return {"success": True, "data": data, "additional_data": {"next_cursor": None}}

    def stages(self, _request: Request, _body: Any) -> dict[str, Any]:
        """Answer with the stages of the pipeline."""
        data = [
            {
                "id": at, "order_nr": at, "name": name, "is_deleted": False,
                "deal_probability": 100, "pipeline_id": 1, "is_deal_rot_enabled": False,
                "days_to_rotten": None, "add_time": _BEGAN, "update_time": _BEGAN,
            }
            for at, name in enumerate(_STAGES, start=1)
        ]  # fmt: skip
        return {"success": True, "data": data, "additional_data": {"next_cursor": None}}

    def convert(self, request: Request, _body: Any) -> dict[str, Any]:
        """Turn a lead into a deal; the vendor does it in its own time, here it is done at once."""
        self._rows.convert(request.path_params["id"])
        return {"success": True, "data": {"conversion_id": request.path_params["id"]}}

    def _one(self, request: Request, row: Row) -> dict[str, Any]:
        customs = _customs(request.query_params)
        return {"success": True, "data": shown(self._store, _kind(request).name, row, customs)}

    def _item(self, kind: str, row: Row) -> dict[str, Any]:
        item: dict[str, Any] = {
            "id": row["id"], "type": kind, "name": row["name"], "visible_to": row["visible_to"],
            "owner": {"id": row["owner_id"]}, "custom_fields": [], "notes": [],
        }  # fmt: skip
        if kind == "organization":
            address: Row = row["address"] or {}
            return item | {"address": address.get("value")}
        bound = None if row["org_id"] is None else self._store.get("organization", row["org_id"])
        item["organization"] = bound and {"id": bound["id"], "name": bound["name"], "address": None}
        return item | {n: [each["value"] for each in row[n]] for n in ("phones", "emails")}


def _kind(request: Request) -> KindInfo:
    return KINDS[request.scope["kind"]]


def _customs(asked: Mapping[str, str]) -> list[str] | None:
    if "custom_fields" not in asked:
        return None
    codes = [code for code in asked["custom_fields"].split(",") if code]
    if len(codes) > 15:
        raise invalid("custom_fields: longer than maximum length 15")
    return codes


def _texts(row: Row, names: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    for name in names:
        value = row.get(name)
        if isinstance(value, str):
            found.append(value)
        elif value:
            found += [each["value"] for each in value]
    return found


def _has(text: str, term: str, *, exact: bool) -> bool:
    return text.casefold() == term if exact else term in text.casefold()


def _matches(value: Any, term: str, match: str) -> bool:
    text = "" if value is None else str(value)
    if match == "beginning":
        return text.startswith(term)
    return term in text if match == "middle" else text == term
