"""The handbook of one installation: the language, its functions, and the systems' own fields."""

from __future__ import annotations

__all__ = ["fields_page", "handbook", "language_page"]

from .fields import fields_page
from .page import handbook, language_page
