"""A connector to the tests' vendor, as a third party would write it: four ways in, one call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import syncline
from syncline import Grant, OAuth, Way

SETTINGS = {
    "type": "object",
    "required": ["url"],
    "additionalProperties": False,
    "properties": {
        "url": {"type": "string", "pattern": "^https?://", "description": "Acme's address."},
        "client_id": {"type": "string", "description": "The app's id."},
        "username": {"type": "string", "description": "The user that the app works as."},
        "pages": {"type": "integer", "description": "How many at once."},
    },
}


def _oauth(**more: Any) -> OAuth:
    return OAuth(
        token=lambda settings: f"{settings['url']}/token",
        authorize=lambda settings: f"{settings['url']}/authorize",
        revoke=lambda settings: f"{settings['url']}/revoke",
        scopes=("read", "write"),
        unused=timedelta(days=60),
        **more,
    )


WAYS = (
    Way(
        grant=Grant.WEB,
        summary="Make an app under Setup, Apps.",
        settings=("client_id",),
        secrets=("client_secret",),
        oauth=_oauth(),
    ),
    Way(
        grant=Grant.CLIENT,
        summary="Make an app that works as a user of its own.",
        settings=("client_id",),
        secrets=("client_secret",),
        oauth=_oauth(),
    ),
    Way(
        grant=Grant.JWT,
        summary="Make an app, and upload its certificate.",
        settings=("client_id", "username"),
        secrets=("private_key",),
        oauth=_oauth(),
    ),
    Way(grant=Grant.TOKEN, summary="Make a token under Profile, API.", secrets=("token",)),
)


_opened: list[Acme] = []


def latest() -> Acme:
    """Return the connection that was opened last, in this process."""
    return _opened[-1]


class Acme:
    """Asks one thing: who we are."""

    def __init__(self, context: syncline.Context) -> None:
        _opened.append(self)
        self.access = context.access
        self.http = syncline.Http(
            context.settings["url"],
            spend=context.spend,
            authorize=self._authorize,
            refresh=self._renew,
            now=context.now,
        )

    def me(self) -> dict[str, str]:
        body: dict[str, str] = self.http.request("GET", "/me", word="me").body
        return body

    def describe(self) -> syncline.Description:
        self.me()
        name = syncline.Field(name="Name", label="Name", type=syncline.FieldType.TEXT)
        lead = syncline.ObjectType(name="Lead", label="Lead", fields=(name,))
        return syncline.Description(objects=(lead,))

    def changes(
        self, object_name: str, fields: Sequence[str], since: Any, *, where: Any = None
    ) -> Iterator[syncline.Page]:
        raise NotImplementedError

    def read(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> Any:
        raise NotImplementedError

    def lookup(self, object_name: str, keys: Sequence[str]) -> Any:
        raise NotImplementedError

    def write(self, object_name: str, writes: Sequence[syncline.Write]) -> Any:
        raise NotImplementedError

    def delete(self, object_name: str, ids: Sequence[str]) -> Any:
        raise NotImplementedError

    def act(self, requests: Sequence[syncline.ActionRequest]) -> Any:
        raise NotImplementedError

    def usage(self) -> syncline.Usage | None:
        return None

    def close(self) -> None:
        self.http.close()

    def _authorize(self) -> dict[str, str]:
        self._shown = self.access.token()
        return {"Authorization": f"Bearer {self._shown.text.reveal()}"}

    def _renew(self) -> None:
        self.access.renew(self._shown)


def identify(context: syncline.Context) -> syncline.Identity:
    acme = Acme(context)
    try:
        me = acme.me()
    finally:
        acme.close()
    scopes = tuple(context.access.token().extras.get("scope", "").split())
    return syncline.Identity(user=me["user"], account=me["account"], scopes=scopes, version="v9")


@syncline.hookimpl
def syncline_register_connectors() -> Iterable[syncline.ConnectorType]:
    yield syncline.ConnectorType(
        name="acme",
        title="Acme",
        sides=frozenset({syncline.Side.CRM}),
        open=Acme,
        settings=SETTINGS,
        ways=WAYS,
        identify=identify,
    )
