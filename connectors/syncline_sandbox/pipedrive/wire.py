"""The shapes that Pipedrive's requests and answers have: refusals, times, ids, JSON."""

from __future__ import annotations

__all__ = [
    "Refusal",
    "at_v1",
    "bad_request",
    "fields_in",
    "flat",
    "instant",
    "invalid",
    "moment_in",
    "number_in",
    "parsed",
]

import json
from datetime import UTC, datetime
from typing import Any, cast


class Refusal(Exception):  # noqa: N818 - the vendor's no to one request, not our failure
    """What the vendor would say no with: a status and a body."""

    def __init__(self, status: int, body: dict[str, Any] | str) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        #: JSON, or a page for people.
        self.body = body

    @classmethod
    def absent(cls, what: str = "Entity was not found") -> Refusal:
        """Return the no to an id that nothing has."""
        return cls(404, {**_said(what, "Object was not found."), "data": None})


def invalid(words: str) -> Refusal:
    """Return version 2's no to a value or a parameter."""
    said = {"success": False, "error": f"Validation failed: {words}"}
    return Refusal(400, {**said, "code": "ERR_SCHEMA_VALIDATION_FAILED"})


def bad_request(words: str) -> Refusal:
    """Return version 1's no to a value or a parameter."""
    return Refusal(400, {**_said(words, "Please check developers.pipedrive.com"), "data": None})


def _said(error: str, info: str) -> dict[str, Any]:
    return {"success": False, "error": error, "error_info": info, "additional_data": None}


def instant(moment: datetime) -> str:
    """Return a moment as version 2 has it. The clock of records runs in whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def at_v1(text: str | None) -> str | None:
    """Return version 1's form of a time of version 2."""
    return None if text is None else text.replace("T", " ").removesuffix("Z")


def parsed(content: bytes) -> Any:
    """Return the JSON of a request's body; None where there is no body."""
    if not content:
        return None
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as err:
        raise invalid("request body is not valid JSON") from err


def fields_in(body: Any) -> dict[str, Any]:
    """Return the fields that a body holds."""
    if not isinstance(body, dict):
        raise invalid("request body: not a valid object")
    return dict(cast("dict[str, Any]", body))


def number_in(text: str | None, name: str) -> int | None:
    """Return a parameter that is a whole number, None if it is not given."""
    if text is None or text == "":
        return None
    if not (text.isascii() and text.isdigit()):
        raise invalid(f"{name}: not a valid integer")
    return int(text)


def flat(custom: dict[str, Any], kinds: dict[str, str]) -> dict[str, Any]:
    """Return custom fields as version 1 has them: beside the others, their parts behind ``_``."""
    found: dict[str, Any] = {}
    for key, value in custom.items():
        if isinstance(value, dict):
            parts = cast("dict[str, Any]", value)
            found[key] = parts.get("value")
            found |= {f"{key}_{part}": each for part, each in parts.items() if part != "value"}
        elif isinstance(value, list):
            found[key] = ",".join(map(str, cast("list[int]", value)))
        else:
            found[key] = str(value) if kinds.get(key) == "enum" and value is not None else value
    return found


def moment_in(text: str, name: str) -> str:
    """Return a time given as RFC 3339 in whole seconds, in the form of records."""
    try:
        moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")
    except ValueError as err:
        raise invalid(f"{name}: not a valid datetime") from err
    return instant(moment)
