"""Look through the whole ledger, say what is wrong, and put right what surely can be."""

from __future__ import annotations

__all__ = ["examine", "mend"]

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from .database import Ledger
from .findings import Finding, Grade
from .integrity import check_tables
from .orphans import Known, check_orphans
from .soundness import check_clocks, check_rows, check_runs


def examine(ledger: Ledger, known: Known | None, now: datetime, *, working: bool) -> list[Finding]:
    """Return all that is found, without changing anything.

    *known* is what the rules speak of, None when they cannot be read: then nobody can say what is
    an orphan. *working* tells that a run is at work.
    """
    with ledger.begin() as db:
        findings = check_tables(db)
    if any(one.repair is None for one in findings):
        # The other questions cannot even be asked.
        return findings
    with ledger.begin() as db:
        findings += check_rows(db)
        findings += check_clocks(db, now)
        findings += check_runs(db, now, working=working)
        if known is not None:
            findings += check_orphans(db, known)
    return findings


def mend(ledger: Ledger, findings: Sequence[Finding]) -> list[Finding]:
    """Put right what can be, all in one transaction; return what was found, so marked.

    Nobody may run meanwhile.
    """
    done: list[Finding] = []
    with ledger.begin() as db:
        for one in findings:
            if one.repair is not None:
                one.repair(db)
            grade = one.grade if one.repair is None else Grade.REPAIRED
            done.append(replace(one, grade=grade))
    return done
