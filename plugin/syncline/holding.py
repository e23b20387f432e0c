"""A person's answers to what is held: whose value stands, and which two records are one (B4)."""

from __future__ import annotations

__all__ = ["Audit", "bind", "choose", "chosen", "fields_of"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from .errors import WorkspaceError
from .history import ids_of
from .ledger import holds, inbox, journal, pairs
from .ledger.codec import stamp
from .ledger.holds import Hold
from .ledger.rows import Entry, Pair, State
from .model import Side
from .rules.compiled import MapRule
from .sync.departures import inherited

#: Records that wait, for whatever reason, are asked again.
_ASKED = (State.HELD, State.WAITING, State.FAILED, State.DEAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """Who decides, and when: what the history says of it."""

    who: str
    at: datetime

    def line(self, kind: str, words: str) -> journal.Entry:
        """Return a line of the history, about nothing yet; it belongs to no run."""
        reason = f"{self.who or 'somebody'} {words}"
        return journal.Entry(run=0, at=stamp(self.at), kind=kind, map="", reason=reason)


def chosen(db: Connection, found: Sequence[Hold]) -> list[Side | None]:
    """Return for each hold whose value a person chose, if one did and no run has followed yet."""
    ids: dict[str, list[str]] = {}
    for hold in found:
        ids.setdefault(hold.map, []).append(hold.crm_id)
    known = {name: pairs.by_side(db, name, Side.CRM, given) for name, given in ids.items()}
    return [
        None if (pair := known[hold.map].get(hold.crm_id)) is None else pair.choices.get(hold.row)
        for hold in found
    ]


def fields_of(db: Connection, record: str, field: str | None) -> list[Hold]:
    """Return the fields of *record* that are held: one of them, or all.

    Raises ``WorkspaceError`` when there is none, or when *record* means several.
    """
    found = holds.read(db, ids_of(db, record))
    rows = [hold for hold in found if hold.row and (field is None or hold.names(field))]
    if rows:
        _one([(hold.map, hold.crm_id, hold.cadence_id) for hold in rows], record)
        return rows
    whole = [hold for hold in found if not hold.row]
    if whole and len(whole) == len(found):
        raise WorkspaceError(
            f"{record} is held as a whole: {whole[0].reason}",
            hint=f"`syncline resolve {record} --with ID` says which record across is the same; "
            "or correct one of the records.",
        )
    if found:
        known = ", ".join(dict.fromkeys(h.row.replace(">", " / ") for h in found if h.row))
        raise WorkspaceError(f"{field} of {record} is not held", hint=f"Held of it: {known}.")
    raise WorkspaceError(
        f"nothing of {record} waits for a decision", hint="`syncline holds` lists what does."
    )


def choose(db: Connection, found: Sequence[Hold], winner: Side, audit: Audit) -> None:
    """Let *winner*'s value stand in each held field, once; the next run writes it across."""
    by_map: dict[str, list[Hold]] = {}
    for hold in found:
        by_map.setdefault(hold.map, []).append(hold)
    for name, held in by_map.items():
        known = pairs.by_side(db, name, Side.CRM, (hold.crm_id for hold in held))
        for hold in held:
            pair = known.get(hold.crm_id)
            if pair is not None:
                choices = {**pair.choices, hold.row: winner}
                known[hold.crm_id] = replace(pair, choices=choices)
        pairs.save(db, known.values())
        for pair in known.values():
            for side in Side:
                inbox.requeue(db, side, pair.objects[side], _ASKED, [pair.ids[side]])
    journal.add_entries(
        db,
        [
            replace(
                audit.line("resolve", f"chose the {winner.word}'s value"),
                map=hold.map,
                crm_id=hold.crm_id,
                cadence_id=hold.cadence_id,
                field=hold.row.partition(">")[0 if winner is Side.CRM else 2],
                new=hold.crm_value if winner is Side.CRM else hold.cadence_value,
                rule=hold.rule,
            )
            for hold in found
        ],
    )


def bind(
    db: Connection,
    maps: Sequence[MapRule],
    record: str,
    partner: str,
    audit: Audit,
    *,
    sure: bool,
) -> Pair:
    """Link two records that wait, as one of *maps* keeps them; what differs is decided next.

    Raises ``WorkspaceError`` when one is linked, is not known, or no map keeps such two; and,
    unless somebody is *sure*, when each has something else in what the map matches them by.
    """
    one, two = _waiting(db, maps, record), _waiting(db, maps, partner)
    entries = {one.side: one, two.side: two}
    if len(entries) != len(Side):
        raise WorkspaceError(
            f"{record} and {partner} are both records of the {one.side.word}",
            hint="A link joins a record of the CRM and one of the cadence.",
        )
    rule = next(
        (m for m in maps if all(m.object(side) == e.object for side, e in entries.items())), None
    )
    if rule is None:
        kinds = f"{entries[Side.CRM].object} and {entries[Side.CADENCE].object}"
        raise WorkspaceError(
            f"no map keeps {kinds} in step", hint="Add one to the rules: `map A <-> B { … }`."
        )
    names = [m.name for m in maps]
    resting: list[Pair] = []
    for side, entry in entries.items():
        for pair in pairs.among(db, side, entry.object, [entry.id], names).get(entry.id, []):
            if not any(pair.gone.values()):
                raise WorkspaceError(
                    f"{entry.id} is linked to {pair.ids[side.other]} already",
                    hint=f"`syncline why {entry.id}` says since when, and how.",
                )
            resting.append(pair)
    if not sure:
        _refuse_strangers(rule, entries)
    pair = _met(rule, entries)
    pairs.remove(db, [(old.map, old.ids[Side.CRM]) for old in resting])
    pairs.add(db, [pair])
    for side, entry in entries.items():
        inbox.requeue(db, side, entry.object, _ASKED, [entry.id])
    line = replace(
        audit.line("resolve", "said that these two are one"),
        map=rule.name,
        crm_id=pair.ids[Side.CRM],
        cadence_id=pair.ids[Side.CADENCE],
        rule=rule.at,
    )
    journal.add_entries(db, [line])
    return pair


def _refuse_strangers(rule: MapRule, entries: Mapping[Side, Entry]) -> None:
    """Raise if the two share no match key, and one of them differs."""
    keys = {side: rule.keys(side, entry.values) for side, entry in entries.items()}
    both = [
        (crm, cadence)
        for crm, cadence in zip(keys[Side.CRM], keys[Side.CADENCE], strict=True)
        if crm and cadence
    ]
    if not both or any(crm == cadence for crm, cadence in both):
        return
    said = {side: " and ".join(pair[side is Side.CADENCE] for pair in both) for side in Side}
    crm, cadence = entries[Side.CRM].id, entries[Side.CADENCE].id
    raise WorkspaceError(
        f"{crm} has {said[Side.CRM]} and {cadence} has {said[Side.CADENCE]}: they do not look like "
        "one",
        hint="`--yes` makes them one all the same; `syncline plan` shows what is written over.",
    )


def _met(rule: MapRule, entries: dict[Side, Entry]) -> Pair:
    """Return the pair of two records that meet for the first time: nothing is agreed on yet."""
    blank = Pair(
        map=rule.name,
        ids={side: entry.id for side, entry in entries.items()},
        objects={side: rule.object(side) for side in Side},
        base={side: dict(entry.values) for side, entry in entries.items()},
        seen=dict.fromkeys(Side, ""),
        echo=dict.fromkeys(Side),
        holding=frozenset(),
        owed=(),
    )
    return inherited(blank, rule, entries[Side.CRM])


def _waiting(db: Connection, maps: Sequence[MapRule], record: str) -> Entry:
    """Return the one record that waits under this id or match key."""
    known = ids_of(db, record)
    objects = dict.fromkeys((side, m.object(side)) for m in maps for side in Side)
    entries = [
        entry
        for side, name in objects
        for entry in inbox.fetch(db, side, name, known).values()
        if entry.gone is None
    ]
    # An id means itself alone; a key means whoever holds it.
    found = [entry for entry in entries if entry.id == record] or entries
    if not found:
        linked = [id_ for id_ in known if id_ != record]
        raise WorkspaceError(
            f"{record} is linked to {linked[0]} already"
            if linked
            else f"{record} does not wait for a partner",
            hint=f"`syncline why {record}` says how it stands.",
        )
    _one([(str(e.side), e.object, e.id) for e in found], record)
    return found[0]


def _one(found: Sequence[tuple[str, str, str]], record: str) -> None:
    """Raise ``WorkspaceError`` unless all of *found* is the same."""
    several = list(dict.fromkeys(found))
    if len(several) > 1:
        ids = ", ".join(" ".join(part for part in one[1:] if part) for one in several[:5])
        raise WorkspaceError(f"{record} means several records: {ids}", hint="Say which, by its id.")
