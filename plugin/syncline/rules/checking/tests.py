"""Check tests, and read them: names resolved, and each value as its field holds it."""

from __future__ import annotations

__all__ = ["Case", "Expected", "Recorded", "action_text", "check_test", "read_case"]

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from syncline_grammar import syntax as s
from syncline_grammar.diagnostics import Span
from syncline_grammar.writing.spelling import quote

from ...model import Field, Side, Value
from ..catalog import Catalog, Problems
from ..compiled import PROSPECT
from .cadences import check_cadence
from .casting import Cast, cast_of, owners
from .given import given_fields, once, value_of
from .maps import find_object
from .recordings import Ends, Parts, parts_of

_DAY, _FEW = 1440, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What one record is to hold after the cycle; no fields means that nothing is written to it."""

    side: Side
    object: str
    fields: tuple[tuple[Field, Value, Span], ...]
    span: Span
    #: Whether the record is an activity, or what appears of one.
    of_activity: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The activity that a test gives: where it was recorded, and what it holds."""

    side: Side
    object: str
    values: Mapping[str, Value]
    #: When, in minutes of the day.
    at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A test with its names resolved."""

    test: s.Test
    #: The maps it can be about, in the order of the file, by their objects' names.
    maps: tuple[tuple[str, str], ...]
    #: What each side held at the last sync, by API name; None when there was none.
    last_sync: Mapping[Side, Mapping[str, Value]] | None
    #: What changed since, or what a new record holds, by side.
    given: Mapping[Side, Mapping[str, Value]]
    #: What happened to a record, by side (B9).
    events: Mapping[Side, s.Event]
    #: When a side was changed, in minutes of the day.
    at: Mapping[Side, int]
    expected: tuple[Expected, ...]
    recorded: Recorded | None = None


def action_text(action: str, cadence: str | None) -> str:
    """Return an action as a rule writes it."""
    if cadence is not None:
        return f"move to cadence {quote(cadence)}"
    return "exit cadence" if action == "exit" else f"move to {action}"


def check_test(test: s.Test, catalog: Catalog, problems: Problems, tree: s.RuleFile) -> None:
    """Note every fault of a test among the rules of *tree*."""
    read_case(test, tree, catalog, problems)


def read_case(test: s.Test, tree: s.RuleFile, catalog: Catalog, problems: Problems) -> Case:
    """Return *test* with its names resolved; what is wrong with it is noted and left out.

    A tree without maps is a piece of a file: then only names and values are looked at.
    """
    parts = parts_of(test, tree, catalog, problems)
    cast = cast_of(parts.mapped, tree, catalog, problems)
    if any(isinstance(statement, s.ObjectMap) for statement in tree.statements):
        _check_whole(test, problems)
        _check_actions(test, cast, tree, catalog, problems)
    last_sync = _last_sync(test, cast, problems)
    given: dict[Side, dict[str, Value]] = {}
    events: dict[Side, s.Event] = {}
    at: dict[Side, int] = {}
    for row in test.givens:
        if row.at is not None and row.at >= _DAY:
            problems.add("E111", "a day ends at 23:59", row.span)
    for row in parts.mapped.givens:
        scope = None if row.object is None else cast.named.get(row.object.text)
        if scope is None:
            continue
        values = given.setdefault(scope.side, {})
        for field, value, _span in given_fields(row.values, scope, values, problems):
            values[field.name] = value
        if row.event is not None:
            if scope.side in events:
                message = f"this {scope.type.name} was {events[scope.side]} already"
                notes = ("One thing happens to a record in a test.",)
                problems.add("E208", message, row.span, notes=notes)
            events.setdefault(scope.side, row.event)
        if row.at is not None:
            at[scope.side] = row.at
    maps = [mapped.names for mapped in cast.maps]
    if parts.ends is not None and not given:
        # Nobody is named, so it is somebody of the first map that has people.
        maps = [names for names in maps if names[1] == PROSPECT] or maps
    return Case(
        test=test,
        maps=tuple(maps),
        last_sync=last_sync,
        given=given,
        events=events,
        at=at,
        expected=tuple(_expected(test, parts, cast, problems)),
        recorded=None if parts.ends is None else _recorded(parts.ends, parts.given, problems),
    )


def _expected(test: s.Test, parts: Parts, cast: Cast, problems: Problems) -> Iterator[Expected]:
    about = {id(row) for row in parts.expected}
    for row in test.expects:
        if not isinstance(row, s.Expect):
            continue
        of_activity = parts.ends is not None and id(row) in about
        if of_activity:
            assert parts.ends is not None
            scope = parts.ends.scope(row.object)
        else:
            scope = cast.named.get(row.object.text)
        if scope is not None:
            yield Expected(
                side=scope.side,
                object=scope.type.name,
                fields=tuple(given_fields(row.values, scope, (), problems)),
                span=row.span,
                of_activity=of_activity,
            )


def _recorded(ends: Ends, rows: Iterable[s.Given], problems: Problems) -> Recorded:
    values: dict[str, Value] = {}
    at: int | None = None
    for row in rows:
        for field, value, _span in given_fields(row.values, ends.source, values, problems):
            values[field.name] = value
        if row.event is not None:
            message = f"a test cannot say that a recorded {ends.source.type.name} is {row.event}"
            notes = ("Give what was recorded, field by field.",)
            problems.add("E310", message, row.span, notes=notes)
        at = at if row.at is None else row.at
    return Recorded(side=ends.source.side, object=ends.source.type.name, values=values, at=at)


def _check_whole(test: s.Test, problems: Problems) -> None:
    """Note what a test lacks to be one."""
    start, _end, *line_and_column = test.span
    place = Span(start, start + len(quote(test.name)), *line_and_column)
    if not test.expects:
        message = "this test expects nothing, so it cannot fail"
        notes = ["Add a row such as `expect prospect unchanged` or `expect no action`."]
        problems.add("E317", message, place, notes=notes)
    if not test.givens:
        message = "this test gives nothing to begin with"
        notes = ['Add a row such as `given Lead FirstName = "Jon"`.']
        problems.add("E317", message, place, notes=notes)


def _check_actions(
    test: s.Test, cast: Cast, tree: s.RuleFile, catalog: Catalog, problems: Problems
) -> None:
    """Note actions that no workflow on the test's object takes."""
    wanted = [e.action for e in test.expects if isinstance(e, s.ExpectAction) and e.action]
    objects = list(dict.fromkeys(mapped.crm.type.name for mapped in cast.maps))
    if not wanted or not objects:
        return
    workflows = [w for w in tree.statements if isinstance(w, s.Workflow)]
    cadences = catalog.descriptions[Side.CADENCE].cadences
    for action in wanted:
        target = action.cadence
        if target is not None and not check_cadence(target, cadences, problems):
            continue
        if not any(action in w.actions and _is_on(w, objects, catalog) for w in workflows):
            problems.add(
                "E318",
                f"no workflow on {' or '.join(objects)} has `{_text(action)}`, "
                "so it cannot be expected",
                action.span,
                notes=(_known([w for w in workflows if _is_on(w, objects, catalog)]),),
            )


