"""Why a function that a person asked for gave nothing: the reason that it told."""

from __future__ import annotations

__all__ = ["failures"]

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from syncline_grammar import syntax as s

from ..model import Value
from ..rules.catalog import Catalog, Scope
from ..rules.compiling.criteria import Code
from ..rules.values import Clock, Unturned

_Node: TypeAlias = s.Criterion | s.Expression


def failures(
    node: _Node,
    scope: Scope,
    catalog: Catalog,
    record: Mapping[str, Value],
    before: Mapping[str, Value] | None,
    clock: Clock,
) -> list[str]:
    """Return the reasons of the calls in *node* that fail for *record*, each once.

    *node* is checked; the calls are made by the generator that makes the rules' own.
    """
    code = Code(catalog)
    calls = [
        code.call(call.name.text, [code.expression(a, scope) for a in call.args], s.Fallback.SKIP)
        for call in _calls(node)
    ]
    moments = [f" {name} = {value}" for name, value in code.moments.items()]
    lines = ["def look(r, b, t):", *moments, f" return [{', '.join(calls)}]"]
    exec("\n".join(lines), code.bound)  # noqa: S102 - generated names, signs and key words alone
    given = code.bound["look"](record, before, clock)
    return list(dict.fromkeys(one.reason for one in given if isinstance(one, Unturned)))


def _calls(node: _Node) -> Iterator[s.Call]:
    if isinstance(node, s.Call):
        yield node
    for part in _parts(node):
        yield from _calls(part)


def _parts(node: _Node) -> tuple[_Node, ...]:
    match node:
        case s.Call():
            return node.args
        case s.Arithmetic():
            return (node.first, *(right for _sign, right in node.rest))
        case s.Comparison():
            return node.right if node.left is None else (node.left, *node.right)
        case s.Group():
            return node.rows
        case s.Not():
            return (node.row,)
        case _:
            return ()
