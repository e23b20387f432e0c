"""A page of activities into the cadence: each once, edits after it, and nothing guessed.

The key of an activity is made of its source, the source's id and a number: a mail to two prospects
is an activity with each of them. What is there under a key is looked up before anything is written,
so a page that comes again, or came before a crash, changes nothing.
"""

from __future__ import annotations

__all__ = ["MOST", "Importer"]

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from typing import TYPE_CHECKING, TypeVar

from ..errors import RetriableError, WorkspaceError
from ..model import ObjectType, Outcome, OutcomeStatus, Record, Value, Write, is_blank
from .fetched import Fate, Tally
from .matching import Matcher, searched
from .source import Activity, ActivityPage

if TYPE_CHECKING:
    from ..sync.systems import System

#: As many others as take part in a conversation; more are a list, or a hall.
MOST = 10

_ACTIVITY, _PROSPECT, _PERSON = "activity", "prospect", "prospect_id"
#: Keys have room for 255 characters; an id that is longer is told by its digest.
_LONGEST_ID = 200

_T = TypeVar("_T")
#: The activities that stand, by the source's id and the number in their key.
_Standing = Mapping[str, Mapping[int, Record]]


class Importer:
    """Brings the activities of one source into one cadence.

    Raises ``WorkspaceError`` when the cadence takes none.
    """

    def __init__(self, source: str, cadence: System) -> None:
        self._source = source
        self._connector = cadence.connector
        self._prices = cadence.description.prices_of(_ACTIVITY)
        activity, prospect = (cadence.description.get(name) for name in (_ACTIVITY, _PROSPECT))
        if activity is None or activity.key_field is None or prospect is None:
            raise WorkspaceError(
                f"{cadence.name} takes no activities from {source}: it records its own alone",
                hint="Take the source out of `sources` in syncline.toml, or connect the cadence "
                "to local.",
            )
        self._activity: ObjectType = activity
        self._prospect: ObjectType = prospect
        self._fields = (*(f.name for f in activity.fields if f.updatable), activity.key_field)

    def take(self, page: ActivityPage, tally: Tally) -> None:
        """Write what a page tells, and count how each of its activities ended.

        Raises ``RetriableError`` when the cadence could not be asked, or did not say what became of
        a row: the page is then to be taken again.
        """
        # Of an activity that came twice the later says how it is.
        activities = {activity.id: activity for activity in page.activities}
        gone = [id_ for id_ in page.gone if id_ not in activities]
        crowd = {a.id for a in activities.values() if len(a.parties) > MOST}
        small = [a for a in activities.values() if a.id not in crowd]
        standing = self._standing([*(a.id for a in small), *gone])
        fates = dict.fromkeys(crowd, Fate.CROWDED)
        writes: list[tuple[str, Fate, Write]] = []
        matcher = self._matcher(small)
        for activity in small:
            here = standing.get(activity.id, {})
            found, fates[activity.id] = self._writes(activity, here, matcher)
            writes += found
        self._write(writes, fates, tally)
        for id_ in gone:
            # What never was an activity here is none that went.
            if id_ in standing:
                fates[id_] = self._remove([record.id for record in standing[id_].values()])
        tally.counts.update(fates.values())
        tally.leave(page.left)

    def _writes(
        self, activity: Activity, here: Mapping[int, Record], matcher: Matcher
    ) -> tuple[list[tuple[str, Fate, Write]], Fate]:
        """Return what is to be written of an activity, and its fate if that is nothing."""
        values = self._values(activity)
        found: list[tuple[str, Fate, Write]] = []
        for record in here.values():
            changed = {n: v for n, v in values.items() if not _same(record.values.get(n), v)}
            if changed:
                write = Write(id=record.id, values=changed)
                found.append((activity.id, Fate.EDITED, write))
        known = {record.values.get(_PERSON) for record in here.values()}
        matches = [matcher.prospects(party) for party in activity.parties]
        people = dict.fromkeys(ids[0] for ids in matches if len(ids) == 1)
        free = iter(number for number in range(MOST) if number not in here)
        # A number that has come to be somebody else's takes no history with it.
        wanted: Iterable[str] = () if here and len(activity.parties) < 2 else people
        for prospect in wanted:
            if prospect not in known and (number := next(free, None)) is not None:
                given = {name: value for name, value in values.items() if not is_blank(value)}
                key = self._key(activity.id, number)
                write = Write(key=key, values={**given, _PERSON: prospect})
                found.append((activity.id, Fate.ADDED, write))
        if here or people:
            return found, Fate.UNCHANGED
        several = any(len(ids) > 1 for ids in matches)
        return found, Fate.AMBIGUOUS if several else Fate.UNKNOWN

    def _values(self, activity: Activity) -> dict[str, Value]:
        """Return the fields of the cadence's activity that it has, cut to their length."""
        utc = activity.at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        mail = activity.kind == "email"
        body = activity.text if mail else "\n".join(filter(None, (activity.subject, activity.text)))
        direction = {None: None, True: "inbound", False: "outbound"}[activity.inbound]
        values: dict[str, Value] = {
            "kind": activity.kind,
            "at": f"{utc.isoformat()}Z",
            "direction": direction,
            "outcome": activity.outcome or None,
            "email_subject": activity.subject or None if mail else None,
            "comments": body or None,
            "user": activity.user or None,
            "caller_id": activity.line or None,
            "duration": activity.duration,
        }
        return {
            field.name: _cut(values[field.name], field.length)
            for field in self._activity.fields
            if field.name in values and field.updatable
        }

    def _matcher(self, activities: Iterable[Activity]) -> Matcher:
        """Show every prospect to a matcher of those who took part; ask nobody for nobody."""
        parties = {party for activity in activities for party in activity.parties}
        matcher = Matcher(self._prospect, parties)
        if parties:
            fields = searched(self._prospect)
            for page in self._connector.changes(_PROSPECT, fields, None):
                for record in page.records:
                    matcher.show(record)
        return matcher

    def _standing(self, ids: Sequence[str]) -> _Standing:
        """Return which activities stand already."""
        keys = {self._key(id_, number): (id_, number) for id_ in ids for number in range(MOST)}
        records: dict[str, tuple[str, int]] = {}
        for some in _parts(list(keys), self._prices.page_size):
            for key, record_id in self._connector.lookup(_ACTIVITY, some).items():
                records[record_id] = keys[key]
        found: dict[str, dict[int, Record]] = defaultdict(dict)
        for some in _parts(list(records), self._prices.page_size):
            for record in self._connector.read(_ACTIVITY, some, self._fields):
                id_, number = records[record.id]
                found[id_][number] = record
        return found

    def _write(
        self, writes: Sequence[tuple[str, Fate, Write]], fates: dict[str, Fate], tally: Tally
    ) -> None:
        size = self._prices.write_size
        for some in _parts(writes, size):
            outcomes = self._connector.write(_ACTIVITY, [write for _, _, write in some])
            for (id_, fate, _), outcome in zip(some, outcomes, strict=True):
                if outcome.status is OutcomeStatus.REFUSED:
                    fate = Fate.REFUSED
                    tally.refusal = tally.refusal or f"{outcome.code}: {outcome.message}"
                _passing(outcome)
                fates[id_] = min(fates[id_], fate, key=list(Fate).index)

    def _remove(self, record_ids: Sequence[str]) -> Fate:
        if not self._activity.deletable:
            return Fate.UNCHANGED
        for outcome in self._connector.delete(_ACTIVITY, record_ids):
            _passing(outcome)
        return Fate.REMOVED

    def _key(self, id_: str, number: int) -> str:
        short = id_ if len(id_) <= _LONGEST_ID else hashlib.sha256(id_.encode()).hexdigest()
        return f"{self._source}:{short}:{number}"


def _passing(outcome: Outcome) -> None:
    if outcome.status is OutcomeStatus.RETRY:
        raise RetriableError(f"the cadence could not take an activity just now: {outcome.message}")


def _same(old: Value, new: Value) -> bool:
    return old == new or (is_blank(old) and is_blank(new))


def _cut(value: Value, length: int | None) -> Value:
    return value[:length] if isinstance(value, str) and length is not None else value


def _parts(rows: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))
