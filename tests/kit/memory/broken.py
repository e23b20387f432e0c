"""The good connector with one promise broken, for each check. The names are those of the checks."""

from __future__ import annotations

import copy
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

import syncline as s
from syncline import Outcome, OutcomeStatus, Position

from .connector import DESCRIPTION, PERSON, PRICES, START, Memory
from .system import CutError, Row

REFUSED = OutcomeStatus.REFUSED


class Described(Memory):
    """An object of its own says that its key stands in a field that there is not."""

    def describe(self) -> s.Description:
        field = s.Field(name="text", label="Text", type=s.FieldType.TEXT)
        note = s.ObjectType(name="note", label="Note", fields=(field,), key_field="key")
        return replace(DESCRIPTION, objects=(PERSON, note))


class DescribedAlike(Memory):
    """An action appears with the first record."""

    def describe(self) -> s.Description:
        made = bool(self.system.rows)
        move = s.Action(name="move", summary="Take the prospect to another cadence.")
        return replace(DESCRIPTION, actions=(*DESCRIPTION.actions, *([move] if made else [])))


class ListsAll(Memory):
    """There is no page when nothing changed."""

    def changes(
        self,
        object_name: str,
        fields: Sequence[str],
        since: Position | None,
        *,
        where: s.Condition | None = None,
    ) -> Iterator[s.Page]:
        for page in super().changes(object_name, fields, since):
            if page.records or page.gone:
                yield page


