"""The group of commands, and the one place where an error becomes words and an exit code.

Exit codes: 0 done; 1 the rules are wrong; 2 it failed and may be run again; 3 a person is needed;
64 the command was not understood; 130 interrupted.
"""

from __future__ import annotations

__all__ = ["cli", "collect_seldom", "main"]

import gc
import json
import os
import sys
from gettext import gettext as _
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import click

from ..errors import RulesError, SynclineError, WorkspaceError
from ..locale import LANGUAGES
from ..locale.told import told
from .outlet import open_outlets
from .speaking import speak

if TYPE_CHECKING:
    from ..observe.events import Level

#: By section of the help: the module and the function of each command.
_SECTIONS = {
    "Write rules": {
        "init": ("start", "init"),
        "check": ("check", "check"),
        "fmt": ("fmt", "fmt"),
        "test": ("trial", "test"),
        "explain-code": ("codes", "explain_code"),
        "docs": ("docs", "docs"),
    },
    "Look into rules": {
        "explain": ("explain", "explain"),
        "analyse": ("analyse", "analyse"),
        "diff": ("diff", "diff"),
        "replay": ("replay", "replay"),
        "repl": ("repl", "repl"),
    },
    "Run them": {
        "plan": ("run", "plan"),
        "run": ("run", "run"),
        "sources": ("sources", "sources"),
        "wake": ("schedule", "wake"),
        "pause": ("pausing", "pause"),
        "resume": ("pausing", "resume"),
        "status": ("pausing", "status"),
        "versions": ("versions", "versions"),
        "budget": ("budget", "budget"),
        "report": ("report", "report"),
    },
    "Work in the cadence": {
        "cadences": ("cadences", "cadences"),
        "due": ("due", "due"),
        "next": ("due", "next_"),
    },
    "Know and decide": {
        "log": ("history", "log"),
        "why": ("why", "why"),
        "holds": ("holding", "holds"),
        "resolve": ("holding", "resolve"),
        "retry": ("holding", "retry"),
        "undo": ("undoing", "undo"),
    },
    "Let people in": {
        "people": ("people", "people"),
        "audit": ("people", "audit"),
    },
    "Bring prospects in": {
        "import": ("importing", "import_command"),
        "imports": ("importing", "imports"),
    },
    "Keep it sound": {
        "doctor": ("upkeep", "doctor"),
        "prune": ("upkeep", "prune"),
        "backup": ("upkeep", "backup"),
        "restore": ("upkeep", "restore"),
    },
    "Forms and settings": {
        "forms": ("forms", "forms"),
        "submit": ("forms", "submit"),
        "settings": ("preferences", "settings"),
    },
    "Connect systems and programs": {
        "connectors": ("start", "connectors"),
        "new": ("new", "new"),
        "connect": ("connect", "connect"),
        "connections": ("connections", "connections"),
        "disconnect": ("connect", "disconnect"),
        "sandbox": ("sandbox", "sandbox"),
        "json": ("jsonform", "json_command"),
        "lsp": ("lsp", "lsp"),
    },
    "See it work": {
        "demo": ("demo", "demo"),
        "simulate": ("simulate", "simulate"),
    },
}
_COMMANDS = {name: home for section in _SECTIONS.values() for name, home in section.items()}
#: click's own code for misuse is our code for "run again".
_USAGE = 64
_INTERRUPTED = 130


