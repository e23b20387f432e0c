"""Check tests, and read them: names resolved, and each value as its field holds it."""

from __future__ import annotations

__all__ = ["Case", "Expected", "action_text", "check_test", "read_case"]

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from syncline_grammar import syntax as s
from syncline_grammar.diagnostics import Span
from syncline_grammar.writing.spelling import quote

from ...model import Field, FieldType, Side, Value
from ..catalog import Catalog, Problems, Scope
from ..values import instant
from .cadences import check_cadence
from .casting import Cast, cast_of, owners
from .literals import check_date, check_written
from .maps import find_object

_DAY, _FEW = 1440, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What one record is to hold after the cycle; no fields means that nothing is written to it."""

    side: Side
    object: str
    fields: tuple[tuple[Field, Value, Span], ...]
    span: Span


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
    cast = cast_of(test, tree, catalog, problems)
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
        scope = None if row.object is None else cast.named.get(row.object.text)
        if scope is None:
            continue
        values = given.setdefault(scope.side, {})
        for field, value, _span in _fields(row.values, scope, values, problems):
            values[field.name] = value
        if row.event is not None:
            if scope.side in events:
                message = f"this {scope.type.name} was {events[scope.side]} already"
                notes = ("One thing happens to a record in a test.",)
                problems.add("E208", message, row.span, notes=notes)
            events.setdefault(scope.side, row.event)
        if row.at is not None:
            at[scope.side] = row.at
    return Case(
        test=test,
        maps=tuple(mapped.names for mapped in cast.maps),
        last_sync=last_sync,
        given=given,
        events=events,
        at=at,
        expected=tuple(
            Expected(
                side=scope.side,
                object=scope.type.name,
                fields=tuple(_fields(row.values, scope, (), problems)),
                span=row.span,
            )
            for row in test.expects
            if isinstance(row, s.Expect) and (scope := cast.named.get(row.object.text)) is not None
        ),
    )


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
            _once(name, field, values, problems)
            values[field.name] = _value(literal, field, problems)
        elif scopes:
            known = [field.name for scope in scopes for field in scope.type.fields]
            where = " in " + " or ".join(scope.type.name for scope in scopes)
            problems.unknown("E202", "field", name, known, where)
    return found


def _fields(
    values: Iterable[tuple[s.Name, s.Literal]],
    scope: Scope,
    before: Collection[str],
    problems: Problems,
) -> list[tuple[Field, Value, Span]]:
    """Return the fields of *scope* and their values; those in *before* have one already."""
    found: list[tuple[Field, Value, Span]] = []
    seen = set(before)
    for name, literal in values:
        field = scope.resolve(name, problems)
        if field is not None:
            _once(name, field, seen, problems)
            seen.add(field.name)
            found.append((field, _value(literal, field, problems), name.span))
    return found


def _once(name: s.Name, field: Field, known: Collection[str], problems: Problems) -> None:
    if field.name in known:
        problems.add("E208", f"{field.name} is given a value twice", name.span)


def _value(literal: s.Literal, field: Field, problems: Problems) -> Value:
    """Return what *literal* is as a value of *field*; an empty text is blank in any field."""
    if isinstance(literal, s.Date):
        check_date(literal, problems)
    if isinstance(literal, s.Text):
        if not literal.value.strip():
            return None
        if field.type is FieldType.MULTI_PICKLIST:
            return _choices(literal, field, problems)
        if field.type is FieldType.DATETIME and instant(literal.value) is not None:
            return literal.value
    # The system takes other values too, and the list is only what it proposes.
    free = field.type is FieldType.PICKLIST and not field.restricted
    check_written(literal, replace(field, values=()) if free else field, problems)
    if isinstance(literal, s.Date) and field.type is FieldType.DATETIME:
        return f"{literal.value}T00:00:00Z"
    return literal.value


def _choices(literal: s.Text, field: Field, problems: Problems) -> tuple[str, ...]:
    """Return the choices in ``"Red; Blue"``."""
    chosen = tuple(part.strip() for part in literal.value.split(";") if part.strip())
    strange = [part for part in chosen if field.values and part not in field.values]
    if strange and field.restricted:
        problems.add(
            "E301",
            f'{field.name} has no value "{strange[0]}"',
            literal.span,
            notes=(f"Its values: {', '.join(field.values)}. Put `;` between two of them.",),
        )
    return chosen
