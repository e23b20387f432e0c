"""What a server said: its status, its headers, its JSON, and its own clock."""

from __future__ import annotations

__all__ = ["Answer", "Unreadable", "first_words", "http_date", "read_json"]

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_NOT_TEXT = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.IGNORECASE | re.DOTALL)


class Unreadable(ValueError):  # noqa: N818 - it is handled inside this package and never shown
    """The body is no JSON; ``html`` tells a whole page from a broken document."""

    def __init__(self, words: str, *, html: bool) -> None:
        super().__init__(words)
        self.html = html


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer, read to its end. ``body`` is parsed JSON, or CSV as text, or None for none."""

    status: int
    #: Names in any case find their value.
    headers: Mapping[str, str] = field(repr=False)
    body: Any = field(repr=False)
    #: The server's time by its ``Date`` header, in UTC.
    server_time: datetime | None

    def complaint(self) -> tuple[str, str]:
        """Return the vendor's own code and words, each empty when it gave none.

        Reads the shapes in use: a list of ``{errorCode, message}``, OAuth's ``{error,
        error_description}``, and one object with ``message``, by itself or under ``error``.
        """
        said: Any = self.body
        if isinstance(said, list) and said:
            said = said[0]  # pyright: ignore[reportUnknownVariableType] - JSON of any shape
        if not isinstance(said, dict):
            return "", ""
        if isinstance(inner := said.get("error"), dict):  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType] - as above
            said = inner  # pyright: ignore[reportUnknownVariableType] - as above
        return (
            _text(said, "errorCode", "code", "category", "error"),  # pyright: ignore[reportUnknownArgumentType] - as above
            _text(said, "message", "error_description", "error_info", "error"),  # pyright: ignore[reportUnknownArgumentType] - as above
        )


def read_json(content: bytes, content_type: str) -> Any:
    """Parse *content*; None when there is none. Raise ``Unreadable`` with its first words.

    Comma-separated values are no JSON and no fault: they are returned as their text.
    """
    if not content.strip():
        if "json" in content_type.lower():
            # Announced and not there: what was compressed and cut short unpacks to nothing.
            raise Unreadable("", html=False)
        return None
    if content_type.lower().startswith("text/csv"):
        return content.decode("utf-8", "replace")
    html = "html" in content_type.lower() or content.lstrip()[:1] == b"<"
    if html:
        raise Unreadable(first_words(content), html=True)
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as err:
        # Not the words of the body: half a document still holds people's names.
        raise Unreadable("", html=False) from err


def first_words(content: bytes) -> str:
    """Return the title of a page, or the few words it opens with."""
    text = content[:4096].decode("utf-8", "replace")
    title = _TITLE.search(text)
    words = _NOT_TEXT.sub(" ", title.group(1) if title else text).split()
    return " ".join(words[:8])[:60]


def http_date(text: str | None) -> datetime | None:
    """Read a date as HTTP writes it; None when it is missing or no date."""
    if not text:
        return None
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _text(said: dict[str, Any], *names: str) -> str:
    """Return the first of *names* that holds a text, in one line of bearable length."""
    for name in names:
        value = said.get(name)
        if isinstance(value, str) and value.strip():
            return " ".join(value.split())[:300]
    return ""
