"""The values that flow through Syncline: frozen, without I/O, and the same for every system.

A record's values are JSON scalars, whatever the system: text, number, boolean, ``None``, and a
tuple of texts for a multi-picklist. Dates are ISO 8601 text (``2026-11-22``), date-times carry
their zone (``2026-11-22T15:40:00Z``). A connector translates at its own border.
"""

from __future__ import annotations

__all__ = [
    "Action",
    "ActionRequest",
    "ActivityTemplate",
    "Bulk",
    "Description",
    "Field",
    "FieldType",
    "Gone",
    "GoneKind",
    "ObjectType",
    "Outcome",
    "OutcomeStatus",
    "Page",
    "Position",
    "Prices",
    "Record",
    "Side",
    "Usage",
    "Value",
    "Write",
    "is_blank",
    "plain",
]

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

Value = str | int | float | bool | tuple[str, ...] | None


def is_blank(value: Value) -> bool:
    """Tell whether *value* is missing, null, empty or white space alone: one thing, blank."""
    return value is None or value == () or (isinstance(value, str) and not value.strip())


def plain(text: str) -> str:
    """Return *text* as every file and database takes it.

    Half a sign (a lone surrogate) becomes a question mark, and NUL becomes U+FFFD.
    """
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


class Side(StrEnum):
    """The two systems of a sync."""

    CRM = "crm"
    CADENCE = "cadence"

    # Enum's own is slow, and sides are keys in the innermost loops.
    __hash__ = str.__hash__

    @property
    def word(self) -> str:
        """The side as it stands in a sentence."""
        return "CRM" if self is Side.CRM else "cadence"

    @property
    def other(self) -> Side:
        """The side across."""
        return Side.CADENCE if self is Side.CRM else Side.CRM


