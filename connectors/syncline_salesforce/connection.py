"""One open connection to one Salesforce org."""

from __future__ import annotations

__all__ = ["Salesforce"]

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from syncline import (
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
)

from . import rows, soql, writing
from .describe import object_type
from .session import Session
from .values import same_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncline import ActionRequest, Condition, Context, Record, Usage, Write

OBJECTS = ("Lead", "Contact", "Account", "Task", "Event")
PRICES = Prices(unit="call", page=1, page_size=2000, write=1, write_size=200)

_START = Position(modified=datetime(1970, 1, 1, tzinfo=UTC))


class Salesforce:
    """Speaks to one org; see ``syncline.Connector`` for what each method promises."""

    def __init__(self, context: Context) -> None:
        self._session = Session(context)
        known = () if context.description is None else context.description.objects
        self._objects: dict[str, ObjectType | None] = {kind.name: kind for kind in known}

    def describe(self) -> Description:
        """Describe the objects that the connection's user may see; asked for once."""
        found = [self._described(name) for name in OBJECTS]
        return Description(objects=tuple(each for each in found if each is not None), prices=PRICES)

    def changes(
        self,
        object_name: str,
        fields: Sequence[str],
        since: Position | None,
        *,
        where: Condition | None = None,
    ) -> Iterator[Page]:
        """Yield pages that each are a query of their own, strictly after the one before.

        A server-side cursor would cost the same calls, but it shows rows as they were when it
        was opened, dies after a while, and cannot be resumed by the next run.

        The bin is listed with the rest (``queryAll``), for the same calls; but not from the
        beginning of time, where nobody has seen what went.
        """
        described = self._seen(object_name)
        everything = since is not None
        selected = ("Id", "SystemModstamp", *rows.marks(described), *fields)
        position = since or _START
        while True:
            text = soql.select(
                object_name, selected, soql.after(since and position, PRICES.page_size)
            )
            found, server_time = self._session.query(text, "list", everything=everything)
            if found:
                modified = soql.parse_instant(found[-1]["SystemModstamp"])
                since = position = Position(modified=modified, id=found[-1]["Id"])
            records, gone = rows.split(object_name, found, fields, described)
            yield Page(
                records=records,
                position=position,
                server_time=server_time,
                gone=gone if everything else (),
            )
            if len(found) < PRICES.page_size:
                return

    def read(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> list[Record]:
        """Return those records, each once, under the 18-character id that Salesforce gives."""
        described = self._seen(object_name)
        once = {same_id(each): each for each in ids}
        select = soql.select(object_name, ("Id", "SystemModstamp", *fields), "WHERE Id IN")
        return [
            rows.record(object_name, row, fields, described)
            for text in soql.shares(select, list(once.values()))
            for row in self._session.query(text, "read")[0]
        ]

    def lookup(self, object_name: str, keys: Sequence[str]) -> dict[str, str]:
        """Find records by our key; Salesforce compares keys without regard to case."""
        field = self._key_field(object_name)
        asked = {key.casefold(): key for key in keys}
        select = soql.select(object_name, ("Id", field), f"WHERE {field} IN")
        return {
            asked[row[field].casefold()]: row["Id"]
            for text in soql.shares(select, list(keys))
            for row in self._session.query(text, "look up")[0]
            if row[field].casefold() in asked
        }

    def write(self, object_name: str, writes: Sequence[Write]) -> list[Outcome]:
        """Create by upsert and update by id: one call for each of the two kinds present."""
        created = [at for at, write in enumerate(writes) if write.id is None]
        updated = [at for at, write in enumerate(writes) if write.id is not None]
        found: dict[int, Outcome] = {}
        for places, send in ((created, self._create), (updated, self._update)):
            if not places:
                continue
            try:
                results = send(object_name, [writes[at] for at in places])
            except UnknownOutcomeError:
                raise
            except RetriableError as err:
                if not found:
                    raise
                # The creations stand: saying so matters more than this passing fault.
                results = [Outcome(status=OutcomeStatus.RETRY, message=err.message) for _ in places]
            found.update(zip(places, results, strict=True))
        return [found[at] for at in range(len(writes))]

    def delete(self, object_name: str, ids: Sequence[str]) -> list[Outcome]:
        """Put records into the bin, up to 200 in one call; what is gone already is done.

        Salesforce keeps them there for about 15 days, and lets people take them out again.
        """
        if not ids:
            return []
        reply = self._session.call(
            "DELETE",
            "/composite/sobjects",
            word="delete",
            params={"ids": ",".join(ids), "allOrNone": "false"},
        )
        results = writing.outcomes(reply.body, len(ids), absent=OutcomeStatus.DONE)
        return [replace(each, id=id_) for each, id_ in zip(results, ids, strict=True)]

    def act(self, requests: Sequence[ActionRequest]) -> list[Outcome]:
        """Refuse: a CRM has no cadence to act in."""
        raise FatalError(f"Salesforce has no cadence in which to do {requests[0].action!r}.")

    def usage(self) -> Usage | None:
        """Return the org's own count of the calls of its last 24 hours."""
        return self._session.usage()

    def close(self) -> None:
        """Let go of the sockets."""
        self._session.close()

    def _create(self, object_name: str, writes: Sequence[Write]) -> list[Outcome]:
        field = self._key_field(object_name)
        results = self._send(
            f"/composite/sobjects/{object_name}/{field}",
            writing.records(object_name, writes, field),
            # What is gone is then something that the new record refers to.
            absent=OutcomeStatus.REFUSED,
        )
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
        results = self._send(
            "/composite/sobjects",
            writing.records(object_name, writes, None),
            absent=OutcomeStatus.GONE,
        )
        named = [
            replace(result, id=result.id or write.id)
            for write, result in zip(writes, results, strict=True)
        ]
        return self._certain(object_name, named)

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

    def _send(
        self, path: str, records: list[dict[str, Any]], *, absent: OutcomeStatus
    ) -> list[Outcome]:
        reply = self._session.call(
            "PATCH", path, word="write", json={"allOrNone": False, "records": records}
        )
        return writing.outcomes(reply.body, len(records), absent=absent)

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
