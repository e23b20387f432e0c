"""Delta queries: pages of what changed, and links that hold how far a reader has come."""

from __future__ import annotations

__all__ = ["Deltas", "Gone"]

import base64
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..shelf import Row, Shelf

ROOT = "https://graph.microsoft.com/v1.0"


class Gone(Exception):  # noqa: N818 - it is answered with 410
    """A link that is forgotten."""


class Deltas:
    """Rows of the shelf by the order in which they last changed."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._forgotten = 0

    def put(self, table: str, value: Row, changed: list[str] | None = None, n: int = 0) -> Row:
        """Add a row, or replace the one numbered *n*, of which these fields *changed*."""
        change = self._latest() + 1
        row = {"value": value, "change": change, "fields": changed}
        if n:
            kept = self._shelf.get(table, n)
            assert kept is not None
            return self._shelf.put(table, {**kept, **row, "n": n})
        return self._shelf.add(table, {**row, "made": change})

    def forget(self) -> None:
        """Let every link that was given end."""
        self._forgotten = self._latest() + 1
        self.put("marks", {})

    def page(
        self,
        table: str,
        path: str,
        asked: Mapping[str, str],
        size: int,
        fits: Callable[[Row, Mapping[str, str]], bool],
    ) -> dict[str, Any]:
        """Return one page: all that *fits* at first, then what changed, by the link's own token."""
        token = asked.get("$deltatoken") or asked.get("$skiptoken")
        state: dict[str, Any] = (
            json.loads(base64.urlsafe_b64decode(token))
            if token
            else {"begin": 0, "asked": dict(asked), "upto": self._latest(), "offset": 0}
        )
        if state["upto"] < self._forgotten:
            raise Gone
        if "$deltatoken" in asked:
            state = {**state, "begin": state["upto"], "upto": self._latest(), "offset": 0}
        found = [
            _shown(row, state["begin"])
            for row in sorted(self._shelf.rows(table), key=lambda row: row["change"])
            if state["begin"] < row["change"] <= state["upto"]
            and (state["begin"] or "@removed" not in row["value"])
            and ("@removed" in row["value"] or fits(row["value"], state["asked"]))
        ]
        end = state["offset"] + size
        shown = found[state["offset"] : end]
        more = end < len(found)
        state = {**state, "offset": end if more else 0}
        word = "skiptoken" if more else "deltatoken"
        mark = base64.urlsafe_b64encode(json.dumps(state).encode()).decode()
        return {
            "value": shown,
            f"@odata.{'next' if more else 'delta'}Link": f"{ROOT}{path}?${word}={mark}",
        }

    def _latest(self) -> int:
        tables = ("inbox", "sentitems", "events", "marks")
        return max((row["change"] for t in tables for row in self._shelf.rows(t)), default=0)


def _shown(row: Row, begin: int) -> Row:
    """Return a row whole to whom it is new, and what changed of it to all others."""
    value: Row = row["value"]
    if row["fields"] is None or row["made"] > begin or "@removed" in value:
        return value
    return {name: value[name] for name in ("id", "type", *row["fields"]) if name in value}
