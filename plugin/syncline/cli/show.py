"""Plans, reports and history as a person reads them."""

from __future__ import annotations

__all__ = ["console", "show_history", "show_plan", "show_report", "shown"]

from collections import Counter
from collections.abc import Sequence
from gettext import gettext as _, ngettext
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..locale import N_
from ..locale.told import told
from ..model import Side, Value
from ..sync.plan import Fate, StepKind
from .signs import tame
from .sources import figures
from .spending import cost_words, plan_words, report_words

if TYPE_CHECKING:
    from ..ledger.journal import Entry
    from ..sync.cycle import Preview
    from ..sync.plan import Plan
    from ..sync.report import Report

_EXAMPLES = 6
_INDENT = "    "
_NARROW = 46
_LOGGED = {"held": "hold", "waiting": "skip", "failed": "fail"}
_STATE = {"done": "green", "stopped": "yellow", "failed": "red"}
_FATE_WORDS = {
    Fate.WRITTEN: N_("led to a write or an action"),
    Fate.UNCHANGED: N_("both sides agree already"),
    Fate.SKIPPED: N_("left alone by the rules"),
    Fate.DEFERRED: N_("wait for a later run"),
    Fate.HELD: N_("wait for a person"),
    Fate.FAILED: N_("refused by a system"),
}


def console() -> Console:
    """Return the console that people read."""
    return Console(highlight=False)


def shown(value: Value) -> str:
    """Return a value as it stands in a line: blank in words, and not too long."""
    if value is None or value == "":
        return _("(blank)")
    text = tame(str(value))
    return text if len(text) <= _NARROW else text[: _NARROW - 1] + "…"


def show_plan(
    out: Console,
    preview: Preview,
    *,
    title: str = N_("What the next run would do"),
    nothing: str = "",
    looks: str = N_("reading single records again"),
) -> None:
    """Print what the next run would do, why some records wait, and what it costs.

    An undo has its own *title*, its words for *nothing* to do, and what it *looks* at records for.
    """
    plan = preview.plan
    table = Table(title=_(title), title_justify="left")
    table.add_column(_("Side"))
    table.add_column(_("Object"))
    table.add_column(_("Step"))
    table.add_column(_("Records"), justify="right")
    groups = Counter((s.side, s.object, s.action or str(s.kind)) for s in plan.steps)
    for (side, name, what), count in sorted(groups.items()):
        table.add_row(_(side.word), name, _(what), f"{count:,}")
    if groups:
        out.print(table)
    else:
        out.print(nothing or _nothing(preview), style="green")
    _examples(out, plan)
    _reasons(out, plan)
    for side in Side:
        out.print(Text(cost_words(side, preview.cost[side], preview.units[side], looks)))
    for stands in preview.budget.values():
        for line in plan_words(stands):
            out.print(Text(line))


def _nothing(preview: Preview) -> str:
    """Say that there is nothing to write, and what waits all the same."""
    counts, before = preview.plan.counts(), preview.waiting
    held = counts[Fate.HELD] + before.get("held", 0)
    left = counts[Fate.SKIPPED] + before.get("waiting", 0) + before.get("dead", 0)
    words: list[str] = []
    if held:
        waits = ngettext("{count:,} waits for a person", "{count:,} wait for a person", held)
        words.append(waits.format(count=held))
    if left:
        alone = ngettext(
            "{count:,} is left alone until something changes",
            "{count:,} are left alone until something changes",
            left,
        )
        words.append(alone.format(count=left))
    if not words:
        return _("Nothing to do: both sides are in step.")
    return _("Nothing to write; {what}.").format(what=_(" and ").join(words))


def _examples(out: Console, plan: Plan) -> None:
    """Show some updates and actions field by field; creations speak for themselves."""
    steps = [s for s in plan.steps if s.kind is not StepKind.CREATE][:_EXAMPLES]
    if not steps:
        return
    out.print(_("For example:"))
    for step in steps:
        out.print(Text(f"  {step.object} {step.id or ''}".rstrip(), style="bold"))
        if step.kind is StepKind.ACTION:
            what = _(step.action) if step.action else ""
            if step.target is not None:
                what = _("{action} to {cadence}").format(action=what, cadence=step.target)
            _because(out, f"    {what}", f'workflow "{step.workflow}"', step.at)
        if step.kind is StepKind.DELETE:
            _because(
                out, "    " + _("delete"), step.writes[0].reason if step.writes else "", step.at
            )
            continue
        for w in step.writes:
            change = f"    {w.field}: {shown(w.old)} -> {shown(w.new)}"
            _because(out, change, w.reason, w.at)
    out.print()


def _because(out: Console, what: str, reason: str, rule: str) -> None:
    line = Text(what)
    line.append(f"  {tame(told(reason))}", style="dim")
    if rule:
        line.append(f"  [{rule}]", style="cyan")
    out.print(line)


def _reasons(out: Console, plan: Plan) -> None:
    quiet = {Fate.WRITTEN, Fate.UNCHANGED}
    reasons = Counter(
        (case.fate, _kind_of(case.reason)) for case in plan.cases if case.fate not in quiet
    )
    if not reasons:
        return
    table = Table(title=_("Left alone, and why"), title_justify="left")
    table.add_column(_("Fate"))
    table.add_column(_("Reason"))
    table.add_column(_("Cases"), justify="right")
    for (fate, reason), count in reasons.most_common():
        table.add_row(_(str(fate)), Text(tame(told(reason))), f"{count:,}")
    out.print(table)


