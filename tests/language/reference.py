"""What rules mean, as plainly as it can be said: slow, and written from the language alone.

Nothing here is generated, folded in advance or shared with the compiler; only the tree, the names
of fields and the declarations of functions are. The tests hold the compiled rules against it.
"""

from __future__ import annotations

__all__ = ["Reference", "turned"]

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from operator import add, mul, sub
from typing import TYPE_CHECKING, Any

from syncline import FieldType, Value
from syncline_grammar import syntax as s

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from syncline.rules.catalog import Catalog, Scope

EXACT = {FieldType.PICKLIST, FieldType.ID, FieldType.REFERENCE}
NEGATIVE = {s.Op.NE: s.Op.EQ, s.Op.NOT_IN: s.Op.IN, s.Op.NOT_BLANK: s.Op.BLANK}
DAY_WORDS = {"today": 0, "yesterday": -1, "tomorrow": 1}

#: They ask what happened to the record.
EVENTS = {"is deleted", "is merged", "is converted", "is undeleted"}


def is_blank(value: Value) -> bool:
    """Tell whether *value* is missing, null, nothing chosen, empty or white space: one thing."""
    return value is None or value == () or (isinstance(value, str) and value.strip() == "")


def is_number(value: Value) -> bool:
    """Tell whether *value* is a number; ``true`` is none, whatever Python thinks."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def loose(value: Value) -> str:
    """Return text as it compares: without case and outer space."""
    return str(value).strip().casefold()


def day_of(text: Value) -> date | None:
    """Return the calendar day that a date, or a date-time as it is written, begins with."""
    try:
        text = text.strip() if isinstance(text, str) else ""
        return date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text).date()
    except ValueError:
        return None


def moment_of(text: Value) -> datetime | None:
    """Return the instant of a date-time; one without a zone is UTC.

    One that lies before the first year or after the last has no place in the calendar.
    """
    try:
        moment = datetime.fromisoformat(text.strip()) if isinstance(text, str) else None
        if moment is None:
            return None
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def counted(now: datetime, amount: int | float, unit: s.Unit) -> datetime:
    """Return so many units from *now*; a month on is the same day of it, or its last."""
    if unit in {s.Unit.MONTH, s.Unit.YEAR}:
        months = now.month - 1 + int(amount) * (12 if unit is s.Unit.YEAR else 1)
        year, month = now.year + months // 12, months % 12 + 1
        last = calendar.monthrange(year, month)[1]
        return now.replace(year=year, month=month, day=min(now.day, last))
    return now + int(amount) * timedelta(**{f"{unit}s": 1})


def text_of(value: Value) -> str:
    """Return a value as a person writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "; ".join(value) if isinstance(value, tuple) else str(value)


