"""Which types compare with one another, and what a value of each is called."""

from __future__ import annotations

__all__ = ["EXACT", "PICKED", "TIMES", "a_value", "family"]

from ..model import FieldType

TIMES = frozenset({FieldType.DATE, FieldType.DATETIME})
PICKED = frozenset({FieldType.PICKLIST, FieldType.MULTI_PICKLIST})
#: Compared to the letter; every other text is compared ignoring case.
EXACT = frozenset({FieldType.PICKLIST, FieldType.BOOLEAN, FieldType.ID, FieldType.REFERENCE})
_FAMILIES = {
    FieldType.NUMBER: "number",
    FieldType.BOOLEAN: "truth",
    FieldType.DATE: "date",
    FieldType.DATETIME: "date",
    FieldType.MULTI_PICKLIST: "choices",
}
_A_VALUE = {
    "number": "a number",
    "truth": "true or false",
    "date": "a date",
    "choices": "several choices",
    "text": "text",
}


def family(kind: FieldType) -> str:
    """Return the kind of values that compare with one another."""
    return _FAMILIES.get(kind, "text")


def a_value(kind: FieldType) -> str:
    """Return what a value of *kind* is called in a sentence: "a number", "text"."""
    return _A_VALUE[family(kind)]
