"""One open connection to one Tryton database; ``syncline.Connector`` says what it promises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import syncline
from syncline import Outcome, OutcomeStatus, Page, Position, Record, Write

from . import party
from .party import MODEL, PARTY, PREFIX, Row
from .session import RefusedError, Session, to_wire

#: A write looks first: Tryton says neither who is missing nor that a key is known.
PRICES = syncline.Prices(unit="call", page_size=100, write=2, write_size=100)
START = Position(modified=datetime(1970, 1, 1, tzinfo=UTC))
_ORDER = [["write_date", "ASC"], ["id", "ASC"]]
#: Those too that were put away.
_ALL = {"active_test": False}


class Tryton:
    """Speaks to one database."""

    def __init__(self, context: syncline.Context) -> None:
        self._session = Session(context)

    def describe(self) -> syncline.Description:
        """Return what rules may name; it is the same in every database."""
        return syncline.Description(objects=(PARTY,), prices=PRICES)

    def changes(
        self,
        object_name: str,
        fields: Sequence[str],
        since: Position | None,
        *,
        where: syncline.Condition | None = None,
    ) -> Iterator[Page]:
        """Yield pages strictly after *since*, with those that were put away or replaced."""
        position, more = since or START, True
        while more:
            at = to_wire(position.modified)
            same = [["write_date", "=", at], ["id", ">", int(position.id or 0)]]
            domain: list[Any] = [["OR", [["write_date", ">", at]], same]]
            if since is None:
                domain.append(["active", "=", True])
            rows, now = self._search(domain, "list", limit=PRICES.page_size)
            if rows:
                position = party.place_of(rows[-1])
            more = len(rows) == PRICES.page_size
            yield Page(
                records=tuple(party.record_of(row, fields) for row in rows if row["active"]),
                position=position,
                server_time=now,
                gone=tuple(party.gone_of(row) for row in rows if not row["active"]),
            )

    def read(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> list[Record]:
        """Return the parties in use among *ids*."""
        rows, _now = self._search(_standing(ids, ()), "read")
        return [party.record_of(row, fields) for row in rows]

    def lookup(self, object_name: str, keys: Sequence[str]) -> dict[str, str]:
        """Return key -> id for those of our *keys* that stand."""
        rows, _now = self._search(_standing((), keys), "look up")
        return _by_key(rows)

    def write(self, object_name: str, writes: Sequence[Write]) -> list[Outcome]:
        """Create and update: one look, one call for each of the two kinds present.

        A call of Tryton's takes all rows or none. If it takes none, each is tried by itself.
        """
        ids = [row.id for row in writes if row.id]
        rows, _now = self._search(_standing(ids, [r.key for r in writes if r.key]), "look")
        known, keys = {party.id_of(row["id"]): row for row in rows}, _by_key(rows)
        found: dict[int, Outcome] = {}
        created: list[tuple[int, dict[str, Any]]] = []
        updated: list[tuple[int, str, dict[str, Any]]] = []
        for at, write in enumerate(writes):
            id_ = write.id or keys.get(write.key or "")
            if id_ is None:
                created.append((at, party.values_of(write.values, None, write.key)))
            elif id_ in known:
                updated.append((at, id_, party.values_of(write.values, known[id_], None)))
            else:
                found[at] = Outcome(status=OutcomeStatus.GONE, id=id_, code="NOT_FOUND")
        found |= self._create(created) | self._update(updated)
        return [found[at] for at in range(len(writes))]

    def delete(self, object_name: str, ids: Sequence[str]) -> list[Outcome]:
        """Put parties away; a person can take them out again. What is gone already is done."""
        rows, _now = self._search(_standing(ids, ()), "look")
        standing = [party.id_of(row["id"]) for row in rows]
        done = self._update([(at, id_, {"active": False}) for at, id_ in enumerate(standing)])
        found = {id_: done[at] for at, id_ in enumerate(standing)}
        return [found.get(id_, Outcome.done(id_)) for id_ in ids]

    def act(self, requests: Sequence[syncline.ActionRequest]) -> list[Outcome]:
        """Refuse: an ERP has no cadence to act in."""
        return [Outcome.refused("NO_SUCH_ACTION") for _ in requests]

    def usage(self) -> syncline.Usage | None:
        """Return None: Tryton sets no limit."""
        return None

    def close(self) -> None:
        """Let go of the sockets."""
        self._session.close()

    def _search(
        self, domain: list[Any], word: str, limit: int | None = None
    ) -> tuple[list[Row], datetime]:
        try:
            return self._session.call(
                f"model.{MODEL}.search_read",
                *(domain, 0, limit, _ORDER, list(party.READ), _ALL),
                word=word,
                writes=False,
            )
        except RefusedError as err:
            raise syncline.FatalError(
                f"Tryton refused to show parties: {err.message}",
                hint="Give the user of this connection the right to read them.",
            ) from err

    def _create(self, rows: list[tuple[int, dict[str, Any]]]) -> dict[int, Outcome]:
        if not rows:
            return {}
        try:
            made, _now = self._call("create", [values for _at, values in rows])
        except RefusedError as err:
            if len(rows) == 1:
                return {rows[0][0]: _refused(err, None)}
            return {at: each for row in rows for at, each in self._create([row]).items()}
        return {
            at: Outcome.done(party.id_of(id_))
            for (at, _values), id_ in zip(rows, made, strict=True)
        }

    def _update(self, rows: list[tuple[int, str, dict[str, Any]]]) -> dict[int, Outcome]:
        if not rows:
            return {}
        try:
            self._call("write", *(part for _, id_, v in rows for part in ([int(id_)], v)))
        except RefusedError as err:
            if len(rows) == 1:
                return {rows[0][0]: _refused(err, rows[0][1])}
            return {at: each for row in rows for at, each in self._update([row]).items()}
        return {at: Outcome.done(id_) for at, id_, _values in rows}

    def _call(self, what: str, *params: Any) -> tuple[Any, datetime]:
        return self._session.call(f"model.{MODEL}.{what}", *params, {}, word="write", writes=True)


def _standing(ids: Sequence[str | None], keys: Sequence[str]) -> list[Any]:
    """Return the domain of the parties in use with one of *ids* or of our *keys*."""
    numbers = [int(id_) for id_ in ids if id_ is not None and id_.isdigit()]
    codes = [f"{PREFIX}{key}" for key in keys]
    either = ["OR", ["id", "in", numbers], ["identifiers.code", "in", codes]]
    return [either, ["active", "=", True]]


def _by_key(rows: Sequence[Row]) -> dict[str, str]:
    return {key: party.id_of(row["id"]) for row in rows if (key := party.key_of(row)) is not None}


def _refused(err: RefusedError, id_: str | None) -> Outcome:
    status = OutcomeStatus.RETRY if err.passing else OutcomeStatus.REFUSED
    return Outcome(status=status, id=id_, code=err.code, message=err.message)