@dataclass(frozen=True)
class Reference:
    """Asks criteria and expressions of one record, with the record before and the time."""

    scope: Scope
    catalog: Catalog
    record: Mapping[str, Value]
    before: Mapping[str, Value] | None
    now: datetime

    # -- criteria

    def holds(self, node: s.Criterion) -> bool:
        """Tell whether *node* is true of the record."""
        if isinstance(node, s.Not):
            return not self.holds(node.row)
        if isinstance(node, s.Group):
            truths = [self.holds(row) for row in node.rows]
            return {"all": all(truths), "any": any(truths), "none": not any(truths)}[
                node.quantifier
            ]
        if node.op in NEGATIVE:
            return not self.positive(NEGATIVE[node.op], node)
        return self.positive(node.op, node)

    def positive(self, op: s.Op, node: s.Comparison) -> bool:
        """Tell whether a row holds; none but ``is blank`` and ``changed`` holds of a blank."""
        if op.value in EVENTS:
            return self.record.get("(event)") == op.value.removeprefix("is ")
        if op is s.Op.IS_NEW:
            return self.before is None
        assert node.left is not None
        kind, left = self.kind(node.left), self.value(node.left)
        if op is s.Op.BLANK:
            return is_blank(left)
        if op in {s.Op.CHANGED, s.Op.CHANGED_TO, s.Op.CHANGED_FROM, s.Op.WAS}:
            return self.history(op, node, kind)
        if is_blank(left):
            return False
        if op is s.Op.IN:
            return any(self.equal(kind, left, value) for value in node.right)
        if op in {s.Op.IN_LAST, s.Op.IN_NEXT}:
            return self.within(op, node, kind, left)
        if op is s.Op.BETWEEN:
            low, high = node.right
            return self.ordered(">=", kind, left, low) and self.ordered("<=", kind, left, high)
        (right,) = node.right
        if op is s.Op.EQ:
            return self.equal(kind, left, right)
        if op is s.Op.EXACTLY:
            return left == self.value(right)
        if op in {s.Op.CONTAINS, s.Op.STARTS, s.Op.ENDS, s.Op.MATCHES}:
            return self.text_test(op, kind, left, self.value(right))
        sign = {s.Op.BEFORE: "<", s.Op.AFTER: ">"}.get(op, str(op))
        return self.ordered(sign, kind, left, right)

    def equal(self, kind: FieldType, left: Value, node: s.Expression) -> bool:
        """Tell whether two values are one: by number, by day or instant, exactly, or loosely."""
        if kind in {FieldType.NUMBER, FieldType.DATE, FieldType.DATETIME}:
            return self.ordered("=", kind, left, node)
        right = self.value(node)
        if is_blank(left) or is_blank(right):
            return False
        if kind is FieldType.BOOLEAN:
            return isinstance(left, bool) and isinstance(right, bool) and left == right
        return left == right if kind in EXACT else loose(left) == loose(right)

    def ordered(self, sign: str, kind: FieldType, left: Value, node: s.Expression) -> bool:
        """Tell how two numbers, days or instants lie; what is none of these lies nowhere."""
        if kind is FieldType.NUMBER:
            right = self.value(node)
            return is_number(left) and is_number(right) and lies(sign, left, right)
        day = isinstance(node, s.Date) or (isinstance(node, s.Relative) and node.word in DAY_WORDS)
        if kind is FieldType.DATE:
            return lies(sign, day_of(left), self.day(node))
        moment = moment_of(left)
        if day:
            # A moment lies within a day, by the clock's own calendar.
            return lies(sign, self.here(moment), self.day(node))
        return lies(sign, moment, self.moment(node))

    def here(self, moment: datetime | None) -> date | None:
        """Return the day on which *moment* lies where the clock stands."""
        try:
            return None if moment is None else moment.astimezone(self.now.tzinfo).date()
        except OverflowError:
            return None

    def within(self, op: s.Op, node: s.Comparison, kind: FieldType, left: Value) -> bool:
        """Tell whether a day or an instant lies between now and so many units from it."""
        (amount,) = node.right
        assert isinstance(amount, s.Number)
        assert node.unit is not None
        back = op is s.Op.IN_LAST
        ends = [self.now, counted(self.now, -amount.value if back else amount.value, node.unit)]
        first, last = sorted(ends)
        if kind is FieldType.DATE:
            seen = day_of(left)
            return seen is not None and first.date() <= seen <= last.date()
        moment = moment_of(left)
        return moment is not None and first <= moment <= last

    def text_test(self, op: s.Op, kind: FieldType, left: Value, right: Value) -> bool:
        """Tell whether one text stands in another, or a choice is among those ticked."""
        if kind is FieldType.MULTI_PICKLIST:
            return isinstance(left, tuple) and right in left
        if op is s.Op.MATCHES:
            engine: Any = import_module("re2")
            return engine.search(f"(?i:{right})", str(left)) is not None
        if is_blank(right):
            return False
        whole, part = loose(left), loose(right)
        if op is s.Op.CONTAINS:
            return part in whole
        return whole.startswith(part) if op is s.Op.STARTS else whole.endswith(part)

    def history(self, op: s.Op, node: s.Comparison, kind: FieldType) -> bool:
        """Compare with the record before; without one, nothing changed and nothing was."""
        if self.before is None:
            return False
        assert node.left is not None
        earlier = Reference(self.scope, self.catalog, self.before, None, self.now)
        then, here = earlier.value(node.left), self.value(node.left)
        if op is s.Op.WAS:
            return self.equal(kind, then, node.right[0])
        if unchanged(kind, then, here):
            return False
        if op is s.Op.CHANGED_FROM and not self.equal(kind, then, node.right[0]):
            return False
        return not node.right or self.equal(kind, here, node.right[-1])

    # -- expressions

    def kind(self, node: s.Expression) -> FieldType:
        """Return the type of an expression."""
        match node:
            case s.FieldRef():
                field = self.scope.find(node.name)
                assert field is not None
                return field.type
            case s.Call():
                return self.catalog.functions[node.name.text].gives
            case s.Arithmetic():
                return FieldType.NUMBER if node.rest else self.kind(node.first)
            case s.Number():
                return FieldType.NUMBER
            case s.Truth():
                return FieldType.BOOLEAN
            case s.Date() | s.Relative():
                return FieldType.DATETIME
            case _:
                return FieldType.TEXT

    def value(self, node: s.Expression) -> Value:
        """Return what an expression gives; what cannot be counted is blank."""
        match node:
            case s.FieldRef():
                field = self.scope.find(node.name)
                assert field is not None
                return self.record.get(field.name)
            case s.Call():
                return self.called(node)
            case s.Arithmetic():
                total = self.value(node.first)
                for sign, right in node.rest:
                    total = sum_of(total, sign, self.value(right))
                return total
            case s.Relative():
                return counted(self.now, node.amount, node.unit).isoformat()
            case _:
                return node.value

    def day(self, node: s.Expression) -> date | None:
        """Return an expression as a day."""
        if isinstance(node, s.Relative):
            return counted(self.now, node.amount, node.unit).date()
        return day_of(self.value(node))

    def moment(self, node: s.Expression) -> datetime | None:
        """Return an expression as an instant."""
        if isinstance(node, s.Relative):
            return counted(self.now, node.amount, node.unit)
        return moment_of(self.value(node))

    def called(self, node: s.Call) -> Value:
        """Return a function's result; a blank argument or a failure makes a blank."""
        return self.result(node.name.text, [self.value(argument) for argument in node.args])

    def result(self, name: str, values: list[Value]) -> Value:
        """Return what the function *name* gives for *values*."""
        try:
            return self.must(name, values)
        except Exception:  # noqa: BLE001 - whatever a function raises is its failure
            return None

    def must(self, name: str, values: list[Value]) -> Value:
        """Like ``result``; a failure is raised."""
        function = self.catalog.functions[name]
        given: list[Value] = []
        for place, value in enumerate(values):
            parameter = function.takes[min(place, len(function.takes) - 1)]
            argument = None if is_blank(value) else fitting(parameter.type, value)
            if argument is None and not parameter.blank:
                return None
            given.append(argument)
        return function.call(*given)


