"""`--since`: how far back a command looks."""

from __future__ import annotations

__all__ = ["since_option"]

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import click

_UNITS = {"d": "days", "h": "hours", "m": "minutes", "w": "weeks"}
_AGO = re.compile(r"(\d{1,6})\s*([wdhm])")
_MANY = timedelta(days=36_500)


def since_option(default: str | None) -> Callable[[Any], Any]:
    """Return the option, with what it is when it is left out; its value is a length of time."""
    return click.option(
        "--since",
        default=default,
        show_default=default is not None,
        callback=_span,
        metavar="WHEN",
        help="From when on: 12h, 30d, 4w ago, or a day as 2026-11-22.",
    )


def _span(_context: click.Context, _option: click.Parameter, value: str | None) -> timedelta | None:
    if value is None:
        return None
    text = value.strip().casefold()
    ago = _AGO.fullmatch(text)
    try:
        if ago is not None:
            span = timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        else:
            day = datetime.fromisoformat(text.upper())
            span = datetime.now(UTC) - (day if day.tzinfo else day.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        span = timedelta(0)
    if not timedelta(0) < span < _MANY:
        raise click.BadParameter(
            f"{value!r} is no time in the past. Write 12h, 30d, 4w, 2026-11-22 or 2026-11-22T15:40."
        )
    return span
