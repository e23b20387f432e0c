"""What the ledger keeps of imports: that they were, and what a person is to decide."""

from __future__ import annotations

__all__ = ["Held", "begin", "decide", "decided", "end", "held", "hold", "last", "listed"]

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from ..ledger.codec import dump, load, reads, stamp
from ..ledger.database import upsert
from ..ledger.tables import import_holds, imports
from ..model import Value
from .report import Import


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A row about which a person decides."""

    number: int
    of: int
    digest: str
    line: int
    #: Whom it may be.
    prospect: str
    score: int
    reason: str
    values: Mapping[str, Value]
    at: str
    #: file, cadence or new; empty until somebody has decided.
    decision: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON (``imports.schema.json``)."""
        return asdict(self) | {"values": dict(self.values)}


def begin(db: Connection, source: str, digest: str, name: str, who: str, at: datetime) -> int:
    """Note that an import begins; return its number."""
    values = {"source": source, "digest": digest, "name": name, "who": who, "started": stamp(at)}
    key: Any = db.execute(imports.insert().values(values)).inserted_primary_key
    return int(key[0])


def end(db: Connection, number: int, counts: Mapping[str, Any], at: datetime) -> None:
    """Note how an import ended."""
    db.execute(
        imports.update()
        .where(imports.c.id == number)
        .values(finished=stamp(at), counts=dump(dict(counts)))
    )


def last(db: Connection, *, digest: str | None = None, name: str | None = None) -> Import | None:
    """Return the last import of this content, or of this name, that came to its end."""
    query = select(imports).where(imports.c.finished != "").order_by(imports.c.id.desc()).limit(1)
    if digest is not None:
        query = query.where(imports.c.digest == digest)
    if name is not None:
        query = query.where(imports.c.name == name)
    row = db.execute(query).one_or_none()
    return None if row is None else _import(row)


def listed(db: Connection, *, limit: int) -> list[Import]:
    """Return the last imports, the newest first."""
    rows = db.execute(select(imports).order_by(imports.c.id.desc()).limit(limit))
    return [_import(row) for row in rows]


def hold(db: Connection, of: int, rows: Iterable[Held]) -> None:
    """Keep questions; one that was asked before is asked once, and its answer stands."""
    for row in rows:
        statement = upsert(db.dialect.name, import_holds).values(
            {
                "import": of,
                "digest": row.digest,
                "line": row.line,
                "prospect": row.prospect,
                "score": row.score,
                "reason": row.reason,
                "values": dump(dict(row.values)),
                "at": row.at,
                "decision": "",
            }
        )
        db.execute(statement.on_conflict_do_nothing(index_elements=["digest"]))


def decided(db: Connection, digest: str) -> str:
    """Return what was decided about a row; empty for nothing."""
    query = select(import_holds.c.decision).where(import_holds.c.digest == digest)
    return str(db.scalar(query) or "")


def held(db: Connection, *, of: int | None = None, number: int | None = None) -> list[Held]:
    """Return what waits for a decision, the oldest first: of one import, one question, or all."""
    query = select(import_holds).where(import_holds.c.decision == "").order_by(import_holds.c.id)
    if of is not None:
        query = query.where(import_holds.c["import"] == of)
    if number is not None:
        query = query.where(import_holds.c.id == number)
    return [_held(row) for row in db.execute(query)]


def decide(db: Connection, numbers: Iterable[int], decision: str) -> None:
    """Note a decision."""
    for number in numbers:
        db.execute(
            import_holds.update().where(import_holds.c.id == number).values(decision=decision)
        )


@reads
def _import(row: Any) -> Import:
    return Import(
        number=row.id,
        source=row.source,
        name=row.name,
        who=row.who,
        started=row.started,
        finished=row.finished,
        counts=load(row.counts),
    )


@reads
def _held(row: Any) -> Held:
    found = row._mapping
    return Held(
        number=row.id,
        of=found["import"],
        digest=row.digest,
        line=row.line,
        prospect=row.prospect,
        score=row.score,
        reason=row.reason,
        values=load(found["values"]),
        at=row.at,
        decision=row.decision,
    )
