"""The settings that there are: what each is for, how levels merge, what holds when none says."""

from __future__ import annotations

__all__ = ["CHANNELS", "SETTINGS", "WEEKDAYS", "Merge", "Setting", "setting_named"]

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from syncline_grammar.words import nearest

from ..errors import WorkspaceError

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: What a cadence's touch can be, and a cap can be for.
CHANNELS = ("email", "sms", "call", "task")


class Merge(StrEnum):
    """What becomes of a setting that several levels say something of."""

    #: The person's counts, else the team's, else the company's: whole, never in part.
    NEAREST = "nearest"
    #: The lowest number of all levels counts: nobody gives himself more than the company allows.
    LOWEST = "lowest"
    #: The lists add up; of two entries with one title the nearer counts.
    TOGETHER = "together"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting. Its values are JSON, by ``settings.schema.json``."""

    name: str
    #: A sentence for the admin.
    summary: str
    #: How a value is written in a command.
    example: str
    merge: Merge = Merge.NEAREST
    #: What holds where no level says anything.
    default: Any = None
    #: It belongs to a person alone.
    personal: bool = False


SETTINGS: Mapping[str, Setting] = {
    each.name: each
    for each in (
        Setting(
            name="team",
            summary="The team that the person belongs to.",
            example="Paris",
            personal=True,
        ),
        Setting(
            name="time_zone",
            summary="The time zone, by its name in the IANA database.",
            example="Europe/Paris",
            default="UTC",
        ),
        Setting(
            name="language",
            summary="The language of messages: en, es or fr; unset, the machine's own.",
            example="fr",
        ),
        Setting(
            name="calendly_url",
            summary="The link by which prospects book a meeting.",
            example="https://calendly.com/ann/intro",
        ),
        Setting(
            name="working_days",
            summary="The days on which there is work.",
            example="mon,tue,wed,thu,fri",
            default=list(WEEKDAYS[:5]),
        ),
        Setting(
            name="working_hours",
            summary="The hours of a working day, in the time zone above.",
            example="09:00-17:30",
            default={"from": "09:00", "to": "17:00"},
        ),
        Setting(
            name="holidays",
            summary="The country whose holidays are kept.",
            example="France",
        ),
        *(
            Setting(
                name=f"daily_cap_{channel}",
                summary=f"How many touches by {channel} a person makes in a day, at most.",
                example="150",
                merge=Merge.LOWEST,
            )
            for channel in CHANNELS
        ),
        Setting(
            name="calendar_tasks",
            summary="Tasks of one's own that come back every week.",
            example='"Review leads: mon,wed 16:30 for 30 minutes"',
            merge=Merge.TOGETHER,
            default=[],
        ),
    )
}


def setting_named(name: str) -> Setting:
    """Return the setting called *name*; raise ``WorkspaceError`` when there is none."""
    found = SETTINGS.get(name.strip().casefold().replace("-", "_"))
    if found is None:
        near = nearest(name, SETTINGS)
        raise WorkspaceError(
            f"there is no setting {name}" + (f"; did you mean {near}?" if near else ""),
            hint=f"There are {', '.join(SETTINGS)}.",
        )
    return found
