"""What becomes of whole records, in other words: `was deleted`, `delete ->`."""

from __future__ import annotations

__all__ = ["departure_at"]

import re
from collections.abc import Iterator

from .finding import Finding, Site, rewritten

_IGNORE = re.IGNORECASE
#: What happens to a record, as it is called elsewhere and here.
_EVENTS = {
    "deleted": "deleted", "removed": "deleted", "erased": "deleted", "merged": "merged",
    "converted": "converted", "undeleted": "undeleted", "restored": "undeleted",
    "recovered": "undeleted",
}  # fmt: skip
_EVENT = re.compile(
    r"(?:(?P<no>(?:is|was)\s+not|isn't|wasn't|has\s+not\s+been|hasn't\s+been)\s+|"
    r"(?:(?:has|have|had)(?:\s+been)?|is\s+being|was|were|gets?|got|been|is)\s+)?"
    rf"(?P<event>{'|'.join(_EVENTS)})(?=[ \t]*(?:[}})#\n]|$|(?:and|or|then|every|is|not)\b))",
    _IGNORE,
)
#: Where a condition begins.
_BEGINS = re.compile(r"(?:\b(?:when|and|or|not)\s+|[{(]\s*|(?:^|\n)[ \t]*)\Z", _IGNORE)
#: Up to the stop: the row, and the first name of the next one, which its arrow was taken to.
_DELETES = re.compile(
    r"^[ \t]*(?P<said>deletes?|deletions?|deleting|removes?|removals?)[ \t]*(?:<->|->|<-)"
    r"\s*(?:#[^\n]*\n\s*)*(?:(?:`[^`\n]+`|[\w.]+)\s*)?\Z",
    _IGNORE | re.MULTILINE,
)


def departure_at(site: Site) -> Iterator[Finding]:
    """Yield how what becomes of a record is written, where reading stopped."""
    if site.in_rows:
        yield from _deletes(site)
    elif site.head == "workflow":
        yield from _event(site)


def _event(site: Site) -> Iterator[Finding]:
    for found in _EVENT.finditer(site.text, site.code_start, site.line_end):
        better = f"is {_EVENTS[found['event'].lower()]}"
        better = f"not {better}" if found["no"] else better
        reached = found.start() <= site.at <= found.end() or found.end() == site.before
        begins = _BEGINS.search(site.text[site.code_start : found.start()])
        if reached and begins and found[0] != better:
            message = f"`{' '.join(found[0].split())}` is written `{better}`"
            yield rewritten(site, *found.span(), better, message)
            return


def _deletes(site: Site) -> Iterator[Finding]:
    """Find a row that is `deletes ->` in other words: nothing stands right of its arrow."""
    row = _DELETES.search(site.text[: site.at])
    if row is not None and row["said"] != "deletes":
        message = f"`{row['said']}` is written `deletes`"
        yield rewritten(site, *row.span("said"), "deletes", message)
