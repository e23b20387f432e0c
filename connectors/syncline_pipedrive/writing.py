"""Creating and updating, a call a record: Pipedrive has neither batches nor upserts."""

from __future__ import annotations

__all__ = ["Writer"]

from typing import TYPE_CHECKING, Any, TypeVar

from syncline import Outcome, OutcomeStatus, RetriableError, UnknownOutcomeError

from .book import UnfitError
from .reading import row_of
from .session import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from syncline import Record, Write

    from .bodies import Bodies
    from .book import Book
    from .kinds import Kind
    from .looking import Looker
    from .session import Session

T = TypeVar("T")

_ABSENT = frozenset({404, 410})


class Writer:
    """Writes records; knows which of our keys stand, as far as that was seen or done."""

    def __init__(self, session: Session, book: Book, bodies: Bodies, looker: Looker) -> None:
        self._session = session
        self._book = book
        self._bodies = bodies
        self._looker = looker
        self._made: dict[tuple[str, str], str] = {}
        self._doubtful: set[tuple[str, str]] = set()
        #: The kinds of which every change was listed, and so every creation that we do not know of.
        self._listed: set[str] = set()

    def hear(self, kind: Kind, records: Iterable[Record], *, last: bool) -> None:
        """Learn from a listing which of our keys stand; *last* is its last page."""
        field = self._book.object(kind.name).key_field or ""
        for record in records:
            if field not in record.values:
                return
            if key := record.values[field]:
                self._made[kind.name, str(key)] = record.id
        if last:
            self._listed.add(kind.name)

    def write(self, kind: Kind, writes: Sequence[Write]) -> list[Outcome]:
        """Return the fate of each record, in order."""
        return _each(writes, lambda write: self._one(kind, write))

    def delete(self, kind: Kind, ids: Sequence[str]) -> list[Outcome]:
        """Delete records; what is gone already is done."""
        return _each(ids, lambda id_: self._delete(kind, id_))

    def _one(self, kind: Kind, write: Write) -> Outcome:
        try:
            if write.id is None:
                return self._create(kind, write)
            return self._update(kind, write, write.id)
        except UnfitError as err:
            return _refused(write.id, err.code, err.words)
        except RefusedError as err:
            words = self._book.readable(kind.name, err.words)
            return _refused(write.id, err.code, words)

    def _create(self, kind: Kind, write: Write) -> Outcome:
        """Create a record, once.

        What an earlier run created and did not live to tell is in what was listed since; where
        nothing was listed, and after an answer that never came, the key is looked up.
        """
        field = self._looker.key_field(kind)
        mine = (kind.name, write.key or "")
        standing = self._made.get(mine)
        if standing is None and (mine in self._doubtful or kind.name not in self._listed):
            standing = self._standing(kind, write)
        if standing is not None:
            done = self._update(kind, write, standing)
            if done.status is not OutcomeStatus.GONE:
                self._made[mine] = standing
                return done
        body = self._bodies.body(kind, write.values, None)
        standard = kind.by_name.get(field.name)
        if standard is not None:
            body[standard.path] = write.key
        elif kind.version == 1:
            body[field.code] = write.key
        else:
            body.setdefault("custom_fields", {})[field.code] = write.key
        try:
            row = self._send("POST", kind.path, kind, body)
        except UnknownOutcomeError:
            self._doubtful.add(mine)
            raise
        self._doubtful.discard(mine)
        self._made[mine] = str(row["id"])
        self._bodies.written(kind, str(row["id"]), write.values)
        return Outcome(status=OutcomeStatus.DONE, id=str(row["id"]))

    def _standing(self, kind: Kind, write: Write) -> str | None:
        key, person = write.key or "", write.values.get("person_id")
        if kind.name == "activity" and person:
            # Whom it happened with tells for less where it is to be found.
            return self._looker.look_with(kind, str(person), key)
        return self._looker.look(kind, [key]).get(key)

    def _update(self, kind: Kind, write: Write, id_: str) -> Outcome:
        current: dict[str, Any] | None = None
        if self._bodies.needs_record(kind, write.values):
            current = row_of(self._session, kind, id_)
            if current is None:
                return _gone(id_)
        body = self._bodies.body(kind, write.values, current)
        if not body:
            return Outcome(status=OutcomeStatus.DONE, id=id_)
        try:
            row = self._send(kind.update, f"{kind.path}/{id_}", kind, body)
        except RefusedError as err:
            # The same no is given for something that the values refer to.
            if err.status in _ABSENT and row_of(self._session, kind, id_) is None:
                return _gone(id_)
            raise
        if row.get("is_deleted"):
            return _gone(id_)
        self._bodies.written(kind, id_, write.values)
        return Outcome(status=OutcomeStatus.DONE, id=id_)

    def _send(self, method: str, path: str, kind: Kind, body: dict[str, Any]) -> dict[str, Any]:
        reply = self._session.call(method, path, word="write", price=kind.write_price, json=body)
        try:
            row: dict[str, Any] = reply.body["data"]
            row["id"]
        except (KeyError, TypeError) as err:
            raise UnknownOutcomeError("Pipedrive answered a write with no record.") from err
        return row

    def _delete(self, kind: Kind, id_: str) -> Outcome:
        try:
            self._session.call(
                "DELETE", f"{kind.path}/{id_}", word="delete", price=kind.delete_price
            )
        except RefusedError as err:
            if err.status not in _ABSENT:
                return _refused(id_, err.code, err.words)
        return Outcome(status=OutcomeStatus.DONE, id=id_)


def _each(rows: Sequence[T], do: Callable[[T], Outcome]) -> list[Outcome]:
    """Do one after the other; a passing fault after the first leaves the rest for later."""
    found: list[Outcome] = []
    for row in rows:
        try:
            found.append(do(row))
        except UnknownOutcomeError:
            raise
        except RetriableError as err:
            if not found:
                raise
            late = Outcome(status=OutcomeStatus.RETRY, message=err.message)
            return [*found, *[late] * (len(rows) - len(found))]
    return found


def _refused(id_: str | None, code: str, words: str) -> Outcome:
    return Outcome(status=OutcomeStatus.REFUSED, id=id_, code=code, message=words)


def _gone(id_: str) -> Outcome:
    words = "the record is no longer there"
    return Outcome(status=OutcomeStatus.GONE, id=id_, code="404", message=words)
