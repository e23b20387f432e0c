"""Steps in the batches that one call takes, in the order in which they are sent. Pure.

A plan's cases come with the longest waiting first, and so do the batches, whatever their kind,
side and object: when the budget ends in the middle, nobody is passed over by who came later.
Actions come after, for a person must be in the cadence before it can act on them, and deletions
last.
"""

from __future__ import annotations

__all__ = ["batches", "is_essential"]

from collections.abc import Iterable, Iterator, Mapping

from ..model import Description, Side
from .intents import Task
from .plan import Case, StepKind, batch_of

#: Actions sent before their outcomes are committed: what a crash may have to ask again.
_ACTIONS = 50
#: Actions that take a person out of a cadence.
_LEAVING = frozenset({"exit", "move"})


def is_essential(task: Task) -> bool:
    """Tell whether a step is done even when the budget is nearly used up (K6).

    A person leaves a cadence, or an action is owed since an earlier run.
    """
    step = task.step
    return step.kind is StepKind.ACTION and (step.action in _LEAVING or not task.case.candidates)


def batches(
    cases: Iterable[Case], descriptions: Mapping[Side, Description]
) -> Iterator[list[Task]]:
    """Yield the steps of *cases* by kind, side and object, each batch with its oldest first."""
    groups: dict[tuple[StepKind, Side, str, bool], list[tuple[int, Task]]] = {}
    for age, case in enumerate(cases):
        for step in case.steps:
            task = Task(case=case, step=step)
            where = (step.kind, step.side, step.object, is_essential(task))
            groups.setdefault(where, []).append((age, task))
    found: list[tuple[int, int, list[Task]]] = []
    for (kind, side, name, essential), tasks in groups.items():
        acting = kind is StepKind.ACTION
        rank = 3 if kind is StepKind.DELETE else 0 if not acting else 1 if essential else 2
        prices = descriptions[side].prices_of(name)
        while tasks:
            size = _ACTIONS if acting else batch_of(prices, kind, len(tasks))[0]
            part, tasks = tasks[:size], tasks[size:]
            found.append((rank, part[0][0], [task for _age, task in part]))
    found.sort(key=lambda batch: batch[:2])
    for _rank, _age, tasks_ in found:
        yield tasks_
