"""From a stored record to the vendor's resource, with its references spelt out."""

from __future__ import annotations

__all__ = ["SHAPES", "name_of"]

from typing import TYPE_CHECKING, Any

from .team import TEAM_ID
from .wire import embedded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .store import Row, Store

#: What a person or an account says of itself, in so many words; null where it says nothing.
_PERSON = (
    "first_name", "last_name", "email_address", "secondary_email_address",
    "personal_email_address", "phone", "phone_extension", "home_phone", "mobile_phone",
    "linkedin_url", "twitter_handle", "title", "job_seniority", "city", "state", "country",
    "work_city", "work_state", "work_country", "locale", "personal_website",
    "person_company_name", "person_company_website", "person_company_industry", "crm_id",
    "crm_object_type", "crm_url", "owner_crm_id", "last_contacted_at", "last_contacted_type",
    "last_replied_at", "locale_utc_offset",
)  # fmt: skip
_ACCOUNT = (
    "name", "domain", "conversational_name", "description", "phone", "website", "linkedin_url",
    "twitter_handle", "street", "city", "state", "postal_code", "country", "locale", "industry",
    "company_type", "founded", "revenue_range", "size", "crm_id", "crm_object_type", "crm_url",
    "owner_crm_id", "archived_at", "last_contacted_at", "last_contacted_type",
)  # fmt: skip
_STAMPS = ("id", "created_at", "updated_at")
_COUNTED = ("bounces", "calls", "clicks", "replies", "sent_emails", "views")


def name_of(row: Row) -> str:
    """Return what a person is called: the full name, or the address."""
    names = (row.get("first_name"), row.get("last_name"))
    return " ".join(filter(None, names)) or row.get("email_address") or ""


def _person(store: Store, row: Row) -> dict[str, Any]:
    mine = [
        member
        for member in store.rows("cadence_memberships")
        if member["person_id"] == row["id"] and member["currently_on_cadence"]
    ]
    calls = sum(each["person_id"] == row["id"] for each in store.rows("calls"))
    emails = [each for each in store.rows("emails") if each["person_id"] == row["id"]]
    address = row.get("email_address")
    return {
        **_plain(row, (*_STAMPS, *_PERSON)),
        "display_name": name_of(row),
        "full_email_address": f"{name_of(row)} <{address}>" if address else None,
        "custom_fields": row.get("custom_fields", {}),
        "tags": row.get("tags", []),
        "contact_restrictions": row.get("contact_restrictions", []),
        "do_not_contact": row.get("do_not_contact", False),
        "bouncing": row.get("bouncing", False),
        "eu_resident": False,
        "starred": False,
        "untouched": not calls and not emails,
        "success_count": 0,
        "account": embedded("accounts", row.get("account_id")),
        "owner": embedded("users", row.get("owner_id")),
        "person_stage": embedded("person_stages", row.get("person_stage_id")),
        "import": None,
        "last_completed_step": None,
        "last_completed_step_cadence": None,
        "last_contacted_by": None,
        "most_recent_cadence": embedded("cadences", row.get("most_recent_cadence_id")),
        "cadences": [embedded("cadences", member["cadence_id"]) for member in mine],
        "counts": {
            "calls": calls,
            "emails_sent": len(emails),
            "emails_viewed": 0,
            "emails_clicked": 0,
            "emails_replied_to": sum(bool(each["replies"]) for each in emails),
            "emails_bounced": sum(each["bounced"] for each in emails),
        },
    }


def _account(store: Store, row: Row) -> dict[str, Any]:
    people = sum(each.get("account_id") == row["id"] for each in store.rows("people"))
    return {
        **_plain(row, (*_STAMPS, *_ACCOUNT)),
        "custom_fields": row.get("custom_fields", {}),
        "tags": row.get("tags", []),
        "do_not_contact": row.get("do_not_contact", False),
        "user_relationships": {},
        "owner": embedded("users", row.get("owner_id")),
        "creator": embedded("users", row.get("creator_id")),
        "company_stage": None,
        "account_tier": None,
        "last_contacted_by": None,
        "last_contacted_person": None,
        "counts": {"people": people},
    }


