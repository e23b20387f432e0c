"""Our key in the records that we create: in which field it stands, and what it says."""

from __future__ import annotations

__all__ = ["Keys", "source_of"]

from collections.abc import Mapping
from dataclasses import dataclass

from ..model import Side, Value
from ..rules.ruleset import RuleSet
from .past import Wrote


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The fields of both systems that hold our keys, and the ledger's id with which they begin."""

    instance: str
    fields: Mapping[tuple[Side, str], str | None]

    @classmethod
    def of(cls, rules: RuleSet, instance: str) -> Keys:
        """Return those of the two systems that *rules* connect."""
        fields = {
            (side, kind.name): kind.key_field
            for side, description in rules.catalog.descriptions.items()
            for kind in description.objects
        }
        return cls(instance=instance, fields=fields)

    def values(self, line: Wrote) -> dict[str, Value]:
        """Return what a write put into the record: its field, and our key if it was made by it."""
        side, name, _id = line.ref
        found = {line.field: line.new}
        field = self.fields.get((side, name))
        if line.kind == "create" and field is not None:
            found[field] = ":".join((self.instance, *line.across))
        return found


def source_of(key: str | None) -> str:
    """Return the id of the record that a key says a creation is for."""
    return (key or "").split(":", 2)[-1]
