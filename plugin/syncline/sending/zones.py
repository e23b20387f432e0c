"""Which time zone counts: the prospect's, by field or by country, the user's, or a named one."""

from __future__ import annotations

__all__ = ["Place", "Sender", "country_zone", "zone_for", "zone_named"]

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from .days_off import country_named

#: A year whose clocks tell two zones of one country apart; a past year never changes.
_YEAR = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the two people of a touch are; a blank is not known."""

    #: The prospect's own time zone, a name such as ``Europe/Paris``.
    zone: str = ""
    #: The prospect's country, as it is written.
    country: str = ""
    #: Who sends, as the cadence names its users.
    user: str = ""
    user_zone: str = "UTC"
    #: How many a day the user wants to make on the channel, at most; None is any number.
    user_cap: int | None = None


class Sender(NamedTuple):
    """What a user's own settings say of touches (RS8, RS9)."""

    time_zone: str = "UTC"
    #: The cap of a day, by channel.
    caps: Mapping[str, int] = MappingProxyType({})


@lru_cache(maxsize=4096)
def zone_named(name: str) -> ZoneInfo | None:
    """Return a zone by its name; None for one that there is not, or not any more."""
    return ZoneInfo(name) if name in _names() else None


@lru_cache(maxsize=4096)
def zone_for(whose: str, zone: str, country: str, user_zone: str) -> ZoneInfo:
    """Return the zone of a line that says *whose*: ``prospect``, ``user``, or a zone's name.

    A prospect without a zone has that of the country, when all of the country keeps one time, and
    otherwise the user's. A user's zone that does not exist is UTC.
    """
    own = zone_named(user_zone) or ZoneInfo("UTC")
    match whose:
        case "user":
            return own
        case "prospect":
            return zone_named(zone) or country_zone(country) or own
        case _:
            return zone_named(whose) or own


@lru_cache(maxsize=4096)
def country_zone(country: str) -> ZoneInfo | None:
    """Return the zone of a country whose clocks all show one time; None for any other text.

    Spain has none, as the Canaries are an hour behind; Germany has, as Büsingen keeps Berlin's.
    """
    code = country_named(country) if country else None
    zones = [ZoneInfo(name) for name in _by_country().get(code or "", ()) if name in _names()]
    if len({_year_of(zone) for zone in zones}) != 1:
        return None
    return zones[0]


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


def _year_of(zone: ZoneInfo) -> tuple[timedelta | None, ...]:
    """Return the offset from UTC at noon of each day of a year."""
    return tuple(
        (_YEAR + timedelta(days=day, hours=12)).astimezone(zone).utcoffset() for day in range(365)
    )


@cache
def _by_country() -> dict[str, list[str]]:
    """Return the zones of each ISO code, in the zone database's own order."""
    text = (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8")
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            code, _place, name = line.split("\t")[:3]
            found.setdefault(code, []).append(name)
    return found
