"""One pass over the rows of a source: each is judged, and written in batches as it comes.

A creation carries a key made of its values, so that the same row makes one prospect however often
it is sent. A pass that was cut off is done again from the beginning: what it wrote is found as
what is there, and the end is that of one pass.
"""

from __future__ import annotations

__all__ = ["Importer", "digest_of"]

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from ..ledger.codec import stamp
from ..model import ObjectType, OutcomeStatus, Value, Write
from ..sync.systems import Progress, System
from .index import Index
from .judging import Outcome, Verdict, judge
from .kept import Held
from .likeness import trace
from .parts import parts_of
from .report import Example, Tally
from .sources import Row

#: Rows between two words of progress.
_OFTEN = 500


def digest_of(values: Mapping[str, Value]) -> str:
    """Return what tells these values from others: 32 signs."""
    text = json.dumps(dict(values), sort_keys=True, ensure_ascii=False, default=list)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


class Importer:
    """Judges rows against everybody known, and writes what is new, unless it is a preview."""

    def __init__(
        self,
        cadence: System,
        kind: ObjectType,
        *,
        instance: str,
        now: Callable[[], datetime],
        progress: Progress,
        decided: Callable[[str], str],
        asked: Iterable[str],
        keep: Callable[[Held], None] | None,
    ) -> None:
        self._system = cadence
        self._kind = kind
        self._parts = parts_of(kind)
        self._instance = instance
        self._now = now
        self._progress = progress
        self._decided = decided
        #: Digests of the rows about which a person is asked: until there is an answer, they wait.
        self._asked = set(asked)
        #: Takes what a person is to decide; None: a preview, which writes nothing.
        self._keep = keep
        self._index = Index()
        self._size = cadence.description.prices_of(kind.name).write_size
        #: Creations and updates that wait for their batch, with the row's number in the index.
        self._new: list[tuple[Write, int, Example]] = []
        self._updates: list[tuple[Write, Example]] = []
        self.tally = Tally()
        #: Prospects that were there before.
        self.known = 0
        self.rows = 0
        #: How many rows will come; None: nobody knows.
        self.expected: int | None = None

    def close(self) -> None:
        """Let go of what was known."""
        self._index.close()

    def meet(self) -> None:
        """Read the prospects that are there."""
        fields = [f.name for f in self._kind.fields if f.name != self._kind.key_field]
        if self._kind.key_field is not None:
            fields.append(self._kind.key_field)
        for page in self._system.connector.changes(self._kind.name, fields, None):
            for record in page.records:
                self._index.add(record.id, 0, record.values, trace(record.values, self._parts))
            self.known += len(page.records)
            self._progress("prospects read", self.known, None)

    def take(self, row: Row) -> None:
        """Judge one row, and write it with its batch."""
        self.rows += 1
        if self.rows % _OFTEN == 0:
            self._progress("rows", self.rows, self.expected)
        who = self._who(row.values)
        if row.faults:
            told = Example(line=row.line, who=who, reason="; ".join(row.faults))
            self.tally.add(Outcome.UNUSABLE, told)
            return
        mark = trace(row.values, self._parts)
        verdict = judge(row.values, mark, self._index.near(mark))
        example = Example(line=row.line, who=who, reason=verdict.reason, score=verdict.score)
        match verdict.outcome:
            case Outcome.NEW:
                number = self._index.add("", row.line, row.values, mark)
                write = Write(values=row.values, key=self.key(row.values))
                self._new.append((write, number, example))
                if len(self._new) >= self._size:
                    self._create()
            case Outcome.UPDATE | Outcome.CONFLICT if digest_of(row.values) in self._asked:
                told = replace(example, reason="it waits for the answer of a person")
                self.tally.add(Outcome.CONFLICT, told)
            case Outcome.UPDATE:
                self._update(verdict, example)
            case Outcome.CONFLICT:
                self._ask(row, verdict, example)
            case outcome:
                self.tally.add(outcome, example)

    def finish(self) -> None:
        """Write what still waits for its batch."""
        self._create()
        self._send_updates()
        self._progress("rows", self.rows, self.rows)

    def key(self, values: Mapping[str, Value]) -> str:
        """Return our key of the prospect that these values make."""
        return f"{self._instance}:import:{digest_of(values)}"

    def _who(self, values: Mapping[str, Value]) -> str:
        parts = self._parts
        name = " ".join(str(values[n]) for n in (parts.first, parts.last) if values.get(n))
        company = values.get(parts.company)
        return f"{name}, {company}" if company else name

    def _update(self, verdict: Verdict, example: Example) -> None:
        known = verdict.known
        assert known is not None
        merged = {**known.values, **verdict.fill}
        self._index.change(known.number, merged, trace(merged, self._parts))
        if self._keep is None:
            self.tally.add(Outcome.UPDATE, example)
            return
        id_ = self._id(known.number)
        if not id_:
            self._refuse(example, f"line {known.line}, which it belongs to, was not taken")
            return
        if any(write.id == id_ for write, _example in self._updates):
            # One batch holds one record once.
            self._send_updates()
        self._updates.append((Write(id=id_, values=verdict.fill), example))
        if len(self._updates) >= self._size:
            self._send_updates()

    def _ask(self, row: Row, verdict: Verdict, example: Example) -> None:
        known = verdict.known
        assert known is not None
        prospect = known.id if self._keep is None else self._id(known.number)
        digest = digest_of({**row.values, "(prospect)": prospect})
        if decision := self._decided(digest):
            told = Example(
                line=row.line, who=example.who, reason=f"decided before: {decision}", score=100
            )
            self.tally.add(Outcome.DUPLICATE, told)
            return
        self.tally.add(Outcome.CONFLICT, example)
        self._asked.add(digest_of(row.values))
        if self._keep is not None:
            self._keep(
                Held(
                    number=0,
                    of=0,
                    digest=digest,
                    line=row.line,
                    prospect=prospect,
                    score=verdict.score,
                    reason=verdict.reason,
                    values=row.values,
                    at=stamp(self._now()),
                )
            )

    def _id(self, number: int) -> str:
        """Return which prospect somebody is, written by now."""
        found = self._index.id_of(number)
        if not found:
            self._create()
            found = self._index.id_of(number)
        return found

    def _create(self) -> None:
        batch, self._new = self._new, []
        if self._keep is None:
            for _write, _number, example in batch:
                self.tally.add(Outcome.NEW, example)
            return
        if not batch:
            return
        # A row that comes twice in a batch is one prospect, and is never judged new twice.
        outcomes = self._system.connector.write(self._kind.name, [write for write, *_ in batch])
        for (_write, number, example), outcome in zip(batch, outcomes, strict=True):
            if outcome.status is OutcomeStatus.DONE and outcome.id is not None:
                self._index.name(number, outcome.id)
                self.tally.add(Outcome.NEW, example)
            else:
                self._refuse(example, outcome.message or outcome.code)

    def _send_updates(self) -> None:
        batch, self._updates = self._updates, []
        if not batch:
            return
        outcomes = self._system.connector.write(self._kind.name, [write for write, _ in batch])
        for (_write, example), outcome in zip(batch, outcomes, strict=True):
            if outcome.status is OutcomeStatus.DONE:
                self.tally.add(Outcome.UPDATE, example)
            else:
                self._refuse(example, outcome.message or outcome.code)

    def _refuse(self, example: Example, why: str) -> None:
        told = Example(line=example.line, who=example.who, reason=why or "it was not taken")
        self.tally.add(Outcome.REFUSED, told)
