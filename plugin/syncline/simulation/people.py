"""The people at work in both systems: they add, edit, merge and delete as people do."""

from __future__ import annotations

__all__ = ["People"]

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from random import Random

from ..model import GoneKind, ObjectType, Side, Value
from .faults import Fault
from .habits import RefusedError
from .objects import CADENCES
from .records import Row
from .store import Store

_NAMES = ("Ada", "Björn", "Chloé", "Dmitri", "Esra", "Farid", "Grace", "Hiro")
_PLACES = ("Oslo", "Paris", "Rome ", "Nowhere", "Sevastopol", "Amsterdam W", "Lima")
_PHONES = ("(415) 555-01{0:02}", "+1 415 555 01{0:02}", "415.555.01{0:02}", "+331 70 18 99 {0:02}")
#: (object, field of the address) by side.
_OBJECTS = {Side.CRM: ("Lead", "Contact"), Side.CADENCE: ("prospect",)}


class People:
    """Everybody who is not us. What they do is drawn by lot."""

    def __init__(
        self,
        dice: Random,
        stores: Mapping[Side, Store],
        kinds: frozenset[Fault],
        objects: tuple[str, ...],
        tally: Counter[str],
        tell: Callable[[str], None],
        *,
        calls: bool,
    ) -> None:
        self._dice = dice
        self._stores = stores
        self._kinds = kinds
        self._objects = {Side.CRM: objects, Side.CADENCE: ("prospect",)}
        self._tally = tally
        self._tell = tell
        self._calls = calls
        self._drawn = 0
        self._people = 0

    def settle_in(self, count: int) -> None:
        """Bring *count* people into one system or both."""
        for _ in range(count):
            self._people += 1
            for side in self._dice.choice(((Side.CRM,), (Side.CADENCE,), tuple(Side))):
                self._add(side, self._people)

    def act(self) -> None:
        """Do one thing."""
        try:
            self._dice.choices((self._edit, self._edit_both, self._join, self._call, self._go),
                               (70, 12, 8, 6, 4))[0]()  # fmt: skip
        except RefusedError as err:
            self._tally["slips of people that a system refused"] += 1
            self._tell(f"a person's slip is refused: {err.code}")

    # -- what they do

    def _join(self) -> None:
        side = self._dice.choice(tuple(Side))
        if self._dice.random() < 0.6 or self._people == 0:
            self._people += 1
            self._add(side, self._people)
        else:
            self._add(side, self._dice.randint(1, self._people))

    def _add(self, side: Side, person: int) -> None:
        name = self._dice.choice(self._objects[side])
        store = self._stores[side]
        address = (
            f"p{person}@Example.com" if self._dice.random() < 0.2 else f"p{person}@example.com"
        )
        values: dict[str, Value] = {}
        kind = store.kind(name)
        for field in _fields(kind):
            if field in {"Email", "email"}:
                values[field] = address
            elif kind.get(field).required or self._dice.random() < 0.6:  # type: ignore[union-attr]
                length = kind.get(field).length  # type: ignore[union-attr]
                value = self._value(field)
                values[field] = value[:length] if isinstance(value, str) else value
        for needed in ("LastName", "last_name", "Company"):
            if needed in values and not str(values[needed] or "").strip():
                values[needed] = f"Needed{person}"
        id_ = store.insert(name, values)
        if side is Side.CADENCE and self._dice.random() < 0.5:
            store.enrolled[id_] = CADENCES[0]

    def _edit(self) -> None:
        side = self._dice.choice(tuple(Side))
        row = self._any(side)
        if row is not None:
            self._change(side, row, self._some_fields(side, row))

    def _edit_both(self) -> None:
        """Edit one thing in both systems: to the same, or to different values."""
        field = self._dice.choice(
            (("FirstName", "first_name"), ("City", "city"), ("Notes", "notes"), ("Score", "score"))
        )
        lead, prospect = self._any(Side.CRM), self._any(Side.CADENCE)
        if lead is None or prospect is None:
            return
        known = lead.values.get("Email")
        for row in self._stores[Side.CADENCE].rows("prospect"):
            if known and row.values.get("email") == known:
                prospect = row
        value = self._value(field[0])
        other = value if self._dice.random() < 0.3 else self._value(field[1])
        both = [(Side.CRM, lead, {field[0]: value}), (Side.CADENCE, prospect, {field[1]: other})]
        self._dice.shuffle(both)
        for side, row, values in both:
            self._change(side, row, values)

    def _call(self) -> None:
        cadence = self._stores[Side.CADENCE]
        prospect = self._any(Side.CADENCE)
        if prospect is None or not self._calls:
            return
        known = cadence.rows("activity")
        if known and self._dice.random() < 0.3:
            cadence.update(
                "activity", self._dice.choice(known).id, {"comments": self._token("said")}
            )
            return
        cadence.insert(
            "activity",
            {
                "prospect_id": prospect.id,
                "kind": self._dice.choice(("call", "call", "note")),
                "outcome": self._dice.choice(("Connected", "Connected", "No answer")),
                "comments": self._token("said"),
                "at": cadence.now().isoformat(),
            },
        )

    def _go(self) -> None:
        """Delete, merge, undelete or convert a record."""
        if Fault.GONE not in self._kinds:
            return
        side = self._dice.choice(tuple(Side))
        store, row = self._stores[side], self._any(side)
        if row is None:
            return
        what = self._dice.choice(("delete", "delete", "merge", "undelete", "convert"))
        same = [other for other in store.rows(row.object) if other.id != row.id]
        if what == "merge" and same:
            store.remove(row.object, row.id, GoneKind.MERGED, (row.object, same[0].id))
        elif what == "undelete":
            gone = [r for r in store.rows(row.object, gone=True)
                    if r.gone and r.gone.kind is GoneKind.DELETED]  # fmt: skip
            if gone:
                store.undelete(row.object, self._dice.choice(gone).id)
        elif what == "convert" and row.object == "Lead" and "Contact" in self._objects[Side.CRM]:
            described = store.kind("Contact")
            values = {f: row.values.get(f) for f in _fields(described)}
            made = store.insert("Contact", values)
            store.remove("Lead", row.id, GoneKind.CONVERTED, ("Contact", made))
        elif what == "delete":
            store.remove(row.object, row.id)
        else:
            return
        self._tally[Fault.GONE] += 1
        self._tally[f"records gone: {what}"] += 1

    # -- how

    def _change(self, side: Side, row: Row, values: Mapping[str, Value]) -> None:
        late = timedelta(0)
        if Fault.LATE in self._kinds and self._dice.random() < 0.2:
            late = timedelta(seconds=self._dice.uniform(5, 100))
            self._tally[Fault.LATE] += 1
        self._stores[side].update(row.object, row.id, values, late=late)
        self._tally["edits"] += 1

    def _any(self, side: Side) -> Row | None:
        rows = [row for name in self._objects[side] for row in self._stores[side].rows(name)]
        return self._dice.choice(rows) if rows else None

    def _some_fields(self, side: Side, row: Row) -> dict[str, Value]:
        fields = _fields(self._stores[side].kind(row.object))
        chosen = self._dice.sample(fields, self._dice.choice((1, 1, 2)))
        if "Status" in fields and self._dice.random() < 0.2:
            chosen = ["Status"]  # workflows ask for it
        return {name: self._edited(name, row.values.get(name)) for name in chosen}

    def _edited(self, name: str, held: Value) -> Value:
        """Return a fresh value, a blank, or the one that stands, made shorter or longer."""
        lot = self._dice.random()
        if name in {"Email", "email"}:
            return (
                held if lot < 0.9 else f"p{self._dice.randint(1, max(1, self._people))}@example.com"
            )
        if lot < 0.12:
            return None
        if isinstance(held, str) and name not in {"Rating", "Status"}:
            if lot < 0.2:
                return held[:-1]
            if lot < 0.26:
                return f"  {held} "
            if lot < 0.32:
                return f"{held}x"
        return self._value(name)

    def _value(self, name: str) -> Value:
        word = name.casefold().replace("_", "")
        if word == "rating":
            return self._dice.choice(("Hot", "Warm", "Cold", "None"))
        if word == "status":
            return self._dice.choice(("Open", "Working", "Closed"))
        if word == "priority":
            return self._dice.choice((1, 2, 3, 7))
        if word == "score":
            return self._dice.choice((1, 2.5, 3.125, self._dice.randint(0, 99)))
        if word == "phone":
            return self._dice.choice(_PHONES).format(self._dice.randint(0, 99))
        if word == "city":
            return self._dice.choice(_PLACES)
        return self._token(self._dice.choice(_NAMES))

    def _token(self, word: str) -> str:
        """Return a text that nobody wrote before."""
        self._drawn += 1
        return f"{word}{self._drawn}"


def _fields(kind: ObjectType) -> list[str]:
    return [field.name for field in kind.fields if field.updatable]
