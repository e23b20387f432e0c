"""From a `form` block of the rules to a form: the cadence's fields, the map, and what must be."""

from __future__ import annotations

__all__ = ["form_named", "forms_of"]

from collections.abc import Iterator, Mapping

from syncline_grammar import syntax as s
from syncline_grammar.words import nearest

from ..errors import WorkspaceError
from ..model import Field, FieldType, ObjectType, Side, Value
from ..rules.checking.maps import scope_of
from ..rules.ruleset import RuleSet
from .form import Choice, Form, FormField
from .mapped import Mapped, mapped_fields

#: What is required of a prospect in any cadence (RS5, RP4): of each line the first that there is.
_OF_A_PROSPECT = (
    ("first_name",),
    ("last_name",),
    ("company_name", "person_company_name", "organization_name", "company"),
)


def forms_of(rules: RuleSet) -> tuple[Form, ...]:
    """Return the forms of *rules*, in the order of the file.

    Raises ``RulesError`` for rules with errors, and ``WorkspaceError`` for a form that nobody
    could fill in.
    """
    _ = rules.compiled
    return tuple(_form(each, rules) for each in rules.tree.statements if isinstance(each, s.Form))


def form_named(forms: tuple[Form, ...], name: str) -> Form:
    """Return the form called *name*; raise ``WorkspaceError`` when there is none."""
    for form in forms:
        if form.name.casefold() == name.strip().casefold():
            return form
    known = [form.name for form in forms]
    near = nearest(name, known)
    hint = f"There are {', '.join(known)}." if known else 'The rules have none: `form "…" for …`.'
    raise WorkspaceError(
        f"there is no form {name}" + (f"; did you mean {near}?" if near else ""), hint=hint
    )


def _form(block: s.Form, rules: RuleSet) -> Form:
    scope = scope_of(block.object, Side.CADENCE, rules.catalog)
    at = f"{rules.source.name}:{block.span.line}"
    said = mapped_fields(rules, scope.type.name)
    rows: dict[str, s.FormField | None] = {}
    for row in block.fields:
        field = scope.find(row.field)
        assert field is not None
        rows[field.name] = row
    needed: dict[str, str] = {}
    for name, why in _needed(scope.type, said):
        needed.setdefault(name, why)
    # What the form leaves out and cannot do without stands first.
    rows = {**{name: None for name in needed if name not in rows}, **rows}
    fields: list[FormField] = []
    for name, asked in rows.items():
        field = scope.type.get(name)
        assert field is not None
        made = _field(field, asked, said.get(name, Mapped()), needed.get(name, ""), rules)
        wanted = name in needed or (asked is not None and asked.required)
        if made.read_only and wanted and made.default is None:
            raise WorkspaceError(
                f'the form "{block.name}" ({at}) cannot be filled in: {made.label} is required '
                f"and read only. {made.read_only}",
                hint=f"Map {name} both ways, or take `read only` off it."
                if name in needed
                else f"Map {name} both ways, or take `required` off it.",
            )
        fields.append(made)
    return Form(name=block.name, object=scope.type.name, fields=tuple(fields), at=at)


def _needed(kind: ObjectType, said: Mapping[str, Mapped]) -> Iterator[tuple[str, str]]:
    """Yield what no record can do without, and who wants it; the first of a field counts."""
    people = kind.get("first_name") is not None and kind.get("last_name") is not None
    for names in _OF_A_PROSPECT if people else ():
        name = next((name for name in names if kind.get(name) is not None), None)
        if name is not None:
            yield name, "Required of every prospect."
    for field in kind.fields:
        if field.required and field.creatable:
            yield field.name, f"Required by the cadence of every {kind.label.casefold()}."
        elif (by := said.get(field.name, Mapped()).needed_by) and field.creatable:
            yield field.name, f"Required by {by}."


def _field(
    field: Field, row: s.FormField | None, said: Mapped, needed: str, rules: RuleSet
) -> FormField:
    required = needed or ("Required." if row is not None and row.required else "")
    read_only = ""
    if row is not None and row.read_only:
        read_only = "It is shown, and cannot be edited here."
    elif not field.creatable:
        read_only = "The cadence itself sets it."
    elif said.set_by:
        read_only = f"The CRM sets it, from {said.set_by}."
    choices, closed = _choices(field, row, said, rules)
    return FormField(
        field=field,
        read_only=read_only,
        required="" if read_only else required,
        choices=choices,
        closed=closed,
        default=None if row is None or row.default is None else _value(field, row.default),
    )


def _choices(
    field: Field, row: s.FormField | None, said: Mapped, rules: RuleSet
) -> tuple[tuple[Choice, ...], bool]:
    """Return the values to choose from, and whether there are no others.

    They are the CRM's where the field is mapped to a picklist, unless that takes other values too
    and the cadence's own does not; where both refuse others, both hold. `one of` narrows them.
    """
    own = tuple(Choice(value, value) for value in field.values)
    own_closed = field.restricted and bool(own)
    if said.closed and own_closed:
        found = tuple(choice for choice in said.choices if choice.value in field.values)
    else:
        found = said.choices if said.closed or (said.choices and not own_closed) else own
    closed = said.closed or own_closed
    if row is None or not row.choices:
        return found, closed
    by_value = {choice.value: choice for choice in found}
    strange = [text for text in row.choices if text not in by_value]
    if closed and strange:
        raise WorkspaceError(
            f"{rules.source.name}:{row.span.line}: {said.picklist or field.name} takes no "
            f"{', '.join(strange)}",
            hint=f"It takes {', '.join(str(choice.value) for choice in found)}.",
        )
    return tuple(by_value.get(text, Choice(text, text)) for text in row.choices), True


def _value(field: Field, literal: s.Literal) -> Value:
    value = literal.value
    return (str(value),) if field.type is FieldType.MULTI_PICKLIST else value
