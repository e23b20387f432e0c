"""Bring a ledger that an older version wrote up to this one, with Alembic's operations.

A step a version, each in a module of ``migrations``. All run in one transaction with the note of
the new version: a ledger is the old one or the new one, whatever happens on the way.
"""

from __future__ import annotations

__all__ = ["migrate"]

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from .migrations import version_2, version_3

#: The steps, by the version that each leads to.
_STEPS = {2: version_2.upgrade, 3: version_3.upgrade}


def migrate(db: Connection, found: int) -> None:
    """Take the steps from version *found* to this one, in *db*'s transaction.

    The caller holds the ledger's write lock and notes the new version.
    """
    op = Operations(MigrationContext.configure(db))
    for version, step in sorted(_STEPS.items()):
        if version > found:
            step(op)