def fitting(kind: FieldType | None, value: Value) -> Value:
    """Return an argument as its parameter takes it; None when it is of another kind."""
    match kind:
        case None:
            return value
        case FieldType.NUMBER:
            return value if is_number(value) else None
        case FieldType.BOOLEAN:
            return value if isinstance(value, bool) else None
        case FieldType.DATE | FieldType.DATETIME:
            return value.strip() if isinstance(value, str) else None
        case FieldType.MULTI_PICKLIST:
            return value if isinstance(value, tuple) else None
        case _:
            return text_of(value)


def lies(sign: str, left: Any, right: Any) -> bool:
    """Compare two values of one kind; with nothing on a side, nothing lies anywhere."""
    if left is None or right is None:
        return False
    return bool(
        {
            "=": left == right,
            "<": left < right,
            "<=": left <= right,
            ">": left > right,
            ">=": left >= right,
        }[sign]
    )


def sum_of(left: Any, sign: str, right: Any) -> Value:
    """Count with two numbers; anything else, and a division by zero, is blank."""
    if not is_number(left) or not is_number(right) or (sign == "/" and right == 0):
        return None
    counting: dict[str, Callable[[Any, Any], Any]] = {
        "+": add, "-": sub, "*": mul, "/": lambda a, b: a / b,
    }  # fmt: skip
    try:
        result: int | float = counting[sign](left, right)
    except OverflowError:
        return None
    return result


