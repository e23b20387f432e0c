"""What a mapping row means, told apart from the engine: the judge's own reading of the rules."""

from __future__ import annotations

__all__ = ["ENDS", "Kind", "Line", "MapSpec", "WorkflowSpec", "plain"]

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ..model import Side, Value, is_blank

_TABLE: Mapping[Value, Value] = {"Hot": 3, "Warm": 2, "Cold": 1}
_BACK: Mapping[Value, Value] = {number: word for word, number in _TABLE.items()}
#: The sides that an arrow leads to.
ENDS = {
    "<->": frozenset(Side),
    "->": frozenset({Side.CADENCE}),
    "<-": frozenset({Side.CRM}),
}


class Kind(StrEnum):
    """How a row's values correspond."""

    SAME = "same"
    PHONE = "phone"
    TABLE = "table"


def plain(value: Value) -> Value:
    """Return a value as it compares: outer space, capitals and punctuation do not count."""
    if is_blank(value):
        return None
    if isinstance(value, str):
        return "".join(sign for sign in value.casefold() if sign.isalnum()) or value.strip()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _digits(value: Value) -> Value:
    """Return a telephone number's digits, without the country that ``phone("US")`` adds."""
    if not isinstance(value, str):
        return value
    digits = "".join(sign for sign in value if sign.isdigit())
    return digits[1:] if len(digits) == 11 and digits.startswith("1") else digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of a map, as text and as what it means."""

    crm: str
    cadence: str
    arrow: str = "<->"
    words: str = ""
    kind: Kind = Kind.SAME
    #: newest, crm, cadence or hold.
    conflict: str = "newest"
    #: How changes are written to a side; ``always`` where nothing is said.
    to: Mapping[Side, str] = field(default_factory=dict[Side, str])
    erase: bool = False
    required: bool = False

    @property
    def text(self) -> str:
        """The row as it stands in a rule file."""
        return f"    {self.crm} {self.arrow} {self.cadence} {self.words}".rstrip()

    def name(self, side: Side) -> str:
        """Return the row's field on *side*."""
        return self.crm if side is Side.CRM else self.cadence

    @property
    def targets(self) -> frozenset[Side]:
        """The sides that changes may be written to."""
        return ENDS[self.arrow]

    def word(self, side: Side) -> str:
        """Return how changes are written to *side*."""
        return self.to.get(side, "always")

    def turn(self, value: Value, to: Side) -> Value:
        """Return what a value becomes on *to*; None for one that the row cannot turn."""
        if is_blank(value):
            return None
        if self.kind is Kind.TABLE:
            return _TABLE.get(value) if to is Side.CADENCE else _BACK.get(value)
        return value

    def turns(self, value: Value, to: Side) -> bool:
        """Tell whether the row can turn a value."""
        return is_blank(value) or self.kind is not Kind.TABLE or self.turn(value, to) is not None

    def alike(self, one: Value, other: Value) -> bool:
        """Tell whether two values of a side say the same."""
        if self.crm == "Phone":
            return _digits(one) == _digits(other)
        return plain(one) == plain(other)

    def agree(self, source: Value, target: Value, to: Side, length: int | None) -> bool:
        """Tell whether *target* is what *source* becomes there, give or take a system's habits.

        *length* is what the target takes: a longer text may be cut.
        """
        turned = self.turn(source, to)
        if self.crm == "Phone":
            return _digits(turned) == _digits(target)
        one, other = plain(turned), plain(target)
        if one == other:
            return True
        if isinstance(turned, str) and isinstance(target, str) and length is not None:
            cuts = {plain(turned[:length]), plain(turned.strip()[:length])}
            return len(target) >= length - 1 and other in cuts
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class MapSpec:
    """Two objects kept in step."""

    crm: str
    cadence: str
    lines: tuple[Line, ...]
    #: The sides that may be written at all: the map's arrow and the switches.
    targets: frozenset[Side]
    #: The sides on which a partner is deleted when its record is.
    deletes: frozenset[Side]
    #: Who may go over, by the side that changes come from.
    where: Mapping[Side, Callable[[Mapping[str, Value]], bool]]

    @property
    def name(self) -> str:
        """The map's name in the ledger."""
        return f"{self.crm}/{self.cadence}"

    def object(self, side: Side) -> str:
        """Return the object on *side*."""
        return self.crm if side is Side.CRM else self.cadence

    def opens(self, line: Line, to: Side, source: Mapping[str, Value]) -> bool:
        """Tell whether a change of *line* may go to a side for this record of the other."""
        where = self.where.get(to.other)
        return (
            to in self.targets
            and to in line.targets
            and line.word(to) != "never"
            and (where is None or where(source))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowSpec:
    """What is done to a prospect once its record fits."""

    name: str
    object: str
    criteria: str
    fits: Callable[[Mapping[str, Value]], bool]
    action: str
    target: str | None = None

    @property
    def text(self) -> str:
        """The workflow as it stands in a rule file."""
        what = "exit cadence" if self.target is None else f'move to cadence "{self.target}"'
        return (
            f'workflow "{self.name}" on {self.object} {{\n    when {self.criteria}\n'
            f"    then {what}\n}}"
        )