class ReadsById(Memory):
    """No more than three are read at a time; the rest is left out."""

    def read(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> list[s.Record]:
        return super().read(object_name, ids[:3], fields)


class Writes(Memory):
    """An update replaces the record."""

    def row(self, write: s.Write) -> Outcome:
        if write.id is None:
            return super().row(write)
        left = {f.name: None for f in PERSON.fields if f.name not in {"last_name", "our_key"}}
        return super().row(replace(write, values=left | dict(write.values)))


class SameKeyOnce(Memory):
    """It remembers for itself which keys it used, and looks nowhere else."""

    def __init__(self, context: s.Context) -> None:
        super().__init__(context)
        self.known: set[str] = set()

    def row(self, write: s.Write) -> Outcome:
        if write.id is not None or write.key in self.known:
            return super().row(write)
        self.known.add(write.key or "")
        id_ = self.system.put(None, write.values, write.key)
        outcome = super().row(replace(write, id=id_))
        if outcome.status is not OutcomeStatus.DONE or s.is_blank(write.values.get("last_name")):
            del self.system.rows[id_]
            return Outcome(status=REFUSED, code="LAST_NAME_MISSING")
        return outcome


class ResumesAnywhere(Memory):
    """A position without an id is taken to lie after its instant."""

    def after(self, place: Position, position: Position) -> bool:
        return place.modified > position.modified if not position.id else place > position


class EqualTimes(Memory):
    """A position is a time alone."""

    def after(self, place: Position, position: Position) -> bool:
        return place.modified > position.modified if position.id else place > position


class ChangesUnderPaging(Memory):
    """Pages are cut by counting from where the listing began."""

    def rest(
        self,
        places: list[tuple[Position, Row]],
        begin: Position,
        position: Position,
        passed: int,
    ) -> list[tuple[Position, Row]]:
        return [each for each in places if self.after(each[0], begin)][passed:]


class RowOutcomes(Memory):
    """One row that is refused takes the batch with it."""

    def write(self, object_name: str, writes: Sequence[s.Write]) -> list[Outcome]:
        before = copy.deepcopy(self.system.rows)
        outcomes = super().write(object_name, writes)
        if any(each.status is REFUSED for each in outcomes):
            self.system.rows = before
            return [Outcome(status=REFUSED, code="LAST_NAME_MISSING") for _ in writes]
        return outcomes


class Echo(Memory):
    """Each write leaves a dot behind the name."""

    def row(self, write: s.Write) -> Outcome:
        name = write.values.get("last_name")
        dotted = {"last_name": f"{name}."} if name else {}
        return super().row(replace(write, values=dict(write.values) | dotted))


class DeletedIsGone(Memory):
    """What is gone already cannot be deleted."""

    def delete(self, object_name: str, ids: Sequence[str]) -> list[Outcome]:
        standing = self.system.standing()
        missing = Outcome(status=OutcomeStatus.GONE)
        return [
            outcome if id_ in standing else missing
            for id_, outcome in zip(ids, super().delete(object_name, ids), strict=True)
        ]


class AccessRefused(Memory):
    """Refused credentials are taken for a passing fault."""

    @contextmanager
    def faults(self) -> Generator[None]:
        try:
            with super().faults():
                yield
        except s.FatalError as err:
            raise s.RetriableError(err.message) from None


class NoNetwork(Memory):
    """No network is taken for a lasting fault."""

    @contextmanager
    def faults(self) -> Generator[None]:
        try:
            with super().faults():
                yield
        except s.RetriableError as err:
            if isinstance(err.__cause__, CutError):
                raise s.FatalError(err.message) from None
            raise


class NoSecrets(Memory):
    """It shows its token."""

    def __repr__(self) -> str:
        return f"Memory({self.token.reveal()})"


class LimitObeyed(Memory):
    """A write is paid for once it was made."""

    def write(self, object_name: str, writes: Sequence[s.Write]) -> list[Outcome]:
        with self.faults():
            self.system.call(self.token.reveal())
        outcomes = [self.row(write) for write in writes]
        self.answer()
        self.context.spend(PRICES.write, "write")
        return outcomes


class TellsDeletions(Memory):
    """A deletion is told from the beginning, too, where nobody knows of the record."""

    def places(self, since: Position | None) -> list[tuple[Position, Row]]:
        return super().places(since or START)


class TellsMerges(Memory):
    """It does not say what takes the place of the loser."""

    def ended(self, place: Position, row: Row) -> s.Gone:
        return replace(super().ended(place, row), into=None)


class UnknownOutcome(Memory):
    """A lost answer is taken for a passing fault that left nothing behind."""

    def answer(self) -> None:
        try:
            super().answer()
        except s.UnknownOutcomeError as err:
            raise s.RetriableError(err.message) from None


class PriceCounted(Memory):
    """It looks twice, and pays once."""

    def lookup(self, object_name: str, keys: Sequence[str]) -> dict[str, str]:
        with self.faults():
            self.system.call(self.token.reveal())
        return super().lookup(object_name, keys)


class RateLimit(Memory):
    """It keeps to itself how long the system wants to be left alone."""

    @contextmanager
    def faults(self) -> Generator[None]:
        try:
            with super().faults():
                yield
        except s.RetriableError as err:
            err.retry_after = None
            raise


class SameActionOnce(Memory):
    """An action is done as often as it is asked for."""

    def act(self, requests: Sequence[s.ActionRequest]) -> list[Outcome]:
        for request in requests:
            self.system.done[request.key] = self.system.done.get(request.key, 0) + 1
        return super().act(requests)


#: By the name of the check that must fail, and no other.
BROKEN: Mapping[str, type[Memory]] = {
    "described": Described,
    "described-alike": DescribedAlike,
    "lists-all": ListsAll,
    "reads-by-id": ReadsById,
    "writes": Writes,
    "same-key-once": SameKeyOnce,
    "resumes-anywhere": ResumesAnywhere,
    "equal-times": EqualTimes,
    "changes-under-paging": ChangesUnderPaging,
    "row-outcomes": RowOutcomes,
    "echo": Echo,
    "deleted-is-gone": DeletedIsGone,
    "access-refused": AccessRefused,
    "no-network": NoNetwork,
    "no-secrets": NoSecrets,
    "limit-obeyed": LimitObeyed,
    "tells-deletions": TellsDeletions,
    "tells-merges": TellsMerges,
    "unknown-outcome": UnknownOutcome,
    "price-counted": PriceCounted,
    "rate-limit": RateLimit,
    "same-action-once": SameActionOnce,
}
