"""A good connector to a system in memory, small enough that each of its promises can be broken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import syncline

if TYPE_CHECKING:
    from .system import System

#: The systems that there are, by the folder of their connections.
SYSTEMS: dict[Path, System] = {}
SETTINGS = {"type": "object", "additionalProperties": False}


def _open(context: syncline.Context) -> syncline.Connector:
    from .connector import Memory

    return Memory(context)


@syncline.hookimpl
def syncline_register_connectors() -> Iterator[syncline.ConnectorType]:
    yield syncline.ConnectorType(
        name="memory",
        title="Memory",
        sides=frozenset({syncline.Side.CADENCE}),
        open=_open,
        settings=SETTINGS,
        secrets=("token",),
    )
