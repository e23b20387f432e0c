"""Ringover, a source of activities: calls and SMS of a team, over its public API v2 (RS3, RP2)."""

from __future__ import annotations

__all__ = ["syncline_register_connectors"]

from typing import TYPE_CHECKING

from syncline import ConnectorType, Grant, Way, hookimpl

from .webhook import WEBHOOK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from syncline import Context, Identity, Source

_ADDRESS = r"^(https://[^\s?#@]+|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?[^\s?#@]*)$"

SETTINGS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "url": {
            "type": "string",
            "pattern": _ADDRESS,
            "default": "https://public-api.ringover.com",
            "description": "The address of the API; the vendor's own if left out.",
        },
    },
}
WAYS = (
    Way(
        grant=Grant.TOKEN,
        summary=(
            "Make an API key in Ringover's dashboard, under Developer, with the rights to read "
            "calls, conversations and teams."
        ),
        secrets=("api_key",),
    ),
)


def _source(context: Context) -> Source:
    from .source import Ringover

    return Ringover(context)


def _identify(context: Context) -> Identity:
    from .source import identify

    return identify(context)


@hookimpl
def syncline_register_connectors() -> Iterable[ConnectorType]:
    """Register Ringover as a source of calls and SMS."""
    yield ConnectorType(
        name="ringover",
        title="Ringover",
        sides=frozenset(),
        source=_source,
        settings=SETTINGS,
        ways=WAYS,
        identify=_identify,
        webhook=WEBHOOK,
    )
