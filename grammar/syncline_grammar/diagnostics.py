"""Diagnostics as values: what is wrong, where, what was wanted, and how to mend it."""

from __future__ import annotations

__all__ = ["Diagnostic", "Edit", "Label", "Severity", "Span"]

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Span(NamedTuple):
    """A stretch of the source: offsets in characters, and where it begins for a reader."""

    start: int
    end: int
    #: The first line is 1, and so is the first column.
    line: int
    column: int


class Severity(StrEnum):
    """An error stops the rules from being used; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A few words at a place: what is wanted here, or what was found there."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A change of the source that mends the fault: replace *span* by *text*."""

    span: Span
    text: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One fault of a rule file. ``code`` stands in ``codes.CODES`` and is never used again."""

    code: str
    message: str
    span: Span
    severity: Severity = Severity.ERROR
    #: Beside the fault itself: what was wanted, what was found.
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    fix: Edit | None = None
