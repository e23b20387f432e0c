"""The resources of one object and of one record: what it is made of, create, read, change."""

from __future__ import annotations

__all__ = ["Objects"]

from typing import TYPE_CHECKING

from .calls import Call, Reply, Resource
from .catalog import catalog
from .rows import object_named
from .wire import Refusal, values_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .catalog import ObjectInfo
    from .query import Queries
    from .rows import Rows
    from .store import Row, Store


class Objects:
    """Descriptions, and single records by their id or by a key."""

    def __init__(self, store: Store, rows: Rows, queries: Queries) -> None:
        self._store = store
        self._rows = rows
        self._queries = queries

    def resources(self) -> Iterator[tuple[str, str, Resource]]:
        """Yield the resources."""
        record, keyed = "/sobjects/{object}/{id}", "/sobjects/{object}/{field}/{key}"
        yield "GET", "/sobjects", self._objects
        yield "GET", "/sobjects/{object}/describe", self._describe
        yield "GET", "/sobjects/{object}", self._basics
        yield "POST", "/sobjects/{object}", self._create
        yield "GET", record, self._read
        yield "PATCH", record, self._update
        yield "DELETE", record, self._delete
        yield "GET", keyed, self._read_keyed
        yield "PATCH", keyed, self._upsert
        yield "DELETE", keyed, self._delete_keyed

    def _objects(self, _call: Call) -> Reply:
        summaries = [info.summary() for info in catalog().values()]
        return Reply(body={"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": summaries})

    def _describe(self, call: Call) -> Reply:
        return Reply(body=object_named(call.at["object"]).described())

    def _basics(self, call: Call) -> Reply:
        info = object_named(call.at["object"])
        return Reply(body={"objectDescribe": info.summary(), "recentItems": []})

    def _create(self, call: Call) -> Reply:
        info = object_named(call.at["object"])
        return _made(call, info, self._rows.create(info, values_in(call.body)))

    def _read(self, call: Call) -> Reply:
        info = object_named(call.at["object"])
        return self._record(call, info, self._rows.found(info, call.at["id"], reading=True))

    def _update(self, call: Call) -> Reply:
        self._rows.update(object_named(call.at["object"]), call.at["id"], values_in(call.body))
        return _NOTHING

    def _delete(self, call: Call) -> Reply:
        self._rows.delete(object_named(call.at["object"]), call.at["id"])
        return _NOTHING

    def _read_keyed(self, call: Call) -> Reply:
        info = object_named(call.at["object"])
        return self._record(call, info, self._keyed(call, info))

    def _upsert(self, call: Call) -> Reply:
        info = object_named(call.at["object"])
        key, values = call.at["key"], values_in(call.body)
        made, created = self._rows.upsert(info, call.at["field"], key, values)
        return _made(call, info, made) if created else _NOTHING

    def _delete_keyed(self, call: Call) -> Reply:
        info = object_named(call.at["object"])
        self._rows.delete(info, self._keyed(call, info)["Id"])
        return _NOTHING

    def _keyed(self, call: Call, info: ObjectInfo) -> Row:
        field = info.get(call.at["field"])
        if field is None or not field.external_id:
            raise Refusal(
                "NOT_FOUND",
                "Provided external ID field does not exist or is not accessible: "
                f"{call.at['field']}",
                status=404,
            )
        found = self._store.by_key(info.name, field.name, call.at["key"])
        if found is None:
            raise Refusal("NOT_FOUND", "The requested resource does not exist", status=404)
        return found

    def _record(self, call: Call, info: ObjectInfo, row: Row) -> Reply:
        wanted = call.query.get("fields")
        names = tuple(wanted.split(",")) if wanted else None
        every = tuple(field.name for field in info.fields.values())
        return Reply(body=self._queries.renderer(info, names or every, call.root)(row))


_NOTHING = Reply(status=204)


def _made(call: Call, info: ObjectInfo, record_id: str) -> Reply:
    return Reply(
        status=201,
        body={"id": record_id, "success": True, "errors": []},
        headers={"Location": f"{call.root}/sobjects/{info.name}/{record_id}"},
    )
