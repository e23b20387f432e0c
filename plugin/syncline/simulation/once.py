"""Whether each firing of a workflow had its effect, and had it once."""

from __future__ import annotations

__all__ = ["judge_actions"]

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from ..ledger.journal import Entry
from ..ledger.rows import Pair, State
from ..model import Side, Value
from .faults import Fault
from .lines import WorkflowSpec
from .planned import Key
from .promises import Promise

if TYPE_CHECKING:
    from .history import History

#: An edit as near as this to the moment of linking may be on either side of it.
_NEAR = timedelta(minutes=10)


class _Begin(NamedTuple):
    """When criteria began to hold: the moment, and the changes between which they did not."""

    at: datetime
    ended: int
    number: int


def judge_actions(
    history: History,
    linked: Sequence[Pair],
    entries: Sequence[Entry],
    waiting: Mapping[Key, State],
) -> None:
    """Count the effects of each workflow against how often its criteria began to hold."""
    story = history.story
    partners: dict[str, set[str]] = {}
    for entry in entries:
        if entry.crm_id and entry.cadence_id:
            partners.setdefault(entry.cadence_id, set()).add(entry.crm_id)
    for pair in linked:
        record = (Side.CRM, pair.objects[Side.CRM], pair.ids[Side.CRM])
        prospect = (Side.CADENCE, pair.objects[Side.CADENCE], pair.ids[Side.CADENCE])
        if (*record, "") in story.fields or (*prospect, "") in story.fields:
            continue
        if len(partners.get(prospect[2], ())) > 1:
            continue  # it came from another record, which may have fired
        for workflow in history.book.workflows:
            if workflow.object != record[1]:
                continue
            acts = story.acts.get((prospect[2], workflow.name, 0), [])
            begins = _begins(history, record, workflow)
            if len(acts) > len(begins):
                story.breach(
                    Promise.ONCE,
                    f'"{workflow.name}" was done {len(acts)} times for {record[2]}, and began to '
                    f"fit {len(begins)} times: {acts}",
                )
            elif not acts and not ({record, prospect} & waiting.keys()):
                _must_have_fired(history, pair, workflow, begins, entries)


def _begins(history: History, record: Key, workflow: WorkflowSpec) -> list[_Begin]:
    """Return when the criteria began to hold, by what people really wrote."""
    found: list[_Begin] = []
    holds, ended = False, 0
    for change in history.story.fields.get((*record, "Status"), ()):
        values: dict[str, Value] = {"Status": change.new}
        held, holds = holds, workflow.fits(values)
        if holds and not held:
            found.append(_Begin(change.at, ended, change.number))
        elif held and not holds:
            ended = change.number
    return found


def _must_have_fired(
    history: History,
    pair: Pair,
    workflow: WorkflowSpec,
    begins: list[_Begin],
    entries: Sequence[Entry],
) -> None:
    """See that a workflow that fits at the end has fired.

    One that takes out of a cadence, if it began to fit after the two were linked: a new prospect
    is in none. What went away and came back before anybody read it did not begin.
    """
    row = history.stores[Side.CRM].row(pair.objects[Side.CRM], pair.ids[Side.CRM])
    if row is None or not workflow.fits(row.values) or not begins:
        return
    if workflow.target is not None:
        history.story.breach(
            Promise.ONCE, f'"{workflow.name}" fits {row.id} at the end and was never done'
        )
        return
    born = [
        datetime.fromisoformat(entry.at)
        for entry in entries
        if entry.kind in {"link", "create"} and entry.crm_id == row.id and entry.map == pair.map
    ]
    handed = history.story.handed.get((Side.CRM, row.object, row.id), ())
    read = [
        begin
        for begin in begins
        if any(begin.ended <= version < begin.number for _at, version in handed)
    ]
    if not born or not read or Fault.CRASH in history.shape.kinds:
        return
    if read[-1].at - min(born) > _NEAR:
        history.story.breach(
            Promise.ONCE,
            f'"{workflow.name}" fits {row.id} since {read[-1].at:%d %H:%M:%S} and was never done',
        )
