"""What was posted in a form: each value put right where it may be, and told where it may not."""

from __future__ import annotations

__all__ = ["Fault", "Posted", "read_posted"]

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from syncline_grammar.words import nearest

from ..functions.function import Function
from ..model import Value, is_blank
from .form import Form, FormField
from .normalise import normalised

#: More faults than this help nobody; a post of a million strange names is one of them.
_MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a value is not taken, and what to do."""

    #: The name under which it was posted.
    field: str
    #: What a person reads beside it; the name, where the form has no such field.
    label: str
    message: str

    def to_json(self) -> dict[str, Any]:
        """Return the fault as it stands in ``submission.schema.json``."""
        return {"field": self.field, "label": self.label, "message": self.message}


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """The values of a record, or what keeps them from being one."""

    #: Without blanks. Meaningless where there are faults.
    values: Mapping[str, Value]
    faults: tuple[Fault, ...]


def read_posted(form: Form, given: Any, functions: Mapping[str, Function]) -> Posted:
    """Read what was posted: texts are trimmed, addresses tidied, choices found by any spelling.

    *functions* are the registry's, which tidy addresses. Every fault is told, fifty at most.
    """
    if not isinstance(given, Mapping):
        fault = Fault(
            field="", label=form.name, message="An object is wanted: a value under each name."
        )
        return Posted(values={}, faults=(fault,))
    names: dict[Any, Any] = {**given}
    values: dict[str, Value] = {}
    faults = list(_strange(form, names))
    for field in form.fields:
        value, wrong = _read(field, names.get(field.name), functions)
        if wrong:
            faults.append(Fault(field=field.name, label=field.label, message=wrong))
        elif not is_blank(value):
            values[field.name] = value
    return Posted(values=values, faults=tuple(faults[:_MOST]))


def _strange(form: Form, names: Mapping[Any, Any]) -> Iterator[Fault]:
    """Yield a fault for each name that the form does not have, with the nearest that it has."""
    known = {field.name: field.name for field in form.fields}
    known |= {field.label: field.name for field in form.fields}
    own = {field.name for field in form.fields}
    for name in names:
        if name in own:
            continue
        if not isinstance(name, str):
            told = f"{name}"[:80]
            yield Fault(field=told, label=told, message="A name is text: write it in quotes.")
            continue
        near = nearest(name, known)
        hint = f"did you mean {known[near]}?" if near else "leave it out."
        yield Fault(field=name[:80], label=name[:80], message=f"The form has no such field; {hint}")


def _read(field: FormField, given: Any, functions: Mapping[str, Function]) -> tuple[Value, str]:
    """Return a field's value and an empty text, or what is wrong with it."""
    blank = given is None or given == [] or (isinstance(given, str) and not given.strip())
    if field.read_only:
        return None, "" if blank else f"It is read only: leave it out. {field.read_only}"
    if blank:
        if field.required and is_blank(field.default):
            return None, "It is required: fill it in."
        return field.default, ""
    return normalised(field, given, functions)
