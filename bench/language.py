"""The rule language beside Python by hand and other engines, in one run, on the same records.

``python -m bench.language [--json]``. Every contender's answers are compared with ours on all
records before anything is measured. A contender that is not installed is named as missing.
"""

from __future__ import annotations

__all__ = ["main"]

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Any

from rich.console import Console
from rich.table import Table

from bench import by_hand, files
from bench.peers import PEERS, Peer
from bench.records import RULES, Record, many_rules, records
from bench.rounds import Contender, Figure, batched, measure, one_by_one
from syncline import Side
from syncline.plugins import load_plugins
from syncline.rules.catalog import Catalog
from syncline.rules.ruleset import RuleSet, load_rules
from syncline.rules.values import Clock

RECORDS = 4000
MANY = 1000
#: A record that nothing about is blank, so that each of the many rules is asked in full.
ASKED: Record = {"Status": "Working - Contacted", "AnnualRevenue": 500_000}

BY_HAND = "Python by hand"
OURS = "Syncline"


def catalog() -> Catalog:
    """Return the embedded systems' fields, and every function there is."""
    registry = load_plugins()
    offline = registry.connectors["local"].offline
    assert offline is not None
    return Catalog(
        systems=dict.fromkeys(Side, "local"),
        descriptions={side: offline(side) for side in Side},
        functions=registry.functions,
        connectors=("local",),
    )


def ready(text: str, known: Catalog) -> RuleSet:
    """Return the rules of *text*, compiled."""
    rules = load_rules(text, known)
    assert not rules.errors, [fault.message for fault in rules.errors]
    _ = rules.compiled
    return rules


def same(name: str, got: object, wanted: object) -> None:
    """Stop when somebody's answers are not ours: figures of different work say nothing."""
    assert got == wanted, f"{name} does not answer as {OURS} does"


def present(
    contenders: list[Contender], make: Callable[[Peer], Contender | None], what: str
) -> list[Figure]:
    """Measure *contenders* and every peer for which *make* returns one; name the others."""
    absent: list[Figure] = []
    for peer in PEERS:
        if find_spec(peer.package) is None:
            absent.append(Figure(name=peer.name, absent="not installed: `make bench` installs it"))
        elif (contender := make(peer)) is None:
            absent.append(Figure(name=peer.name, absent=what))
        else:
            contenders.append(contender)
    return measure(contenders) + absent


def criterion(rules: RuleSet, found: list[Record]) -> list[Figure]:
    """Measure six conditions, asked record by record."""
    rule = rules.workflows["Hot"]
    wanted = [rule.matches(record) for record in found]
    same(BY_HAND, [by_hand.fits(record) for record in found], wanted)

    clock = Clock(datetime.now(UTC))

    def with_clock(record: Record) -> bool:
        return rule.matches(record, None, clock)

    def peer_test(peer: Peer) -> Contender | None:
        if peer.test is None:
            return None
        test = peer.test()
        same(peer.name, [bool(test(record)) for record in found], wanted)
        return one_by_one(peer.name, test, found)

    return present(
        [
            one_by_one(BY_HAND, by_hand.fits, found),
            one_by_one(OURS, rule.matches, found, goal=1.6),
            one_by_one(f"{OURS}, its clock handed in", with_clock, found),
            one_by_one(
                "Python without blanks, case or types: other answers", by_hand.fits_naively, found
            ),
        ],
        peer_test,
        "knows whole tables alone",
    )


def criterion_batch(rules: RuleSet, found: list[Record]) -> list[Figure]:
    """Measure six conditions, asked of a list; who knows no lists is asked record by record."""
    rule = rules.workflows["Hot"]
    fits = by_hand.fits
    wanted = rule.matching(found)
    same(BY_HAND, [record for record in found if fits(record)], wanted)

    def peer_batch(peer: Peer) -> Contender | None:
        if peer.test_all is None:
            return None
        call = peer.test_all(found)
        same(peer.name, call(), wanted)
        return batched(f"{peer.name}, its table made before", call, len(found))

    return present(
        [
            batched(BY_HAND, lambda: [record for record in found if fits(record)], len(found)),
            batched(OURS, lambda: rule.matching(found), len(found), goal=1.0),
        ],
        peer_batch,
        "knows no lists: as above",
    )


