"""Records by their ids, and rows as our records."""

from __future__ import annotations

__all__ = ["Reader", "custom_param", "row_of", "rows_by_ids"]

from typing import TYPE_CHECKING, Any

from syncline import Record

from .kinds import Form
from .session import RefusedError
from .values import from_wire, held, parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncline import Field, Value

    from .book import Book
    from .kinds import Kind
    from .organizations import Organizations
    from .session import Session

#: The most ids that one call takes, and the most own fields that it can be narrowed to.
_IDS, _CUSTOMS = 100, 15

_Row = dict[str, Any]


def rows_by_ids(
    session: Session, kind: Kind, ids: Sequence[str], fields: Sequence[Field]
) -> Iterator[_Row]:
    """Yield the records that are there: one by one, or a hundred in a call, whichever is cheaper.

    A list costs ten tokens whatever is in it, a single record one.
    """
    if kind.version == 1 or len(ids) * kind.read_price <= kind.list_price:
        for each in ids:
            row = row_of(session, kind, each, fields)
            if row is not None:
                yield row
        return
    numbers = [each for each in ids if each.isascii() and each.isdigit()]
    for start in range(0, len(numbers), _IDS):
        asked = {"ids": ",".join(numbers[start : start + _IDS]), "limit": str(_IDS)}
        asked |= custom_param(kind, fields)
        reply = session.call("GET", kind.path, word="read", price=kind.list_price, params=asked)
        yield from (row for row in reply.data or () if not row.get("is_deleted"))


def row_of(session: Session, kind: Kind, id_: str, fields: Sequence[Field] = ()) -> _Row | None:
    """Return one record; None if it is not there, or no longer."""
    if not id_.replace("-", "").isalnum():
        return None
    try:
        reply = session.call(
            "GET",
            f"{kind.path}/{id_}",
            word="read",
            price=kind.read_price,
            params=custom_param(kind, fields) or None,
        )
    except RefusedError as err:
        if err.status in {404, 410}:
            return None
        raise
    row: _Row = reply.data
    return None if row.get("is_deleted") or row.get("active_flag") is False else row


def custom_param(kind: Kind, fields: Sequence[Field]) -> dict[str, str]:
    """Return what keeps an answer to the own fields that are wanted, where that can be said."""
    codes = {each.code.partition(".")[0] for each in fields if each.code}
    if kind.version == 1 or not 0 < len(codes) <= _CUSTOMS or kind.name == "activity":
        return {}
    return {"custom_fields": ",".join(sorted(codes))}


class Reader:
    """Turns rows of one kind into records with exactly the fields that are asked for."""

    def __init__(
        self, book: Book, organizations: Organizations, kind: Kind, names: Sequence[str]
    ) -> None:
        self._book = book
        self._organizations = organizations
        self._kind = kind
        self.fields = [book.field(kind.name, name) for name in names]
        self._bound = [
            each.path
            for each in (kind.by_name.get(name) for name in names)
            if each is not None and each.form is Form.ORGANIZATION
        ]

    def records(self, rows: Sequence[_Row]) -> tuple[Record, ...]:
        """Return the records of rows, in their order."""
        for path in self._bound:
            self._organizations.know(str(row[path]) for row in rows if row.get(path))
        return tuple(self._record(row) for row in rows)

    def _record(self, row: _Row) -> Record:
        changed = row["modified" if self._kind.name == "user" else "update_time"]
        return Record(
            object=self._kind.name,
            id=str(row["id"]),
            values={field.name: self._value(field, row) for field in self.fields},
            modified=parse_instant(changed),
        )

    def _value(self, field: Field, row: _Row) -> Value:
        standard = self._kind.by_name.get(field.name)
        value = held(self._kind, field, standard, row)
        match standard.form if standard is not None else Form.PLAIN:
            case Form.CONTACT:
                return _primary(value or [])
            case Form.USER:
                return None if value is None else self._book.email(str(value))
            case Form.ORGANIZATION:
                return None if value is None else self._organizations.name(str(value))
            case Form.PARTICIPANT:
                people: list[_Row] = value or []
                primary = [str(each["person_id"]) for each in people if each.get("primary")]
                return primary[0] if primary else None
            case _:
                return from_wire(self._book, self._kind.name, field, value)


def _primary(entries: list[_Row]) -> str | None:
    """Return the primary entry; Pipedrive shows none as one empty entry."""
    first = next((each for each in entries if each.get("primary")), None)
    text = str((first or (entries[0] if entries else {})).get("value") or "")
    return text or None
