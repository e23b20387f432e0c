"""The Pipedrive connector: persons, organisations, leads, deals, activities over its REST API."""

from __future__ import annotations

__all__ = ["syncline_register_activity_templates", "syncline_register_connectors"]

from typing import TYPE_CHECKING

from syncline import ActivityTemplate, ConnectorType, Side, hookimpl

from .narrowing import narrows
from .ways import SETTINGS, WAYS
from .webhook import WEBHOOK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from syncline import Connector, Context, Identity

#: What happened in a cadence -> the type of activity that it becomes. A note needs a place for our
#: key to be made once, and Pipedrive's notes have none: it becomes a task that is done.
_TYPES = {
    "call": "Call",
    "email": "Email",
    "sms": "Task",
    "note": "Task",
    "meeting": "Meeting",
    "task": "Task",
}


def _open(context: Context) -> Connector:
    from .connection import Pipedrive

    return Pipedrive(context)


def _identify(context: Context) -> Identity:
    from .connection import identify

    return identify(context)


@hookimpl
def syncline_register_connectors() -> Iterable[ConnectorType]:
    """Register Pipedrive as a CRM."""
    yield ConnectorType(
        name="pipedrive",
        title="Pipedrive",
        sides=frozenset({Side.CRM}),
        open=_open,
        settings=SETTINGS,
        ways=WAYS,
        identify=_identify,
        webhook=WEBHOOK,
        narrows=narrows,
    )


@hookimpl
def syncline_register_activity_templates() -> Iterable[ActivityTemplate]:
    """Let recorded activities appear among a person's activities, done already (K3, K4)."""
    for kind, type_ in _TYPES.items():
        yield ActivityTemplate(
            connector="pipedrive",
            kind=kind,
            object="activity",
            person_field="person_id",
            date_field="due_date",
            values={"type": type_, "done": True, "subject": type_},
        )
