"""The end of a history, held against the promises: by what the witness saw, not by our own code."""

from __future__ import annotations

__all__ = ["judge"]

from datetime import timedelta
from typing import TYPE_CHECKING

from ..ledger.codec import stamp
from ..model import Side, Value, is_blank
from .evidence import Evidence, news, values_since
from .lines import Line, plain
from .once import judge_actions
from .promises import Promise
from .records import Change, Row

if TYPE_CHECKING:
    from .history import History

_DAY = timedelta(hours=24)
#: When two records meet: one may take the place of another that went.
_MEETING = {"link", "create", "gone"}
#: Within it nobody can tell a person's rounding or cutting of what we wrote from the system's.
_SAME_SECOND = timedelta(seconds=2)


def judge(history: History) -> None:
    """Note in the story every promise that the history's end shows to be broken."""
    found = Evidence(history)
    _loses_nothing(found)
    _keeps_what_it_wrote_over(found)
    _no_twins(found)
    _budget(found)
    judge_actions(history, found.pairs, found.entries, found.waiting)


def _loses_nothing(found: Evidence) -> None:
    """See that every record has a partner or waits, and that no value is unaccounted for."""
    for side, spec, row in found.people():
        place = (side, row.object, row.id)
        linked = [pair for pair in found.linked.get(place, ()) if pair.map == spec.name]
        if not linked:
            if place not in found.linked and place not in found.waiting:
                found.story.breach(
                    Promise.LOSES_NOTHING,
                    f"{side.word} {row.object} {row.id} has no partner and waits nowhere",
                )
            continue
        partner = found.row(side.other, spec.object(side.other), linked[0].ids[side.other])
        if partner is None or found.story.fields.get((*place, "")):
            continue  # what follows from a deletion is judged by itself
        if found.story.fields.get((side.other, partner.object, partner.id, "")):
            continue
        for line in spec.lines:
            if spec.opens(line, side.other, row.values):
                _went_over(found, side, row, partner, line)


def _went_over(found: Evidence, side: Side, row: Row, partner: Row, line: Line) -> None:
    to = side.other
    told = news(found, side, row, partner, line)
    if not told or told[-1].ours or (is_blank(told[-1].new) and not line.erase):
        return
    last = told[-1]
    here, across = found.length(row, line, side), found.length(partner, line, to)
    said = _in_any_words(found, (side, row.object, row.id, line.name(side)), line, last)
    for value in values_since(found, to, partner, line.name(to), last):
        if any(
            # The system of the source may have cut what the target holds in full.
            line.agree(each, value, to, across) or line.agree(value, each, side, here)
            for each in said
        ):
            return
    waits = {(side, row.object, row.id), (to, partner.object, partner.id)} & found.waiting.keys()
    if waits:
        found.story.tally["values that wait at the end"] += 1
        return
    if _excused(found, row, partner, line, last, to):
        found.story.tally["values skipped for a reason"] += 1
        return
    found.story.breach(
        Promise.LOSES_NOTHING,
        f"{side.word} {row.object} {row.id} {line.name(side)} was set to {last.new!r} at "
        f"{last.at:%d %H:%M:%S}; {to.word} {partner.id} {line.name(to)} never held it, and holds "
        f"{partner.values.get(line.name(to))!r}; nothing is told of it ({line.text.strip()})",
    )


def _in_any_words(
    found: Evidence, field: tuple[Side, str, str, str], line: Line, last: Change
) -> list[Value]:
    """Return what *last* said, and what said the same later: a system may cut it elsewhere."""
    later = [change.new for change in found.story.fields[field] if change.number > last.number]
    return [last.new, *(value for value in later if line.alike(last.new, value))]


