"""Writing people and accounts: what the vendor checks, and what it refuses."""

from __future__ import annotations

__all__ = ["PEOPLE", "Kind", "Records", "kinds"]

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from .wire import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .store import Row, Store

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+\Z")
_SENIORITIES = (
    "director", "executive", "individual_contributor", "manager", "vice_president", "unknown",
)  # fmt: skip
_CHANNELS = ("call", "email", "message")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of record that programs write."""

    table: str
    #: Whose custom fields it has.
    field_type: str
    texts: tuple[str, ...]
    truths: tuple[str, ...] = ("do_not_contact",)
    lists: tuple[str, ...] = ("tags",)
    #: A reference -> the table that it points to.
    references: Mapping[str, str]
    #: The field whose value only one record has.
    unique: str
    emails: tuple[str, ...] = ()


PEOPLE = Kind(
    table="people",
    field_type="person",
    texts=(
        "first_name", "last_name", "email_address", "secondary_email_address",
        "personal_email_address", "phone", "phone_extension", "home_phone", "mobile_phone",
        "linkedin_url", "twitter_handle", "title", "job_seniority", "city", "state", "country",
        "work_city", "work_state", "work_country", "locale", "personal_website",
        "person_company_name", "person_company_website", "person_company_industry",
    ),
    lists=("tags", "contact_restrictions"),
    references={"account_id": "accounts", "owner_id": "users", "person_stage_id": "person_stages"},
    unique="email_address",
    emails=("email_address", "secondary_email_address", "personal_email_address"),
)  # fmt: skip
ACCOUNTS = Kind(
    table="accounts",
    field_type="company",
    texts=(
        "name", "domain", "conversational_name", "description", "phone", "website",
        "linkedin_url", "twitter_handle", "street", "city", "state", "postal_code", "country",
        "locale", "industry", "company_type", "founded", "revenue_range", "size",
    ),
    references={"owner_id": "users"},
    unique="domain",
)  # fmt: skip


def kinds() -> dict[str, Kind]:
    """Return both kinds by their table."""
    return {kind.table: kind for kind in (PEOPLE, ACCOUNTS)}


class Records:
    """Creates, updates and deletes people and accounts in one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, kind: Kind, given: Mapping[str, Any]) -> Row:
        """Create a record of the parameters that its kind has; others are passed over."""
        row: Row = {"owner_id": 1, **self._checked(kind, {}, given)}
        if kind is PEOPLE:
            row = {"person_stage_id": 1, **row}
        self._unique(kind, row)
        return self._store.add(kind.table, row)

    def update(self, kind: Kind, id_: Any, given: Mapping[str, Any]) -> Row:
        """Change what is given and leave the rest."""
        row = self._store.get(kind.table, id_)
        changed = {**row, **self._checked(kind, row, given)}
        self._unique(kind, changed)
        if kind is PEOPLE and changed.get("do_not_contact"):
            self._leave(row["id"])
        return self._store.change(kind.table, changed)

    def upsert(self, kind: Kind, given: Mapping[str, Any]) -> tuple[Row, str]:
        """Update the record that has the value of ``upsert_key``, or create one."""
        key = given.get("upsert_key")
        options = ("id", "crm_id", kind.unique)
        if key is None:
            return self.create(kind, given), "create"
        if key not in options:
            raise Refusal(422, upsert_key=f"must be one of: {', '.join(options)}")
        wanted = given.get(key)
        if wanted is None:
            raise Refusal(422, **{key: "is required by upsert_key"})
        for row in self._store.rows(kind.table):
            if str(row.get(key)).casefold() == str(wanted).casefold():
                return self.update(kind, row["id"], given), "update"
        return self.create(kind, given), "create"

    def delete(self, kind: Kind, id_: str) -> None:
        """Delete a record; what is gone already is done."""
        row = next((r for r in self._store.rows(kind.table) if str(r["id"]) == id_), None)
        if row is None:
            return
        if kind is PEOPLE:
            self._leave(row["id"], deleted=True)
        self._store.drop(kind.table, row)

    def _leave(self, person: int, *, deleted: bool = False) -> None:
        """Take a person out of every cadence; what remembers one deleted says so."""
        for row in self._store.rows("cadence_memberships"):
            if row["person_id"] != person:
                continue
            values: dict[str, Any] = {"person_deleted": True} if deleted else {}
            if row["currently_on_cadence"]:
                values |= {"currently_on_cadence": False, "current_state": "removed"}
            if values:
                self._store.change("cadence_memberships", row, **values)

    def _checked(self, kind: Kind, before: Row, given: Mapping[str, Any]) -> Row:
        if given.get("crm_id") is not None:
            raise Refusal(403, f"The scope {kind.field_type}:set_crm_id is required")
        values: Row = {}
        for name in kind.texts:
            if name in given:
                values[name] = _text(name, given[name])
        for name in kind.truths:
            if name in given:
                values[name] = _truth(name, given[name])
        for name in kind.lists:
            if name in given:
                values[name] = _texts(name, given[name])
        for name, table in kind.references.items():
            if name in given:
                values[name] = self._reference(name, table, given[name])
        if "custom_fields" in given:
            values["custom_fields"] = self._custom(kind, before, given["custom_fields"])
        for name in kind.emails:
            if values.get(name) and not _EMAIL.match(values[name]):
                raise Refusal(422, **{name: "is not a valid email address"})
        if values.get("job_seniority") not in {None, *_SENIORITIES}:
            raise Refusal(422, job_seniority=f"must be one of: {', '.join(_SENIORITIES)}")
        if not set(values.get("contact_restrictions", ())) <= set(_CHANNELS):
            raise Refusal(422, contact_restrictions=f"must be of: {', '.join(_CHANNELS)}")
        return values

    def _unique(self, kind: Kind, row: Row) -> None:
        """Refuse a record that lacks what only one has, or shares it with another."""
        named = [kind.unique] if row.get(kind.unique) else ["phone", "last_name"]
        if kind is not PEOPLE:
            for name in ("name", kind.unique):
                if not row.get(name):
                    raise Refusal(422, **{name: "can't be blank"})
        if not all(row.get(name) for name in named):
            raise Refusal(422, email_address="or phone and last_name must be provided")
        mine = [str(row[name]).casefold() for name in named]
        for other in self._store.rows(kind.table):
            if other["id"] == row.get("id"):
                continue
            if [str(other.get(name)).casefold() for name in named] == mine:
                raise Refusal(422, **{named[0]: "has already been taken"})

    def _reference(self, name: str, table: str, value: Any) -> int | None:
        if value is None:
            return None
        found = next((row for row in self._store.rows(table) if row["id"] == value), None)
        if found is None:
            raise Refusal(422, **{name: "is invalid"})
        if found.get("active") is False:
            raise Refusal(422, **{name: "is not an active user"})
        return int(value)

    def _custom(self, kind: Kind, before: Row, given: Any) -> dict[str, Any]:
        """Return the custom fields with what is given changed; those without a value go."""
        if not isinstance(given, dict):
            raise Refusal(422, custom_fields="must be an object")
        types = {
            field["name"]: field["value_type"]
            for field in self._store.rows("custom_fields")
            if field["field_type"] == kind.field_type
        }
        merged: dict[str, Any] = dict(before.get("custom_fields", {}))
        for name, value in given.items():  # pyright: ignore[reportUnknownVariableType] - JSON of any shape
            if name not in types:
                raise Refusal(422, custom_fields=f"{name} is not a custom field")
            text = _text("custom_fields", value)
            if text and types[name] == "date" and not _is_date(text):
                raise Refusal(422, custom_fields=f"{name} is not a date")
            merged[name] = text
        return {name: text for name, text in merged.items() if text}


def _text(name: str, value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise Refusal(422, **{name: "is invalid"})


def _truth(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise Refusal(422, **{name: "must be a boolean"})


def _texts(name: str, value: Any) -> list[str]:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):  # pyright: ignore[reportUnknownVariableType] - JSON of any shape
        return list(value)  # pyright: ignore[reportUnknownArgumentType] - as above
    raise Refusal(422, **{name: "must be a list of texts"})


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
