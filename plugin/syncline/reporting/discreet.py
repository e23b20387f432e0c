"""Reasons without what they may quote of a record."""

from __future__ import annotations

__all__ = ["bare"]

import re

#: A vendor's code before its words, which may quote a record.
_CODE = re.compile(r"[A-Z][A-Z0-9_]+(?=:|$)")
#: How many records share a key, and the id of one of them: what all such reasons do not share.
_FIRST = re.compile(r"^\d+(?= )")
_ID = re.compile(r"\b(?=\w*\d)\w{5,}\b")
_UNREADABLE = "a rule could not read the record"


def bare(kind: str, reason: str) -> str:
    """Return a reason without what it may quote of a record, and without its ids and numbers."""
    head = reason.partition(": ")[0]
    if kind != "fail" or head == _UNREADABLE:
        return _ID.sub("…", _FIRST.sub("several", head))
    code = _CODE.match(reason)
    return code[0] if code else "refused by the system, in words of its own"
