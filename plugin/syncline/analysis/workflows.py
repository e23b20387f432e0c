"""Findings about workflows beside one another: contradiction, repetition, circles, `where`."""

from __future__ import annotations

__all__ = ["compare_workflows"]

from collections.abc import Iterator, Mapping, Sequence

from syncline_grammar import syntax as s

from ..rules.catalog import Scope
from ..rules.compiled import WorkflowRule
from ..rules.values import Clock
from .compare import MOST, Actions, Entry, Meeting, Together
from .findings import Finding, Kind, Level, Place, Witness
from .translate import translate
from .witness import Example, witness_of
from .wording import too_large

_MOVE, _EXIT, _NEXT = "move", "exit", "next touch"
_TWICE = "Where both fire, the person is moved on by two touches."


def compare_workflows(
    scope: Scope,
    workflows: Sequence[s.Workflow],
    compiled: Mapping[str, WorkflowRule],
    where: s.Flow | None,
    clock: Clock,
) -> Iterator[Finding]:
    """Yield what is found about the workflows of one object; *where* bounds what comes over."""
    entries = [
        Entry(written=w, rule=compiled[w.name], node=translate(w.when, scope)) for w in workflows
    ]
    bound = None if where is None or where.where is None else translate(where.where, scope)
    together = Together(scope, entries, [] if bound is None else [bound], clock)
    told = _Told(scope, together)
    repeats = dict(together.repeats())
    for number, other in repeats.items():
        yield told.repetition(number, other)
    if where is not None and bound is not None:
        for number, entry in enumerate(entries):
            # Who leaves a cadence was brought over before; there is nothing odd in that.
            only_exits = all(action == _EXIT for action, _target in entry.rule.actions)
            if not only_exits and together.never_with(number, bound):
                yield told.outside(number, where)
    for number, entry in enumerate(entries):
        if entry.rule.every_time and _targets(entry.rule.actions):
            example = together.example([number], steady=True)
            if example is not None:
                yield told.again(number, example)
    for count, meeting in enumerate(together.meetings(_clash, but=repeats), start=1):
        yield told.meeting(meeting)
        if count == MOST:
            yield too_large(
                f"at least {MOST} pairs of workflows on {scope.type.name} contradict each other;"
                " what further ones do was not looked at",
                entries[0].written.object.span,
            )
            break
    if together.cut:
        yield too_large(
            f"there are too many workflows on {scope.type.name} to compare every two of them",
            entries[0].written.object.span,
        )


def _targets(actions: Actions) -> list[str]:
    return [target for action, target in actions if action == _MOVE and target is not None]


def _clash(one: Actions, other: Actions) -> bool:
    """Tell whether a person cannot do both: leave and go on, or be in two cadences."""
    mine, theirs = {action for action, _ in one}, {action for action, _ in other}
    if (_EXIT in mine and theirs - {_EXIT}) or (_EXIT in theirs and mine - {_EXIT}):
        return True
    into, onto = _targets(one), _targets(other)
    return bool(into and onto and set(into) != set(onto))


class _Told:
    """Puts into words what was found of one object's workflows."""

    def __init__(self, scope: Scope, together: Together) -> None:
        self._scope = scope
        self._together = together

    def _entry(self, number: int) -> Entry:
        return self._together.entries[number]

    def _name(self, number: int) -> str:
        written = self._entry(number).written
        return f'workflow "{written.name}" in line {written.span.line}'

    def _place(self, number: int) -> Place:
        entry = self._entry(number)
        return Place(entry.written.span, _deeds(entry.rule.actions))

    def _witness(self, numbers: Sequence[int], example: Example) -> Witness:
        entries = [self._entry(number) for number in numbers]
        return witness_of(
            self._scope.type.name,
            example,
            looks_back=any(entry.looks_back for entry in entries),
            now=self._together.clock.now if any(e.rule.timed for e in entries) else None,
        )

    def repetition(self, number: int, other: int) -> Finding:
        kind = self._scope.type.name
        twice = any(action == _NEXT for action, _ in self._entry(number).rule.actions)
        notes = ["Delete it, or make its criteria or its actions differ."]
        return Finding(
            kind=Kind.REPEATED,
            level=Level.QUESTION,
            message=f"{self._name(number)} repeats {self._name(other)}: every {kind} that fits it "
            f"fits the other too, which does the same",
            places=(self._place(number), self._place(other)),
            notes=tuple([_TWICE, *notes] if twice else notes),
        )

    def outside(self, number: int, where: s.Flow) -> Finding:
        kind = self._scope.type.name
        return Finding(
            kind=Kind.OUTSIDE_WHERE,
            level=Level.QUESTION,
            message=f"no {kind} that fits {self._name(number)} fits `sync crm to cadence where` in "
            f"line {where.span.line}: it is never brought over while it fits",
            places=(self._place(number), Place(where.span, "shuts these records out")),
            notes=("It acts only on people who have a partner in the cadence already.",),
        )

    def again(self, number: int, example: Example) -> Finding:
        (target, *_more) = _targets(self._entry(number).rule.actions)
        kind = self._scope.type.name
        return Finding(
            kind=Kind.CADENCE_CIRCLE,
            level=Level.QUESTION,
            message=f"{self._name(number)} fires every time, and its move does not end it: each "
            f'change of such a {kind} moves the person to "{target}" again',
            places=(self._place(number),),
            notes=(
                "A person whom somebody put into another cadence comes back at the next change.",
                "Leave out `every time` if once is enough.",
            ),
            witness=self._witness([number], example),
        )

    def meeting(self, meeting: Meeting) -> Finding:
        pair = (meeting.first, meeting.second)
        rules = [self._entry(number).rule for number in pair]
        into = [_targets(rule.actions) for rule in rules]
        if all(into) and any(rule.every_time for rule in rules):
            example = self._together.example(pair, steady=True)
            if example is not None:
                return self._circle(pair, example)
        kind = self._scope.type.name
        first, second = (_deeds(rule.actions) for rule in rules)
        return Finding(
            kind=Kind.OVERLAP,
            level=Level.QUESTION,
            message=f"one {kind} can fit both {self._name(pair[0])}, which lets the person "
            f"{first}, and {self._name(pair[1])}, which lets the person {second}",
            places=tuple(self._place(number) for number in pair),
            notes=("Let the criteria of one shut out the other, with a row of `none { … }`.",),
            witness=self._witness(pair, meeting.example),
        )

    def _circle(self, pair: Sequence[int], example: Example) -> Finding:
        first, second = (_targets(self._entry(number).rule.actions)[0] for number in pair)
        kind = self._scope.type.name
        if all(self._entry(number).rule.every_time for number in pair):
            way = f'"{first}", "{second}" and "{first}" again, at each change of such a {kind}'
        else:
            home, away = (
                (first, second) if self._entry(pair[0]).rule.every_time else (second, first)
            )
            way = f'"{away}" and, at the next change of such a {kind}, back to "{home}"'
        return Finding(
            kind=Kind.CADENCE_CIRCLE,
            level=Level.FAULT,
            message=f"{self._name(pair[0])} and {self._name(pair[1])} lead in a circle: "
            f"a person goes to {way}",
            places=tuple(self._place(number) for number in pair),
            notes=("Leave out `every time`, or let the criteria of one shut out the other.",),
            witness=self._witness(pair, example),
        )


def _deeds(actions: Actions) -> str:
    words = {_EXIT: "exit the cadence", _NEXT: "move to the next touch"}
    deeds = [
        words.get(action, action) if target is None else f'{action} to "{target}"'
        for action, target in actions
    ]
    return " and ".join(deeds)
