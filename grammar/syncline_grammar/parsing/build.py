"""From the parser's reductions to the frozen tree: one method a grammar rule, named like it.

Methods get the rule's place and its children, already built. They only assemble; whether a value
makes sense is asked by the checker, so that nothing here can fail.
"""

from __future__ import annotations

__all__ = ["Builder"]

from typing import Any

from .. import syntax as s
from .build_maps import Mappings
from .tokens import (
    MINUTES_IN,
    Children,
    Token,
    minutes_of,
    number_of,
    span_of,
    text_of,
    unit_of,
    unquote,
)

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY_HOURS = 24


def _whole(number: int | float) -> int:
    """Return a whole number; 0 for one with a part behind the point, which the checker tells."""
    return int(number) if number == int(number) else 0


class Builder(Mappings):
    """The statements."""

    def start(self, children: Children) -> s.RuleFile:
        return s.RuleFile(tuple(children))

    def connect(self, children: Children) -> s.Connect:
        return s.Connect(str(children[0]), children[1], span_of(children))

    def allowance(self, children: Children) -> Children:
        return children

    def max_deletes(self, children: Children) -> Token:
        share: Token = children[0]
        return share

    def schedule(self, children: Children) -> s.Schedule:
        number, unit, allowance, share = children
        minutes = _whole(number_of(number) * MINUTES_IN[unit_of(unit)])
        calls, hours, counted = None, _DAY_HOURS, s.Counted.CALLS
        if allowance is not None:
            most, what, window, window_unit = allowance
            # A window that is no whole number of hours is no window: the checker tells.
            hours, rest = divmod(_whole(number_of(window) * MINUTES_IN[unit_of(window_unit)]), 60)
            hours = 0 if rest else hours
            calls, counted = _whole(number_of(most)), s.Counted(str(what))
        percent = None if share is None else number_of(share)
        return s.Schedule(minutes, calls, hours, span_of(children), counted, percent)

    def direction(self, children: Children) -> s.Flow:
        source, target, where = children
        return s.Flow(str(source), str(target), where, span_of(children))

    def admin(self, children: Children) -> s.Admin:
        return s.Admin(unquote(children[0]), span_of(children))

    # -- workflows and activities

    def exit(self, children: Children) -> s.ActionCall:
        return s.ActionCall("exit", None, span_of(children))

    def move(self, children: Children) -> s.ActionCall:
        return s.ActionCall("move", text_of(children[0]), span_of(children))

    def next_touch(self, children: Children) -> s.ActionCall:
        return s.ActionCall("next touch", None, span_of(children))

    def every_time(self, children: Children) -> bool:
        return True

    def workflow(self, children: Children) -> s.Workflow:
        name, target, when, every_time, *actions = children
        return s.Workflow(
            unquote(name), target, when, bool(every_time), tuple(actions), span_of(children)
        )

    def outcomes(self, children: Children) -> tuple[s.Text, ...]:
        return tuple(text_of(c) for c in children)

    def assignment(self, children: Children) -> s.Assignment:
        return s.Assignment(children[0], children[1], span_of(children))

    def activity(self, children: Children) -> s.Activity:
        kind, outcomes, arrow, target, where, *body = children
        return s.Activity(
            kind,
            outcomes or (),
            target,
            tuple(b for b in body if isinstance(b, s.Assignment)),
            span_of(children),
            # It reads from the cadence on the left to the CRM on the right.
            from_crm=arrow is s.Arrow.TO_CRM,
            where=where,
            deletes=tuple(b for b in body if isinstance(b, s.DeletesToo)),
        )

    def deletes_too(self, children: Children) -> s.DeletesToo:
        return s.DeletesToo(span_of(children))

    # -- sending, forms, tests

    def day_range(self, children: Children) -> tuple[int, ...]:
        first = DAYS.index(children[0])
        last = first if children[1] is None else DAYS.index(children[1])
        return tuple((first + step) % 7 for step in range((last - first) % 7 + 1))

    def days(self, children: Children) -> tuple[int, ...]:
        ranges = (c for c in children if not isinstance(c, Token))
        return tuple(sorted({day for days in ranges for day in days}))

    def hours(self, children: Children) -> tuple[int, int]:
        return minutes_of(children[0]), minutes_of(children[1])

    def prospects_zone(self, children: Children) -> str:
        return "prospect"

    def users_zone(self, children: Children) -> str:
        return "user"

    def named_zone(self, children: Children) -> str:
        return unquote(children[0])

    def cap(self, children: Children) -> dict[str, Any]:
        number, per_user = children
        return {"per_day": _whole(number_of(number)), "per_user": per_user is not None}

    def holidays(self, children: Children) -> dict[str, Any]:
        country = children[1]
        return {"holidays": "prospect" if country is None else unquote(country)}

    def gap(self, children: Children) -> dict[str, Any]:
        return {"gap_minutes": _whole(number_of(children[0]) * MINUTES_IN[unit_of(children[1])])}

    def allow(self, children: Children) -> s.Allow:
        channel, days, hours, zone, *limits = children
        merged: dict[str, Any] = {"per_day": None, "per_user": False, "gap_minutes": None}
        for limit in limits:
            merged |= limit
        merged["limits"] = len(limits)
        return s.Allow(
            channel=channel,
            days=days,
            hours=hours,
            zone=zone,
            span=span_of(children),
            **merged,
        )

    def form_required(self, children: Children) -> dict[str, Any]:
        return {"required": True}

    def read_only(self, children: Children) -> dict[str, Any]:
        return {"read_only": True}

    def one_of(self, children: Children) -> dict[str, Any]:
        return {"choices": tuple(unquote(c) for c in children)}

    def form_default(self, children: Children) -> dict[str, Any]:
        return {"default": children[0]}

    def form_rules(self, children: Children) -> dict[str, Any]:
        rules: dict[str, Any] = {}
        repeated = 0
        for key, value in (word for words in children for word in words.items()):
            repeated += key in rules
            rules.setdefault(key, value)
        return {**rules, "repeated": repeated}

    def form_field(self, children: Children) -> s.FormField:
        rules: dict[str, Any] = children[1] or {}
        return s.FormField(
            field=children[0],
            span=span_of(children),
            required=rules.get("required", False),
            read_only=rules.get("read_only", False),
            choices=rules.get("choices", ()),
            default=rules.get("default"),
            repeated=rules.get("repeated", 0),
        )

    def form(self, children: Children) -> s.Form:
        name, target, *fields = children
        return s.Form(unquote(name), target, tuple(fields), span_of(children))

    def value(self, children: Children) -> tuple[s.Name, s.Literal]:
        return children[0], children[1]

    def values(self, children: Children) -> Children:
        return children

    def given_sync(self, children: Children) -> s.Given:
        return s.Given(None, tuple(children[0]), None, span_of(children))

    def given(self, children: Children) -> s.Given:
        target, values, at = children
        return s.Given(
            target, tuple(values), None if at is None else minutes_of(at), span_of(children)
        )

    def given_event(self, children: Children) -> s.Given:
        target, event, at = children
        return s.Given(
            target,
            (),
            None if at is None else minutes_of(at),
            span_of(children),
            s.Event(str(event)),
        )

    def expect_unchanged(self, children: Children) -> s.Expect:
        return s.Expect(children[0], (), span_of(children))

    def expect_values(self, children: Children) -> s.Expect:
        return s.Expect(children[0], tuple(children[1]), span_of(children))

    def expect_action(self, children: Children) -> s.ExpectAction:
        return s.ExpectAction(children[0], span_of(children))

    def expect_nothing(self, children: Children) -> s.ExpectAction:
        return s.ExpectAction(None, span_of(children))

    def test(self, children: Children) -> s.Test:
        name, *body = children
        givens = tuple(b for b in body if isinstance(b, s.Given))
        expects = tuple(b for b in body if isinstance(b, s.Expect | s.ExpectAction))
        return s.Test(unquote(name), givens, expects, span_of(children))
