"""What test would show that a condition matters: which rows are true in it, and which false."""

from __future__ import annotations

__all__ = ["Needs", "needs_of", "sentence"]

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from syncline_grammar import syntax as s

#: More conditions than these are told together.
_FEW = 3


@dataclass(frozen=True, slots=True)
class Needs:
    """What lets one row decide: the answers of what stands beside it, and its own."""

    #: The row's own answer when the whole is to hold.
    own: bool
    #: What stands beside it, level by level, and the answer that leaves the choice to the row.
    others: tuple[tuple[s.Criterion, bool], ...]


def needs_of(criterion: s.Criterion) -> list[Needs]:
    """Return what each row of *criterion* needs to decide, in the order written."""
    return list(_walk(criterion, True, ()))


def _walk(
    node: s.Criterion, own: bool, others: tuple[tuple[s.Criterion, bool], ...]
) -> Iterator[Needs]:
    match node:
        case s.Comparison():
            yield Needs(own, others)
        case s.Not():
            yield from _walk(node.row, not own, others)
        case s.Group():
            neutral = node.quantifier is s.Quantifier.ALL
            inner = own is not (node.quantifier is s.Quantifier.NONE)
            for place, row in enumerate(node.rows):
                beside = (*node.rows[:place], *node.rows[place + 1 :])
                yield from _walk(row, inner, (*others, *((other, neutral) for other in beside)))


def sentence(needs: Needs, expect: str, text: Callable[[s.Criterion], str]) -> str:
    """Return the advice; *expect* says what the test would expect, *text* how a row is written."""
    same = [_named(node, text) for node, wanted in needs.others if wanted is needs.own]
    other = [_named(node, text) for node, wanted in needs.others if wanted is not needs.own]
    own = f"{_listed(['this row', *same])} {'are' if same else 'is'} {_truth(needs.own)}"
    if other:
        own += f" and {_listed(other)} {_truth(not needs.own)}"
    return f"Add a test in which {own}, with {expect}."


def _listed(names: Sequence[str]) -> str:
    if len(names) > _FEW:
        names = [*names[: _FEW - 1], f"{len(names) - _FEW + 1} more"]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _named(node: s.Criterion, text: Callable[[s.Criterion], str]) -> str:
    if isinstance(node, s.Comparison):
        return f"`{text(node)}`"
    word = node.quantifier.value if isinstance(node, s.Group) else "not"
    return f"the `{word}` in line {node.span.line}"


def _truth(answer: bool) -> str:
    return "true" if answer else "false"
