"""What a system makes of the values it is given: the ways in which vendors differ."""

from __future__ import annotations

__all__ = ["Habits", "RefusedError"]

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..model import Field, FieldType, Value, is_blank


class RefusedError(Exception):
    """A row that the system does not take, with its code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """One system's way with times and values."""

    #: The fineness of its time stamps.
    granularity: timedelta = timedelta(microseconds=1)
    #: It takes white space from both ends of a text.
    trims: bool = False
    #: It cuts a text that is too long; otherwise it refuses the row.
    cuts: bool = False
    #: It keeps nothing but the digits of a telephone number, and the plus sign.
    bare_phones: bool = False
    #: It writes addresses in small letters.
    small_addresses: bool = False
    #: A write that changes nothing moves the time of modification all the same.
    touches: bool = True

    def stamp(self, moment: datetime) -> datetime:
        """Return *moment* as the system writes it down: rounded down."""
        whole = self.granularity // timedelta(microseconds=1)
        if whole <= 1:
            return moment
        if whole >= 1_000_000:
            return moment.replace(microsecond=0)
        return moment.replace(microsecond=moment.microsecond // whole * whole)

    def kept(self, field: Field, value: Value) -> Value:
        """Return what *field* holds once it was given *value*; raise ``RefusedError``."""
        if is_blank(value):
            if field.required:
                raise RefusedError("REQUIRED_FIELD_MISSING", f"{field.name} is required")
            return None
        if not isinstance(value, str):
            return round(value, 2) if isinstance(value, float) else value
        text = value.strip() if self.trims else value
        if field.type is FieldType.PHONE and self.bare_phones:
            text = "".join(sign for sign in text if sign.isdigit() or sign == "+") or text
        elif field.type is FieldType.EMAIL and self.small_addresses:
            text = text.lower()
        if field.restricted and text not in field.values:
            raise RefusedError("BAD_PICKLIST_VALUE", f"{field.name} has no value {text!r}")
        if field.length is not None and len(text) > field.length:
            if not self.cuts:
                raise RefusedError("STRING_TOO_LONG", f"{field.name} takes {field.length} signs")
            text = text[: field.length]
        return text
