"""What the vendor takes as a property's value, and in which form it keeps it."""

from __future__ import annotations

__all__ = ["LONGEST", "checked"]

import json
import math
import re
from typing import TYPE_CHECKING, Any

from .wire import Refusal, instant, moment_of, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .catalog import Kind
    from .store import Row, Store

#: The longest text of a property, in characters.
LONGEST = 65_536
_EMAIL = re.compile(r"[^@\s]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+\Z")
_APPENDS = ";"


def checked(
    kind: Kind, given: Mapping[str, Any], store: Store, *, current: Row | None
) -> dict[str, str]:
    """Return the values as they are kept; an empty one clears its property.

    Raises ``Refusal`` for the first that the vendor would refuse.
    """
    known = store.properties(kind)
    found: dict[str, str] = {}
    for name, raw in given.items():
        described = known.get(name)
        if described is None:
            raise _invalid(name, f'Property "{name}" does not exist', "PROPERTY_DOESNT_EXIST")
        if described["modificationMetadata"]["readOnlyValue"] or described["calculated"]:
            words = f'"{name}" is a read only property; its value cannot be set.'
            raise _invalid(name, words, "READ_ONLY_VALUE")
        text = text_of(raw)
        found[name] = _value(described, text, current, store) if text else ""
    if current is None:
        missing = [name for name in kind.required if not found.get(name)]
        if missing:
            raise Refusal(
                f"Error creating {kind.word.upper()}. Some required properties were not set.",
                code="MISSING_REQUIRED_PROPERTY",
                context={"properties": missing},
            )
    _unique(kind, found, known, store, current)
    return found


def _value(described: Mapping[str, Any], text: str, current: Row | None, store: Store) -> str:
    name, what = described["name"], described["type"]
    if described.get("referencedObjectType") == "OWNER":
        owner = store.table("owners").get(text)
        if owner is None or owner["archived"]:
            words = f'Owner "{text}" does not exist or is not active'
            raise _invalid(name, words, "INVALID_OWNER_ID")
        return text
    if what == "enumeration" and described["options"]:
        return _choices(described, text, current)
    if what == "bool":
        if text not in {"true", "false"}:
            raise _invalid(name, f"{text} was not a valid boolean.", "INVALID_BOOLEAN")
    elif what == "number":
        try:
            if not math.isfinite(float(text)):
                raise ValueError(text)  # noqa: TRY301 - one refusal for whatever is no number
        except ValueError:
            raise _invalid(name, f"{text} was not a valid number.", "INVALID_DOUBLE") from None
    elif what in {"date", "datetime"}:
        return _moment(name, what, text)
    elif name == "email":
        text = text.strip().lower()
        if not _EMAIL.match(text):
            raise _invalid(name, f"Email address {text} is invalid", "INVALID_EMAIL")
    elif len(text) > LONGEST:
        words = f"{name} is longer than {LONGEST} characters."
        raise _invalid(name, words, "PROPERTY_VALUE_TOO_LONG")
    return text


def _moment(name: str, what: str, text: str) -> str:
    try:
        moment = moment_of(text)
    except ValueError:
        raise _invalid(name, f"{text} was not a valid long.", "INVALID_LONG") from None
    if what == "datetime":
        return instant(moment)
    if moment.time().isoformat() != "00:00:00":
        words = f"{text} is at {moment.time()} UTC, not midnight!"
        raise _invalid(name, words, "INVALID_DATE")
    return moment.date().isoformat()


def _choices(described: Mapping[str, Any], text: str, current: Row | None) -> str:
    name = described["name"]
    options = {each["value"] for each in described["options"]}
    if described["fieldType"] != "checkbox":
        if text not in options:
            raise _invalid(name, _not_allowed(described, text), "INVALID_OPTION")
        return text
    chosen = [each for each in text.split(_APPENDS) if each]
    if text.startswith(_APPENDS) and current is not None:
        standing = current["properties"].get(name, "")
        chosen = [*filter(None, standing.split(_APPENDS)), *chosen]
    for each in chosen:
        if each not in options:
            raise _invalid(name, _not_allowed(described, each), "INVALID_OPTION")
    return _APPENDS.join(dict.fromkeys(chosen))


def _not_allowed(described: Mapping[str, Any], text: str) -> str:
    allowed = ", ".join(
        f'label: "{each["label"]}"\nvalue: "{each["value"]}"\n' for each in described["options"]
    )
    return f"{text} was not one of the allowed options: [{allowed}]"


def _unique(
    kind: Kind,
    found: Mapping[str, str],
    known: Mapping[str, Mapping[str, Any]],
    store: Store,
    current: Row | None,
) -> None:
    own = "" if current is None else current["id"]
    for name, value in found.items():
        other = store.by_key(kind.path, name, value) if value else None
        if other is None or other["id"] == own:
            continue
        if not known[name]["hasUniqueValue"]:
            raise Refusal(
                f"{kind.word.capitalize()} already exists. Existing ID: {other['id']}",
                "CONFLICT",
                status=409,
            )
        raise Refusal(
            f"Cannot set PropertyValueCoordinates{{objectTypeId={kind.type_id}, "
            f"propertyName={name}, value={value}}} on {own or 'new'}. "
            f"{other['id']} already has that value.",
            code="CONFLICTING_UNIQUE_VALUE",
            context={"propertyName": [name]},
        )


def _invalid(name: str, words: str, code: str) -> Refusal:
    detail = {
        "isValid": False,
        "message": words,
        "error": code,
        "name": name,
        "localizedErrorMessage": words,
    }
    return Refusal(
        f"Property values were not valid: [{json.dumps(detail)}]",
        code=code,
        detail=words,
        context={"propertyName": [name]},
    )
