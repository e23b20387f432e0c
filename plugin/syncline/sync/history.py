"""The history of a run as lines: what was written, by which rule, and what was not, and why."""

from __future__ import annotations

__all__ = ["Historian"]

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from ..ledger import journal
from ..ledger.codec import stamp
from ..model import Side, Value
from .intents import Task
from .plan import Case, Step, StepKind

#: Notes about the CRM's field of a row; the others are about the pair.
_OF_A_FIELD = {"hold", "skip"}


class Historian:
    """Gathers lines until they are taken into a transaction."""

    def __init__(self, run: int, now: Callable[[], datetime]) -> None:
        self._run = run
        self._now = now
        self._lines: list[journal.Entry] = []
        self._at = ""

    def taken(self) -> list[journal.Entry]:
        """Return the lines since the last time, and begin anew."""
        lines, self._lines, self._at = self._lines, [], ""
        return lines

    def notes(self, case: Case) -> None:
        """Tell of the fields of a case that are not written, and why."""
        for note in case.notes:
            field = note.kind in _OF_A_FIELD and note.field
            self._line(
                case,
                note.kind,
                side=str(Side.CRM) if field else "",
                object_name=case.objects[Side.CRM] if field else "",
                field=note.field,
                new=note.value,
                lost=None if note.lost is None else [str(note.lost[0]), note.lost[1]],
                rule=note.at,
                reason=note.reason,
            )

    def note(
        self, case: Case, kind: str, reason: str, step: Step | None = None, run: int | None = None
    ) -> None:
        """Tell what became of a record, or of one step of it."""
        self._line(
            case,
            kind,
            side="" if step is None else str(step.side),
            object_name="" if step is None else step.object,
            rule="" if step is None else step.at,
            reason=reason,
            run=run,
        )

    def written(self, task: Task, ids: Mapping[Side, str], run: int, doubt: str = "") -> None:
        """Tell what a step of *run* did, field by field; *doubt* is why nobody is sure of it."""
        step = task.step
        case = task.case if ids == task.case.ids else replace(task.case, ids=ids)
        if step.kind is StepKind.ACTION:
            what = step.action if step.target is None else f"{step.action} to {step.target}"
            self.note(case, "action", f'{what}: workflow "{step.workflow}"', step, run)
        elif step.kind is StepKind.DELETE and not step.writes:
            self.note(case, "delete", f"its {case.objects[step.side.other]} went", step, run)
        for w in step.writes:
            self._line(
                case,
                str(step.kind),
                side=str(step.side),
                object_name=step.object,
                field=w.field,
                old=w.old,
                new=w.new,
                lost=None if w.lost is None else [str(w.lost[0]), w.lost[1]],
                rule=w.at,
                reason="; ".join(filter(None, (w.reason, doubt))),
                run=run,
            )

    def _line(
        self,
        case: Case,
        kind: str,
        *,
        side: str,
        object_name: str,
        field: str = "",
        old: Value = None,
        new: Value = None,
        lost: list[Value] | None = None,
        rule: str = "",
        reason: str = "",
        run: int | None = None,
    ) -> None:
        # The lines of one batch have one time.
        self._at = self._at or stamp(self._now())
        self._lines.append(
            journal.Entry(
                run=self._run if run is None else run,
                at=self._at,
                kind=kind,
                map=case.map,
                crm_id=case.ids.get(Side.CRM, ""),
                cadence_id=case.ids.get(Side.CADENCE, ""),
                side=side,
                object=object_name,
                field=field,
                old=old,
                new=new,
                lost=lost,
                rule=rule,
                reason=reason,
            )
        )
