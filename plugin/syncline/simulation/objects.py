"""The objects of the two systems in memory."""

from __future__ import annotations

__all__ = ["CADENCES", "TEMPLATE", "described"]

from functools import cache

from ..model import (
    Action,
    ActivityTemplate,
    Description,
    Field,
    FieldType,
    ObjectType,
    Prices,
    Side,
)

CADENCES = ("New", "Nurture", "Won back")
#: How a call lands in the CRM.
TEMPLATE = ActivityTemplate(
    connector="memory",
    kind="call",
    object="Task",
    person_field="WhoId",
    date_field="ActivityDate",
    values={"Priority": "Normal"},
)
_ACTIONS = (
    Action(name="exit", summary="Take the prospect out of its cadence."),
    Action(name="move", summary="Move the prospect to another cadence."),
)


def _field(name: str, type_: FieldType = FieldType.TEXT, length: int | None = None) -> Field:
    return Field(name=name, label=name, type=type_, length=length)


def _own(name: str, type_: FieldType) -> Field:
    """Return a field that the system sets."""
    return Field(name=name, label=name, type=type_, creatable=False, updatable=False)


def _choice(name: str, *values: str) -> Field:
    return Field(name=name, label=name, type=FieldType.PICKLIST, values=values, restricted=True)


def _needed(name: str, length: int) -> Field:
    return Field(name=name, label=name, type=FieldType.TEXT, length=length, required=True)


def _person(name: str, *more: Field) -> ObjectType:
    return ObjectType(
        name=name,
        label=name,
        key_field="Key",
        deletable=True,
        fields=(
            _own("Id", FieldType.ID),
            _field("FirstName", length=24),
            _needed("LastName", 40),
            _field("Email", FieldType.EMAIL),
            _field("Title", length=40),
            _field("City", length=14),
            _field("Phone", FieldType.PHONE),
            _choice("Rating", "Hot", "Warm", "Cold", "None"),
            _choice("Status", "Open", "Working", "Closed"),
            _field("Score", FieldType.NUMBER),
            _field("Notes", length=200),
            _own("Key", FieldType.TEXT),
            *more,
        ),
    )


_CRM = (
    _person("Lead", _needed("Company", 40)),
    _person("Contact"),
    ObjectType(
        name="Task",
        label="Task",
        key_field="Key",
        fields=(
            _own("Id", FieldType.ID),
            _field("Subject", length=80),
            _field("Description", length=200),
            _field("WhoId", FieldType.REFERENCE),
            _field("ActivityDate", FieldType.DATE),
            _field("Priority"),
            _own("Key", FieldType.TEXT),
        ),
    ),
)
_CADENCE = (
    ObjectType(
        name="prospect",
        label="prospect",
        key_field="key",
        deletable=True,
        fields=(
            _own("id", FieldType.ID),
            _field("first_name", length=24),
            _needed("last_name", 40),
            _field("company_name", length=40),
            _field("email", FieldType.EMAIL),
            _field("job_title", length=24),
            _field("city", length=10),
            _field("phone", FieldType.PHONE),
            _field("priority", FieldType.NUMBER),
            _field("score", FieldType.NUMBER),
            _field("notes", length=200),
            _own("key", FieldType.TEXT),
        ),
    ),
    ObjectType(
        name="activity",
        label="activity",
        fields=(
            _own("id", FieldType.ID),
            _field("prospect_id", FieldType.REFERENCE),
            _field("kind"),
            _field("outcome"),
            _field("comments"),
            _field("at", FieldType.DATETIME),
        ),
    ),
)


@cache
def described(side: Side, page: int, batch: int) -> Description:
    """Return what a system says of itself, with *page* records a page and *batch* rows a write."""
    prices = Prices(page_size=page, write_size=batch)
    if side is Side.CRM:
        return Description(objects=_CRM, prices=prices)
    return Description(objects=_CADENCE, actions=_ACTIONS, prices=prices, cadences=CADENCES)
