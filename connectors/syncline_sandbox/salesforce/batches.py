"""Many rows in one request, each with its own fate (the vendor's sObject collections)."""

from __future__ import annotations

__all__ = ["Batches"]

from typing import TYPE_CHECKING, Any, TypeVar, cast

from syncline import Fault

from .calls import Call, Reply, Resource
from .catalog import catalog
from .rows import object_named
from .wire import Refusal, mapping, same_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from syncline import Faults

    from .query import Queries
    from .rows import Rows
    from .store import Store

LARGEST = 200
#: So many records may be read by their ids in one request.
MOST_READ = 2000

T = TypeVar("T")

_ROLLED_BACK = Refusal(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone "
    "header",
)

_LOCKED = Refusal("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record", [])


class Batches:
    """The collections: create, read, update, upsert by a key, delete."""

    def __init__(self, store: Store, rows: Rows, queries: Queries, faults: Faults) -> None:
        self._store = store
        self._rows = rows
        self._queries = queries
        self._faults = faults

    def resources(self) -> Iterator[tuple[str, str, Resource]]:
        """Yield the resources."""
        yield "POST", "/composite/sobjects", lambda call: Reply(body=self.create(call.body))
        yield "PATCH", "/composite/sobjects", lambda call: Reply(body=self.update(call.body))
        yield "DELETE", "/composite/sobjects", self._delete
        yield "GET", "/composite/sobjects/{object}", self._retrieve
        yield "POST", "/composite/sobjects/{object}", self._retrieve
        yield "PATCH", "/composite/sobjects/{object}/{field}", self._upsert

    def _delete(self, call: Call) -> Reply:
        all_or_none = call.query.get("allOrNone", "").casefold() == "true"
        return Reply(body=self.delete(call.query.get("ids", ""), all_or_none=all_or_none))

    def _upsert(self, call: Call) -> Reply:
        return Reply(body=self.upsert(call.at["object"], call.at["field"], call.body))

    def _retrieve(self, call: Call) -> Reply:
        """Read records by their ids, in the order asked; null where there is none."""
        info = object_named(call.at["object"])
        body = mapping(call.body)
        ids = body.get("ids") or [each for each in call.query.get("ids", "").split(",") if each]
        fields = body.get("fields") or call.query.get("fields", "").split(",")
        if len(ids) > MOST_READ:
            raise Refusal("EXCEEDED_ID_LIMIT", f"cannot retrieve more than {MOST_READ} records")
        render = self._queries.renderer(info, ("Id", *fields), call.root)
        found = [self._store.get(str(each)) for each in ids]
        return Reply(
            body=[None if row is None or row["IsDeleted"] else render(row) for row in found]
        )

    def create(self, body: Any) -> list[dict[str, Any]]:
        """Create every row."""
        return self._each(body, lambda name, row: (self._rows.create(object_named(name), row), {}))

    def update(self, body: Any) -> list[dict[str, Any]]:
        """Update every row by its ``Id``; an id may stand once in a request."""
        seen: set[str] = set()

        def one(name: str, row: dict[str, Any]) -> tuple[str, dict[str, Any]]:
            record_id = row.pop("Id", None) or row.pop("id", None)
            if record_id is None:
                raise Refusal("MISSING_ARGUMENT", "Id not specified in an update call")
            short = same_id(str(record_id))
            if short in seen:
                raise Refusal("DUPLICATE_VALUE", f"Duplicate id specified: {record_id}")
            seen.add(short)
            return self._rows.update(object_named(name), record_id, row), {}

        return self._each(body, one)

    def upsert(self, object_name: str, key_field: str, body: Any) -> list[dict[str, Any]]:
        """Create or update every row by a key field; a key may stand once in a request."""
        info = object_named(object_name)
        field = info.get(key_field)
        name_of_key = field.name if field else key_field
        seen: set[str] = set()

        def one(name: str, row: dict[str, Any]) -> tuple[str, dict[str, Any]]:
            if name.casefold() != info.name.casefold():
                raise Refusal("INVALID_TYPE", f"The row is no {info.name}")
            key = row.pop(name_of_key, None)
            folded = str(key).casefold()
            if folded in seen:
                raise Refusal(
                    "DUPLICATE_VALUE", f"Duplicate external id specified: {key}", [name_of_key]
                )
            seen.add(folded)
            record_id, created = self._rows.upsert(info, name_of_key, key, row)
            return record_id, {"created": created}

        if field is None or not field.external_id:
            # Refused as a whole, with the words that one row would get.
            self._rows.upsert(info, key_field, None, {})
        return self._each(body, one)

    def delete(self, ids: str, *, all_or_none: bool) -> list[dict[str, Any]]:
        """Delete every record named in *ids*, with commas between; of whatever objects they are."""
        named = [each.strip() for each in ids.split(",") if each.strip()]
        if not named:
            raise Refusal("MISSING_ARGUMENT", "ids not specified")
        _few(named)
        objects = {info.prefix: info for info in catalog().values()}

        def one(record_id: str) -> tuple[str, dict[str, Any]]:
            info = objects.get(record_id[:3])
            if info is None:
                raise Refusal("MALFORMED_ID", f"malformed id {record_id}")
            self._rows.delete(info, record_id)
            return record_id, {}

        return self.each(named, one, all_or_none=all_or_none)

    def _each(
        self, body: Any, one: Callable[[str, dict[str, Any]], tuple[str, dict[str, Any]]]
    ) -> list[dict[str, Any]]:
        records, all_or_none = _records(body)

        def typed(record: dict[str, Any]) -> tuple[str, dict[str, Any]]:
            row = dict(record)
            return one(_type_of(row), row)

        return self.each(records, typed, all_or_none=all_or_none)

    def each(
        self,
        given: list[T],
        one: Callable[[T], tuple[str, dict[str, Any]]],
        *,
        all_or_none: bool = False,
    ) -> list[dict[str, Any]]:
        """Do *one* for each row; a row that is refused takes back what it did, alone."""
        begun = self._store.mark()
        results: list[dict[str, Any]] = []
        failed = False
        for each in given:
            before = self._store.mark()
            try:
                if self._faults.strikes(Fault.ROW):
                    raise _LOCKED
                record_id, more = one(each)
                results.append({"id": record_id, "success": True, "errors": [], **more})
            except Refusal as refusal:
                self._store.roll_back(before)
                failed = True
                results.append({"success": False, "errors": [refusal.of_row()]})
        if failed and all_or_none:
            self._store.roll_back(begun)
            undone = {"success": False, "errors": [_ROLLED_BACK.of_row()]}
            results = [undone if result["success"] else result for result in results]
        return results


def _records(body: Any) -> tuple[list[dict[str, Any]], bool]:
    """Return the rows of a request body, and whether they stand or fall together."""
    given = mapping(body)
    if not isinstance(given.get("records"), list):
        raise Refusal("JSON_PARSER_ERROR", "The request holds no list of records")
    rows: list[Any] = given["records"]
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise Refusal("JSON_PARSER_ERROR", "The list holds no records")
    _few(rows)
    return rows, bool(given.get("allOrNone", False))


def _few(rows: list[Any]) -> None:
    if len(rows) > LARGEST:
        raise Refusal(
            "EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {LARGEST} records"
        )


def _type_of(row: dict[str, Any]) -> str:
    """Take the row's attributes out of it and return the object that they name."""
    attributes: Any = row.pop("attributes", None)
    if not isinstance(attributes, dict) or "type" not in attributes:
        raise Refusal("INVALID_INPUT", "Include an entity type in the request")
    return str(cast("dict[str, Any]", attributes)["type"])