def _is_on(workflow: s.Workflow, objects: Collection[str], catalog: Catalog) -> bool:
    scope = find_object(workflow.object, Side.CRM, catalog, Problems())
    return scope is not None and scope.type.name in objects


def _text(action: s.ActionCall) -> str:
    return action_text(action.action, None if action.cadence is None else action.cadence.value)


def _known(workflows: Iterable[s.Workflow]) -> str:
    """Return what *workflows* do, as a sentence."""
    found = [f"`{_text(a)}` (line {w.span.line})" for w in workflows for a in w.actions]
    return f"They have: {', '.join(found[:_FEW])}." if found else "There is no workflow."


# -- fields and values


def _last_sync(test: s.Test, cast: Cast, problems: Problems) -> dict[Side, dict[str, Value]] | None:
    rows = [given for given in test.givens if given.object is None]
    if not rows:
        return None
    found: dict[Side, dict[str, Value]] = {side: {} for side in Side}
    # The objects that the test names come last: of two near names theirs is meant.
    named = list(cast.named.values())
    scopes = sorted(cast.scopes, key=lambda scope: scope in named)
    for name, literal in (value for row in rows for value in row.values):
        owning = owners(name, [*scopes, *cast.others])
        if any(scope in cast.others for scope, _field in owning):
            continue
        if len(owning) > 1:
            full = [f"`{scope.type.name}.{field.name}`" for scope, field in owning]
            problems.add(
                "E203",
                f"`{name.text}` may be a field of "
                + " or of ".join(scope.type.name for scope, _field in owning),
                name.span,
                notes=(f"Write {' or '.join(full)}.",),
            )
        elif owning:
            scope, field = owning[0]
            values = found[scope.side]
            once(name, field, values, problems)
            values[field.name] = value_of(literal, field, problems)
        elif scopes:
            known = [field.name for scope in scopes for field in scope.type.fields]
            where = " in " + " or ".join(scope.type.name for scope in scopes)
            problems.unknown("E202", "field", name, known, where)
    return found
