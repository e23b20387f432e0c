"""Whether a setting's value means something: what a schema cannot tell."""

from __future__ import annotations

__all__ = ["fault_in"]

from collections import Counter
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from syncline_grammar.words import nearest

from ..functions.countries import country_code, country_names

#: Zones that the IANA database has dropped, and where their clocks are told now.
_DROPPED = {"US/Pacific-New": "America/Los_Angeles", "Canada/East-Saskatchewan": "America/Regina"}


def fault_in(name: str, value: Any) -> str:
    """Say what is wrong with *value*, which is valid by the schema; an empty text if nothing is."""
    match name:
        case "time_zone":
            return _zone(value)
        case "calendly_url":
            return _calendly(value)
        case "working_hours":
            return "" if value["from"] < value["to"] else "the hours run backwards"
        case "holidays":
            return _country(value)
        case "calendar_tasks":
            return _tasks(value)
        case _:
            return ""


def _zone(name: str) -> str:
    if name in _zones():
        return ""
    if name in _DROPPED:
        return f"the time zone {name} no longer exists; its clocks are those of {_DROPPED[name]}"
    near = nearest(name, _zones())
    hint = f"; did you mean {near}?" if near else ": write one such as Europe/Paris"
    return f"there is no time zone {name} (any more){hint}"


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _calendly(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return f"{url} is no web address"
    own = host == "calendly.com" or host.endswith(".calendly.com")
    if parts.scheme != "https" or not own or port is not None or parts.username is not None:
        return f"{url} is no Calendly link: they begin with https://calendly.com/"
    if not parts.path.strip("/"):
        return f"{url} names nobody: the link has your name behind the stroke"
    return ""


def _country(text: str) -> str:
    if country_code(text) is not None:
        return ""
    near = nearest(text, country_names().values())
    return f"there is no country {text}" + (f"; did you mean {near}?" if near else "")


def _tasks(tasks: list[dict[str, Any]]) -> str:
    titles = Counter(task["title"].strip().casefold() for task in tasks)
    twice = [title for title, count in titles.items() if count > 1]
    return f"two tasks have the title {twice[0]}" if twice else ""
