"""Giving a connection up: the token goes back to the vendor."""

from __future__ import annotations

__all__ = ["Disconnected", "give_back"]

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..access import Settings
from .choosing import Chosen, bound
from .endpoint import revoke_token
from .forms import client_of
from .holder import other_settings

if TYPE_CHECKING:
    from ..connector import ConnectorType
    from .kept import Kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnected:
    """What became of a connection that was given up."""

    name: str
    title: str
    #: The vendor has taken the token back.
    revoked: bool
    #: Why not, and what is left to do on the vendor's side; empty when it has.
    why: str = ""


def give_back(kind: ConnectorType, kept: Kept, settings: Settings) -> str:
    """Revoke the token at the vendor; return why it cannot be, empty when it was.

    Raises ``FatalError`` or ``RetriableError`` when the vendor refuses or does not answer, and
    when the settings lead to another system than it was connected with.
    """
    way = next((way for way in kind.ways if way.grant is kept.card.way), None)
    url = None if way is None or way.oauth is None else way.oauth.revoke
    if way is None or url is None:
        return (
            f"{kind.title} takes no token back from a program; what was made for it is good until "
            "a person removes it there"
        )
    # The refresh token is worth more: vendors end its access tokens with it.
    token = kept.refresh or (None if kept.token is None else kept.token.text)
    if token is None:
        return "there was no token to give back"
    if bound(way, settings) != kept.card.bound:
        raise other_settings(kind)
    client = client_of(kind, Chosen(way=way, connected=True), settings, kept.secrets)
    revoke_token(client, url(settings), token)
    return ""
