"""The tree of a rule file: frozen, with spans, and free of any CRM's knowledge."""

from __future__ import annotations

from dataclasses import dataclass, field as _field
from typing import TypeAlias

from .diagnostics import Span
from .expressions import (
    Arithmetic as Arithmetic,
    Call as Call,
    Comparison as Comparison,
    Criterion as Criterion,
    Date as Date,
    Expression as Expression,
    FieldRef as FieldRef,
    Group as Group,
    Literal as Literal,
    Name as Name,
    Not as Not,
    Number as Number,
    Relative as Relative,
    Text as Text,
    Truth as Truth,
)
from .vocabulary import (
    Arrow as Arrow,
    ConflictWord as ConflictWord,
    Counted as Counted,
    Event as Event,
    Fallback as Fallback,
    Op as Op,
    Quantifier as Quantifier,
    Unit as Unit,
    WriteRule as WriteRule,
)


@dataclass(frozen=True, slots=True)
class Connect:
    """Which system stands on a side."""

    #: ``crm`` or ``cadence``.
    side: str
    system: Name
    span: Span = _field(compare=False)


@dataclass(frozen=True, slots=True)
class Schedule:
    """How often (K7, minutes), how much per 24 hours at most (K6), and how much may go at once."""

    minutes: int
    calls: int | None
    #: The hours in which that many calls are allowed, as written.
    hours: int
    span: Span = _field(compare=False)
    #: What the limit counts.
    counted: Counted = Counted.CALLS
    #: Per cent of an object's records; None where nothing is said.
    max_deletes: int | float | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """One direction switched on (K8, K9), for all records or those that fit the criterion."""

    source: str
    target: str
    where: Criterion | None
    span: Span = _field(compare=False)


@dataclass(frozen=True, slots=True)
class Admin:
    """The CRM admin (K14)."""

    email: str
    span: Span = _field(compare=False)


@dataclass(frozen=True, slots=True)
class Match:
    """A pair of fields that tell that two records are one (E8)."""

    crm: Name
    cadence: Name
    span: Span = _field(compare=False)


@dataclass(frozen=True, slots=True)
class Deletes:
    """``deletes ->``: which way a deletion goes on to the partner (B9)."""

    arrow: Arrow
    span: Span = _field(compare=False)


@dataclass(frozen=True, slots=True)
class Table:
    """``as { "Hot" = 3 }``: pairs of (CRM value, cadence value), and what else becomes."""

    entries: tuple[tuple[Literal, Literal], ...]
    otherwise: Literal | None
    span: Span = _field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldMapping:
    """One row of a map (K1, K2, E2)."""

    crm: Name
    arrow: Arrow
    cadence: Name
    span: Span = _field(compare=False)
    #: What the row says of each way; None where it says nothing, which means ``always``.
    to_cadence: WriteRule | None = None
    to_crm: WriteRule | None = None
    #: None means ``newest wins``.
    conflict: ConflictWord | None = None
    required: bool = False
    locked: bool = False
    erase: bool = False
    default: Literal | None = None
    using: Call | None = None
    table: Table | None = None
    otherwise: Fallback | None = None
    #: Words given twice, or against one another, in the order written.
    repeated: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class ObjectMap:
    """Which objects correspond, and how each field flows (K1)."""

    crm_object: Name
    arrow: Arrow
    cadence_object: Name
    matches: tuple[Match, ...]
    rows: tuple[FieldMapping, ...]
    span: Span = _field(compare=False)
    #: In a file without faults one at most.
    deletes: tuple[Deletes, ...] = ()


@dataclass(frozen=True, slots=True)
class ActionCall:
    """``exit``, ``move`` or ``next touch`` (K11); ``cadence`` names where a move goes."""

    action: str
    cadence: Text | None
    span: Span = _field(compare=False)


@dataclass(frozen=True, slots=True)
class Workflow:
    """What happens to a prospect when its record fits the criteria (K10, K11)."""

    name: str
    object: Name
    when: Criterion
    every_time: bool
    actions: tuple[ActionCall, ...]
    span: Span = _field(compare=False)


@dataclass(frozen=True, slots=True)
class Assignment:
    """One field of an activity and the text or value it gets."""

    field: Name
    value: Expression
    span: Span = _field(compare=False)


@dataclass(frozen=True, slots=True)
class DeletesToo:
    """``deletes``: when the activity is deleted where it was recorded, so is its copy."""

    span: Span = _field(compare=False)


@dataclass(frozen=True, slots=True)
class Activity:
    """Which activities recorded on one side appear on the other (K3, K4, K5, RS2)."""

    kind: Name
    #: The touch outcomes ticked; empty means every one.
    outcomes: tuple[Text, ...]
    #: The CRM's object.
    object: Name
    values: tuple[Assignment, ...]
    span: Span = _field(compare=False)
    #: Recorded in the CRM, to appear in the cadence.
    from_crm: bool = False
    #: Which of the CRM's records are activities of this kind.
    where: Criterion | None = None
    #: In a file without faults one at most.
    deletes: tuple[DeletesToo, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Allow:
    """When a channel may be used (RS7)."""

    channel: Name
    #: Weekdays, Monday is 0.
    days: tuple[int, ...]
    #: Minutes after midnight, [from, to); None is the whole day.
    hours: tuple[int, int] | None
    #: ``prospect``, ``user``, or the name of a zone; None is the user's.
    zone: str | None
    per_day: int | None
    per_user: bool
    gap_minutes: int | None
    #: Limits written, of which only one cap, one gap and one line of holidays count.
    limits: int
    #: Whose holidays are left out: ``prospect``, or a country as it is written; None is nobody's.
    holidays: str | None = None
    span: Span = _field(compare=False)

    @property
    def kinds_of_limit(self) -> int:
        """How many of the limits written count."""
        return sum(each is not None for each in (self.per_day, self.gap_minutes, self.holidays))


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field of a form."""

    field: Name
    required: bool
    read_only: bool
    choices: tuple[str, ...]
    default: Literal | None
    #: Words said again after they were said.
    repeated: int = 0
    span: Span = _field(compare=False)


@dataclass(frozen=True, slots=True)
class Form:
    """A form for new records (RS10)."""

    name: str
    object: Name
    fields: tuple[FormField, ...]
    span: Span = _field(compare=False)


@dataclass(frozen=True, slots=True)
class Given:
    """Values of a record, or of the last sync when ``object`` is None; ``at`` in minutes.

    Or, with an ``event``, what happened to the record (B9).
    """

    object: Name | None
    values: tuple[tuple[Name, Literal], ...]
    at: int | None
    span: Span = _field(compare=False)
    event: Event | None = None


@dataclass(frozen=True, slots=True)
class Expect:
    """What a record then holds; no values means ``unchanged``."""

    object: Name
    values: tuple[tuple[Name, Literal], ...]
    span: Span = _field(compare=False)


@dataclass(frozen=True, slots=True)
class ExpectAction:
    """What the workflows then do; no action means that none fires."""

    action: ActionCall | None
    span: Span = _field(compare=False)


@dataclass(frozen=True, slots=True)
class Test:
    """A case that the rules must pass."""

    name: str
    givens: tuple[Given, ...]
    expects: tuple[Expect | ExpectAction, ...]
    span: Span = _field(compare=False)


Statement: TypeAlias = (
    Connect | Schedule | Flow | Admin | ObjectMap | Workflow | Activity | Allow | Form | Test
)


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A whole rule file, its statements in the order written."""

    statements: tuple[Statement, ...]
