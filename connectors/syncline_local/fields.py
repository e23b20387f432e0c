"""Short words for the kinds of field, so that an object's description reads as a table."""

from __future__ import annotations

__all__ = [
    "boolean",
    "date",
    "email",
    "identifier",
    "instant",
    "number",
    "phone",
    "picklist",
    "read_only",
    "reference",
    "text",
    "url",
]

from dataclasses import replace

from syncline import Field, FieldType


def read_only(field: Field) -> Field:
    """Return *field* as one that only the system itself fills in."""
    return replace(field, creatable=False, updatable=False)


def identifier(name: str, label: str) -> Field:
    """Return the field of a record's own id."""
    return read_only(Field(name=name, label=label, type=FieldType.ID, length=18))


def text(name: str, label: str, length: int, *, required: bool = False) -> Field:
    """Return a field of free text."""
    return Field(name=name, label=label, type=FieldType.TEXT, length=length, required=required)


def email(name: str, label: str) -> Field:
    """Return a field of one e-mail address."""
    return Field(name=name, label=label, type=FieldType.EMAIL, length=80)


def phone(name: str, label: str) -> Field:
    """Return a field of one telephone number."""
    return Field(name=name, label=label, type=FieldType.PHONE, length=40)


def url(name: str, label: str) -> Field:
    """Return a field of one web address."""
    return Field(name=name, label=label, type=FieldType.URL, length=255)


def number(name: str, label: str) -> Field:
    """Return a field of a whole or broken number."""
    return Field(name=name, label=label, type=FieldType.NUMBER)


def boolean(name: str, label: str) -> Field:
    """Return a field of yes or no."""
    return Field(name=name, label=label, type=FieldType.BOOLEAN)


def date(name: str, label: str) -> Field:
    """Return a field of a day."""
    return Field(name=name, label=label, type=FieldType.DATE)


def instant(name: str, label: str) -> Field:
    """Return a field of a time with its zone."""
    return Field(name=name, label=label, type=FieldType.DATETIME)


def reference(name: str, label: str, *, required: bool = False) -> Field:
    """Return a field that holds another record's id."""
    return Field(name=name, label=label, type=FieldType.REFERENCE, length=18, required=required)


def picklist(
    name: str,
    label: str,
    values: tuple[str, ...],
    *,
    restricted: bool = False,
    required: bool = False,
    updatable: bool = True,
) -> Field:
    """Return a field of one value of a list; unless *restricted*, other text is taken too."""
    return Field(
        name=name,
        label=label,
        type=FieldType.PICKLIST,
        length=255,
        values=values,
        restricted=restricted,
        required=required,
        updatable=updatable,
    )
