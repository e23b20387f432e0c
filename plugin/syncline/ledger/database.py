"""Open the ledger, one transaction at a time; every fault of the database becomes one of ours."""

from __future__ import annotations

__all__ = ["Ledger", "read_meta", "write_meta"]

import secrets
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, select
from sqlalchemy.exc import DatabaseError, OperationalError

from ..errors import LedgerBusyError, LedgerError
from .tables import SCHEMA_VERSION, meta, metadata

_BUSY_SECONDS = 10


class Ledger:
    """The SQLite ledger of a workspace. ``begin`` opens a transaction that commits as a whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine: Engine = create_engine(
            # Not a URL as text: a folder's name may hold any sign.
            URL.create("sqlite", database=str(path)),
            connect_args={"timeout": _BUSY_SECONDS},
        )
        event.listen(self._engine, "connect", _prepare)
        try:
            with self.begin() as db:
                self.instance = _adopt(db, path)
        except LedgerError:
            self._engine.dispose()
            raise

    @contextmanager
    def begin(self) -> Generator[Connection]:
        """Yield a connection; commit at the end, undo everything if anything was raised."""
        try:
            with self._engine.begin() as db:
                yield db
        except OperationalError as err:
            raise LedgerBusyError(
                f"the ledger could not be written: {err.orig}",
                hint=f"Nothing was lost. Free the disk or close what holds {self.path.name}, then "
                "run again.",
            ) from err
        except DatabaseError as err:
            raise LedgerError(
                f"the ledger {self.path.name} is damaged and was left as it is: {err.orig}",
                hint="Restore it from a backup. Without one, move it away: the next run links the "
                "records again by their match keys.",
            ) from err

    def close(self) -> None:
        """Close the file."""
        self._engine.dispose()


def _prepare(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # An intent must be on disk, not in a cache, before its call is made.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _adopt(db: Connection, path: Path) -> str:
    """Make the tables of a new ledger, or refuse one that a newer version wrote."""
    metadata.create_all(db)
    found = read_meta(db, "schema")
    if found is None:
        write_meta(db, "schema", str(SCHEMA_VERSION))
        write_meta(db, "instance", secrets.token_hex(4))
    elif int(found) > SCHEMA_VERSION:
        raise LedgerError(
            f"{path.name} was written by a newer version of Syncline (ledger {found}; this one "
            f"reads up to {SCHEMA_VERSION})",
            hint="Upgrade Syncline: `pip install --upgrade syncline`.",
        )
    instance = read_meta(db, "instance")
    assert instance is not None
    return instance


def read_meta(db: Connection, name: str) -> str | None:
    """Return a value of the ledger's own notes."""
    value: str | None = db.scalar(select(meta.c.value).where(meta.c.name == name))
    return value


def write_meta(db: Connection, name: str, value: str) -> None:
    """Set a value of the ledger's own notes."""
    db.execute(meta.delete().where(meta.c.name == name))
    db.execute(meta.insert().values(name=name, value=value))
