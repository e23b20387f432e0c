"""What the engine plans: each step may take effect once it stands here, and not before."""

from __future__ import annotations

__all__ = ["Key", "Planned"]

import json
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256

from ..model import Side
from ..sync.plan import Case, FieldWrite, Plan, Step, StepKind
from .lines import MapSpec, plain
from .promises import Promise
from .records import Change

Key = tuple[Side, str, str]


class Planned:
    """The plans of the run under way, held against what changed so far (*fields*)."""

    def __init__(
        self,
        maps: tuple[MapSpec, ...],
        fields: Mapping[tuple[Side, str, str, str], Sequence[Change]],
        breach: Callable[[Promise, str], None],
        tell: Callable[[str], None],
    ) -> None:
        self._maps = maps
        self._fields = fields
        self._breach = breach
        self._tell = tell
        #: A digest of every plan.
        self.digest = sha256()
        #: record -> (when it was planned, the step).
        self.steps: dict[Key, tuple[int, Step]] = {}
        #: The actions ever planned, by their keys.
        self.actions: dict[str, Step] = {}
        #: record -> the partner for whose sake it is to be written.
        self._partners: dict[Key, str] = {}
        #: field of a record -> the partner for whose sake it was written last.
        self._sakes: dict[tuple[Side, str, str, str], str] = {}

    def begin(self) -> dict[Key, tuple[int, Step]]:
        """Begin to hear of a run's plans; return those of the run before it.

        None of them may be written any more, unless that run goes on (``go_on``).
        """
        before, self.steps = self.steps, {}
        return before

    def go_on(self, plans: dict[Key, tuple[int, Step]]) -> None:
        """Let a run that stood still go on with its plans."""
        self.steps = plans

    def hear(self, plan: Plan, number: int) -> None:
        """Hear of a plan, before any of it is done."""
        self.digest.update(json.dumps(plan.to_json(), sort_keys=True).encode())
        for case in plan.cases:
            self._deletions(case)
            self._echoes(case)
            for step in case.steps:
                self._partners[_place(step)] = case.ids.get(step.side.other, "")
        for step in plan.steps:
            if step.kind is StepKind.ACTION:
                self.actions[step.key or ""] = step
            else:
                self.steps[_place(step)] = (number, step)
            self._tell(f"plan: {_step(step)}")

    def took_effect(self, change: Change, step: Step) -> None:
        """Hear that *change* is what a step did."""
        place = (change.side, change.object, change.id, change.field)
        self._sakes[place] = self._partners[_place(step)]

    def written_by_people(self) -> int:
        """Return how many updates of this run's plans a person made, word for word."""
        return sum(
            step.kind is StepKind.UPDATE and all(self._is_theirs(place, w) for w in step.writes)
            for place, (_number, step) in self.steps.items()
        )

    def _is_theirs(self, place: Key, write: FieldWrite) -> bool:
        told = self._fields.get((*place, write.field))
        if not told:
            return False
        return not told[-1].ours and plain(told[-1].new) == plain(write.new)

    def _echoes(self, case: Case) -> None:
        """See that what we wrote ourselves is not written back as if it were news."""
        spec = next((spec for spec in self._maps if spec.name == case.map), None)
        if spec is None or case.links or case.replaces or self._ever_went(case):
            return
        for step in case.steps:
            source = step.side.other
            for write in step.writes if step.kind is StepKind.UPDATE else ():
                for line in spec.lines:
                    if line.name(step.side) != write.field:
                        continue
                    place = (source, spec.object(source), case.ids[source], line.name(source))
                    told = self._fields.get(place, ())
                    # What came from a partner that has given way to this one is news to it.
                    if told and told[-1].ours and self._sakes.get(place) == step.id:
                        self._breach(
                            Promise.ORIGINAL_OR_FINAL,
                            f"{step.side.word} {step.id} {write.field} is to become "
                            f"{write.new!r}: that is what the {source.word} made of our own write",
                        )

    def _ever_went(self, case: Case) -> bool:
        places = ((side, case.objects[side], id_, "") for side, id_ in case.ids.items())
        return any(place in self._fields for place in places)

    def _deletions(self, case: Case) -> None:
        """See that a record is deleted only because its partner is gone."""
        for step in case.steps:
            if step.kind is StepKind.DELETE:
                other = step.side.other
                if (other, case.objects[other], case.ids.get(other, ""), "") not in self._fields:
                    self._breach(
                        Promise.LOSES_NOTHING,
                        f"{step.side.word} {step.object} {step.id} is to be deleted, and its "
                        f"partner {case.ids.get(other)} never went",
                    )


def _place(step: Step) -> Key:
    return step.side, step.object, step.id or step.key or ""


def _step(step: Step) -> str:
    if step.kind is StepKind.ACTION:
        return f"{step.action} {step.id} ({step.workflow})"
    what = ", ".join(f"{w.field} {w.old!r} -> {w.new!r} [{w.reason}]" for w in step.writes)
    return f"{step.kind} {step.side.word} {step.object} {step.id or step.key}: {what}"
