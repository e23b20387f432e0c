"""What a person asks in `syncline repl`: criteria, expressions, and commands behind a colon."""

from __future__ import annotations

__all__ = ["Session"]

from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncline_grammar import syntax as s
from syncline_grammar.parse import parse
from syncline_grammar.source import Source
from syncline_grammar.words import nearest

from ..errors import RulesError, SynclineError, WorkspaceError
from ..model import Value
from ..records import Fitting, read_records
from ..rules.catalog import Scope
from ..rules.evaluate import ask
from ..rules.explaining.conditions import conditions
from ..rules.explaining.explain import explainer
from ..rules.explaining.explanation import as_written
from ..rules.objects import names_of_objects, object_named
from ..rules.values import day
from ..rules.walk import names_in
from .asking import clock_at, fit, known_record, read_record, written_record
from .diagnostics import show
from .failures import failures
from .overview import HELP, show_conditions, show_fields, show_functions
from .trees import show_tree, show_ways

if TYPE_CHECKING:
    from ..rules.explaining.conditions import Condition
    from ..rules.ruleset import RuleSet

#: What stands before a criterion, so that the grammar of rule files reads it.
_HEAD = "sync crm to cadence where "
#: Records that are kept in memory.
_MANY = 100_000
_NAMED = 10
#: Commands that people type without the colon too; a field of such a name stands in back-ticks.
_BARE = {"exit", "help", "quit"}


