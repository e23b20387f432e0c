"""What a listing or a reading brought, into the inbox: changed records, and those that went."""

from __future__ import annotations

__all__ = ["Arrivals"]

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from ..ledger import changes, inbox, pairs
from ..ledger.pairs import Known
from ..ledger.rows import Arrival
from ..model import Gone, Record, Side, Value
from .keeping import KeyKeeper


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """The way of one object's records into the inbox."""

    side: Side
    object: str
    #: Keeps the match keys of its records.
    keeper: KeyKeeper
    #: The maps of this object: the map's name, and the object across.
    others: Mapping[str, str]
    #: Whether its partners hear when a record goes; otherwise it only leaves the inbox.
    departures: bool
    #: Whether a record that shows just what we wrote to it can be passed over: no workflow and no
    #: ``where`` asks about it.
    unasked: bool

    def take(
        self,
        db: Connection,
        run: int,
        records: Sequence[Record],
        gone: Sequence[Gone],
        now: datetime,
        *,
        anew: bool,
    ) -> None:
        """Store what is news, and note the rest as seen; *anew* stores all."""
        found = [Arrival.of(record) for record in records]
        known = pairs.known(db, list(self.others), self.side, (r.id for r in records))
        fresh = found if anew else self._news(db, found, known)
        inbox.arrived(db, self.side, fresh, now)
        self._index(db, [a.record for a in fresh], known)
        went = self._departed(db, gone, now)
        changes.note(db, run, self.side, fresh, went)

    def _news(
        self,
        db: Connection,
        found: Sequence[Arrival],
        known: Mapping[str, Sequence[Known]],
    ) -> list[Arrival]:
        """Return what was not seen in this state before, and differs from what is known.

        What a system echoes of our own write, as we wrote it, is no news.
        """
        waiting = dict(inbox.seen_before(db, self.side, self.object, (a.record.id for a in found)))
        fresh: list[Arrival] = []
        echoes: list[tuple[str, str, str]] = []
        for arrival in found:
            id_ = arrival.record.id
            if id_ in waiting:
                if waiting[id_] != arrival.seen:
                    fresh.append(arrival)
                continue
            ours = known.get(id_, ())
            if any(one.seen == arrival.seen for one in ours):
                continue
            if self.unasked and ours and all(_is_known(arrival.record.values, one) for one in ours):
                echoes += [(one.map, one.crm_id, arrival.seen) for one in ours]
            else:
                fresh.append(arrival)
        pairs.note_seen(db, self.side, echoes)
        return fresh

    def _departed(self, db: Connection, gone: Sequence[Gone], now: datetime) -> list[Gone]:
        """Store who went and is known: linked, or waiting for a partner."""
        if not gone:
            return []
        refs = [(str(self.side), g.object, g.id) for g in gone]
        ids = [g.id for g in gone]
        if not self.departures:
            self.keeper.forget(db, ids)
            inbox.forget(db, refs)
            return []
        linked: dict[str, Mapping[str, Value]] = {}
        resting: set[str] = set()
        for name in self.others:
            for id_, pair in pairs.by_side(db, name, self.side, ids).items():
                linked[id_] = {n: v for n, v in pair.base[self.side].items() if ">" not in n}
                if pair.gone[self.side]:
                    resting.add(id_)
        waiting = inbox.fetch(db, self.side, self.object, ids)
        news = [
            g
            for g in gone
            if (g.id in linked or g.id in waiting)
            and g.id not in resting
            and not (g.id in waiting and waiting[g.id].gone is not None)
        ]
        known = {g.id for g in news}
        self.keeper.forget(db, [id_ for id_ in ids if id_ not in known])
        inbox.departed(db, self.side, [(g, linked.get(g.id, {})) for g in news], now)
        return news

    def _index(
        self,
        db: Connection,
        records: Iterable[Record],
        known: Mapping[str, Sequence[Known]],
    ) -> None:
        """Keep the match keys, and ask again whoever was held for one that moved."""
        named = {
            record.id: self.keeper.of(record.values)
            for record in records
            if self._may_have_moved(record, known.get(record.id, ()))
        }
        self.keeper.keep(db, named)

    def _may_have_moved(self, record: Record, known: Sequence[Known]) -> bool:
        """Tell whether the keys may differ from those that are kept; a tombstone keeps none."""
        return not known or any(
            one.gone or one.base.get(field) != record.values.get(field)
            for one in known
            for field in self.keeper.fields
        )


def _is_known(values: Mapping[str, Value], known: Known) -> bool:
    base = known.base
    return not known.gone and all(base.get(name) == value for name, value in values.items())
