"""Whom a portal takes a connection for."""

from __future__ import annotations

__all__ = ["identify"]

from typing import TYPE_CHECKING, Any

from syncline import FatalError, Identity

from .session import Session

if TYPE_CHECKING:
    from syncline import Context

#: How a token begins that was made by hand; HubSpot explains the two kinds in two places.
_BY_HAND = "pat-"


def identify(context: Context) -> Identity:
    """Ask who we are, and in which portal: two requests, which are not counted here."""
    session = Session(context)
    try:
        details = session.call("GET", "/account-info/v3/details", word="identify", price=0).body
        told = _token(session)
    finally:
        session.close()
    number = told.get("userId")
    user = told.get("user") or (f"user {number}" if number else "the holder of the token")
    return Identity(
        user=str(user),
        account=f"portal {details['portalId']}",
        scopes=tuple(str(each) for each in told.get("scopes", ())),
        version="v3",
    )


def _token(session: Session) -> dict[str, Any]:
    """Return what HubSpot says of the token; of some kinds it says nothing, and lets them in."""
    text = session.token().text.reveal()
    try:
        if text.startswith(_BY_HAND):
            path = "/oauth/v2/private-apps/get/access-token-info"
            given = {"tokenKey": text}
            reply = session.call("POST", path, word="identify", price=0, json=given, writes=False)
        else:
            reply = session.call("GET", f"/oauth/v1/access-tokens/{text}", word="identify", price=0)
    except FatalError:
        return {}
    found: dict[str, Any] = reply.body
    return found
