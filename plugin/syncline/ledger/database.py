"""Open the ledger, one transaction at a time; every fault of the database becomes one of ours.

SQLite in the workspace's folder by default, PostgreSQL where several machines share it.
"""

from __future__ import annotations

__all__ = ["Ledger", "read_meta", "upsert", "write_meta"]

import re
import secrets
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Table,
    bindparam,
    create_engine,
    event,
    inspect,
    make_url,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import (
    DatabaseError,
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
)

from ..errors import LedgerBusyError, LedgerError, SynclineError, WorkspaceError
from .bulk import Bulk
from .tables import SCHEMA_VERSION, meta, metadata

_BUSY_SECONDS = 10
#: PostgreSQL's advisory lock for whoever makes or changes tables.
_TABLES_LOCK = 7305790
#: What SQLite says when the tables are not those that their version has.
_LACKING = re.compile("no such (table|column)|has no column|duplicate column|already exists")
#: What a server, or what talks to it, says when only a person can mend it. Before a connection
#: stands there is no code to go by.
_SHUT_OUT = re.compile(
    "authentication failed|no password supplied|does not exist|pg_hba|not permitted to log in|"
    "permission denied|does not support SSL|certificate|invalid (port|sslmode|connection option)"
)


class Ledger:
    """The ledger of a workspace. ``begin`` opens a transaction that commits as a whole.

    *where* is a file, ``None`` for a ledger in memory, or the URL of a PostgreSQL database; a
    ``schema`` in its query (``…?schema=acme``) keeps several ledgers apart in one database.
    Without *make*, a database that holds no ledger stays as it is: ``WorkspaceError``.
    """

    def __init__(
        self, where: Path | str | None, *, instance: str | None = None, make: bool = True
    ) -> None:
        self.path = where if isinstance(where, Path) else None
        self._engine = _engine(where, make=make)
        #: What a message calls it.
        self.name = self._engine.url.database or "in memory"
        if self.path is not None:
            self.name = self.path.name
        #: Called in every transaction: raises when this process may write no more.
        self.fence: Callable[[Connection], None] | None = None
        try:
            with self.begin() as db:
                self.instance = _adopt(db, self.name, instance, make=make)
        except SynclineError:
            self._engine.dispose()
            raise

    def __repr__(self) -> str:
        return f"Ledger({self.name})"

    @contextmanager
    def begin(self) -> Generator[Connection]:
        """Yield a connection; commit at the end, undo everything if anything was raised."""
        try:
            with self._engine.begin() as db:
                if self.fence is not None:
                    self.fence(db)
                yield db
        except (OperationalError, InterfaceError) as err:
            if _LACKING.search(_words(err)):
                raise self._fault(err) from err
            if self.path is None and _SHUT_OUT.search(_words(err)):
                raise LedgerError(
                    f"the database of the ledger {self.name} cannot be used: {_words(err)}",
                    hint="Correct its address, or set the password in the environment as "
                    "SYNCLINE_LEDGER_PASSWORD. Nothing was written.",
                ) from err
            raise LedgerBusyError(
                f"the ledger could not be reached or written: {_words(err)}",
                hint=f"Nothing was lost. See that {self.name} can be reached, that its disk is not "
                "full and nobody else holds it, then run again.",
            ) from err
        except DatabaseError as err:
            raise self._fault(err) from err

    def _fault(self, err: DatabaseError | InterfaceError) -> LedgerError:
        if isinstance(err, IntegrityError | DataError):
            return LedgerError(
                f"the ledger {self.name} does not take what was to be written: {_words(err)}",
                hint="Nothing was written, and the ledger is sound. This is a fault of Syncline or "
                "of a connector; please report it.",
            )
        if self._engine.dialect.name == "postgresql":
            return LedgerError(
                f"the database of the ledger {self.name} refused: {_words(err)}",
                hint="See that its user may make and write tables there. Nothing was written.",
            )
        return LedgerError(
            f"the ledger {self.name} is damaged and was left as it is: {_words(err)}",
            hint="`syncline doctor` says more. Restore it from a backup. Without one, move it "
            "away: the next run links the records again by their match keys.",
        )

    def close(self) -> None:
        """Let go of the file or the server."""
        self._engine.dispose()


