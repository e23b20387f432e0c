"""When the rules mean something else than last time, every record is asked again (E5)."""

from __future__ import annotations

__all__ = ["ask_again_after_edit"]

from datetime import UTC, datetime

from sqlalchemy import Connection

from ..ledger import inbox, matchkeys, pairs
from ..ledger.codec import moment
from ..ledger.database import Ledger, read_meta, write_meta
from ..ledger.rows import Pair, State
from ..model import Record, Side
from ..rules.compiled import MapRule, match_key
from ..rules.ruleset import RuleSet
from .propose import CHUNK


def ask_again_after_edit(ledger: Ledger, rules: RuleSet, now: datetime) -> None:
    """Give every record another hearing if the rules changed.

    Records that wait or are held are asked again, and each pair is looked at in the light of the
    new rows and workflows. It is one transaction with the note of the new rules.
    """
    meaning = rules.meaning
    with ledger.begin() as db:
        known = read_meta(db, "rules")
        if known == meaning:
            return
        write_meta(db, "rules", meaning)
        if known is None:
            return
        states = [State.WAITING, State.HELD, State.FAILED, State.DEAD]
        for rule in rules.compiled.maps:
            for side in Side:
                inbox.requeue(db, side, rule.object(side), states, None)
            _reopen(db, rule, now)
        for side, name in {(a.source, a.object(a.source)) for a in rules.activities}:
            inbox.requeue(db, side, name, states, None)


def _reopen(db: Connection, rule: MapRule, now: datetime) -> None:
    """Put the records of every pair of a map back into the inbox, as last seen."""
    after = ""
    while found := pairs.quiet(db, rule.name, after=after, limit=CHUNK, now=None):
        after = found[-1].ids[Side.CRM]
        for side in Side:
            there = [_last_seen(pair, side) for pair in found if not pair.gone[side]]
            inbox.ask_again(db, side, there, now)
    for side in Side:
        _index_again(db, rule, side)


def _index_again(db: Connection, rule: MapRule, side: Side) -> None:
    """Keep the keys of the rules' match rows, which may be new, for every record."""
    fields = rule.match_fields(side)
    for part in inbox.every(db, side, rule.object(side), CHUNK):
        keys = {e.id: {f: match_key(e.values.get(f)) for f in fields} for e in part}
        matchkeys.note_keys(db, side, rule.object(side), keys)


def _last_seen(pair: Pair, side: Side) -> Record:
    at, _, _ = pair.seen[side].partition("#")
    return Record(
        object=pair.objects[side],
        id=pair.ids[side],
        # Row baselines are named `field>field`; the rest is the record itself.
        values={name: value for name, value in pair.base[side].items() if ">" not in name},
        modified=moment(at) if at else datetime.min.replace(tzinfo=UTC),
    )
