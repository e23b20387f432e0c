"""A listing as the vendor gives it: filtered, sorted, and cut into numbered pages."""

from __future__ import annotations

__all__ = ["LISTINGS", "listed"]

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .shapes import SHAPES
from .wire import Refusal, moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .store import Row, Store

_PARAMETER = re.compile(r"(\w+)(?:\[([^\]]*)\])?\Z")
_WORDS = frozenset({"per_page", "page", "sort_by", "sort_direction", "include_paging_counts"})
_TIMES: Mapping[str, Callable[[Any, Any], bool]] = {
    "gt": lambda mine, given: mine > given,
    "gte": lambda mine, given: mine >= given,
    "lt": lambda mine, given: mine < given,
    "lte": lambda mine, given: mine <= given,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a resource can be filtered and sorted by."""

    #: A parameter with any of several values -> the field that must have one of them.
    among: Mapping[str, str] = field(default_factory=dict[str, str])
    times: tuple[str, ...] = ("updated_at",)
    sorts: tuple[str, ...] = ("created_at", "updated_at")
    first: str = "updated_at"
    ascending: bool = False
    #: Whether `custom_fields[name]` filters.
    custom: bool = False


_NAMES = Listing(times=(), sorts=("name", "updated_at"), first="name", ascending=True)

#: The listings by the table that they show.
LISTINGS: Mapping[str, Listing] = {
    "people": Listing(
        among={"ids": "id", "email_addresses": "email_address", "crm_id": "crm_id",
               "account_id": "account_id", "owner_id": "owner_id",
               "person_stage_id": "person_stage_id", "do_not_contact": "do_not_contact"},
        times=("updated_at", "created_at"),
        sorts=("created_at", "updated_at", "last_contacted_at", "title", "job_seniority"),
        custom=True,
    ),
    "accounts": Listing(
        among={"ids": "id", "domain": "domain", "name": "name", "crm_id": "crm_id",
               "owner_id": "owner_id"},
        times=("updated_at", "created_at"),
        sorts=("created_at", "updated_at", "last_contacted_at", "name"),
        custom=True,
    ),
    "cadences": Listing(
        among={"ids": "id", "name": "name", "team_cadence": "team_cadence", "shared": "shared"},
        sorts=("created_at", "updated_at", "name"),
    ),
    "cadence_memberships": Listing(
        among={"ids": "id", "person_id": "person_id", "cadence_id": "cadence_id",
               "currently_on_cadence": "currently_on_cadence"},
        sorts=("added_at", "updated_at"),
    ),
    "steps": Listing(among={"ids": "id", "cadence_id": "cadence_id", "type": "type"}, times=()),
    "calls": Listing(
        among={"ids": "id", "person_id": "person_id", "sentiment": "sentiment",
               "disposition": "disposition"},
        times=("updated_at", "created_at"),
    ),
    "emails": Listing(
        among={"ids": "id", "person_id": "person_id", "status": "status", "bounced": "bounced",
               "cadence_id": "cadence_id", "user_id": "user_id"},
        times=("updated_at", "sent_at"),
        sorts=("updated_at", "send_time"),
    ),
    "notes": Listing(
        among={"ids": "id", "associated_with_type": "associated_type",
               "associated_with_id": "associated_id"},
    ),
    "custom_fields": Listing(
        among={"ids": "id", "field_type": "field_type"},
        times=(), sorts=("created_at", "updated_at", "name"),
    ),
    "users": Listing(
        among={"ids": "id", "guid": "guid", "active": "active"},
        times=(), sorts=("id", "seat_id"), first="id", ascending=True,
    ),
    "person_stages": Listing(among={"ids": "id"}, times=()),
    "call_dispositions": _NAMES,
    "call_sentiments": _NAMES,
}  # fmt: skip


def listed(store: Store, table: str, query: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return one page of a table's records; filters that nobody knows are passed over."""
    kind = LISTINGS[table]
    given: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, value in query:
        if match := _PARAMETER.match(name):
            given[match[1]].append((match[2] or "", value))
    words = {name: found[-1][1] for name, found in given.items() if name in _WORDS}
    rows = [row for row in store.rows(table) if _fits(kind, row, given)]
    sort, direction = _order(kind, words)
    # The vendor promises no order among equals; here the youngest comes first, whatever the
    # direction, so that nobody relies on one.
    rows.sort(key=lambda row: -row["id"])
    rows.sort(key=lambda row: _sortable(row.get(sort)), reverse=direction == "DESC")
    size, page = _number(words, "per_page", 25), _number(words, "page", 1)
    if size > 100:
        raise Refusal(422, per_page="must be between 1 and 100")
    shown = rows[(page - 1) * size : page * size]
    more = page * size < len(rows)
    paging: dict[str, Any] = {
        "per_page": size,
        "current_page": page,
        "next_page": page + 1 if more else None,
        "prev_page": page - 1 if page > 1 else None,
    }
    if words.get("include_paging_counts", "").casefold() == "true":
        paging |= {"total_pages": -(-len(rows) // size), "total_count": len(rows)}
    return {
        "data": [SHAPES[table](store, row) for row in shown],
        "metadata": {
            "filtering": _told(kind, given),
            "paging": paging,
            "sorting": {
                "sort_by": sort,
                "sort_direction": f"{direction} NULLS {'LAST' if direction == 'DESC' else 'FIRST'}",
            },
        },
    }


def _fits(kind: Listing, row: Row, given: Mapping[str, list[tuple[str, str]]]) -> bool:
    for name, found in given.items():
        if name in kind.among:
            wanted = {value.casefold() for _part, value in found}
            if str(row.get(kind.among[name])).casefold() not in wanted:
                return False
        elif name in kind.times:
            if not all(_passes(name, row.get(name), part, value) for part, value in found):
                return False
        elif name == "custom_fields" and kind.custom:
            mine = row.get("custom_fields", {})
            if any(str(mine.get(part)).casefold() != value.casefold() for part, value in found):
                return False
    return True


def _passes(name: str, mine: str | None, part: str, value: str) -> bool:
    try:
        given = moment(value)
    except ValueError as err:
        raise Refusal(422, **{name: "is not a valid iso8601 timestamp"}) from err
    if part not in _TIMES:
        raise Refusal(422, **{name: f"{part} is no filter of it"})
    return mine is not None and _TIMES[part](moment(mine), given)


def _order(kind: Listing, words: Mapping[str, str]) -> tuple[str, str]:
    sort = words.get("sort_by", kind.first)
    direction = words.get("sort_direction", "ASC" if kind.ascending else "DESC").upper()
    if sort not in kind.sorts:
        raise Refusal(422, sort_by=f"must be one of: {', '.join(kind.sorts)}")
    if direction not in {"ASC", "DESC"}:
        raise Refusal(422, sort_direction="must be one of: ASC, DESC")
    return ("sent_at" if sort == "send_time" else sort), direction


def _sortable(value: Any) -> tuple[bool, Any]:
    """Order nothing before everything."""
    return (False, "") if value is None else (True, value)


def _number(words: Mapping[str, str], name: str, default: int) -> int:
    text = words.get(name, str(default))
    if not (text.isascii() and text.isdigit() and int(text)):
        raise Refusal(422, **{name: "must be a positive integer"})
    return int(text)


def _told(kind: Listing, given: Mapping[str, list[tuple[str, str]]]) -> dict[str, Any]:
    """Return the filters that were taken, as the vendor repeats them."""
    told: dict[str, Any] = {}
    for name, found in given.items():
        if name in kind.among:
            told[name] = [value for _part, value in found]
        elif name in kind.times or (name == "custom_fields" and kind.custom):
            told[name] = dict(found)
    return told
