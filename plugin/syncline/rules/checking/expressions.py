"""Check expressions: names, the arguments of functions, and of which type the whole is."""

from __future__ import annotations

__all__ = ["Typed", "check_arguments", "check_expression", "type_of"]

from dataclasses import dataclass

from syncline_grammar import syntax as s

from ...functions.function import Function, signature
from ...model import Field, FieldType
from ..catalog import Catalog, Problems, Scope
from ..types import a_value, family
from .literals import check_date, check_literal, check_number, check_span_of_time

#: A sum of more parts is no rule that a person reads.
_PARTS = 50
_LITERALS: dict[type, FieldType] = {
    s.Text: FieldType.TEXT,
    s.Number: FieldType.NUMBER,
    s.Truth: FieldType.BOOLEAN,
    s.Date: FieldType.DATE,
    s.Relative: FieldType.DATETIME,
}


@dataclass(frozen=True, slots=True)
class Typed:
    """What an expression is: its type, and how a message calls it."""

    type: FieldType
    name: str
    #: The field, when the expression is one field alone.
    field: Field | None = None


def type_of(value: s.Expression, scope: Scope, catalog: Catalog) -> FieldType:
    """Return the type of an expression in which ``check_expression`` found no fault."""
    if isinstance(value, s.FieldRef):
        field = scope.find(value.name)
        assert field is not None
        return field.type
    if isinstance(value, s.Call):
        return catalog.functions[value.name.text].gives
    if isinstance(value, s.Arithmetic):
        return FieldType.NUMBER if value.rest else type_of(value.first, scope, catalog)
    return _LITERALS[type(value)]


def check_expression(
    value: s.Expression, scope: Scope, catalog: Catalog, problems: Problems
) -> Typed | None:
    """Note every fault of *value*; return what it is, or None where that is not known."""
    match value:
        case s.FieldRef():
            field = scope.resolve(value.name, problems)
            return None if field is None else Typed(field.type, field.name, field)
        case s.Call():
            given = [check_expression(part, scope, catalog, problems) for part in value.args]
            function = check_arguments(value, list(value.args), given, catalog, problems)
            return None if function is None else Typed(function.gives, f"`{function.name}()`")
        case s.Arithmetic():
            return _check_arithmetic(value, scope, catalog, problems)
        case s.Number():
            check_number(value, problems)
        case s.Date():
            check_date(value, problems)
        case s.Relative():
            check_span_of_time(value.amount, value.unit, value, problems)
        case _:
            pass
    return Typed(_LITERALS[type(value)], "this")


def _check_arithmetic(
    value: s.Arithmetic, scope: Scope, catalog: Catalog, problems: Problems
) -> Typed | None:
    parts = [value.first, *(right for _sign, right in value.rest)]
    if len(parts) > _PARTS:
        problems.add("E103", f"a sum of more than {_PARTS} parts", value.span)
    found = [check_expression(part, scope, catalog, problems) for part in parts]
    if not value.rest:
        return found[0]
    for part, typed in zip(parts, found, strict=True):
        if isinstance(part, s.Text | s.Truth | s.Date | s.Relative):
            problems.add("E306", "only numbers can be counted with", part.span)
        elif typed is not None and typed.type is not FieldType.NUMBER:
            words = f"{typed.name} is {a_value(typed.type)}: only numbers add up"
            problems.add("E306", words, part.span)
    return Typed(FieldType.NUMBER, "this sum")


def check_arguments(
    call: s.Call,
    written: list[s.Expression | None],
    given: list[Typed | None],
    catalog: Catalog,
    problems: Problems,
) -> Function | None:
    """Note an unknown function, and arguments that are too many, too few or of another type.

    *written* and *given* begin with the value itself; of ``using f()`` it is not written.
    """
    function = catalog.functions.get(call.name.text)
    if function is None:
        problems.unknown("E204", "function", call.name, catalog.functions)
        return None
    least, most = function.arguments
    if len(given) < least or (most is not None and len(given) > most):
        problems.add(
            "E307",
            f"`{function.name}` takes {_count(least, most)}, and here {_are(len(given))}",
            call.span,
            notes=(f"It is written `{signature(function)}`. {function.summary}",),
        )
        return function
    for place, (value, typed) in enumerate(zip(written, given, strict=True)):
        parameter = function.parameter(place)
        if typed is None or parameter.type is None:
            continue
        if value is not None and typed.field is None and not isinstance(value, s.Call):
            name = f"`{parameter.name}` of `{function.name}()`"
            check_literal(value, parameter.type, name, problems)
        elif family(typed.type) != family(parameter.type):
            problems.add(
                "E316",
                f"`{function.name}` takes {a_value(parameter.type)} as its {parameter.name}, and "
                f"{typed.name} is {a_value(typed.type)}",
                call.span if value is None else value.span,
                notes=(f"It is written `{signature(function)}`. {function.summary}",),
            )
    return function


def _count(least: int, most: int | None) -> str:
    if most is None:
        return f"{least} values or more"
    if least == most:
        return f"{least} value" + ("" if least == 1 else "s")
    return f"{least} to {most} values"


def _are(count: int) -> str:
    return "is 1" if count == 1 else f"are {count}"
