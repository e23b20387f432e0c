"""One open connection to one HubSpot portal."""

from __future__ import annotations

__all__ = ["HubSpot"]

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from syncline import (
    Description,
    FatalError,
    Outcome,
    OutcomeStatus,
    Page,
    Prices,
    RetriableError,
    UnknownOutcomeError,
)

from . import filters
from .describe import OWNER_TYPE, object_type
from .kinds import KEY_FIELD, KINDS, MERGED_FIELD, OWNER
from .listing import PAGE, Listing, merged_ids
from .owners import REFUSE, Owners
from .records import Records, ends, properties_of
from .session import Session
from .ties import Ties
from .values import Border, Untranslatable
from .writing import Sender

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncline import ActionRequest, Condition, Context, Position, Record, Usage, Write

    from .kinds import Kind

#: Asking what changed of an object is a look into its bin, and a search.
PRICES = Prices(unit="request", page=1, page_size=PAGE, poll=2, write=1, write_size=100)
_READ = 100


class HubSpot:
    """Speaks to one portal; see ``syncline.Connector`` for what each method promises."""

    def __init__(self, context: Context) -> None:
        self._session = Session(context)
        self._owners = Owners(self._session, str(context.settings.get("unknown_owner", REFUSE)))
        self._records = Records(self._owners, Ties(self._session))
        known = () if context.description is None else context.description.objects
        self._borders: dict[str, Border | None] = {kind.name: Border(kind) for kind in known}

    def describe(self) -> Description:
        """Describe the objects that the connection may see, a request each; asked for once."""
        found = [each for name in KINDS if (each := self._border(name)) is not None]
        if not found:
            raise FatalError(
                "HubSpot shows no object to this connection.",
                hint="Give the app the scopes that docs/hubspot.md lists, and connect it again.",
            )
        objects = (*(each.described for each in found), OWNER_TYPE)
        return Description(objects=objects, prices=PRICES)

    def changes(
        self,
        object_name: str,
        fields: Sequence[str],
        since: Position | None,
        *,
        where: Condition | None = None,
    ) -> Iterator[Page]:
        """Yield what went, from the bin, and then what changed, from the search."""
        if object_name == OWNER:
            yield self._owners.page(fields, since)
            return
        kind, border = self._known(object_name)
        groups = None if where is None else filters.groups(where, border)
        listing = Listing(self._session, kind, properties_of(fields), groups)
        for found in listing.pages(since, lambda ids: self._merged(kind, ids)):
            yield Page(
                records=tuple(self._records.read(kind, border, found.rows, fields)),
                position=found.position,
                server_time=found.server_time,
                gone=ends(object_name, found),
            )

    def read(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> list[Record]:
        """Return those records; one that was merged is not the one that it lives on in."""
        if object_name == OWNER:
            return self._owners.read(ids, fields)
        kind, border = self._known(object_name)
        names = [*properties_of(fields), kind.modified]
        wanted = set(ids)
        rows = [row for row in self._rows(kind, list(wanted), names) if row["id"] in wanted]
        return self._records.read(kind, border, rows, fields)

    def lookup(self, object_name: str, keys: Sequence[str]) -> dict[str, str]:
        """Find records by our key. This reads the records themselves, not the lagging search."""
        kind = self._keyed(object_name)
        rows = self._rows(kind, list(dict.fromkeys(keys)), [KEY_FIELD], by=KEY_FIELD)
        wanted = set(keys)
        found = {row["properties"].get(KEY_FIELD): row["id"] for row in rows}
        return {key: id_ for key, id_ in found.items() if key in wanted}

    def write(self, object_name: str, writes: Sequence[Write]) -> list[Outcome]:
        """Create by our unique key and update by id: one request for each of the two."""
        kind, border = self._known(object_name)
        if any(write.id is None for write in writes):
            self._keyed(object_name)
        found: dict[int, Outcome] = {}
        created: dict[int, dict[str, Any]] = {}
        updated: dict[int, dict[str, Any]] = {}
        for at, write in enumerate(writes):
            try:
                row = self._records.row(kind, border, write)
            except Untranslatable as err:
                status = OutcomeStatus.REFUSED
                found[at] = Outcome(status=status, id=write.id, code=err.code, message=err.message)
                continue
            (created if write.id is None else updated)[at] = row
        for rows, send in ((created, self._create), (updated, self._update)):
            if not rows:
                continue
            try:
                outcomes = send(kind, list(rows.values()))
            except UnknownOutcomeError:
                raise
            except RetriableError as err:
                if not any(each.status is OutcomeStatus.DONE for each in found.values()):
                    raise
                # The creations stand: saying so matters more than this passing fault.
                outcomes = [Outcome(status=OutcomeStatus.RETRY, message=err.message)] * len(rows)
            found.update(zip(rows, outcomes, strict=True))
        return [found[at] for at in range(len(writes))]

    def delete(self, object_name: str, ids: Sequence[str]) -> list[Outcome]:
        """Archive records; HubSpot keeps them for 90 days and lets people restore them."""
        kind, _ = self._known(object_name)
        if ids:
            body = {"inputs": [{"id": each} for each in ids]}
            path = f"/crm/v3/objects/{kind.path}/batch/archive"
            self._session.call("POST", path, word="delete", json=body)
        return [Outcome(status=OutcomeStatus.DONE, id=each) for each in ids]

    def act(self, requests: Sequence[ActionRequest]) -> list[Outcome]:
        """Refuse: a CRM has no cadence to act in."""
        raise FatalError(f"HubSpot has no cadence in which to do {requests[0].action!r}.")

    def usage(self) -> Usage | None:
        """Return the portal's own count of the requests of the day."""
        return self._session.usage()

    def close(self) -> None:
        """Let go of the sockets."""
        self._session.close()

    def _create(self, kind: Kind, rows: list[dict[str, Any]]) -> list[Outcome]:
        sender = Sender(self._session, kind)
        if kind.with_contact is None:
            return sender.send("upsert", rows)
        # An upsert takes no association. A creation does, and what stands there under the key
        # since the first time makes a repeated one look refused.
        outcomes = sender.send("create", rows)
        doubtful = {
            rows[at]["properties"][KEY_FIELD]: at
            for at, each in enumerate(outcomes)
            if each.status is OutcomeStatus.REFUSED
        }
        if not doubtful:
            return outcomes
        try:
            standing = self.lookup(kind.name, list(doubtful))
        except RetriableError as err:
            # The other rows are written: saying so matters more. These are asked again.
            for at in doubtful.values():
                outcomes[at] = Outcome(status=OutcomeStatus.RETRY, message=err.message)
            return outcomes
        for key, record_id in standing.items():
            outcomes[doubtful[key]] = Outcome(status=OutcomeStatus.DONE, id=record_id)
        return outcomes

    def _update(self, kind: Kind, rows: list[dict[str, Any]]) -> list[Outcome]:
        outcomes = Sender(self._session, kind).send("update", rows)
        return [
            replace(each, id=each.id or row["id"]) for row, each in zip(rows, outcomes, strict=True)
        ]

    def _merged(self, kind: Kind, ids: list[str]) -> dict[str, str]:
        """Look which of *ids* live on in another record: HubSpot answers with that one."""
        rows = self._rows(kind, ids, [MERGED_FIELD])
        return {lost: row["id"] for row in rows for lost in merged_ids(row)}

    def _rows(
        self, kind: Kind, ids: Sequence[str], names: Sequence[str], *, by: str | None = None
    ) -> list[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for start in range(0, len(ids), _READ):
            body: dict[str, Any] = {
                "inputs": [{"id": each} for each in ids[start : start + _READ]],
                "properties": list(names),
                "propertiesWithHistory": [],
            }
            if by is not None:
                body["idProperty"] = by
            path = f"/crm/v3/objects/{kind.path}/batch/read"
            reply = self._session.call("POST", path, word="read", json=body, writes=False)
            found.update({row["id"]: row for row in reply.body["results"]})
        return list(found.values())

    def _border(self, object_name: str) -> Border | None:
        """Return an object's border; None when the connection may not see the object."""
        if object_name not in self._borders:
            kind = KINDS[object_name]
            path = f"/crm/v3/properties/{kind.path}"
            reply = self._session.call("GET", path, word="describe", accept={403})
            try:
                described = (
                    None if reply.status == 403 else object_type(kind, reply.body["results"])
                )
            except (KeyError, TypeError) as err:
                raise FatalError(f"HubSpot described {object_name} unreadably.") from err
            self._borders[object_name] = None if described is None else Border(described)
        return self._borders[object_name]

    def _known(self, object_name: str) -> tuple[Kind, Border]:
        border = self._border(object_name) if object_name in KINDS else None
        if border is None:
            raise FatalError(
                f"HubSpot shows no object {object_name}.",
                hint="Check its name, and that the app has the scopes that docs/hubspot.md lists.",
            )
        return KINDS[object_name], border

    def _keyed(self, object_name: str) -> Kind:
        kind, border = self._known(object_name)
        if border.described.key_field is None:
            raise FatalError(
                f"Records of {object_name} cannot be created: it has no property for our key.",
                hint=(
                    f"In HubSpot, under Settings > Properties > {kind.label} properties, create a "
                    f"single-line text property with the internal name {KEY_FIELD}, and tick "
                    '"Require unique values for this property". Then `syncline check --fresh`.'
                ),
            )
        return kind
