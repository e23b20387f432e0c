"""Check sending rules and forms against the systems' own fields."""

from __future__ import annotations

__all__ = ["check_allow", "check_form"]

from zoneinfo import available_timezones

from syncline_grammar import syntax as s
from syncline_grammar.recovery.wording import ROW_SYNONYMS
from syncline_grammar.words import nearest

from ...model import Side
from ...sending.days_off import country_named, country_near
from ..catalog import Catalog, Problems
from .literals import check_number, check_value
from .maps import find_object

#: What a cadence's touch can be.
CHANNELS = ("email", "sms", "call", "task")
_WORDS_OF_A_FORM = {**ROW_SYNONYMS, "readonly": "read only", "read_only": "read only"}
_DAY = 1440
#: The longest gap, in minutes; further ahead nobody looks.
_YEAR = 365 * _DAY


def check_form(form: s.Form, catalog: Catalog, problems: Problems) -> None:
    """Note every fault of a form (RS10)."""
    scope = find_object(form.object, Side.CADENCE, catalog, problems)
    if scope is None:
        return
    shown: set[str] = set()
    line = 0
    for row in form.fields:
        word = _WORDS_OF_A_FORM.get(row.field.text.lower())
        if word is not None and row.span.line == line and scope.find(row.field) is None:
            message = f"`{row.field.text}` is written `{word}`"
            problems.add("E202", message, row.field.span, better=word)
            continue
        line = row.span.line
        field = scope.resolve(row.field, problems)
        if row.field.text in shown:
            problems.add("E208", f"{row.field.text} stands in the form already", row.field.span)
        shown.add(row.field.text)
        if field is not None and row.required and not field.creatable:
            problems.add("E302", f"{field.name} is read only: nobody can fill it", row.field.span)
        for choice in row.choices:
            if field is not None:
                check_value(s.Text(choice, row.span), field, problems)
        if row.repeated:
            problems.add("E310", "a word stands here twice", row.span)
        if row.required and row.read_only:
            problems.add("E310", "a field that is read only cannot be required", row.span)
        if row.default is not None and field is not None:
            check_value(row.default, field, problems)
            if isinstance(row.default, s.Number):
                check_number(row.default, problems)


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
        problems.add("E111", "a day takes a whole number, 1 or more", rule.channel.span)
    if rule.gap_minutes is not None and rule.gap_minutes < 1:
        problems.add("E111", "a gap is a whole number of minutes", rule.channel.span)
    elif rule.gap_minutes is not None and rule.gap_minutes > _YEAR:
        problems.add("E111", "a gap of more than a year never ends", rule.channel.span)
    if rule.holidays not in {None, "prospect"}:
        _check_country(str(rule.holidays), rule.channel, problems)
    if rule.limits > rule.kinds_of_limit:
        problems.add("E310", "two limits of one kind contradict each other", rule.channel.span)


def _check_country(text: str, at: s.Name, problems: Problems) -> None:
    """Note a country that there is not, with the one that may be meant."""
    if country_named(text) is None:
        near = country_near(text)
        hint = f"; did you mean `{near}`?" if near else ""
        problems.add("E111", f"there is no country `{text}`{hint}", at.span)
