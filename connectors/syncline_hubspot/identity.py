"""Whom a portal takes a connection for."""

from __future__ import annotations

__all__ = ["identify"]

from typing import TYPE_CHECKING, Any

from syncline import Identity

from .session import Session

if TYPE_CHECKING:
    from syncline import Context

#: How a private app's token begins; HubSpot explains the two kinds in two places.
_PRIVATE = "pat-"


def identify(context: Context) -> Identity:
    """Ask who we are, and in which portal: two requests, which are not counted here."""
    session = Session(context)
    try:
        details = session.call("GET", "/account-info/v3/details", word="identify", price=0).body
        told = _token(session)
    finally:
        session.close()
    user = told.get("user") or f"user {told.get('userId', '?')}"
    return Identity(
        user=str(user),
        account=f"portal {details['portalId']}",
        scopes=tuple(str(each) for each in told.get("scopes", ())),
        version="v3",
    )


def _token(session: Session) -> dict[str, Any]:
    text = session.token().text.reveal()
    if text.startswith(_PRIVATE):
        path = "/oauth/v2/private-apps/get/access-token-info"
        reply = session.call(
            "POST", path, word="identify", price=0, json={"tokenKey": text}, writes=False
        )
    else:
        reply = session.call("GET", f"/oauth/v1/access-tokens/{text}", word="identify", price=0)
    found: dict[str, Any] = reply.body
    return found
