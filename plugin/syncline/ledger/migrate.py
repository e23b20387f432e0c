"""Bring a ledger that an older version wrote up to this one, with Alembic's operations."""

from __future__ import annotations

__all__ = ["migrate"]

from sqlalchemy import Connection


def migrate(db: Connection, found: int) -> None:
    """Take the steps from version *found* to this one, in *db*'s transaction."""
    raise NotImplementedError
