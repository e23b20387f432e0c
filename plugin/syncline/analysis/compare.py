"""The workflows of one object beside one another: which can hold together, which imply which.

Every two of a thousand workflows would be half a million searches. So an index finds those that
can meet at all, and only what cannot be told apart by single fields is searched.
"""

from __future__ import annotations

__all__ = ["LOOKS", "MOST", "SEARCHES", "Entry", "Meeting", "Together"]

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from syncline_grammar import syntax as s

from ..model import Value
from ..rules.catalog import Scope
from ..rules.compiled import WorkflowRule
from ..rules.values import Clock
from .atoms import HAPPENED, Node, Where
from .formula import Formula, Literal, every
from .index import Crossings, Points, bits_of
from .solve import State, TooLarge, mentioned, project, solve
from .space import FAILS, Space, atoms_of
from .translate import translate
from .witness import Example, examples, steady_examples

#: Pairs of workflows looked at for one object.
LOOKS = 500_000
#: Pairs for which a search is made.
SEARCHES = 20_000
#: Findings of one kind about one object; more of them are no longer read.
MOST = 20

Actions = tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A workflow: as written, as compiled, and its criteria over atoms."""

    written: s.Workflow
    rule: WorkflowRule
    node: Node

    @property
    def looks_back(self) -> bool:
        """Whether the criteria ask about the record before."""
        return any(
            atom.variable.where is Where.BEFORE or _is_history(atom.variable.key)
            for atom in atoms_of(self.node)
        )


def _is_history(key: object) -> bool:
    return key == HAPPENED.key or (isinstance(key, tuple) and s.Op.CHANGED in key[:1])


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two workflows, by their place in the list, and a record for which both hold."""

    first: int
    second: int
    example: Example


class Together:
    """The workflows of one object, ready to be compared; *others* are criteria beside them."""

    def __init__(
        self, scope: Scope, entries: Sequence[Entry], others: Sequence[Node], clock: Clock
    ) -> None:
        self.entries = entries
        self.clock = clock
        fields = {field.name: field for field in scope.type.fields}
        nodes = [entry.node for entry in entries]
        self.space = Space([*nodes, *others], fields, clock)
        self._holds = [self.space.formula(node) for node in nodes]
        self._fails = [
            self.space.formula(translate(entry.written.when, scope, holds=False))
            for entry in entries
        ]
        self._models = {
            number: model
            for number, formula in enumerate(self._holds)
            if (model := self._model(formula)) is not None
        }
        self._reach = {n: project(self._holds[n], self.space.full) for n in self._models}
        #: Whether some pairs were left out because there are too many.
        self.cut = False

    def _model(self, formula: Formula) -> State | None:
        """Return cells in which *formula* holds; None if there are none, or too many cases."""
        try:
            return solve(formula, self.space.full)
        except TooLarge:
            return None

    def _same_deeds(self) -> dict[Actions, list[int]]:
        found: dict[Actions, list[int]] = {}
        for number in self._models:
            found.setdefault(self.entries[number].rule.actions, []).append(number)
        return found

    # -- what implies what

    def repeats(self) -> Iterator[tuple[int, int]]:
        """Yield (workflow, the one that it repeats): the same actions, and criteria that imply it.

        Of two that hold for the same records, the later is the one that repeats.
        """
        looks = 0
        for numbers in self._same_deeds().values():
            ends = [self._points(numbers, end) for end in (_lowest, _highest)]
            wider: dict[int, list[int]] = {}
            for other in numbers:
                # What does not hold at some point of a workflow is not implied by it.
                low, high = (points.where(self._holds[other]) for points in ends)
                for place in bits_of(low & high):
                    wider.setdefault(numbers[place], []).append(other)
            for number, others in wider.items():
                asked = mentioned(self._holds[number])
                for other in others:
                    # Nor is what asks about something that the workflow leaves open.
                    if other == number or not self._reach[other].keys() <= asked:
                        continue
                    looks += 1
                    if looks > SEARCHES:
                        self.cut = True
                        return
                    if self._repeats(number, other):
                        yield number, other
                        break

    def _points(self, numbers: Sequence[int], end: Callable[[int], int]) -> Points:
        """Return a cell of each variable in which a workflow holds: the one at an *end*."""
        models = [self._models[number] for number in numbers]
        return Points(
            [{variable: end(mask) for variable, mask in model.items()} for model in models],
            [end(full) for full in self.space.full],
        )

    def _repeats(self, number: int, other: int) -> bool:
        mine, theirs = self.entries[number].rule, self.entries[other].rule
        if mine.every_time and not theirs.every_time:
            return False
        if not self._implies(number, other):
            return False
        return number > other or mine.every_time is not theirs.every_time or not self._implies(
            other, number
        )  # fmt: skip

    def _implies(self, number: int, other: int) -> bool:
        formula = every([self._holds[number], self._fails[other]])
        try:
            return solve(formula, self.space.full) is None
        except TooLarge:
            return False

    def never_with(self, number: int, other: Node) -> bool:
        """Tell whether a workflow that can hold never holds where the criterion *other* does."""
        if number not in self._models:
            return False
        formula = every([self._holds[number], self.space.formula(other)])
        try:
            return solve(formula, self.space.full) is None
        except TooLarge:
            return False

    # -- what holds together

    def meetings(
        self, clash: Callable[[Actions, Actions], bool], *, but: Container[int]
    ) -> Iterator[Meeting]:
        """Yield pairs of workflows whose actions *clash*, with a record that fits both.

        Those in *but* are left out: they meet nothing that another does not meet, too.
        """
        deeds = [entry.rule.actions for entry in self.entries]
        kinds = list(dict.fromkeys(deeds))
        kind = [kinds.index(actions) for actions in deeds]
        clashes = [[clash(one, other) for other in kinds] for one in kinds]
        if not any(map(any, clashes)):
            return
        reach = {number: cells for number, cells in self._reach.items() if number not in but}
        crossings = Crossings(reach, self.space.full)
        looks = searches = 0
        for cell, numbers in sorted(crossings.cells.items()):
            for one, other in combinations(numbers, 2):
                looks += 1
                if looks > LOOKS or searches > SEARCHES:
                    self.cut = True
                    return
                if clashes[kind[one]][kind[other]] and crossings.meet_first_in(cell, one, other):
                    searches += 1
                    example = self.example((one, other))
                    if example is not None:
                        yield Meeting(one, other, example)

    def example(self, numbers: Sequence[int], *, steady: bool = False) -> Example | None:
        """Return a record that fits all these workflows, as the compiled rules say, or None.

        A *steady* one fits them though nothing that they ask about changed since it was seen.
        """
        formulas = [self._holds[number] for number in numbers]
        if steady:
            formulas += [
                Literal(number, FAILS)
                for number, variable in enumerate(self.space.variables)
                if variable.where is Where.FREE and _is_history(variable.key)
            ]
        try:
            state = solve(every(formulas), self.space.full)
        except TooLarge:
            return None
        if state is None:
            return None
        found = (steady_examples if steady else examples)(self.space, state)
        for example in found:
            if all(self._fits(number, example) for number in numbers):
                return example
        return None

    def _fits(self, number: int, example: Example) -> bool:
        record: Mapping[str, Value] = example.record
        return self.entries[number].rule.matches(record, example.before, self.clock)


def _lowest(mask: int) -> int:
    return mask & -mask


def _highest(mask: int) -> int:
    return 1 << (mask.bit_length() - 1)
