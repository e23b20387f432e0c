"""Settings as a person writes them in a command, and as they are shown."""

from __future__ import annotations

__all__ = ["read", "shown"]

import re
from collections.abc import Sequence
from typing import Any

from ..errors import WorkspaceError
from .names import WEEKDAYS, Setting

_HOURS = re.compile(r"(\d{1,2}:\d{2})\s*(?:-|to)\s*(\d{1,2}:\d{2})")
_TASK = re.compile(r"(.+):\s*([\w, ]+?)\s+(\d{1,2}:\d{2})\s+for\s+(\d{1,4})\s*min(?:ute)?s?")
_SPAN = re.compile(r"(\w+)\s*(?:-|to)\s*(\w+)")


def read(setting: Setting, words: Sequence[str]) -> Any:
    """Return the value that *words* write; raise ``WorkspaceError`` when they write none.

    It is not yet checked by the schema.
    """
    if setting.name == "calendar_tasks":
        return [_task(setting, word) for word in words]
    text = " ".join(words).strip()
    match setting.name:
        case "working_days":
            return _days(setting, text)
        case "working_hours":
            found = _HOURS.fullmatch(text)
            if found is None:
                raise _unread(setting, text)
            return {"from": _clock(found[1]), "to": _clock(found[2])}
        case name if name.startswith("daily_cap_"):
            if not (text.isascii() and text.isdigit()):
                raise _unread(setting, text)
            return int(text)
        case "language":
            return text.casefold()
        case _:
            return text


def shown(name: str, value: Any) -> str:
    """Return *value* in one line, as ``read`` takes it."""
    match name:
        case "working_days":
            return ",".join(value)
        case "working_hours":
            return f"{value['from']}-{value['to']}"
        case "calendar_tasks":
            return "; ".join(
                f"{task['title']}: {','.join(task['days'])} {task['at']} "
                f"for {task['minutes']} minutes"
                for task in value
            )
        case _:
            return "" if value is None else str(value)


def _task(setting: Setting, text: str) -> dict[str, Any]:
    found = _TASK.fullmatch(text.strip())
    if found is None:
        raise _unread(setting, text)
    title, days, at, minutes = found.groups()
    return {
        "title": title.strip(),
        "days": _days(setting, days),
        "at": _clock(at),
        "minutes": int(minutes),
    }


def _days(setting: Setting, text: str) -> list[str]:
    """Return the days of ``mon,wed`` or ``Mon to Fri``, in the order of the week."""
    if (span := _SPAN.fullmatch(text)) is not None:
        first, last = (_day(setting, word) for word in span.groups())
        return list(WEEKDAYS[first : last + 1]) if first <= last else []
    numbers = {_day(setting, word) for word in re.split(r"[,\s]+", text) if word}
    return [WEEKDAYS[number] for number in sorted(numbers)]


def _day(setting: Setting, word: str) -> int:
    short = word.casefold()[:3]
    if short not in WEEKDAYS:
        raise _unread(setting, word)
    return WEEKDAYS.index(short)


def _clock(text: str) -> str:
    return text.rjust(5, "0")


def _unread(setting: Setting, text: str) -> WorkspaceError:
    return WorkspaceError(
        f"{text or 'nothing'} is no value of {setting.name}",
        hint=f"Write it like this: {setting.example}",
    )
