"""Log lines of the command line: JSON for machines, or text for people, on the error stream."""

from __future__ import annotations

__all__ = ["configure"]

import logging
import sys
from typing import Any, Literal

import structlog

from .events import Level


def configure(kind: Literal["json", "text"], level: Level) -> None:
    """Let structlog print lines from *level* up. For a program of its own, never for a library."""
    shown: list[Any] = (
        [structlog.processors.JSONRenderer(ensure_ascii=False)]
        if kind == "json"
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), pad_event_to=16, timestamp_key="at"
            )
        ]
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            *shown,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
