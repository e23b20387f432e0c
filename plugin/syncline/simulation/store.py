"""The records of a system in memory: written, listed by (modified, id), merged, taken away."""

from __future__ import annotations

__all__ = ["Store"]

import copy
from bisect import bisect_right, insort
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush

from ..model import ActionRequest, Description, Gone, GoneKind, ObjectType, Position, Side, Value
from .habits import Habits, RefusedError
from .records import Change, Count, Row, Values


@dataclass(slots=True)
class _Table:
    kind: ObjectType
    rows: dict[str, Row] = field(default_factory=dict[str, Row])
    keys: dict[str, str] = field(default_factory=dict[str, str])
    order: list[tuple[datetime, str]] = field(default_factory=list[tuple[datetime, str]])


_PLAIN = Habits()


def _unheard(_change: Change) -> None:
    return


class Store:
    """All that one system holds. Every change is told to *heard*, field by field."""

    def __init__(
        self,
        side: Side,
        description: Description,
        now: Callable[[], datetime],
        habits: Habits = _PLAIN,
        heard: Callable[[Change], None] = _unheard,
        count: Count | None = None,
    ) -> None:
        self.side = side
        self.description = description
        self.habits = habits
        self.now = now
        self.heard = heard
        #: How far the server's clock is ahead.
        self.skew = timedelta(0)
        self.count = Count() if count is None else count
        #: How many rows and actions of ours took effect.
        self.taken = 0
        #: prospect -> the cadence it is in, and the keys of the actions done.
        self.enrolled: dict[str, str] = {}
        self.acted: dict[str, str] = {}
        self._tables = {o.name: _Table(o) for o in description.objects}
        self._late: list[tuple[datetime, int, str, str]] = []

    def copy(self, now: Callable[[], datetime], count: Count) -> Store:
        """Return another system that holds the same and is heard by nobody."""
        made = Store(self.side, self.description, now, self.habits, count=count)
        made.skew = self.skew
        made.enrolled, made.acted = dict(self.enrolled), dict(self.acted)
        for name, table in self._tables.items():
            rows = {id_: copy.copy(row) for id_, row in table.rows.items()}
            made._tables[name] = _Table(table.kind, rows, dict(table.keys), list(table.order))
        made._late = list(self._late)
        return made

    def server_time(self) -> datetime:
        """Return the time by the server's own clock."""
        return self.now() + self.skew

    # -- what there is

    def kind(self, name: str) -> ObjectType:
        """Return the description of an object."""
        return self._tables[name].kind

    def row(self, name: str, id_: str) -> Row | None:
        """Return a record that is there."""
        row = self._tables[name].rows.get(id_)
        return None if row is None or row.gone is not None else row

    def rows(self, name: str, *, gone: bool = False) -> list[Row]:
        """Return the records that are there (or those that went), in the order they were made."""
        return [row for row in self._tables[name].rows.values() if (row.gone is not None) is gone]

    def by_key(self, name: str, key: str) -> str | None:
        """Return the id of the record that holds our key."""
        return self._tables[name].keys.get(key)

    def page(self, name: str, after: Position, size: int) -> tuple[list[Row], bool]:
        """Return up to *size* rows after a position, those gone among them, and if there are more.

        Each is as a listing shows it just now.
        """
        self._settle()
        table = self._tables[name]
        start = bisect_right(table.order, (after.modified, after.id))
        places = table.order[start : start + size]
        return [table.rows[id_] for _modified, id_ in places], len(table.order) > start + size

    # -- what happens

    def insert(
        self, name: str, values: Mapping[str, Value], *, key: str | None = None, ours: bool = False
    ) -> str:
        """Make a record; return its id."""
        table = self._tables[name]
        kept = self._kept(table.kind, values)
        for needed in table.kind.fields:
            if needed.required and kept.get(needed.name) is None:
                raise RefusedError("REQUIRED_FIELD_MISSING", f"{needed.name} is required")
        id_ = f"{name[:2].upper()}{len(table.rows) + 1:05d}"
        row = Row(id_, name, {}, self.now(), 0)
        table.rows[id_] = row
        if key is not None and table.kind.key_field is not None:
            table.keys[key] = id_
            kept[table.kind.key_field] = key
        self._change(row, kept, ours=ours)
        return id_

    def update(
        self,
        name: str,
        id_: str,
        values: Mapping[str, Value],
        *,
        ours: bool = False,
        late: timedelta = timedelta(0),
    ) -> None:
        """Change a record that is there; *late* is how long a listing does not show it."""
        row = self._tables[name].rows[id_]
        kept = self._kept(self._tables[name].kind, values)
        if row.gone is not None:
            raise RefusedError("ENTITY_IS_DELETED", f"{id_} is no longer there")
        if not self.habits.touches and all(row.values.get(f) == v for f, v in kept.items()):
            self.taken += ours
            return
        self._change(row, kept, ours=ours, late=late)

    def remove(
        self,
        name: str,
        id_: str,
        kind: GoneKind = GoneKind.DELETED,
        into: tuple[str, str] | None = None,
        *,
        ours: bool = False,
    ) -> None:
        """Take a record away, for good or into another; its key with it."""
        row = self._tables[name].rows[id_]
        at = self.habits.stamp(self.server_time())
        row.gone = Gone(object=name, id=id_, kind=kind, at=at, into=into)
        table = self._tables[name]
        key = row.values.get(table.kind.key_field or "")
        if table.keys.get(str(key)) == id_:
            del table.keys[str(key)]
        self._change(row, {}, ours=ours, note=str(kind))

    def undelete(self, name: str, id_: str) -> None:
        """Bring a deleted record back as it was."""
        table = self._tables[name]
        row = table.rows[id_]
        row.gone = None
        key = row.values.get(table.kind.key_field or "")
        if isinstance(key, str):
            if key in table.keys:
                row.values = {**row.values, table.kind.key_field or "": None}
            else:
                table.keys[key] = id_
        self._change(row, {}, ours=False, note="undeleted")

    def do(self, request: ActionRequest) -> None:
        """Do an action of a cadence: in one at a time, in or out."""
        was = self.enrolled.get(request.prospect, "")
        if request.action == "exit":
            self.enrolled.pop(request.prospect, None)
        elif request.target is not None:
            self.enrolled[request.prospect] = request.target
        self.acted[request.key] = request.prospect
        self.taken += 1
        row = self._tables["prospect"].rows[request.prospect]
        now = self.enrolled.get(request.prospect, "")
        what = Change(
            number=self.count.next(),
            at=self.now(),
            side=self.side,
            object=row.object,
            id=row.id,
            field=f"({request.action})",
            old=was or None,
            new=now or None,
            ours=True,
            late=timedelta(0),
        )
        self.heard(what)

    # -- how

    def _kept(self, kind: ObjectType, values: Mapping[str, Value]) -> Values:
        kept: Values = {}
        for name, value in values.items():
            described = kind.get(name)
            if described is None:
                raise RefusedError("INVALID_FIELD", f"{kind.name} has no field {name}")
            kept[name] = self.habits.kept(described, value)
        return kept

    def _change(
        self,
        row: Row,
        values: Values,
        *,
        ours: bool,
        late: timedelta = timedelta(0),
        note: str = "",
    ) -> None:
        self.taken += ours
        told = [(f, row.values.get(f), v) for f, v in values.items() if row.values.get(f) != v]
        if note:
            told.append(("", None, note))
        if row.place is None:
            late = timedelta(0)
        row.values = {**row.values, **values}
        row.modified = self.habits.stamp(self.server_time())
        row.version = self.count.next()
        for name, old, new in told:
            row.version = self.count.next()
            self.heard(
                Change(
                    number=row.version,
                    at=self.now(),
                    side=self.side,
                    object=row.object,
                    id=row.id,
                    field=name,
                    old=old,
                    new=new,
                    ours=ours,
                    late=late,
                )
            )
        if late:
            heappush(self._late, (self.now() + late, row.version, row.object, row.id))
        else:
            self._show(row)

    def _show(self, row: Row) -> None:
        """Let listings show the row as it is now, at its new place."""
        order = self._tables[row.object].order
        if row.place is not None:
            del order[bisect_right(order, row.place) - 1]
        row.place = (row.modified, row.id)
        insort(order, row.place)
        row.shown = (row.values, row.version, row.gone)

    @property
    def hides(self) -> bool:
        """Whether there is a change that no listing shows yet."""
        return bool(self._late)

    def _settle(self) -> None:
        """Show the changes that were late, as far as their time has come."""
        while self._late and self._late[0][0] <= self.now():
            _when, _number, name, id_ = heappop(self._late)
            self._show(self._tables[name].rows[id_])
