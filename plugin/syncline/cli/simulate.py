"""`syncline simulate`: the engine against systems that misbehave, by a seed."""

from __future__ import annotations

__all__ = ["simulate"]

from typing import TYPE_CHECKING

import click

from .options import json_option, print_json
from .run import progress_line

if TYPE_CHECKING:
    from ..simulation.run import Failure, Result


@click.command()
@click.option(
    "--seed", type=click.IntRange(0, 1_000_000_000), help="The first seed; by default one by lot."
)
@click.option(
    "--histories",
    type=click.IntRange(1, 1_000_000),
    default=1000,
    show_default=True,
    help="How many histories, a seed each.",
)
@click.option("--verbose", is_flag=True, help="Tell a single history step by step.")
@json_option
def simulate(seed: int | None, histories: int, verbose: bool, as_json: bool) -> int:
    """Prove the engine: let it run between two systems that misbehave, and hold it to its promises.

    Nothing of yours is touched: systems, people, clock and ledger are made up in memory. A history
    that fails is told with the command that plays it again.

    Exit code 0: every promise was kept. 3: one was not.
    """
    from random import SystemRandom

    from ..simulation.run import replay, simulate as play

    if verbose and histories != 1:
        raise click.UsageError("`--verbose` tells one history: add `--histories 1`.")
    first = SystemRandom().randrange(1_000_000) if seed is None else seed
    if verbose and not as_json:
        failure = replay(first, click.echo)
        click.echo("Every promise was kept." if failure is None else _told(failure))
        return 0 if failure is None else 3
    with progress_line(quiet=as_json) as progress:
        result = play(
            first,
            histories,
            heard=lambda so_far: progress("histories", so_far.histories, histories),
        )
    if as_json:
        print_json(_document(result))
    else:
        _show(result)
    return 3 if result.failures else 0


def _document(result: Result) -> dict[str, object]:
    return {
        "seed": result.seed,
        "histories": result.histories,
        "kept": not result.failures,
        "digest": result.digest,
        "failures": [
            {
                "seed": failure.seed,
                "command": failure.command,
                "promises": [
                    {"promise": str(breach.promise), "what": breach.words}
                    for breach in failure.breaches
                ],
            }
            for failure in result.failures
        ],
        "happened": dict(sorted(result.tally.items())),
    }


def _show(result: Result) -> None:
    click.secho(
        f"{result.histories:,} histories from seed {result.seed} on. What happened in them:",
        bold=True,
    )
    for what, times in sorted(result.tally.items()):
        click.echo(f"{times:>10,}  {what}")
    click.echo(f"All plans together: {result.digest}")
    for failure in result.failures:
        click.secho(_told(failure), fg="red")
    if not result.failures:
        click.secho("Every promise was kept.", fg="green")


def _told(failure: Failure) -> str:
    lines = [f"Seed {failure.seed} breaks a promise:"]
    lines += [f"  {breach.promise}: {breach.words}" for breach in failure.breaches]
    return "\n".join([*lines, f"To see it happen: {failure.command}"])
