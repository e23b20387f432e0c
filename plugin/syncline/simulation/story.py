"""What happened in a history, as a witness saw it: changes, readings, plans, calls."""

from __future__ import annotations

__all__ = ["Effect", "Story"]

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ..model import ActionRequest, Side, Value, Write
from ..sync.plan import FieldWrite, Step
from .lines import MapSpec, plain
from .planned import Key, Planned
from .promises import Breach, Promise
from .records import Change, Row
from .store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A field that the engine wrote over what a person had written."""

    change: Change
    write: FieldWrite
    number: int


class Story:
    """Hears of all that happens in both systems and keeps what the judge needs."""

    def __init__(
        self, tally: Counter[str], tell: Callable[[str], None], maps: tuple[MapSpec, ...]
    ) -> None:
        self.tally = tally
        self.tell = tell
        self.breaches: list[Breach] = []
        self.changes: list[Change] = []
        self.fields: dict[tuple[Side, str, str, str], list[Change]] = {}
        #: record -> (when it was handed to the engine, the version handed).
        self.handed: dict[Key, list[tuple[int, int]]] = {}
        #: object -> (when a listing ended, when it began), by the numbers of changes.
        self.listings: dict[tuple[Side, str], list[tuple[int, int]]] = {}
        self.spent: dict[Side, list[tuple[datetime, int]]] = {side: [] for side in Side}
        self.effects: list[Effect] = []
        #: (record, workflow, number) -> the keys of the actions that took effect.
        self.acts: dict[tuple[str, str, int], list[str]] = {}
        self.planned = Planned(maps, self.fields, self.breach, tell)
        self._now: tuple[int, Step] | None = None
        #: field of a record -> what was sent to it, and when: it may change nothing there.
        self._sent: dict[tuple[Side, str, str, str], list[tuple[int, Value]]] = {}

    def breach(self, promise: Promise, words: str) -> None:
        """Note that a promise was not kept."""
        self.tell(f"BROKEN {promise}: {words}")
        self.breaches.append(Breach(promise, words))

    # -- what the engine does

    def sending(self, store: Store, name: str, write: Write) -> None:
        """Hear of a row about to take effect; it must be as planned (promise 4)."""
        self._now = self.planned.steps.get((store.side, name, write.id or write.key or ""))
        if self._now is None:
            self.breach(
                Promise.ORIGINAL_OR_FINAL,
                f"{store.side.word} {name} {write.id or write.key} was written, and no plan of "
                "this run says so",
            )
        elif self._now[1].values != dict(write.values):
            self.breach(
                Promise.ORIGINAL_OR_FINAL,
                f"{store.side.word} {name} {write.id or write.key} was written otherwise than "
                f"planned: {dict(write.values)}",
            )
        if write.id is None and write.key is not None:
            self._creation(store, name, write)
        elif write.id is not None:
            for field, value in write.values.items():
                sent = self._sent.setdefault((store.side, name, write.id, field), [])
                sent.append((store.count.last, value))

    def asking(self, store: Store, request: ActionRequest) -> None:
        """Hear of an action about to take effect."""
        step = self.planned.actions.get(request.key)
        if step is None:
            self.breach(Promise.ORIGINAL_OR_FINAL, f"action {request.key} is in no plan")
            return
        self.tally["actions done"] += 1
        self.acts.setdefault((request.prospect, step.workflow, step.number), []).append(request.key)
        self.tell(f"the {store.side.word} does {request.action} for {request.prospect}")

    def _creation(self, store: Store, name: str, write: Write) -> None:
        if store.by_key(name, write.key or "") is not None:
            self.tally["creations asked for again"] += 1
            return
        self.tally["creations"] += 1
        if self._now is None:
            return
        planned, _step = self._now
        for field in ("Email", "email"):
            address = plain(write.values.get(field))
            for row in store.rows(name) if address is not None else ():
                if plain(row.values.get(field)) == address and self._knew(
                    (store.side, name, row.id), field, planned
                ):
                    self.breach(
                        Promise.NO_TWINS,
                        f"a {name} was created in the {store.side.word} for {write.key}, and "
                        f"{row.id} was known to hold the same {field}",
                    )

    def _knew(self, record: Key, field: str, when: int) -> bool:
        """Tell whether the engine had read the record's field as it now is, at a moment.

        A record that was deleted when it was read, and is back since, is not known to be there.
        """
        told = self.fields.get((*record, field))
        version = told[-1].number if told else 0
        seen = max((v for at, v in self.handed.get(record, ()) if at <= when), default=-1)
        ends = [c for c in self.fields.get((*record, ""), ()) if c.number <= seen]
        return seen >= version and not (ends and ends[-1].new != "undeleted")

    def paid(self, store: Store, price: int) -> None:
        """Hear of a call that was made."""
        self.spent[store.side].append((store.now(), price))
        self.tally[f"calls of the {store.side.word}"] += price

    # -- what the systems tell

    def handed_out(self, store: Store, row: Row) -> None:
        """Hear that a listing gave a row to the engine."""
        assert row.shown is not None
        place = (store.side, row.object, row.id)
        self.handed.setdefault(place, []).append((store.count.last, row.shown[1]))

    def listed(self, store: Store, name: str, began: int) -> None:
        """Hear that a listing came to its end."""
        self.listings.setdefault((store.side, name), []).append((store.count.last, began))

    def heard(self, change: Change) -> None:
        """Hear of a field that changed in either system."""
        before = self.fields.setdefault((change.side, change.object, change.id, change.field), [])
        place = (change.side, change.object, change.id)
        if change.ours and not change.field and place not in self.planned.steps:
            self.breach(Promise.ORIGINAL_OR_FINAL, f"{change.id} was deleted without a plan")
        if change.ours and self._now is not None:
            self.planned.took_effect(change, self._now[1])
        if change.ours and change.field and not change.field.startswith("("):
            self._written(change, before[-1] if before else None)
        before.append(change)
        self.changes.append(change)
        who = "we write" if change.ours else "a person writes"
        late = f" (listed {change.late.total_seconds():.0f} s late)" if change.late else ""
        self.tell(
            f"{who} {change.side.word} {change.object} {change.id} {change.field or 'itself'}: "
            f"{change.old!r} -> {change.new!r}{late}"
        )

    def _written(self, change: Change, last: Change | None) -> None:
        """Look at a value that the engine wrote over another."""
        if self._now is None or last is None or last.ours:
            return
        planned, step = self._now
        write = next((w for w in step.writes if w.field == change.field), None)
        if write is None:
            return
        place = (change.side, change.object, change.id)
        if plain(write.old) == plain(change.old):
            self.effects.append(Effect(change=change, write=write, number=change.number))
            return
        sent = self._sent[(*place, change.field)][:-1]
        if sent and sent[-1][0] >= last.number and plain(sent[-1][1]) == plain(write.old):
            return  # the system kept what stood there of a write of ours that says the same
        reading = [seen for at, seen in self.handed.get(place, ()) if at <= planned]
        if reading and max(reading) >= last.number:
            self.breach(
                Promise.LOSES_NOTHING,
                f"{_place(change)} held {change.old!r}, which we had read, and was written over "
                f"as if it held {write.old!r}",
            )
            return
        ended = [b for e, b in self.listings.get(place[:2], ()) if e <= planned]
        if ended and max(ended) > last.number and not last.late:
            self.breach(
                Promise.LOSES_NOTHING,
                f"{_place(change)} held {change.old!r} before our last listing began, which "
                f"passed it over, and was written over as if it held {write.old!r}",
            )
            return
        self.tally["edits in the window, excused"] += 1


def _place(change: Change) -> str:
    return f"{change.side.word} {change.object} {change.id} {change.field}"