def _excused(found: Evidence, row: Row, partner: Row, line: Line, last: Change, to: Side) -> bool:
    """Tell whether the history gives a reason that is one."""
    reasons: list[bool] = []
    born = max((e.at for e in found.by_id.get(row.id, ()) if e.kind in _MEETING), default="")
    theirs = partner.values.get(line.name(to))
    unturned = not line.turns(theirs, to.other)
    for entry in found.by_id.get(row.id, ()):
        if (
            entry.kind == "update"
            and entry.side == to.other
            and plain(entry.old) == plain(last.new)
        ):
            # It lost, and stands in the history; what won may look the same once it was kept.
            reasons.append(entry.field == line.name(to.other) and entry.at >= stamp(last.at))
        if entry.kind == "echo" and entry.field == last.field and entry.at >= stamp(last.at):
            reasons.append(_wrote_just_before(found, last))
        if entry.at < stamp(last.at) or entry.field not in {"", line.crm}:
            continue
        if entry.kind == "fail":
            reasons.append(True)
        elif entry.kind == "hold":
            reasons.append(line.conflict == "hold" or not line.turns(last.new, to))
        elif entry.kind == "skip":
            # Until a field was settled once, a blank is what there is to fill.
            blank = is_blank(last.new) and not _settled(found, row, partner, line, last, to, born)
            # A conflict whose winner may not be written leaves both sides as they are.
            kept = {line.word(side) for side in Side} != {"always"}
            kept = kept or unturned or (is_blank(theirs) and not line.erase)
            reasons.append(blank or kept or not line.turns(last.new, to))
    return any(reasons)


def _wrote_just_before(found: Evidence, last: Change) -> bool:
    """Tell whether a person changed a field in the moment after we wrote it, or before we read it.

    What says the same with less is then taken for the system's doing, and told (B12).
    """
    told = found.story.fields[last.side, last.object, last.id, last.field]
    ours = [change for change in told if change.ours and change.number < last.number]
    if not ours:
        return False
    handed = found.story.handed.get((last.side, last.object, last.id), ())
    read = any(ours[-1].number <= version < last.number for _at, version in handed)
    return not read or last.at - ours[-1].at <= _SAME_SECOND


def _settled(
    found: Evidence, row: Row, partner: Row, line: Line, last: Change, to: Side, born: str
) -> bool:
    """Tell whether a field had been settled when *last* was written: we wrote it, or both agreed.

    *born* is when the two records met.
    """
    if stamp(last.at) < born:
        return False
    written = any(
        entry.kind in {"update", "create"} and entry.field in {line.crm, line.cadence}
        for entry in found.by_id.get(row.id, ())
        if born <= entry.at <= stamp(last.at)
    )
    before = found.story.fields[last.side, last.object, last.id, last.field]
    return written or any(
        line.agree(change.new, value, to, None)
        for change in before
        if change.number < last.number and not is_blank(change.new)
        for value in values_since(found, to, partner, line.name(to), change)
    )


def _keeps_what_it_wrote_over(found: Evidence) -> None:
    """See that a person's value that we wrote over stands in the history."""
    for effect in found.story.effects:
        change = effect.change
        kept = any(
            entry.field == change.field
            and entry.kind in {"update", "create"}
            and plain(entry.old) == plain(change.old)
            for entry in found.by_id.get(change.id, ())
        )
        if kept or is_blank(change.old):
            continue
        found.story.breach(
            Promise.LOSES_NOTHING,
            f"{change.side.word} {change.object} {change.id} {change.field}: {change.old!r} was "
            f"written over by {change.new!r}, and the history does not have it",
        )


def _no_twins(found: Evidence) -> None:
    for place, linked in found.linked.items():
        if len(linked) > 1:
            names = ", ".join(f"{p.map} {p.ids[place[0].other]}" for p in linked)
            found.story.breach(
                Promise.NO_TWINS, f"{place[1]} {place[2]} has several partners: {names}"
            )
    for side, store in found.stores.items():
        for described in store.description.objects:
            keys = [
                row.values.get(described.key_field)
                for row in store.rows(described.name)
                if described.key_field is not None
            ]
            held = [key for key in keys if key is not None]
            if len(held) != len(set(held)):
                found.story.breach(
                    Promise.NO_TWINS, f"two {described.name} of the {side.word} hold one key"
                )


def _budget(found: Evidence) -> None:
    """See that in no 24 hours more calls of the CRM were made than allowed."""
    limit, spent = found.history.book.limit, found.story.spent[Side.CRM]
    first, used = 0, 0
    for at, price in spent:
        used += price
        while spent[first][0] <= at - _DAY:
            used -= spent[first][1]
            first += 1
        if used > limit:
            found.story.breach(
                Promise.BUDGET, f"{used} calls in the 24 hours before {at}; {limit} are allowed"
            )
            return
