"""A system in memory to which recorded changes come, run by run: a ``Connector`` like any other."""

from __future__ import annotations

__all__ = ["Known", "Recorded", "action_words"]

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ..condition import Condition
from ..model import (
    ActionRequest,
    Description,
    Gone,
    Outcome,
    OutcomeStatus,
    Page,
    Position,
    Record,
    Side,
    Usage,
    Value,
    Write,
)
from .events import Event
from .ours import source_of
from .past import Refusal

_BEGINNING = Position(modified=datetime.min.replace(tzinfo=UTC))
#: From (object, ids of those across) to the ids that their partners got in the past.
Known = Callable[[str, Sequence[str]], Mapping[str, str]]


@dataclass(slots=True)
class _Row:
    values: dict[str, Value]
    modified: datetime


class Recorded:
    """Holds what the records of one side would be by now. Writing to it refuses nothing.

    Except what a system refused in the run that is played: that it refuses again.
    """

    def __init__(
        self,
        side: Side,
        description: Description,
        now: Callable[[], datetime],
        spend: Callable[[int, str], None],
        known: Known,
    ) -> None:
        self._side = side
        self._description = description
        self._now = now
        self._spend = spend
        self._known = known
        self._rows: dict[tuple[str, str], _Row] = {}
        self._away: dict[tuple[str, str], _Row] = {}
        self._keys: dict[tuple[str, str], str] = {}
        self._changed: dict[str, dict[str, None]] = {}
        self._went: dict[str, list[Gone]] = {}
        self._made = 0
        self._refuses: dict[tuple[str, str, str], str] = {}
        #: Changes of records that are not there by these rules.
        self.missed = 0

    # -- what other people do

    def put(self, name: str, id_: str, values: Mapping[str, Value], modified: datetime) -> None:
        """Let a record be there."""
        self._rows[name, id_] = _Row(dict(values), modified)
        kind = self._description.get(name)
        key = None if kind is None else values.get(kind.key_field or "")
        if isinstance(key, str):
            self._keys[name, key] = id_

    def show(self, name: str, ids: Iterable[str]) -> None:
        """Let the next listing bring records as they are."""
        self._changed.setdefault(name, {}).update(dict.fromkeys(ids))

    def happen(self, event: Event) -> None:
        """Let somebody make, change or remove a record."""
        _side, name, id_ = event.ref
        place = (name, id_)
        row = self._rows.get(place)
        if event.gone is not None:
            if row is None:
                self.missed += 1
                return
            self._away[place] = self._rows.pop(place)
            self._went.setdefault(name, []).append(event.gone)
            return
        if row is None and place in self._away:
            # Somebody took it out of the bin.
            row = self._rows[place] = self._away.pop(place)
        if row is None and event.fresh:
            self.put(name, id_, event.values, event.modified)
        elif row is None:
            self.missed += 1
            return
        else:
            row.modified = event.modified
            for field, value in event.values.items():
                # What a system made of our value it would not make of another.
                if field not in event.shaped or row.values.get(field) == event.shaped[field]:
                    row.values[field] = value
        self.show(name, [id_])

    def refuse(self, refusals: Iterable[Refusal]) -> None:
        """Hear what the system refuses in this run."""
        self._refuses = {
            (what, ref[1], ref[2]): words for what, ref, words in refusals if ref[0] is self._side
        }

    def is_quiet(self) -> bool:
        """Tell whether a listing would bring nothing."""
        return not any(self._changed.values()) and not any(self._went.values())

    # -- the connector

    def describe(self) -> Description:
        """Return what the system says of itself."""
        return self._description

    def changes(
        self,
        object_name: str,
        fields: Sequence[str],
        since: Position | None,
        *,
        where: Condition | None = None,
    ) -> Iterator[Page]:
        """Yield what came since the last listing, once."""
        ids = list(self._changed.pop(object_name, ()))
        gone = tuple(self._went.pop(object_name, ()))
        prices = self._description.prices_of(object_name)
        size = prices.page_size
        for start in range(0, max(1, len(ids)), size):
            self._spend(prices.page, "list")
            part = ids[start : start + size]
            yield Page(
                records=tuple(self._records(object_name, part, fields)),
                position=since or _BEGINNING,
                server_time=self._now(),
                gone=gone if start == 0 else (),
            )

    def read(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> list[Record]:
        """Return the records that are there among *ids*."""
        self._spend(self._description.prices_of(object_name).look, "read")
        return list(self._records(object_name, ids, fields))

    def lookup(self, object_name: str, keys: Sequence[str]) -> dict[str, str]:
        """Return key -> id for the keys that stand in the system."""
        prices = self._description.prices_of(object_name)
        self._spend(prices.lookup or prices.look, "look up")
        return {k: self._keys[object_name, k] for k in keys if (object_name, k) in self._keys}

    def write(self, object_name: str, writes: Sequence[Write]) -> list[Outcome]:
        """Create and update; a record that was created in the past gets its id of then."""
        self._spend(self._description.prices_of(object_name).write, "write")
        sources = [source_of(w.key) for w in writes if w.id is None and w.key is not None]
        ids = self._known(object_name, sources)
        return [self._write(object_name, write, ids) for write in writes]

    def delete(self, object_name: str, ids: Sequence[str]) -> list[Outcome]:
        """Delete; what is gone already is done."""
        prices = self._description.prices_of(object_name)
        self._spend(prices.delete or prices.write, "delete")
        outcomes: list[Outcome] = []
        for id_ in ids:
            refusal = self._refusal("create", object_name, id_)
            if refusal is None:
                self._rows.pop((object_name, id_), None)
            outcomes.append(refusal or Outcome(status=OutcomeStatus.DONE, id=id_))
        return outcomes

    def act(self, requests: Sequence[ActionRequest]) -> list[Outcome]:
        """Do each action, but for those that were refused."""
        self._spend(self._description.prices.action * len(requests), "act")
        return [
            self._refusal(action_words(each.action, each.target), "prospect", each.prospect)
            or Outcome(status=OutcomeStatus.DONE, id=each.prospect)
            for each in requests
        ]

    def usage(self) -> Usage | None:
        """Return None: nothing is limited."""
        return None

    def close(self) -> None:
        """There is nothing to let go of."""

    # -- how

    def _records(self, name: str, ids: Iterable[str], fields: Sequence[str]) -> Iterator[Record]:
        for id_ in ids:
            row = self._rows.get((name, id_))
            if row is not None:
                values = {field: row.values.get(field) for field in fields}
                yield Record(object=name, id=id_, values=values, modified=row.modified)

    def _write(self, name: str, write: Write, ids: Mapping[str, str]) -> Outcome:
        id_, source = write.id, ""
        if id_ is None and write.key is not None:
            id_ = self._keys.get((name, write.key))
            source = source_of(write.key)
        what = "create" if id_ is None else "update"
        refusal = self._refusal(what, name, id_ or source)
        if refusal is not None:
            return refusal
        if id_ is None:
            id_ = self._create(name, write, ids.get(source))
        elif (row := self._rows.get((name, id_))) is None:
            return Outcome(status=OutcomeStatus.GONE, id=id_)
        else:
            row.values.update(write.values)
            row.modified = self._now()
        return Outcome(status=OutcomeStatus.DONE, id=id_)

    def _refusal(self, what: str, name: str, id_: str) -> Outcome | None:
        words = self._refuses.get((what, name, id_))
        if words is None:
            return None
        return Outcome(status=OutcomeStatus.REFUSED, message=words)

    def _create(self, name: str, write: Write, known: str | None) -> str:
        if known is None or (name, known) in self._rows:
            self._made += 1
            known = f"new-{name}-{self._made}"
        kind = self._description.get(name)
        values = dict(write.values)
        if kind is not None and kind.key_field is not None:
            values[kind.key_field] = write.key
        self.put(name, known, values, self._now())
        return known


def action_words(action: str, target: str | None) -> str:
    """Return what an action is called among refusals."""
    return f"{action} {target or ''}"
