"""The portal's objects and their properties: the vendor's own, and those that people add."""

from __future__ import annotations

__all__ = ["ASSOCIATIONS", "KINDS", "Kind", "kind_named", "standard"]

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .wire import Refusal

_FOLDER = Path(__file__).with_name("properties")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of record, under each of the names that a path may give it."""

    #: The name in a path, as in ``/crm/v3/objects/contacts``.
    path: str
    #: The name in a webhook and in a message.
    word: str
    type_id: str
    #: What an answer holds unless other properties are asked for, beside the times and the id.
    shown: tuple[str, ...] = ()
    created: str = "hs_createdate"
    modified: str = "hs_lastmodifieddate"
    required: tuple[str, ...] = ()
    #: People and programs may merge two of them.
    mergeable: bool = False

    @property
    def always(self) -> tuple[str, ...]:
        """The properties that every answer holds."""
        return (self.created, self.modified, "hs_object_id")


def _activity(path: str, word: str, type_id: str) -> Kind:
    return Kind(path=path, word=word, type_id=type_id, required=("hs_timestamp",))


_ALL = (
    Kind(
        path="contacts",
        word="contact",
        type_id="0-1",
        shown=("email", "firstname", "lastname"),
        created="createdate",
        modified="lastmodifieddate",
        mergeable=True,
    ),
    Kind(
        path="companies",
        word="company",
        type_id="0-2",
        shown=("domain", "name"),
        created="createdate",
        mergeable=True,
    ),
    Kind(
        path="deals",
        word="deal",
        type_id="0-3",
        shown=("amount", "closedate", "dealname", "dealstage", "pipeline"),
        created="createdate",
        required=("dealname", "dealstage"),
        mergeable=True,
    ),
    _activity("notes", "note", "0-46"),
    _activity("meetings", "meeting", "0-47"),
    _activity("calls", "call", "0-48"),
    _activity("emails", "email", "0-49"),
    _activity("tasks", "task", "0-27"),
    _activity("communications", "communication", "0-18"),
)
KINDS = {kind.path: kind for kind in _ALL}
_NAMES = {name: kind for kind in _ALL for name in (kind.path, kind.word, kind.type_id)}

#: The vendor's numbers for the usual association of one kind with another.
ASSOCIATIONS = {
    ("contacts", "companies"): 279,
    ("companies", "contacts"): 280,
    ("deals", "contacts"): 3,
    ("contacts", "deals"): 4,
    ("deals", "companies"): 341,
    ("companies", "deals"): 342,
    ("calls", "contacts"): 194,
    ("calls", "companies"): 182,
    ("calls", "deals"): 206,
    ("emails", "contacts"): 198,
    ("emails", "companies"): 186,
    ("emails", "deals"): 210,
    ("meetings", "contacts"): 200,
    ("meetings", "companies"): 188,
    ("meetings", "deals"): 212,
    ("notes", "contacts"): 202,
    ("notes", "companies"): 190,
    ("notes", "deals"): 214,
    ("tasks", "contacts"): 204,
    ("tasks", "companies"): 192,
    ("tasks", "deals"): 216,
    ("communications", "contacts"): 81,
    ("communications", "companies"): 87,
    ("communications", "deals"): 85,
}


def kind_named(name: str) -> Kind:
    """Return a kind by its plural, its singular or its number, in any case."""
    kind = _NAMES.get(name.casefold())
    if kind is None:
        raise Refusal(f"Unable to infer object type from: {name}")
    return kind


@cache
def standard(path: str) -> dict[str, dict[str, Any]]:
    """Return the properties that every portal has, by their names."""
    found = json.loads((_FOLDER / f"{path}.json").read_text("utf-8"))
    return {each["name"]: each for each in found}
