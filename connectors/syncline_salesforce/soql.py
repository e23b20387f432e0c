"""SOQL as text: every value that enters a query passes through here and is escaped."""

from __future__ import annotations

__all__ = ["after", "instant", "literal", "parse_instant", "select", "shares"]

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from syncline import FatalError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncline import Position

#: The longest query text, as it stands in a URL; the server refuses a URL of 16,384.
LONGEST_QUERY = 13_500

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_ESCAPES = str.maketrans(
    {
        "\\": "\\\\",
        "'": "\\'",
        '"': '\\"',
        "\n": "\\n",
        "\r": "\\r",
        "\t": "\\t",
        "\b": "\\b",
        "\f": "\\f",
    }
)


def literal(text: str) -> str:
    """Return *text* as a SOQL string."""
    return f"'{text.translate(_ESCAPES)}'"


def instant(moment: datetime) -> str:
    """Return a SOQL date-time; what is finer than a millisecond is cut off."""
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    return f"{utc.isoformat(timespec='milliseconds')}Z"


def parse_instant(text: str) -> datetime:
    """Read a date-time as Salesforce writes it, ``2015-06-25T21:54:38.000+0000``, into UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def select(object_name: str, fields: Sequence[str], rest: str = "") -> str:
    """Return ``SELECT … FROM …``; each field stands once, whatever its case."""
    once: dict[str, str] = {}
    for name in (*fields, object_name):
        if not _NAME.match(name):
            raise FatalError(f"{name!r} cannot be the name of a Salesforce object or field.")
    for name in fields:
        once.setdefault(name.casefold(), name)
    return " ".join(["SELECT", ", ".join(once.values()), "FROM", object_name, rest]).rstrip()


def after(position: Position | None, page_size: int) -> str:
    """Return the clauses for the next *page_size* rows that lie strictly after *position*."""
    where = ""
    if position is not None:
        moment = instant(position.modified)
        where = (
            f"WHERE SystemModstamp > {moment} "
            f"OR (SystemModstamp = {moment} AND Id > {literal(position.id)}) "
            if position.id
            else f"WHERE SystemModstamp >= {moment} "
        )
    return f"{where}ORDER BY SystemModstamp, Id LIMIT {page_size}"


def shares(before: str, values: Sequence[str]) -> Iterator[str]:
    """Yield ``before ('…', '…')`` for shares of *values* that each fit into one URL."""
    room = LONGEST_QUERY - len(quote_plus(f"{before} ()"))
    share: list[str] = []
    used = 0
    for value in values:
        text = literal(value)
        # The comma and the space between two values become four characters of a URL.
        size = len(quote_plus(text)) + len("%2C+")
        if share and used + size > room:
            yield f"{before} ({', '.join(share)})"
            share, used = [], 0
        share.append(text)
        used += size
    if share:
        yield f"{before} ({', '.join(share)})"
