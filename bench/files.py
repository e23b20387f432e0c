"""How long rule files take: ten thousand rules, cold and from the cache, and a whole command."""

from __future__ import annotations

__all__ = ["measure_files"]

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from unittest.mock import patch

from bench.records import FILE_100, many_rules
from bench.rounds import Figure
from syncline.rules.catalog import Catalog
from syncline.rules.ruleset import load_rules
from syncline_grammar.parse import parse

RULES = 10_000
ROUNDS = 5
COMMANDS = 9


@contextmanager
def _scratch() -> Generator[Path]:
    """Yield a folder with a cache of its own in it, for us and for the commands we run."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with patch.dict(os.environ, {"XDG_CACHE_HOME": str(folder / "cache")}):
            yield folder


def _seconds(call: Callable[[], object], rounds: int) -> float:
    found: list[float] = []
    for _ in range(rounds):
        begin = time.perf_counter()
        call()
        found.append(time.perf_counter() - begin)
    return median(found)


def measure_files(known: Catalog) -> list[Figure]:
    """Return the figures, in seconds; the goals are seconds too."""
    text = many_rules(RULES)
    with _scratch() as folder:
        many, hundred = folder / "many.rules", folder / "hundred.rules"
        many.write_text(text, "utf-8")
        hundred.write_text(FILE_100, "utf-8")

        def cold() -> None:
            rules = load_rules(many, known)
            assert not rules.errors

        def cached() -> None:
            rules = load_rules(many, known, cached=True)
            assert not rules.errors

        def compiled() -> None:
            rules = load_rules(many, known, cached=True)
            assert len(rules.workflows) == RULES

        def command() -> None:
            words = [sys.executable, "-m", "syncline", "check", str(hundred)]
            done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=folder)
            assert done.returncode == 0, done.stdout + done.stderr

        parse(text)
        figures = [
            Figure(name=f"parse {RULES:,} rules", seconds=_seconds(lambda: parse(text), ROUNDS)),
            Figure(
                name=f"parse and check {RULES:,} rules", seconds=_seconds(cold, ROUNDS), goal=1.5
            ),
        ]
        cached()
        figures.append(
            Figure(
                name=f"parse and check {RULES:,} rules, from the cache",
                seconds=_seconds(cached, ROUNDS),
                goal=0.05,
            )
        )
        compiled()
        figures.append(
            Figure(
                name=f"compile {RULES:,} rules, from the cache", seconds=_seconds(compiled, ROUNDS)
            )
        )
        with patch.dict(os.environ, {"XDG_CACHE_HOME": "/dev/null"}):
            bare = _seconds(command, COMMANDS)
        command()
        figures += [
            Figure(name="syncline check, 100 lines", seconds=_seconds(command, COMMANDS), goal=0.4),
            Figure(name="syncline check, 100 lines, without a cache", seconds=bare),
        ]
    return figures
