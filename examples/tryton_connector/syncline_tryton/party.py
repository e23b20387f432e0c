"""Tryton's party as an object of rules, and rows of it as records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import syncline
from syncline import Field, FieldType, Gone, GoneKind, Position, Record, Value

from .session import from_wire

MODEL = "party.party"
#: Our key stands among a party's identifiers, behind this prefix.
PREFIX = "syncline:"
KEY = "syncline_key"
#: How a party is reached: the field of a rule -> its label and type; each is a record of its own.
MECHANISMS = {
    "email": ("E-mail", FieldType.EMAIL),
    "phone": ("Phone", FieldType.PHONE),
    "mobile": ("Mobile", FieldType.PHONE),
    "website": ("Website", FieldType.URL),
}
PARTY = syncline.ObjectType(
    name="party",
    label="Party",
    fields=(
        Field(name="name", label="Name", type=FieldType.TEXT),
        Field(name="code", label="Code", type=FieldType.TEXT, updatable=False),
        *(Field(name=name, label=label, type=kind) for name, (label, kind) in MECHANISMS.items()),
        Field(
            name=KEY, label="Syncline key", type=FieldType.TEXT, creatable=False, updatable=False
        ),
    ),
    key_field=KEY,
    deletable=True,
)
#: What is read of a party.
READ = (
    "name", "code", "active", "write_date", "replaced_by", "identifiers.code",
    "contact_mechanisms.type", "contact_mechanisms.value",
)  # fmt: skip
Row = Mapping[str, Any]


def id_of(number: int) -> str:
    """Return an id that compares as text as its number does."""
    return f"{number:010d}"


def key_of(row: Row) -> str | None:
    """Return our key of a party, if we made it."""
    codes = (each["code"] or "" for each in row["identifiers."])
    return next((code.removeprefix(PREFIX) for code in codes if code.startswith(PREFIX)), None)


def place_of(row: Row) -> Position:
    """Return where a party stands in a listing."""
    return Position(modified=from_wire(row["write_date"]), id=id_of(row["id"]))


def record_of(row: Row, fields: Sequence[str]) -> Record:
    """Return a party as a record."""
    values: dict[str, Value] = {"name": row["name"], "code": row["code"], KEY: key_of(row)}
    for name in MECHANISMS:
        values[name] = next((each["value"] for each in _mechanisms(row, name)), None)
    place = place_of(row)
    asked = {name: values.get(name) for name in fields}
    return Record(object=PARTY.name, id=place.id, values=asked, modified=place.modified)


def gone_of(row: Row) -> Gone:
    """Return how a party ended: it was replaced by another one, or put away."""
    place, into = place_of(row), row["replaced_by"]
    return Gone(
        object=PARTY.name,
        id=place.id,
        kind=GoneKind.MERGED if into else GoneKind.DELETED,
        at=place.modified,
        into=(PARTY.name, id_of(into)) if into else None,
    )


def values_of(values: Mapping[str, Value], row: Row | None, key: str | None) -> dict[str, Any]:
    """Return what makes a new party of *values*, or changes *row* to them.

    A creation repeated finds its party, whose code Tryton does not let anybody change.
    """
    own = ("name", "code") if row is None else ("name",)
    given: dict[str, Any] = {name: values[name] for name in own if name in values}
    commands = [
        command
        for name in MECHANISMS
        if name in values
        for command in _commands(name, values[name], _mechanisms(row, name) if row else [])
    ]
    if commands:
        given["contact_mechanisms"] = commands
    if key is not None:
        given["identifiers"] = [["create", [{"code": f"{PREFIX}{key}"}]]]
    return given


def _mechanisms(row: Row, name: str) -> list[Row]:
    return [each for each in row["contact_mechanisms."] if each["type"] == name]


def _commands(name: str, value: Value, standing: list[Row]) -> list[list[Any]]:
    """Return what makes the first mechanism of its kind hold *value*; people's others stay."""
    if syncline.is_blank(value):
        return [["delete", [standing[0]["id"]]]] if standing else []
    if standing:
        return [["write", [standing[0]["id"]], {"value": value}]]
    return [["create", [{"type": name, "value": value}]]]
