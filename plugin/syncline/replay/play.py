"""Play the changes of a span run by run, by the rules in use and by new ones, and compare (B7)."""

from __future__ import annotations

__all__ = ["play"]

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, func, select

from ..errors import WorkspaceError
from ..ledger import changes, cursors
from ..ledger.database import Ledger
from ..ledger.tables import calls
from ..model import Side
from ..rules.ruleset import RuleSet
from ..sync.systems import Progress
from .events import Teller
from .ours import Keys
from .outcome import Count, Example, Key, Runs, counts, differing, records
from .past import partners_made, refused, wrote
from .result import EXAMPLES, Difference, Replay, Unknown
from .span import Span, read_span
from .start import Start, read_start
from .system import Known, action_words
from .world import World


def play(
    ledger: Ledger,
    in_use: RuleSet,
    new: RuleSet,
    *,
    since: datetime,
    now: datetime,
    progress: Progress,
) -> Replay:
    """Return what *new* would have done since a moment, beside what *in_use* does.

    Reads *ledger*, and writes nothing anywhere. In memory are the records that changed in the
    span with their partners, and what each set of rules did to them.

    Raises ``WorkspaceError`` when nothing ran in that time, or the rules connect other systems;
    ``RulesError`` when either has errors.
    """
    if dict(in_use.systems) != dict(new.systems):
        raise WorkspaceError(
            f"{new.source.name} connects other systems than {in_use.source.name}",
            hint="Nothing is recorded of those; compare rules for the same two systems.",
        )
    keys = Keys.of(in_use, ledger.instance)
    with ledger.begin() as db:
        span = read_span(db, since)
        progress("reading what was", 0, None)
        start = read_start(db, span, [in_use, new], keys)
    with ExitStack() as closing:
        worlds: list[World] = []
        for rules in (in_use,) if new is in_use else (in_use, new):
            world = World(rules, ledger.instance, partial(_known, ledger), span.before)
            closing.callback(world.close)
            worlds.append(world)
        played = _play_all(ledger, span, start, worlds, keys, progress)
        return _compare(ledger, span, start, worlds, played, now)


def _known(ledger: Ledger, side: Side) -> Known:
    """Return what tells the ids that records of *side* got when they were created."""

    def ask(name: str, across: Sequence[str]) -> Mapping[str, str]:
        with ledger.begin() as db:
            return partners_made(db, side, name, across)

    return ask


def _play_all(
    ledger: Ledger,
    span: Span,
    start: Start,
    worlds: Sequence[World],
    keys: Keys,
    progress: Progress,
) -> int:
    """Play every run in each world; return how many changes there were."""
    teller = Teller(start.records, keys)
    for world in worlds:
        world.begin(start)
    actions = {
        workflow.at: [action_words(*action) for action in workflow.actions]
        for workflow in worlds[0].rules.compiled.workflows
    }
    played = 0
    for done, run in enumerate(span.runs):
        progress("playing runs", done, len(span.runs))
        with ledger.begin() as db:
            seen = changes.of_run(db, run.number, run.previewed)
            written = wrote(db, run.number)
            refusals = refused(db, run.number, actions)
        events = teller.tell(seen)
        for world in worlds:
            world.play(run.started, events, refusals)
        teller.heard(written)
        played += len(seen)
    return played


def _compare(
    ledger: Ledger, span: Span, start: Start, worlds: Sequence[World], played: int, now: datetime
) -> Replay:
    in_use, new = worlds[0], worlds[-1]
    spans: tuple[Runs, Runs, Runs] = (
        (span.first, span.last),
        (in_use.before + 1, _LAST),
        (new.before + 1, _LAST),
    )
    with ExitStack() as closing:
        db, mine = (closing.enter_context(each.begin()) for each in (ledger, in_use.ledger))
        theirs = mine if new is in_use else closing.enter_context(new.ledger.begin())
        done = [counts(each, runs) for each, runs in zip((db, mine, theirs), spans, strict=True)]
        rows = [records(each, runs) for each, runs in zip((db, mine, theirs), spans, strict=True)]
        untrue = len({one.id for _key, one in differing(db, mine, (spans[0], spans[1]))})
        found = {} if new is in_use else _differences(mine, theirs, (spans[1], spans[2]))
        at_once = records(theirs, (1, new.before))
        unknown = _unknown(db, new)
    prices = [_price(world) for world in (in_use, new)]
    return Replay(
        since=span.since,
        until=now,
        runs=len(span.runs),
        changes=played,
        undone=tuple(span.undone),
        names=(in_use.rules.source.name, new.rules.source.name),
        untrue=untrue,
        lines=tuple(
            Difference(
                key=key,
                past=done[0].get(key, Count()),
                now=done[1].get(key, Count()),
                new=done[2].get(key, Count()),
                records=found.get(key, (0, []))[0],
                examples=tuple(found.get(key, (0, []))[1]),
            )
            for key in sorted({key for each in done for key in each})
        ),
        records={
            place: (rows[0].get(place, 0), rows[1].get(place, 0), rows[2].get(place, 0))
            for place in sorted({place for each in rows for place in each})
        },
        at_once=dict(sorted(at_once.items())),
        price={side: (prices[0][side], prices[1][side]) for side in Side},
        units={s: d.prices.unit for s, d in new.rules.catalog.descriptions.items()},
        unknown=unknown,
        worked_out=len(start.worked_out),
        missed=new.missed,
    )


#: More runs than there will ever be.
_LAST = 2**31 - 1


def _unknown(db: Connection, world: World) -> tuple[Unknown, ...]:
    """Return the fields that rules read and no listing ever brought."""
    return tuple(
        Unknown(side=side, object=name, field=field)
        for side in Side
        for name, fields in world.reads[side].items()
        for cursor in (cursors.read_cursor(db, side, name),)
        for field in fields
        if cursor is None or field not in cursor.fields
    )


def _differences(
    mine: Connection, theirs: Connection, spans: tuple[Runs, Runs]
) -> dict[Key, tuple[int, list[Example]]]:
    """Return how many records differ in each line, and some of them."""
    found: dict[Key, tuple[int, list[Example]]] = {}
    for key, example in differing(mine, theirs, spans):
        times, some = found.get(key, (0, []))
        if len(some) < EXAMPLES:
            some.append(example)
        found[key] = (times + 1, some)
    return found


def _price(world: World) -> dict[Side, int]:
    """Return what the runs cost by side, those in which nothing came with them."""
    query = select(calls.c.side, func.sum(calls.c.price)).where(calls.c.run > world.before)
    with world.ledger.begin() as db:
        rows = db.execute(query.group_by(calls.c.side))
        spent = {Side(side): int(price) for side, price in rows}
    return {side: spent.get(side, 0) + world.polls[side] for side in Side}
