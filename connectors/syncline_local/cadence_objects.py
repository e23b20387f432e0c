"""The embedded cadence's objects and actions, and the cadences that it starts with."""

from __future__ import annotations

__all__ = ["CADENCE", "DESCRIPTION", "STARTING_CADENCES"]

from typing import TYPE_CHECKING, Any

from syncline import Action, Description, Field, ObjectType, Prices

from .fields import (
    email,
    identifier,
    instant,
    number,
    phone,
    picklist,
    read_only,
    reference,
    text,
    url,
)
from .system import System

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEY_FIELD = "syncline_key"


def _object(name: str, label: str, *fields: Field, writable: bool = True) -> ObjectType:
    own = fields if writable else tuple(read_only(field) for field in fields)
    key = (read_only(text(_KEY_FIELD, "Syncline key", 255)),) if writable else ()
    return ObjectType(
        name=name,
        label=label,
        fields=(
            identifier("id", f"{label} ID"),
            *own,
            read_only(instant("created_at", "Created at")),
            read_only(instant("updated_at", "Updated at")),
            *key,
        ),
        key_field=_KEY_FIELD if writable else None,
        deletable=writable,
    )


_PROSPECT = _object(
    "prospect",
    "Prospect",
    text("first_name", "First name", 40, required=True),
    text("last_name", "Last name", 80, required=True),
    text("company_name", "Company name", 255),
    text("job_title", "Job title", 128),
    email("email", "Email"),
    phone("phone", "Phone"),
    phone("mobile_phone", "Mobile phone"),
    phone("company_phone", "Company phone"),
    phone("other_phone", "Other phone"),
    phone("other_phone_2", "Second other phone"),
    url("company_url", "Company URL"),
    number("company_size", "Company size"),
    url("linkedin_url", "LinkedIn URL"),
    url("zoominfo_url", "ZoomInfo URL"),
    text("other_emails", "Other e-mails", 255),
    text("street", "Street", 255),
    text("city", "City", 80),
    text("state", "State", 80),
    text("postal_code", "Postal code", 20),
    text("country", "Country", 80),
    text("industry", "Industry", 80),
    number("priority", "Priority"),
    text("notes", "Notes", 32000),
    picklist("source", "Source", ("Web", "Event", "Referral"), restricted=True),
    text("crm_status", "CRM status", 80),
    text("integration_status", "Integration status", 80),
    text("integration_reason", "Integration reason", 255),
    text("owner", "Owner", 80),
    text("time_zone", "Time zone", 64),
)
_ACCOUNT = _object(
    "account",
    "Account",
    text("name", "Name", 255, required=True),
    phone("phone", "Phone"),
    number("size", "Size"),
    url("url", "URL"),
    url("linkedin_url", "LinkedIn URL"),
    text("street", "Street", 255),
    text("city", "City", 80),
    text("state", "State", 80),
    text("postal_code", "Postal code", 20),
    text("country", "Country", 80),
    text("industry", "Industry", 80),
)
_CADENCE = _object(
    "cadence",
    "Cadence",
    text("name", "Name", 80),
    number("touches", "Touches"),
    writable=False,
)
_ENROLMENT = _object(
    "enrolment",
    "Enrolment",
    reference("prospect_id", "Prospect ID"),
    reference("cadence_id", "Cadence ID"),
    text("cadence_name", "Cadence name", 80),
    number("touch", "Touch"),
    picklist("state", "State", ("active", "exited", "moved", "finished"), restricted=True),
    text("reason", "Reason", 255),
    instant("entered_at", "Entered at"),
    instant("left_at", "Left at"),
    writable=False,
)
_ACTIVITY = _object(
    "activity",
    "Activity",
    reference("prospect_id", "Prospect ID", required=True),
    picklist(
        "kind",
        "Kind",
        ("call", "email", "sms", "note", "meeting", "task"),
        restricted=True,
        required=True,
    ),
    text("outcome", "Outcome", 80),
    instant("at", "At"),
    text("user", "User", 80),
    text("list_name", "List name", 80),
    text("comments", "Comments", 32000),
    number("duration", "Duration"),
    number("wrap_time", "Wrap time"),
    phone("caller_id", "Caller ID"),
    text("email_subject", "Email subject", 255),
    text("template_name", "Template name", 80),
    picklist("direction", "Direction", ("inbound", "outbound"), restricted=True),
    text("cadence_name", "Cadence name", 80),
    number("touch", "Touch"),
)


def _touches(*plan: tuple[int, str]) -> list[dict[str, str | int]]:
    return [
        {"position": position, "kind": kind, "day": day}
        for position, (day, kind) in enumerate(plan, start=1)
    ]


#: The documents of a new file: what each is called, and what it does on which day.
STARTING_CADENCES: tuple[Mapping[str, Any], ...] = (
    {
        "name": "Nurture Q3",
        "touches": _touches((1, "email"), (15, "email"), (30, "call"), (45, "email")),
    },
    {
        "name": "New leads",
        "touches": _touches(
            (1, "call"), (1, "email"), (3, "call"), (5, "sms"), (8, "email"), (12, "task")
        ),
    },
    {
        "name": "Re-engage",
        "touches": _touches((1, "email"), (4, "call"), (9, "sms"), (14, "email"), (21, "task")),
    },
)

DESCRIPTION = Description(
    objects=(_PROSPECT, _ACCOUNT, _CADENCE, _ENROLMENT, _ACTIVITY),
    actions=(
        Action(name="enrol", summary="Put the prospect into a cadence."),
        Action(name="exit", summary="Take the prospect out of its cadence."),
        Action(name="move", summary="Take the prospect from its cadence to another."),
        Action(name="next touch", summary="Take the prospect to the next touch of its cadence."),
    ),
    prices=Prices(page_size=1000),
    cadences=tuple(cadence["name"] for cadence in STARTING_CADENCES),
)

CADENCE = System(
    file="cadence.json",
    id_field="id",
    created_field="created_at",
    modified_field="updated_at",
    prefixes={
        "prospect": "prs_",
        "account": "acc_",
        "cadence": "cad_",
        "enrolment": "enr_",
        "activity": "act_",
    },
    digits=6,
    mergeable=frozenset({"prospect", "account"}),
)
