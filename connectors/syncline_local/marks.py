"""The mark that a record which ended leaves in its document: how, and into what (B9)."""

from __future__ import annotations

__all__ = ["CLEARED", "MARK", "gone", "is_sound", "kind_of", "marked", "stands"]

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from syncline import Gone, GoneKind

if TYPE_CHECKING:
    from datetime import datetime

#: The name under which the mark stands in a document; no field has it.
MARK = "_gone"
#: What an undelete writes.
CLEARED: Mapping[str, Any] = {MARK: None}


def marked(kind: GoneKind, into: tuple[str, str] | None = None) -> Mapping[str, Any]:
    """Return what an end writes; *into* is (object, id) of the record that takes the place."""
    return {MARK: {"kind": str(kind)} | ({"into": list(into)} if into else {})}


def kind_of(document: Mapping[str, Any]) -> GoneKind | None:
    """Return how a record ended; None while it is in use."""
    return GoneKind(document[MARK]["kind"]) if MARK in document else None


def stands(document: Mapping[str, Any]) -> bool:
    """Tell whether a record can be read: a converted one can, a deleted or merged one cannot."""
    return kind_of(document) in {None, GoneKind.CONVERTED}


def gone(object_name: str, record_id: str, document: Mapping[str, Any], at: datetime) -> Gone:
    """Return what a listing says of a record that ended."""
    into = document[MARK].get("into")
    return Gone(
        object=object_name,
        id=record_id,
        kind=GoneKind(document[MARK]["kind"]),
        at=at,
        into=(into[0], into[1]) if into else None,
    )


def is_sound(document: Mapping[str, Any]) -> bool:
    """Tell whether the mark of a document, if it has one, can be read."""
    match document.get(MARK):
        case None:
            return MARK not in document
        case {"kind": "deleted", **rest}:
            return not rest
        case {"kind": "merged" | "converted", "into": [str(), str()], **rest}:
            return not rest
        case _:
            return False
