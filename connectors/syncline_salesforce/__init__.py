"""Salesforce over its REST API: as a CRM, and its Sales Engagement as a cadence."""

from __future__ import annotations

__all__ = ["syncline_register_activity_templates", "syncline_register_connectors"]

from typing import TYPE_CHECKING

from syncline import ActivityTemplate, ConnectorType, Side, hookimpl

from .ways import SETTINGS, WAYS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from syncline import Condition, Connector, Context, Identity, ObjectType, Value


def _open(context: Context) -> Connector:
    from .connection import Salesforce

    return Salesforce(context)


def _open_engagement(context: Context) -> Connector:
    from .engagement import Engagement

    return Engagement(context)


def _identify(context: Context) -> Identity:
    from .session import identify

    return identify(context)


def _narrows(kind: ObjectType, condition: Condition) -> bool:
    from .conditions import narrows

    return narrows(kind, condition)


@hookimpl
def syncline_register_connectors() -> Iterable[ConnectorType]:
    """Register Salesforce as a CRM, and Sales Engagement as a cadence.

    Salesforce sends no webhooks: its change events come over a stream of their own (Pub/Sub), and
    its outbound messages are SOAP, set up rule by rule. A poll that finds nothing costs one call.
    """
    yield ConnectorType(
        name="salesforce",
        title="Salesforce",
        sides=frozenset({Side.CRM}),
        open=_open,
        settings=SETTINGS,
        ways=WAYS,
        identify=_identify,
        narrows=_narrows,
    )
    yield ConnectorType(
        name="salesforce_engagement",
        title="Salesforce Sales Engagement",
        sides=frozenset({Side.CADENCE}),
        open=_open_engagement,
        settings=SETTINGS,
        ways=WAYS,
        identify=_identify,
        narrows=_narrows,
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
