"""The good connector: every method does what the contract says, in the fewest lines."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import syncline as s
from syncline import FieldType as F, GoneKind, Outcome, OutcomeStatus, Position

from . import SYSTEMS
from .system import PAUSE, BusyError, CutError, LostError, Row, StrangerError

KEY = "our_key"
PERSON = s.ObjectType(
    name="prospect",
    label="Prospect",
    fields=(
        s.Field(name="last_name", label="Last name", type=F.TEXT, required=True, length=80),
        s.Field(name="email", label="Email", type=F.EMAIL),
        s.Field(name="score", label="Score", type=F.NUMBER),
        s.Field(name="vip", label="VIP", type=F.BOOLEAN),
        s.Field(name="born", label="Born", type=F.DATE),
        s.Field(name="seen", label="Seen", type=F.DATETIME),
        s.Field(name="tags", label="Tags", type=F.MULTI_PICKLIST, values=("a", "b")),
        s.Field(name=KEY, label="Our key", type=F.TEXT, creatable=False, updatable=False),
    ),
    key_field=KEY,
    deletable=True,
)
PRICES = s.Prices(unit="call", page_size=4, write_size=3)
DESCRIPTION = s.Description(
    objects=(PERSON,),
    actions=(s.Action(name="exit", summary="Take the prospect out of its cadence."),),
    prices=PRICES,
)
START = Position(modified=datetime(1970, 1, 1, tzinfo=UTC))


class Memory:
    """See ``syncline.Connector``."""

    def __init__(self, context: s.Context) -> None:
        self.context = context
        self.system = SYSTEMS[context.folder]
        self.token = context.secrets["token"]

    def describe(self) -> s.Description:
        return DESCRIPTION

    def changes(
        self,
        object_name: str,
        fields: Sequence[str],
        since: Position | None,
        *,
        where: s.Condition | None = None,
    ) -> Iterator[s.Page]:
        begin = position = since or START
        passed = 0
        while True:
            server_time = self.system.now()
            self.call("list")
            found = self.rest(self.places(since), begin, position, passed)
            page = found[: PRICES.page_size]
            passed += len(page)
            if page:
                position = page[-1][0]
            yield s.Page(
                records=tuple(record(place.id, row, fields) for place, row in page if not row.gone),
                position=position,
                server_time=server_time,
                gone=tuple(self.ended(place, row) for place, row in page if row.gone),
            )
            if len(found) == len(page):
                return

    def read(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> list[s.Record]:
        self.call("read")
        standing = self.system.standing()
        return [record(id_, standing[id_], fields) for id_ in ids if id_ in standing]

    def lookup(self, object_name: str, keys: Sequence[str]) -> dict[str, str]:
        self.call("look up")
        found = {key: self.system.by_key(key) for key in keys}
        return {key: id_ for key, id_ in found.items() if id_ is not None}

    def write(self, object_name: str, writes: Sequence[s.Write]) -> list[Outcome]:
        self.call("write")
        outcomes = [self.row(write) for write in writes]
        self.answer()
        return outcomes

    def delete(self, object_name: str, ids: Sequence[str]) -> list[Outcome]:
        self.call("delete")
        for id_ in ids:
            if id_ in self.system.standing():
                self.system.end(id_)
        self.answer()
        return [Outcome(status=OutcomeStatus.DONE, id=id_) for id_ in ids]

    def act(self, requests: Sequence[s.ActionRequest]) -> list[Outcome]:
        self.call("act", len(requests) * PRICES.action)
        for request in requests:
            self.system.done.setdefault(request.key, 1)
        self.answer()
        return [Outcome(status=OutcomeStatus.DONE, id=each.prospect) for each in requests]

    def usage(self) -> s.Usage | None:
        return s.Usage(used=self.system.counted, allowed=1_000_000)

    def close(self) -> None:
        return

    # -- the steps, each of which a variant may do otherwise

    def call(self, word: str, price: int = 1) -> None:
        self.context.spend(price, word)
        with self.faults():
            self.system.call(self.token.reveal())

    def answer(self) -> None:
        with self.faults():
            self.system.answer()

    @contextmanager
    def faults(self) -> Generator[None]:
        try:
            yield
        except StrangerError as err:
            raise s.FatalError("Memory does not know us.", hint="Give it its token.") from err
        except CutError as err:
            raise s.RetriableError("Memory cannot be reached.") from err
        except LostError as err:
            raise s.UnknownOutcomeError("Memory did not answer.") from err
        except BusyError as err:
            raise s.RetriableError("Memory is busy.", retry_after=PAUSE) from err

    def places(self, since: Position | None) -> list[tuple[Position, Row]]:
        """Return all records in their order; those that ended only if *since* is a time."""
        rows = self.system.rows.items()
        standing = [each for each in rows if since is not None or not each[1].gone]
        found = [(Position(modified=row.modified, id=id_), row) for id_, row in standing]
        return sorted(found, key=lambda each: each[0])

    def rest(
        self,
        places: list[tuple[Position, Row]],
        begin: Position,
        position: Position,
        passed: int,
    ) -> list[tuple[Position, Row]]:
        """Return what is still to be listed; *passed* records were, since *begin*."""
        return [each for each in places if self.after(each[0], position)]

    def after(self, place: Position, position: Position) -> bool:
        return place > position

    def ended(self, place: Position, row: Row) -> s.Gone:
        return s.Gone(
            object=PERSON.name,
            id=place.id,
            kind=GoneKind.MERGED if row.into else GoneKind.DELETED,
            at=row.modified,
            into=(PERSON.name, row.into) if row.into else None,
        )

    def row(self, write: s.Write) -> Outcome:
        id_ = write.id or self.system.by_key(write.key or "")
        if id_ is not None and id_ not in self.system.standing():
            return Outcome(status=OutcomeStatus.GONE, id=id_)
        before = self.system.rows[id_].values if id_ else {}
        if s.is_blank((before | dict(write.values)).get("last_name")):
            return Outcome(status=OutcomeStatus.REFUSED, id=id_, code="LAST_NAME_MISSING")
        id_ = self.system.put(id_, write.values, write.key)
        return Outcome(status=OutcomeStatus.DONE, id=id_)


def record(id_: str, row: Row, fields: Sequence[str]) -> s.Record:
    known = {**row.values, KEY: row.key}
    values = {name: known.get(name) for name in fields}
    return s.Record(object=PERSON.name, id=id_, values=values, modified=row.modified)
