"""The JSON of `syncline diff` (``diff.schema.json``), printed as it is made."""

from __future__ import annotations

__all__ = ["print_document"]

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from ..rules.explaining.explanation import Explanation
from .explain_json import seen_json

if TYPE_CHECKING:
    from ..difference.changes import Effect, RecordChange, RowGiven
    from ..difference.tally import Tally
    from ..difference.texts import TextChange
    from .diff import Names


def print_document(
    names: Names, tally: Tally, texts: Sequence[TextChange], shown: Iterable[RecordChange]
) -> None:
    """Print the figures, and then record after record: of many, one is held at a time."""
    click.echo(_dump(_figures(names, tally, texts)).removesuffix("}") + ', "examples": [', nl=False)
    for number, change in enumerate(shown):
        click.echo((", " if number else "") + _dump(_record(change)), nl=False)
    click.echo("]}")


def _dump(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False)


def _figures(names: Names, tally: Tally, texts: Sequence[TextChange]) -> dict[str, Any]:
    return {
        "old": names.old,
        "new": names.new,
        "data": names.data,
        "records": tally.records,
        "changed": tally.changed,
        "failed": tally.failed,
        "faults": [{"at": fault.at, "reason": fault.reason} for fault in tally.faults],
        "fields": [
            {"map": map_name, "side": side, "field": field, "records": count}
            for (map_name, side, field), count in tally.fields.most_common()
        ],
        "gates": [
            {"map": map_name, "from": side, "through": through, "records": count}
            for (map_name, side, through), count in tally.gates.most_common()
        ],
        "workflows": [
            {"name": name, "kind": kind, "records": count}
            for (name, kind), count in tally.workflows.most_common()
        ],
        "texts": [
            {
                "rule": change.key._asdict(),
                "kind": change.kind,
                "old_at": change.old_at or None,
                "new_at": change.new_at or None,
                "shown": change.key in tally.shown,
            }
            for change in texts
        ],
    }


def _record(change: RecordChange) -> dict[str, Any]:
    return {
        "object": change.object,
        "name": change.name,
        "at": change.at,
        "fields": [
            {
                "map": one.map,
                "side": str(one.side),
                "field": one.field,
                "old": _given(one.old),
                "new": _given(one.new),
            }
            for one in change.fields
        ],
        "gates": [
            {
                "map": gate.map,
                "from": str(gate.side),
                "old": _effect(gate.old),
                "new": _effect(gate.new),
            }
            for gate in change.gates
        ],
        "workflows": [
            {
                "name": workflow.name,
                "kind": workflow.kind,
                "old": _effect(workflow.old),
                "new": _effect(workflow.new),
            }
            for workflow in change.workflows
        ],
    }


def _given(given: RowGiven | None) -> dict[str, Any] | None:
    if given is None:
        return None
    return {
        "value": given.value,
        "unturned": given.unturned or None,
        "follows": given.follows,
        "row": given.text,
        "at": given.at,
    }


def _effect(effect: Effect | None) -> dict[str, Any] | None:
    if effect is None:
        return None
    return {
        "truth": effect.truth,
        "actions": effect.actions or None,
        "at": effect.at,
        "rows": [_row(row) for row in effect.rows],
    }


def _row(row: Explanation) -> dict[str, Any]:
    return {
        "text": row.text,
        "line": row.span.line,
        "truth": row.truth,
        "seen": seen_json(row),
        "faults": list(row.faults),
    }
