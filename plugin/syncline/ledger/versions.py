"""Texts of the rules that were put to work, and the note that says while nothing may run."""

from __future__ import annotations

__all__ = [
    "Pause",
    "Version",
    "clear_pause",
    "get",
    "keep",
    "latest",
    "listed",
    "pause",
    "pause_of",
    "paused",
]

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from .codec import dump, load, moment, reads, stamp
from .database import read_meta, write_meta
from .tables import meta, versions

_PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One text of the rules, numbered in the order in which they were put to work (E5)."""

    number: int
    #: Of what it says: comments and spacing do not count.
    digest: str
    #: The name of its file.
    name: str
    text: str
    at: datetime
    #: Whoever put it to work, as far as it is known.
    who: str

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON, without its text (``versions.schema.json``)."""
        return {
            "number": self.number,
            "name": self.name,
            "digest": self.digest,
            "at": self.at.isoformat(),
            "who": self.who,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Since when, by whom and why nothing runs; a time as the ledger writes it."""

    at: str
    who: str
    why: str


def keep(db: Connection, *, digest: str, name: str, text: str, at: datetime, who: str) -> Version:
    """Add a version, the newest."""
    values = {"digest": digest, "name": name, "text": text, "at": stamp(at), "who": who}
    number: Any = db.execute(versions.insert().values(values)).inserted_primary_key
    return Version(number=int(number[0]), digest=digest, name=name, text=text, at=at, who=who)


def latest(db: Connection) -> Version | None:
    """Return the version at work; None before the first run."""
    found = listed(db, limit=1)
    return found[0] if found else None


def get(db: Connection, number: int) -> Version | None:
    """Return one version."""
    row = db.execute(select(versions).where(versions.c.id == number)).one_or_none()
    return None if row is None else _version(row)


def listed(db: Connection, *, limit: int) -> list[Version]:
    """Return the last versions, the newest first."""
    rows = db.execute(select(versions).order_by(versions.c.id.desc()).limit(limit))
    return [_version(row) for row in rows]


def paused(db: Connection) -> Pause | None:
    """Return since when nothing may run; None when cycles run."""
    text = read_meta(db, _PAUSED)
    return None if text is None else pause_of(text)


@reads
def pause_of(text: str) -> Pause:
    """Return the pause that a note tells of; raises ``LedgerError`` if it does not read."""
    return Pause(**load(text))


def pause(db: Connection, *, at: datetime, who: str, why: str) -> Pause:
    """Let no cycle begin until further notice; a pause that holds already stays as it is."""
    known = paused(db)
    if known is not None:
        return known
    made = Pause(at=stamp(at), who=who, why=why)
    write_meta(db, _PAUSED, dump(asdict(made)))
    return made


def clear_pause(db: Connection) -> None:
    """Let cycles begin again."""
    db.execute(meta.delete().where(meta.c.name == _PAUSED))


def _version(row: Any) -> Version:
    return Version(
        number=row.id,
        digest=row.digest,
        name=row.name,
        text=row.text,
        at=moment(row.at),
        who=row.who,
    )
