"""Holidays by country, and countries as people write them."""

from __future__ import annotations

__all__ = ["countries", "country_named", "country_near", "holiday"]

from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache

from syncline_grammar.words import nearest

from ..functions.countries import country_code, country_names


@lru_cache(maxsize=4096)
def country_named(text: str) -> str | None:
    """Return the ISO code of the country that *text* names; None when it names none."""
    return country_code(text)


def country_near(text: str) -> str | None:
    """Return a country's name that may have been meant."""
    return nearest(text, country_names().values())


def countries() -> list[str]:
    """Return the ISO codes of all countries."""
    return sorted(country_names())


def holiday(country: str, day: date) -> str | None:
    """Return the English name of the holiday of the whole *country* on *day*; None if it is none.

    Holidays of a part of a country (a Land, a state) are not counted. A few have none at all:
    Ukraine under martial law, islands where nobody lives.
    """
    return _of_year(country, day.year).get(day)


@cache
def _of_year(country: str, year: int) -> Mapping[date, str]:
    import holidays  # here: a table that is read only when somebody's holidays are asked for

    try:
        return dict(holidays.country_holidays(country, years=year, language="en_US"))
    except NotImplementedError:  # a country younger than the table
        return {}
