"""How far a team was read: two times, and what was given of the last day.

The API lists calls by when they began, and shows them once they have ended. So each listing begins
a day before the end of the last, and what it shows again is told by what was given already.
"""

from __future__ import annotations

__all__ = ["LOOK_BACK", "Cursor"]

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from syncline import Activity

    from .rows import Left

#: No call lasts longer, and what was noted of one later is not seen any more.
LOOK_BACK = timedelta(days=1)


@dataclass(slots=True, kw_only=True)
class Cursor:
    """Where the next listings begin, of calls and of messages."""

    calls: datetime
    messages: datetime
    #: An activity's id -> when it was, in seconds, and a digest of what it said.
    given: dict[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])

    @classmethod
    def read(cls, text: str | None, since: datetime) -> Cursor:
        """Read a cursor; without one, or with one that does not read, begin at *since*."""
        try:
            found: dict[str, Any] = json.loads(text or "")
            return cls(
                calls=datetime.fromisoformat(found["calls"]),
                messages=datetime.fromisoformat(found["messages"]),
                given={id_: (at, said) for id_, (at, said) in found["given"].items()},
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls(calls=since, messages=since)

    def text(self) -> str:
        """Return it as text, without what no listing will show again."""
        oldest = int(min(self.calls, self.messages).timestamp())
        given = {id_: what for id_, what in self.given.items() if what[0] >= oldest}
        return json.dumps(
            {
                "calls": self.calls.astimezone(UTC).isoformat(),
                "messages": self.messages.astimezone(UTC).isoformat(),
                "given": given,
            },
            separators=(",", ":"),
        )

    def is_new(self, found: Activity | Left) -> bool:
        """Tell whether this was not given yet as it now is; it counts as given then."""
        said = hashlib.sha256(repr(found).encode()).hexdigest()[:12]
        what = (int(found.at.timestamp()), said)
        if self.given.get(found.id) == what:
            return False
        self.given[found.id] = what
        return True
