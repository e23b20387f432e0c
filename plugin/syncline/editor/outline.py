"""The statements of a file as an outline, and what can be folded away (B14)."""

from __future__ import annotations

__all__ = ["Fold", "Symbol", "SymbolKind", "folds", "symbols", "whole"]

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from syncline_grammar import syntax as s
from syncline_grammar.diagnostics import Span
from syncline_grammar.parse import parse
from syncline_grammar.source import SIGNIFICANT, Source

from .reader import reader

_COMMENTS = re.compile(r"^[ \t]*#[^\n]*\n(?:[ \t]*#[^\n]*(?:\n|$))+", re.MULTILINE)
#: The words that a statement begins with, which are not part of its tree.
_HEAD = re.compile(r"[a-z][a-z \t]*$")


class SymbolKind(StrEnum):
    """What a line of the outline is."""

    SETTING = "setting"
    MAP = "map"
    ROW = "row"
    WORKFLOW = "workflow"
    ACTIVITY = "activity"
    ALLOW = "allow"
    FORM = "form"
    TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """One line of the outline."""

    name: str
    kind: SymbolKind
    span: Span
    detail: str = ""
    children: tuple[Symbol, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """From the character ``start`` in the first line kept to ``end`` in the last one hidden."""

    start: int
    end: int
    comment: bool = False


def symbols(text: str) -> list[Symbol]:
    """Return the outline of what can be read of *text*."""
    source = Source("rules", text)
    return [
        _symbol(statement, whole(source, statement)) for statement in parse(text).tree.statements
    ]


def whole(source: Source, statement: s.Statement) -> Span:
    """Return the place of *statement* with its first words and its last brace."""
    start, end = statement.span.start, max(statement.span[:2])
    line = source.text[source.text.rfind("\n", 0, start) + 1 : start]
    head = _HEAD.search(line)
    begin = start - (0 if head is None else len(head[0]))
    return source.span(begin, max(end, _block_end(source.text, begin, end)))


def _block_end(text: str, start: int, end: int) -> int:
    """Return where the last brace of a statement's block ends; 0 when it has no block."""
    depth = 0
    for found in SIGNIFICANT.finditer(text, start):
        if depth == 0 and found.start() > reader().skipped(text, end):
            return 0
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if depth == 0 and found[0] == "}" and found.end() > end:
            return found.end()
    return 0


def _symbol(statement: s.Statement, span: Span) -> Symbol:
    match statement:
        case s.Connect(side, system):
            return Symbol(name=f"{side}: {system.text}", kind=SymbolKind.SETTING, span=span)
        case s.Schedule(minutes):
            return Symbol(name=f"every {minutes} minutes", kind=SymbolKind.SETTING, span=span)
        case s.Flow(source, target):
            return Symbol(name=f"sync {source} to {target}", kind=SymbolKind.SETTING, span=span)
        case s.Admin(email):
            return Symbol(name=f"admin {email}", kind=SymbolKind.SETTING, span=span)
        case s.ObjectMap(crm, arrow, cadence, matches, rows):
            children = [_row(f"match {m.crm.text} = {m.cadence.text}", m.span) for m in matches]
            children += [_row(f"{r.crm.text} {r.arrow} {r.cadence.text}", r.span) for r in rows]
            name = f"{crm.text} {arrow} {cadence.text}"
            return Symbol(name=name, kind=SymbolKind.MAP, span=span, children=tuple(children))
        case s.Workflow():
            detail = f"on {statement.object.text}"
            return _titled(statement.name, SymbolKind.WORKFLOW, span, detail)
        case s.Activity(kind, _outcomes, target, values):
            rows_of = tuple(_row(v.field.text, v.span) for v in values)
            name = f"{kind.text} {'<-' if statement.from_crm else '->'} {target.text}"
            return Symbol(name=name, kind=SymbolKind.ACTIVITY, span=span, children=rows_of)
        case s.Allow():
            return Symbol(name=f"allow {statement.channel.text}", kind=SymbolKind.ALLOW, span=span)
        case s.Form():
            fields = tuple(_row(f.field.text, f.span) for f in statement.fields)
            detail = f"for {statement.object.text}"
            return _titled(statement.name, SymbolKind.FORM, span, detail, fields)
        case s.Test():
            return _titled(statement.name, SymbolKind.TEST, span, "")


def _titled(
    title: str, kind: SymbolKind, span: Span, detail: str, children: tuple[Symbol, ...] = ()
) -> Symbol:
    # An editor takes an outline's line without a name for a fault of the server.
    return Symbol(name=title or f"({kind})", kind=kind, span=span, detail=detail, children=children)


def _row(name: str, span: Span) -> Symbol:
    return Symbol(name=name, kind=SymbolKind.ROW, span=span)


def folds(text: str) -> Iterator[Fold]:
    """Yield the blocks in braces, and the comments of several lines; the text may be broken."""
    opened: list[int] = []
    for found in SIGNIFICANT.finditer(text):
        if found[0] == "{":
            opened.append(found.start())
        elif found[0] == "}" and opened:
            start = opened.pop()
            last = text.rfind("\n", start, found.start())
            if last >= 0 and text.find("\n", start) < last:
                yield Fold(start=start, end=last)
    for found in _COMMENTS.finditer(text):
        yield Fold(start=found.start(), end=len(found[0].rstrip()) + found.start(), comment=True)
