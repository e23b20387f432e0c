"""A form, ready to be drawn: its fields in order, and the JSON Schema of what may be posted."""

from __future__ import annotations

__all__ = ["Choice", "Form", "FormField", "as_json"]

from dataclasses import dataclass
from typing import Any, NamedTuple

from ..model import Field, FieldType, Value


class Choice(NamedTuple):
    """One value of a list, and what a person reads for it."""

    value: Value
    label: str


#: By a field's type: what JSON Schema says of it, and what it is drawn as.
_TYPES: dict[FieldType, tuple[dict[str, Any], str]] = {
    FieldType.TEXT: ({"type": "string"}, "text"),
    FieldType.NUMBER: ({"type": "number"}, "number"),
    FieldType.BOOLEAN: ({"type": "boolean"}, "checkbox"),
    FieldType.DATE: ({"type": "string", "format": "date"}, "date"),
    FieldType.DATETIME: ({"type": "string", "format": "date-time"}, "datetime"),
    FieldType.EMAIL: ({"type": "string", "format": "email"}, "email"),
    FieldType.PHONE: ({"type": "string"}, "tel"),
    FieldType.URL: ({"type": "string", "format": "uri"}, "url"),
    FieldType.PICKLIST: ({"type": "string"}, "text"),
    FieldType.MULTI_PICKLIST: (
        {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
        "text",
    ),
    FieldType.REFERENCE: ({"type": "string"}, "text"),
    FieldType.ID: ({"type": "string"}, "text"),
}
#: A text that may be longer than this is drawn with several lines.
_ONE_LINE = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field of a form: the cadence's own, with what the form and the map say of it."""

    field: Field
    #: Why it cannot be filled in; empty when it can.
    read_only: str = ""
    #: Why it must be filled in; empty when it need not.
    required: str = ""
    choices: tuple[Choice, ...] = ()
    #: Nothing but the choices is taken.
    closed: bool = False
    default: Value = None

    @property
    def name(self) -> str:
        """The name under which its value is posted."""
        return self.field.name

    @property
    def label(self) -> str:
        """What a person reads beside it."""
        return self.field.label

    @property
    def widget(self) -> str:
        """What it is drawn as."""
        if self.choices:
            many = self.field.type is FieldType.MULTI_PICKLIST
            return "multiselect" if many else ("select" if self.closed else "combobox")
        length = self.field.length
        if self.field.type is FieldType.TEXT and length is not None and length > _ONE_LINE:
            return "textarea"
        return _TYPES[self.field.type][1]

    @property
    def help(self) -> str:
        """A sentence for whoever fills it in; empty where nothing need be said."""
        return self.read_only or self.required

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the field's value."""
        kind = dict(_TYPES[self.field.type][0])
        schema: dict[str, Any] = {"title": self.label, **kind}
        one = schema
        if kind["type"] == "array":
            one = schema["items"] = dict(kind["items"])
        if self.closed:
            one["enum"] = [choice.value for choice in self.choices]
        if self.field.length is not None and kind["type"] == "string":
            schema["maxLength"] = self.field.length
        if self.required and kind["type"] == "string":
            # White space alone is a blank.
            schema["pattern"] = r"\S"
        if self.read_only:
            schema["readOnly"] = True
        if self.default is not None:
            schema["default"] = as_json(self.default)
        return schema

    def to_json(self, order: int) -> dict[str, Any]:
        """Return the hints for display, as they stand in ``form.schema.json``."""
        return {
            "name": self.name,
            "label": self.label,
            "order": order,
            "widget": self.widget,
            "help": self.help,
            "read_only": bool(self.read_only),
            "required": bool(self.required),
            "choices": [{"value": as_json(c.value), "label": c.label} for c in self.choices],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form of the rules."""

    name: str
    #: The cadence's object of which a record is made.
    object: str
    fields: tuple[FormField, ...]
    #: Where it stands, ``main.rules:14``.
    at: str

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema (2020-12) of what may be posted."""
        needed = [f.name for f in self.fields if f.required and f.default is None]
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": self.name,
            "type": "object",
            "properties": {f.name: f.schema() for f in self.fields},
            "required": needed,
            "additionalProperties": False,
        }

    def to_json(self) -> dict[str, Any]:
        """Return the document of ``form.schema.json``."""
        return {
            "name": self.name,
            "object": self.object,
            "at": self.at,
            "schema": self.schema(),
            "fields": [f.to_json(order) for order, f in enumerate(self.fields, start=1)],
        }


def as_json(value: Value) -> Any:
    """Return a value as JSON has it: a tuple of texts is a list."""
    return list(value) if isinstance(value, tuple) else value
