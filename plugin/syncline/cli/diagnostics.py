"""Diagnostics for people: the line, the place in it, and what to do."""

from __future__ import annotations

__all__ = ["as_json", "show", "show_brief"]

from collections.abc import Sequence
from typing import Any

import click

from syncline_grammar.codes import CODES
from syncline_grammar.diagnostics import Diagnostic, Severity, Span
from syncline_grammar.source import Source

_COLOUR = {Severity.ERROR: "red", Severity.WARNING: "yellow"}


def show(found: Sequence[Diagnostic], source: Source) -> None:
    """Print each diagnostic with its line."""
    for diagnostic in found:
        click.echo(_styled(diagnostic))
        span = diagnostic.span
        if source.text:
            click.secho(f"  {source.name}:{span.line}:{span.column}", fg="cyan")
            _quote(diagnostic, source)
        else:
            click.secho(f"  {source.name}", fg="cyan")
        for note in diagnostic.notes:
            click.echo(f"     = {note}")
        if diagnostic.fix is not None:
            click.secho(f"     = {diagnostic.fix.title}", fg="green")
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
    span = diagnostic.span
    line = source.line(span.line).expandtabs(1)
    number = str(span.line)
    edge = " " * len(number)
    width = max(min(span.end - span.start, len(line) - span.column + 1), 1)
    labels = [label.text for label in diagnostic.labels if label.span == span]
    click.echo(f"   {number} | {line}")
    marks = " " * (span.column - 1) + "^" * width
    click.echo(
        f"   {edge} | {click.style(marks, fg=_COLOUR[diagnostic.severity])} {' '.join(labels)}"
    )
    for label in diagnostic.labels:
        if label.span != span:
            click.echo(f"   {label.span.line} | {source.line(label.span.line)}   <- {label.text}")


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
