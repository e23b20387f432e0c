"""What the witness saw of a history, laid beside what the ledger holds at its end."""

from __future__ import annotations

__all__ = ["Evidence", "news", "values_since"]

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..ledger import journal, pairs
from ..ledger.codec import stamp
from ..ledger.journal import Entry
from ..ledger.rows import Pair, State
from ..model import Side, Value, is_blank
from .lines import Line, MapSpec
from .planned import Key
from .records import Change, Row

if TYPE_CHECKING:
    from .history import History

_ALL = 1_000_000


class Evidence:
    """What the ledger holds at the end, beside what the witness saw."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.story = history.story
        self.stores = history.stores
        with history.ledger.begin() as db:
            self.entries = journal.history(db, limit=_ALL)
            self.pairs = [
                pair
                for spec in history.book.maps
                for pair in pairs.quiet(db, spec.name, after="", limit=_ALL, now=None)
            ]
        self.by_id: dict[str, list[Entry]] = {}
        for entry in self.entries:
            for id_ in {entry.crm_id, entry.cadence_id} - {""}:
                self.by_id.setdefault(id_, []).append(entry)
        self.waiting: dict[Key, State] = {
            (side, name, id_): state
            for side in Side
            for (name, id_), state in history.entries(side).items()
        }
        self.linked: dict[Key, list[Pair]] = {}
        for pair in self.pairs:
            for side in Side:
                place = (side, pair.objects[side], pair.ids[side])
                self.linked.setdefault(place, []).append(pair)

    def people(self) -> Iterator[tuple[Side, MapSpec, Row]]:
        """Yield every record of a mapped object that is there, once a map."""
        for spec in self.history.book.maps:
            for side in Side:
                for row in self.stores[side].rows(spec.object(side)):
                    yield side, spec, row

    def length(self, row: Row, line: Line, side: Side) -> int | None:
        """Return how long a text may be in a field of a record; None where nothing is said."""
        field = self.stores[side].kind(row.object).get(line.name(side))
        return None if field is None else field.length

    def row(self, side: Side, name: str, id_: str) -> Row | None:
        """Return a record that is there."""
        return self.stores[side].row(name, id_)


def news(found: Evidence, side: Side, row: Row, partner: Row, line: Line) -> list[Change]:
    """Return a field's changes without those that came to nothing.

    Nobody read them before they were taken back, or what was read went nowhere.
    """
    record = (side, row.object, row.id)
    told = list(found.story.fields.get((*record, line.name(side)), ()))
    while told:
        last = told[-1]
        seen = max(
            (v for _at, v in found.story.handed.get(record, ()) if v < last.number), default=0
        )
        known = [change for change in told if change.number <= seen]
        while known and _came_to_nothing(found, side, known[-1], last, partner, line):
            known.pop()
        if line.alike(last.old, last.new):
            told.pop()  # it says the same in other words
        elif known and line.alike(known[-1].new, last.new):
            told = known  # it went there and back
        elif not known and is_blank(last.new):
            told = []  # nobody ever read more than a blank
        else:
            break
    return told


def _came_to_nothing(
    found: Evidence, side: Side, change: Change, after: Change, partner: Row, line: Line
) -> bool:
    """Tell whether *change*, once read, was refused or put off, and gave way to *after*."""
    fate = {
        entry.kind
        for entry in found.by_id.get(change.id, ())
        if stamp(change.at) <= entry.at <= stamp(after.at) and entry.field in {"", line.crm}
    }
    held = values_since(found, side.other, partner, line.name(side.other), change)
    return fate <= {"fail", "defer"} and not any(
        line.agree(change.new, value, side.other, None) for value in held
    )


def values_since(found: Evidence, side: Side, row: Row, name: str, last: Change) -> Iterator[Value]:
    """Yield what a field held when *last* was written, and every value since.

    What a listing still showed then counts as held, and so does what had been read of the field
    before *last* was read: the engine could know no better.
    """
    told = found.story.fields.get((side, row.object, row.id, name), [])
    before = [change for change in told if change.number <= last.number]
    yield before[-1].new if before else None
    yield from (
        change.old for change in before if change.late and change.at + change.late > last.at
    )
    yield from (change.new for change in told if change.number > last.number)
    for version in _read_before(found, (side, row.object, row.id), last):
        yield from [change.new for change in told if change.number <= version][-1:]


def _read_before(found: Evidence, record: Key, last: Change) -> list[int]:
    """Return the versions in which *record* may have been known when *last* was read first."""
    handed = found.story.handed
    when = min(
        (at for at, v in handed.get((last.side, last.object, last.id), ()) if v >= last.number),
        default=0,
    )
    versions = handed.get(record, ())
    before = sorted(v for at, v in versions if at < when)
    return before[-1:] + [v for at, v in versions if at == when]
