"""One record that both rule sets are asked about."""

from __future__ import annotations

__all__ = ["Subject"]

from collections.abc import Mapping
from dataclasses import dataclass

from ..model import FieldType, ObjectType, Side, Value, is_blank

Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One record that both rule sets are asked about."""

    side: Side
    type: ObjectType
    values: Values
    #: As it was before, for ``changed`` and ``was``; None: seen for the first time.
    before: Values | None
    at: str
    #: Whether these are all its values; of an activity that came over, the ledger keeps few.
    whole: bool = True

    @property
    def name(self) -> str:
        """What a person knows the record by: its id, its e-mail address, or its place."""
        for kind in (FieldType.ID, FieldType.EMAIL):
            for field in self.type.fields:
                if field.type is kind and not is_blank(value := self.values.get(field.name)):
                    return str(value)
        return self.at
