"""Upkeep of a workspace's ledger: prune it, look through it and put it right.

Each function opens the ledger, does its work and closes it; no connection to a system is opened.
"""

from __future__ import annotations

__all__ = ["KEEP", "examine", "prune"]

from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from syncline_grammar.syntax import Activity, ObjectMap

from .errors import LedgerBusyError, LedgerError, SynclineError
from .ledger import doctor, pruning
from .ledger.findings import Finding, Grade, found
from .ledger.integrity import check_file
from .ledger.opening import locate, open_existing
from .ledger.orphans import Known
from .ledger.pruning import Pruned
from .model import Side
from .people.border import admit
from .rules.compiled import ACTIVITY
from .rules.reading import read_rules
from .settings import Settings, read_settings
from .sync.lease import Lease, look

#: How long history is kept when nobody says otherwise.
KEEP = timedelta(days=90)


def _utc_now() -> datetime:
    return datetime.now(UTC)


def prune(
    folder: Path,
    *,
    keep: timedelta = KEEP,
    dry_run: bool = False,
    now: Callable[[], datetime] = _utc_now,
    environ: Mapping[str, str] | None = None,
) -> Pruned:
    """Remove from the ledger what is only history and older than *keep*, two days at least.

    Nothing that a sync needs goes: pairs, the inbox, intents, holds. With *dry_run* it only counts.
    """
    admit(folder, "prune", environ)
    with closing(open_existing(folder, environ)) as ledger:
        return pruning.prune(ledger, now(), keep, dry_run=dry_run)


def examine(
    folder: Path,
    *,
    repair: bool = False,
    now: Callable[[], datetime] = _utc_now,
    environ: Mapping[str, str] | None = None,
) -> list[Finding]:
    """Look through the ledger of the workspace in *folder* and return what was found.

    With *repair* what can surely be put right is put right, while nobody runs
    (``LeaseHeldError`` otherwise). A ledger that cannot be opened is a finding, not an exception.
    """
    admit(folder, "doctor", environ)
    settings = read_settings(folder)
    where = locate(settings, environ)
    if isinstance(where, Path) and where.exists() and (broken := check_file(where)):
        return broken
    try:
        ledger = open_existing(folder, environ)
    except LedgerError as err:
        busy = isinstance(err, LedgerBusyError)
        what = "the ledger cannot be reached" if busy else "the ledger cannot be used"
        return found(what, [err.message], err.hint)
    known, findings = _known(settings)
    with closing(ledger):
        if repair:
            with Lease(ledger, now, folder):
                looked = doctor.examine(ledger, known, now(), working=False)
                return findings + doctor.mend(ledger, looked)
        with ledger.begin() as db:
            working = look(db, now()) is not None
        return findings + doctor.examine(ledger, known, now(), working=working)


def _known(settings: Settings) -> tuple[Known | None, list[Finding]]:
    """Return what the rules speak of, or why that cannot be told."""
    try:
        parsed = read_rules(settings.rules).parsed
    except SynclineError:
        parsed = None
    if parsed is None or parsed.diagnostics:
        return None, found(
            "rows that belong to nothing were not looked for: the rules cannot be read",
            [settings.rules.name],
            "`syncline check` says what is wrong with them.",
            grade=Grade.NOTE,
        )
    maps: dict[str, dict[Side, str]] = {}
    activities: set[str] = set()
    recorded: set[tuple[str, str]] = set()
    for block in parsed.tree.statements:
        if isinstance(block, ObjectMap):
            crm, cadence = block.crm_object.text, block.cadence_object.text
            maps[f"{crm}/{cadence}"] = {Side.CRM: crm, Side.CADENCE: cadence}
        elif isinstance(block, Activity):
            activities.add(f"{block.object.text}/{ACTIVITY}")
            side = Side.CRM if block.from_crm else Side.CADENCE
            recorded.add((str(side), block.object.text if block.from_crm else ACTIVITY))
    known = Known(maps=maps, activities=frozenset(activities), recorded=frozenset(recorded))
    return known, []
