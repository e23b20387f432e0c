"""A CRM and a cadence kept in two files of the workspace: rules run end to end with no account."""

from __future__ import annotations

__all__ = ["syncline_register_activity_templates", "syncline_register_connectors"]

from typing import TYPE_CHECKING

from syncline import (
    ActivityTemplate,
    Connector,
    ConnectorType,
    Context,
    Description,
    Side,
    TouchKeeper,
    Value,
    hookimpl,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


def _open(context: Context) -> Connector:
    if context.side is Side.CRM:
        from .crm import LocalCrm

        return LocalCrm(context)
    from .cadence import LocalCadence

    return LocalCadence(context)


def _touches(context: Context) -> TouchKeeper:
    from .cadence_desk import CadenceDesk

    return CadenceDesk(context)


#: JSON Schema of ``[connections.local]``.
_SETTINGS = {
    "type": "object",
    "properties": {
        "several_cadences": {
            "type": "boolean",
            "description": "Whether a prospect may be in several cadences at a time.",
        }
    },
    "additionalProperties": False,
}


def _offline(side: Side) -> Description:
    if side is Side.CRM:
        from .crm_objects import DESCRIPTION
    else:
        from .cadence_objects import DESCRIPTION
    return DESCRIPTION


@hookimpl
def syncline_register_connectors() -> Iterator[ConnectorType]:
    """Register ``local``, which can be either side of a sync, or both."""
    yield ConnectorType(
        name="local",
        title="Local files",
        sides=frozenset(Side),
        open=_open,
        offline=_offline,
        settings=_SETTINGS,
        touches=_touches,
    )


@hookimpl
def syncline_register_activity_templates() -> Iterator[ActivityTemplate]:
    """Register the Task or the Event that each kind of activity becomes."""
    done: dict[str, Value] = {"Status": "Completed", "Priority": "Normal"}
    for kind, values in (
        ("call", {"TaskSubtype": "Call", "CallType": "Outbound"}),
        ("email", {"TaskSubtype": "Email"}),
        ("sms", {"TaskSubtype": "Task"}),
        ("note", {"TaskSubtype": "Task"}),
        ("task", {"TaskSubtype": "Task"}),
    ):
        yield ActivityTemplate(
            connector="local",
            kind=kind,
            object="Task",
            person_field="WhoId",
            date_field="ActivityDate",
            values=done | values,
        )
    yield ActivityTemplate(connector="local", kind="meeting", object="Event", person_field="WhoId")