class _Commands(click.Group):
    """Imports a command when it is called: `check` does not wait for the database."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f".{module}", __package__), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            from syncline_grammar.words import nearest

            near = nearest(args[0], _COMMANDS)
            hint = (
                _("did you mean `{name}`?").format(name=near)
                if near
                else _("`syncline --help` lists them.")
            )
            none = _("there is no command `{name}`; {hint}")
            raise click.UsageError(none.format(name=args[0], hint=hint), ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for section, names in _SECTIONS.items():
            with formatter.section(_(section)):
                found = ((name, self.get_command(ctx, name)) for name in names)
                formatter.write_dl([(n, _short(c)) for n, c in found if c])


def _short(command: click.Command) -> str:
    """Return the one line that says what a command does."""
    whole = command.get_short_help_str(1000)
    line = _(whole)
    return command.get_short_help_str(62) if line == whole else line


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="syncline", prog_name="syncline")
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    envvar="SYNCLINE_LANGUAGE",
    show_envvar=True,
    expose_value=False,
    help="Speak it; by default that of your settings, or of the machine. JSON is English.",
)
@click.option(
    "--log",
    type=click.Choice(["off", "text", "json"]),
    default="off",
    envvar="SYNCLINE_LOG",
    show_envvar=True,
    help="Log lines on the error stream, for people or for machines.",
)
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="info",
    envvar="SYNCLINE_LOG_LEVEL",
    show_envvar=True,
    help="How much they tell.",
)
@click.option(
    "--as",
    "person",
    envvar="SYNCLINE_USER",
    show_envvar=True,
    metavar="PERSON",
    help="Act for another person of the workspace; the super-admin may.",
)
def cli(log: Literal["off", "text", "json"], log_level: Level, person: str | None) -> None:
    """Keep a CRM and a sales-engagement platform in step, by rules.

    Begin with `syncline demo`, or with `syncline init` in an empty folder.
    """
    if person is not None:
        os.environ["SYNCLINE_USER"] = person
    if log != "off":
        from ..observe.logs import configure

        configure(log, log_level)


def collect_seldom() -> None:
    """Let the garbage collector run less often: a cycle makes many values and no circles."""
    gc.set_threshold(50_000, 20, 100)


def main() -> None:
    """Run the command line and exit with its code; no traceback reaches an admin."""
    collect_seldom()
    as_json = "--json" in sys.argv or "json" in _formats(sys.argv)
    speak(sys.argv[1:], as_json=as_json)
    open_outlets()
    try:
        with cli.make_context("syncline", sys.argv[1:]) as context:
            code = cli.invoke(context)
        if not sys.stdout.closed:
            # An editor's session closes it: there the output is the protocol's own.
            sys.stdout.flush()
    except click.exceptions.Exit as err:
        code = err.exit_code
    except click.ClickException as err:
        code = _USAGE if isinstance(err, click.UsageError) else 3
        if as_json:
            _print_error(err.format_message(), "`--help` shows what may be written.", code)
        else:
            err.show()
    except (click.Abort, KeyboardInterrupt):
        click.echo(_("Interrupted. Nothing is lost; run the command again."), err=True)
        code = _INTERRUPTED
    except SynclineError as err:
        _tell(err, as_json=as_json)
        code = err.exit_code
    except OSError as err:
        where = f" ({err.filename})" if err.filename else ""
        _tell(WorkspaceError(f"{err.strerror or err}{where}"), as_json=as_json)
        code = WorkspaceError.exit_code
    except Exception as err:  # noqa: BLE001 - the last door: nothing leaves as a traceback
        fault = SynclineError(
            f"this is a fault of Syncline: {type(err).__name__}: {err}",
            hint="Nothing was lost. Please report it, with the command and `syncline --version`.",
        )
        _tell(fault, as_json=as_json)
        code = fault.exit_code
    sys.exit(code if isinstance(code, int) else 0)


def _formats(arguments: list[str]) -> set[str]:
    """Return what follows ``--format``, in either way of writing it."""
    after = {b for a, b in pairwise(arguments) if a == "--format"}
    return after | {a.partition("=")[2] for a in arguments if a.startswith("--format=")}


def _tell(error: SynclineError, *, as_json: bool) -> None:
    if as_json:
        _print_error(error.message, error.hint, error.exit_code)
        return
    if isinstance(error, RulesError):
        from .diagnostics import show_brief

        show_brief(error.diagnostics)
    failed = _("Error: {message}")
    click.secho(failed.format(message=told(error.message)), fg="red", err=True)
    if error.hint:
        click.echo(told(error.hint), err=True)


def _print_error(message: str, hint: str, code: int) -> None:
    """Print a document of ``error.schema.json``."""
    click.echo(json.dumps({"error": message, "hint": hint, "exit_code": code}, ensure_ascii=False))
