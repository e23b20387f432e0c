"""Check what becomes of a value on its way over: types, functions, tables, and the way back."""

from __future__ import annotations

__all__ = ["argument_scope", "check_fits", "check_turning", "sides_of"]

from syncline_grammar import syntax as s
from syncline_grammar.diagnostics import Severity, Span

from ...functions.function import Function
from ...model import Field, FieldType, Side
from ..catalog import Catalog, Problems, Scope
from ..types import a_value, family
from ..walk import names_in
from .expressions import Typed, check_arguments, check_expression
from .literals import check_written

_FEW = 5


def sides_of(arrow: s.Arrow) -> frozenset[Side]:
    """Return the sides that *arrow* writes to."""
    return {
        s.Arrow.BOTH: frozenset({Side.CRM, Side.CADENCE}),
        s.Arrow.TO_CADENCE: frozenset({Side.CADENCE}),
        s.Arrow.TO_CRM: frozenset({Side.CRM}),
    }[arrow]


def argument_scope(row: s.FieldMapping, crm: Scope, cadence: Scope) -> Scope:
    """Return whose fields stand in the brackets of ``using f(…)``.

    They are the CRM's; in a row that only goes to the CRM they are the cadence's, where the value
    comes from, unless the names are the CRM's alone.
    """
    if row.arrow is not s.Arrow.TO_CRM or row.using is None:
        return crm
    known = all(cadence.find(name) is not None for name in names_in(row.using))
    return cadence if known else crm


def check_fits(typed: Typed, target: Field, span: Span, problems: Problems) -> None:
    """Note a value whose type *target* can never take."""
    if not _turns(typed.type, target.type):
        problems.add(
            "E306",
            f"{typed.name} is {a_value(typed.type)}, and {target.name} takes "
            f"{a_value(target.type)}",
            span,
        )


def check_turning(
    row: s.FieldMapping,
    scopes: tuple[Scope, Scope],
    fields: tuple[Field, Field],
    catalog: Catalog,
    problems: Problems,
) -> None:
    """Check that what goes over fits, and that a two-way row can come back, so that it settles."""
    crm, cadence = fields
    function = None
    if row.using is not None:
        function = _check_using(row, row.using, scopes, fields, catalog, problems)
    elif row.table is not None:
        _check_table(row, row.table, crm, cadence, problems)
    else:
        _check_plain(row, crm, cadence, problems)
    if row.table is not None and row.using is not None:
        problems.add("E310", "a row has `using` or `as`, not both", row.span)
    # Of a function that nobody knows, who can say whether it fails?
    fails = row.using is not None and (function is None or bool(function.fails))
    if row.otherwise is not None and row.table is None and not fails:
        what = f"`{function.name}()` never fails: " if function is not None else ""
        problems.add(
            "E310", f"{what}`else` belongs to a table or to a function that can fail", row.span
        )


def _check_plain(row: s.FieldMapping, crm: Field, cadence: Field, problems: Problems) -> None:
    """Check a row whose value goes over as it is."""
    two_way = row.arrow is s.Arrow.BOTH
    if not _turns(crm.type, cadence.type, two_way=two_way):
        problems.add(
            "E306",
            f"{crm.name} ({crm.type}) and {cadence.name} ({cadence.type}) do not turn into one "
            "another",
            row.span,
            notes=("Map it one way, or say with a table what becomes of what.",),
        )
        return
    for side in sorted(sides_of(row.arrow)):
        source, target = (crm, cadence) if side is Side.CADENCE else (cadence, crm)
        strange = [v for v in source.values if v not in target.values]
        if source.values and target.values and target.restricted and strange:
            shown = ", ".join(strange[:_FEW]) + (" …" if len(strange) > _FEW else "")
            problems.add(
                "W904",
                f"{target.name} does not have these values of {source.name}: {shown}",
                row.span,
                notes=("Say with a table what becomes of them: `as { … }`.",),
                severity=Severity.WARNING,
            )
        longest = max(map(len, source.values), default=source.length)
        if longest and target.length and longest > target.length:
            problems.add(
                "W903",
                f"{source.name} holds up to {longest} characters, {target.name} only "
                f"{target.length}: the {side.word} will refuse longer ones",
                row.span,
                notes=(f"To cut them, map one way with `using left({target.length})`.",),
                severity=Severity.WARNING,
            )


