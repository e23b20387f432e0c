"""Requests to a vendor's OAuth endpoints; every failure leaves as one of Syncline's own errors.

They go through the HTTP client of the connectors, which knows what may be repeated, where a secret
may be sent, and what a message may quote.
"""

from __future__ import annotations

__all__ = ["Client", "Grants", "request_token", "revoke_token"]

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import httpx

from ..access import OAuth, Secret, Settings, Token
from ..errors import ConnectorError, FatalError, RetriableError
from ..net.answer import Answer
from ..net.http import Http

#: Vendors that are out of breath say so with status 400 too.
_PASSING = frozenset(
    {"server_error", "temporarily_unavailable", "unknown_error", "rate_limit_exceeded"}
)
#: What an answer holds beside the token that is of no use to a connector, or is a secret itself.
_NOT_EXTRAS = frozenset(
    {"access_token", "refresh_token", "id_token", "token_type", "expires_in", "signature"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Who asks: the app that was made on the vendor's side, and where its endpoints are."""

    title: str
    oauth: OAuth
    settings: Settings
    secrets: Mapping[str, Secret]
    #: What to do when it is refused.
    advice: str

    @property
    def id(self) -> str:
        """The app's public name."""
        return str(self.settings.get("client_id", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Grants:
    """What a vendor gave: a token, and perhaps what renews it."""

    token: Token
    refresh: Secret | None = None


def request_token(client: Client, form: Mapping[str, str], now: datetime) -> Grants:
    """Ask for a token by *form*, which names the grant and holds what it takes.

    *now* is when the request is made: a token is never believed to last longer than it does.
    """
    answer = _post(client, client.oauth.token(client.settings), form, "token")
    raw: Any = answer.body
    body = cast("dict[str, Any]", raw) if isinstance(raw, dict) else {}
    token, refresh = body.get("access_token"), body.get("refresh_token")
    if not isinstance(token, str) or not re.fullmatch(r"[!-~]+", token):
        raise FatalError(f"{client.title} let us in but gave no token.", hint=client.advice)
    return Grants(
        token=Token(
            text=Secret(token),
            extras={
                name: str(value)
                for name, value in body.items()
                if name not in _NOT_EXTRAS and isinstance(value, str | int | float)
            },
            expires=_end(body.get("expires_in"), now),
        ),
        refresh=Secret(refresh) if isinstance(refresh, str) and refresh else None,
    )


def revoke_token(client: Client, url: str, token: Secret) -> None:
    """Give a token back (RFC 7009). One that the vendor knows no more counts as given back."""
    answer = _post(client, url, {"token": token.reveal()}, "revoke", accept=(400,))
    code, message = answer.complaint()
    if answer.status == 400 and code not in {"invalid_token", "invalid_grant"}:
        words = ": ".join(part for part in dict.fromkeys((code, message)) if part)
        raise FatalError(f"{client.title} did not take the token back: {words or 'status 400'}")


def _post(
    client: Client, url: str, form: Mapping[str, str], word: str, accept: tuple[int, ...] = ()
) -> Answer:
    given = dict(form)
    secret = client.secrets.get("client_secret")
    proof: dict[str, str] = {}
    if client.oauth.basic and secret is not None:
        pair = f"{client.id}:{secret.reveal()}".encode()
        proof["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    elif "assertion" not in form:
        # An assertion says by itself who asks.
        given["client_id"] = client.id
        if secret is not None:
            given["client_secret"] = secret.reveal()
    base, path = _split(url)
    try:
        with Http(base, authorize=lambda: proof, explain=_explainer(client)) as http:
            # Asked for twice it does no harm, so a lost answer is simply asked for again.
            return http.request(
                "POST", path, word=word, price=0, form=given, accept=accept, writes=False
            )
    except ConnectorError as err:
        raise _hushed(err, [*client.secrets.values(), *map(Secret, form.values())]) from None


def _explainer(client: Client) -> Any:
    def explain(status: int, code: str, message: str) -> ConnectorError | None:
        if not 400 <= status < 500 or status in {408, 425, 429}:
            return None
        words = ": ".join(part for part in dict.fromkeys((code, message)) if part)
        told = f"{client.title} refused the connection: {words or f'status {status}'}"
        if code in _PASSING:
            return RetriableError(told)
        return FatalError(told, hint=client.advice)

    return explain


def _hushed(error: ConnectorError, secrets: list[Secret]) -> ConnectorError:
    """Take out of an error what the vendor quoted of the secrets behind an encoded header."""
    for secret in secrets:
        text = secret.reveal()
        if len(text) >= 8:
            error.message = error.message.replace(text, "***")
            error.args = (error.message,)
    return error


def _split(url: str) -> tuple[str, str]:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        raise FatalError("an address of this connection is no URL") from None
    path = parsed.raw_path.decode("ascii")
    return str(parsed.copy_with(raw_path=b"/", fragment=None)).rstrip("/"), path


def _end(seconds: object, now: datetime) -> datetime | None:
    """Return when a token of so many seconds ends; vendors write them as a number or a text."""
    text = str(seconds).strip()
    if not text.isascii() or not text.isdigit():
        return None
    return now + timedelta(seconds=min(int(text), 10 * 365 * 86400))
