"""Text patterns in an engine whose time is linear in the text, whatever the pattern."""

from __future__ import annotations

__all__ = ["compile_pattern", "pattern_fault"]

from collections.abc import Callable
from importlib import import_module
from typing import Any

#: Bytes that a compiled pattern may take.
_MEMORY = 1 << 20


def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """Return a test whether *pattern* (RE2 syntax, ignoring case) occurs in a text."""
    compiled = _compiled(pattern)

    def found(text: str) -> bool:
        return compiled.search(text) is not None

    return found


def pattern_fault(pattern: str) -> str | None:
    """Return what is wrong with *pattern*, in the engine's words, or None."""
    try:
        _compiled(pattern)
    except ValueError as err:
        return str(err)
    return None


def _compiled(pattern: str) -> Any:
    # Here, so that rules without patterns do not wait for the engine; it ships no types.
    engine: Any = import_module("re2")
    options = engine.Options()
    options.case_sensitive = False
    options.max_mem = _MEMORY
    options.log_errors = False
    try:
        return engine.compile(pattern, options=options)
    except engine.error as err:
        reason = err.args[0] if err.args else "unknown fault"
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise ValueError(text) from err
