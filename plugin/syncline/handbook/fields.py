"""The objects and fields of both systems, as Markdown: what rules may name."""

from __future__ import annotations

__all__ = ["fields_page"]

from collections.abc import Iterable, Iterator

from syncline_grammar.writing.spelling import needs_back_ticks

from ..model import Field, ObjectType, Side
from ..rules.catalog import Catalog

_HEAD = ("field", "label", "type", "length", "required", "may be written", "values")


def fields_page(catalog: Catalog, only: Iterable[tuple[Side, str]] | None = None) -> str:
    """Return the fields of each object of both systems; with *only*, of these objects alone."""
    wanted = None if only is None else set(only)
    lines = [
        "# Fields",
        "",
        f"The CRM is {catalog.systems[Side.CRM]}, the cadence is {catalog.systems[Side.CADENCE]}.",
        "A field is written by its name or by its label. One that is no plain word, or that equals",
        "a word of the language, stands in back-ticks.",
    ]
    for side in Side:
        if not catalog.descriptions[side].objects:
            lines += [
                "",
                f"Nothing is known of the {side.word}'s fields; `syncline check` says why.",
            ]
        for kind in catalog.descriptions[side].objects:
            if wanted is None or (side, kind.name) in wanted:
                lines += _object(kind, side)
        if wanted is None:
            lines += _cadences(catalog.descriptions[side].cadences)
    return "\n".join(lines) + "\n"


def _object(kind: ObjectType, side: Side) -> Iterator[str]:
    yield ""
    yield f"## {kind.name} ({side.word})"
    yield ""
    told = [f"Its label is {kind.label}."] if kind.label.casefold() != kind.name.casefold() else []
    if kind.key_field is None:
        told.append("Syncline creates no record of it: it has no field for Syncline's key.")
    if told:
        yield from (" ".join(told), "")
    yield _row(_HEAD)
    yield "|---" * len(_HEAD) + "|"
    for field in kind.fields:
        yield _row(_cells(field))


def _cells(field: Field) -> Iterator[str]:
    yield f"`` `{field.name}` ``" if needs_back_ticks(field.name) else f"`{field.name}`"
    yield field.label
    yield str(field.type)
    yield "" if field.length is None else f"{field.length:,}"
    yield "yes" if field.required and field.creatable else ""
    yield _writable(field)
    values = ", ".join(f'"{value}"' for value in field.values)
    yield f"{values}, and no other" if values and field.restricted else values


def _writable(field: Field) -> str:
    if field.creatable:
        return "yes" if field.updatable else "at creation only"
    return "not at creation" if field.updatable else "no, read only"


def _row(cells: Iterable[str]) -> str:
    return "".join("| {} ".format(cell.replace("|", r"\|")) for cell in cells) + "|"


def _cadences(names: Iterable[str]) -> Iterator[str]:
    listed = ", ".join(f'"{name}"' for name in names)
    if listed:
        yield ""
        yield "## Cadences to move to"
        yield ""
        yield f"{listed}."
