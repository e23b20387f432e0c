"""The functions that rules may call, ours and plugins': typed values in one registry."""

from __future__ import annotations

__all__ = ["BUILT_IN", "Function"]

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import phonenumbers

from ..model import Value, is_blank

#: Countries as people type them; ISO codes are understood as they are.
_REGIONS = {
    "united states": "US", "united states of america": "US", "usa": "US", "u.s.": "US",
    "u.s.a.": "US", "united kingdom": "GB", "uk": "GB", "u.k.": "GB", "great britain": "GB",
    "england": "GB", "scotland": "GB", "wales": "GB", "france": "FR", "germany": "DE",
    "deutschland": "DE", "spain": "ES", "españa": "ES", "italy": "IT", "italia": "IT",
    "portugal": "PT", "netherlands": "NL", "the netherlands": "NL", "belgium": "BE",
    "switzerland": "CH", "austria": "AT", "ireland": "IE", "canada": "CA", "australia": "AU",
    "new zealand": "NZ", "india": "IN", "brazil": "BR", "brasil": "BR", "mexico": "MX",
    "méxico": "MX", "japan": "JP", "china": "CN", "singapore": "SG", "sweden": "SE",
    "norway": "NO", "denmark": "DK", "finland": "FI", "poland": "PL",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function of the rule language.

    ``call`` gets the value and then the arguments, never a blank value (a blank stays blank), and
    returns a value. It does no I/O, reads no clock, and does not raise for any value.
    """

    name: str
    #: One sentence for the admin.
    summary: str
    call: Callable[..., Value]
    #: How many arguments it takes beside the value, least and most.
    arguments: tuple[int, int] = (0, 0)
    #: Applying it twice is applying it once: it may stand in a two-way mapping.
    normaliser: bool = False


def _phone(value: Value, country: Value = None) -> Value:
    """E.164 when the number can be read, otherwise the text as it is."""
    text = str(value).strip()
    name = "" if is_blank(country) else str(country).strip()
    region = _REGIONS.get(name.casefold(), name.upper() if len(name) == 2 else None)
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return text
    if not phonenumbers.is_possible_number(number):
        return text
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{written};ext={number.extension}" if number.extension else written


def _text(change: Callable[[str], str]) -> Callable[..., Value]:
    def call(value: Value, *_: Any) -> Value:
        return change(value) if isinstance(value, str) else value

    return call


BUILT_IN: tuple[Function, ...] = (
    Function(
        name="phone",
        summary="A telephone number in international form (+14155550132), read for the country.",
        call=_phone,
        arguments=(0, 1),
        normaliser=True,
    ),
    Function(
        name="trim",
        summary="Text without the spaces around it.",
        call=_text(str.strip),
        normaliser=True,
    ),
    Function(
        name="lower", summary="Text in small letters.", call=_text(str.lower), normaliser=True
    ),
    Function(
        name="upper", summary="Text in capital letters.", call=_text(str.upper), normaliser=True
    ),
)
