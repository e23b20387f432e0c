"""One open connection to one team's Salesloft."""

from __future__ import annotations

__all__ = ["Salesloft", "identify"]

from typing import TYPE_CHECKING, Any

from syncline import Description, FatalError, Identity, ObjectType, Outcome, OutcomeStatus

from . import listing, rows
from .activities import SOURCES, Activities
from .describe import described
from .directory import Directory
from .fields import ACCOUNT, ACTIVITY, KEY_FIELD, PROSPECT, Kind
from .listing import Feed
from .memberships import Memberships
from .session import PAGE, REFUSALS, Session
from .writing import Unknown, body_of, each, outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncline import (
        ActionRequest,
        Condition,
        Context,
        Page,
        Position,
        Record,
        Usage,
        Write,
    )

_KINDS = {kind.name: kind for kind in (PROSPECT, ACCOUNT)}


class Salesloft:
    """Speaks to one team; see ``syncline.Connector`` for what each method promises."""

    def __init__(self, context: Context) -> None:
        self._now = context.now
        self._session = Session(context)
        self._description = context.description
        self._directory = Directory(self._session, context.description)

    def describe(self) -> Description:
        """Ask the team for its custom fields, users, stages, cadences and call dispositions."""
        self._description = described(self._session, self._directory)
        return self._description

    def changes(
        self,
        object_name: str,
        fields: Sequence[str],
        since: Position | None,
        *,
        where: Condition | None = None,
    ) -> Iterator[Page]:
        """Yield people with those deleted, accounts, or all kinds of activity at once.

        Who was deleted is known of people that ever were on a cadence; of others it is found out
        by a webhook, or when they are next written to.
        """
        if object_name == ACTIVITY.name:
            activities = Activities(self._session, self._directory, fields)
            feeds = [
                Feed(path=source.path, params=source.params, made=activities.made(kind))
                for kind, source in SOURCES.items()
            ]
        else:
            feeds = [self._feed(object_name, fields)]
            if object_name == PROSPECT.name:
                feeds.append(self._ends())
        return listing.merged(self._session, feeds, since)

    def read(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> list[Record]:
        """Return those records, up to a hundred of a kind in one call."""
        if object_name == ACTIVITY.name:
            activities = Activities(self._session, self._directory, fields)
            return [
                record
                for kind, source in SOURCES.items()
                for found in self._by_ids(source.path, _of_kind(ids, kind), source.params)
                for record in activities.records(kind, found)
            ]
        kind, seen = _kind(object_name), self._seen(object_name)
        return [
            record
            for found in self._by_ids(f"{kind.path}.json", ids)
            for record in rows.records(kind, seen, self._directory, fields, found)
        ]

    def lookup(self, object_name: str, keys: Sequence[str]) -> dict[str, str]:
        """Find records by our key in its custom field: a call for each key."""
        found = {key: self._standing(object_name, key) for key in keys}
        return {key: id_ for key, id_ in found.items() if id_ is not None}

    def write(self, object_name: str, writes: Sequence[Write]) -> list[Outcome]:
        """Create and update, a call for each record."""
        return each(writes, lambda write: self._write(object_name, write))

    def delete(self, object_name: str, ids: Sequence[str]) -> list[Outcome]:
        """Delete records, a call for each; nobody but the vendor's support can bring one back."""
        path = _kind(object_name).path

        def delete(id_: str) -> Outcome:
            reply = self._session.call(
                "DELETE", f"{path}/{id_}.json", word="delete", accept=REFUSALS
            )
            found = outcome(reply, id_)
            gone = found.status is OutcomeStatus.GONE
            return Outcome(status=OutcomeStatus.DONE, id=id_) if gone else found

        return each(ids, delete)

    def act(self, requests: Sequence[ActionRequest]) -> list[Outcome]:
        """Add people to cadences and remove them, each by up to three calls."""
        return each(requests, Memberships(self._session, self._directory).act)

    def usage(self) -> Usage | None:
        """Return nothing: the team's points are counted by the minute, and the session waits."""
        return None

    def close(self) -> None:
        """Let go of the sockets."""
        self._session.close()

    def _write(self, object_name: str, write: Write) -> Outcome:
        kind, seen = _kind(object_name), self._seen(object_name)
        if write.id is None and seen.key_field is None:
            raise FatalError(
                f"A {kind.label.lower()} cannot be created: there is no field for our key.",
                hint=(
                    f'Add a custom field "{KEY_FIELD}" (text) for the type {kind.custom} in '
                    "the settings of Salesloft's team."
                ),
            )
        try:
            body = body_of(kind, seen, self._directory, write)
        except Unknown as err:
            return Outcome(
                status=OutcomeStatus.REFUSED, id=write.id, code="UNKNOWN_NAME", message=str(err)
            )
        if write.id is None:
            return self._create(kind, write, body)
        return self._update(kind, write.id, body)

    def _create(self, kind: Kind, write: Write, body: dict[str, Any]) -> Outcome:
        """Create a record, once.

        There is no upsert by a custom field, but no two records share an address: the second
        creation is refused, and the one that stands bears our key if the first was ours.
        """
        reply = self._session.call(
            "POST", f"{kind.path}.json", word="write", json=body, accept=REFUSALS
        )
        standing = self._standing(kind.name, write.key or "") if reply.status == 422 else None
        if standing is not None:
            return self._update(kind, standing, body)
        return outcome(reply, None)

    def _update(self, kind: Kind, id_: str, body: dict[str, Any]) -> Outcome:
        path = f"{kind.path}/{id_}.json"
        reply = self._session.call("PUT", path, word="write", json=body, accept=REFUSALS)
        return outcome(reply, id_)

    def _standing(self, object_name: str, key: str) -> str | None:
        """Return the id of the record that bears our key; the API compares without regard to case.

        What is found is compared again: a filter that the vendor does not know it passes over.
        """
        asked = ((f"custom_fields[{KEY_FIELD}]", key), ("per_page", str(PAGE)))
        path = f"{_kind(object_name).path}.json"
        reply = self._session.call("GET", path, word="look up", params=asked)
        found: list[dict[str, Any]] = reply.body["data"]
        mine = [row for row in found if _key(row) == key]
        return str(mine[0]["id"]) if mine else None

    def _by_ids(
        self, path: str, ids: Sequence[str], params: Sequence[tuple[str, str]] = ()
    ) -> Iterator[list[dict[str, Any]]]:
        once = list(dict.fromkeys(ids))
        for start in range(0, len(once), PAGE):
            asked = [*params, *(("ids[]", id_) for id_ in once[start : start + PAGE])]
            yield self._session.all(path, asked, word="read")

    def _feed(self, object_name: str, fields: Sequence[str]) -> Feed:
        kind, seen = _kind(object_name), self._seen(object_name)
        return Feed(
            path=f"{kind.path}.json",
            made=lambda found: list(rows.records(kind, seen, self._directory, fields, found)),
        )

    def _ends(self) -> Feed:
        """List who left a cadence: some did because they were deleted.

        In a listing of everything, which names no ends, it begins now: one short call.
        """
        return Feed(
            path="/cadence_memberships.json",
            params=(("currently_on_cadence", "false"),),
            made=lambda found: list(rows.ended(PROSPECT.name, found)),
            first=self._now(),
        )

    def _seen(self, object_name: str) -> ObjectType:
        description = self._description or self.describe()
        found = description.get(object_name)
        assert found is not None, object_name
        return found


def identify(context: Context) -> Identity:
    """Ask whom Salesloft takes us for, and which team that is."""
    session = Session(context)
    try:
        me: dict[str, Any] = session.call("GET", "/me.json", word="login").body["data"]
        team = session.call("GET", "/team.json", word="login", accept={403})
        account = str(team.body["data"].get("name", "")) if team.status == 200 else ""
    except (KeyError, TypeError) as err:
        raise FatalError("Salesloft did not say who is connected.") from err
    finally:
        session.close()
    scopes = context.access.token().extras.get("scope", "")
    return Identity(
        user=f"{me.get('name')} <{me.get('email')}>",
        account=account,
        scopes=tuple(scopes.split()),
        version="v2",
    )


def _kind(object_name: str) -> Kind:
    if object_name not in _KINDS:
        raise FatalError(
            f"Salesloft's {object_name} cannot be written.",
            hint=f"These can: {', '.join(_KINDS)}.",
        )
    return _KINDS[object_name]


def _key(row: dict[str, Any]) -> str | None:
    custom: dict[str, str] = row.get("custom_fields") or {}
    return custom.get(KEY_FIELD)


def _of_kind(ids: Sequence[str], kind: str) -> list[str]:
    return [id_.removeprefix(f"{kind}-") for id_ in ids if id_.startswith(f"{kind}-")]
