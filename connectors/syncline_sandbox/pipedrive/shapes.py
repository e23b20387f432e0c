"""Records as each version of the API shows them."""

from __future__ import annotations

__all__ = ["field_v1", "field_v2", "recent", "shown", "user", "webhook_data"]

from typing import TYPE_CHECKING, Any

from .catalog import ADDRESS, KINDS
from .rows import COMPANY, USER
from .wire import at_v1, flat

if TYPE_CHECKING:
    from .catalog import FieldInfo
    from .store import Row, Store

#: What of our rows is no field of the vendor's.
_OURS = frozenset({"merge_what_id"})


def shown(store: Store, kind: str, row: Row, customs: list[str] | None = None) -> dict[str, Any]:
    """Return a record as its own resource shows it; *customs* are the custom fields asked for."""
    if kind == "note":
        return _note(store, row)
    if kind == "lead":
        return _lead(row)
    made = {name: value for name, value in row.items() if name not in _OURS}
    if KINDS[kind].customs:
        own = row["custom_fields"]
        made["custom_fields"] = {code: own.get(code) for code in customs or store.customs(kind)}
    return made


def recent(store: Store, kind: str, row: Row) -> dict[str, Any]:
    """Return a record as ``/recents`` lists it: in version 1's form, deleted ones too."""
    if kind == "note":
        return {"item": kind, "id": row["id"], "data": _note(store, row)}
    kinds = (
        {code: field.type for code, field in store.customs(kind).items()}
        if (KINDS[kind].customs)
        else {}
    )
    data = {
        name: value for name, value in row.items() if name not in {"custom_fields", "is_deleted"}
    }
    data |= flat(row.get("custom_fields", {}), kinds)
    data |= {"add_time": at_v1(row["add_time"]), "update_time": at_v1(row["update_time"])}
    data |= {"company_id": COMPANY, "active_flag": not row["is_deleted"]}
    if "visible_to" in data:
        data["visible_to"] = str(data["visible_to"])
    if kind == "person":
        data |= {"phone": data.pop("phones"), "email": data.pop("emails")}
    if kind in {"person", "organization"}:
        data["delete_time"] = data["update_time"] if row["is_deleted"] else None
    if kind == "deal":
        data |= {"deleted": row["is_deleted"], "active": not row["is_deleted"]}
        data["status"] = "deleted" if row["is_deleted"] else row["status"]
    return {"item": kind, "id": row["id"], "data": data}


def webhook_data(kind: str, row: Row | None) -> dict[str, Any] | None:
    """Return a record as a delivery carries it; ids in ``meta`` alone are texts."""
    if row is None:
        return None
    return {name: value for name, value in row.items() if name not in {*_OURS, "is_deleted"}}


def user(row: Row) -> dict[str, Any]:
    """Return one of the company's users."""
    return {
        "id": row["id"], "name": row["name"], "default_currency": "EUR", "locale": "en_GB",
        "lang": 1, "email": row["email"], "phone": None, "activated": True,
        "last_login": "2026-11-01 08:45:56", "created": "2018-11-13 09:16:26",
        "modified": row.get("modified", "2019-11-21 08:45:56"),
        "has_created_company": row["id"] == USER,
        "access": [{"app": "sales", "admin": row["id"] == USER, "permission_set_id": "sandbox"}],
        "active_flag": row["active"], "timezone_name": "Europe/Berlin",
        "timezone_offset": "+01:00", "role_id": 1, "icon_url": None, "is_you": row["id"] == USER,
        "is_deleted": False,
    }  # fmt: skip


def field_v2(field: FieldInfo) -> dict[str, Any]:
    """Return a field as version 2 describes it."""
    options = None
    if field.options is not None:
        options = [{"id": option, "label": label} for option, label in field.options]
    return {
        "field_name": field.name,
        "field_code": field.code,
        "field_type": _TYPES.get(field.type, field.type),
        "options": options,
        "subfields": _subfields(field),
        "is_custom_field": field.custom,
        "is_optional_response_field": False,
    }


def field_v1(number: int, field: FieldInfo) -> dict[str, Any]:
    """Return a field as version 1 describes it: with the number that filters want."""
    described = field_v2(field)
    return {
        "id": number, "key": field.code, "name": field.name, "order_nr": number,
        "field_type": described["field_type"], "add_time": "2019-02-04 13:58:03",
        "update_time": "2019-02-04 13:58:03", "last_updated_by_user_id": USER,
        "created_by_user_id": USER, "active_flag": True, "edit_flag": field.custom,
        "index_visible_flag": True, "details_visible_flag": True, "add_visible_flag": True,
        "important_flag": False, "bulk_edit_allowed": True, "searchable_flag": False,
        "filtering_allowed": True, "sortable_flag": True, "options": described["options"],
        "mandatory_flag": field.required,
    }  # fmt: skip


_TYPES = {
    "labels": "set", "lead_labels": "set", "datetime": "date", "clock": "time", "flag": "enum",
    "amount": "monetary", "activity_type": "enum", "visible_to_v1": "visible_to",
}  # fmt: skip


def _subfields(field: FieldInfo) -> list[dict[str, str]] | None:
    names = {"address": ADDRESS, "monetary": ("value", "currency")}.get(field.type)
    if names is None:
        return None
    return [
        {"field_code": name, "field_name": f"{name} of {field.name}", "field_type": "varchar"}
        for name in names
    ]


def _lead(row: Row) -> dict[str, Any]:
    made = {n: v for n, v in row.items() if n not in {"custom_fields", "is_deleted"}}
    # Leads count in milliseconds, and show no custom field that is blank.
    made |= {n: made[n].replace("Z", ".000Z") for n in ("add_time", "update_time")}
    return made | {c: v for c, v in flat(row["custom_fields"], {}).items() if v is not None}


def _note(store: Store, row: Row) -> dict[str, Any]:
    made = {name: value for name, value in row.items() if name != "is_deleted"}
    made |= {
        "active_flag": not row["is_deleted"],
        "last_update_user_id": row["last_update_user_id"],
    }
    made |= {name: at_v1(row[name]) for name in ("add_time", "update_time")}
    for name, kind, label in (
        ("person", "person", "name"), ("organization", "organization", "name"),
        ("deal", "deal", "title"),
    ):  # fmt: skip
        bound = row["org_id" if kind == "organization" else f"{kind}_id"]
        found = None if bound is None else store.get(kind, bound)
        made[name] = None if found is None else {label: found[label]}
    author = store.get("user", row["user_id"]) or {"name": "", "email": ""}
    made["project"] = None
    made["user"] = {
        "email": author["email"], "icon_url": None, "is_you": row["user_id"] == USER,
        "name": author["name"],
    }  # fmt: skip
    return made
