"""Countries, as people write them and as ISO 3166 does: what ``country`` and ``phone`` read."""

from __future__ import annotations

__all__ = ["COUNTRIES", "country_code", "country_names"]

import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import cast

from .arguments import shown
from .function import Example, Function

#: Languages in which people write the name of their country.
_LANGUAGES = (
    "de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb_NO", "fi", "pl", "cs", "hu",
)  # fmt: skip
#: What people write and no list of names has.
_ALSO = {
    "uk": "GB", "britain": "GB", "great britain": "GB", "england": "GB", "scotland": "GB",
    "wales": "GB", "northern ireland": "GB", "republic of ireland": "IE", "america": "US",
    "holland": "NL", "russia": "RU", "korea": "KR", "turkey": "TR", "uae": "AE",
    "ivory coast": "CI", "cape verde": "CV", "macedonia": "MK", "burma": "MM", "vatican": "VA",
    "palestine": "PS", "micronesia": "FM", "bosnia": "BA", "east timor": "TL",
    "falkland islands": "FK", "macau": "MO", "congo-kinshasa": "CD", "congo-brazzaville": "CG",
}  # fmt: skip
#: No country's name is longer; the time to fold a text is the square of its accents.
_LONGEST = 120


def country_code(text: str) -> str | None:
    """Return the ISO alpha-2 code of the country that *text* names; None when it names none."""
    return _codes().get(_fold(text)) if len(text) <= _LONGEST else None


@cache
def _listed() -> tuple[dict[str, str], ...]:
    """Return what ISO 3166 says of each country: its codes and its English names."""
    import pycountry  # here: a table that is read only when a country is asked for

    countries = cast("Iterable[Iterable[tuple[str, str]]]", pycountry.countries)
    return tuple(dict(country) for country in countries)


@cache
def _codes() -> dict[str, str]:
    """Return every known way to write a country, folded, with its code; codes go first."""
    import gettext

    import pycountry

    codes: dict[str, str] = {}
    for known in _listed():
        codes |= {_fold(known[kind]): known["alpha_2"] for kind in ("alpha_2", "alpha_3")}
    kinds = ("name", "official_name", "common_name")
    names = [(known[k], known["alpha_2"]) for known in _listed() for k in kinds if k in known]
    for name, code in (*names, *_ALSO.items()):
        codes.setdefault(_fold(name), code)
    for language in _LANGUAGES:
        told = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, [language], fallback=True)
        for name, code in names:
            codes.setdefault(_fold(told.gettext(name)), code)
    return codes


@cache
def country_names() -> dict[str, str]:
    """Return the usual English name of each country, by its code."""
    return {known["alpha_2"]: known.get("common_name", known["name"]) for known in _listed()}


def _fold(text: str) -> str:
    """Return *text* without case, accents, full stops, doubled spaces and a leading "the"."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in apart if c != "." and not unicodedata.combining(c))
    return " ".join(plain.replace("&", " and ").split()).removeprefix("the ")


def _known_code(text: str) -> str:
    code = country_code(text)
    if code is None:
        raise ValueError(f"{shown(text)} is no country that is known")
    return code


def _country(text: str) -> str:
    return _known_code(text)


def _country_name(text: str) -> str:
    return country_names()[_known_code(text)]


COUNTRIES: tuple[Function, ...] = (
    Function(
        name="country",
        summary=(
            "The two-letter ISO code of a country that is written by its name, in English or in "
            "its own or another large language of Europe, or by a code."
        ),
        call=_country,
        fails="the text names no country that is known",
        inverse="country_name",
        cost=12,
        examples=(
            Example(call='country("United Kingdom")', gives="GB"),
            Example(call='country("U.S.A.")', gives="US"),
            Example(call='country("deutschland")', gives="DE"),
            Example(call='country("Atlantis")', fails='"Atlantis" is no country that is known'),
        ),
    ),
    Function(
        name="country_name",
        summary="The usual English name of a country that is written by a code or by a name.",
        call=_country_name,
        fails="the text names no country that is known",
        inverse="country",
        cost=10,
        examples=(
            Example(call='country_name("DE")', gives="Germany"),
            Example(call='country_name("kor")', gives="South Korea"),
            Example(call='country_name("ZZ")', fails='"ZZ" is no country that is known'),
        ),
    ),
)
