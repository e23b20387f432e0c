"""Attempts that fail in passing follow one another at once: a check waits for nothing."""

from __future__ import annotations

__all__ = ["no_waits"]

from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def no_waits() -> Generator[None]:
    """Let ``syncline.Http`` pause for no time; a pause that a server asks for is told at once."""
    from ..net import http

    before = http.FIRST_WAIT, http.LONGEST_WAIT
    http.FIRST_WAIT = http.LONGEST_WAIT = 0.0
    try:
        yield
    finally:
        http.FIRST_WAIT, http.LONGEST_WAIT = before