def _check_table(
    row: s.FieldMapping, table: s.Table, crm: Field, cadence: Field, problems: Problems
) -> None:
    listed: set[object] = set()
    for left, right in table.entries:
        check_written(left, crm, problems)
        check_written(right, cadence, problems)
        if left.value in listed:
            problems.add("E310", "this value stands in the table already", left.span)
        listed.add(left.value)
    if table.otherwise is None:
        return
    check_written(table.otherwise, cadence, problems)
    if row.arrow is s.Arrow.BOTH:
        problems.add(
            "E305",
            "a two-way table cannot end in `else` with a value: that value could not come back",
            table.otherwise.span,
            notes=("Write `else skip` or `else hold`, or use a one-way arrow.",),
        )


def _check_using(
    row: s.FieldMapping,
    call: s.Call,
    scopes: tuple[Scope, Scope],
    fields: tuple[Field, Field],
    catalog: Catalog,
    problems: Problems,
) -> Function | None:
    crm, cadence = fields
    scope = argument_scope(row, *scopes)
    given = [check_expression(argument, scope, catalog, problems) for argument in call.args]
    ways = [(crm, cadence)] if row.arrow is not s.Arrow.TO_CRM else [(cadence, crm)]
    source, target = ways[0]
    first = Typed(source.type, source.name, source)
    before = len(problems.found)
    function = check_arguments(call, [None, *call.args], [first, *given], catalog, problems)
    if function is None or len(problems.found) > before:
        return function
    if family(function.gives) != family(target.type):
        problems.add(
            "E306",
            f"`{function.name}()` gives {a_value(function.gives)}, and {target.name} takes "
            f"{a_value(target.type)}",
            call.span,
        )
    elif function.fails and row.otherwise is None and row.default is None:
        problems.add(
            "E315",
            f"`{function.name}()` fails when {function.fails}; the row does not say what then",
            call.span,
            notes=("Add a `default`, `else skip` (change nothing) or `else hold` (wait).",),
        )
    if row.arrow is s.Arrow.BOTH and not function.normaliser:
        _check_way_back(call, function, fields, catalog, problems)
    return function


def _check_way_back(
    call: s.Call,
    function: Function,
    fields: tuple[Field, Field],
    catalog: Catalog,
    problems: Problems,
) -> None:
    crm, cadence = fields
    inverse = catalog.functions.get(function.inverse)
    if inverse is None:
        problems.add(
            "E305",
            f"`{function.name}` changes a value for good: a two-way row would never settle",
            call.span,
            notes=("Use a one-way arrow, or a function that only tidies its value.",),
        )
        return
    taken = inverse.parameter(0).type
    if (taken is not None and family(taken) != family(cadence.type)) or family(
        inverse.gives
    ) != family(crm.type):
        problems.add(
            "E306",
            f"`{inverse.name}()`, which undoes `{function.name}()`, does not fit the way from "
            f"{cadence.name} to {crm.name}",
            call.span,
        )


_RIGID = {FieldType.BOOLEAN, FieldType.DATE, FieldType.DATETIME, FieldType.MULTI_PICKLIST}


def _turns(source: FieldType, target: FieldType, *, two_way: bool = False) -> bool:
    """Tell whether values go over as they are, or can be made to."""
    if family(source) == family(target):
        return True
    if two_way:
        return not {source, target} & _RIGID
    # Text says what anything is; only numbers are read from text.
    return family(target) == "text" or (family(source), family(target)) == ("text", "number")
