"""Which addresses may be sent a secret: https anywhere, http on this machine alone."""

from __future__ import annotations

__all__ = ["LOOPBACK", "checked_host"]

import httpx

from ..errors import FatalError

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

_EXAMPLE = "It looks like https://crm.example.com"


def checked_host(base_url: str) -> str:
    """Return the host of a URL that secrets may be sent to."""
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL as err:
        raise FatalError("The url of this connection is no URL.", hint=_EXAMPLE) from err
    if not url.host or url.scheme not in {"https", "http"}:
        raise FatalError("The url of this connection is no https URL.", hint=_EXAMPLE)
    if url.scheme == "http" and url.host not in LOOPBACK:
        raise FatalError(
            f"{url.host} would be spoken to without encryption.",
            hint="Write https in its url; http is for this machine alone.",
        )
    if url.userinfo:
        raise FatalError(
            f"The url for {url.host} holds a user's name or password.",
            hint="Take it out: secrets come from the environment.",
        )
    return url.host
