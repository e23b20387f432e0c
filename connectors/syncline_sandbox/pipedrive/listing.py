"""Lists: pages by a cursor (version 2) and by an offset (version 1), sorted and narrowed."""

from __future__ import annotations

__all__ = ["page_v1", "page_v2"]

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any

from .filters import fits
from .wire import invalid, moment_in, number_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .catalog import KindInfo
    from .store import Row, Store

LARGEST, USUAL = 500, 100
_SORTS = frozenset({"id", "update_time", "add_time"})
_EXACT = {
    "person": ("owner_id", "org_id"),
    "organization": ("owner_id",),
    "deal": ("owner_id", "person_id", "org_id", "pipeline_id", "stage_id"),
    "activity": ("owner_id", "deal_id", "person_id", "org_id"),
    "lead": ("owner_id", "person_id", "organization_id"),
    "note": ("user_id", "deal_id", "person_id", "org_id"),
}


def page_v2(store: Store, kind: KindInfo, asked: Mapping[str, str]) -> tuple[list[Row], str | None]:
    """Return the rows of one page and the cursor of the next."""
    field = asked.get("sort_by", "id")
    if field not in _SORTS | ({"due_date"} if kind.name == "activity" else set()):
        raise invalid(f"sort_by: {field} is not a valid choice")
    down = _direction(asked.get("sort_direction", "asc"))
    limit = number_in(asked.get("limit"), "limit") or USUAL
    if limit > LARGEST:
        raise invalid(f"limit: must be less than or equal to {LARGEST}")
    rows = sorted(
        _found(store, kind, asked), key=lambda row: (row[field] or "", row["id"]), reverse=down
    )
    if "cursor" in asked:
        place = _place(asked["cursor"])
        rows = [r for r in rows if _beyond((r[field] or "", r["id"]), place, down=down)]
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    words = {"field": field, "fieldValue": last[field], "id": last["id"]}
    words["sortDirection"] = "desc" if down else "asc"
    text = base64.urlsafe_b64encode(json.dumps(words).encode()).decode().rstrip("=")
    return rows[:limit], text


def page_v1(store: Store, kind: KindInfo, asked: Mapping[str, str]) -> tuple[list[Row], Any]:
    """Return the rows of one page and what the vendor says of the page."""
    rows = _found(store, kind, asked)
    usual = "id ASC" if kind.name == "note" else "add_time ASC"
    for part in reversed(asked.get("sort", usual).split(",")):
        name, _, way = part.strip().partition(" ")
        rows.sort(key=_by(name), reverse=way.strip().upper() == "DESC")
    start = number_in(asked.get("start"), "start") or 0
    limit = min(number_in(asked.get("limit"), "limit") or USUAL, LARGEST)
    more = start + limit < len(rows)
    pagination: dict[str, Any] = {"start": start, "limit": limit, "more_items_in_collection": more}
    if more:
        pagination["next_start"] = start + limit
    return rows[start : start + limit], {"pagination": pagination}


def _found(store: Store, kind: KindInfo, asked: Mapping[str, str]) -> list[Row]:
    """Return the records that fit all that was asked, oldest first."""
    wanted = _wanted(store, kind, asked)
    since, until = (
        moment_in(asked[name], name) if name in asked else None
        for name in ("updated_since", "updated_until")
    )
    return [
        row
        for row in store.rows(kind.name)
        if wanted(row)
        and (since is None or row["update_time"] >= since)
        and (until is None or row["update_time"] < until)
    ]


def _wanted(store: Store, kind: KindInfo, asked: Mapping[str, str]) -> Callable[[Row], bool]:
    """Return what narrows a list beside times; a saved filter leaves no room for the rest."""
    if "filter_id" in asked:
        saved = store.get("filter", number_in(asked["filter_id"], "filter_id"))
        if saved is None or saved.get("is_deleted") or saved["type"] != kind.filter:
            raise invalid("filter_id: no such filter")
        return lambda row: not row["is_deleted"] and fits(store, kind, saved["conditions"], row)
    if "ids" in asked:
        ids = asked["ids"].split(",")
        if len(ids) > 100:
            raise invalid("ids: longer than maximum length 100")
        return lambda row: str(row["id"]) in ids and not row["is_deleted"]
    exact: dict[str, int | str | None] = {
        n: number_in(asked[n], n) for n in _EXACT[kind.name] if asked.get(n)
    }
    if asked.get("lead_id"):
        exact["lead_id"] = asked["lead_id"]
    if kind.name == "deal" and asked.get("status"):
        states = set(asked["status"].split(","))
        if not states <= {"open", "won", "lost", "deleted"}:
            raise invalid("status: not a valid choice")
        return lambda row: _state(row) in states and not row["is_archived"] and _equal(row, exact)
    done = {"true": True, "false": False}.get(asked.get("done", ""))
    return lambda row: (
        not row["is_deleted"]
        and not row.get("is_archived")
        and _equal(row, exact)
        and (done is None or row["done"] is done)
    )


def _state(row: Row) -> str:
    return "deleted" if row["is_deleted"] else str(row["status"])


def _equal(row: Row, exact: Mapping[str, Any]) -> bool:
    return all(row[name] == value for name, value in exact.items())


def _beyond(at: tuple[Any, Any], place: tuple[Any, Any], *, down: bool) -> bool:
    return at < place if down else at > place


def _place(cursor: str) -> tuple[Any, Any]:
    try:
        words = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return words["fieldValue"] or "", words["id"]
    except (binascii.Error, ValueError, KeyError, TypeError) as err:
        raise invalid("cursor: not a valid cursor") from err


def _direction(text: str) -> bool:
    if text not in {"asc", "desc"}:
        raise invalid(f"sort_direction: {text} is not a valid choice")
    return text == "desc"


def _by(name: str) -> Callable[[Row], Any]:
    return lambda row: (row.get(name) is not None, row.get(name))
