"""How many examples a property is tried on."""

from __future__ import annotations

__all__ = ["examples"]

from hypothesis import settings

#: As many as `conftest.py` says for a property that names no number of its own.
_USUAL = 100


def examples(number: int) -> settings:
    """Try *number* examples, and more of them in proportion under ``--hypothesis-profile``."""
    return settings(max_examples=number * settings().max_examples // _USUAL)
