"""Forms of the rules as JSON Schemas with hints for display, and what is posted in them (RS10)."""

from __future__ import annotations

__all__: list[str] = []
