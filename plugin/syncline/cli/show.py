"""Plans, reports and history as a person reads them."""

from __future__ import annotations

__all__ = ["console", "show_history", "show_plan", "show_report"]

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..model import Side, Value
from ..sync.plan import Fate, StepKind

if TYPE_CHECKING:
    from ..ledger.journal import Entry
    from ..sync.cycle import Preview
    from ..sync.plan import Plan, Step
    from ..sync.report import Report

_EXAMPLES = 6
_NARROW = 46
_STATE = {"done": "green", "stopped": "yellow", "failed": "red"}
_FATE_WORDS = {
    Fate.WRITTEN: "led to a write or an action",
    Fate.UNCHANGED: "both sides agree already",
    Fate.SKIPPED: "left alone by the rules",
    Fate.DEFERRED: "wait for a later run",
    Fate.HELD: "wait for a person",
    Fate.FAILED: "refused by a system",
}


def console() -> Console:
    """Return the console that people read."""
    return Console(highlight=False)


def _shown(value: Value) -> str:
    if value is None or value == "":
        return "(blank)"
    text = str(value)
    return text if len(text) <= _NARROW else text[: _NARROW - 1] + "…"


def show_plan(out: Console, preview: Preview, units: Mapping[Side, str]) -> None:
    """Print what the next run would do, why some records wait, and what it costs."""
    plan = preview.plan
    table = Table(title="What the next run would do", title_justify="left")
    table.add_column("Side")
    table.add_column("Object")
    table.add_column("Step")
    table.add_column("Records", justify="right")
    groups = Counter((s.side, s.object, s.action or str(s.kind)) for s in plan.steps)
    for (side, name, what), count in sorted(groups.items()):
        table.add_row(str(side), name, what, f"{count:,}")
    if groups:
        out.print(table)
    else:
        out.print("Nothing to do: both sides are in step.", style="green")
    _examples(out, plan)
    _reasons(out, plan)
    costs = ", ".join(f"{preview.price[side]} {units[side]}s of the {side}" for side in Side)
    out.print(f"It would cost {costs}, besides reading what changed.")


def _examples(out: Console, plan: Plan) -> None:
    """Show some updates and actions field by field; creations speak for themselves."""
    shown = [s for s in plan.steps if s.kind is not StepKind.CREATE][:_EXAMPLES]
    if not shown:
        return
    table = Table(title="For example", title_justify="left")
    for name in ("Record", "Field", "Now", "Then", "Why", "Rule"):
        table.add_column(name, overflow="fold")
    for step in shown:
        for cells in _step_rows(step):
            table.add_row(*(Text(cell) for cell in cells))
    out.print(table)


def _step_rows(step: Step) -> list[tuple[str, ...]]:
    record = f"{step.object} {step.id or ''}".strip()
    if step.kind is StepKind.ACTION:
        target = step.action if step.target is None else f"{step.action} to {step.target}"
        return [(record, "", "", target, f'workflow "{step.workflow}"', step.at)]
    return [(record, w.field, _shown(w.old), _shown(w.new), w.reason, w.at) for w in step.writes]


def _reasons(out: Console, plan: Plan) -> None:
    quiet = {Fate.WRITTEN, Fate.UNCHANGED}
    reasons = Counter(
        (case.fate, _kind_of(case.reason)) for case in plan.cases if case.fate not in quiet
    )
    if not reasons:
        return
    table = Table(title="Left alone, and why", title_justify="left")
    table.add_column("Fate")
    table.add_column("Reason")
    table.add_column("Cases", justify="right")
    for (fate, reason), count in reasons.most_common():
        table.add_row(str(fate), Text(reason), f"{count:,}")
    out.print(table)


def _kind_of(reason: str) -> str:
    """Drop the record ids after a colon, so that like reasons count together."""
    head, _, tail = reason.partition(": ")
    return head if any(c.isdigit() for c in tail) else reason


def show_report(out: Console, report: Report) -> None:
    """Print a cycle's figures."""
    colour = _STATE[report.state]
    seconds = (report.finished - report.started).total_seconds()
    table = Table(
        title=f"Run {report.run}: [{colour}]{report.state}[/] in {seconds:.1f} s",
        title_justify="left",
    )
    table.add_column("Records")
    table.add_column("", justify="right")
    table.add_column("Meaning")
    for fate in Fate:
        if report.counts[fate] or fate in {Fate.WRITTEN, Fate.UNCHANGED}:
            table.add_row(str(fate), f"{report.counts[fate]:,}", _FATE_WORDS[fate])
    table.add_section()
    table.add_row("candidates", f"{report.candidates:,}", "all that changed or waited: the sum")
    out.print(table)
    if report.done:
        done = Table(title="Written", title_justify="left")
        done.add_column("Side")
        done.add_column("Object")
        done.add_column("Step")
        done.add_column("Records", justify="right")
        for (side, name, what), rows in sorted(report.done.items()):
            done.add_row(str(side), name, what, f"{rows:,}")
        out.print(done)
    else:
        out.print("Nothing was written.")
    out.print(
        f"CRM calls: {report.calls[Side.CRM]} in this run, {report.used[Side.CRM]} of "
        f"{report.limit:,} in 24 hours. Cadence calls: {report.calls[Side.CADENCE]}."
    )
    waiting = {k: v for k, v in report.waiting.items() if v}
    if waiting:
        words = ", ".join(f"{count:,} {state}" for state, count in sorted(waiting.items()))
        out.print(f"Still in the inbox: {words}. `syncline log --kind hold` tells why some wait.")
    if report.recovered:
        out.print(f"{report.recovered} steps of an interrupted run were looked up first.")
    for message, hint in report.faults:
        out.print(Text(message, style=colour))
        if hint:
            out.print(Text(hint))


def show_history(out: Console, lines: Sequence[Entry], title: str) -> None:
    """Print lines of the history."""
    table = Table(title=title, title_justify="left")
    for name in ("When", "Run", "Kind", "Record", "Field", "From", "To", "Rule", "Why"):
        table.add_column(name, overflow="fold")
    for line in lines:
        written = line.kind in {"create", "update"}
        record = (
            f"{line.object or line.map} {line.crm_id if line.side == 'crm' else line.cadence_id}"
        )
        why = line.reason
        if line.lost:
            why += f"; {line.lost[0]} had {_shown(line.lost[1])}"
        table.add_row(
            line.at[:19].replace("T", " "),
            str(line.run),
            line.kind,
            Text(record.strip()),
            line.field,
            Text(_shown(line.old)) if written else "",
            Text(_shown(line.new)) if line.field else "",
            line.rule,
            Text(why),
        )
    out.print(table)
