"""Who wins a conflict, under another name than the language has for the side."""

from __future__ import annotations

__all__ = ["winner_at"]

import re
from collections.abc import Iterator

from .finding import Finding, Site, rewritten

_MAP = re.compile(
    r"\bmap\s+(?P<crm>\w+|`[^`\n]+`)\s*(?:<->|->|<-)\s*(?P<cadence>\w+|`[^`\n]+`)", re.IGNORECASE
)
_WINS = re.compile(r"wins?(?!\w)", re.IGNORECASE)
_CRMS = {"salesforce", "hubspot", "pipedrive"}
_LATER = {"latest", "newer", "last", "later"}


def winner_at(site: Site) -> Iterator[Finding]:
    """Yield who is meant to win where reading stopped at `wins`."""
    found, word = _WINS.match(site.text, site.at), site.word_before
    if found is None or word is None or not site.in_rows:
        return
    said = word[0].lower()
    head = _MAP.search(site.text)
    better = None
    if said in _LATER:
        better = "newest wins"
    elif said in _CRMS or (head and said == head["crm"].strip("`").lower()):
        better = "crm wins"
    elif said == "prospect" or (head and said == head["cadence"].strip("`").lower()):
        better = "cadence wins"
    if better is not None:
        message = f"`{word[0]} {found[0]}` is written `{better}`"
        yield rewritten(site, word.start(), found.end(), better, message)
        return
    yield Finding(
        code="E110",
        message="a side wins, or the later change does",
        start=word.start(),
        end=found.end(),
        labels=(
            (word.start(), found.end(), "wanted: `crm wins`, `cadence wins` or `newest wins`"),
        ),
    )
