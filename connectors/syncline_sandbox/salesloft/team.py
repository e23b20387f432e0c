"""The team that a new sandbox begins with: its people, its cadences and what it has set up."""

from __future__ import annotations

__all__ = ["TABLES", "TEAM", "TEAM_ID", "founded"]

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLES = (
    "users", "person_stages", "custom_fields", "call_dispositions", "call_sentiments",
    "cadences", "steps", "people", "accounts", "cadence_memberships", "calls", "emails", "notes",
)  # fmt: skip

TEAM_ID = 1
TEAM = {"id": TEAM_ID, "name": "Orchard Sales", "plan": "professional", "deactivated": False}

_USERS = (("Robin", "Hale", True), ("Sam", "Okafor", True), ("Kim", "Left", False))
_STAGES = ("Open", "Working", "Qualified", "Do Not Contact")
_DISPOSITIONS = ("Busy", "Connected", "Left Voicemail", "No Answer")
_SENTIMENTS = ("Demo Scheduled", "Interested", "Not Interested")
#: Each with the days and the kinds of its steps.
_CADENCES: dict[str, tuple[tuple[int, str], ...]] = {
    "Nurture Q3": ((1, "Email"), (15, "Email"), (30, "Phone")),
    "New leads": ((1, "Phone"), (1, "Email"), (3, "Phone")),
    "Re-engage": ((1, "Email"), (4, "Phone"), (9, "Email")),
}


def founded() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the first records, each with its table; the first user is the one who asks."""
    for number, (first, last, active) in enumerate(_USERS, start=1):
        yield (
            "users",
            {
                "guid": f"00000000-0000-4000-8000-{number:012d}",
                "name": f"{first} {last}",
                "first_name": first,
                "last_name": last,
                "email": f"{first.casefold()}@orchard.example.com",
                "active": active,
                "time_zone": "US/Eastern",
                "team_admin": number == 1,
            },
        )
    for table, names in (
        ("person_stages", _STAGES),
        ("call_dispositions", _DISPOSITIONS),
        ("call_sentiments", _SENTIMENTS),
    ):
        for order, name in enumerate(names, start=1):
            yield table, {"name": name} | ({"order": order} if table == "person_stages" else {})
    for field_type, name, value_type in (
        ("person", "Syncline Key", "text"),
        ("company", "Syncline Key", "text"),
        ("person", "Lead Score", "text"),
        ("person", "Renewal Date", "date"),
    ):
        yield (
            "custom_fields",
            {"name": name, "field_type": field_type, "value_type": value_type},
        )
    for number, (name, steps) in enumerate(_CADENCES.items(), start=1):
        yield (
            "cadences",
            {"name": name, "team_cadence": True, "shared": True, "current_state": "active"},
        )
        for place, (day, kind) in enumerate(steps, start=1):
            yield (
                "steps",
                {"cadence_id": number, "name": f"Step {place}", "day": day, "type": kind},
            )
