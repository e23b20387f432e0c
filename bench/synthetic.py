"""Systems that cost nearly nothing, so that what is measured is the engine's own time."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import syncline
from syncline import (
    ActionRequest,
    Condition,
    Description,
    Field,
    FieldType,
    ObjectType,
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

FIELDS = 15
PAGE = 2000


class Clock:
    """A clock of its own: it ticks when it is read, and is put forward between cycles."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 2, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the time, in UTC."""
        self.time += timedelta(microseconds=20)
        return self.time


def _object(name: str, prefix: str, key: str) -> ObjectType:
    texts = [
        Field(name=f"{prefix}{n}", label=f"{prefix}{n}", type=FieldType.TEXT, length=255)
        for n in range(FIELDS - 1)
    ]
    email = Field(name=f"{prefix}mail", label=f"{prefix}mail", type=FieldType.EMAIL)
    own = Field(name=key, label=key, type=FieldType.TEXT)
    return ObjectType(name=name, label=name, fields=(*texts, email, own), key_field=key)


CRM = Description(objects=(_object("Lead", "F", "Key"),))
CADENCE = Description(objects=(_object("prospect", "f", "key"),))
RULES = (
    "connect crm to bench\nconnect cadence to bench\n"
    "sync every 15 minutes, at most 100_000_000 calls per 24 hours\n"
    "sync crm to cadence\nsync cadence to crm\n"
    "map Lead <-> prospect {\n    match Fmail = fmail\n"
    + "".join(f"    F{n} <-> f{n}\n" for n in range(FIELDS - 1))
    + "    Fmail <-> fmail\n}\n"
)


def rules() -> syncline.RuleSet:
    """Return the rules that keep the two systems in step, fifteen fields both ways."""
    catalog = syncline.Catalog(
        systems=dict.fromkeys(Side, "bench"),
        descriptions={Side.CRM: CRM, Side.CADENCE: CADENCE},
        functions=syncline.load_plugins().functions,
        templates=(),
        connectors=("bench",),
    )
    return syncline.load_rules(RULES, catalog)


def values(prefix: str, number: int) -> dict[str, Value]:
    """Return what record *number* holds."""
    texts: dict[str, Value] = {f"{prefix}{n}": f"value {n} of {number}" for n in range(FIELDS - 1)}
    return texts | {f"{prefix}mail": f"p{number}@c{number % 997}.example.com"}


class Memory:
    """A system in memory; ``seconds`` is the time it took itself."""

    def __init__(self, description: Description, now: Clock) -> None:
        self._description = description
        self._now = now
        (self._object,) = description.objects
        self._rows: dict[str, tuple[dict[str, Value], datetime]] = {}
        self._keys: dict[str, str] = {}
        self.seconds, self.calls = 0.0, 0

    def put(self, id_: str, changed: dict[str, Value]) -> None:
        """Change a record, or make it."""
        old = self._rows[id_][0] if id_ in self._rows else {}
        self._rows[id_] = ({**old, **changed}, self._now())

    def describe(self) -> Description:
        """See ``Connector``."""
        return self._description

    def changes(
        self,
        object_name: str,
        fields: Sequence[str],
        since: Position | None,
        *,
        where: Condition | None = None,
    ) -> Iterator[Page]:
        """See ``Connector``."""
        begin = time.process_time()
        after = (datetime.min.replace(tzinfo=UTC), "")
        if since is not None:
            after = (since.modified, since.id)
        found = sorted((m, i) for i, (_, m) in self._rows.items() if (m, i) > after)
        for start in range(0, max(len(found), 1), PAGE):
            part = found[start : start + PAGE]
            records = tuple(
                Record(
                    object=object_name,
                    id=i,
                    values={f: self._rows[i][0].get(f) for f in fields},
                    modified=m,
                )
                for m, i in part
            )
            last = part[-1] if part else after
            position = Position(modified=last[0], id=last[1])
            self.calls += 1
            page = Page(records=records, position=position, server_time=self._now())
            self.seconds += time.process_time() - begin
            yield page
            begin = time.process_time()

    def read(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> list[Record]:
        """See ``Connector``."""
        raise NotImplementedError  # nothing here is ever in doubt

    def lookup(self, object_name: str, keys: Sequence[str]) -> dict[str, str]:
        """See ``Connector``."""
        raise NotImplementedError  # nothing here is ever in doubt

    def write(self, object_name: str, writes: Sequence[Write]) -> list[Outcome]:
        """See ``Connector``."""
        begin = time.process_time()
        self.calls += 1
        outcomes: list[Outcome] = []
        for write in writes:
            id_ = write.id or self._keys.setdefault(write.key or "", f"p{len(self._keys):09}")
            own = {} if write.key is None else {str(self._object.key_field): write.key}
            self.put(id_, {**write.values, **own})
            outcomes.append(Outcome(status=OutcomeStatus.DONE, id=id_))
        self.seconds += time.process_time() - begin
        return outcomes

    def delete(self, object_name: str, ids: Sequence[str]) -> list[Outcome]:
        """See ``Connector``."""
        raise NotImplementedError  # nothing here is deleted

    def act(self, requests: Sequence[ActionRequest]) -> list[Outcome]:
        """See ``Connector``."""
        raise NotImplementedError  # there are no workflows

    def usage(self) -> Usage | None:
        """See ``Connector``."""
        return None

    def close(self) -> None:
        """See ``Connector``."""


class Source(Memory):
    """A CRM of any size that keeps nothing: its records are made as they are listed."""

    def __init__(self, description: Description, now: Clock, count: int) -> None:
        super().__init__(description, now)
        self._count = count
        self._born = now()

    def changes(
        self,
        object_name: str,
        fields: Sequence[str],
        since: Position | None,
        *,
        where: Condition | None = None,
    ) -> Iterator[Page]:
        """See ``Connector``."""
        first = 0 if since is None or not since.id else int(since.id[1:]) + 1
        for start in range(first, self._count, PAGE):
            begin = time.process_time()
            numbers = range(start, min(start + PAGE, self._count))
            records = tuple(
                Record(
                    object=object_name,
                    id=f"L{n:09}",
                    values={**values("F", n), "Key": None},
                    modified=self._born,
                )
                for n in numbers
            )
            position = Position(modified=self._born, id=records[-1].id)
            page = Page(records=records, position=position, server_time=self._now())
            self.seconds += time.process_time() - begin
            yield page


class Sink(Memory):
    """A cadence that takes every record and keeps none."""

    def put(self, id_: str, changed: dict[str, Value]) -> None:
        """Let it go."""

    def write(self, object_name: str, writes: Sequence[Write]) -> list[Outcome]:
        """See ``Connector``."""
        return [
            Outcome(status=OutcomeStatus.DONE, id=f"p{(write.key or '').rpartition(':')[2]}")
            for write in writes
        ]