class FieldType(StrEnum):
    """What a field holds; the type decides how its values compare."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    PICKLIST = "picklist"
    MULTI_PICKLIST = "multi-picklist"
    REFERENCE = "reference"
    ID = "id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of an object, as its system describes it."""

    name: str
    label: str
    type: FieldType
    #: The longest text that the system accepts, in characters; None when it sets no limit.
    length: int | None = None
    #: The values of a picklist, in the system's order.
    values: tuple[str, ...] = ()
    #: What the system itself calls each of the values, in their order; empty: the same.
    codes: tuple[str, ...] = ()
    #: A picklist that refuses any other value.
    restricted: bool = False
    #: The system refuses to create a record without it.
    required: bool = False
    creatable: bool = True
    updatable: bool = True
    #: What the system itself calls the field, where that is no name for people; empty: its name.
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectType:
    """One kind of record (Lead, prospect), as its system describes it."""

    name: str
    label: str
    fields: tuple[Field, ...]
    #: The field in which the system keeps *our* key, so that a creation repeated is one record.
    #: None: records of this object cannot be created by us.
    key_field: str | None = None
    #: Whether we may delete its records.
    deletable: bool = False
    #: What its calls cost, where that is not what the others cost; in the same unit.
    prices: Prices | None = None
    _by_name: Mapping[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {f.name: f for f in self.fields})

    def get(self, name: str) -> Field | None:
        """Return the field with exactly this API name."""
        return self._by_name.get(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something a cadence can do to a prospect, e.g. ``exit``, ``move``, ``next touch``."""

    name: str
    #: A sentence for the admin.
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityTemplate:
    """How a recorded activity of one *kind* lands in one object of a CRM (K3, K4)."""

    #: The name of the connector whose object this is.
    connector: str
    #: The kind of activity (``call``, ``email``, ``sms``, ``note``, ``meeting``, ``task``).
    kind: str
    object: str
    #: The field that names the Lead or Contact it happened with.
    person_field: str
    #: The field that takes the day it happened, if any.
    date_field: str | None = None
    #: Values every such record gets unless the rule says otherwise.
    values: Mapping[str, Value] = field(default_factory=dict[str, Value])


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """A second way to write, which pays for many records: one ``write`` is then one job."""

    #: A write of more records than this is a job.
    above: int
    #: The records that one job carries.
    size: int
    #: What a job costs from its beginning to the last of its outcomes.
    price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What a call costs, in the system's own unit, and how many records one call carries."""

    #: The vendor's word for its unit: "call", "token", "request".
    unit: str = "call"
    #: Price of one page of a listing, and the records in it.
    page: int = 1
    page_size: int = 2000
    #: Price of asking once what changed of an object and what went, where that is more than a page.
    poll: int = 0
    #: Price of one write call, and the records in it.
    write: int = 1
    write_size: int = 200
    #: Price of one action on one prospect.
    action: int = 1
    #: Price of one read of records by their ids, or of one look-up by our keys; each is of
    #: ``page_size`` at most.
    look: int = 1
    #: Prices of a look-up and of a deletion, where they are others than ``look`` and ``write``.
    lookup: int = 0
    delete: int = 0
    #: How creations and updates of many records go, where the system has a way of its own.
    bulk: Bulk | None = None

    def batch(self, rows: int) -> tuple[int, int]:
        """Return how many of *rows* that wait to be written one write carries, and its price."""
        if self.bulk is not None and rows > self.bulk.above:
            return self.bulk.size, self.bulk.price
        return self.write_size, self.write


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """All that a system says of itself: the type environment of the rules."""

    objects: tuple[ObjectType, ...]
    actions: tuple[Action, ...] = ()
    prices: Prices = Prices()
    #: Names an action may refer to (the cadences of a cadence platform).
    cadences: tuple[str, ...] = ()
    _by_name: Mapping[str, ObjectType] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {o.name: o for o in self.objects})

    def get(self, name: str) -> ObjectType | None:
        """Return the object with exactly this API name."""
        return self._by_name.get(name)

    def prices_of(self, name: str) -> Prices:
        """Return what calls for one object cost."""
        kind = self._by_name.get(name)
        return self.prices if kind is None or kind.prices is None else kind.prices


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record as its system last reported it."""

    object: str
    id: str
    values: Mapping[str, Value]
    #: When the system last changed it, by the system's own clock, in UTC.
    modified: datetime


class GoneKind(StrEnum):
    """How a record came to an end in its system (B9)."""

    DELETED = "deleted"
    #: It was merged into another record of its object.
    MERGED = "merged"
    #: It became a record of another object (a Lead that became a Contact).
    CONVERTED = "converted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A record that is no longer there, as its system reported it."""

    object: str
    id: str
    kind: GoneKind
    #: When it went, by the system's own clock, in UTC.
    at: datetime
    #: (object, id) of the record that takes its place; None after a deletion.
    into: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Position:
    """A place in a listing ordered by (modified, id): what comes next lies strictly after it.

    An empty ``id`` lies before every record of that instant, so a position made of a time alone
    includes that instant.
    """

    modified: datetime
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A run of records in (modified, id) order; ``position`` resumes the listing after it."""

    records: tuple[Record, ...]
    position: Position
    #: The system's own time when it answered, in UTC (its ``Date`` header).
    server_time: datetime
    #: Records that went in the same span of time: deleted, merged, converted.
    gone: tuple[Gone, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One record to create (``id`` is None, ``key`` is ours) or to update."""

    values: Mapping[str, Value]
    id: str | None = None
    key: str | None = None


class OutcomeStatus(StrEnum):
    """What became of one row of a batch."""

    DONE = "done"
    REFUSED = "refused"  # the system says no: correct the data
    RETRY = "retry"  # a passing fault of this row (a lock): try again later
    GONE = "gone"  # the record is no longer there


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The fate of one write or action, in the order asked."""

    status: OutcomeStatus
    #: The record's id, when it is known.
    id: str | None = None
    #: The vendor's own code and words, when it said no.
    code: str = ""
    message: str = ""

    @classmethod
    def done(cls, id_: str | None = None) -> Outcome:
        """Return the outcome of a row that took effect."""
        return cls(status=OutcomeStatus.DONE, id=id_)

    @classmethod
    def refused(cls, code: str, message: str = "", *, id_: str | None = None) -> Outcome:
        """Return the outcome of a row that the system says no to."""
        return cls(status=OutcomeStatus.REFUSED, id=id_, code=code, message=message)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRequest:
    """Ask a cadence to act on one prospect. The same ``key`` twice has one effect (K11)."""

    key: str
    action: str
    prospect: str
    #: The cadence to move to, for an action that needs one.
    target: str | None = None
    #: Why, for whoever reads the cadence's own history (RS12); empty: not said.
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What the vendor itself says was used of its limit, in its unit."""

    used: int
    allowed: int
