"""What people, accounts and activities of Salesloft hold, as its API describes them."""

from __future__ import annotations

__all__ = ["ACCOUNT", "ACTIVITY", "KEY_FIELD", "PROSPECT", "Kind", "own_name"]

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncline import Field, FieldType

#: The custom field that an admin makes for our key: one for people, one for accounts.
KEY_FIELD = "Syncline Key"

#: What tells a custom field from a standard one of the same name.
_CUSTOM = " (custom)"

_T = FieldType


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One object of ours, and where it stands in the API."""

    name: str
    label: str
    #: The resource below ``/v2``.
    path: str
    #: Whose custom fields it has; empty when it has none.
    custom: str = ""
    fields: tuple[Field, ...]
    #: A field that holds another record -> the directory that knows its name.
    named: Mapping[str, str] = field(default_factory=dict[str, str])


def own_name(name: str, standard: Mapping[str, Field]) -> str:
    """Return the name in rules of a custom field; one that is a standard field's gets a mark."""
    return name + _CUSTOM if name in standard else name


def _row(kind: FieldType, names: str, *, writable: bool = True) -> tuple[Field, ...]:
    """Return fields of one type; the label is the name in words."""
    return tuple(
        Field(
            name=name,
            label=_label(name),
            type=kind,
            creatable=writable,
            updatable=writable,
        )
        for name in names.split()
    )


def _read(kind: FieldType, names: str) -> tuple[Field, ...]:
    return _row(kind, names, writable=False)


def _choice(kind: FieldType, name: str, *values: str, writable: bool = True) -> tuple[Field, ...]:
    found = Field(
        name=name,
        label=_label(name),
        type=kind,
        values=values,
        restricted=True,
        creatable=writable,
        updatable=writable,
    )
    return (found,)


def _label(name: str) -> str:
    words = name.replace("_", " ").capitalize()
    for short, long in (("Crm", "CRM"), (" id", " ID"), (" url", " URL"), ("Linkedin", "LinkedIn")):
        words = words.replace(short, long)
    return "ID" if name == "id" else words


PROSPECT = Kind(
    name="prospect",
    label="Person",
    path="/people",
    custom="person",
    fields=(
        *_read(_T.ID, "id"),
        *_row(_T.TEXT, "first_name last_name"),
        *_row(_T.EMAIL, "email_address secondary_email_address personal_email_address"),
        *_row(_T.PHONE, "phone"),
        *_row(_T.TEXT, "phone_extension"),
        *_row(_T.PHONE, "home_phone mobile_phone"),
        *_row(_T.TEXT, "title"),
        *_choice(
            _T.PICKLIST, "job_seniority",
            "director", "executive", "individual_contributor", "manager", "vice_president",
            "unknown",
        ),
        *_row(_T.TEXT, "person_company_name person_company_industry"),
        *_row(_T.URL, "person_company_website linkedin_url personal_website"),
        *_row(_T.TEXT, "twitter_handle city state country work_city work_state work_country"),
        *_row(_T.TEXT, "locale"),
        *_row(_T.MULTI_PICKLIST, "tags"),
        *_choice(_T.MULTI_PICKLIST, "contact_restrictions", "call", "email", "message"),
        *_row(_T.BOOLEAN, "do_not_contact"),
        *_row(_T.REFERENCE, "account_id"),
        *_choice(_T.PICKLIST, "owner"),
        *_choice(_T.PICKLIST, "person_stage"),
        *_choice(_T.MULTI_PICKLIST, "cadences", writable=False),
        *_read(_T.TEXT, "crm_id crm_object_type"),
        *_read(_T.URL, "crm_url"),
        *_read(_T.BOOLEAN, "bouncing eu_resident untouched"),
        *_read(_T.TEXT, "last_contacted_type"),
        *_read(_T.DATETIME, "last_contacted_at last_replied_at created_at updated_at"),
    ),
    named={"owner": "users", "person_stage": "person_stages", "cadences": "cadences"},
)  # fmt: skip

ACCOUNT = Kind(
    name="account",
    label="Account",
    path="/accounts",
    custom="company",
    fields=(
        *_read(_T.ID, "id"),
        *(
            Field(name=name, label=_label(name), type=_T.TEXT, required=True)
            for name in ("name", "domain")
        ),
        *_row(_T.TEXT, "conversational_name description"),
        *_row(_T.PHONE, "phone"),
        *_row(_T.URL, "website linkedin_url"),
        *_row(_T.TEXT, "twitter_handle street city state postal_code country locale industry"),
        # A number of employees or a range of it, as the team likes.
        *_row(_T.TEXT, "size revenue_range company_type founded"),
        *_row(_T.MULTI_PICKLIST, "tags"),
        *_row(_T.BOOLEAN, "do_not_contact"),
        *_choice(_T.PICKLIST, "owner"),
        *_read(_T.TEXT, "crm_id crm_object_type"),
        *_read(_T.URL, "crm_url"),
        *_read(_T.TEXT, "last_contacted_type"),
        *_read(_T.DATETIME, "archived_at last_contacted_at created_at updated_at"),
    ),
    named={"owner": "users"},
)

ACTIVITY = Kind(
    name="activity",
    label="Activity",
    path="/activities",
    fields=(
        *_read(_T.ID, "id"),
        *_read(_T.REFERENCE, "prospect_id"),
        *_choice(_T.PICKLIST, "kind", "call", "email", "note", writable=False),
        *_read(_T.PICKLIST, "outcome"),
        *_read(_T.TEXT, "sentiment"),
        *_read(_T.DATETIME, "at"),
        *_read(_T.EMAIL, "user"),
        *_read(_T.TEXT, "comments"),
        *_read(_T.NUMBER, "duration"),
        *_read(_T.PHONE, "to"),
        *_read(_T.TEXT, "email_subject"),
        *_read(_T.EMAIL, "email_address"),
        *_read(_T.TEXT, "cadence_name"),
        *_read(_T.DATETIME, "created_at updated_at"),
    ),
    named={"user": "users", "cadence_name": "cadences"},
)
