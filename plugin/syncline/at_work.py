"""Putting rules to work: between cycles alone, whole, and after a yes to what is taken away.

An edit of the rule file is at work from the next cycle on, which holds one text from its beginning
to its end (E5). Pausing gives the time for an edit in several steps. A mapping that is deleted
is asked about first (E6): half a file that can be read always lacks something.
"""

from __future__ import annotations

__all__ = ["Edit", "PausedError", "UnconfirmedError", "edit_of", "put_to_work", "refuse_paused"]

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from .difference.texts import TextChange, text_changes
from .errors import WorkspaceError
from .ledger import versions
from .ledger.versions import Version
from .rules.reading import RuleText
from .rules.ruleset import RuleSet
from .sync.backfill import Backfill, backfill
from .sync.locks import check_locked

_MAPPINGS = {"row", "map"}


class PausedError(WorkspaceError):
    """Somebody has paused the workspace, and nothing runs until it is resumed."""


class UnconfirmedError(WorkspaceError):
    """An edit of the rules deletes mappings, and nobody has said yes to that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What a text of the rules says otherwise than the version at work."""

    #: The version at work; None before the first run.
    version: Version | None
    changes: tuple[TextChange, ...] = ()
    #: What mappings that were added make the next cycle read again and write at most.
    backfill: tuple[Backfill, ...] = ()
    #: Whether the text says anything else at all, be it in another order.
    differs: bool = False

    @property
    def deleted(self) -> tuple[TextChange, ...]:
        """Return the mappings that it takes away."""
        return tuple(c for c in self.changes if c.kind == "removed" and c.key.kind in _MAPPINGS)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON (``status.schema.json``, ``report.schema.json``)."""
        return {
            "changes": [
                {"kind": c.kind, "rule": c.words, "at": c.new_at or c.old_at} for c in self.changes
            ],
            "backfill": [part.to_json() for part in self.backfill],
        }


def edit_of(db: Connection, rules: RuleSet) -> Edit:
    """Return what *rules* say otherwise than the version at work."""
    known = versions.latest(db)
    if known is None:
        return Edit(version=None, differs=True)
    if known.digest == rules.meaning:
        return Edit(version=known)
    # What it says is compared, not whether its names are still known.
    old = RuleSet(RuleText(known.text, known.name), rules.catalog, ())
    changes = text_changes(old, rules)
    added = [c for c in changes if c.kind == "added" and c.key.kind in _MAPPINGS]
    return Edit(
        version=known,
        changes=changes,
        backfill=backfill(db, rules, [c.key for c in added]) if added else (),
        differs=True,
    )


def refuse_paused(db: Connection) -> None:
    """Raise ``PausedError`` while the workspace is paused."""
    pause = versions.paused(db)
    if pause is not None:
        by = f" by {pause.who}" if pause.who else ""
        raise PausedError(
            f"the workspace is paused since {pause.at[:16].replace('T', ' ')} UTC{by}"
            + (f": {pause.why}" if pause.why else ""),
            hint="`syncline resume` lets it run again.",
        )


def put_to_work(
    db: Connection, rules: RuleSet, *, now: datetime, who: str, confirmed: bool
) -> tuple[Version, Edit]:
    """Let *rules* be the version at work; return it, and what was otherwise before.

    Raises ``UnconfirmedError`` when they delete mappings and *confirmed* is false, and
    ``LockedError`` when a locked row is changed.
    """
    check_locked(db, rules)
    edit = edit_of(db, rules)
    if not edit.differs and edit.version is not None:
        return edit.version, edit
    if edit.deleted and not confirmed:
        raise UnconfirmedError(
            f"{rules.source.name} deletes {_counted(edit.deleted)}: {_listed(edit.deleted)}",
            hint="`syncline resume` shows what that means and asks for a yes. If nothing was to "
            "be deleted, put it back.",
        )
    made = versions.keep(
        db,
        digest=rules.meaning,
        name=rules.source.name,
        text=rules.source.text,
        at=now,
        who=who,
    )
    return made, edit


def _counted(changes: Sequence[TextChange]) -> str:
    rows = sum(c.key.kind == "row" for c in changes)
    return "a mapping" if rows == 1 else f"{rows} mappings" if rows else "a map"


def _listed(changes: Sequence[TextChange]) -> str:
    words = [c.words for c in changes if c.key.kind == "row"] or [c.words for c in changes]
    more = len(words) - 5
    return "; ".join(words[:5]) + (f"; and {more} more" if more > 0 else "")
