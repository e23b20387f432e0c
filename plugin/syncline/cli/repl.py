"""`syncline repl`: ask conditions and values of a record, one line at a time."""

from __future__ import annotations

__all__ = ["repl"]

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import workspace_option

if TYPE_CHECKING:
    from .session import Session

_PROMPT = "syncline> "


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@workspace_option
def repl(file: Path | None, folder: Path) -> int:
    """Try conditions and values on a record, and see why each is TRUE or FALSE.

    FILE is a rule file whose workflows may be asked as well; in a workspace its own rules are
    taken. `:help` shows what may be typed. Ctrl-C clears the line, Ctrl-D leaves.
    """
    from ..settings import FILE_NAME
    from .diagnostics import show
    from .rule_files import rules_or_none_of
    from .session import Session

    alone = file is None and not (folder / FILE_NAME).exists()
    rules = rules_or_none_of(file, folder)
    if rules.errors and not alone:
        show(rules.errors, rules.source)
        click.echo(
            "The rules have errors, so there are no workflows here; conditions may be asked."
        )
    session = Session(rules, folder)
    if sys.stdin.isatty():
        click.echo("Type a condition or a value; `:help` shows more, Ctrl-D leaves.")
        _prepare(session)
    _talk(session, _PROMPT if sys.stdin.isatty() else "")
    return 0


def _talk(session: Session, prompt: str) -> None:
    """Answer line after line until there is none."""
    reconfigure = getattr(sys.stdin, "reconfigure", None)
    if reconfigure is not None:
        # What is piped in may be of any encoding.
        reconfigure(errors="replace")
    while not session.over:
        try:
            line = input(prompt)
            session.answer(line)
        except EOFError:
            return
        except KeyboardInterrupt:
            click.echo()


def _prepare(session: Session) -> None:
    """Complete names with the tabulator where this Python can."""
    try:
        import readline
    except ImportError:
        return
    readline.set_completer_delims(' \t\n()=<>!+-*/,{}"')
    readline.set_completer(
        lambda text, number: next(iter(session.completions(text)[number:]), None)
    )
    readline.parse_and_bind("tab: complete")
