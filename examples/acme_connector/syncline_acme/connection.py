"""One open connection to Acme: records in one JSON file, replaced whole by every write.

A deleted record stays in the file and is marked, so that a listing can tell of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import syncline as s
from syncline import FieldType as F, OutcomeStatus, Position

KEY = "SynclineKey"
#: Fields that only Acme fills in; our key goes in with a creation, as ``Write.key``.
OWN = tuple(
    s.Field(name=name, label=label, type=kind, creatable=False, updatable=False)
    for name, label, kind in (("Id", "ID", F.ID), (KEY, "Syncline key", F.TEXT))
)
PERSON = s.ObjectType(
    name="Person",
    label="Person",
    fields=(
        *OWN,
        *(s.Field(name=n, label=n, type=F.TEXT) for n in ("FirstName", "Company", "Segment")),
        s.Field(name="LastName", label="Last name", type=F.TEXT, required=True),
        s.Field(name="Email", label="Email", type=F.EMAIL),
    ),
    key_field=KEY,
    deletable=True,
)
VISIT = s.ObjectType(
    name="Visit",
    label="Visit",
    fields=(
        *OWN,
        s.Field(name="PersonId", label="Person", type=F.REFERENCE, required=True),
        s.Field(name="Day", label="Day", type=F.DATE),
        s.Field(name="Notes", label="Notes", type=F.TEXT),
    ),
    key_field=KEY,
)
PRICES = s.Prices(unit="request", page_size=100, write_size=50)
DESCRIPTION = s.Description(objects=(PERSON, VISIT), prices=PRICES)
TICK = timedelta(milliseconds=1)
START = Position(modified=datetime(1970, 1, 1, tzinfo=UTC))
#: id -> {"modified": ISO time, "key": ours or None, "values": {field: value}, "deleted": bool}
Table = dict[str, dict[str, Any]]


class Acme:
    """See ``syncline.Connector`` for what each method promises."""

    def __init__(self, context: s.Context) -> None:
        self._context = context
        self._path = context.folder / context.settings["file"]

    def describe(self) -> s.Description:
        """Return what is known without the file."""
        return DESCRIPTION

    def changes(
        self,
        object_name: str,
        fields: Sequence[str],
        since: Position | None,
        *,
        where: s.Condition | None = None,
    ) -> Iterator[s.Page]:
        """Yield pages strictly after *since* by (modified, id); at least one.

        Whoever lists from the beginning knows no record yet: what was deleted is then left out.
        """
        position, more = since or START, True
        while more:
            server_time = self._context.now()  # before the rows are read, so that none is missed
            table = self._call("list", PRICES.page).get(object_name, {})
            places = (
                (datetime.fromisoformat(row["modified"]), id_)
                for id_, row in table.items()
                if since is not None or not row["deleted"]
            )
            after = sorted(p for p in places if p > (position.modified, position.id))
            page = after[: PRICES.page_size]
            more = len(page) < len(after)
            if page:
                position = Position(modified=page[-1][0], id=page[-1][1])
            yield s.Page(
                records=tuple(
                    _record(object_name, id_, table[id_], fields)
                    for _, id_ in page
                    if not table[id_]["deleted"]
                ),
                position=position,
                server_time=server_time,
                gone=tuple(
                    s.Gone(object=object_name, id=id_, kind=s.GoneKind.DELETED, at=at)
                    for at, id_ in page
                    if table[id_]["deleted"]
                ),
            )

    def read(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> list[s.Record]:
        """Return the records that exist among *ids*."""
        table = _standing(self._call("read").get(object_name, {}))
        return [_record(object_name, id_, table[id_], fields) for id_ in ids if id_ in table]

    def lookup(self, object_name: str, keys: Sequence[str]) -> dict[str, str]:
        """Return key -> id of the records made under these keys."""
        table = _standing(self._call("look up").get(object_name, {}))
        return {row["key"]: id_ for id_, row in table.items() if row["key"] in keys}

    def write(self, object_name: str, writes: Sequence[s.Write]) -> list[s.Outcome]:
        """Write the rows in one replacement of the file; one outcome a row, in order."""
        tables = self._call("write", PRICES.write)
        table = tables.setdefault(object_name, {})
        stamp = self._stamp(table)
        outcomes = [_write_row(object_name, table, write, stamp) for write in writes]
        self._save(tables)
        return outcomes

    def delete(self, object_name: str, ids: Sequence[str]) -> list[s.Outcome]:
        """Mark the records; what is gone already is done, and keeps its time."""
        tables = self._call("delete", PRICES.write)
        table = tables.setdefault(object_name, {})
        stamp = self._stamp(table)
        for id_ in _standing(table).keys() & set(ids):
            table[id_] |= {"deleted": True, "modified": stamp.isoformat()}
        self._save(tables)
        return [s.Outcome.done(id_) for id_ in ids]

    def act(self, requests: Sequence[s.ActionRequest]) -> list[s.Outcome]:
        """Refuse: a CRM has no cadence to act in."""
        return [
            s.Outcome.refused("NO_SUCH_ACTION", f"Acme cannot {each.action}.") for each in requests
        ]

    def usage(self) -> s.Usage | None:
        """Return None: a file sets no limit."""
        return None

    def close(self) -> None:
        """Do nothing: no file is held open between calls."""

    def _call(self, word: str, price: int = 1) -> dict[str, Table]:
        self._context.spend(price, word)
        try:
            tables: dict[str, Table] = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as err:
            what = f"Acme's file {self._path.name} cannot be read ({type(err).__name__})."
            raise s.FatalError(what, hint="Restore it from a backup.") from err
        return tables

    def _stamp(self, table: Table) -> datetime:
        # Later than every change that a listing may have passed, even if the clock went back.
        stamps = (datetime.fromisoformat(row["modified"]) for row in table.values())
        return max(self._context.now(), max(stamps, default=START.modified) + TICK)

    def _save(self, tables: dict[str, Table]) -> None:
        aside = self._path.with_suffix(".new")
        try:
            aside.write_text(json.dumps(tables), "utf-8")
            aside.replace(self._path)
        except OSError as err:  # the old file stands: it is known that nothing took effect
            raise s.RetriableError(f"Acme's file was not written: {err.strerror}.") from err


def _standing(table: Table) -> Table:
    return {id_: row for id_, row in table.items() if not row["deleted"]}


def _record(object_name: str, id_: str, row: dict[str, Any], fields: Sequence[str]) -> s.Record:
    known = {**row["values"], "Id": id_, KEY: row["key"]}
    return s.Record(
        object=object_name,
        id=id_,
        values={name: known.get(name) for name in fields},
        modified=datetime.fromisoformat(row["modified"]),
    )


def _write_row(object_name: str, table: Table, write: s.Write, stamp: datetime) -> s.Outcome:
    standing = _standing(table)
    id_ = write.id or next((i for i, row in standing.items() if row["key"] == write.key), None)
    if id_ is not None and id_ not in standing:
        return s.Outcome(status=OutcomeStatus.GONE, id=id_, code="NOT_FOUND")
    kind = DESCRIPTION.get(object_name)
    if kind is None:
        return s.Outcome.refused("NO_SUCH_OBJECT", f"Acme has no {object_name}.")
    row = table[id_] if id_ else {"key": write.key, "values": {}}
    values = {**row["values"], **write.values}
    for field in kind.fields:
        if field.required and s.is_blank(values.get(field.name)):
            return s.Outcome.refused("REQUIRED", f"{field.label} is required.")
    id_ = id_ or f"{object_name[0]}{len(table) + 1:06d}"
    table[id_] = {
        "modified": stamp.isoformat(),
        "key": row["key"],
        "values": values,
        "deleted": False,
    }
    return s.Outcome.done(id_)
