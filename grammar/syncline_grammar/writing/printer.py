"""Print a tree in the one form that rule files have: what it says decides, and its layout."""

from __future__ import annotations

__all__ = ["print_tree"]

from collections.abc import Sequence
from itertools import groupby

from .. import syntax as s
from .expression_text import listed
from .layout import Layout, runs, stands_apart
from .page import Page, column, padded
from .print_blocks import print_activity, print_form, print_test, print_workflow
from .print_criteria import print_criterion
from .print_maps import print_map
from .spelling import UnwritableError, clock, counted, days, name, number, period, quote

_ZONES = {"prospect": "the prospect's time zone", "user": "the user's time zone"}


def print_tree(tree: s.RuleFile, layout: Layout) -> str:
    """Return *tree* as text. Raises ``UnwritableError`` for what the language cannot say."""
    page = Page()
    margins = _margins(tree.statements, layout)
    for at, statement in enumerate(tree.statements):
        apart = stands_apart(tree.statements, at)
        page.begin(0, layout.at(statement), first=at == 0, apart=apart)
        match statement:
            case s.Connect():
                side = padded(statement.side, margins[at])
                page.put(f"connect {side} to {name(statement.system)}")
            case s.Schedule():
                page.fill(_schedule(statement), 0)
            case s.Flow():
                page.put(f"sync {statement.source} to {statement.target}")
                if statement.where is not None:
                    page.put(" where ")
                    print_criterion(page, layout, statement.where, 0)
            case s.Admin():
                page.put(f"admin {quote(statement.email)}")
            case s.ObjectMap():
                print_map(page, layout, statement)
            case s.Workflow():
                print_workflow(page, layout, statement)
            case s.Activity():
                print_activity(page, layout, statement)
            case s.Allow():
                page.fill(_allow(statement, margins[at]), 0)
            case s.Form():
                print_form(page, layout, statement)
            case s.Test():
                print_test(page, layout, statement)
    page.close(0, layout.foot(tree), "", empty=not tree.statements)
    return page.text()


def _margins(statements: Sequence[s.Statement], layout: Layout) -> list[int]:
    """Return, for each `connect` and `allow`, the columns of its first name; neighbours share."""
    margins: list[int] = []
    for run in runs(statements, layout):
        for _kind, group in groupby(run, key=type):
            alike = list(group)
            margins += [column(_first_name(x) for x in alike)] * len(alike)
    return margins


def _first_name(statement: s.Statement) -> str:
    match statement:
        case s.Connect():
            return statement.side
        case s.Allow():
            return name(statement.channel)
        case _:
            return ""


def _schedule(node: s.Schedule) -> list[str]:
    every = f"sync every {period(node.minutes)}"
    limits: list[str] = []
    if node.calls is not None:
        if not node.hours:
            raise UnwritableError("calls are limited per 24 hours", node.span.line)
        hours = counted(node.hours, "hour")
        limits.append(f"at most {number(node.calls)} {node.counted} per {hours}")
    if node.max_deletes is not None:
        limits.append(f"max deletes {number(node.max_deletes)} %")
    return listed([every, *limits])


def _allow(node: s.Allow, margin: int) -> list[str]:
    if node.limits > node.kinds_of_limit:
        raise UnwritableError("two limits of one kind are set", node.channel.span.line)
    words = [f"allow {padded(name(node.channel), margin)} on {days(node.days)}"]
    if node.hours is not None:
        words.append(f"from {clock(node.hours[0])} to {clock(node.hours[1])}")
    if node.zone is not None:
        words.append(f"in {_ZONES.get(node.zone) or quote(node.zone)}")
    limits: list[str] = []
    if node.holidays is not None:
        country = "" if node.holidays == "prospect" else f" in {quote(node.holidays)}"
        limits.append(f"not on holidays{country}")
    if node.per_day is not None:
        user = " per user" if node.per_user else ""
        limits.append(f"at most {number(node.per_day)} a day{user}")
    if node.gap_minutes is not None:
        limits.append(f"at least {period(node.gap_minutes)} apart")
    return [*words[:-1], *listed([words[-1], *limits])]
