"""Both systems as they were when a span began: the records that matter in it, and their links."""

from __future__ import annotations

__all__ = ["Linked", "Start", "read_start"]

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select

from ..ledger import changes, inbox, pairs
from ..ledger.changes import Change
from ..ledger.codec import load
from ..ledger.rows import Entry, Pair
from ..ledger.tables import (
    changes as changes_table,
    entries,
    keys as keys_table,
    pairs as pairs_table,
)
from ..model import Side, Value
from ..rules.ruleset import RuleSet
from .ours import Keys
from .past import MANY, Ref, born, first_old, judged, open_holds, wrote_before
from .span import Span

Values = dict[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A pair that stood when the span began."""

    map: str
    ids: Mapping[Side, str]
    objects: Mapping[Side, str]
    gone: Mapping[Side, str]
    #: Fields of the CRM about which the two sides differed, and a person was asked.
    held: frozenset[str]


@dataclass(slots=True, kw_only=True)
class Start:
    """The state before the first change of the span; all else took no part in it."""

    records: dict[Ref, Values] = field(default_factory=dict[Ref, Values])
    modified: dict[Ref, datetime] = field(default_factory=dict[Ref, datetime])
    pairs: list[Linked] = field(default_factory=list[Linked])
    #: Records without a partner about which an earlier run had decided already.
    judged: set[Ref] = field(default_factory=set[Ref])
    #: Records of which no earlier state is recorded: it was worked out from what was written.
    worked_out: set[Ref] = field(default_factory=set[Ref])


def read_start(db: Connection, span: Span, rules: Sequence[RuleSet], keys: Keys) -> Start:
    """Return the state in which *span* began, as far as the ledger tells."""
    refs = changes.touched(db, span.first_change) | _named(db, span.first)
    refs |= _neighbours(db, refs) | _persons(db, span.first_change, rules)
    made = born(db, span.first)
    found: dict[tuple[str, str], Pair] = {}
    for pair in _pairs(db, refs, rules):
        ids = pair.ids
        if (pair.map, ids[Side.CRM], ids[Side.CADENCE]) not in made:
            found[pair.map, ids[Side.CRM]] = pair
            refs |= {(side, pair.objects[side], ids[side]) for side in Side}
    known = changes.last_before(db, span.first_change, refs)
    start = Start()
    _records(db, start, span, refs, known, found.values(), rules[0], keys)
    held = open_holds(db, span.first, [crm_id for _map, crm_id in found])
    for pair in found.values():
        start.pairs.append(
            Linked(
                map=pair.map,
                ids=pair.ids,
                objects=pair.objects,
                gone={s: _gone(start, pair, s) for s in Side},
                held=frozenset(
                    field
                    for name, id_, field in held
                    if (name, id_) == (pair.map, pair.ids[Side.CRM])
                )
                if held
                else frozenset(),
            )
        )
    lone = set(start.records) - {(s, p.objects[s], p.ids[s]) for p in found.values() for s in Side}
    decided = judged(db, span.first, [id_ for _side, _name, id_ in lone])
    start.judged = {ref for ref in lone if ref[2] in decided}
    return start


def _gone(start: Start, pair: Pair, side: Side) -> str:
    """Return why a side of a pair had no record; empty if it had one."""
    if (side, pair.objects[side], pair.ids[side]) in start.records:
        return ""
    return pair.gone[side] or "it went before"


def _named(db: Connection, run: int) -> set[Ref]:
    """Return the records that the history names from *run* on."""
    rows = db.execute(
        select(entries.c.map, entries.c.crm_id, entries.c.cadence_id)
        .where(entries.c.run >= run)
        .distinct()
    )
    found: set[Ref] = set()
    for name, crm_id, cadence_id in rows:
        crm, _, cadence = name.partition("/")
        if crm_id:
            found.add((Side.CRM, crm, crm_id))
        if cadence_id:
            found.add((Side.CADENCE, cadence, cadence_id))
    return found


def _neighbours(db: Connection, refs: Iterable[Ref]) -> set[Ref]:
    """Return who shares a match key with one of *refs*."""
    wanted: set[str] = set()
    for (side, name), ids in _by_place(refs).items():
        for part in _parts(ids):
            here = (
                keys_table.c.side == side,
                keys_table.c.object == name,
                keys_table.c.id.in_(part),
            )
            wanted.update(db.scalars(select(keys_table.c.key).where(*here, keys_table.c.key != "")))
    found: set[Ref] = set()
    for part in _parts(wanted):
        rows = select(keys_table.c.side, keys_table.c.object, keys_table.c.id).where(
            keys_table.c.key.in_(part)
        )
        found.update((Side(side), name, id_) for side, name, id_ in db.execute(rows))
    return found


def _persons(db: Connection, first: int, rules: Sequence[RuleSet]) -> set[Ref]:
    """Return the people with whom something was recorded."""
    persons: set[str] = set()
    for recorded in (activity for each in rules for activity in each.activities):
        records = db.scalars(
            select(changes_table.c.record).where(
                changes_table.c.id >= first,
                changes_table.c.side == recorded.source,
                changes_table.c.object == recorded.object(recorded.source),
            )
        )
        field = recorded.person_field(recorded.source)
        persons.update(str(load(record).get(field) or "") for record in records)
    found: set[Ref] = set()
    for part in _parts(persons):
        rows = select(keys_table.c.side, keys_table.c.object, keys_table.c.id).where(
            keys_table.c.id.in_(part)
        )
        found.update((Side(side), name, id_) for side, name, id_ in db.execute(rows))
    return found


def _pairs(db: Connection, refs: Iterable[Ref], rules: Sequence[RuleSet]) -> Iterable[Pair]:
    """Yield the pairs of *refs*, and all those that time alone may move."""
    names = list(db.scalars(select(pairs_table.c.map).distinct()))
    for (side, name), ids in _by_place(refs).items():
        for found in pairs.among(db, side, name, ids, names).values():
            yield from found
    timed = {w.object for each in rules for w in each.compiled.workflows if w.timed}
    for name in names:
        if name.partition("/")[0] not in timed:
            continue
        after = ""
        while found := pairs.quiet(db, name, after=after, limit=MANY, now=None):
            yield from found
            after = found[-1].ids[Side.CRM]


def _records(
    db: Connection,
    start: Start,
    span: Span,
    refs: set[Ref],
    known: Mapping[Ref, Change],
    linked: Iterable[Pair],
    rules: RuleSet,
    keys: Keys,
) -> None:
    """Fill in the records: as last seen, with what was written to them since."""
    for ref, change in known.items():
        if change.gone is None:
            start.records[ref] = dict(change.values)
            start.modified[ref] = change.modified
    for (side, name), ids in _by_place(refs).items():
        for line in wrote_before(db, span.first, side, ids):
            seen = known.get(line.ref)
            if line.ref[1] != name or (seen is not None and seen.run > line.run):
                continue
            if line.kind == "delete":
                start.records.pop(line.ref, None)
            elif line.kind == "create" or line.ref in start.records:
                start.records.setdefault(line.ref, {}).update(keys.values(line))
        for id_, entry in inbox.fetch(db, side, name, ids).items():
            _waiting(start, span, (side, name, id_), entry, known)
    _work_out(db, start, span, known, list(linked), rules)


def _waiting(start: Start, span: Span, ref: Ref, entry: Entry, known: Mapping[Ref, Change]) -> None:
    """Take a record as it waits, if it waited before the span and nothing else tells of it."""
    if ref not in known and entry.gone is None and entry.modified < span.before:
        start.records[ref] = dict(entry.values)
        start.modified[ref] = entry.modified


def _work_out(
    db: Connection,
    start: Start,
    span: Span,
    known: Mapping[Ref, Change],
    linked: Sequence[Pair],
    rules: RuleSet,
) -> None:
    """Take linked records of which no change is recorded back to before the span.

    What our own writes replaced is in the history. A field that a person changed is taken to have
    held what its partner held: they were in step.
    """
    olds = {
        side: first_old(db, span.first, side, [pair.ids[side] for pair in linked]) for side in Side
    }
    rows = {
        rule.name: [(row.crm.name, row.cadence.name) for row in rule.rows]
        for rule in rules.compiled.maps
    }
    for pair in linked:
        for side in Side:
            ref = (side, pair.objects[side], pair.ids[side])
            if ref in known or ref in start.records:
                continue
            if pair.gone[side] and not _went_within(pair.gone[side], span):
                continue
            values = {n: v for n, v in pair.base[side].items() if ">" not in n}
            for crm, cadence in rows.get(pair.map, ()):
                mine, theirs = (crm, cadence) if side is Side.CRM else (cadence, crm)
                other = (pair.ids[side.other], theirs)
                lines = [olds[side].get((ref[2], mine)), olds[side.other].get(other)]
                if told := [line for line in lines if line is not None]:
                    values[mine] = min(told, key=lambda line: line[0])[1]
            start.records[ref] = values
            start.worked_out.add(ref)


def _went_within(gone: str, span: Span) -> bool:
    """Tell whether a note that a record went ends with a moment of the span."""
    try:
        return datetime.fromisoformat(gone.rsplit(" ", 1)[-1]) >= span.before
    except ValueError:
        return False


def _by_place(refs: Iterable[Ref]) -> dict[tuple[Side, str], list[str]]:
    found: dict[tuple[Side, str], list[str]] = defaultdict(list)
    for side, name, id_ in refs:
        found[side, name].append(id_)
    return {place: sorted(ids) for place, ids in sorted(found.items())}


def _parts(items: Iterable[str]) -> Iterable[list[str]]:
    every = sorted(items)
    return [every[at : at + MANY] for at in range(0, len(every), MANY)]
