"""The people of a demo at work: they fill the two systems and change records in them.

What they do goes past Syncline, as in life: straight to the systems, by their own connections.
"""

from __future__ import annotations

__all__ = ["Hands", "KeyInHand", "access_of"]

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from ..access import Access, NoAccess, Secret, Token
from ..admission.choosing import fitting, variable
from ..admission.endpoint import request_token
from ..admission.forms import client_of, form_of
from ..connector import Connector, ConnectorType, Context
from ..errors import FatalError
from ..model import ActionRequest, Outcome, OutcomeStatus, Side, Value, Write
from ..plugins import Registry
from .dataset import Dataset

_BATCH = 200
Values = Mapping[str, Value]


class Hands:
    """Somebody with a login to both systems."""

    def __init__(
        self,
        registry: Registry,
        systems: Mapping[Side, str],
        folder: Path,
        now: Callable[[], datetime],
        settings: Mapping[str, Mapping[str, Any]],
        secrets: Mapping[str, Secret],
    ) -> None:
        self._stack = ExitStack()
        self._open: dict[Side, Connector] = {}
        for side, name in systems.items():
            kind = registry.connectors[name]
            context = Context(
                side=side,
                settings=settings.get(name, {}),
                secrets=secrets,
                folder=folder,
                now=now,
                spend=lambda _price, _what: None,
                access=access_of(kind, settings.get(name, {}), secrets, now),
            )
            connector = kind.open(context)
            self._stack.callback(connector.close)
            self._open[side] = connector

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def fill(self, data: Dataset, tell: Callable[[int, int], None]) -> None:
        """Put the demo's people into both systems, and enrol those who are in a cadence."""
        total = len(data.leads) + len(data.prospects) + len(data.enrolments)
        done = 0
        ids: dict[str, str] = {}
        for side, kind, rows in (
            (Side.CRM, "Lead", data.leads),
            (Side.CADENCE, "prospect", data.prospects),
        ):
            for start in range(0, len(rows), _BATCH):
                part = [_tidy(row) for row in rows[start : start + _BATCH]]
                made = self.add_all(side, kind, part, start)
                if side is Side.CADENCE:
                    ids |= {str(row.get("email")): one for row, one in zip(part, made, strict=True)}
                done += len(part)
                tell(done, total)
        self.enrol({ids[email.strip()]: cadence for email, cadence in data.enrolments})
        tell(total, total)

    def enrol(self, cadences: Mapping[str, str]) -> None:
        """Put prospects into cadences: id -> the cadence's name."""
        requests = [
            ActionRequest(key=f"demo:{id_}", action="enrol", prospect=id_, target=cadence)
            for id_, cadence in cadences.items()
        ]
        _all_done(self._open[Side.CADENCE].act(requests))

    def ids(self, side: Side, kind: str) -> list[str]:
        """Return the ids of all records of one kind."""
        pages = self._open[side].changes(kind, [], None)
        return [record.id for page in pages for record in page.records]

    def find(self, side: Side, kind: str, field: str, value: str) -> str:
        """Return the id of the one record whose *field* is *value*."""
        for page in self._open[side].changes(kind, [field], None):
            for record in page.records:
                if record.values.get(field) == value:
                    return record.id
        raise FatalError(f"the demo's {kind} {value} is not there")

    def change(self, side: Side, kind: str, id_: str, values: Values) -> None:
        """Change fields of one record."""
        self.change_all(side, kind, [id_], values)

    def change_all(self, side: Side, kind: str, ids: Sequence[str], values: Values) -> None:
        """Change the same fields of up to 200 records."""
        _all_done(self._open[side].write(kind, [Write(id=id_, values=values) for id_ in ids]))

    def add(self, side: Side, kind: str, values: Values) -> None:
        """Add one record."""
        self.add_all(side, kind, [values], 0)

    def add_all(self, side: Side, kind: str, rows: Sequence[Values], start: int) -> list[str]:
        """Add up to 200 records, numbered from *start*; return their ids."""
        writes = [
            Write(key=f"demo:{kind}:{start + number}", values=row)
            for number, row in enumerate(rows)
        ]
        outcomes = _all_done(self._open[side].write(kind, writes))
        return [outcome.id or "" for outcome in outcomes]

    def read(self, side: Side, kind: str, id_: str, fields: Sequence[str]) -> Values:
        """Return fields of one record."""
        (record,) = self._open[side].read(kind, [id_], fields)
        return record.values


class KeyInHand:
    """The access of somebody who holds an app's secrets: a token by them, kept nowhere."""

    def __init__(
        self,
        kind: ConnectorType,
        settings: Mapping[str, Any],
        secrets: Mapping[str, Secret],
        now: Callable[[], datetime],
    ) -> None:
        environ = {variable(kind, name): each.reveal() for name, each in secrets.items()}
        self._chosen = fitting(kind, settings, environ, None)
        self._client = client_of(kind, self._chosen, settings, self._chosen.secrets)
        self._now = now
        self._token: Token | None = None

    def token(self) -> Token:
        """See ``Access``."""
        if self._token is None:
            now = self._now()
            form = form_of(self._chosen.way, self._client, None, now)
            self._token = request_token(self._client, form, now).token
        return self._token

    def renew(self, refused: Token) -> Token:
        """See ``Access``."""
        if refused is self._token:
            self._token = None
        return self.token()


def access_of(
    kind: ConnectorType,
    settings: Mapping[str, Any],
    secrets: Mapping[str, Secret],
    now: Callable[[], datetime],
) -> Access:
    """Return an access by *secrets* for a connector that declares ways in."""
    return KeyInHand(kind, settings, secrets, now) if kind.ways else NoAccess()


def _tidy(row: Values) -> Values:
    """Leave blanks out, and the space around an address that no system would take."""
    kept = {name: value for name, value in row.items() if value not in (None, "")}
    for name in ("Email", "email"):
        if isinstance(address := kept.get(name), str):
            kept[name] = address.strip()
    return kept


def _all_done(outcomes: list[Outcome]) -> list[Outcome]:
    for outcome in outcomes:
        if outcome.status is not OutcomeStatus.DONE:
            raise FatalError(f"the demo's record was refused: {outcome.code} {outcome.message}")
    return outcomes
