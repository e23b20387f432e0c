"""The same plugin, but no entry point names it."""

from __future__ import annotations

from . import syncline_register_connectors

__all__ = ["syncline_register_connectors"]