def upsert(dialect: str, table: Table) -> Any:
    """Return an insert that can say what a row that stands already becomes."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table)


def _words(err: DBAPIError) -> str:
    return str(err.orig).strip().splitlines()[0]


def _engine(where: Path | str | None, *, make: bool) -> Engine:
    if isinstance(where, str):
        return _server(where, make=make)
    # Not a URL as text: a folder's name may hold any sign.
    url = URL.create("sqlite", database=None if where is None else str(where))
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _prepare)
    return engine


def _server(address: str, *, make: bool) -> Engine:
    url = make_url(address)
    if url.get_backend_name() != "postgresql":
        raise WorkspaceError(
            f"a ledger cannot be kept in {url.get_backend_name()}",
            hint="Give a file, or a database as postgresql://host/name.",
        )
    schema = url.query.get("schema")
    url = url.set(drivername="postgresql+psycopg").difference_update_query(["schema"])
    try:
        engine = create_engine(
            url, pool_pre_ping=True, connect_args={"connect_timeout": _BUSY_SECONDS}
        )
    except ImportError as err:
        raise WorkspaceError(
            "the ledger is in PostgreSQL, and what talks to it is not installed",
            hint="Install it: `pip install 'syncline[postgres]'`.",
        ) from err
    name = engine.dialect.identifier_preparer.quote(str(schema or ""))

    def enter(connection: Any, _record: object) -> None:
        # A process that stands still in the middle of a transaction keeps nobody else waiting.
        connection.execute("SET idle_in_transaction_session_timeout = '60s'")
        if schema is None:
            connection.commit()
            return
        there = "SELECT 1 FROM pg_namespace WHERE nspname = %s"
        if make and connection.execute(there, [schema]).fetchone() is None:
            # Two that make it in one moment would not both succeed.
            connection.execute(f"SELECT pg_advisory_xact_lock({_TABLES_LOCK})")
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {name}")
        connection.execute(f"SET search_path TO {name}")
        connection.commit()

    event.listen(engine, "connect", enter)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # An intent must be on disk, not in a cache, before its call is made.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _adopt(db: Connection, name: str, instance: str | None, *, make: bool) -> str:
    """Make the tables of a new ledger, bring an old one up to date, refuse a newer one."""
    found = _version(db, name)
    if not found and not make:
        raise WorkspaceError("nothing has run here yet", hint="Begin with `syncline run`.")
    if found < SCHEMA_VERSION:
        # Whoever opens it in this moment too waits here, and finds it done.
        _lock(db)
        found = _version(db, name)
    if found == 0:
        metadata.create_all(db)
        write_meta(db, "instance", instance or secrets.token_hex(4))
    elif found > SCHEMA_VERSION:
        raise LedgerError(
            f"{name} was written by a newer version of Syncline (ledger {found}; this one "
            f"reads up to {SCHEMA_VERSION})",
            hint="Upgrade Syncline: `pip install --upgrade syncline`.",
        )
    elif found < SCHEMA_VERSION:
        from .migrate import migrate

        migrate(db, found)
    if found < SCHEMA_VERSION:
        write_meta(db, "schema", str(SCHEMA_VERSION))
    kept = read_meta(db, "instance")
    if kept is None:
        raise LedgerError(
            f"{name} is damaged: it does not say its id, and was left as it is",
            hint="Restore it from a backup: `syncline restore BACKUP --ledger-only --overwrite`.",
        )
    return kept


def _version(db: Connection, name: str) -> int:
    """Return the version of the ledger's tables, 0 when there are none yet."""
    if not inspect(db).has_table(meta.name):
        return 0
    found = read_meta(db, "schema") or "0"
    if not found.isdecimal():
        raise LedgerError(
            f"{name} does not say its version and was left as it is",
            hint="Restore it from a backup.",
        )
    return int(found)


def _lock(db: Connection) -> None:
    """Let this transaction alone change tables, until its end."""
    if db.dialect.name == "postgresql":
        db.execute(text(f"SELECT pg_advisory_xact_lock({_TABLES_LOCK})"))
    elif not db.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr]
        # SQLite's driver begins none before a CREATE TABLE: each would stand by itself.
        db.exec_driver_sql("BEGIN IMMEDIATE")


_META = select(meta.c.value).where(meta.c.name == bindparam("of"))


def read_meta(db: Connection, name: str) -> str | None:
    """Return a value of the ledger's own notes."""
    value: str | None = db.scalar(_META, {"of": name})
    return value


def _noting(dialect: str) -> Any:
    statement = upsert(dialect, meta)
    return statement.on_conflict_do_update(
        index_elements=["name"], set_={"value": statement.excluded["value"]}
    )


_note = Bulk(_noting)


def write_meta(db: Connection, name: str, value: str) -> None:
    """Set a value of the ledger's own notes."""
    _note(db, [{"name": name, "value": value}])
