"""Print workflows, activities, forms and tests: a head, rows in columns, a closing brace."""

from __future__ import annotations

__all__ = ["print_activity", "print_form", "print_test", "print_workflow"]

from .. import syntax as s
from .expression_text import expression, listed
from .layout import Layout
from .page import Page, rows
from .print_criteria import print_criterion
from .spelling import clock, literal, name, quote


def print_workflow(page: Page, layout: Layout, node: s.Workflow) -> None:
    """Go on in the line of *page* with a workflow."""
    page.put(f"workflow {quote(node.name)} on {name(node.object)} {{")
    page.begin(1, layout.at(node.when), first=True)
    page.put("when ")
    after = " every time" if node.every_time else ""
    opened = isinstance(node.when, s.Group) and not node.when.inline
    print_criterion(page, layout, node.when, 1, after=after, opened=opened)
    page.put(after)
    first, *others = listed([_action(action) for action in node.actions])
    page.begin(1, layout.at(node.actions[0]))
    page.fill([f"then {first}", *others], 1)
    page.close(0, layout.foot(node), "}", empty=False)


def _action(node: s.ActionCall) -> str:
    if node.cadence is not None:
        return f"move to cadence {quote(node.cadence.value)}"
    return "exit cadence" if node.action == "exit" else "move to next touch"


def print_activity(page: Page, layout: Layout, node: s.Activity) -> None:
    """Go on in the line of *page* with an activity."""
    outcomes = listed([quote(outcome.value) for outcome in node.outcomes])
    head = [f"activity {name(node.kind)}", *(["on outcome"] if outcomes else [])]
    arrow = "<-" if node.from_crm else "->"
    to = f"{arrow} {name(node.object)}"
    if node.where is None:
        page.fill([*head, *outcomes, f"{to} {{"], 0)
    else:
        page.fill([*head, *outcomes, to], 0)
        page.put(" where ")
        opened = isinstance(node.where, s.Group) and not node.where.inline
        print_criterion(page, layout, node.where, 0, after=" {", opened=opened)
        page.put(" {")
    body: tuple[s.DeletesToo | s.Assignment, ...] = (*node.deletes, *node.values)
    for row, field in rows(page, layout, body, _assigned):
        if isinstance(row, s.DeletesToo):
            page.put("deletes")
        else:
            page.put(f"{field} = {expression(row.value)}")
    page.close(0, layout.foot(node), "}", empty=not body)


def _assigned(row: s.DeletesToo | s.Assignment) -> str:
    return "" if isinstance(row, s.DeletesToo) else name(row.field)


def print_form(page: Page, layout: Layout, node: s.Form) -> None:
    """Go on in the line of *page* with a form."""
    page.put(f"form {quote(node.name)} for {name(node.object)} {{")
    for row, field in rows(page, layout, node.fields, lambda row: name(row.field)):
        page.put(f"{field}  ")
        page.fill(_form_words(row), 1)
    page.close(0, layout.foot(node), "}", empty=not node.fields)


def _form_words(row: s.FormField) -> list[str]:
    words = ["required"] if row.required else []
    words += ["read only"] if row.read_only else []
    words += [f"default {literal(row.default)}"] if row.default is not None else []
    # They come last: after a choice, a comma can only lead to another one.
    choices = [quote(choice) for choice in row.choices]
    return listed([*words, *(f"one of {choice}" for choice in choices[:1]), *choices[1:]])


def print_test(page: Page, layout: Layout, node: s.Test) -> None:
    """Go on in the line of *page* with a case: what is given first, then what is expected."""
    page.put(f"test {quote(node.name)} {{")
    cases = (*node.givens, *node.expects)
    for case, subject in rows(page, layout, cases, _subject):
        if isinstance(case, s.ExpectAction):
            page.put(f"expect {'no action' if case.action is None else _action(case.action)}")
        else:
            page.put(f"{subject}  ")
            page.fill(_values(case), 1)
    page.close(0, layout.foot(node), "}", empty=not cases)


def _subject(case: s.Given | s.Expect | s.ExpectAction) -> str:
    match case:
        case s.Given():
            return f"given {'last sync' if case.object is None else name(case.object)}"
        case s.Expect():
            return f"expect {name(case.object)}"
        case s.ExpectAction():
            return ""


def _values(case: s.Given | s.Expect) -> list[str]:
    values = listed([f"{name(field)} = {literal(value)}" for field, value in case.values])
    if isinstance(case, s.Given) and case.event is not None:
        values.append(f"is {case.event}")
    if isinstance(case, s.Given) and case.at is not None:
        values.append(f"at {clock(case.at)}")
    return values or ["unchanged"]
