"""Values to the ledger's text and back."""

from __future__ import annotations

__all__ = ["dump", "load_values", "moment", "stamp"]

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ..model import Value

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def dump(value: Any) -> str:
    """Return *value* as compact JSON text; tuples become lists."""
    return _encode(value)


def load_values(text: str) -> dict[str, Value]:
    """Return a record's values; lists become tuples again."""
    found: Mapping[str, Any] = json.loads(text)
    return {k: tuple(v) if v.__class__ is list else v for k, v in found.items()}


def stamp(moment: datetime) -> str:
    """Return a moment as text that orders like time."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def moment(text: str) -> datetime:
    """Return the moment that ``stamp`` wrote."""
    return datetime.fromisoformat(text)
