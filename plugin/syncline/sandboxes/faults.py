"""The fault dial of a sandbox: how often it misbehaves, and in which of the ways of real vendors.

``timeout=2%,lost=1%,error=1%,limit=1%,row=5%`` reads: of 100 requests two are never heard, one is
done but its answer is lost, one meets a server that fails, one is refused for its rate; and of 100
rows of a batch five are refused by themselves.
"""

from __future__ import annotations

__all__ = ["Fault", "Faults", "parse_faults"]

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ..errors import WorkspaceError


class Fault(StrEnum):
    """One way in which a vendor fails."""

    #: The connection ends before the request takes effect.
    TIMEOUT = "timeout"
    #: The request takes effect, and the connection ends without an answer.
    LOST = "lost"
    #: The server answers that it failed (5xx), and nothing took effect.
    ERROR = "error"
    #: The vendor's own refusal of a caller that asks too often or has no budget left.
    LIMIT = "limit"
    #: One row of a batch is refused for a passing reason, the others are done.
    ROW = "row"


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """A dial, seeded: the same requests meet the same faults."""

    #: The share of requests, or of rows, that meet a fault: 0 to 1.
    shares: Mapping[Fault, float] = field(default_factory=dict[Fault, float])
    chance: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311 - a dial

    def strikes(self, fault: Fault) -> bool:
        """Draw: tell whether *fault* strikes this request, or this row."""
        share = self.shares.get(fault, 0.0)
        return share > 0 and self.chance.random() < share


def parse_faults(text: str, seed: int = 0) -> Faults:
    """Read ``timeout=2%,row=5%``; raise ``WorkspaceError`` for what is no fault or no share."""
    shares: dict[Fault, float] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        name, _, share = part.partition("=")
        try:
            fault, percent = Fault(name.strip()), float(share.strip().removesuffix("%"))
        except ValueError:
            percent = -1.0
            fault = Fault.ERROR
        if not 0 <= percent <= 100:
            known = ", ".join(Fault)
            raise WorkspaceError(
                f"`{part}` is no fault of a sandbox with its share",
                hint=f"Write for example `timeout=2%,row=5%`; there are: {known}.",
            )
        shares[fault] = percent / 100
    return Faults(shares=shares, chance=random.Random(seed))  # noqa: S311 - a dial, no secret
