"""One expression or criterion by itself: what it is and what it gives for a record."""

from __future__ import annotations

__all__ = ["EMPTY", "Question", "ask", "evaluate"]

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from syncline_grammar import syntax as s
from syncline_grammar.diagnostics import Diagnostic, Severity, Span
from syncline_grammar.parse import parse

from ..errors import RulesError
from ..functions.function import Function
from ..model import Description, ObjectType, Side, Value
from .catalog import Catalog, Problems, Scope
from .checking.criteria import check_criterion
from .checking.expressions import check_expression
from .compiling.criteria import Code
from .values import Clock

if TYPE_CHECKING:
    from typing_extensions import TypeIs

#: An object without fields, for expressions of literals and functions alone.
EMPTY = ObjectType(name="nothing", label="nothing", fields=())
#: What stands around an expression, so that the grammar of rule files reads it.
_CRITERION = "sync crm to cadence where "
_VALUE = "activity call -> Task { it = "


@dataclass(frozen=True, slots=True)
class Question:
    """A checked expression or criterion, ready to be asked of records."""

    node: s.Expression | s.Criterion
    _function: Any

    def __call__(
        self, record: Mapping[str, Value], before: Mapping[str, Value] | None, clock: Clock
    ) -> Any:
        """Return its value (an expression) or its truth (a criterion) for *record*."""
        return self._function(record, before, clock)


def ask(text: str, scope: Scope, catalog: Catalog) -> Question:
    """Read *text* as a criterion, or else as an expression; raise ``RulesError`` with its faults.

    The places of the faults count from the beginning of *text*.
    """
    node, faults = _read(text)
    if not faults:
        problems = Problems()
        assert node is not None
        if _is_criterion(node):
            check_criterion(node, scope, catalog, problems)
        else:
            check_expression(node, scope, catalog, problems)
        before = len(_CRITERION if _is_criterion(node) else _VALUE)
        errors = [d for d in problems.found if d.severity is Severity.ERROR]
        faults = [_moved(fault, -before) for fault in errors]
    if faults:
        raise RulesError(faults[0].message, tuple(faults))
    assert node is not None
    code = Code(catalog)
    source = code.criterion(node, scope) if _is_criterion(node) else code.expression(node, scope)
    moments = [f" {name} = {value}" for name, value in code.moments.items()]
    lines = ["def ask(r, b, t):", *moments, f" return {source}"]
    exec("\n".join(lines), code.bound)  # noqa: S102 - generated names, signs and key words alone
    return Question(node, code.bound["ask"])


def _is_criterion(node: s.Expression | s.Criterion) -> TypeIs[s.Criterion]:
    return isinstance(node, s.Comparison | s.Group | s.Not)


def _read(text: str) -> tuple[s.Expression | s.Criterion | None, list[Diagnostic]]:
    """Return the tree of *text*, or what is wrong with it."""
    as_criterion = parse(_CRITERION + text)
    if not as_criterion.diagnostics:
        match as_criterion.tree.statements:
            case (s.Flow(where=node),):
                return node, []
            case _:
                return None, [_NOT_ONE]
    as_value = parse(f"{_VALUE}{text}\n}}")
    if not as_value.diagnostics:
        match as_value.tree.statements:
            case (s.Activity(values=(row,)),):
                return row.value, []
            case _:
                return None, [_NOT_ONE]
    return None, [_moved(fault, -len(_CRITERION)) for fault in as_criterion.diagnostics]


_NOT_ONE = Diagnostic(
    code="E104", message="one condition or one value is wanted here", span=Span(0, 0, 1, 1)
)


def _moved(fault: Diagnostic, by: int) -> Diagnostic:
    """Return *fault* with its places counted from *by* characters further on."""

    def moved(span: Span) -> Span:
        column = span.column + by if span.line == 1 else span.column
        start = max(span.start + by, 0)
        return Span(start, max(span.end + by, start), span.line, max(column, 1))

    return replace(
        fault,
        span=moved(fault.span),
        labels=tuple(replace(label, span=moved(label.span)) for label in fault.labels),
        fix=None if fault.fix is None else replace(fault.fix, span=moved(fault.fix.span)),
    )


def evaluate(text: str, functions: Mapping[str, Function], clock: Clock) -> Value:
    """Return what an expression without fields gives."""
    catalog = Catalog(
        systems=dict.fromkeys(Side, "nothing"),
        descriptions={side: Description(objects=(EMPTY,)) for side in Side},
        functions=functions,
    )
    question = ask(text, Scope(Side.CRM, "nothing", EMPTY), catalog)
    result: Value = question({}, None, clock)
    return result
