"""What a run did, gathered from its history by record, and what of it cannot go back (B6). Pure."""

from __future__ import annotations

__all__ = ["Stays", "Written", "written_by"]

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, cast

from ..ledger.journal import Entry
from ..model import Side, Value
from .plan import StepKind

_WRITES = {str(kind) for kind in StepKind} - {str(StepKind.ACTION)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stays:
    """Something of a run that is not taken back, and why."""

    #: create, update, delete, action or link
    kind: str
    side: str
    object: str
    id: str
    field: str
    reason: str
    #: Whether ``force`` would take it back all the same.
    forcible: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON (``undo.schema.json``)."""
        return asdict(self)


@dataclass(slots=True, kw_only=True)
class Written:
    """All that one run did to one record."""

    kind: StepKind
    map: str
    ids: Mapping[Side, str]
    side: Side
    object: str
    #: By field: what it held before the run, what after, and the row that wrote it.
    fields: dict[str, tuple[Value, Value, str]] = field(
        default_factory=dict[str, tuple[Value, Value, str]]
    )

    @property
    def id(self) -> str:
        """The record's id."""
        return self.ids[self.side]

    def stays(self, reason: str, field_name: str = "", *, forcible: bool = False) -> Stays:
        """Return that it is not taken back, as a whole or in one field."""
        return Stays(
            kind=str(self.kind),
            side=str(self.side),
            object=self.object,
            id=self.id,
            field=field_name,
            reason=reason,
            forcible=forcible,
        )


def written_by(lines: Iterable[Entry]) -> tuple[list[Written], list[Stays]]:
    """Gather a run's *lines*, in their order: what it wrote by record, and what cannot go back."""
    records: dict[tuple[str, str, str], Written] = {}
    stays: list[Stays] = []
    for line in lines:
        ids = {Side.CRM: line.crm_id, Side.CADENCE: line.cadence_id}
        if line.kind in {"action", "link"}:
            reason = (
                f"what a workflow did cannot be taken back: {line.reason}"
                if line.kind == "action"
                else "the two stay linked; that writes nothing"
            )
            id_ = line.cadence_id if line.kind == "action" else line.crm_id
            found = Stays(
                kind=line.kind, side=line.side, object=line.object or line.map, id=id_, field="",
                reason=reason,
            )  # fmt: skip
            stays.append(found)
        if line.kind not in _WRITES:
            continue
        side, kind = Side(line.side), StepKind(line.kind)
        one = records.setdefault(
            (line.side, line.object, ids[side]),
            Written(kind=kind, map=line.map, ids=ids, side=side, object=line.object),
        )
        if kind is StepKind.DELETE:
            one.kind = kind
        if line.field:
            old = one.fields[line.field][0] if line.field in one.fields else _value(line.old)
            one.fields[line.field] = (old, _value(line.new), line.rule)
    return list(records.values()), stays


def _value(value: Any) -> Value:
    return tuple(cast("list[str]", value)) if isinstance(value, list) else value
