"""Field mappings as Python source: a record of one side to the other's, rows in order.

Functions are written over ``r``, the record that values come from, and ``o``, the record of the
other side, which the brackets of ``using f(…)`` may read.
"""

from __future__ import annotations

__all__ = ["MapSource", "found"]

from syncline_grammar import syntax as s

from ...model import Field, FieldType, Side
from ..catalog import Scope
from ..checking.turning import argument_scope
from ..values import Unturned, turner
from .program import Late, Program
from .tables import Lookup


def found(scope: Scope, name: s.Name) -> Field:
    """Return the field *name* means, in a tree without faults."""
    field = scope.find(name)
    assert field is not None
    return field


class MapSource:
    """The functions of one map."""

    def __init__(self, program: Program, block: s.ObjectMap, crm: Scope, cadence: Scope) -> None:
        self._program = program
        self._code = program.code
        self._block = block
        self._crm = crm
        self._cadence = cadence

    def write(self, name: str, to: Side) -> Late:
        """Add ``name`` (a list, a value a row) and ``name_record`` (a record); return for many.

        A value that its table or function cannot turn is ``Unturned`` in the list, and left out
        of the record.
        """
        turned = [self._row(row, to) for row in self._block.rows]
        other = self._other(to)
        self._program.define(
            f"{name}(r, o=None)",
            f"o = {other} if o is None else o",
            f"return [{', '.join(source for source, _fails in turned)}]",
        )
        pairs: dict[str, tuple[str, bool]] = {}
        for row, source in zip(self._block.rows, turned, strict=True):
            field = self._fields(row)[to]
            pairs.setdefault(self._code.bind(field.name), source)
        made = "d = {" + ", ".join(f"{key}: {value}" for key, (value, _) in pairs.items()) + "}"
        unturned = self._code.bind(Unturned)
        body = [f"o = {other}"] if "o.get(" in made else []
        body.append(made)
        body.extend(
            f"if d[{key}].__class__ is {unturned}: del d[{key}]"
            for key, (_value, fails) in pairs.items()
            if fails
        )
        return self._program.record(f"{name}_record", body, "d")

    def _fields(self, row: s.FieldMapping) -> dict[Side, Field]:
        return {
            Side.CRM: found(self._crm, row.crm),
            Side.CADENCE: found(self._cadence, row.cadence),
        }

    def _other(self, to: Side) -> str:
        """Return what stands for the other side's record when none is given."""
        if to is Side.CADENCE:
            return "r"
        # A new record of the CRM: its plain fields are what the cadence's say.
        pairs = [
            f"{self._code.bind(fields[Side.CRM].name)}: "
            f"r.get({self._code.bind(fields[Side.CADENCE].name)})"
            for row in self._block.rows
            if row.table is None and row.using is None and (fields := self._fields(row))
        ]
        return "{" + ", ".join(pairs) + "}"

    def _row(self, row: s.FieldMapping, to: Side) -> tuple[str, bool]:
        """Return what the row's value becomes on side *to*, and whether that can fail."""
        fields = self._fields(row)
        source, target = fields[to.other], fields[to]
        value = f"r.get({self._code.bind(source.name)})"
        if row.table is not None:
            lookup = Lookup(row.table, source, to, row.otherwise or s.Fallback.SKIP)
            key, partner = self._code.name(), self._code.name()
            known, look_up = self._code.bind(lookup.known), self._code.bind(lookup)
            quick = f"({partner} := {known}.get({key} := {value}))"
            return f"({partner} if {quick} is not None else {look_up}({key}))", True
        if row.using is not None:
            return self._using(row, row.using, to, value)
        turn = turner(source.type, target.type)
        if turn is None:
            return value, False
        return f"{self._code.bind(turn)}({value})", target.type is FieldType.NUMBER

    def _using(self, row: s.FieldMapping, call: s.Call, to: Side, value: str) -> tuple[str, bool]:
        function = self._code.catalog.functions[call.name.text]
        forth = Side.CRM if row.arrow is s.Arrow.TO_CRM else Side.CADENCE
        if to is not forth and not function.normaliser:
            if function.inverse not in self._code.catalog.functions:
                # A creation carries all mapped fields (E7), but this one cannot be turned back.
                return "None", False
            function = self._code.catalog.functions[function.inverse]
        scope = argument_scope(row, self._crm, self._cadence)
        record = "o" if scope.side is to else "r"
        rest = [self._code.expression(argument, scope, record) for argument in call.args]
        # With a `default` and no `else`, a failure is a blank: the default is for blanks.
        silent = row.default is not None and row.otherwise is None
        fallback = None if silent else row.otherwise or s.Fallback.SKIP
        return self._code.call(function.name, [value, *rest], fallback), not silent