def _cadence(store: Store, row: Row) -> dict[str, Any]:
    people = sum(each["cadence_id"] == row["id"] for each in store.rows("cadence_memberships"))
    return {
        **_plain(row, (*_STAMPS, "name", "team_cadence", "shared", "current_state")),
        "archived_at": row["updated_at"] if row["current_state"] == "archived" else None,
        "draft": row["current_state"] == "draft",
        "cadence_function": "outbound",
        "external_identifier": None,
        "opt_out_link_included": True,
        "remove_bounces_enabled": True,
        "remove_replies_enabled": True,
        "tags": [],
        "groups": [],
        "owner": embedded("users", 1),
        "creator": embedded("users", 1),
        "counts": {"cadence_people": people},
    }


def _step(_store: Store, row: Row) -> dict[str, Any]:
    settings = {"instructions": ""} if row["type"] == "Phone" else {}
    return {
        **_plain(row, (*_STAMPS, "name", "day", "type")),
        "enabled": True,
        "type_settings": settings,
        "cadence": embedded("cadences", row["cadence_id"]),
    }


def _membership(_store: Store, row: Row) -> dict[str, Any]:
    stamps = (*_STAMPS, "added_at", "currently_on_cadence", "current_state", "person_deleted")
    return {
        **_plain(row, stamps),
        "cadence": embedded("cadences", row["cadence_id"]),
        "person": embedded("people", row["person_id"]),
        "user": embedded("users", row["user_id"]),
        "latest_action": None,
        "counts": dict.fromkeys(
            ("bounces", "calls", "clicks", "replies", "sent_emails", "views"), 0
        ),
    }


def _call(_store: Store, row: Row) -> dict[str, Any]:
    return {
        **_plain(row, (*_STAMPS, "disposition", "sentiment", "duration", "to")),
        "called_person": embedded("people", row["person_id"]),
        "user": embedded("users", row["user_id"]),
        "note": embedded("notes", row.get("note_id")),
        "cadence": embedded("cadences", row.get("cadence_id")),
        "step": None,
        "action": None,
        "crm_activity": None,
        "recordings": [],
    }


def _email(_store: Store, row: Row) -> dict[str, Any]:
    return {
        **_plain(row, (*_STAMPS, "status", "bounced", "sent_at", "subject")),
        "recipient_email_address": row["recipient_email_address"],
        "recipient": embedded("people", row["person_id"]),
        "user": embedded("users", row["user_id"]),
        "cadence": embedded("cadences", row.get("cadence_id")),
        "counts": {"replies": row["replies"], "views": 0, "clicks": 0, "attachments": 0},
        "click_tracking": False,
        "view_tracking": False,
        "personalization": "0.0",
        "headers": {},
        "send_after": None,
        "step": None,
        "action": None,
        "task": None,
        "mailing": None,
        "email_template": None,
        "crm_activity": None,
    }


def _note(_store: Store, row: Row) -> dict[str, Any]:
    kind = row["associated_type"]
    return {
        **_plain(row, (*_STAMPS, "content")),
        "associated_type": kind,
        "associated_with": embedded(
            "people" if kind == "person" else "accounts", row["associated_id"]
        ),
        "call": embedded("activities/calls", row.get("call_id")),
        "user": embedded("users", row["user_id"]),
    }


def _user(_store: Store, row: Row) -> dict[str, Any]:
    names = ("guid", "name", "first_name", "last_name", "email", "active", "time_zone")
    return {
        **_plain(row, (*_STAMPS, *names, "team_admin")),
        "team": embedded("team", TEAM_ID),
        "group": None,
        "role": None,
    }


def _as_stored(_store: Store, row: Row) -> dict[str, Any]:
    return dict(row)


def _plain(row: Row, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row.get(name) for name in names}


#: The shape of each table's records.
SHAPES: Mapping[str, Callable[[Store, Row], dict[str, Any]]] = {
    "people": _person,
    "accounts": _account,
    "cadences": _cadence,
    "steps": _step,
    "cadence_memberships": _membership,
    "calls": _call,
    "emails": _email,
    "notes": _note,
    "users": _user,
    "custom_fields": _as_stored,
    "person_stages": _as_stored,
    "call_dispositions": _as_stored,
    "call_sentiments": _as_stored,
}
