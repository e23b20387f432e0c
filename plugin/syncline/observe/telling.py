"""How the engine tells what it does, without knowing who listens: once a page, batch or run.

Whoever listens is set for the duration of a cycle (``watching``). With nobody there, telling costs
one look at a variable.
"""

from __future__ import annotations

__all__ = ["Ear", "each_in_span", "span", "tell", "watching"]

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol, TypeAlias, TypeVar

T = TypeVar("T")
#: What may be told of anything: names of the rules and the systems, ids and figures.
Fact: TypeAlias = str | int | float | bool | None
_NOTHING: Mapping[str, str] = {}


class Ear(Protocol):
    """Somebody who listens."""

    def hear(self, event: str, facts: Mapping[str, Fact], values: Mapping[str, str]) -> None:
        """Take in an event of ``events.EVENTS``; *values* may tell of people."""

    def enter(self, name: str, facts: Mapping[str, Fact]) -> object:
        """Begin a span; return what ``leave`` is given."""

    def leave(self, span: object, error: BaseException | None) -> None:
        """End a span, well or with *error*."""


_ear: ContextVar[Ear | None] = ContextVar("syncline_ear", default=None)


@contextmanager
def watching(ear: Ear | None) -> Generator[None]:
    """Let *ear* hear what is told within the block."""
    token = _ear.set(ear)
    try:
        yield
    finally:
        _ear.reset(token)


def tell(event: str, values: Mapping[str, str] = _NOTHING, **facts: Fact) -> None:
    """Tell of *event*. What may name a person or quote a system goes into *values* alone."""
    ear = _ear.get()
    if ear is not None:
        ear.hear(event, facts, values)


@contextmanager
def span(name: str, **facts: Fact) -> Generator[None]:
    """Tell that the block is one piece of work, and how long it took."""
    ear = _ear.get()
    if ear is None:
        yield
        return
    begun = ear.enter(name, facts)
    try:
        yield
    except BaseException as err:
        ear.leave(begun, err)
        raise
    ear.leave(begun, None)


def each_in_span(name: str, items: Iterator[T]) -> Iterator[T]:
    """Yield what *items* yields; the making of each is a span, what is done with it is not."""
    while True:
        with span(name):
            try:
                item = next(items)
            except StopIteration:
                return
        yield item
