"""Tryton for Syncline: its parties, the people and organisations of an ERP."""

from __future__ import annotations

from collections.abc import Iterator

import syncline

SETTINGS = {
    "type": "object",
    "additionalProperties": False,
    "required": ["url", "database", "user"],
    "properties": {
        "url": {"type": "string", "description": "Tryton's address, as in https://erp.example.com"},
        "database": {
            "type": "string",
            "pattern": "^[A-Za-z0-9_-]+$",
            "description": "The name of the database.",
        },
        "user": {"type": "string", "minLength": 1, "description": "Who Syncline logs in as."},
    },
}


def _open(context: syncline.Context) -> syncline.Connector:
    from .connection import Tryton

    return Tryton(context)


@syncline.hookimpl
def syncline_register_connectors() -> Iterator[syncline.ConnectorType]:
    """Register Tryton, which can be the CRM of a sync."""
    yield syncline.ConnectorType(
        name="tryton",
        title="Tryton",
        sides=frozenset({syncline.Side.CRM}),
        open=_open,
        settings=SETTINGS,
        secrets=("password",),
    )
