"""What a connection gets from outside, made for a test: secrets, a token, a purse, a clock."""

from __future__ import annotations

__all__ = ["FakeAccess", "Spending", "SpentError", "context_for"]

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import syncline_schemas

from ..access import Access, NoAccess, Secret, Token
from ..connector import ConnectorType, Context
from ..errors import RetriableError
from ..model import Description, Side
from .clock import VirtualClock


class SpentError(RetriableError):
    """The budget of a test is used up; a connector lets it pass through, like the engine's."""


@dataclass(slots=True)
class Spending:
    """Stands for ``Context.spend``: keeps each call's (price, word), and says no beyond a limit."""

    calls: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    #: The price that may be spent from now on; None for any.
    left: int | None = None

    @property
    def total(self) -> int:
        """The price of all calls so far."""
        return sum(price for price, _word in self.calls)

    def __call__(self, price: int, word: str) -> None:
        """Note one call. Raises ``SpentError`` when nothing is left for it."""
        if self.left is not None:
            if price > self.left:
                raise SpentError(f"no budget is left for `{word}`")
            self.left -= price
        self.calls.append((price, word))


@dataclass(slots=True)
class FakeAccess:
    """Stands for ``Context.access``: hands out *tokens* in turn, a new one at each renewal."""

    tokens: list[Token]
    renewals: int = 0

    @classmethod
    def of(cls, *texts: str, **extras: str) -> FakeAccess:
        """Return the access with these tokens; *extras* is what the vendor answered beside each."""
        return cls([Token(text=Secret(text), extras=extras) for text in texts])

    def token(self) -> Token:
        """Return the token in use."""
        return self.tokens[min(self.renewals, len(self.tokens) - 1)]

    def renew(self, refused: Token) -> Token:
        """Return the next token; the last one stays when there is no other."""
        if refused.text is self.token().text:
            self.renewals += 1
        return self.token()


def context_for(
    kind: ConnectorType,
    folder: Path,
    *,
    side: Side | None = None,
    settings: Mapping[str, Any] | None = None,
    secrets: Mapping[str, str] | None = None,
    clock: VirtualClock | None = None,
    spend: Spending | None = None,
    access: Access | None = None,
    description: Description | None = None,
) -> Context:
    """Return a context as the engine would make it for *kind*.

    Raises ``ValueError`` when the engine would refuse it: a side that the connector cannot be,
    settings that its schema does not take, a secret that it did not name.
    """
    side = side or min(kind.sides)
    if side not in kind.sides:
        raise ValueError(f"{kind.title} cannot be the {side.word}")
    if faults := syncline_schemas.check_against(kind.settings, dict(settings or {})):
        raise ValueError(f"settings of {kind.name}: {'; '.join(faults)}")
    named = {*kind.secrets, *(name for way in kind.ways for name in way.secrets)}
    if strange := set(secrets or {}) - named:
        raise ValueError(f"{kind.name} names no secret {', '.join(sorted(strange))}")
    return Context(
        side=side,
        settings=settings or {},
        secrets={name: Secret(text) for name, text in (secrets or {}).items()},
        folder=folder,
        now=clock or VirtualClock(),
        spend=spend or Spending(),
        access=access or NoAccess(),
        description=description,
    )
