"""What an edit of the rules changes, as a person reads it."""

from __future__ import annotations

__all__ = ["change_lines", "edit_lines"]

from collections.abc import Iterable, Iterator, Mapping
from gettext import gettext as _
from typing import TYPE_CHECKING

import click

from ..model import Side

if TYPE_CHECKING:
    from ..at_work import Edit
    from ..difference.texts import TextChange

_MARKS = {
    "added": click.style("+", fg="green"),
    "removed": click.style("-", fg="red"),
    "changed": click.style("~", fg="yellow"),
}
_DOES = {"read": "read again", "write": "written"}


def change_lines(changes: Iterable[TextChange]) -> Iterator[str]:
    """Yield a line a rule that differs."""
    for change in changes:
        places = " -> ".join(at for at in (change.old_at, change.new_at) if at)
        yield f"  {_MARKS[change.kind]} {change.words}{click.style(f'  [{places}]', fg='cyan')}"


def edit_lines(edit: Edit, units: Mapping[Side, str], *, ran: bool = False) -> Iterator[str]:
    """Yield what an edit changes, and what added mappings cost; *units* are the vendors' own.

    With *ran* a run has gone by it already.
    """
    yield from change_lines(edit.changes)
    if not edit.changes:
        yield "  " + _("The same rules in another order or spelling.")
    if edit.backfill:
        yield (
            _("What was added made this run do, at most:")
            if ran
            else _("What was added makes the next run do, at most:")
        )
    for part in edit.backfill:
        unit = units[part.side]
        price = f"{part.price:,} {unit}{'' if part.price == 1 else 's'}"
        count = f"{part.records:,} {part.object}{'' if part.records == 1 else 's'}"
        yield f"  {count} of the {part.side.word} {_DOES[part.what]}, for {price}"
