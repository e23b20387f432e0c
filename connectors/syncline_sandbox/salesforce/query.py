"""A query answered from rows in memory, in the vendor's shapes."""

from __future__ import annotations

__all__ = ["Answer", "Queries"]

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from . import soql
from .conditions import comparable, condition
from .paths import object_asked, path_to
from .wire import Refusal

if TYPE_CHECKING:
    from .catalog import ObjectInfo
    from .paths import Path
    from .store import Row, Store

Render = Callable[["Row"], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a query found: the records as JSON, or how many there are for ``count()``."""

    total: int
    records: list[dict[str, Any]] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queries:
    """Queries over one store; *now* is what ``TODAY`` counts from."""

    store: Store
    now: Callable[[], datetime]

    def answer(self, select: soql.Select, root: str, *, deleted: bool) -> Answer:
        """Return all that a query asks for; with *deleted*, from the bin as well."""
        info = object_asked(select.object)
        if select.fields is None:
            rows = self.rows(info, select, deleted=deleted)
            return Answer(total=len(rows), records=[])
        if any(_aggregate(each) for each in select.fields):
            fields, rows = self._totals(info, select, deleted=deleted)
            record = {"attributes": {"type": "AggregateResult"}, **fields}
            return Answer(total=1, records=[record])
        render = self.renderer(info, select.fields, root, deleted=deleted)
        records = [render(row) for row in self.rows(info, select, deleted=deleted)]
        return Answer(total=len(records), records=records)

    def rows(self, info: ObjectInfo, select: soql.Select, *, deleted: bool) -> list[Row]:
        """Return the rows that fit, in their order."""
        holds = None
        if select.where is not None:
            holds = condition(info, select.where, self.store, self.now())
        rows = [
            row
            for row in self.store.rows(info.name)
            if (deleted or not row.get("IsDeleted")) and (holds is None or holds(row))
        ]
        for key in reversed(select.order):
            self._sort(rows, path_to(info, key.field), key)
        end = None if select.limit is None else select.offset + select.limit
        return rows[select.offset : end]

    def renderer(
        self,
        info: ObjectInfo,
        fields: tuple[str | soql.Aggregate | soql.Select, ...],
        root: str,
        *,
        deleted: bool = False,
    ) -> Callable[[Row], dict[str, Any]]:
        """Return the function that makes a record of a row."""
        parts: dict[str, Render] = {}
        related: dict[str, list[str]] = {}
        for each in fields:
            if isinstance(each, soql.Select):
                name, part = self._children(info, each, root, deleted=deleted)
                parts[name] = part
            elif isinstance(each, soql.Aggregate):
                parts |= {name: _cell(name) for name in _all_fields(info, each)}
            elif "." in each and not each.casefold().startswith(f"{info.name.casefold()}."):
                hop = path_to(info, each).hops[0]
                name = hop.relation or hop.name
                related.setdefault(name, []).append(each.partition(".")[2])
                parts[name] = self._parent(hop.name, tuple(related[name]), hop.targets, root)
            else:
                found = path_to(info, each).field.name
                parts[found] = _cell(found)

        def render(row: Row) -> dict[str, Any]:
            url = f"{root}/sobjects/{info.name}/{row['Id']}"
            record: dict[str, Any] = {"attributes": {"type": info.name, "url": url}}
            return {**record, **{name: part(row) for name, part in parts.items()}}

        return render

    def _parent(
        self, reference: str, fields: tuple[str, ...], targets: tuple[str, ...], root: str
    ) -> Render:
        renders: dict[str, Callable[[Row], dict[str, Any]]] = {}

        def render(row: Row) -> Any:
            found = self.store.get(row[reference]) if reference in row else None
            kind = self.store.object_of(row[reference]) if found else None
            if found is None or kind is None or kind not in targets:
                return None
            if kind not in renders:
                renders[kind] = self.renderer(object_asked(kind), fields, root)
            return renders[kind](found)

        return render

    def _children(
        self, info: ObjectInfo, select: soql.Select, root: str, *, deleted: bool
    ) -> tuple[str, Render]:
        wanted = select.object.casefold()
        known = {name.casefold(): (name, *each) for name, each in info.children().items()}
        if wanted not in known or select.fields is None:
            raise Refusal(
                "INVALID_TYPE",
                f"Didn't understand relationship '{select.object}' in FROM part of query call.",
            )
        name, child, reference = known[wanted]
        render = self.renderer(child, select.fields, root, deleted=deleted)

        def part(row: Row) -> Any:
            rows = [
                each
                for each in self.rows(child, select, deleted=deleted)
                if each.get(reference.name) == row["Id"]
            ]
            if not rows:
                return None
            records = [render(each) for each in rows]
            return {"totalSize": len(records), "done": True, "records": records}

        return name, part

    def _totals(
        self, info: ObjectInfo, select: soql.Select, *, deleted: bool
    ) -> tuple[dict[str, Any], list[Row]]:
        rows = self.rows(info, select, deleted=deleted)
        found: dict[str, Any] = {}
        for each in select.fields or ():
            if not isinstance(each, soql.Aggregate):
                raise Refusal("MALFORMED_QUERY", "Field must be grouped or aggregated")
            path = path_to(info, each.field)
            held = [path.value(row, self.store) for row in rows]
            values = [value for value in held if value is not None]
            unnamed = sum(name.startswith("expr") for name in found)
            found[each.alias or f"expr{unnamed}"] = _TOTALS[each.function](values)
        return found, rows

    def _sort(self, rows: list[Row], path: Path, key: soql.OrderKey) -> None:
        if not path.field.sortable:
            raise Refusal(
                "INVALID_FIELD", f"field '{path.field.name}' can not be sorted in a query call"
            )
        held = [(path.value(row, self.store), row) for row in rows]
        present = [pair for pair in held if pair[0] is not None]
        absent = [row for value, row in held if value is None]
        present.sort(key=lambda pair: comparable(path.field, pair[0]), reverse=key.descending)
        sorted_ = [row for _value, row in present]
        rows[:] = sorted_ + absent if key.nulls_last else absent + sorted_


def _cell(name: str) -> Render:
    return lambda row: row.get(name)


def _aggregate(field: str | soql.Aggregate | soql.Select) -> bool:
    return isinstance(field, soql.Aggregate) and field.function != "FIELDS"


def _all_fields(info: ObjectInfo, each: soql.Aggregate) -> list[str]:
    kinds = {"ALL": (False, True), "STANDARD": (False,), "CUSTOM": (True,)}
    wanted = kinds.get(each.field.upper(), ())
    return [raw["name"] for raw in info.description["fields"] if raw["custom"] in wanted]


_TOTALS: dict[str, Callable[[list[Any]], Any]] = {
    "COUNT": len,
    "MIN": lambda values: min(values, default=None),
    "MAX": lambda values: max(values, default=None),
    "SUM": lambda values: sum(values) if values else None,
    "AVG": lambda values: sum(values) / len(values) if values else None,
}
