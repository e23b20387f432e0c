"""The search: an index that may lag behind, filters, one order, and the first 10,000 rows."""

from __future__ import annotations

__all__ = ["CEILING", "Search"]

import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from .filters import fits, holds_word
from .rows import answered
from .wire import Refusal, listed

if TYPE_CHECKING:
    from .catalog import Kind
    from .store import Row, Store

CEILING = 10_000
_PAGE, _LARGEST_PAGE = 10, 200
_GROUPS, _FILTERS, _ALL_FILTERS, _QUERY = 5, 6, 18, 3000
#: How the vendor's order is written, in either of its two forms.
_Sort = tuple[str, bool]


class Search:
    """Answers searches from what the records were *lag* ago."""

    def __init__(self, store: Store, now: Callable[[], datetime], lag: timedelta) -> None:
        self._store = store
        self._now = now
        self._lag = lag
        #: For each record that changed lately, what it was, and when it became so.
        self._late: dict[tuple[str, str], list[tuple[datetime, Row | None]]] = {}
        if lag:
            store.watch = self._changed

    def answer(self, kind: Kind, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return one page of the records that fit one of the groups of filters."""
        groups = _groups(body)
        limit, after = _number(body, "limit", _PAGE), _number(body, "after", 0)
        if limit > _LARGEST_PAGE:
            raise Refusal(f"The limit of a search is {_LARGEST_PAGE}, not {limit}")
        if after + limit > CEILING:
            raise Refusal(f"A search answers its first {CEILING} results, and no more")
        known = self._store.properties(kind)
        words = str(body.get("query") or "").split()
        found = [
            row
            for row in self._seen(kind.path)
            if (not groups or any(_all(group, row, known) for group in groups))
            and all(_holds(kind, row, word) for word in words)
        ]
        name, down = _sort(body, kind, known)
        found.sort(key=lambda row: zlib.crc32(row["id"].encode()))  # equal ones in no known order
        found.sort(key=lambda row: _order(known[name]["type"], row, name), reverse=down)
        page = found[after : after + limit]
        wanted = [str(each) for each in body.get("properties") or ()]
        answer: dict[str, Any] = {
            "total": len(found),
            "results": [answered(kind, row, wanted or None) for row in page],
        }
        if after + limit < len(found):
            answer["paging"] = {"next": {"after": str(after + limit)}}
        return answer

    def _seen(self, path: str) -> list[Row]:
        """Return the records that the index shows: none that it knows to be archived."""
        rows = self._store.rows(path)
        if self._lag:
            then = self._now() - self._lag
            rows = [row for each in rows if (row := self._then(path, each, then)) is not None]
        return [row for row in rows if not row["archived"]]

    def _changed(self, path: str, before: Row | None, after: Row) -> None:
        long_ago = datetime.min.replace(tzinfo=UTC)
        versions = self._late.setdefault((path, after["id"]), [(long_ago, before)])
        versions.append((self._now(), after))

    def _then(self, path: str, row: Row, then: datetime) -> Row | None:
        versions = self._late.get((path, row["id"]))
        if versions is None:
            return row
        shown = [version for at, version in versions if at <= then]
        return shown[-1]


def _groups(body: Mapping[str, Any]) -> list[list[dict[str, Any]]]:
    given = dict(body)
    groups = [listed(group, "filters") for group in listed(given, "filterGroups")]
    if not groups and "filters" in given:
        groups = [listed(given, "filters")]
    if len(groups) > _GROUPS or any(len(group) > _FILTERS for group in groups):
        raise Refusal(f"There are at most {_GROUPS} filterGroups with {_FILTERS} filters each")
    if sum(map(len, groups)) > _ALL_FILTERS:
        raise Refusal(f"There are at most {_ALL_FILTERS} filters in a search")
    if len(str(body.get("query") or "")) > _QUERY:
        raise Refusal(f"A query has at most {_QUERY} characters")
    return groups


def _all(group: list[dict[str, Any]], row: Row, known: Mapping[str, Mapping[str, Any]]) -> bool:
    for each in group:
        described = known.get(str(each.get("propertyName")))
        if described is None:
            raise Refusal(f"Property {each.get('propertyName')} does not exist")
        if not fits(each, row["properties"].get(described["name"]), described):
            return False
    return True


def _holds(kind: Kind, row: Row, word: str) -> bool:
    return any(holds_word(row["properties"].get(name, ""), f"{word}*") for name in kind.shown)


def _sort(
    body: Mapping[str, Any], kind: Kind, known: Mapping[str, Mapping[str, Any]]
) -> tuple[str, bool]:
    sorts: list[Any] = list(body.get("sorts") or ())
    if len(sorts) > 1:
        raise Refusal("A search is sorted by one property")
    name, down = kind.created, False
    for each in sorts:
        if isinstance(each, str):
            name, down = each.lstrip("-"), each.startswith("-")
        else:
            name = str(each.get("propertyName"))
            down = each.get("direction") == "DESCENDING"
    if name not in known:
        raise Refusal(f"Property {name} does not exist")
    return name, down


def _order(what: str, row: Row, name: str) -> tuple[bool, float, str]:
    """Order texts without regard to case, numbers by their size, and what is missing last."""
    text = row["properties"].get(name, "")
    number = float(text) if what == "number" and text else 0.0
    return not text, number, text.casefold()


def _number(body: Mapping[str, Any], name: str, usual: int) -> int:
    text = str(body.get(name) or usual)
    if not text.isdigit():
        raise Refusal(f"{name} is no number: {text}")
    return int(text)
