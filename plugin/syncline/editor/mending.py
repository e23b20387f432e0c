"""Read to a place over slips: a row left half-typed above the cursor hides nothing below it."""

from __future__ import annotations

__all__ = ["read_to"]

from syncline_grammar.recovery.chunks import split
from syncline_grammar.source import SIGNIFICANT

from .reader import Node, Reader

#: What may be missing, the likeliest first.
_SUPPOSED = ("NAME", "STRING", "EQUAL", "BOTH", "LBRACE", "RBRACE", "RPAR", "NUMBER", "TO", "ON")
#: What holds the rows of a block together, where the line that said it cannot be read.
_STAND_INS = (
    ("WHEN", "QUANTIFIER", "LBRACE"),
    ("QUANTIFIER", "LBRACE"),
    ("MAP", "NAME", "BOTH", "NAME", "LBRACE"),
)
#: Statements whose blocks hold a row a line.
_OF_ROWS = {"MAP", "FORM", "ACTIVITY"}
#: Behind these a row goes on in the next line, or its block is over.
_GOING_ON = {"COMMA", "AND", "OR", "NOT", "RBRACE"}
#: So many lines back a row may have been left half-typed.
_BACK = 3
#: After so many slips in one statement nothing sure can be said of its end.
_SLIPS = 50


def read_to(reader: Reader, text: str, at: int) -> Node:
    """Return what is on the stack before the place *at*, whatever stands before it."""
    start = max((chunk.start for chunk in split(text) if chunk.start <= at), default=0)
    top, place = reader.ground, start
    #: The stack at the beginning of each line that could be read so far.
    lines: list[tuple[int, Node]] = []
    for _ in range(_SLIPS):
        top, place = _read_lines(reader, top, text, place, at, lines)
        if place >= at:
            return _at_line_start(reader, top) if _starts_line(text, at) else top
        top, place = _over(reader, top, text, place, at, lines)
    return top


def _read_lines(
    reader: Reader, top: Node, text: str, place: int, at: int, lines: list[tuple[int, Node]]
) -> tuple[Node, int]:
    """Read on line by line, and note the stack at each beginning."""
    while place < at:
        end = _line_end(text, place, at)
        lines.append((place, top))
        top, reached = reader.read(top, text, place, end)
        if reached < end:
            return top, reached
        place = end
    return top, place


def _over(
    reader: Reader, top: Node, text: str, place: int, at: int, lines: list[tuple[int, Node]]
) -> tuple[Node, int]:
    """Return the stack from which most of the line can be read, and where to read on.

    A row above was left half-typed, or a word is missing here, or the word here is one too many.
    """
    end = _line_end(text, place, at)
    begin, _before = lines[-1]
    trials: list[tuple[Node, int]] = []
    for row, stack in lines[-2 : -2 - _BACK : -1]:
        if not _opens(text[row:begin]):
            trials.append((stack, begin))
    supposed = (reader.feed(top, terminal, place, place) for terminal in _SUPPOSED)
    trials += [(more, place) for more in supposed if more is not None]
    best, furthest = None, place
    for stack, start in trials:
        _top, reached = reader.read(stack, text, start, end)
        if reached > furthest:
            best, furthest = (stack, start), reached
    if best is not None:
        return best
    return _past_line(reader, lines[-1][1], text[begin:end]), end


def _past_line(reader: Reader, stack: Node, line: str) -> Node:
    """Return the stack after a line that says nothing readable; its braces are believed."""
    opens = _opens(line)
    if opens > 0:
        for stand_in in _STAND_INS:
            top: Node | None = stack
            for terminal in stand_in:
                top = None if top is None else reader.feed(top, terminal, stack.end, stack.end)
            if top is not None:
                return top
    for _ in range(-opens):
        closed = reader.feed(stack, "RBRACE", stack.end, stack.end)
        stack = stack if closed is None else closed
    return stack


def _starts_line(text: str, at: int) -> bool:
    return not text[text.rfind("\n", 0, at) + 1 : at].strip()


def _at_line_start(reader: Reader, top: Node) -> Node:
    """Return the stack for a new line: a row that was left half-typed above is let go of.

    A row that may end where it does stays, for it may go on in this line.
    """
    if top.symbol in _GOING_ON:
        return top
    after = reader.feed(top, "NAME", top.end, top.end)
    if after is not None and after.below is not None and _holds_rows(after.below):
        return top
    node: Node | None = top
    closed = 0
    while node is not None and node.symbol != "LPAR":
        if closed == 0 and _holds_rows(node):
            return node
        closed += {"RBRACE": 1, "LBRACE": -1}.get(node.symbol, 0)
        if closed < 0:
            break
        node = node.below
    return top


def _holds_rows(node: Node) -> bool:
    """Tell whether rows begin behind *node*: the brace of a block, or the rows before."""
    brace = node.below if node.symbol.startswith("__") else node
    if brace is None or brace.symbol != "LBRACE" or brace.below is None:
        return False
    if brace.below.symbol == "QUANTIFIER":
        return True
    head = next((n for n in brace.sentence() if not n.symbol.startswith("__")), brace)
    # The first brace of the statement, not that of a table in a row.
    first = next(n for n in brace.sentence() if n.symbol == "LBRACE")
    return head.symbol in _OF_ROWS and first is brace


def _line_end(text: str, place: int, at: int) -> int:
    end = text.find("\n", place, at)
    return at if end < 0 else end + 1


def _opens(text: str) -> int:
    """Return how many braces *text* opens more than it closes."""
    signs = [found[0] for found in SIGNIFICANT.finditer(text)]
    return signs.count("{") - signs.count("}")
