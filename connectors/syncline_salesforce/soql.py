"""SOQL as text: every value that enters a query passes through here and is escaped."""

from __future__ import annotations

__all__ = [
    "after",
    "among",
    "count",
    "fits",
    "instant",
    "like",
    "literal",
    "name",
    "parse_instant",
    "select",
    "shares",
    "value",
]

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from syncline import FatalError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncline import Position, Value

#: The longest query text, as it stands in a URL; the server refuses a URL of 16,384.
LONGEST_QUERY = 13_500

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
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


def like(text: str) -> str:
    """Return *text* as it stands in the quotes after LIKE, where it means itself alone."""
    return literal(text)[1:-1].replace("%", "\\%").replace("_", "\\_")


def value(given: Value, *, date: bool = False) -> str:
    """Return a value of a record as SOQL writes it; that of a *date* stands without quotes."""
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, int | float):
        # Never as 1e+20, which SOQL does not read.
        return f"{Decimal(repr(given)):f}"
    return str(given) if date and _DATE.match(str(given)) else literal(str(given))


def name(text: str) -> str:
    """Return the name of an object or a field; refuse what cannot be one."""
    if not _NAME.match(text):
        raise FatalError(f"{text!r} cannot be the name of a Salesforce object or field.")
    return text


def instant(moment: datetime) -> str:
    """Return a SOQL date-time; what is finer than a millisecond is cut off."""
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    return f"{utc.isoformat(timespec='milliseconds')}Z"


def parse_instant(text: str) -> datetime:
    """Read a date-time as Salesforce writes it, ``2015-06-25T21:54:38.000+0000``, into UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def select(object_name: str, fields: Sequence[str], rest: str = "") -> str:
    """Return ``SELECT … FROM …``; each field stands once, whatever its case. A path has dots."""
    once: dict[str, str] = {}
    for field in fields:
        for part in field.split("."):
            name(part)
        once.setdefault(field.casefold(), field)
    return " ".join(["SELECT", ", ".join(once.values()), "FROM", name(object_name), rest]).rstrip()


def count(object_name: str, rest: str) -> str:
    """Return the query that answers with one row, whose ``left`` is how many rows fit."""
    return " ".join(["SELECT", "COUNT(Id) left", "FROM", name(object_name), rest]).rstrip()


def after(position: Position | None, page_size: int | None, only: str = "") -> str:
    """Return the clauses for the next *page_size* rows that lie strictly after *position*.

    *only* is a condition in brackets that they must fit as well; None is all rows.
    """
    conditions = [only] if only else []
    if position is not None:
        moment = instant(position.modified)
        later = (
            f"SystemModstamp > {moment} "
            f"OR (SystemModstamp = {moment} AND Id > {literal(position.id)})"
            if position.id
            else f"SystemModstamp >= {moment}"
        )
        conditions.append(f"({later})" if only else later)
    where = f"WHERE {' AND '.join(conditions)} " if conditions else ""
    limit = "" if page_size is None else f" LIMIT {page_size}"
    return f"{where}ORDER BY SystemModstamp, Id{limit}"


def fits(text: str) -> bool:
    """Tell whether a query is short enough for a URL."""
    return len(quote_plus(text)) <= LONGEST_QUERY


def among(before: str, values: Sequence[str]) -> str:
    """Return ``before ('…', '…')`` for a few values."""
    return f"{before} ({', '.join(map(literal, values))})"


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
