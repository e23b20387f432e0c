"""The JSON of `syncline explain` (``explanation.schema.json``)."""

from __future__ import annotations

__all__ = ["document", "seen_json"]

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..rules.explaining.deciding import ways_to_change
from ..rules.explaining.explanation import Explanation

if TYPE_CHECKING:
    from ..rules.explaining.conditions import Condition
    from ..rules.ruleset import RuleSet
    from ..rules.values import Clock
    from .explain import Asked


def document(rules: RuleSet, asked: Sequence[Asked], clock: Clock) -> dict[str, Any]:
    """Return the answers as plain JSON (``explanation.schema.json``)."""
    return {
        "file": rules.source.name,
        "now": clock.now.isoformat(),
        "records": [
            {
                "object": record.object,
                "id": record.id,
                "values": dict(record.values),
                "before": None if record.before is None else dict(record.before),
                "answers": [
                    _answer(condition, condition.explain(record.values, record.before, clock))
                    for condition in record.conditions
                ],
            }
            for record in asked
        ],
    }


def _answer(condition: Condition, explained: Explanation) -> dict[str, Any]:
    return {
        "kind": "where" if condition.actions is None else "workflow",
        "name": condition.name,
        "at": condition.at,
        "actions": condition.actions,
        "truth": explained.truth,
        "tree": _node(explained),
        "ways_to_change": [
            [{"text": row.text, "line": row.span.line, "becomes": not row.truth} for row in way]
            for way in ways_to_change(explained)
        ],
    }


def _node(explained: Explanation) -> dict[str, Any]:
    return {
        "text": explained.text,
        "span": explained.span._asdict(),
        "truth": explained.truth,
        "seen": seen_json(explained),
        "faults": list(explained.faults),
        "children": [_node(child) for child in explained.children],
    }


def seen_json(explained: Explanation) -> list[dict[str, Any]]:
    """Return the values that a row saw."""
    return [
        {"text": seen.text, "field": seen.field, "now": seen.now, "before": seen.before}
        for seen in explained.seen
    ]
