"""How far a mailbox and a calendar were read: what Google gave to go on with, and when."""

from __future__ import annotations

__all__ = ["Cursor"]

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

#: Where Google has forgotten how far we were, it is read again from so long before.
_OVERLAP = timedelta(days=1)


@dataclass(slots=True, kw_only=True)
class Cursor:
    """Of each half either Google's own mark, or "" to begin at ``since``."""

    history: str = ""
    sync: str = ""
    #: All that was there before has been seen.
    since: datetime

    @classmethod
    def read(cls, text: str | None, since: datetime) -> Cursor:
        """Read a cursor; without one, or with one that does not read, begin at *since*."""
        try:
            found: dict[str, Any] = json.loads(text or "")
            seen = datetime.fromisoformat(found["since"])
            return cls(
                history=str(found["history"]), sync=str(found["sync"]), since=min(seen, since)
            )
        except (ValueError, KeyError, TypeError):
            return cls(since=since)

    def text(self) -> str:
        """Return it as text."""
        since = self.since.astimezone(UTC).isoformat()
        return json.dumps(
            {"history": self.history, "sync": self.sync, "since": since}, separators=(",", ":")
        )

    def done(self, began: datetime) -> str:
        """Return it as text, after a listing that *began* then and came to its end."""
        self.since = began - _OVERLAP
        return self.text()