def _kind_of(reason: str) -> str:
    """Drop the record ids after a colon, so that like reasons count together."""
    head, _colon, tail = reason.partition(": ")
    return head if any(c.isdigit() for c in tail) else reason


def show_report(out: Console, report: Report) -> None:
    """Print a cycle's figures."""
    colour = _STATE[report.state]
    seconds = (report.finished - report.started).total_seconds()
    table = Table(
        title=_("Run {number}: {state} in {seconds:.1f} s").format(
            number=report.run, state=f"[{colour}]{_(report.state)}[/]", seconds=seconds
        ),
        title_justify="left",
    )
    table.add_column(_("Records"))
    table.add_column("", justify="right")
    table.add_column(_("Meaning"))
    for fate in Fate:
        if report.counts[fate] or fate in {Fate.WRITTEN, Fate.UNCHANGED}:
            table.add_row(_(str(fate)), f"{report.counts[fate]:,}", _(_FATE_WORDS[fate]))
    table.add_section()
    table.add_row(
        _("candidates"),
        f"{report.candidates:,}",
        _("all that changed or were asked again: the sum"),
    )
    out.print(table)
    if report.done:
        done = Table(title=_("Written"), title_justify="left")
        done.add_column(_("Side"))
        done.add_column(_("Object"))
        done.add_column(_("Step"))
        done.add_column(_("Records"), justify="right")
        for (side, name, what), rows in sorted(report.done.items()):
            done.add_row(_(side.word), name, _(what), f"{rows:,}")
        out.print(done)
    else:
        out.print(_("Nothing was written."))
    for line in report_words(report):
        out.print(Text(line))
    waiting = {k: v for k, v in report.waiting.items() if v}
    if waiting:
        words = ", ".join(f"{count:,} {_(state)}" for state, count in sorted(waiting.items()))
        kinds = [_LOGGED[state] for state in sorted(waiting) if state in _LOGGED]
        tells = _(" and ").join(f"`syncline log --kind {kind}`" for kind in dict.fromkeys(kinds))
        out.print(_("Still in the inbox: {words}.").format(words=words), end="")
        out.print(" " + _("Why: {commands}.").format(commands=tells) if tells else "")
    if report.recovered:
        looked = _("{count} steps of an interrupted run were looked up first.")
        out.print(looked.format(count=report.recovered))
    for fetched in report.sources:
        if fetched.seen:
            out.print(Text(f"{fetched.title}: {figures(fetched.to_json())}"))
    for message, hint in report.faults:
        out.print(Text(told(message), style=colour))
        if hint:
            out.print(Text(told(hint)))


def show_history(out: Console, lines: Sequence[Entry]) -> None:
    """Print lines of the history: what became of which record, and below it why."""
    for (kind, _run, record), group in groupby(lines, key=lambda e: (e.kind, e.run, _record(e))):
        found = list(group)
        run = found[0].run
        by = _("run {number}").format(number=run) if run else _("by hand")
        head = Text(f"{found[0].at[:19].replace('T', ' ')}  {by:<8} ", style="dim")
        head.append(f"{kind:<7}", style=_KIND.get(kind, ""))
        head.append(f" {record}", style="bold")
        out.print(head, soft_wrap=True)
        for line in found:
            for part in _told(line).wrap(out, out.width - len(_INDENT)):
                part.rstrip()
                out.print(Text(_INDENT).append_text(part), soft_wrap=True)


def _told(line: Entry) -> Text:
    """Return what happened to one field, or to the record, and why."""
    text = Text()
    if line.kind == "create":
        text.append(f"{line.field}: {shown(line.new)}")
    elif line.kind == "delete" and line.field:
        text.append(f"{line.field}: {shown(line.old)}")
    elif line.kind == "update":
        text.append(f"{line.field}: {shown(line.old)} -> {shown(line.new)}")
    elif line.field:
        text.append(f"{line.field}: {shown(line.new)}")
    if line.kind != "create":
        text.append(
            f"{'  ' if line.field else ''}{tame(told(line.reason))}",
            style="dim" if line.field else "",
        )
    if line.lost:
        side = Side(line.lost[0])
        lost = _("the value {value} of the {side} lost")
        words = lost.format(value=shown(line.lost[1]), side=_(side.word))
        text.append(f"; {words}", style="dim")
    if line.rule:
        text.append(f"  [{line.rule}]", style="cyan")
    return text


_KIND = {
    "fail": "red", "hold": "yellow", "skip": "dim", "create": "green", "update": "green",
    "delete": "red", "resolve": "magenta", "retry": "magenta",
}  # fmt: skip


def _record(line: Entry) -> str:
    """Return the record that a line is about, or the pair."""
    if line.side:
        own, other = line.crm_id, line.cadence_id
        if line.side != Side.CRM:
            own, other = other, own
        # What was refused before it was there goes by the record that it was made for.
        return f"{line.object} {own or f'({other})'}"
    ids = " = ".join(id_ for id_ in (line.crm_id, line.cadence_id) if id_)
    return f"{line.map} {ids}"
