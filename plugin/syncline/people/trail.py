"""The audit: who changed what of the settings and decisions, and when (K12)."""

from __future__ import annotations

__all__ = ["KINDS", "Change", "note", "read"]

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, or_, select

from ..instants import instant
from ..ledger.codec import stamp
from ..ledger.tables import audit

if TYPE_CHECKING:
    from .border import Actor

#: What a line can be about.
KINDS = ("person", "role", "super-admin", "rules", "pause", "resume", "decision", "import",
         "connection", "cadence")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of the audit."""

    number: int
    #: In UTC, as the ledger writes it.
    at: str
    who: str
    #: Who acted in the name of *who*; empty when nobody did.
    real: str
    kind: str
    about: str
    old: str
    new: str

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON (``audit.schema.json``)."""
        return asdict(self)


def note(
    db: Connection, actor: Actor, at: datetime, kind: str, about: str, old: str = "", new: str = ""
) -> None:
    """Add a line, in the transaction of what it tells of."""
    assert kind in KINDS
    db.execute(
        audit.insert().values(
            at=stamp(at), who=actor.name, real=actor.real, kind=kind, about=about, old=old, new=new
        )
    )


def read(
    db: Connection,
    *,
    who: str | None = None,
    kind: str | None = None,
    about: str | None = None,
    since: datetime | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[Change]:
    """Return the lines that fit every word given, the newest first.

    *who* finds those who acted in another's name, too; *before* is the number of a line.
    """
    query = select(audit).order_by(audit.c.id.desc()).limit(limit)
    if who is not None:
        query = query.where(or_(audit.c.who == who, audit.c.real == who))
    if kind is not None:
        query = query.where(audit.c.kind == kind)
    if about is not None:
        query = query.where(audit.c.about == about)
    if since is not None:
        query = query.where(audit.c.at >= stamp(instant(since, "since")))
    if before is not None:
        query = query.where(audit.c.id < before)
    return [
        Change(
            number=row.id, at=row.at, who=row.who, real=row.real, kind=row.kind, about=row.about,
            old=row.old, new=row.new,
        )
        for row in db.execute(query)
    ]  # fmt: skip
