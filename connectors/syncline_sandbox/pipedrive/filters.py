"""Saved filters: conditions over the fields of one kind, kept under a number."""

from __future__ import annotations

__all__ = ["Filters", "field_numbers", "fits"]

from typing import TYPE_CHECKING, Any, cast

from .catalog import KINDS
from .rows import USER
from .wire import Refusal, at_v1, bad_request, instant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from .catalog import FieldInfo, KindInfo
    from .store import Row, Store

MOST = 16
_OPERATORS = frozenset(
    {
        "IS NOT NULL", "IS NULL", "<=", ">=", "<", ">", "!=", "=",
        "LIKE '$%'", "LIKE '%$%'", "NOT LIKE '$%'",
    }
)  # fmt: skip


def field_numbers(store: Store, kind: str) -> dict[int, FieldInfo]:
    """Return the fields of a kind by the numbers that version 1 gives them."""
    found = dict(enumerate(KINDS[kind].fields, start=1))
    if not KINDS[kind].customs:
        return found
    numbers = {row["code"]: row["id"] for row in store.rows("field")}
    return found | {1000 + numbers[c]: field for c, field in store.customs(kind).items()}


def fits(store: Store, kind: KindInfo, conditions: Mapping[str, Any], row: Row) -> bool:
    """Tell whether a record fits a filter: all of its first group and one of its second."""
    fields = field_numbers(store, kind.name)
    groups: list[dict[str, Any]] = conditions["conditions"]
    for group in groups:
        found = [_one(fields, each, row) for each in group["conditions"]]
        if found and not (all(found) if group["glue"] == "and" else any(found)):
            return False
    return True


class Filters:
    """The saved filters of the sandbox."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def create(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Save a filter."""
        kinds = {kind.filter: kind.name for kind in KINDS.values() if kind.filter}
        if not body.get("name") or body.get("type") not in kinds:
            raise bad_request("Filter name and type must be given")
        self._check(body.get("conditions"), kinds[body["type"]])
        moment = at_v1(instant(self._now()))
        return self._store.add(
            "filter",
            {
                "name": body["name"], "filter_code": None, "is_editable": True,
                "active_flag": True, "type": body["type"], "temporary_flag": False,
                "user_id": USER, "add_time": moment, "update_time": moment, "visible_to": "1",
                "last_used_time": None, "custom_view_id": None, "conditions": body["conditions"],
            },
        )  # fmt: skip

    def delete(self, number: int) -> dict[str, Any]:
        """Mark a filter as deleted."""
        row = self._store.get("filter", number)
        if row is None or row.get("is_deleted"):
            raise Refusal.absent("Filter not found")
        self._store.put("filter", {**row, "is_deleted": True, "active_flag": False})
        return {"id": number}

    def all(self) -> list[Row]:
        """Return the filters that stand."""
        return [row for row in self._store.rows("filter") if not row.get("is_deleted")]

    def _check(self, conditions: Any, kind: str) -> None:
        try:
            groups: list[dict[str, Any]] = conditions["conditions"]
            glues = [group["glue"] for group in groups]
            given = [dict(each) for group in groups for each in group["conditions"]]
        except (KeyError, TypeError) as err:
            raise bad_request("Filter conditions are not valid") from err
        if conditions.get("glue") != "and" or glues != ["and", "or"] or len(given) > MOST:
            raise bad_request("Filter conditions are not valid")
        fields = field_numbers(self._store, kind)
        for each in given:
            number = str(each.get("field_id", ""))
            if not number.isdigit() or int(number) not in fields:
                raise bad_request(f"Filter field {number} does not exist")
            if each.get("operator") not in _OPERATORS:
                raise bad_request("Filter operator is not valid")


def _one(fields: Mapping[int, FieldInfo], condition: Mapping[str, Any], row: Row) -> bool:
    field = fields[int(condition["field_id"])]
    held = row.get("custom_fields", {}).get(field.code) if field.custom else row.get(field.wire)
    operator, wanted = condition["operator"], condition.get("value")
    if operator == "IS NULL":
        return held is None
    if operator == "IS NOT NULL":
        return held is not None
    if held is None:
        return operator in {"!=", "NOT LIKE '$%'"}
    if isinstance(held, int | float) and not isinstance(held, bool):
        return _ordered(operator, held, float(cast("str", wanted)))
    # The vendor's database compares texts without regard to case.
    return _ordered(operator, str(held).casefold(), str(wanted).casefold())


def _ordered(operator: str, held: Any, wanted: Any) -> bool:
    match operator:
        case "=":
            return bool(held == wanted)
        case "!=":
            return bool(held != wanted)
        case "<":
            return bool(held < wanted)
        case "<=":
            return bool(held <= wanted)
        case ">":
            return bool(held > wanted)
        case ">=":
            return bool(held >= wanted)
        case "LIKE '$%'":
            return str(held).startswith(str(wanted))
        case "NOT LIKE '$%'":
            return not str(held).startswith(str(wanted))
        case _:
            return str(wanted) in str(held)