def unchanged(kind: FieldType, then: Value, here: Value) -> bool:
    """Tell whether two values count as one between two looks at a record."""
    if is_blank(then) or is_blank(here):
        return is_blank(then) and is_blank(here)
    if kind is FieldType.EMAIL:
        return loose(then) == loose(here)
    if kind is FieldType.DATETIME and (first := moment_of(then)) is not None:
        second = moment_of(here)
        return second is not None and first == second
    if isinstance(then, tuple) and isinstance(here, tuple):
        return sorted(then) == sorted(here)
    if isinstance(then, str) and isinstance(here, str):
        return then.strip() == here.strip()
    return then == here


# -- mapping rows ----------------------------------------------------------------------------------

_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")


def turned(
    block: s.ObjectMap, catalog: Catalog, crm: Scope, cadence: Scope, record: Mapping[str, Value]
) -> dict[str, Value]:
    """Return the CRM's *record* in the cadence's fields; what cannot be turned is left out."""
    made: dict[str, Value] = {}
    asked = Reference(crm, catalog, record, None, datetime.now(UTC))
    for row in block.rows:
        source, target = crm.find(row.crm), cadence.find(row.cadence)
        assert source is not None
        assert target is not None
        if target.name in made:
            continue
        value = record.get(source.name)
        try:
            if row.table is not None:
                made[target.name] = looked_up(row.table, source.type, value)
            elif row.using is not None:
                made[target.name] = used(row, asked, value)
            else:
                made[target.name] = as_type(source.type, target.type, value)
        except ValueError:
            continue
    return made


def looked_up(table: s.Table, kind: FieldType, value: Value) -> Value:
    """Return the entry for *value*, or the table's ``else``; raise ``ValueError`` without."""
    if is_blank(value):
        return None
    for left, right in table.entries:
        if unchanged(kind, left.value, value):
            return right.value
    if table.otherwise is None:
        raise ValueError(value)
    return table.otherwise.value


def used(row: s.FieldMapping, asked: Reference, value: Value) -> Value:
    """Return what ``using f(…)`` makes of *value*; raise ``ValueError`` when it fails.

    A row with a default and without ``else`` takes a failure for a blank.
    """
    assert row.using is not None
    name = row.using.name.text
    function = asked.catalog.functions[name]
    if row.arrow is s.Arrow.TO_CRM and not function.normaliser:
        if function.inverse not in asked.catalog.functions:
            return None
        name = function.inverse
    values = [value, *(asked.value(argument) for argument in row.using.args)]
    if row.default is not None and row.otherwise is None:
        return asked.result(name, values)
    try:
        return asked.must(name, values)
    except Exception as err:
        raise ValueError(value) from err


def as_type(source: FieldType, target: FieldType, value: Value) -> Value:
    """Return *value* as a field of another type takes it."""
    if is_blank(value) or source is target:
        return value
    if target is FieldType.NUMBER and isinstance(value, str):
        if not _NUMBER.fullmatch(value.strip()):
            raise ValueError(value)
        plain = value.strip().replace(",", "")
        return float(plain) if "." in plain else int(plain)
    if target is FieldType.DATE:
        day = day_of(value)
        return None if day is None else day.isoformat()
    texts = {FieldType.NUMBER, FieldType.BOOLEAN, FieldType.MULTI_PICKLIST}
    wanted = {FieldType.DATETIME, FieldType.DATE, *texts}
    return text_of(value) if source in texts and target not in wanted else value