def mapping(rules: RuleSet, found: list[Record]) -> list[Figure]:
    """Measure fifteen rows of a map, one record after another and as a list."""
    rule = rules.maps["Lead", "prospect"]
    turn = by_hand.to_cadence
    wanted = rule.to_cadence_all(found)
    same(OURS, [rule.to_cadence(record) for record in found], wanted)
    same(BY_HAND, [turn(record) for record in found], wanted)

    def peer_turn(peer: Peer) -> Contender | None:
        if peer.turn_all is not None:
            call = peer.turn_all(found)
            same(peer.name, call(), wanted)
            return batched(f"{peer.name}, its table made before", call, len(found))
        if peer.turn is None:
            return None
        one = peer.turn()
        same(peer.name, [one(record) for record in found], wanted)
        return one_by_one(peer.name, one, found)

    return present(
        [
            one_by_one(BY_HAND, turn, found),
            one_by_one(OURS, rule.to_cadence, found, goal=1.1),
            batched(f"{OURS}, as a list", lambda: rule.to_cadence_all(found), len(found), 1.1),
        ],
        peer_turn,
        "makes no records",
    )


def thousand(known: Catalog) -> list[Figure]:
    """Measure a thousand rules asked about one record."""
    numbers = range(1, MANY + 1)
    rules = list(ready(many_rules(MANY), known).workflows.values())
    tests = [by_hand.rule(number) for number in numbers]
    record = ASKED
    wanted = [rule.matches(record) for rule in rules]
    same(BY_HAND, [test(record) for test in tests], wanted)

    def peer_rules(peer: Peer) -> Contender | None:
        if peer.rule is None:
            return None
        theirs = [peer.rule(number) for number in numbers]
        same(peer.name, [bool(test(record)) for test in theirs], wanted)
        return batched(peer.name, lambda: [test(record) for test in theirs], MANY)

    return present(
        [
            batched(BY_HAND, lambda: [test(record) for test in tests], MANY),
            batched(OURS, lambda: [rule.matches(record) for rule in rules], MANY),
        ],
        peer_rules,
        "knows whole tables alone",
    )


def show(out: Console, title: str, figures: Sequence[Figure], unit: str) -> None:
    """Print one section: in seconds, or in works a second and their ratio to the work by hand."""
    table = Table(title=title, title_justify="left")
    table.add_column("")
    table.add_column(unit, justify="right")
    by_ratio = unit != "seconds"
    if by_ratio:
        table.add_column("times by hand", justify="right")
    table.add_column("goal", justify="right")
    for figure in figures:
        if figure.seconds is None or figure.ratio is None:
            cells, reached = _seconds_cells(figure)
        else:
            cells = [f"{1 / figure.seconds:,.0f}", f"{figure.ratio:.2f}"]
            reached = figure.goal is None or figure.ratio <= figure.goal
            cells.append("" if figure.goal is None else f"{figure.goal:g}")
        colour = None if figure.goal is None else "green" if reached else "red"
        table.add_row(figure.name, *cells, style=colour)
    out.print(table)


def _seconds_cells(figure: Figure) -> tuple[list[str], bool]:
    """Return what stands in the row of a figure that is compared with nothing."""
    if figure.seconds is None:
        return [f"[dim]{figure.absent}[/]"], True
    goal = "" if figure.goal is None else f"{figure.goal:g}"
    return [f"{figure.seconds:.3f}", goal], figure.goal is None or figure.seconds <= figure.goal


def main(words: Sequence[str] | None = None) -> None:
    """Measure, and print tables or JSON."""
    options = argparse.ArgumentParser(prog="python -m bench.language", description=__doc__)
    options.add_argument("--json", action="store_true", help="print JSON for machines")
    as_json: bool = options.parse_args(words).json
    out = Console(stderr=as_json, highlight=False)
    found = records(RECORDS)
    known = catalog()
    rules = ready(RULES, known)
    sections: list[tuple[str, str, Callable[[], list[Figure]]]] = [
        ("Six conditions, record by record", "records/s", lambda: criterion(rules, found)),
        ("Six conditions over a list", "records/s", lambda: criterion_batch(rules, found)),
        ("A map of fifteen rows", "records/s", lambda: mapping(rules, found)),
        ("A thousand rules about one record", "rules/s", lambda: thousand(known)),
        ("Files", "seconds", lambda: files.measure_files(known)),
    ]
    document: dict[str, Any] = {"python": sys.version.split()[0], "records": RECORDS}
    for title, unit, run in sections:
        figures = run()
        document[title] = {"unit": unit, "figures": [asdict(figure) for figure in figures]}
        if not as_json:
            show(out, title, figures, unit)
    if as_json:
        print(json.dumps(document, ensure_ascii=False))


if __name__ == "__main__":
    main()
