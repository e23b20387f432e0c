"""Acme CRM for Syncline: a connector, a function and an activity template."""

from __future__ import annotations

from collections.abc import Iterator

import syncline

SETTINGS = {
    "type": "object",
    "additionalProperties": False,
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "minLength": 1, "description": "The JSON file of the records."}
    },
}


def _open(context: syncline.Context) -> syncline.Connector:
    from .connection import Acme  # here: what a connection needs is loaded when one is opened

    return Acme(context)


def _slug(text: syncline.Value) -> syncline.Value:
    return "-".join(text.lower().split()) if isinstance(text, str) else text


@syncline.hookimpl
def syncline_register_connectors() -> Iterator[syncline.ConnectorType]:
    """Register Acme, which can be the CRM of a sync."""
    yield syncline.ConnectorType(
        name="acme",
        title="Acme CRM",
        sides=frozenset({syncline.Side.CRM}),
        open=_open,
        settings=SETTINGS,
    )


@syncline.hookimpl
def syncline_register_functions() -> Iterator[syncline.Function]:
    """Register ``slug``; a slug of a slug is the same slug."""
    yield syncline.Function(
        name="slug", summary="Text in lower case with dashes.", call=_slug, normaliser=True
    )


@syncline.hookimpl
def syncline_register_activity_templates() -> Iterator[syncline.ActivityTemplate]:
    """Let a recorded call appear as a Visit."""
    yield syncline.ActivityTemplate(
        connector="acme", kind="call", object="Visit", person_field="PersonId", date_field="Day"
    )
