"""Values to the ledger's text and back."""

from __future__ import annotations

__all__ = [
    "dump",
    "dump_gone",
    "load",
    "load_gone",
    "load_values",
    "moment",
    "reads",
    "stamp",
]

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, TypeVar

import orjson

from ..errors import LedgerError
from ..model import Gone, GoneKind, Value

_T = TypeVar("_T")

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
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as err:
            raise _unreadable() from err


def reads(read: Callable[[Any], _T]) -> Callable[[Any], _T]:
    """Let what reads a row raise ``LedgerError`` when it is not what was written."""

    @wraps(read)
    def checked(row: Any) -> _T:
        try:
            return read(row)
        except (AttributeError, LookupError, TypeError, ValueError) as err:
            raise _unreadable() from err

    return checked


def _unreadable() -> LedgerError:
    # The value is not repeated: it may be a person's.
    return LedgerError(
        "the ledger is damaged: a value in it does not read",
        hint="`syncline doctor` says where. Restore it: "
        "`syncline restore BACKUP --ledger-only --overwrite`.",
    )


def load_values(text: str) -> dict[str, Value]:
    """Return a record's values; lists become tuples again."""
    found: dict[str, Any] = load(text)
    if found.__class__ is not dict:
        raise _unreadable()
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
    try:
        return datetime.fromisoformat(text)
    except ValueError as err:
        raise _unreadable() from err
