"""A field, an object, a function in a few lines of Markdown, as an admin reads them."""

from __future__ import annotations

__all__ = ["brief", "field_text", "function_text", "object_text", "takes_text"]

from ..functions.function import Function, signature
from ..model import Field, FieldType, ObjectType, Side
from ..rules.catalog import Scope

#: So many values of a picklist are shown.
_SHOWN = 20
_NAMES = {
    FieldType.DATETIME: "date and time",
    FieldType.EMAIL: "e-mail address",
    FieldType.PHONE: "telephone number",
    FieldType.URL: "web address",
    FieldType.PICKLIST: "one of a list",
    FieldType.MULTI_PICKLIST: "several of a list",
    FieldType.REFERENCE: "reference to another record",
    FieldType.ID: "the record's own id",
    FieldType.BOOLEAN: "true or false",
}


def takes_text(field: Field) -> str:
    """Return what *field* holds: ``text, up to 128 characters``."""
    name = _NAMES.get(field.type, str(field.type))
    return name if field.length is None else f"{name}, up to {field.length:,} characters"


def brief(field: Field) -> str:
    """Return one line for a list: label, type, and what one must know before choosing it."""
    marks = [mark for mark, holds in _marks(field) if holds]
    return " · ".join([field.label, str(field.type), *marks])


def _marks(field: Field) -> tuple[tuple[str, bool], ...]:
    read_only = not field.creatable and not field.updatable
    return (
        ("required", field.required),
        ("read only", read_only),
        ("only at creation", field.creatable and not field.updatable),
        ("not at creation", field.updatable and not field.creatable),
    )


def field_text(field: Field, scope: Scope) -> str:
    """Return what is known of *field*: label, name, type, length, values, and what it refuses."""
    lines = [f"**{field.label}** `{field.name}`", f"It holds: {takes_text(field)}."]
    if field.values:
        shown = ", ".join(f'"{value}"' for value in field.values[:_SHOWN])
        more = len(field.values) - _SHOWN
        lines.append(f"Values: {shown}" + (f" and {more} more." if more > 0 else "."))
        if field.restricted:
            lines.append("It takes no other value.")
    sentences = {
        "required": "Required: no record is created without it.",
        "read only": f"Read only: {scope.system} does not let it be written.",
        "only at creation": "It can be written only when a record is created.",
        "not at creation": "It can be written only once the record exists.",
    }
    lines += [sentences[mark] for mark, holds in _marks(field) if holds]
    lines.append(f"A field of {scope.type.name} in {scope.system} ({scope.side.word}).")
    return "\n\n".join(lines)


def object_text(kind: ObjectType, side: Side, system: str) -> str:
    """Return what is known of an object."""
    required = [field.name for field in kind.fields if field.required and field.creatable]
    lines = [
        f"**{kind.label}** `{kind.name}`",
        f"An object of {system} ({side.word}) with {len(kind.fields)} fields.",
    ]
    if required:
        lines.append(f"None is created without {', '.join(required)}.")
    if kind.key_field is None:
        lines.append("It has no field for Syncline's key, so Syncline creates none.")
    return "\n\n".join(lines)


def function_text(function: Function) -> str:
    """Return the signature, what the function does, when it fails, and examples."""
    types = [f"{p.name}: {'any value' if p.type is None else p.type}" for p in function.takes]
    lines = [f"`{signature(function)}` gives {function.gives}", function.summary]
    if types:
        lines.append(f"It takes {'; '.join(types)}.")
    if function.fails:
        lines.append(
            f"It fails when {function.fails}: add `default …`, `else skip` or `else hold`."
        )
    if function.normaliser:
        lines.append("It may stand in a row that goes both ways.")
    elif function.inverse:
        lines.append(f"In a row that goes both ways, `{function.inverse}` undoes it.")
    for example in function.examples:
        given = "blank" if example.gives is None else f"`{example.gives}`"
        result = f"fails: {example.fails}" if example.fails else f"gives {given}"
        lines.append(f"`{example.call}` {result}")
    return "\n\n".join(lines)
