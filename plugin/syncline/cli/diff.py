"""`syncline diff`: what new rules would do that the old ones do not, over real records (B7)."""

from __future__ import annotations

__all__ = ["diff"]

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import json_option, workspace_option

if TYPE_CHECKING:
    from ..difference.changes import Effect, RecordChange, RowGiven
    from ..difference.tally import Tally
    from ..difference.texts import TextChange

#: Examples that are shown, and names of columns.
_EXAMPLES = 5
_KINDS = {
    "newly": "would fire now for {}",
    "no longer": "would fire no more for {}",
    "otherwise": "would do something else for {}",
}
_NOT_KEPT = (
    "Activities that came over are not compared: what they held is not kept. "
    "`syncline replay` plays them again."
)
_TEXTS = {"added": "new", "removed": "gone", "changed": "changed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the two rule files and the records are called."""

    old: str
    new: str
    data: str


@click.command()
@click.argument("old", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("new", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--data",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Records: JSON, JSON Lines, or CSV with a head. In a workspace: those last seen.",
)
@click.option("--object", "object_name", help="The object that the records are of.")
@click.option("--now", help="The time that the rules read: 2026-11-22, 2026-11-22T15:40 (UTC).")
@click.option("--all", "every", is_flag=True, help="Show every record that differs.")
@workspace_option
@json_option
def diff(
    old: Path,
    new: Path,
    data: Path | None,
    object_name: str | None,
    now: str | None,
    every: bool,
    folder: Path,
    as_json: bool,
) -> int:
    """Compare the rules OLD with the rules NEW over records: what would be otherwise.

    For each record: the fields across that would get another value, the workflows that would fire
    under one file alone, and whether `sync … where` lets it through; of a recorded activity, what
    would appear of it. Records of a file are looked at as new ones; those last seen by a workspace
    have a record before.

    Exit code 0, whatever differs.
    """
    from ..difference.compare import Comparison
    from ..difference.subjects import Subjects
    from ..difference.tally import Tally, examples
    from ..difference.texts import text_changes
    from ..settings import FILE_NAME
    from .asking import clock_at
    from .rule_files import rules_of

    if data is None and not (folder / FILE_NAME).exists():
        raise click.UsageError("say which records: `--data leads.csv --object Lead`")
    before, after = rules_of(old, folder)[0], rules_of(new, folder)[0]
    comparison = Comparison(before, after, clock_at(now))
    subjects = Subjects(after.catalog, data, folder, object_name)
    tally = Tally()
    tally.walk(comparison, subjects)
    texts = text_changes(before, after)
    found = examples(comparison, subjects)
    names = Names(
        old=str(old), new=str(new), data="the records last seen" if data is None else data.name
    )
    shown = found if every else islice(found, _EXAMPLES)
    if as_json:
        from .diff_json import print_document

        print_document(names, tally, texts, shown)
    else:
        _show(names, tally, subjects.unknown, texts, shown, every=every)
        if data is None and tally.fields:
            click.echo("\nLinked records keep their values until one side changes them.")
        if data is None and any(change.key.kind == "activity" for change in texts):
            click.echo(f"\n{_NOT_KEPT}")
    return 0


def _show(
    names: Names,
    tally: Tally,
    unknown: Iterable[str],
    texts: Sequence[TextChange],
    shown: Iterable[RecordChange],
    *,
    every: bool,
) -> None:
    click.secho(f"{names.old} against {names.new}, over {names.data}", bold=True)
    records = "1 record" if tally.records == 1 else f"{tally.records:,} records"
    verdict = "none is treated otherwise" if not tally.changed else f"{tally.changed:,} differ"
    click.echo(f"{records}: {verdict}.")
    left_out = list(unknown)
    if left_out:
        click.echo(f"Not fields of the object, and left out: {', '.join(left_out)}.")
    for line in _summary(tally):
        click.echo(line)
    if tally.failed:
        click.secho(f"\n{tally.failed:,} could not be compared, for example:", fg="red")
        for fault in tally.faults:
            click.echo(f"  {fault.at}: {fault.reason}")
    if tally.changed:
        few = min(tally.changed, _EXAMPLES)
        more = f" ({few} of {tally.changed:,}; `--all` shows every one)"
        click.secho(f"\nRecords{'' if every or few == tally.changed else more}", bold=True)
        for change in shown:
            for line in _record(change):
                click.echo(line)
    _show_texts(tally, texts)


def _summary(tally: Tally) -> Iterator[str]:
    """Yield the counts: fields, records let through, workflows; each kind under its head."""
    if tally.fields:
        yield click.style("\nFields that would get something else", bold=True)
        for (map_name, side, field), count in tally.fields.most_common():
            object_name = map_name.split("/")[side == "cadence"]
            yield f"  {count:>7,}  {object_name} {field}"
    if tally.gates:
        yield click.style("\nRecords that go over", bold=True)
        for (map_name, side, through), count in tally.gates.most_common():
            crm, cadence = map_name.split("/")
            way = f"{crm} to {cadence}" if side == "crm" else f"{cadence} to {crm}"
            yield f"  {count:>7,}  {way}: {'now' if through else 'no more'}"
    if tally.workflows:
        yield click.style("\nWorkflows", bold=True)
        for (name, kind), count in tally.workflows.most_common():
            of = "1 record" if count == 1 else f"{count:,} records"
            yield f'  "{name}" {_KINDS[kind].format(of)}'


def _record(change: RecordChange) -> Iterator[str]:
    at = "" if change.at in {change.name, f"{change.object} {change.name}"} else f"  [{change.at}]"
    yield f"{click.style(f'{change.object} {change.name}', bold=True)}{click.style(at, fg='cyan')}"
    for field in change.fields:
        yield f"  {field.field}: {_value(field.old)} -> {_value(field.new)}"
        yield from _rows("old", field.old)
        yield from _rows("new", field.new)
    for gate in change.gates:
        yield f"  goes to the {gate.side.other.word} {'now' if gate.new.truth else 'no more'}"
        yield from _effect("old", gate.old)
        yield from _effect("new", gate.new)
    for workflow in change.workflows:
        does = {"newly": "fires now", "no longer": "fires no more", "otherwise": "does otherwise"}
        yield f'  workflow "{workflow.name}" {does[workflow.kind]}'
        yield from _effect("old", workflow.old)
        yield from _effect("new", workflow.new)


def _value(given: RowGiven | None) -> str:
    from ..rules.explaining.explanation import as_written

    if given is None:
        return "(no row)"
    if given.unturned:
        return "(left as it is)"
    return as_written(given.value) + ("" if given.follows else " at creation only")


def _rows(word: str, given: RowGiven | None) -> Iterator[str]:
    if given is None:
        return
    why = f"  ({given.unturned})" if given.unturned else ""
    yield f"      {word}  {given.text}{why}{click.style(f'  [{given.at}]', fg='cyan')}"


def _effect(word: str, effect: Effect | None) -> Iterator[str]:
    """Yield the answer of one rule file, and below it the rows that decide."""
    from .trees import seen_in_words, truth_word

    if effect is None:
        yield f"      {word}  there is no such workflow"
        return
    does = f": {effect.actions}" if effect.actions and effect.truth else ""
    at = click.style(f"  [{effect.at}]", fg="cyan")
    yield f"      {word}  {truth_word(effect.truth)}{does}{at}"
    for row in effect.rows:
        seen = seen_in_words(row)
        told = click.style(f"  ({seen})", dim=True) if seen else ""
        yield f"           {truth_word(row.truth, wide=True)} {row.text}{told}"


def _show_texts(tally: Tally, texts: Sequence[TextChange]) -> None:
    unshown = tally.unshown(texts)
    if not texts:
        click.echo("\nThe two files say the same.")
    elif unshown:
        click.secho("\nChanged in the text, and shown by none of these records", bold=True)
        for change in unshown:
            places = " -> ".join(at for at in (change.old_at, change.new_at) if at)
            place = click.style(f"  [{places}]", fg="cyan")
            click.echo(f"  {_TEXTS[change.kind]:<8} {change.words}{place}")
