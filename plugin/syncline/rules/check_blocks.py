"""Check activities, sending rules, forms and tests against the systems' own fields."""

from __future__ import annotations

__all__ = ["check_activity", "check_allow", "check_form", "check_test"]

from zoneinfo import available_timezones

from syncline_grammar import syntax as s
from syncline_grammar.words import nearest

from ..model import Field, FieldType, Side
from .catalog import Catalog, Problems, Scope
from .check_criteria import check_expression, check_value
from .check_maps import find_object
from .texts import variables

_KINDS = ("call", "email", "sms", "note", "meeting", "task")
#: What a cadence's touch can be.
CHANNELS = ("email", "sms", "call", "task")
_ACTIVITY = "activity"
_DAY = 1440


def check_activity(activity: s.Activity, catalog: Catalog, problems: Problems) -> None:
    """Note every fault of an activity rule (K3, K5)."""
    if activity.kind.text not in _KINDS:
        problems.unknown("E209", "kind of activity", activity.kind, _KINDS)
    target = find_object(activity.object, Side.CRM, catalog, problems)
    recorded = catalog.descriptions[Side.CADENCE].get(_ACTIVITY)
    if recorded is None:
        system = catalog.systems[Side.CADENCE]
        problems.add("E401", f"{system} records no activities", activity.span)
        return
    source = Scope(Side.CADENCE, catalog.systems[Side.CADENCE], recorded)
    if target is not None and activity.kind.text in _KINDS:
        system = catalog.systems[Side.CRM]
        if catalog.template(activity.kind.text, target.type.name) is None:
            problems.add(
                "E401",
                f"{system} has no template for a {activity.kind.text} as {target.type.name}",
                activity.object.span,
            )
        if target.type.key_field is None:
            problems.add(
                "E402",
                f"{target.type.name} has no field for Syncline's key, so one could be made twice",
                activity.object.span,
            )
    written: set[str] = set()
    for row in activity.values:
        field = None if target is None else target.resolve(row.field, problems)
        check_expression(row.value, source, catalog, problems)
        if field is not None:
            if not field.creatable:
                problems.add("E302", f"{field.name} is read only in the CRM", row.field.span)
            if field.name in written:
                problems.add("E303", f"{field.name} is written twice", row.field.span)
            written.add(field.name)
        if isinstance(row.value, s.Text):
            for name in variables(row.value):
                if source.find(name) is None:
                    known = [f.name for f in recorded.fields]
                    problems.unknown("E207", "variable", name, known, " of an activity")
        if field is not None and not (isinstance(row.value, s.Text) and _is_text(field)):
            check_value(row.value, field, problems)


def _is_text(field: Field) -> bool:
    """Tell whether a text is cut to fit the field: templates may be of any length."""
    return field.type is FieldType.TEXT


def check_form(form: s.Form, catalog: Catalog, problems: Problems) -> None:
    """Note every fault of a form (RS10)."""
    scope = find_object(form.object, Side.CADENCE, catalog, problems)
    if scope is None:
        return
    shown: set[str] = set()
    for row in form.fields:
        field = scope.resolve(row.field, problems)
        if row.field.text in shown:
            problems.add("E208", f"{row.field.text} stands in the form already", row.field.span)
        shown.add(row.field.text)
        if field is not None and row.required and not field.creatable:
            problems.add("E302", f"{field.name} is read only: nobody can fill it", row.field.span)
        for choice in row.choices:
            if field is not None:
                check_value(s.Text(choice, row.span), field, problems)
        if row.required and row.read_only:
            problems.add("E310", "a field that is read only cannot be required", row.span)
        if row.default is not None and field is not None:
            check_value(row.default, field, problems)


def check_allow(rule: s.Allow, problems: Problems) -> None:
    """Note channels, hours, zones and limits that make no sense (RS7)."""
    if rule.channel.text not in CHANNELS:
        problems.unknown("E209", "channel", rule.channel, CHANNELS)
    start, end = rule.hours or (0, _DAY)
    if start >= end:
        problems.add(
            "E111",
            "the hours run backwards; for a night write two rules",
            rule.channel.span,
        )
    elif end > _DAY:
        problems.add("E111", "a day has 24 hours of 60 minutes", rule.channel.span)
    if rule.zone not in {None, "prospect", "user", *available_timezones()}:
        near = nearest(str(rule.zone), available_timezones())
        hint = f"; did you mean `{near}`?" if near else ""
        problems.add("E111", f"there is no time zone `{rule.zone}`{hint}", rule.channel.span)
    if rule.per_day is not None and rule.per_day < 1:
        problems.add("E111", "at most 0 a day is never", rule.channel.span)
    if rule.limits > (rule.per_day is not None) + (rule.gap_minutes is not None):
        problems.add("E310", "two limits of one kind contradict each other", rule.channel.span)


def check_test(test: s.Test, catalog: Catalog, problems: Problems) -> None:
    """Note names and values of a case that its objects do not have."""
    scopes: dict[str, Scope] = {}
    expected = [e for e in test.expects if isinstance(e, s.Expect)]
    named = [g.object for g in test.givens if g.object] + [e.object for e in expected]
    for name in named:
        for side in Side:
            found = catalog.descriptions[side].get(name.text)
            if found is not None:
                scopes[name.text] = Scope(side, catalog.systems[side], found)
                break
        else:
            known = [o.name for side in Side for o in catalog.descriptions[side].objects]
            problems.unknown("E201", "object", name, known)
    for given in test.givens:
        if given.at is not None and given.at >= _DAY:
            problems.add("E111", "a day ends at 23:59", given.span)
    rows: list[s.Given | s.Expect] = [*test.givens, *expected]
    for row in rows:
        for field, value in row.values:
            if row.object is None:
                meant = [f for scope in scopes.values() if (f := scope.find(field))]
                if meant:
                    check_value(value, meant[0], problems)
                else:
                    known = [f.name for scope in scopes.values() for f in scope.type.fields]
                    problems.unknown("E202", "field", field, known)
            elif (scope := scopes.get(row.object.text)) is not None:
                found_field = scope.resolve(field, problems)
                if found_field is not None:
                    check_value(value, found_field, problems)
