"""`--since`: how far back a command looks."""

from __future__ import annotations

__all__ = ["since_option"]

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import click

_UNITS = {"h": "hours", "d": "days", "": "days", "w": "weeks"}


def since_option(default: str) -> Callable[[Any], Any]:
    """Return the option, with what it is when it is left out."""
    return click.option(
        "--since",
        default=default,
        show_default=True,
        callback=_span,
        metavar="TIME",
        help="How far to look back: 12h, 30d, 4w.",
    )


def _span(_context: click.Context, _option: click.Parameter, value: str) -> timedelta:
    given = re.fullmatch(r"(\d{1,4})([hdw]?)", value)
    if given is None or not int(given[1]):
        raise click.BadParameter(f"{value!r} is no span of time; write 12h, 30d or 4w.")
    return timedelta(**{_UNITS[given[2]]: int(given[1])})
