"""Query answers in parts: what is left of an answer waits under a locator."""

from __future__ import annotations

__all__ = ["Cursors"]

import re
from typing import Any

from .wire import Refusal, id_of

SMALLEST, LARGEST = 200, 2000
#: The vendor keeps that many for a user; opening one more ends the oldest.
OPEN = 10

_BATCH_SIZE = re.compile(r"\bbatchSize\s*=\s*(\d+)")


def batch_size(header: str) -> int:
    """Return the rows in a part, from the header ``Sforce-Query-Options``."""
    found = _BATCH_SIZE.search(header)
    return min(LARGEST, max(SMALLEST, int(found[1]))) if found else LARGEST


class Cursors:
    """The open cursors of the sandbox's one user."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[list[dict[str, Any]], int]] = {}
        self._count = 0

    def first(self, root: str, records: list[dict[str, Any]], size: int) -> dict[str, Any]:
        """Return the first part of an answer; the rest keeps the values of this moment."""
        if len(records) <= size:
            return {"totalSize": len(records), "done": True, "records": records}
        self._count += 1
        locator = id_of("01g", self._count)
        self._open[locator] = (records, size)
        for oldest in list(self._open)[:-OPEN]:
            del self._open[oldest]
        return self._part(root, locator, 0)

    def more(self, root: str, place: str) -> dict[str, Any]:
        """Return the part that ``nextRecordsUrl`` names as ``locator-offset``."""
        locator, _, offset = place.partition("-")
        if locator not in self._open or not offset.isdigit():
            raise Refusal("INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._part(root, locator, int(offset))

    def _part(self, root: str, locator: str, start: int) -> dict[str, Any]:
        records, size = self._open[locator]
        end = start + size
        part: dict[str, Any] = {"totalSize": len(records), "done": end >= len(records)}
        if not part["done"]:
            part["nextRecordsUrl"] = f"{root}/query/{locator}-{end}"
        return {**part, "records": records[start:end]}
