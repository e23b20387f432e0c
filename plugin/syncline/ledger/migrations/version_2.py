"""Version 1, of Syncline 0.1.0, to version 2: what a whole engine keeps.

It spells out the tables of its own time: ``tables`` goes on to change, this does not.
"""

from __future__ import annotations

__all__ = ["upgrade"]

from alembic.operations import Operations
from sqlalchemy import BigInteger, Column, Integer, Text, text

_LARGE = BigInteger().with_variant(Integer, "sqlite")
#: Columns that were added, with what a row of version 1 holds in them.
_ADDED = {
    "cursors": (("ahead", Integer, "0"), ("narrowed", Text, "")),
    "inbox": (
        ("since", Text, ""),
        ("seen", Text, ""),
        ("run", Integer, "0"),
        ("due", Text, ""),
        ("gone", Text, ""),
    ),
    "pairs": (
        ("crm_gone", Text, ""),
        ("cadence_gone", Text, ""),
        ("due", Text, ""),
        ("flips", Text, "{}"),
        ("choices", Text, "{}"),
    ),
    "runs": (("kind", Text, "run"), ("rules", Integer, "0")),
    "calls": (("records", Integer, "0"),),
}
_UNIQUE = {"pairs_map_crm_id": ("map", "crm_id"), "pairs_map_cadence_id": ("map", "cadence_id")}


def upgrade(op: Operations) -> None:
    """Add what is new; no row is lost."""
    _add_columns(op)
    _name_constraints(op)
    _widen(op)
    _index(op)
    _add_tables(op)
    _fill_inbox(op)


def _add_columns(op: Operations) -> None:
    for table, columns in _ADDED.items():
        with op.batch_alter_table(table) as batch:
            for name, kind, value in columns:
                batch.add_column(Column(name, kind, nullable=False, server_default=value))
        # The default was for the rows that stood.
        with op.batch_alter_table(table) as batch:
            for name, _kind, _value in columns:
                batch.alter_column(name, server_default=None)


def _name_constraints(op: Operations) -> None:
    """Give the two unique constraints their names; until now the database had chosen."""
    if op.get_bind().dialect.name == "postgresql":
        for name in _UNIQUE:
            op.execute(f"ALTER TABLE pairs RENAME CONSTRAINT {name}_key TO {name}")
        return
    naming = {"uq": "%(table_name)s_%(column_0_N_name)s"}
    with op.batch_alter_table("pairs", naming_convention=naming) as batch:
        for name, columns in _UNIQUE.items():
            batch.drop_constraint(f"pairs_{'_'.join(columns)}", type_="unique")
            batch.create_unique_constraint(name, list(columns))


def _widen(op: Operations) -> None:
    """Let numbers that are never given back outgrow 32 bits; SQLite's own have 64."""
    if op.get_bind().dialect.name == "postgresql":
        for table in ("entries", "calls"):
            op.alter_column(table, "id", type_=BigInteger())
            op.execute(f"ALTER SEQUENCE {table}_id_seq AS bigint")


def _index(op: Operations) -> None:
    op.drop_index("inbox_by_state", "inbox")
    op.create_index("inbox_by_turn", "inbox", ["object", "since", "id", "side"])
    op.drop_index("calls_by_time", "calls")
    op.create_index("calls_by_time", "calls", ["side", "at", "price", "records"])
    op.create_index("pairs_by_crm", "pairs", ["crm_object", "crm_id"])
    op.drop_index("pairs_owing", "pairs")
    for name, table, columns, where in (
        ("inbox_due", "inbox", ["due"], text("due != ''")),
        ("pairs_owing", "pairs", ["map"], text("owed != '[]'")),
        ("pairs_due", "pairs", ["map", "due"], text("due != ''")),
    ):
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def _fill_inbox(op: Operations) -> None:
    """Say of records that wait what is now kept of them; as ``seen`` they come by once more."""
    # Nobody knows since when it waits: not before it was changed.
    op.execute("UPDATE inbox SET since = modified")
    # What is held is listed in a table now: the next run asks again, and lists it.
    op.execute("UPDATE inbox SET state = 'new' WHERE state = 'held'")


def _add_tables(op: Operations) -> None:
    op.create_table(
        "holds",
        Column("id", Integer, primary_key=True),
        *_texts("map", "crm_id", "cadence_id", "row", "crm_value", "cadence_value"),
        *_texts("rule", "reason"),
        _number("run"),
        *_texts("at"),
    )
    op.create_index("holds_by_crm", "holds", ["crm_id"])
    op.create_index("holds_by_cadence", "holds", ["cadence_id"])
    op.create_table(
        "changes",
        Column("id", _LARGE, primary_key=True),
        _number("run"),
        *_texts("side", "object", "record_id", "modified", "record", "gone"),
    )
    op.create_index("changes_by_record", "changes", ["side", "object", "record_id"])
    op.create_index("changes_by_run", "changes", ["run"])
    op.create_table(
        "versions",
        Column("id", Integer, primary_key=True),
        *_texts("digest", "name", "text", "at", "who"),
    )
    side = Column("side", Text, primary_key=True)
    op.create_table("vendor_usage", side, _number("used"), _number("allowed"), *_texts("at"))
    op.create_table(
        "breakers",
        Column("side", Text, primary_key=True),
        _number("failures"),
        *_texts("until", "reason"),
    )
    op.create_table(
        "leases",
        Column("name", Text, primary_key=True),
        *_texts("holder"),
        _number("token"),
        *_texts("until"),
    )
    op.create_table(
        "wakes",
        Column("id", Integer, primary_key=True),
        *_texts("at", "side", "object", "ids"),
    )


def _texts(*names: str) -> list[Column[str]]:
    return [Column(name, Text, nullable=False) for name in names]


def _number(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)
