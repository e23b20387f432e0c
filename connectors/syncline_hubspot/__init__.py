"""The HubSpot connector: contacts, companies, deals, activities and owners over its CRM API."""

from __future__ import annotations

__all__ = ["syncline_register_activity_templates", "syncline_register_connectors"]

from typing import TYPE_CHECKING

from syncline import (
    ActivityTemplate,
    ConnectorType,
    Grant,
    OAuth,
    Side,
    Way,
    Webhook,
    hookimpl,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from syncline import (
        Condition,
        Connector,
        Context,
        Delivery,
        Identity,
        Notice,
        ObjectType,
        Secret,
        Value,
    )

SETTINGS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "url": {
            "type": "string",
            "description": "The address of a sandbox; leave it out for HubSpot itself.",
            "pattern": (
                r"^(https://[^\s/?#@]+"
                r"|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?)/?$"
            ),
        },
        "client_id": {
            "type": "string",
            "minLength": 1,
            "description": "The client id of the app that was made for Syncline.",
        },
        "unknown_owner": {
            "type": "string",
            "pattern": r"^(refuse|keep|[^@\s]+@[^@\s]+)$",
            "default": "refuse",
            "description": (
                "What becomes of a record whose owner is no active HubSpot user: refuse it, keep "
                "the owner it has, or the e-mail address of whoever gets it."
            ),
        },
    },
}
SCOPES = (
    "oauth",
    *(
        f"crm.objects.{name}.{what}"
        for name in ("contacts", "companies", "deals")
        for what in ("read", "write")
    ),
    *(f"crm.schemas.{name}.read" for name in ("contacts", "companies", "deals")),
    "crm.objects.owners.read",
    "sales-email-read",
)


def _open(context: Context) -> Connector:
    from .connection import HubSpot

    return HubSpot(context)


def _identify(context: Context) -> Identity:
    from .identity import identify

    return identify(context)


def _narrows(described: ObjectType, condition: Condition) -> bool:
    from .filters import narrows

    return narrows(described, condition)


def _read(delivery: Delivery, secrets: Mapping[str, Secret]) -> tuple[Notice, ...]:
    from .webhook import read

    return read(delivery, secrets)


def _at(path: str, usual: str) -> Callable[[Mapping[str, Any]], str]:
    """Return where an endpoint is: HubSpot's own, or that of the sandbox in the settings."""

    def address(settings: Mapping[str, Any]) -> str:
        base = str(settings.get("url", "")).rstrip("/")
        return f"{base}{path}" if base else usual

    return address


#: The version of HubSpot's OAuth that keeps secrets out of addresses; the first one ends in 2027.
_OAUTH = OAuth(
    authorize=_at("/oauth/v1/authorize", "https://app.hubspot.com/oauth/authorize"),
    token=_at("/oauth/2026-03/token", "https://api.hubapi.com/oauth/2026-03/token"),
    revoke=_at("/oauth/2026-03/token/revoke", "https://api.hubapi.com/oauth/2026-03/token/revoke"),
    scopes=SCOPES,
    pkce=False,
)


@hookimpl
def syncline_register_connectors() -> Iterable[ConnectorType]:
    """Register HubSpot as a CRM (RP1)."""
    yield ConnectorType(
        name="hubspot",
        title="HubSpot",
        sides=frozenset({Side.CRM}),
        open=_open,
        settings=SETTINGS,
        ways=(
            Way(
                grant=Grant.TOKEN,
                summary="Make a service key (Development > Keys > Service keys) with the scopes "
                "that docs/hubspot.md lists, or take the access token of a private app.",
                secrets=("token",),
            ),
            Way(
                grant=Grant.WEB,
                summary="Make an app in a developer account, with the redirect URL that "
                "`syncline connect hubspot` shows, and agree on HubSpot's own page.",
                settings=("client_id",),
                secrets=("client_secret",),
                oauth=_OAUTH,
            ),
        ),
        identify=_identify,
        webhook=Webhook(read=_read, secrets=("client_secret",)),
        narrows=_narrows,
    )


@hookimpl
def syncline_register_activity_templates() -> Iterable[ActivityTemplate]:
    """Let recorded activities appear on the contact's timeline, done already (K3, K4).

    The values are HubSpot's own, not their labels: those differ from portal to portal.
    """
    kinds: dict[str, tuple[str, dict[str, Value]]] = {
        "call": ("call", {"hs_call_status": "COMPLETED", "hs_call_direction": "OUTBOUND"}),
        "email": ("email", {"hs_email_direction": "EMAIL", "hs_email_status": "SENT"}),
        "sms": (
            "communication",
            {"hs_communication_channel_type": "SMS", "hs_communication_logged_from": "CRM"},
        ),
        "note": ("note", {}),
        "meeting": ("meeting", {"hs_meeting_outcome": "COMPLETED"}),
        "task": ("task", {"hs_task_status": "COMPLETED", "hs_task_type": "TODO"}),
    }
    for kind, (name, values) in kinds.items():
        yield ActivityTemplate(
            connector="hubspot",
            kind=kind,
            object=name,
            person_field="associated_contact_id",
            date_field="hs_timestamp",
            values=values,
        )
