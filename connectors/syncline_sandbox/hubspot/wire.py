"""The shapes that HubSpot's requests and answers have: errors, moments, words of a body."""

from __future__ import annotations

__all__ = [
    "NotFound",
    "Refusal",
    "instant",
    "listed",
    "millis",
    "moment_of",
    "object_in",
    "parsed",
    "text_of",
    "truth",
]

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

_LAST_MILLIS = 253_402_300_799_999


class NotFound(Exception):  # noqa: N818 - the vendor's no to a request, not our failure
    """The record is not there: the vendor answers with a web page."""


class Refusal(Exception):  # noqa: N818 - the vendor's no to one row or request, not our failure
    """What the vendor says no with, for one row or for a whole request."""

    def __init__(
        self,
        message: str,
        category: str = "VALIDATION_ERROR",
        *,
        status: int = 400,
        code: str = "",
        detail: str = "",
        context: dict[str, list[str]] | None = None,
        more: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.category = category
        self.status = status
        self._code = code
        self._detail = detail or message
        self._context = context
        #: Fields and headers that this kind of refusal alone carries.
        self._more = more or {}
        self.headers: dict[str, str] = {}

    def of_request(self, correlation: str) -> dict[str, Any]:
        """Return the body of an answer that refuses the whole request."""
        body: dict[str, Any] = {
            "status": "error",
            "message": self.message,
            "correlationId": correlation,
        }
        if self._code:
            detail: dict[str, Any] = {"message": self._detail, "code": self._code}
            if self._context:
                detail["context"] = self._context
            body["errors"] = [detail]
        return {**body, "category": self.category, **self._more}

    def of_row(self, trace: str | None) -> dict[str, Any]:
        """Return the entry in ``errors`` for one row of a batch."""
        context = dict(self._context or {})
        if trace is not None:
            context["objectWriteTraceId"] = [trace]
        body: dict[str, Any] = {
            "status": "error",
            "category": self.category,
            "message": self.message,
            "context": context,
        }
        if self._code:
            body["errors"] = [{"message": self._detail, "code": self._code}]
        return body


def instant(moment: datetime) -> str:
    """Return a moment as the wire has it, to the millisecond."""
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    return f"{utc.isoformat(timespec='milliseconds')}Z"


def millis(text: str) -> int:
    """Return the milliseconds since 1970 of a moment or of a day, as ISO text or as a number."""
    if text.lstrip("-").isdigit():
        return int(text)
    moment = datetime.fromisoformat(text)
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    # In whole numbers: a float of this size is a millisecond off now and then.
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000


def moment_of(text: str) -> datetime:
    """Read a moment or a day in either form; raise ``ValueError`` for anything else."""
    number = millis(text)
    if not 0 <= number <= _LAST_MILLIS:
        raise ValueError(text)
    seconds, rest = divmod(number, 1000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest * 1000)


def parsed(content: bytes) -> Any:
    """Return the JSON of a request's body; None where there is no body."""
    if not content:
        return None
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as err:
        raise Refusal("Invalid input JSON on line 1, column 1") from err


def object_in(body: Any) -> dict[str, Any]:
    """Return the one document that a body holds."""
    if not isinstance(body, dict):
        raise Refusal("Invalid input JSON: the request holds no object")
    return cast("dict[str, Any]", body)


def listed(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the list of documents under *name*."""
    found: Any = body.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):  # pyright: ignore[reportUnknownVariableType] - JSON of any shape
        raise Refusal(f"Invalid input JSON: {name} is no list of objects")
    return cast("list[dict[str, Any]]", found)


def text_of(value: Any) -> str:
    """Return a property's value as the vendor keeps it; what clears the property is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def truth(asked: Mapping[str, str], name: str) -> bool:
    """Tell whether a parameter says yes; clients write it with and without a capital."""
    return asked.get(name, "").casefold() == "true"
