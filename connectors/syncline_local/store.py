"""Tables in one TinyDB file, and batches of changes that land in one replacement of it."""

from __future__ import annotations

__all__ = ["Batch", "Document", "Store", "Table", "parse_stamp"]

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from syncline import WorkspaceError, is_blank, lock_documents, open_documents

from . import marks

if TYPE_CHECKING:
    from pathlib import Path

    from .system import System

Document = Mapping[str, Any]
#: Documents by number, as TinyDB keeps them: the number is a text of digits.
Table = Mapping[str, Document]
_Tables = dict[str, dict[str, Any]]

#: Since version 2 a record that ended stays in the file, with a mark.
_VERSION = 2
_META = "_meta"
_EMPTY: Table = {}
_TICK = timedelta(milliseconds=1)


def parse_stamp(text: str) -> datetime:
    """Return the instant that a stamp in the file stands for."""
    return datetime.fromisoformat(text)


def _stamp(instant: datetime) -> str:
    utc = instant.astimezone(UTC).replace(tzinfo=None)
    return f"{utc.isoformat(timespec='milliseconds')}Z"


class Store:
    """The file of one embedded system. What it hands out is shared: nobody changes it in place.

    Every change goes through a ``Batch``, which builds new tables beside the old ones. So a
    failed write leaves memory, like the file, as it was.
    """

    def __init__(self, path: Path, system: System, now: Callable[[], datetime]) -> None:
        self.system = system
        self.now = now
        self._path = path
        self._db = open_documents(path)
        self._trusted: _Tables | None = None

    def exists(self) -> bool:
        """Tell whether anything was ever written."""
        return bool(self.tables())

    def tables(self) -> _Tables:
        """Return all tables as they are in the file now, once they are known to be sound."""
        found = self._db.storage.read()
        if found is None:
            return {}
        if found is not self._trusted:
            self._check(found)
            self._trusted = found
        return found

    def table(self, name: str) -> Table:
        """Return one table; the same object as before for as long as it has not changed."""
        return self.tables().get(name, _EMPTY)

    @contextmanager
    def changing(self) -> Generator[Batch]:
        """Let one program at a time change the file; what was changed lands at the end."""
        with lock_documents(self._path):
            batch = Batch(self)
            yield batch
            batch.commit()

    def save(self, tables: _Tables) -> None:
        """Replace the file by *tables* in one step."""
        self._db.storage.write(tables)
        self._trusted = tables

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def _check(self, tables: _Tables) -> None:
        try:
            version: Any = tables[_META]["1"]["version"]
        except (KeyError, TypeError):
            version = None
        if not isinstance(version, int):
            raise self._damaged("it does not say which version of its format it has")
        if version > _VERSION:
            raise WorkspaceError(
                f"{self._path.name} was left as it is: it has format version {version}, and this "
                f"Syncline knows versions up to {_VERSION}.",
                hint="Upgrade Syncline, then run again.",
            )
        for name in self.system.prefixes:
            for number, document in tables.get(name, _EMPTY).items():
                try:
                    int(number)
                    aware = parse_stamp(document[self.system.modified_field]).tzinfo is not None
                except (KeyError, TypeError, ValueError):
                    aware = False
                if not aware:
                    raise self._damaged(
                        f"document {number} of {name} has no {self.system.modified_field} "
                        "such as 2026-11-22T15:40:00Z"
                    )
                if not marks.is_sound(document):
                    raise self._damaged(
                        f"{marks.MARK} of document {number} of {name} does not say how it ended, "
                        'such as {"kind": "deleted"}'
                    )

    def _damaged(self, what: str) -> WorkspaceError:
        return WorkspaceError(
            f"{self._path.name} is damaged and was left as it is: {what}",
            hint=f"Correct {self._path} (docs/workspace.md shows its form), restore it from a "
            "backup, or move it away together with ledger.sqlite and data/instance to start empty.",
        )


class Batch:
    """Changes that become visible together, when it is committed, or not at all.

    All of them carry one stamp, later than every stamp before it even if the clock stands still
    or goes back: a listing that was read up to some position misses nothing that follows.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tables = dict(store.tables())
        self._changed: _Tables = {}
        meta = self._tables.get(_META, {}).get("1", {})
        self._counters: dict[str, int] = dict(meta.get("counters", {}))
        self._fresh: set[str] = set()
        instant = store.now()
        if last := meta.get("stamp"):
            instant = max(instant, parse_stamp(last) + _TICK)
        self.stamp = _stamp(instant)

    def table(self, name: str) -> Table:
        """Return a table as it will be once the batch is committed."""
        return self._tables.get(name, _EMPTY)

    def append(self, name: str, document: Document) -> str:
        """Add a document that is no record; return the number under which it is kept."""
        table = self._writable(name)
        if name not in self._fresh:
            # A person may have added documents by hand, past the counter.
            highest = max(map(int, table), default=0)
            self._counters[name] = max(self._counters.get(name, 0), highest)
            self._fresh.add(name)
        self._counters[name] += 1
        number = str(self._counters[name])
        table[number] = document
        return number

    def insert(self, name: str, values: Mapping[str, Any]) -> str:
        """Add a record with its stamps; return the number under which it is kept."""
        system = self._store.system
        return self.append(
            name,
            {field: value for field, value in values.items() if not is_blank(value)}
            | {system.created_field: self.stamp, system.modified_field: self.stamp},
        )

    def update(self, name: str, number: str, values: Mapping[str, Any]) -> None:
        """Set *values* in a record, a blank one by removing it; alike values leave no trace."""
        current = self.table(name)[number]
        after = {
            field: value for field, value in {**current, **values}.items() if not is_blank(value)
        }
        if after != current:
            after[self._store.system.modified_field] = self.stamp
            self._writable(name)[number] = after

    def commit(self) -> None:
        """Put the changes in the file, in one replacement; without any, leave it alone."""
        if self._changed:
            meta = {"version": _VERSION, "counters": self._counters, "stamp": self.stamp}
            self._store.save(self._tables | {_META: {"1": meta}})

    def _writable(self, name: str) -> dict[str, Any]:
        if name not in self._changed:
            self._tables[name] = self._changed[name] = dict(self.table(name))
        return self._changed[name]
