"""What goes over the wire: errors, pages and moments, as Google has them."""

from __future__ import annotations

__all__ = ["Refusal", "cut", "stamp"]

from datetime import UTC
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    410: "GONE",
    429: "RESOURCE_EXHAUSTED",
}


class Refusal(Exception):  # noqa: N818 - it is answered, not raised to anybody
    """A request that is answered with an error."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"code": status, "message": message, "status": _STATUS[status]}}


def cut(rows: list[Any], asked: Mapping[str, str], default: int) -> tuple[list[Any], str]:
    """Return one page of rows, and the token of the next; empty after the last."""
    size, token = asked.get("maxResults", str(default)), asked.get("pageToken", "0")
    if not (size.isdigit() and token.isdigit()):
        raise Refusal(400, "Invalid maxResults or pageToken")
    begin, end = int(token), int(token) + min(int(size), 500)
    return rows[begin:end], str(end) if end < len(rows) else ""


def stamp(moment: datetime) -> str:
    """Return a moment as the calendar writes it."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
