"""Who took part: telephone numbers and addresses against those of prospects. Pure.

Numbers are compared in E.164, a prospect's read for its country; addresses without regard to case.
"""

from __future__ import annotations

__all__ = ["Matcher", "searched"]

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from ..functions.contact import phone
from ..model import FieldType, ObjectType, Record, Value

#: The prospect's field that its numbers are read for.
_COUNTRY = "country"
#: A text of several addresses, beside the fields of one each.
_OTHER_EMAILS = "other_emails"
#: Digits that a number has in common with itself, however it is written.
_TAIL = 6
_NO_DIGIT = re.compile(r"\D")
_BETWEEN = re.compile(r"[\s,;<>]+")


def searched(prospect: ObjectType) -> tuple[str, ...]:
    """Return the fields of a prospect that say how to reach it, and its country."""
    wanted = (FieldType.PHONE, FieldType.EMAIL)
    return tuple(
        field.name
        for field in prospect.fields
        if field.type in wanted or field.name in {_OTHER_EMAILS, _COUNTRY}
    )


class Matcher:
    """Finds the prospects of some parties. It is shown every prospect, and keeps the few."""

    def __init__(self, prospect: ObjectType, parties: Iterable[str]) -> None:
        fields = {field.name: field.type for field in prospect.fields}
        self._phones = [n for n in searched(prospect) if fields[n] is FieldType.PHONE]
        self._emails = [n for n in searched(prospect) if fields[n] is FieldType.EMAIL]
        self._folded = {party: _folded(party) for party in parties}
        self._wanted = {folded for folded in self._folded.values() if folded}
        # To read a number takes longer than all else: it is done where the last digits agree.
        self._tails = {each[-_TAIL:] for each in self._wanted if each.startswith("+")}
        self._found: dict[str, dict[str, None]] = defaultdict(dict)

    def show(self, record: Record) -> None:
        """Take a prospect into account."""
        for party in self._reached(record.values):
            if party in self._wanted:
                self._found[party][record.id] = None

    def prospects(self, party: str) -> tuple[str, ...]:
        """Return the ids of the prospects that a party may be: none, one, or several."""
        return tuple(self._found.get(self._folded[party], ()))

    def _reached(self, values: Mapping[str, Value]) -> Iterable[str]:
        for name in self._emails:
            yield str(values.get(name) or "").strip().casefold()
        for address in _BETWEEN.split(str(values.get(_OTHER_EMAILS) or "")):
            yield address.casefold()
        for name in self._phones:
            text = str(values.get(name) or "")
            if text and (_unusual(text) or _NO_DIGIT.sub("", text)[-_TAIL:] in self._tails):
                yield _number(text, str(values.get(_COUNTRY) or ""))


def _folded(party: str) -> str:
    return party.strip().casefold() if "@" in party else _number(party, "")


def _number(text: str, country: str) -> str:
    """Return a number in E.164, without its extension; an empty text when it cannot be read."""
    written = phone(text, country)
    return written.partition(";")[0] if written.startswith("+") else ""


def _unusual(text: str) -> bool:
    """Tell whether a number may end in something else than its last digits: an extension."""
    return any(sign.isalpha() or sign in ";,#" for sign in text)
