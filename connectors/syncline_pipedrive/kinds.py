"""The kinds of records, with what their calls cost, and the fields that every company has."""

from __future__ import annotations

__all__ = ["KEY_LABEL", "KINDS", "Form", "Kind", "Standard"]

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from syncline import FieldType

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The custom field that an admin makes for our key: text.
KEY_LABEL = "Syncline key"


class Form(Enum):
    """How a value lies in a record."""

    #: By itself, or as a part of an object: ``address.country``.
    PLAIN = auto()
    #: The primary entry of a list of e-mail addresses or phones.
    CONTACT = auto()
    #: One of two names that are written together.
    NAME = auto()
    #: A user's id, which rules speak of by the e-mail address.
    USER = auto()
    #: An organization's id, which rules speak of by its name.
    ORGANIZATION = auto()
    #: The primary one of an activity's participants.
    PARTICIPANT = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """A field that Pipedrive brings along."""

    name: str
    label: str
    type: FieldType
    path: str
    form: Form = Form.PLAIN
    writable: bool = True
    required: bool = False
    length: int | None = None
    #: The field as the vendor's list names it: only where that is, the company has this one.
    listed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of record, and what its calls cost in tokens (``x-token-cost``)."""

    name: str
    label: str
    path: str
    fields: tuple[Standard, ...]
    #: Where its fields are described, as in ``/api/v2/personFields``; "" for nowhere.
    described: str = ""
    #: The word for it in saved filters, and for their type.
    object: str = ""
    filter: str = ""
    #: The field that takes our key; "" for a custom one labelled ``KEY_LABEL``.
    key: str = ""
    version: int = 2
    list_price: int = 10
    read_price: int = 1
    write_price: int = 5
    delete_price: int = 3
    #: Of a page of what went, which is a call of its own.
    ends_price: int = 20
    update: str = "PATCH"
    by_name: Mapping[str, Standard] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {each.name: each for each in self.fields})


_T = FieldType


def _s(name: str, label: str, kind: FieldType, path: str = "", **more: Any) -> Standard:
    return Standard(name=name, label=label, type=kind, path=path or name, **more)


_ID = _s("id", "ID", _T.ID, writable=False)
_WHEN = (
    _s("add_time", "Created", _T.DATETIME, writable=False),
    _s("update_time", "Updated", _T.DATETIME, writable=False),
)
_OWNER = _s("owner", "Owner e-mail", _T.PICKLIST, "owner_id", form=Form.USER)
_ORGANIZATION = (
    _s("organization", "Organisation", _T.TEXT, "org_id", form=Form.ORGANIZATION),
    _s("org_id", "Organisation ID", _T.REFERENCE),
)
_LABELS = _s("labels", "Labels", _T.MULTI_PICKLIST, "label_ids", listed="label_ids")

_PERSON = (
    _ID,
    # Pipedrive makes it of the two names, which alone come back as they were written.
    _s("name", "Name", _T.TEXT, writable=False),
    _s("first_name", "First name", _T.TEXT, form=Form.NAME),
    _s("last_name", "Last name", _T.TEXT, form=Form.NAME, required=True),
    _s("email", "E-mail", _T.EMAIL, "emails", form=Form.CONTACT),
    _s("phone", "Phone", _T.PHONE, "phones", form=Form.CONTACT),
    *_ORGANIZATION,
    _OWNER,
    _LABELS,
    *_WHEN,
)
_COMPANY = (
    _ID,
    _s("name", "Name", _T.TEXT, required=True),
    _s("address", "Address", _T.TEXT, "address.value"),
    _s("street", "Street", _T.TEXT, "address.route"),
    _s("house_number", "House number", _T.TEXT, "address.street_number"),
    _s("city", "City", _T.TEXT, "address.locality"),
    _s("state", "State", _T.TEXT, "address.admin_area_level_1"),
    _s("postal_code", "Postal code", _T.TEXT, "address.postal_code"),
    _s("country", "Country", _T.TEXT, "address.country"),
    _s("website", "Website", _T.URL, listed="website"),
    _s("linkedin", "LinkedIn profile", _T.URL, listed="linkedin"),
    _s("industry", "Industry", _T.PICKLIST, listed="industry"),
    _s("annual_revenue", "Annual revenue", _T.NUMBER, listed="annual_revenue"),
    _s("employee_count", "Number of employees", _T.NUMBER, listed="employee_count"),
    _OWNER,
    _LABELS,
    *_WHEN,
)
_DEAL = (
    _ID,
    _s("title", "Title", _T.TEXT, required=True),
    _s("value", "Value", _T.NUMBER),
    _s("currency", "Currency", _T.TEXT, length=3),
    _s("status", "Status", _T.PICKLIST),
    _s("stage", "Stage", _T.PICKLIST, "stage_id"),
    _s("person_id", "Person ID", _T.REFERENCE),
    *_ORGANIZATION,
    _s("probability", "Probability", _T.NUMBER),
    _s("lost_reason", "Lost reason", _T.TEXT),
    _s("expected_close_date", "Expected close date", _T.DATE),
    _s("won_time", "Won", _T.DATETIME, writable=False),
    _s("lost_time", "Lost", _T.DATETIME, writable=False),
    _s("lead_id", "Lead it was", _T.REFERENCE, "source_lead_id", writable=False),
    _OWNER,
    _LABELS,
    *_WHEN,
)
_LEAD = (
    _ID,
    _s("title", "Title", _T.TEXT, required=True),
    _s("person_id", "Person ID", _T.REFERENCE),
    _s("organization", "Organisation", _T.TEXT, "organization_id", form=Form.ORGANIZATION),
    _s("org_id", "Organisation ID", _T.REFERENCE, "organization_id"),
    _s("value", "Value", _T.NUMBER, "value.amount"),
    _s("currency", "Currency", _T.TEXT, "value.currency", length=3),
    _s("expected_close_date", "Expected close date", _T.DATE),
    _OWNER,
    *_WHEN,
)  # fmt: skip
_ACTIVITY = (
    _ID,
    _s("subject", "Subject", _T.TEXT, required=True),
    _s("type", "Type", _T.PICKLIST, listed="type"),
    _s("person_id", "Person ID", _T.REFERENCE, "participants", form=Form.PARTICIPANT),
    _s("org_id", "Organisation ID", _T.REFERENCE),
    _s("deal_id", "Deal ID", _T.REFERENCE),
    _s("lead_id", "Lead ID", _T.REFERENCE),
    _s("due_date", "Due date", _T.DATE),
    _s("due_time", "Due time (UTC)", _T.TEXT, length=8),
    _s("duration", "Duration", _T.TEXT, length=8),
    _s("done", "Done", _T.BOOLEAN),
    _s("busy", "Busy", _T.BOOLEAN),
    _s("note", "Note", _T.TEXT),
    # Activities have no custom fields: our key stands in their public description.
    _s("syncline_key", KEY_LABEL, _T.TEXT, "public_description", writable=False),
    _OWNER,
    *_WHEN,
)
_NOTE = (
    _ID,
    _s("content", "Content", _T.TEXT),
    _s("person_id", "Person ID", _T.REFERENCE),
    _s("org_id", "Organisation ID", _T.REFERENCE),
    _s("deal_id", "Deal ID", _T.REFERENCE),
    _s("lead_id", "Lead ID", _T.REFERENCE),
    _s("author", "Author e-mail", _T.PICKLIST, "user_id", form=Form.USER, writable=False),
    *_WHEN,
)
_USER = (
    _ID,
    _s("name", "Name", _T.TEXT, writable=False),
    _s("email", "E-mail", _T.EMAIL, writable=False),
    _s("phone", "Phone", _T.PHONE, writable=False),
    _s("active", "Active", _T.BOOLEAN, "active_flag", writable=False),
    _s("add_time", "Created", _T.DATETIME, "created", writable=False),
    _s("update_time", "Updated", _T.DATETIME, "modified", writable=False),
)
#: Version 1 costs twice as much.
_ONE: dict[str, Any] = {
    "version": 1,
    "list_price": 20,
    "read_price": 2,
    "write_price": 10,
    "delete_price": 6,
}

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(name="person", label="Person", path="/api/v2/persons", fields=_PERSON,
             described="person", object="person", filter="people"),
        Kind(name="organization", label="Organisation", path="/api/v2/organizations",
             fields=_COMPANY, described="organization", object="organization", filter="org"),
        Kind(name="lead", label="Lead", path="/v1/leads", fields=_LEAD, described="deal",
             object="lead", filter="leads", ends_price=10, **_ONE),
        Kind(name="deal", label="Deal", path="/api/v2/deals", fields=_DEAL, described="deal",
             object="deal", filter="deals", ends_price=0),
        Kind(name="activity", label="Activity", path="/api/v2/activities", fields=_ACTIVITY,
             described="activity", object="activity", filter="activity", key="syncline_key"),
        Kind(name="note", label="Note", path="/v1/notes", fields=_NOTE, update="PUT", **_ONE),
        Kind(name="user", label="User", path="/v1/users", fields=_USER, ends_price=0, **_ONE),
    )
}  # fmt: skip
