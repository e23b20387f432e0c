"""Ledgers of both kinds without our door, and one that version 0.1.0 wrote."""

from __future__ import annotations

__all__ = ["rows_of", "rules_of_version_1", "the_engine", "version_1"]

import shutil
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import Engine, MetaData, create_engine, inspect, select, text

#: Made by the code of 0.1.0: 24 pairs, held and changed records, and a run cut off after a write.
_VERSION_1 = Path(__file__).parent / "ledger" / "version1"


@contextmanager
def the_engine(folder: Path, address: str) -> Generator[Engine]:
    """Yield the database of a ledger as it is: in *folder*, or at *address*."""
    if address:
        base, schema = address.split("?schema=")
        with psycopg.connect(base, autocommit=True) as db:
            db.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}".encode())
        engine = create_engine(
            base.replace("postgresql:", "postgresql+psycopg:"),
            connect_args={"options": f"-csearch_path={schema}"},
        )
    else:
        engine = create_engine(f"sqlite:///{folder / 'ledger.sqlite'}")
    try:
        yield engine
    finally:
        engine.dispose()


def rows_of(folder: Path, address: str) -> dict[str, list[dict[str, object]]]:
    """Return every row of every table, in a settled order."""
    with the_engine(folder, address) as engine, engine.connect() as db:
        found: dict[str, list[dict[str, object]]] = {}
        for name in inspect(db).get_table_names():
            rows = db.execute(text(f"SELECT * FROM {name}")).mappings()
            found[name] = sorted((dict(row) for row in rows), key=str)
        return found


def version_1(folder: Path, address: str) -> None:
    """Make the workspace as 0.1.0 left it, its ledger where *address* says."""
    (folder / "data").mkdir(parents=True)
    for name in ("crm.json", "cadence.json"):
        shutil.copy(_VERSION_1 / name, folder / "data" / name)
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as db:
        db.executescript((_VERSION_1 / "ledger.sql").read_text("utf-8"))
    if not address:
        return
    tables = MetaData()
    with the_engine(folder, "") as here, here.connect() as source:
        tables.reflect(source)
        with the_engine(folder, address) as there, there.begin() as target:
            tables.create_all(target)
            for table in tables.sorted_tables:
                rows = [dict(row) for row in source.execute(select(table)).mappings()]
                target.execute(table.insert(), rows)
                if "id" in table.c and table.name not in {"inbox", "keys", "cursors"}:
                    follow = f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), 1000)"
                    target.execute(text(follow))
    (folder / "ledger.sqlite").unlink()


def rules_of_version_1() -> str:
    """Return the rules that it ran by."""
    return (_VERSION_1 / "main.rules").read_text("utf-8")