class Session:
    """The state of one conversation: rules, an object, a record, the record before, a time."""

    def __init__(self, rules: RuleSet, folder: Path) -> None:
        self._rules = rules
        self._folder = folder
        self._catalog = rules.catalog
        self._conditions: tuple[Condition, ...] = () if rules.errors else conditions(rules)
        self._scope = self._first_scope()
        self._record: Mapping[str, Value] = {}
        self._before: Mapping[str, Value] | None = None
        self._data: list[dict[str, Value]] = []
        self._clock = clock_at(None)
        self.over = False
        self._commands: dict[str, Callable[[str], None]] = {
            "before": self._set_before,
            "data": self._load,
            "exit": self._quit,
            "explain": self._explain,
            "fields": self._fields,
            "functions": lambda _rest: show_functions(self._catalog.functions.values()),
            "help": lambda _rest: click.echo(HELP),
            "now": self._set_now,
            "object": self._set_object,
            "quit": self._quit,
            "record": self._set_record,
            "workflows": lambda _rest: show_conditions(self._conditions),
        }

    def answer(self, line: str) -> None:
        """Print the answer to one line; a fault is told, and nothing is raised."""
        line = line.strip()
        if not line or line.startswith("#"):
            return
        try:
            if line.startswith(":") or line.casefold() in _BARE:
                self._command(line.removeprefix(":"))
            else:
                self._ask(line)
        except RulesError as err:
            show(err.diagnostics, Source("your line", line))
        except SynclineError as err:
            click.secho(err.message, fg="red")
            if err.hint:
                click.echo(err.hint)
        except (ArithmeticError, LookupError, TypeError, ValueError) as err:
            click.secho(f"this record cannot be read: {err}", fg="red")

    def completions(self, text: str) -> list[str]:
        """Return what may stand where *text* was begun: commands, fields, functions."""
        if text.startswith(":"):
            return [f":{name}" for name in self._commands if name.startswith(text[1:])]
        known = [field.name for field in self._scope.type.fields]
        known += [f"{name}(" for name in self._catalog.functions]
        return sorted(name for name in known if name.casefold().startswith(text.casefold()))

    # -- questions

    def _ask(self, text: str) -> None:
        question = ask(text, self._scope, self._catalog)
        parsed = parse(_HEAD + text, "your line")
        match parsed.tree.statements:
            case (s.Flow(where=(s.Comparison() | s.Group() | s.Not()) as node),):
                explain = explainer(node, self._scope, self._catalog, parsed.source)
                explained = explain(self._record, self._before, self._clock)
                show_tree(explained, None)
                if explained.children:
                    show_ways(explained, None)
                if self._data:
                    fits = sum(question(record, None, self._clock) for record in self._data)
                    click.echo(f"TRUE for {fits:,} of the {len(self._data):,} records loaded.")
            case _:
                value = question(self._record, self._before, self._clock)
                match question.node:
                    case s.Relative(word="today" | "tomorrow" | "yesterday"):
                        click.echo(day(value))
                    case _:
                        click.echo(as_written(value))
                if any(names_in(question.node)):
                    for record in islice(self._data, _NAMED):
                        click.echo(f"  {as_written(question(record, None, self._clock))}")
        for reason in failures(
            question.node, self._scope, self._catalog, self._record, self._before, self._clock
        ):
            click.secho(f"      {reason}", dim=True)

    def _command(self, text: str) -> None:
        word, _, rest = text.partition(" ")
        word = word.casefold()
        if word not in self._commands:
            near = nearest(word, self._commands)
            raise WorkspaceError(
                f"there is no command :{word}" + (f"; did you mean :{near}?" if near else ""),
                hint=":help shows what there is.",
            )
        self._commands[word](rest.strip())

    # -- what is asked about

    def _set_record(self, rest: str) -> None:
        if rest.isdecimal():
            if not 1 <= int(rest) <= len(self._data):
                raise WorkspaceError(f"the data has {len(self._data):,} records")
            self._record = self._data[int(rest) - 1]
        elif rest:
            given = written_record(rest)
            if given is None:
                seen = known_record(self._folder, rest, self._scope.type)
                self._set_object(seen.object)
                self._record, self._before = seen.values, seen.before
            else:
                if given.object:
                    self._set_object(given.object)
                self._record = fit(given, self._scope.type)
        self._tell(self._record)

    def _set_before(self, rest: str) -> None:
        if rest == "none":
            self._before = None
        elif rest:
            self._before = fit(read_record(rest), self._scope.type)
        if self._before is None:
            click.echo("There is no record before: the record is new.")
        else:
            self._tell(self._before)

    def _tell(self, record: Mapping[str, Value]) -> None:
        click.echo(self._scope.type.name + (":" if record else ", of which every field is blank"))
        for name, value in record.items():
            click.echo(f"  {name}: {as_written(value)}")

    def _load(self, rest: str) -> None:
        file, _, name = rest.rpartition(" ") if " " in rest else (rest, "", "")
        if not file:
            raise WorkspaceError("which file?", hint=":data leads.csv Lead")
        scope = self._scope_of(name) if name else self._scope
        fitting = Fitting(scope.type, strict=False)
        found = [
            fitting(given)
            for given in islice(read_records(Path(file)), _MANY)
            if given.object in {"", scope.type.name}
        ]
        self._scope, self._data, self._before = scope, found, None
        self._record = found[0] if found else {}
        count = "1 record" if len(found) == 1 else f"{len(found):,} records"
        click.echo(f"{count} of {scope.type.name}; a condition is asked of the first, and of all.")
        if fitting.unknown:
            click.echo(f"Not fields of it, and left out: {', '.join(fitting.unknown)}.")

    def _set_now(self, rest: str) -> None:
        self._clock = clock_at(rest or None)
        click.echo(f"It is {self._clock.now.isoformat(sep=' ', timespec='minutes')}.")

    def _set_object(self, rest: str) -> None:
        scope = self._scope_of(rest)
        if scope.type.name != self._scope.type.name:
            self._record, self._before, self._data = {}, None, []
        self._scope = scope
        click.echo(f"Names are fields of {scope.type.name} of the {scope.side.word} now.")

    # -- what there is

    def _fields(self, rest: str) -> None:
        show_fields(self._scope_of(rest).type if rest else self._scope.type)

    def _explain(self, rest: str) -> None:
        known = {condition.name: condition for condition in self._conditions}
        name = rest.strip('"')
        if name not in known:
            near = nearest(name, known)
            raise WorkspaceError(
                f'no workflow is called "{name}"' + (f'; did you mean "{near}"?' if near else ""),
                hint=":workflows shows what there is.",
            )
        found = [c for c in self._conditions if c.name == name]
        here = [c for c in found if c.object == self._scope.type.name]
        if not here:
            raise WorkspaceError(
                f"{found[0].title} asks about {found[0].object}, and the record is one of "
                f"{self._scope.type.name}",
                hint=f":object {found[0].object} changes that.",
            )
        explained = here[0].explain(self._record, self._before, self._clock)
        show_tree(explained, self._rules.source)
        show_ways(explained, self._rules.source)

    def _quit(self, _rest: str) -> None:
        self.over = True

    def _scope_of(self, name: str) -> Scope:
        return object_named(self._catalog, name)

    def _first_scope(self) -> Scope:
        if self._conditions:
            return self._conditions[0].scope
        names = names_of_objects(self._catalog)
        return self._scope_of("Lead" if "Lead" in names else names[0])
