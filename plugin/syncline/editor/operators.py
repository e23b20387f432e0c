"""Which comparisons a field's type has: the checker itself is asked, once for each type."""

from __future__ import annotations

__all__ = ["ASKED", "fits"]

from functools import cache

from ..model import Description, Field, FieldType, ObjectType, Side
from ..rules.catalog import Catalog
from ..rules.ruleset import load_rules

_SAMPLES = {
    FieldType.NUMBER: "1",
    FieldType.BOOLEAN: "true",
    FieldType.DATE: "today",
    FieldType.DATETIME: "now",
}
#: Each as it begins, and as it may go on.
ASKED = {
    "=": "= {0}",
    "!=": "!= {0}",
    "<": "< {0}",
    "<=": "<= {0}",
    ">": "> {0}",
    ">=": ">= {0}",
    "exactly": "exactly = {0}",
    "in": "in {0}",
    "not in": "not in {0}",
    "contains": "contains {1}",
    "matches": "matches {1}",
    "starts with": "starts with {1}",
    "ends with": "ends with {1}",
    "is blank": "is blank",
    "is not blank": "is not blank",
    "before": "before {0}",
    "after": "after {0}",
    "between": "between {0} and {0}",
    "in the last": "in the last 7 days",
    "in the next": "in the next 7 days",
    "changed": "changed",
    "changed to": "changed to {0}",
    "changed from": "changed from {0} to {0}",
    "was": "was {0}",
}


@cache
def fits(kind: FieldType) -> frozenset[str]:
    """Return the comparisons that a field of *kind* has, each as it begins."""
    sample = _SAMPLES.get(kind, '"x"')
    field = Field(name="asked", label="Asked", type=kind)
    thing = ObjectType(name="thing", label="Thing", fields=(field,))
    catalog = Catalog(
        systems=dict.fromkeys(Side, "sample"),
        descriptions={side: Description(objects=(thing,)) for side in Side},
        functions={},
    )
    head = 'workflow "w" on thing {\nwhen any {\n'
    rows = [f"`asked` {asked.format(sample, chr(34) + 'x' + chr(34))}" for asked in ASKED.values()]
    found = load_rules(f"{head}{chr(10).join(rows)}\n}}\nthen exit cadence\n}}\n", catalog)
    first = head.count("\n") + 1
    wrong = {fault.span.line - first for fault in found.errors}
    return frozenset(word for at, word in enumerate(ASKED) if at not in wrong)
