"""The objects of HubSpot that rules may name, and what sets each apart from the others."""

from __future__ import annotations

__all__ = ["CONTACT_FIELD", "KEY_FIELD", "KINDS", "MERGED_FIELD", "OWNER", "OWNER_FIELD", "Kind"]

from dataclasses import dataclass

#: The property that an admin makes for our key: single-line text, unique.
KEY_FIELD = "syncline_key"
#: The ids of the records that were merged into a record, with semicolons.
MERGED_FIELD = "hs_merged_object_ids"
#: The owner by e-mail address: a field of ours over the property ``hubspot_owner_id``.
OWNER_FIELD = "hubspot_owner_email"
#: The contact that an activity happened with: a field of ours over its association.
CONTACT_FIELD = "associated_contact_id"
#: The object of the people to whom records belong.
OWNER = "owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One object as its paths and properties name it."""

    name: str
    label: str
    #: Its name in a path, as in ``/crm/v3/objects/contacts``.
    path: str
    #: The number by which webhooks may name it.
    type_id: str
    modified: str = "hs_lastmodifieddate"
    #: What HubSpot refuses a creation without; its properties do not say so.
    required: tuple[str, ...] = ()
    #: The number of its usual association with a contact, for an activity.
    with_contact: int | None = None


def _activity(name: str, path: str, type_id: str, with_contact: int) -> Kind:
    return Kind(
        name=name,
        label=name.capitalize(),
        path=path,
        type_id=type_id,
        required=("hs_timestamp",),
        with_contact=with_contact,
    )


_ALL = (
    Kind(
        name="contact", label="Contact", path="contacts", type_id="0-1", modified="lastmodifieddate"
    ),
    Kind(name="company", label="Company", path="companies", type_id="0-2"),
    Kind(
        name="deal", label="Deal", path="deals", type_id="0-3", required=("dealname", "dealstage")
    ),
    _activity("task", "tasks", "0-27", 204),
    _activity("call", "calls", "0-48", 194),
    _activity("meeting", "meetings", "0-47", 200),
    _activity("note", "notes", "0-46", 202),
    _activity("email", "emails", "0-49", 198),
    _activity("communication", "communications", "0-18", 81),
)
KINDS = {kind.name: kind for kind in _ALL}
