"""From the JSON form to a tree and its layout. The document was found valid before."""

from __future__ import annotations

__all__ = ["tree_of"]

from .. import syntax as s
from ..writing.layout import Layout
from ..writing.spelling import DAYS
from .read_values import NOWHERE, ValuesReader
from .write import ACTIONS, DIRECTIONS
from .write_values import Document

_ARROWS = {word: arrow for arrow, word in DIRECTIONS.items()}
_ACTIONS = {word: action for action, word in ACTIONS.items()}
_DAY_HOURS = 24


def tree_of(document: Document) -> tuple[s.RuleFile, Layout]:
    """Return the tree that *document* describes, without places, and its comments."""
    reader = _Reader()
    statements = tuple(reader.statement(statement) for statement in document["statements"])
    tree = reader.noted(s.RuleFile(statements), document)
    return tree, Layout(reader.lines, reader.feet)


class _Reader(ValuesReader):
    def statement(self, document: Document) -> s.Statement:
        return self.noted(self._statement(document), document)

    def _statement(self, document: Document) -> s.Statement:
        match document["kind"]:
            case "connect":
                return s.Connect(document["side"], self.name(document, "system"), NOWHERE)
            case "schedule":
                calls, hours = document.get("calls"), document.get("hours", _DAY_HOURS)
                counted = s.Counted(document.get("counted", s.Counted.CALLS))
                most = document.get("max_deletes")
                return s.Schedule(document["minutes"], calls, hours, NOWHERE, counted, most)
            case "sync":
                where = document.get("where")
                criterion = None if where is None else self.criterion(where)
                return s.Flow(document["from"], document["to"], criterion, NOWHERE)
            case "admin":
                return s.Admin(document["email"], NOWHERE)
            case "map":
                return self._map(document)
            case "workflow":
                return s.Workflow(
                    document["name"],
                    self.name(document, "object"),
                    self.criterion(document["when"]),
                    document.get("every_time", False),
                    tuple(self._action(action) for action in document["then"]),
                    NOWHERE,
                )
            case "activity":
                return self._activity(document)
            case "allow":
                return self._allow(document)
            case "form":
                fields = tuple(self._form_field(row) for row in document["fields"])
                return s.Form(document["name"], self.name(document, "object"), fields, NOWHERE)
            case _:
                return s.Test(
                    document["name"],
                    tuple(self._given(given) for given in document["given"]),
                    tuple(self._expect(expect) for expect in document["expect"]),
                    NOWHERE,
                )

    def _map(self, document: Document) -> s.ObjectMap:
        matches = (
            self.noted(s.Match(self.name(m, "crm"), self.name(m, "cadence"), NOWHERE), m)
            for m in document["matches"]
        )
        deletes = (
            self.noted(s.Deletes(_ARROWS[d["direction"]], NOWHERE), d)
            for d in document.get("deletes", ())
        )
        return s.ObjectMap(
            self.name(document, "crm"),
            _ARROWS[document["direction"]],
            self.name(document, "cadence"),
            tuple(matches),
            tuple(self._row(row) for row in document["rows"]),
            NOWHERE,
            tuple(deletes),
        )

    def _row(self, document: Document) -> s.FieldMapping:
        to_crm, to_cadence = document.get("to_crm"), document.get("to_cadence")
        conflict, otherwise = document.get("conflict"), document.get("otherwise")
        using, table = document.get("using"), document.get("table")
        row = s.FieldMapping(
            crm=self.name(document, "crm"),
            arrow=_ARROWS[document["direction"]],
            cadence=self.name(document, "cadence"),
            span=NOWHERE,
            to_cadence=None if to_cadence is None else s.WriteRule(to_cadence),
            to_crm=None if to_crm is None else s.WriteRule(to_crm),
            conflict=None if conflict is None else s.ConflictWord(conflict),
            required=document.get("required", False),
            locked=document.get("locked", False),
            erase=document.get("erase", False),
            default=self.maybe(document.get("default")),
            using=None if using is None else self.call(using),
            table=None if table is None else self._table(table),
            otherwise=None if otherwise is None else s.Fallback(otherwise),
        )
        return self.noted(row, document)

    def _table(self, document: Document) -> s.Table:
        entries = tuple(
            (self.noted(self.literal(entry["crm"]), entry), self.literal(entry["cadence"]))
            for entry in document["entries"]
        )
        table = s.Table(entries, self.maybe(document.get("otherwise")), NOWHERE)
        return self.noted(table, document)

    def _action(self, document: Document) -> s.ActionCall:
        cadence = document.get("cadence")
        target = None if cadence is None else s.Text(cadence, NOWHERE)
        return self.noted(s.ActionCall(_ACTIONS[document["kind"]], target, NOWHERE), document)

    def _activity(self, document: Document) -> s.Activity:
        values = (
            self.noted(
                s.Assignment(self.name(row, "field"), self.expression(row["value"]), NOWHERE), row
            )
            for row in document["values"]
        )
        return s.Activity(
            self.name(document, "activity"),
            tuple(s.Text(outcome, NOWHERE) for outcome in document.get("outcomes", ())),
            self.name(document, "object"),
            tuple(values),
            NOWHERE,
            from_crm=document.get("direction") == DIRECTIONS[s.Arrow.TO_CADENCE],
            where=None if "where" not in document else self.criterion(document["where"]),
            deletes=tuple(
                self.noted(s.DeletesToo(NOWHERE), each) for each in document.get("deletes", ())
            ),
        )

    def _allow(self, document: Document) -> s.Allow:
        hours = (document["from"], document["to"]) if "from" in document else None
        per_day, apart = document.get("per_day"), document.get("minutes_apart")
        holidays = document.get("holidays")
        return s.Allow(
            channel=self.name(document, "channel"),
            days=tuple(sorted(DAYS.index(day) for day in document["days"])),
            hours=None if hours is None else (_minutes(hours[0]), _minutes(hours[1])),
            zone=document.get("zone"),
            per_day=per_day,
            per_user=document.get("per_user", False),
            gap_minutes=apart,
            holidays=holidays,
            limits=sum(each is not None for each in (per_day, apart, holidays)),
            span=NOWHERE,
        )

    def _form_field(self, document: Document) -> s.FormField:
        row = s.FormField(
            field=self.name(document, "field"),
            required=document.get("required", False),
            read_only=document.get("read_only", False),
            choices=tuple(document.get("choices", ())),
            default=self.maybe(document.get("default")),
            span=NOWHERE,
        )
        return self.noted(row, document)

    def _given(self, document: Document) -> s.Given:
        last = document["kind"] == "last sync"
        record = None if last else self.name(document, "object")
        at = document.get("at")
        minutes = None if at is None else _minutes(at)
        event = None if document["kind"] != "event" else s.Event(document["event"])
        given = s.Given(record, self._values(document), minutes, NOWHERE, event)
        return self.noted(given, document)

    def _expect(self, document: Document) -> s.Expect | s.ExpectAction:
        match document["kind"]:
            case "no action":
                expect: s.Expect | s.ExpectAction = s.ExpectAction(None, NOWHERE)
            case "action":
                expect = s.ExpectAction(self._action(document["action"]), NOWHERE)
            case _:
                record = self.name(document, "object")
                expect = s.Expect(record, self._values(document), NOWHERE)
        return self.noted(expect, document)

    def _values(self, document: Document) -> tuple[tuple[s.Name, s.Literal], ...]:
        values: list[Document] = document.get("values", [])
        return tuple((self.name(row, "field"), self.literal(row["value"])) for row in values)


def _minutes(time: str) -> int:
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)
