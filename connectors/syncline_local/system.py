"""What tells the embedded CRM from the embedded cadence, as data."""

from __future__ import annotations

__all__ = ["System"]

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncline import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """The conventions of one embedded system: its file, its ids and its own fields."""

    #: The file under the workspace's ``data`` folder.
    file: str
    id_field: str
    created_field: str
    modified_field: str
    #: What the ids of each object start with; its keys are the objects that have records.
    prefixes: Mapping[str, str]
    #: The digits that follow the prefix.
    digits: int
    #: The objects whose records a person can merge.
    mergeable: frozenset[str]
    #: What a new record gets where nothing was said, by object.
    defaults: Mapping[str, Mapping[str, Value]] = field(
        default_factory=dict[str, Mapping[str, Value]]
    )

    def record_id(self, object_name: str, number: str) -> str:
        """Return the id of the document kept under *number*."""
        return f"{self.prefixes[object_name]}{int(number):0{self.digits}d}"

    def number(self, object_name: str, record_id: str) -> str | None:
        """Return the number under which a record is kept; None for text that is no such id."""
        digits = record_id.removeprefix(self.prefixes[object_name])
        if not (digits.isascii() and digits.isdecimal()):
            return None
        number = str(int(digits))
        return number if self.record_id(object_name, number) == record_id else None
