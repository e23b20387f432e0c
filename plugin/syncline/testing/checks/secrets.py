"""That no secret shows itself."""

from __future__ import annotations

__all__ = ["no_secrets"]

import logging
import traceback
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager

from ...connector import Connector
from ...errors import FatalError, SynclineError
from ...model import Write
from ..bench import Bench
from ..check import AbsentError, Level, UnableError, check
from ..harness import can

#: Shorter texts stand in many a message by chance.
_SHORTEST = 8


@check(Level.SILVER, see="Settings and secrets")
def no_secrets(bench: Bench) -> None:
    """No secret stands in what a connection shows of itself, in a log, or in an error."""
    given = list(_secrets(bench))
    texts = [(name, text) for name, text in given if len(text) >= _SHORTEST]
    if not given:
        raise AbsentError("the connector is given no secret")
    if not texts:
        raise UnableError(f"no secret of the harness has {_SHORTEST} characters (`secrets`)")
    told: list[tuple[str, str]] = []
    main = bench.main
    with _listening() as logged:
        bench.create(1)
        bench.records()
        for weather in ("refused_access", "no_network", "rate_limit"):
            if can(bench.harness, weather) and weather not in bench.harness.absent:
                for doing, error in _errors(bench, getattr(bench.harness, weather)):
                    words = "".join(traceback.format_exception_only(error))
                    told.append((doing, f"{error} {error.message} {error.hint} {words}"))
    told += [("asked a connection for its repr", f"{main!r} {main}")]
    told += [("looked into the logs", line) for line in logged]
    told += [("looked at what was spent", word) for _price, word in bench.spending.calls]
    for bench.doing, text in told:
        for name, secret in texts:
            bench.want(secret not in text, f"the secret {name} stands in it")


def _secrets(bench: Bench) -> Iterator[tuple[str, str]]:
    yield from bench.harness.secrets().items()
    try:
        yield "token", bench.harness.access().token().text.reveal()
    except FatalError:
        return  # it declares no way in


def _errors(
    bench: Bench, weather: Callable[[], AbstractContextManager[object]]
) -> Iterator[tuple[str, SynclineError]]:
    """Yield what reading and writing raise in this weather, by a connection made in it."""
    name, fields = bench.object.name, bench.fields
    row = [Write(values=bench.values(1), key=bench.key(1))]

    def listed(connector: Connector) -> None:
        list(connector.changes(name, fields, None))

    def wrote(connector: Connector) -> None:
        connector.write(name, row)

    with weather():
        for call in (listed, wrote):
            try:
                call(bench.connect())
            except SynclineError as err:
                yield "looked at an error", err


class _Ears(logging.Handler):
    def __init__(self, heard: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self._heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        self._heard.append(self.format(record))


@contextmanager
def _listening() -> Generator[list[str]]:
    """Note every line that is logged, at any level."""
    heard: list[str] = []
    root, ears = logging.getLogger(), _Ears(heard)
    level = root.level
    root.addHandler(ears)
    root.setLevel(logging.DEBUG)
    try:
        yield heard
    finally:
        root.removeHandler(ears)
        root.setLevel(level)
