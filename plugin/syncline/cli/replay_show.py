"""A replay as a person reads it."""

from __future__ import annotations

__all__ = ["show_replay"]

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..model import Side, Value
from ..replay.outcome import Example, Key, Line
from ..replay.result import Difference, Replay
from .signs import tame

_NARROW = 40
_KINDS = {
    "create": "new record",
    "update": "write",
    "delete": "deletion",
    "action": "action",
    "link": "link",
    "skip": "left alone",
    "hold": "held",
    "fail": "refused",
    "gone": "gone",
    "echo": "echo",
}
_STEPS = {"create": "create", "update": "update", "delete": "delete"}


def show_replay(out: Console, found: Replay, *, alone: bool) -> None:
    """Print what both sets of rules did, where they differ, and what cannot be known."""
    in_use, new = found.names
    out.print(
        f"Played {_amount(found.changes, 'change')} of {_amount(found.runs, 'run')} since "
        f"{found.since:%Y-%m-%d %H:%M} UTC"
        + (f", by {in_use}." if alone else f", by {in_use} (in use) and by {new}.")
    )
    out.print(_steps(found, alone=alone))
    if not alone:
        _show_differences(out, found)
        for line in _price(found):
            out.print(line)
    for line in _limits(found, alone=alone):
        out.print(Text(line))


def _steps(found: Replay, *, alone: bool) -> Table:
    table = Table(title="Records written", title_justify="left")
    for name in ("Side", "Object", "Step"):
        table.add_column(name)
    for name in ("Then", "In use", *(() if alone else ("New",))):
        table.add_column(name, justify="right")
    for (what, side, name), (past, now, new) in found.records.items():
        figures = (past, now) if alone else (past, now, new)
        table.add_row(Side(side).word, name, _STEPS[what], *(f"{n:,}" for n in figures))
    return table


def _show_differences(out: Console, found: Replay) -> None:
    if not found.differing:
        out.print("The new rules would have done exactly the same.", style="green")
        return
    out.print(Text("Where they differ", style="italic"))
    for line in found.differing:
        head = Text(_title(line.key), style="bold")
        head.append(
            f": {line.now.times:,} by the rules in use, {line.new.times:,} by the new ones; "
            f"{_amount(line.records, 'record')} otherwise",
            style="not bold",
        )
        out.print(head)
        for example in line.examples:
            out.print(Padding(_example(line, example), (0, 0, 0, 4)))
        if line.records > len(line.examples):
            more = line.records - len(line.examples)
            out.print(Padding(f"and {more:,} more", (0, 0, 0, 4)), style="dim")


def _title(key: Key) -> str:
    kind = _KINDS.get(key.kind, key.kind)
    if key.kind == "action":
        return key.what
    place = f"{key.object}.{key.field}" if key.field else key.object or key.map
    side = f" of the {Side(key.side).word}" if key.side else ""
    lost = f", a conflict that the {Side(key.lost).word} lost" if key.lost else ""
    return f"{kind} {place}{side}{lost}"


def _example(line: Difference, example: Example) -> Text:
    """Return one record: what it got by the rules in use, and by the new ones."""
    text = Text(f"{example.id}  ", style="dim")
    for number, (name, lines) in enumerate((("in use", example.mine), ("new", example.theirs))):
        text.append(f"{'; ' if number else ''}{name}: ", style="default")
        text.append(", ".join(_written(line.key, lines)) or "nothing")
    return text


def _written(key: Key, lines: Iterable[Line]) -> Iterator[str]:
    for old, new, rule in lines:
        where = f" [{rule}]" if rule else ""
        if key.kind == "update":
            yield f"{_shown(old)} -> {_shown(new)}{where}"
        elif key.field:
            yield f"{_shown(new)}{where}"
        else:
            yield f"yes{where}"


def _price(found: Replay) -> Iterator[str]:
    for side, (now, new) in found.price.items():
        unit = found.units[side]
        yield (
            f"Price in the {side.word}: {_amount(now, unit)} by the rules in use, "
            f"{_amount(new, unit)} by the new ones."
        )


def _limits(found: Replay, *, alone: bool) -> Iterator[str]:
    """Say what keeps the replay from being the past itself."""
    if found.at_once:
        words = ", ".join(
            f"{_STEPS[what]} {_amount(rows, name)} in the {Side(side).word}"
            for (what, side, name), rows in found.at_once.items()
        )
        yield (
            f"Before the first change the new rules would: {words}. That is for records that "
            "changed since; `syncline plan` with the new rules says it for all."
        )
    for each in found.unknown:
        yield (
            f"{each.object}.{each.field} of the {each.side.word} was never read: the new rules "
            "saw it blank, and what they made of it cannot be known."
        )
    if found.missed and not alone:
        yield (
            f"{_amount(found.missed, 'change')} were of records that would not be there by the "
            "new rules."
        )
    if found.worked_out:
        yield (
            f"No earlier state of {_amount(found.worked_out, 'record')} is kept: it was worked out "
            "from what was written to them and to their partners."
        )
    if found.undone:
        runs = ", ".join(map(str, found.undone))
        yield f"Runs that took others back are not played: {runs}."
    if found.untrue:
        yield (
            f"About {_amount(found.untrue, 'record')} the rules in use, played again, did "
            "otherwise than the history says: other rules, a person's decision, or a limit of "
            "calls was at work then"
            + (
                ", or their earlier state was not as it was worked out."
                if found.worked_out
                else "."
            )
        )
    else:
        yield "The rules in use, played again, did exactly what the history says was done."


def _amount(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _shown(value: Value) -> str:
    if value is None or value == "":
        return "(blank)"
    text = tame(str(value))
    return text if len(text) <= _NARROW else text[: _NARROW - 1] + "…"
