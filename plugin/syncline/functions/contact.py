"""The function over telephone numbers."""

from __future__ import annotations

__all__ = ["CONTACT", "phone"]

from ..model import FieldType
from .countries import country_code
from .function import Example, Function, Parameter


def phone(number: str, country: str | None = None) -> str:
    """Return E.164 when the number can be read, otherwise the text as it is."""
    text = number.strip()
    region = _region(country or "")
    written = _international(text, region)
    # A number that is made up may begin with what looks like a prefix, and lose a digit each time.
    if written is None or _international(written, region) != written:
        return text
    return written


def _international(text: str, region: str | None) -> str | None:
    import phonenumbers  # here: half of what it takes to start

    try:
        read = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(read):
        return None
    written = phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164)
    return f"{written};ext={read.extension}" if read.extension else written


def _region(country: str) -> str | None:
    code = country.strip().upper()
    # Regions with a telephone code and none of ISO's (Kosovo is XK) are written by two letters.
    return country_code(country) or (code if len(code) == 2 else None)


CONTACT: tuple[Function, ...] = (
    Function(
        name="phone",
        summary=(
            "A telephone number in international form, read for the country when it has no "
            "country code of its own; the country is a name or a code. What cannot be read stays "
            "as it is."
        ),
        call=phone,
        takes=(
            Parameter(name="number"),
            Parameter(name="country", optional=True, blank=True),
        ),
        gives=FieldType.PHONE,
        normaliser=True,
        cost=300,
        examples=(
            Example(call='phone("(415) 555-0132", "US")', gives="+14155550132"),
            Example(call='phone("020 7183 8750", "England")', gives="+442071838750"),
            Example(call='phone("+49 30 901820")', gives="+4930901820"),
            Example(call='phone("extension 12")', gives="extension 12"),
        ),
    ),
)
