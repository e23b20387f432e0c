"""Values to the ledger's text and back."""

from __future__ import annotations

__all__ = ["dump", "dump_gone", "load", "load_gone", "load_values", "moment", "stamp"]

import json
from datetime import UTC, datetime
from typing import Any

import orjson

from ..model import Gone, GoneKind, Value

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def dump(value: Any) -> str:
    """Return *value* as compact JSON text; tuples become lists."""
    try:
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:
        # A whole number of more than 64 bits, which only the slow way writes.
        return _encode(value)


def load(text: str) -> Any:
    """Return what ``dump`` wrote."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        # Written before with what JSON itself does not know (NaN), or truly damaged.
        return json.loads(text)


def load_values(text: str) -> dict[str, Value]:
    """Return a record's values; lists become tuples again."""
    found: dict[str, Any] = load(text)
    if "[" not in text:
        return found
    return {k: tuple(v) if v.__class__ is list else v for k, v in found.items()}


def dump_gone(gone: Gone) -> str:
    """Return what became of a record, without its name."""
    return dump({"kind": gone.kind, "at": stamp(gone.at), "into": gone.into})


def load_gone(object_name: str, id_: str, text: str) -> Gone | None:
    """Return what ``dump_gone`` wrote; None of an empty text."""
    if not text:
        return None
    found = load(text)
    return Gone(
        object=object_name,
        id=id_,
        kind=GoneKind(found["kind"]),
        at=moment(found["at"]),
        into=None if found["into"] is None else tuple(found["into"]),
    )


def stamp(moment: datetime) -> str:
    """Return a moment as text that orders like time."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def moment(text: str) -> datetime:
    """Return the moment that ``stamp`` wrote."""
    return datetime.fromisoformat(text)
