"""Settings of the company, of teams and of people, and what holds for one person (RS8, RS9)."""

from __future__ import annotations

__all__: list[str] = []
