"""Expressions as Python source: names and values are bound, never spliced as text.

Source is written over ``r`` (the record's values), ``b`` (the values before, or None) and ``t``
(the clock). It holds only generated names, signs and key words.
"""

from __future__ import annotations

__all__ = ["READ", "Expressions"]

from collections.abc import Hashable
from typing import Any

from syncline_grammar import syntax as s

from ...functions import BUILT_IN
from ...model import FieldType
from ..catalog import Catalog, Scope
from ..checking.expressions import type_of
from ..values import Sum, again, blank, chosen, day, fold, instant, now, num
from .guard import Guarded

#: The names that generated code calls, beside those it is given.
_CALLED: dict[str, Any] = {
    "blank": blank, "chosen": chosen, "day": day, "fold": fold, "instant": instant, "num": num,
    "NUMBERS": (int, float), "isinstance": isinstance, "bool": bool, "str": str,
    "list": list, "TypeError": TypeError, "again": again, "now": now,
}  # fmt: skip
#: Functions that keep what they declare: the tests hold them to it.
_OURS = {function.name: function for function in BUILT_IN}
#: How a value is read before it is ordered.
READ = {FieldType.DATE: "day", FieldType.DATETIME: "instant"}


class Expressions:
    """The values that names are bound to, and expressions over them."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.bound: dict[str, Any] = {"__builtins__": {}, **_CALLED}
        #: Moments read from the clock by the source being written: name -> source.
        self.moments: dict[str, str] = {}
        self._known: dict[tuple[type, Any], str] = {}
        self._guards: dict[tuple[str, int, s.Fallback | None], Guarded] = {}
        self._names = 0

    def bind(self, value: Any) -> str:
        """Return the name by which generated code knows *value*."""
        token: Any = value if isinstance(value, Hashable) else id(value)
        key: tuple[type[Any], Any] = (value.__class__, token)
        name = self._known.get(key)
        if name is None:
            name = self._known[key] = f"k{len(self._known)}"
            self.bound[name] = value
        return name

    def name(self) -> str:
        """Return a name that nothing else has."""
        self._names += 1
        return f"v{self._names}"

    def expression(self, value: s.Expression, scope: Scope, record: str = "r") -> str:
        """Return *value* as an expression over *record*."""
        match value:
            case s.FieldRef():
                field = scope.find(value.name)
                assert field is not None
                return f"{record}.get({self.bind(field.name)})"
            case s.Call():
                args = [self.expression(argument, scope, record) for argument in value.args]
                return self.call(value.name.text, args)
            case s.Arithmetic():
                first = self.expression(value.first, scope, record)
                if not value.rest:
                    return first
                rest = [self.expression(right, scope, record) for _sign, right in value.rest]
                signs = "".join(sign for sign, _right in value.rest)
                return f"{self.bind(Sum(signs))}({', '.join([first, *rest])})"
            case s.Relative():
                return self._moment(value, FieldType.DATETIME) + ".isoformat()"
            case _:
                return self.bind(value.value)

    def call(self, name: str, arguments: list[str], fallback: s.Fallback | None = None) -> str:
        """Return a call of the function *name*; a failure is blank, or as *fallback* says."""
        key = (name, len(arguments), fallback)
        if key not in self._guards:
            self._guards[key] = Guarded(self.catalog.functions[name], len(arguments), fallback)
        guard = self._guards[key]
        if guard.one_text and _OURS.get(name) is guard.function and not guard.function.fails:
            # The most frequent call: a text that is not blank, and a function that never fails.
            text, direct = self.name(), self.bind(guard.function.call)
            ready = (
                f"({text} := {arguments[0]}).__class__ is str and {text} and not {text}.isspace()"
            )
            return f"({direct}({text}) if {ready} else {self.bind(guard)}({text}))"
        return f"{self.bind(guard)}({', '.join(arguments)})"

    def ordered(self, value: s.Expression, kind: FieldType, scope: Scope) -> str:
        """Return *value* in the form in which values of *kind* are ordered."""
        if isinstance(value, s.Relative):
            return self._moment(value, kind)
        if isinstance(value, s.Date):
            return self.bind(value.value if kind is FieldType.DATE else instant(value.value))
        if isinstance(value, s.Number):
            return self.bind(value.value)
        return f"{READ.get(kind, 'num')}({self.expression(value, scope)})"

    def clock(self, amount: int | float, unit: s.Unit, kind: FieldType) -> str:
        """Return the name of the moment *amount* units from now, as values of *kind* order."""
        read = "t.day" if kind is FieldType.DATE else "t.moment"
        source = f"{read}({self.bind(amount)}, {self.bind(unit.value)})"
        for name, known in self.moments.items():
            if known == source:
                return name
        name = f"c{len(self.moments)}"
        self.moments[name] = source
        return name

    def _moment(self, value: s.Relative, kind: FieldType) -> str:
        return self.clock(value.amount, value.unit, kind)

    def kind_of(self, value: s.Expression, scope: Scope) -> FieldType:
        """Return the type of *value*."""
        return type_of(value, scope, self.catalog)
