"""Diagnostics for people and for machines: the place, what is wanted there, and what to do."""

from __future__ import annotations

__all__ = ["annotation", "as_json", "show", "show_brief"]

from collections.abc import Sequence
from typing import Any

import click

from syncline_grammar.codes import CODES
from syncline_grammar.diagnostics import Diagnostic, Severity, Span
from syncline_grammar.explanations import remedy
from syncline_grammar.source import Source

from .excerpt import excerpt

_COLOUR = {Severity.ERROR: "red", Severity.WARNING: "yellow"}


def show(found: Sequence[Diagnostic], source: Source) -> None:
    """Print each diagnostic with its lines."""
    for diagnostic in found:
        click.echo(_styled(diagnostic))
        span = diagnostic.span
        if source.text:
            click.secho(f"  {source.name}:{span.line}:{span.column}", fg="cyan")
            _quote(diagnostic, source)
        else:
            click.secho(f"  {source.name}", fg="cyan")
        edge = len(str(_last_line(diagnostic)))
        silent = not (diagnostic.notes or diagnostic.labels or diagnostic.fix)
        for note in (remedy(diagnostic.code),) if silent else diagnostic.notes:
            click.echo(f"   {'':{edge}} = {note}")
        if diagnostic.fix is not None:
            click.secho(f"   {'':{edge}} = {diagnostic.fix.title}", fg="green")
        click.echo()


def show_brief(found: Sequence[Diagnostic]) -> None:
    """Print each diagnostic in one line, for a command whose work is not checking."""
    for diagnostic in found:
        click.echo(
            f"  line {diagnostic.span.line}: {diagnostic.message} [{diagnostic.code}]", err=True
        )


def _styled(diagnostic: Diagnostic) -> str:
    head = click.style(
        f"{diagnostic.severity}[{diagnostic.code}]", fg=_COLOUR[diagnostic.severity], bold=True
    )
    return f"{head}: {diagnostic.message}"


def _quote(diagnostic: Diagnostic, source: Source) -> None:
    """Print the lines that a diagnostic speaks of, in their order, with marks and words below."""
    marks: dict[Span, list[str]] = {diagnostic.span: []}
    for label in diagnostic.labels:
        marks.setdefault(label.span, []).append(label.text)
    edge = len(str(_last_line(diagnostic)))
    line = 0
    for span in sorted(marks, key=lambda span: (span.line, span != diagnostic.span, span.start)):
        start = span.column - 1
        shown = excerpt(source.line(span.line), start, start + span.end - span.start)
        if line and span.line > line + 1:
            click.echo(f"   {'':{edge}} …")
        if span.line != line:
            click.echo(f"   {span.line:{edge}} | {shown.text}")
            line = span.line
        main = span == diagnostic.span
        below = " " * shown.lead + ("^" if main else "-") * shown.width
        colour = _COLOUR[diagnostic.severity] if main else "cyan"
        words = "; ".join(marks[span])
        click.echo(f"   {'':{edge}} | {click.style(below, fg=colour)} {words}".rstrip())


def _last_line(diagnostic: Diagnostic) -> int:
    return max(diagnostic.span.line, *(label.span.line for label in diagnostic.labels), 0)


def as_json(diagnostic: Diagnostic) -> dict[str, Any]:
    """Return a diagnostic as plain JSON (``check.schema.json``)."""
    fix = diagnostic.fix
    return {
        "code": diagnostic.code,
        "title": CODES[diagnostic.code],
        "severity": str(diagnostic.severity),
        "message": diagnostic.message,
        "span": _span(diagnostic.span),
        "labels": [{"span": _span(label.span), "text": label.text} for label in diagnostic.labels],
        "notes": list(diagnostic.notes),
        "fix": None
        if fix is None
        else {"span": _span(fix.span), "text": fix.text, "title": fix.title},
    }


def _span(span: Span) -> dict[str, int]:
    return span._asdict()


def annotation(diagnostic: Diagnostic, file: str, source: Source) -> str:
    """Return a diagnostic as a workflow command of GitHub, which marks the line in a review."""
    span = diagnostic.span
    last = source.span(span.end, span.end)
    place = {"file": file, "line": span.line}
    if last.line == span.line:
        # Columns are told only of what lies on one line.
        place |= {"col": span.column, "endColumn": max(last.column, span.column + 1)}
    else:
        place |= {"endLine": last.line}
    place |= {"title": f"{diagnostic.code} {CODES[diagnostic.code]}"}
    properties = ",".join(f"{name}={_property(str(value))}" for name, value in place.items())
    lines = [diagnostic.message, *(label.text for label in diagnostic.labels), *diagnostic.notes]
    if diagnostic.fix is not None:
        lines.append(diagnostic.fix.title)
    message = _data("\n".join(lines))
    return f"::{diagnostic.severity} {properties}::{message}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
