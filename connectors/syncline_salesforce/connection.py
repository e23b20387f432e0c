"""One open connection to one Salesforce org."""

from __future__ import annotations

__all__ = ["Salesforce"]

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from syncline import (
    Bulk,
    Description,
    FatalError,
    ObjectType,
    Outcome,
    OutcomeStatus,
    Page,
    Position,
    Prices,
    RetriableError,
    UnknownOutcomeError,
    Write,
)

from .bulk import PRICE, SIZE
from .describe import object_type
from .owners import Owners
from .reading import PAGE, Reader
from .sending import MANY, SHARE, Sender, later
from .session import Session
from .values import same_id

if TYPE_CHECKING:
    from syncline import ActionRequest, Condition, Context, Record, Usage

OBJECTS = ("Lead", "Contact", "Account", "Task", "Event", "User")
PRICES = Prices(
    unit="call",
    page=1,
    page_size=PAGE,
    write=1,
    write_size=SHARE,
    bulk=Bulk(above=MANY, size=SIZE, price=PRICE),
)


class Salesforce:
    """Speaks to one org; see ``syncline.Connector`` for what each method promises."""

    #: What is described, if the connection's user may see it.
    objects: tuple[str, ...] = OBJECTS

    def __init__(self, context: Context) -> None:
        self._session = Session(context)
        self._reader = Reader(self._session)
        self._sender = Sender(self._session)
        self._owners = Owners(self._session, context.settings.get("other_owner", "refuse"))
        known = () if context.description is None else context.description.objects
        self._objects: dict[str, ObjectType | None] = {kind.name: kind for kind in known}

    def describe(self) -> Description:
        """Describe the objects that the connection's user may see; asked for once."""
        found = [self._described(name) for name in self.objects]
        return Description(objects=tuple(each for each in found if each is not None), prices=PRICES)

    def changes(
        self,
        object_name: str,
        fields: Sequence[str],
        since: Position | None,
        *,
        where: Condition | None = None,
    ) -> Iterator[Page]:
        """Yield pages of what changed, and of what went, strictly after the one before."""
        return self._reader.changes(self._seen(object_name), fields, since, where)

    def read(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> list[Record]:
        """Return those records, each once, under the 18-character id that Salesforce gives."""
        return self._reader.read(self._seen(object_name), ids, fields)

    def lookup(self, object_name: str, keys: Sequence[str]) -> dict[str, str]:
        """Find records by our key; Salesforce compares keys without regard to case."""
        return self._reader.lookup(self._seen(object_name), self._key_field(object_name), keys)

    def write(self, object_name: str, writes: Sequence[Write]) -> list[Outcome]:
        """Create by upsert and update by id, up to 10,000 records.

        A call carries 200 of either kind; more than 2,000 of one kind go as a bulk job.
        """
        found: dict[int, Outcome] = {}
        created: list[tuple[int, Write]] = []
        updated: list[tuple[int, Write]] = []
        for at, write in enumerate(self._owners.translate(writes)):
            if isinstance(write, Outcome):
                found[at] = write
            else:
                (created if write.id is None else updated).append((at, write))
        sent = False
        for rows, send in ((created, self._create), (updated, self._update)):
            if not rows:
                continue
            results = self._tried(send, object_name, [write for _at, write in rows], sent=sent)
            found.update(zip((at for at, _write in rows), results, strict=True))
            sent = True
        return [found[at] for at in range(len(writes))]

    def delete(self, object_name: str, ids: Sequence[str]) -> list[Outcome]:
        """Put records into the bin, up to 200 in one call; what is gone already is done.

        Salesforce keeps them there for about 15 days, and lets people take them out again.
        """
        return self._sender.delete(ids)

    def act(self, requests: Sequence[ActionRequest]) -> list[Outcome]:
        """Refuse: a CRM has no cadence to act in."""
        raise FatalError(f"Salesforce has no cadence in which to do {requests[0].action!r}.")

    def usage(self) -> Usage | None:
        """Return the org's own count of the calls of its last 24 hours."""
        return self._session.usage()

    def close(self) -> None:
        """Let go of the sockets."""
        self._session.close()

    def _tried(
        self,
        send: Callable[[str, Sequence[Write]], list[Outcome]],
        object_name: str,
        writes: Sequence[Write],
        *,
        sent: bool,
    ) -> list[Outcome]:
        """Send; once others were *sent*, a passing fault is told row by row."""
        try:
            return send(object_name, writes)
        except UnknownOutcomeError:
            raise
        except RetriableError as err:
            if not sent:
                raise
            # The creations stand: saying so matters more than this passing fault.
            return later(len(writes), err)

    def _create(self, object_name: str, writes: Sequence[Write]) -> list[Outcome]:
        results = self._sender.upsert(object_name, writes, self._key_field(object_name))
        # A field that takes a value only once makes a repeated creation look refused, though the
        # record stands there since the first time.
        doubtful = {
            write.key: at
            for at, (write, result) in enumerate(zip(writes, results, strict=True))
            if result.code == "INVALID_FIELD_FOR_INSERT_UPDATE" and write.key
        }
        if doubtful:
            for key, record_id in self.lookup(object_name, list(doubtful)).items():
                results[doubtful[key]] = Outcome(status=OutcomeStatus.DONE, id=record_id)
        return results

    def _update(self, object_name: str, writes: Sequence[Write]) -> list[Outcome]:
        return self._certain(object_name, self._sender.update(object_name, writes))

    def _certain(self, object_name: str, outcomes: list[Outcome]) -> list[Outcome]:
        """Look whether what is said to be gone is: the code does not tell of which record.

        It may be another one, to which a value refers. The update of this one is then refused.
        """
        missing = [each.id or "" for each in outcomes if each.status is OutcomeStatus.GONE]
        if not missing:
            return outcomes
        try:
            standing = {same_id(each.id) for each in self.read(object_name, missing, ("Id",))}
            status = OutcomeStatus.REFUSED
        except RetriableError:
            # The other rows are written: saying so matters more. These are asked again.
            standing, status = set(map(same_id, missing)), OutcomeStatus.RETRY
        return [
            replace(each, status=status)
            if each.status is OutcomeStatus.GONE and same_id(each.id or "") in standing
            else each
            for each in outcomes
        ]

    def _described(self, object_name: str) -> ObjectType | None:
        """Return an object's description; None when the user may not see it."""
        if object_name not in self._objects:
            path = f"/sobjects/{object_name}/describe"
            reply = self._session.call("GET", path, word="describe", accept={404})
            try:
                found = None if reply.status == 404 else object_type(reply.body)
            except (KeyError, TypeError) as err:
                raise FatalError(f"Salesforce described {object_name} unreadably.") from err
            self._objects[object_name] = found
        return self._objects[object_name]

    def _seen(self, object_name: str) -> ObjectType:
        found = self._described(object_name)
        if found is None:
            raise FatalError(
                f"Salesforce shows no object {object_name}.",
                hint="Check its name, and that the connection's user may read it.",
            )
        return found

    def _key_field(self, object_name: str) -> str:
        field = self._seen(object_name).key_field
        if field is None:
            raise FatalError(
                f"Records of {object_name} cannot be created: it has no field for our key.",
                hint=(
                    f"Add a text field Syncline_Key__c to {object_name} in Salesforce, "
                    "marked as external id and unique."
                ),
            )
        return field
