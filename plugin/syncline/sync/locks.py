"""Locked rows: a mapping marked ``locked`` is not remapped behind anybody's back (RP5).

The ledger keeps the locked rows of the rules last run. To change one, run once with the word
``locked`` taken off the row that otherwise stays the same; then change the row.
"""

from __future__ import annotations

__all__ = ["LockedError", "check_locked", "keep_rows"]


from sqlalchemy import Connection

from ..errors import WorkspaceError
from ..ledger.codec import dump, load, reads
from ..ledger.database import read_meta, write_meta
from ..rules.ruleset import RuleSet


class LockedError(WorkspaceError):
    """A row that was locked in the last run is gone or changed."""


def _rows(rules: RuleSet, *, locked: bool) -> set[tuple[str, str, str, str]]:
    return {
        (m.name, row.crm.name, "".join(sorted(row.targets)), row.cadence.name)
        for m in rules.compiled.maps
        for row in m.rows
        if row.locked or not locked
    }


@reads
def _known(text: str) -> list[tuple[str, ...]]:
    return [tuple(row) for row in load(text)]


def check_locked(db: Connection, rules: RuleSet) -> None:
    """Raise ``LockedError`` if a row that was locked in the last run is gone or changed."""
    known = read_meta(db, "locked")
    if known is None:
        return
    now = _rows(rules, locked=False)
    gone = [row for row in _known(known) if row not in now]
    if gone:
        name, crm, _targets, cadence = gone[0]
        raise LockedError(
            f"the locked row {crm} to {cadence} of {name} was changed or removed",
            hint="Put it back. To change it, first take off the word `locked`, run once, and then "
            "change the row.",
        )


def keep_rows(db: Connection, rules: RuleSet) -> None:
    """Remember the locked rows of *rules*."""
    write_meta(db, "locked", dump(sorted(_rows(rules, locked=True))))
