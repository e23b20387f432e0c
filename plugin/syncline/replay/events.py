"""What other people did, told from what our own runs wrote: each change as what it changed."""

from __future__ import annotations

__all__ = ["Event", "Teller"]

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ..ledger.changes import Change
from ..model import Gone, Value
from ..sync.echo import made_of
from .ours import Keys
from .past import Ref, Wrote

Values = dict[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One record that somebody else made, changed or took away."""

    ref: Ref
    modified: datetime
    #: What changed, in the fields that were read.
    values: Mapping[str, Value]
    #: Fields that only took the system's own form of what we had written, with what that was.
    shaped: Mapping[str, Value]
    #: Somebody else made the record, or brought it back.
    fresh: bool
    gone: Gone | None


class Teller:
    """Knows what each record held in the past, run by run."""

    def __init__(self, records: Mapping[Ref, Mapping[str, Value]], keys: Keys) -> None:
        self._keys = keys
        self._state: dict[Ref, Values] = {ref: dict(values) for ref, values in records.items()}
        #: What a run wrote last to a field, while it still stands.
        self._ours: dict[Ref, Values] = {}
        #: Records that our runs made: elsewhere they may not be.
        self._made: set[Ref] = set()

    def tell(self, changes: Iterable[Change]) -> list[Event]:
        """Return what happened, in its order."""
        return [self._event(change) for change in changes]

    def _event(self, change: Change) -> Event:
        ref = change.ref
        if change.gone is not None:
            self._state.pop(ref, None)
            return self._of(change, {}, {}, fresh=False)
        before = self._state.get(ref)
        if before is None:
            self._state[ref] = dict(change.values)
            return self._of(change, change.values, {}, fresh=ref not in self._made)
        changed = {n: v for n, v in change.values.items() if before.get(n) != v}
        ours = self._ours.get(ref, {})
        shaped = {n: ours[n] for n, v in changed.items() if n in ours and made_of(ours[n], v)}
        before.update(changed)
        for name in changed:
            ours.pop(name, None)
        return self._of(change, changed, shaped, fresh=False)

    @staticmethod
    def _of(
        change: Change, values: Mapping[str, Value], shaped: Mapping[str, Value], *, fresh: bool
    ) -> Event:
        return Event(
            ref=change.ref,
            modified=change.modified,
            values=values,
            shaped=shaped,
            fresh=fresh,
            gone=change.gone,
        )

    def heard(self, written: Iterable[Wrote]) -> None:
        """Take in what a run wrote."""
        for line in written:
            if line.kind == "delete":
                self._state.pop(line.ref, None)
                continue
            self._state.setdefault(line.ref, {}).update(self._keys.values(line))
            self._ours.setdefault(line.ref, {})[line.field] = line.new
            if line.kind == "create":
                self._made.add(line.ref)
