"""Findings in sentences: the rows by their own text and line, and what is so of them."""

from __future__ import annotations

__all__ = [
    "Subject", "a_record_of", "listed", "plural", "quoted", "too_large", "verdict_finding",
]  # fmt: skip

from collections.abc import Sequence
from dataclasses import dataclass

from syncline_grammar import syntax as s
from syncline_grammar.diagnostics import Span
from syncline_grammar.writing.expression_text import flat

from .findings import Finding, Kind, Level, Place
from .judge import Verdict

_QUOTED = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whose criteria are spoken of, and what follows when they never or always hold."""

    name: str
    never: str
    always: str


def plural(count: int, word: str) -> str:
    """Return "1 fault" or "2 faults"."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def a_record_of(name: str) -> str:
    """Return "a Lead", "an Account"."""
    return f"{'an' if name[:1].casefold() in 'aeiou' else 'a'} {name}"


def listed(parts: Sequence[str], word: str = "and") -> str:
    """Return "a, b and c"."""
    return f" {word} ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def quoted(row: s.Criterion) -> str:
    """Return *row* as one writes it, in one line, and the line in which it begins."""
    text = _text(row)
    if len(text) > _QUOTED:
        text = text[: _QUOTED - 2].rstrip() + " …"
    return f"`{text}` in line {row.span.line}"


def _text(row: s.Criterion) -> str:
    text = flat(row)
    if text is None:
        return f"not {_text(row.row)}" if isinstance(row, s.Not) else f"{_word(row)} {{ … }}"
    return text


def _word(row: s.Criterion) -> str:
    return str(row.quantifier) if isinstance(row, s.Group) else "…"


def verdict_finding(verdict: Verdict, subject: Subject) -> Finding:
    """Return what is certain of some rows of *subject*'s criteria."""
    message = f"{_opening(verdict, subject)}{_reason(verdict)}"
    places = [Place(row.span, _role(verdict)) for row in verdict.rows]
    places += [Place(row.span, "this makes it so") for row in verdict.because]
    fault = verdict.kind is Kind.ALWAYS_FALSE
    return Finding(
        kind=verdict.kind,
        level=Level.FAULT if fault else Level.QUESTION,
        message=message,
        places=tuple(places),
        notes=(_advice(verdict),),
    )


def _opening(verdict: Verdict, subject: Subject) -> str:
    if verdict.whole and verdict.kind is Kind.ALWAYS_FALSE:
        return f"{subject.name} {subject.never}: "
    if verdict.whole and verdict.kind is Kind.ALWAYS_TRUE:
        return f"{subject.name} {subject.always}: "
    return f"in {subject.name}, "


def _reason(verdict: Verdict) -> str:
    rows = [quoted(row) for row in verdict.rows]
    some = verdict.quantifier is s.Quantifier.NONE
    match verdict.kind:
        case Kind.ALWAYS_FALSE if some:
            always = f"one of {listed(rows)}" if rows[1:] else rows[0]
            return f"{always} is always true, where none may be"
        case Kind.ALWAYS_FALSE if rows[1:]:
            both = "both" if len(rows) == 2 else "all"
            return f"{listed(rows)} are never {both} true"
        case Kind.ALWAYS_FALSE:
            return f"{rows[0]} is never true"
        case Kind.ALWAYS_TRUE if rows[1:]:
            return f"one of {listed(rows)} is always true"
        case Kind.ALWAYS_TRUE:
            return f"{rows[0]} is always true"
        case Kind.NO_DIFFERENCE:
            return _idle(verdict, rows[0])
        case _:
            return f"{rows[0]} has too many cases to be analysed, so nothing is known of it"


def _idle(verdict: Verdict, row: str) -> str:
    because = [quoted(other) for other in verdict.because]
    if verdict.quantifier is s.Quantifier.ALL:
        are = "are" if because[1:] else "is"
        return f"{row} makes no difference: it is true wherever {listed(because)} {are}"
    one = f"one of {listed(because)}" if because[1:] else because[0]
    return f"{row} is never the row that decides: wherever it is true, {one} is true too"


def too_large(what: str, span: Span) -> Finding:
    """Return that something was not looked at to the end."""
    return Finding(
        kind=Kind.TOO_LARGE,
        level=Level.QUESTION,
        message=what,
        places=(Place(span, "not analysed to the end"),),
    )


def _role(verdict: Verdict) -> str:
    """Return what the place of a row has to do with the finding."""
    if verdict.rows[1:]:
        false = verdict.kind is Kind.ALWAYS_FALSE and verdict.quantifier is s.Quantifier.ALL
        return "never true together" if false else "one of these is always true"
    return _ROLE[verdict.kind]


def _advice(verdict: Verdict) -> str:
    if verdict.kind is Kind.ALWAYS_FALSE and not verdict.rows[1:]:
        return "Correct it: there is no value for which it is true."
    return _ADVICE[verdict.kind]


_ROLE = {
    Kind.ALWAYS_FALSE: "never true",
    Kind.ALWAYS_TRUE: "always true",
    Kind.NO_DIFFERENCE: "makes no difference",
    Kind.TOO_LARGE: "not analysed",
}
_ADVICE = {
    Kind.ALWAYS_FALSE: "Correct one of these rows, or use `any { … }` where one of them is enough.",
    Kind.ALWAYS_TRUE: "Correct these rows, or leave them out if every record is meant.",
    Kind.NO_DIFFERENCE: "Leave it out, or correct it if it should ask for something else.",
    Kind.TOO_LARGE: "Divide it into smaller groups, or into several workflows.",
}
