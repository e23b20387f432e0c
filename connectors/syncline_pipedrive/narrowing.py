"""What a list can be narrowed by, exactly and for nothing: parameters that compare ids.

A saved filter compares texts by rules of the vendor's database that nobody states, and costs 16
tokens to save and to delete; texts are therefore compared here alone.
"""

from __future__ import annotations

__all__ = ["narrows", "parameters"]

from typing import TYPE_CHECKING

from syncline import AllOf, Comparison, Operator

from .kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncline import Condition, Field, ObjectType

#: (kind, field) -> parameter. Whose owner is no active user is not asked for: see ``_codes``.
_PARAMETERS: Mapping[tuple[str, str], str] = {
    **{(name, "owner"): "owner_id" for name in ("person", "organization", "deal", "lead")},
    ("activity", "owner"): "owner_id",
    ("activity", "done"): "done",
    ("deal", "status"): "status",
    ("deal", "stage"): "stage_id",
}
#: The parameters that take several values, with commas between.
_SEVERAL = frozenset({"status"})


def narrows(kind: ObjectType, condition: Condition) -> bool:
    """Tell whether a listing can be narrowed by *condition* (``ConnectorType.narrows``)."""
    if isinstance(condition, AllOf):
        names = [part.field for part in condition.parts if isinstance(part, Comparison)]
        return len(set(names)) == len(condition.parts)
    if not isinstance(condition, Comparison) or condition.operator is not Operator.IN:
        return False
    return _parameter(kind, condition) is not None


def parameters(kind: ObjectType, condition: Condition | None) -> dict[str, str]:
    """Return the parameters that narrow a listing by *condition*; none where it cannot be said."""
    if condition is None:
        return {}
    parts = condition.parts if isinstance(condition, AllOf) else (condition,)
    found: dict[str, str] = {}
    for part in parts:
        if isinstance(part, Comparison) and (one := _parameter(kind, part)) is not None:
            found[one[0]] = one[1]
    return found


def _parameter(kind: ObjectType, one: Comparison) -> tuple[str, str] | None:
    name = _PARAMETERS.get((kind.name, one.field))
    field = kind.get(one.field)
    if (
        name is None
        or field is None
        or one.operator is not Operator.IN
        or one.field not in (KINDS[kind.name].by_name)
    ):
        return None
    codes = _codes(field, one)
    if codes is None or (len(codes) > 1 and name not in _SEVERAL):
        return None
    return name, ",".join(codes)


def _codes(field: Field, one: Comparison) -> list[str] | None:
    """Return the ids of the values; None if one has none, or several."""
    known = {
        label.casefold() if "@" in label else label: code
        for label, code in zip(field.values, field.codes, strict=True)
    }
    found: list[str] = []
    for value in one.values:
        if isinstance(value, bool):
            found.append(str(value).lower())
            continue
        text = str(value)
        code = known.get(text.casefold() if "@" in text else text)
        if code is None or "|" in code:
            return None
        found.append(code)
    return found
