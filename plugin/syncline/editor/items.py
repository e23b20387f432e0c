"""What a list of completions is made of."""

from __future__ import annotations

__all__ = ["Item", "ItemKind", "quoted"]

from dataclasses import dataclass
from enum import StrEnum


class ItemKind(StrEnum):
    """What an item is; an editor shows a sign for it."""

    WORD = "word"
    SIGN = "sign"
    FIELD = "field"
    OBJECT = "object"
    FUNCTION = "function"
    VALUE = "value"
    SYSTEM = "system"
    CADENCE = "cadence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that may be put in the place of the characters from ``start`` to ``end``."""

    label: str
    kind: ItemKind
    insert: str
    start: int
    end: int
    detail: str = ""
    #: Markdown.
    documentation: str = ""
    #: What is typed to find it.
    filter: str = ""
    #: Lists begin with the lowest.
    rank: int = 0
    #: ``insert`` with a place for the cursor (``$0``), for an editor that understands it.
    snippet: str | None = None


def quoted(value: str) -> str:
    """Return *value* as a text of a rule file."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\t", "\\t") + '"'
