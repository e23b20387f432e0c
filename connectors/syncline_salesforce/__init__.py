"""The Salesforce connector: Leads, Contacts, Accounts, Tasks and Events over its REST API."""

from __future__ import annotations

__all__ = ["syncline_register_activity_templates", "syncline_register_connectors"]

from typing import TYPE_CHECKING

from syncline import ActivityTemplate, ConnectorType, Side, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from syncline import Connector, Context, Value

SETTINGS = {
    "type": "object",
    "required": ["url", "client_id"],
    "additionalProperties": False,
    "properties": {
        "url": {
            "type": "string",
            "description": "The org's own address, as in https://example.my.salesforce.com",
            "pattern": (
                r"^(https://[^\s/?#@]+"
                r"|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?)/?$"
            ),
        },
        "client_id": {
            "type": "string",
            "minLength": 1,
            "description": "The consumer key of the app that the org made for Syncline.",
        },
        "api_version": {
            "type": "string",
            "pattern": r"^v[0-9]{2,3}\.0$",
            "default": "v62.0",
            "description": "The version of the REST API to speak, as in v62.0.",
        },
    },
}


def _open(context: Context) -> Connector:
    from .connection import Salesforce

    return Salesforce(context)


@hookimpl
def syncline_register_connectors() -> Iterable[ConnectorType]:
    """Register Salesforce as a CRM."""
    yield ConnectorType(
        name="salesforce",
        title="Salesforce",
        sides=frozenset({Side.CRM}),
        open=_open,
        settings=SETTINGS,
        secrets=("client_secret",),
    )


@hookimpl
def syncline_register_activity_templates() -> Iterable[ActivityTemplate]:
    """Let recorded activities appear in the activity history, done already (K3, K4)."""
    done: dict[str, Value] = {"Status": "Completed", "Priority": "Normal"}
    tasks: dict[str, dict[str, Value]] = {
        "call": {"TaskSubtype": "Call", "CallType": "Outbound"},
        "email": {"TaskSubtype": "Email"},
        "sms": {},
        "note": {},
        "task": {},
    }
    for kind, values in tasks.items():
        yield ActivityTemplate(
            connector="salesforce",
            kind=kind,
            object="Task",
            person_field="WhoId",
            date_field="ActivityDate",
            values={**done, **values},
        )
    # An event needs a time; one that names a day alone lasts that whole day.
    yield ActivityTemplate(
        connector="salesforce",
        kind="meeting",
        object="Event",
        person_field="WhoId",
        date_field="ActivityDate",
        values={"IsAllDayEvent": True, "DurationInMinutes": 1440},
    )
