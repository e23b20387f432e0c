"""The kinds of records that the sandbox holds, and the fields that come with every company."""

from __future__ import annotations

__all__ = ["ADDRESS", "KINDS", "FieldInfo", "KindInfo", "first_fields", "new_code"]

import hashlib
from dataclasses import dataclass, field
from typing import Any

#: The parts of an address, in the vendor's order.
ADDRESS = (
    "value", "street_number", "route", "subpremise", "locality", "sublocality",
    "admin_area_level_1", "admin_area_level_2", "country", "postal_code", "formatted_address",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldInfo:
    """One field, as the vendor describes it."""

    code: str
    name: str
    type: str
    #: What a record calls it, where that is not the code.
    key: str = ""
    writable: bool = True
    required: bool = False
    options: tuple[tuple[Any, str], ...] | None = None
    custom: bool = False

    @property
    def wire(self) -> str:
        """The name under which a record holds it."""
        return self.key or self.code


@dataclass(frozen=True, slots=True, kw_only=True)
class KindInfo:
    """One kind of record."""

    name: str
    #: The last part of its path, as in ``/api/v2/persons``.
    path: str
    fields: tuple[FieldInfo, ...]
    #: The kind whose custom fields it has; "" for none.
    customs: str
    #: What a saved filter over it is called.
    filter: str = ""
    by_wire: dict[str, FieldInfo] = field(default_factory=dict[str, FieldInfo], repr=False)

    def __post_init__(self) -> None:
        self.by_wire.update({each.wire: each for each in self.fields})


def _f(code: str, name: str, kind: str, **more: Any) -> FieldInfo:
    return FieldInfo(code=code, name=name, type=kind, **more)


_WHEN = (
    _f("add_time", "Created", "datetime", writable=False),
    _f("update_time", "Update time", "datetime", writable=False),
)
_OWNED = (
    _f("owner_id", "Owner", "user"),
    _f("label_ids", "Labels", "labels", options=((1, "Customer"), (2, "Hot lead"))),
    _f("visible_to", "Visible to", "visible_to"),
)
_STATUS = (("open", "Open"), ("won", "Won"), ("lost", "Lost"))
_TYPES = ("call", "meeting", "task", "deadline", "email", "lunch")

_PERSON = (
    _f("id", "ID", "int", writable=False),
    _f("name", "Name", "varchar", required=True),
    _f("first_name", "First name", "varchar"),
    _f("last_name", "Last name", "varchar"),
    _f("phone", "Phone", "phone", key="phones"),
    _f("email", "Email", "varchar", key="emails"),
    _f("org_id", "Organization", "org"),
    *_OWNED,
    *_WHEN,
)
_ORGANIZATION = (
    _f("id", "ID", "int", writable=False),
    _f("name", "Name", "varchar", required=True),
    _f("address", "Address", "address"),
    _f("website", "Website", "varchar"),
    _f("linkedin", "LinkedIn profile", "varchar"),
    _f("industry", "Industry", "enum", options=((1, "Technology"), (2, "Finance"), (3, "Retail"))),
    _f("annual_revenue", "Annual revenue", "double"),
    _f("employee_count", "Number of employees", "double"),
    *_OWNED,
    *_WHEN,
)
_DEAL = (
    _f("id", "ID", "int", writable=False),
    _f("title", "Title", "varchar", required=True),
    _f("value", "Value", "double"),
    _f("currency", "Currency", "varchar"),
    _f("status", "Status", "status", options=_STATUS),
    _f("pipeline_id", "Pipeline", "pipeline"),
    _f("stage_id", "Stage", "stage"),
    _f("person_id", "Contact person", "people"),
    _f("org_id", "Organization", "org"),
    _f("probability", "Probability", "double"),
    _f("lost_reason", "Lost reason", "varchar"),
    _f("expected_close_date", "Expected close date", "date"),
    *_OWNED,
    *_WHEN,
)
_ACTIVITY = (
    _f("id", "ID", "int", writable=False),
    _f("subject", "Subject", "varchar"),
    _f("type", "Type", "activity_type", options=tuple((t, t.capitalize()) for t in _TYPES)),
    _f("owner_id", "Assigned to user", "user"),
    _f("deal_id", "Deal", "deal"),
    _f("lead_id", "Lead", "lead"),
    _f("person_id", "Contact person", "people", writable=False),
    _f("participants", "Participants", "participants"),
    _f("org_id", "Organization", "org"),
    _f("due_date", "Due date", "date"),
    _f("due_time", "Due time", "clock"),
    _f("duration", "Duration", "clock"),
    _f("busy", "Free/busy", "boolean"),
    _f("done", "Done", "boolean"),
    _f("location", "Location", "address"),
    _f("public_description", "Public description", "text"),
    _f("note", "Note", "text"),
    _f("priority", "Priority", "int"),
    *_WHEN,
)
_LEAD = (
    _f("id", "ID", "varchar", writable=False),
    _f("title", "Title", "varchar", required=True),
    _f("person_id", "Contact person", "people"),
    _f("organization_id", "Organization", "org"),
    _f("owner_id", "Owner", "user"),
    _f("value", "Value", "amount"),
    _f("expected_close_date", "Expected close date", "date"),
    _f("label_ids", "Labels", "lead_labels"),
    _f("is_archived", "Archived", "boolean"),
    _f("was_seen", "Seen", "boolean"),
    _f("visible_to", "Visible to", "visible_to_v1"),
    _f("origin_id", "Origin ID", "varchar"),
    _f("channel", "Channel", "int"),
    _f("channel_id", "Channel ID", "varchar"),
    *_WHEN,
)
_NOTE = (
    _f("id", "ID", "int", writable=False),
    _f("content", "Content", "text", required=True),
    _f("deal_id", "Deal", "deal"),
    _f("person_id", "Person", "people"),
    _f("org_id", "Organization", "org"),
    _f("lead_id", "Lead", "lead"),
    _f("user_id", "Author", "user"),
    *(_f(f"pinned_to_{each}_flag", f"Pinned to {each}", "flag")
      for each in ("lead", "deal", "organization", "person", "project")),
    *_WHEN,
)  # fmt: skip


def _kind(name: str, path: str, fields: tuple[FieldInfo, ...], customs: str, of: str) -> KindInfo:
    return KindInfo(name=name, path=path, fields=fields, customs=customs, filter=of)


KINDS = {
    kind.name: kind
    for kind in (
        _kind("person", "persons", _PERSON, "person", "people"),
        _kind("organization", "organizations", _ORGANIZATION, "organization", "org"),
        _kind("deal", "deals", _DEAL, "deal", "deals"),
        _kind("activity", "activities", _ACTIVITY, "", "activity"),
        _kind("lead", "leads", _LEAD, "deal", "leads"),
        _kind("note", "notes", _NOTE, "", ""),
    )
}


def first_fields() -> list[dict[str, Any]]:
    """Return the custom fields of a new sandbox: those that the ready rules speak of."""
    made: list[dict[str, Any]] = []
    for kind, name, of in (
        ("person", "Syncline key", "varchar"),
        ("person", "Job title", "varchar"),
        ("person", "LinkedIn", "varchar"),
        ("person", "Lead source", ("Web", "Event", "Referral")),
        ("organization", "Syncline key", "varchar"),
        ("organization", "Phone", "phone"),
        ("organization", "Size", "double"),
        ("organization", "LinkedIn URL", "varchar"),
        ("deal", "Syncline key", "varchar"),
    ):
        labels = () if isinstance(of, str) else of
        number = len(made) + 1
        options = [{"id": number * 100 + at, "label": each} for at, each in enumerate(labels)]
        made.append(
            {
                "kind": kind,
                "code": new_code(kind, name, number),
                "name": name,
                "type": of if isinstance(of, str) else "enum",
                "options": options or None,
            }
        )
    return made


def new_code(kind: str, name: str, number: int) -> str:
    """Return the 40 signs that name a custom field; another for each field ever made."""
    return hashlib.sha1(f"{kind}/{name}/{number}".encode(), usedforsecurity=False).hexdigest()
