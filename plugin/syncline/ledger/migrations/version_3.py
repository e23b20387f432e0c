"""Version 2 to version 3: an audit of settings and decisions, and imports of prospects.

It spells out the tables of its own time: ``tables`` goes on to change, this does not.
"""

from __future__ import annotations

__all__ = ["upgrade"]

from alembic.operations import Operations
from sqlalchemy import Column, Integer, Text, UniqueConstraint


def upgrade(op: Operations) -> None:
    """Add the tables; no row of another is touched."""
    op.create_table(
        "audit",
        Column("id", Integer, primary_key=True),
        *_texts("at", "who", "real", "kind", "about", "old", "new"),
    )
    op.create_index("audit_by_about", "audit", ["about"])
    op.create_table(
        "imports",
        Column("id", Integer, primary_key=True),
        *_texts("source", "digest", "name", "who", "started", "finished", "counts"),
    )
    op.create_index("imports_by_name", "imports", ["name", "digest"])
    op.create_table(
        "import_holds",
        Column("id", Integer, primary_key=True),
        Column("import", Integer, nullable=False),
        Column("line", Integer, nullable=False),
        Column("score", Integer, nullable=False),
        *_texts("digest", "prospect", "reason", "values", "at", "decision"),
        UniqueConstraint("digest", name="import_holds_digest"),
    )


def _texts(*names: str) -> list[Column[str]]:
    return [Column(name, Text, nullable=False) for name in names]
