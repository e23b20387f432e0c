"""What is kept of a connection: a card that anybody may read, and the secrets behind it."""

from __future__ import annotations

__all__ = [
    "Card",
    "Failure",
    "Kept",
    "card_from_json",
    "card_to_json",
    "kept_from_text",
    "kept_text",
]

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..access import Grant, Identity, Secret, Token


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a token could not be had, and since when."""

    at: datetime
    message: str
    #: What to do about it.
    hint: str = ""
    #: It fails again until a person acts.
    person: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What may be shown of a connection."""

    way: Grant
    #: The settings that the secrets belong to, as a digest: they are shown to no other system.
    bound: str
    #: When a person connected; None for a token that secrets of the environment fetched.
    connected: datetime | None = None
    identity: Identity | None = None
    #: When the system last said whom it takes us for.
    answered: datetime | None = None
    #: When the token in use ends, if the vendor said so.
    expires: datetime | None = None
    #: When the vendor last gave a token.
    renewed: datetime | None = None
    #: Whether it gave what fetches another one.
    renewable: bool = True
    #: Why we were not let in the last time.
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """All that is kept of a connection."""

    card: Card
    #: The environment's secrets that fetched the token, as a digest.
    borrowed: str = ""
    secrets: Mapping[str, Secret] = field(default_factory=dict[str, Secret])
    token: Token | None = None
    refresh: Secret | None = None


def card_to_json(card: Card) -> dict[str, Any]:
    """Return the card as plain JSON."""
    identity, failure = card.identity, card.failure
    return {
        "way": str(card.way),
        "bound": card.bound,
        "connected": _text(card.connected),
        "identity": None if identity is None else identity_to_json(identity),
        "answered": _text(card.answered),
        "expires": _text(card.expires),
        "renewed": _text(card.renewed),
        "renewable": card.renewable,
        "failure": None if failure is None else failure_to_json(failure),
    }


def identity_to_json(identity: Identity) -> dict[str, Any]:
    """Return whom a system takes us for, as plain JSON."""
    return {
        "user": identity.user,
        "account": identity.account,
        "scopes": list(identity.scopes),
        "version": identity.version,
    }


def failure_to_json(failure: Failure) -> dict[str, Any]:
    """Return why we were not let in, as plain JSON."""
    return {
        "at": _text(failure.at),
        "message": failure.message,
        "hint": failure.hint,
        "person": failure.person,
    }


def card_from_json(document: Mapping[str, Any]) -> Card:
    """Read what ``card_to_json`` wrote; raises ``KeyError``, ``TypeError`` or ``ValueError``."""
    identity, failure = document["identity"], document["failure"]
    return Card(
        way=Grant(document["way"]),
        bound=document["bound"],
        connected=_moment(document["connected"]),
        identity=None
        if identity is None
        else Identity(
            user=identity["user"],
            account=identity["account"],
            scopes=tuple(identity["scopes"]),
            version=identity["version"],
        ),
        answered=_moment(document["answered"]),
        expires=_moment(document["expires"]),
        renewed=_moment(document["renewed"]),
        renewable=document["renewable"],
        failure=None
        if failure is None
        else Failure(
            at=datetime.fromisoformat(failure["at"]),
            message=failure["message"],
            hint=failure["hint"],
            person=failure["person"],
        ),
    )


def kept_text(kept: Kept) -> str:
    """Return what is secret of *kept*, to be sealed."""
    token = kept.token
    return json.dumps(
        {
            "borrowed": kept.borrowed,
            "secrets": {name: secret.reveal() for name, secret in kept.secrets.items()},
            "token": None if token is None else token.text.reveal(),
            "extras": {} if token is None else dict(token.extras),
            "expires": None if token is None else _text(token.expires),
            "refresh": None if kept.refresh is None else kept.refresh.reveal(),
        }
    )


def kept_from_text(card: Card, text: str) -> Kept:
    """Read what ``kept_text`` wrote; raises ``KeyError``, ``TypeError`` or ``ValueError``."""
    document = json.loads(text)
    token, refresh = document["token"], document["refresh"]
    return Kept(
        card=card,
        borrowed=document["borrowed"],
        secrets={name: Secret(value) for name, value in document["secrets"].items()},
        token=None
        if token is None
        else Token(
            text=Secret(token), extras=document["extras"], expires=_moment(document["expires"])
        ),
        refresh=None if refresh is None else Secret(refresh),
    )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
