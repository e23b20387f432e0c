"""Text patterns in an engine whose time is linear in the text, whatever the pattern."""

from __future__ import annotations

__all__ = ["Pattern", "pattern_fault"]

from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any

#: Bytes that a compiled pattern may take.
_MEMORY = 1 << 20
#: Signs of a pattern. Far longer ones outgrow that memory, and then each record takes its time.
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Pattern:
    """A test whether *pattern* (RE2 syntax, ignoring case) occurs in a text."""

    pattern: str

    def __call__(self, text: str) -> bool:
        """Tell whether the pattern occurs in *text*."""
        try:
            return _compiled(self.pattern).search(text) is not None
        except UnicodeEncodeError:
            # Half a sign, as a text that was cut off may end in: the engine reads whole ones.
            whole = text.encode("utf-8", "replace").decode("utf-8")
            return _compiled(self.pattern).search(whole) is not None


def pattern_fault(pattern: str) -> str | None:
    """Return what is wrong with *pattern*, in the engine's words, or None."""
    if len(pattern) > _LONGEST:
        return f"it has {len(pattern):,} signs; {_LONGEST:,} are the most"
    try:
        _compiled(pattern)
    except ValueError as err:
        return str(err)
    return None


@lru_cache(maxsize=1024)
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
