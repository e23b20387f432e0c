"""The embedded CRM and cadence, with real files: what they take, refuse, list and survive."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

import syncline_local
from syncline import (
    ActionRequest,
    Connector,
    ConnectorType,
    Context,
    FatalError,
    FieldType,
    Outcome,
    OutcomeStatus,
    Position,
    Record,
    Side,
    Value,
    WorkspaceError,
    Write,
)
from syncline_local.connection import LocalConnection
from syncline_local.crm import LocalCrm

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LEAD: dict[str, Value] = {"LastName": "Doe", "Company": "Acme"}
PROSPECT: dict[str, Value] = {"first_name": "Jo", "last_name": "Doe", "company_name": "Acme"}
DONE = OutcomeStatus.DONE
REFUSED = OutcomeStatus.REFUSED
GONE = OutcomeStatus.GONE
MERGED_INTO_NOTHING = """{"_meta": {"1": {"version": 2}}, "Task": {
    "7": {"SystemModstamp": "2026-11-22T12:00Z", "_gone": {"kind": "merged"}}}}"""


@dataclass
class Clock:
    """A clock that goes on by *step* each time it is read."""

    at: datetime = NOON
    step: timedelta = timedelta(seconds=1)

    def __call__(self) -> datetime:
        now, self.at = self.at, self.at + self.step
        return now


@dataclass
class Bench:
    """The connector type, opened on one folder with one clock; what it spent is kept."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    spent: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])

    def open(self, side: Side) -> Connector:
        context = Context(
            side=side,
            settings={},
            secrets={},
            folder=self.folder,
            now=self.clock,
            spend=lambda price, word: self.spent.append((price, word)),
        )
        return connector_type().open(context)

    def file(self, side: Side) -> Path:
        return self.folder / "data" / f"{side}.json"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture
def crm(bench: Bench) -> Iterator[Connector]:
    connector = bench.open(Side.CRM)
    yield connector
    connector.close()


@pytest.fixture
def cadence(bench: Bench) -> Iterator[Connector]:
    connector = bench.open(Side.CADENCE)
    yield connector
    connector.close()


def connector_type() -> ConnectorType:
    (found,) = syncline_local.syncline_register_connectors()
    return found


def listing(
    connector: Connector,
    name: str,
    fields: Sequence[str] = (),
    since: Position | None = None,
) -> list[Record]:
    pages = connector.changes(name, fields, since)
    return [record for page in pages for record in page.records]


def only(outcomes: Sequence[Outcome]) -> Outcome:
    (outcome,) = outcomes
    return outcome


def create(
    connector: Connector, name: str, values: Mapping[str, Value], key: str | None = None
) -> str:
    outcome = only(connector.write(name, [Write(values=values, key=key)]))
    assert (outcome.status, outcome.code) == (DONE, "")
    assert outcome.id is not None
    return outcome.id


def state_of(connector: Connector, prospect: str) -> list[tuple[Value, ...]]:
    fields = ("prospect_id", "cadence_name", "touch", "state")
    return [
        tuple(record.values[name] for name in fields[1:])
        for record in sorted(listing(connector, "enrolment", fields), key=lambda r: r.id)
        if record.values["prospect_id"] == prospect
    ]


def ask(
    connector: Connector, key: str, action: str, prospect: str, target: str | None = None
) -> Outcome:
    request = ActionRequest(key=key, action=action, prospect=prospect, target=target)
    return only(connector.act([request]))


# What it says of itself


@pytest.mark.parametrize("side", list(Side))
def test_description_is_known_without_a_file(side: Side, tmp_path: Path) -> None:
    """The offline description is that of a new system, and asking for it makes no file."""
    offline = connector_type().offline
    assert offline is not None
    described = offline(side)
    assert list(tmp_path.iterdir()) == []
    connector = Bench(tmp_path).open(side)
    assert described == connector.describe()
    connector.close()


@pytest.mark.parametrize("side", list(Side))
def test_every_object_has_an_id_and_names_its_own_key_field(side: Side, bench: Bench) -> None:
    """Each object has one id field, and a key field, where it has one, that exists."""
    connector = bench.open(side)
    for kind in connector.describe().objects:
        assert sum(f.type is FieldType.ID for f in kind.fields) == 1
        assert kind.key_field is None or kind.get(kind.key_field) is not None
        assert len(kind.fields) == len({f.name for f in kind.fields})
        assert len(kind.fields) == len({f.label for f in kind.fields})
    assert bench.spent == []


def test_activity_templates_fill_fields_that_exist(crm: Connector) -> None:
    """Each kind of activity lands in an object and in fields that the CRM has (K4)."""
    templates = list(syncline_local.syncline_register_activity_templates())
    assert sorted(template.kind for template in templates) == [
        "call",
        "email",
        "meeting",
        "note",
        "sms",
        "task",
    ]
    for template in templates:
        kind = crm.describe().get(template.object)
        assert kind is not None
        names = [template.person_field, *template.values]
        names += [template.date_field] if template.date_field else []
        assert [name for name in names if kind.get(name) is None] == []
        create(crm, template.object, {template.person_field: "00Q000000000001", **template.values})


def test_new_cadence_file_starts_with_three_cadences(cadence: Connector) -> None:
    """A cadence opened for the first time has three cadences, each with its touches."""
    assert cadence.describe().cadences == ("Nurture Q3", "New leads", "Re-engage")
    touches = [r.values["touches"] for r in listing(cadence, "cadence", ["touches"])]
    assert touches == [4, 6, 5]


# Listing


def test_pages_of_equal_times_lose_and_repeat_nothing(crm: Connector, bench: Bench) -> None:
    """2,500 records of one instant come in three pages, in order of id, each once."""
    rows = [Write(values=LEAD, key=f"k{number}") for number in range(2500)]
    created = [outcome.id for outcome in crm.write("Lead", rows)]
    bench.spent.clear()
    pages = list(crm.changes("Lead", ["Company"], None))
    assert [len(page.records) for page in pages] == [1000, 1000, 500]
    listed = [record.id for page in pages for record in page.records]
    assert sorted(map(str, created)) == listed
    assert len({record.modified for page in pages for record in page.records}) == 1
    assert bench.spent == [(1, "list")] * 3


def test_each_position_resumes_after_its_page(crm: Connector) -> None:
    """A listing begun at the position of any page gives the rest, and nothing of before."""
    crm.write("Lead", [Write(values=LEAD) for _ in range(2100)])
    pages = list(crm.changes("Lead", (), None))
    everything = [record.id for page in pages for record in page.records]
    seen = 0
    for page in pages:
        seen += len(page.records)
        assert everything[seen:] == [r.id for r in listing(crm, "Lead", since=page.position)]


def test_a_position_of_a_time_alone_includes_that_instant(crm: Connector) -> None:
    """A record changed at exactly the time asked for is listed."""
    create(crm, "Lead", LEAD)
    (record,) = listing(crm, "Lead")
    assert [record] == listing(crm, "Lead", since=Position(modified=record.modified))


def test_an_empty_listing_still_tells_the_time(crm: Connector, bench: Bench) -> None:
    """Where nothing changed there is one page, at the position asked for."""
    since = Position(modified=NOON - timedelta(days=1))
    expected = bench.clock.at
    (page,) = crm.changes("Lead", (), since)
    assert ((), since, expected) == (page.records, page.position, page.server_time)
    (first,) = crm.changes("Lead", (), None)
    create(crm, "Lead", LEAD)
    assert len(listing(crm, "Lead", since=first.position)) == 1


def test_record_changed_between_two_pages_is_seen_with_its_change(crm: Connector) -> None:
    """A page already read does not hide a later change, and nothing else is lost."""
    ids = [
        outcome.id or "" for outcome in crm.write("Lead", [Write(values=LEAD) for _ in range(1500)])
    ]
    pages = crm.changes("Lead", ["Title"], None)
    first = next(pages)
    crm.write("Lead", [Write(values={"Title": "CEO"}, id=ids[0])])
    later = [record for page in pages for record in page.records]
    assert set(ids) == {r.id for r in first.records} | {r.id for r in later}
    assert (ids[0], "CEO") == (later[-1].id, later[-1].values["Title"])


@pytest.mark.parametrize("step", [timedelta(0), timedelta(seconds=-30)])
def test_stamps_rise_even_if_the_clock_does_not(step: timedelta, tmp_path: Path) -> None:
    """A later write is listed after the position of an earlier one, whatever the clock does."""
    crm = Bench(tmp_path, Clock(step=step)).open(Side.CRM)
    first, second = (create(crm, "Lead", LEAD) for _ in range(2))
    position = list(crm.changes("Lead", (), None))[-1].position
    assert second == position.id
    crm.write("Lead", [Write(values={"Title": "CEO"}, id=first)])
    assert [first] == [record.id for record in listing(crm, "Lead", since=position)]


def test_values_are_those_asked_for(crm: Connector) -> None:
    """A record holds the requested fields alone, None where it is blank."""
    lead = create(crm, "Lead", LEAD)
    fields = ["Id", "LastName", "Title", "Status", "SystemModstamp"]
    (record,) = crm.read("Lead", [lead, "00Q000000000099", "nonsense", lead], fields)
    assert record.values == {
        "Id": "00Q000000000001",
        "LastName": "Doe",
        "Title": None,
        "Status": "Open - Not Contacted",
        "SystemModstamp": "2026-11-22T12:00:00.000Z",
    }
    assert record.modified == NOON


def test_unknown_names_are_fatal_and_said(crm: Connector) -> None:
    """An object or a field that does not exist stops the call before it costs anything."""
    with pytest.raises(FatalError, match=r"no object Deal"):
        crm.changes("Deal", (), None)
    with pytest.raises(FatalError, match=r"Lead has no field first_name"):
        crm.read("Lead", ["00Q000000000001"], ["first_name"])


# Writing


def test_bad_rows_fail_alone(crm: Connector) -> None:
    """Each row has its own outcome in the order asked; the good ones are written."""
    lead = create(crm, "Lead", LEAD)
    contact = {"LastName": "Roe"}
    cases: list[tuple[str, Write]] = [
        ("", Write(values=LEAD | {"Email": "jo@acme.example"})),
        ("INVALID_FIELD", Write(values=LEAD | {"Colour": "red"})),
        ("INVALID_FIELD", Write(values=LEAD | {"IsConverted": True})),
        ("INVALID_FIELD", Write(values={"SystemModstamp": "2026-11-22T12:00:00Z"}, id=lead)),
        ("REQUIRED_FIELD_MISSING", Write(values=contact)),
        ("REQUIRED_FIELD_MISSING", Write(values=LEAD | {"Company": "  "})),
        ("REQUIRED_FIELD_MISSING", Write(values={"LastName": None}, id=lead)),
        ("STRING_TOO_LONG", Write(values={"Title": "x" * 129}, id=lead)),
        ("INVALID_TYPE", Write(values={"AnnualRevenue": "1000"}, id=lead)),
        ("INVALID_TYPE", Write(values={"AnnualRevenue": True}, id=lead)),
        ("INVALID_TYPE", Write(values={"LastActivityDate": "22/11/2026"}, id=lead)),
        ("INVALID_TYPE", Write(values={"Title": 5}, id=lead)),
        ("INVALID_EMAIL_ADDRESS", Write(values={"Email": "jo@acme"}, id=lead)),
        ("NOT_FOUND", Write(values={"Title": "CEO"}, id="00Q000000000077")),
        ("NOT_FOUND", Write(values={"Title": "CEO"}, id="003000000000001")),
        ("", Write(values={"Title": "CEO", "Status": "Our own status"}, id=lead)),
    ]
    outcomes = crm.write("Lead", [row for _, row in cases])
    assert [code for code, _ in cases] == [outcome.code for outcome in outcomes]
    statuses = [GONE if code == "NOT_FOUND" else REFUSED if code else DONE for code, _ in cases]
    assert statuses == [outcome.status for outcome in outcomes]
    assert all(outcome.message for outcome in outcomes if outcome.code)
    assert {None, "CEO"} == {r.values["Title"] for r in listing(crm, "Lead", ["Title"])}


def test_restricted_picklist_takes_its_values_alone(crm: Connector) -> None:
    """A restricted list refuses another value; blank is allowed."""
    rows = [
        Write(values={"LastName": "Roe", "Status": status}) for status in ("Nurture", "nurture", "")
    ]
    assert [outcome.code for outcome in crm.write("Contact", rows)] == [
        "",
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        "",
    ]


def test_prospect_needs_names(cadence: Connector) -> None:
    """A prospect without a first or a last name is refused; the company is the rules' affair."""
    for name in ("first_name", "last_name"):
        values = {other: value for other, value in PROSPECT.items() if other != name}
        outcome = only(cadence.write("prospect", [Write(values=values)]))
        assert outcome.code == "REQUIRED_FIELD_MISSING"
        assert name in outcome.message


def test_the_same_key_makes_one_record(crm: Connector) -> None:
    """A creation repeated, in one batch or in two, has one effect and one id."""
    row = Write(values=LEAD, key="syncline-1")
    first, second = crm.write("Lead", [row, row])
    (third,) = crm.write("Lead", [replace(row, values=LEAD | {"Title": "CEO"})])
    assert first == second == third
    (record,) = listing(crm, "Lead", ["Title", "Syncline_Key__c"])
    assert record.values == {"Title": "CEO", "Syncline_Key__c": "syncline-1"}
    assert {"syncline-1": first.id} == crm.lookup("Lead", ["syncline-1", "syncline-2"])


def test_repeated_creation_may_repeat_what_is_set_only_then(crm: Connector) -> None:
    """A value that can only be given at creation is taken again if alike, else refused."""
    row = Write(values={"Subject": "Call", "TaskSubtype": "Call"}, key="t1")
    again = replace(row, values={"TaskSubtype": "Email"})
    outcomes = [only(crm.write("Task", [each])) for each in (row, row, again)]
    assert [outcome.code for outcome in outcomes] == ["", "", "INVALID_FIELD"]


def test_a_person_may_create_the_same_twice(cadence: Connector) -> None:
    """Without a key each row is a record of its own."""
    assert create(cadence, "prospect", PROSPECT) != create(cadence, "prospect", PROSPECT)


def test_update_without_a_change_leaves_the_stamp(crm: Connector, bench: Bench) -> None:
    """Writing what is there succeeds, and touches neither the record nor the file."""
    lead = create(crm, "Lead", LEAD)
    before, file = listing(crm, "Lead"), bench.file(Side.CRM).stat()
    same = Write(values=LEAD | {"Title": "", "Phone": None}, id=lead)
    assert only(crm.write("Lead", [same])).status == DONE
    assert before == listing(crm, "Lead")
    assert file.st_ino == bench.file(Side.CRM).stat().st_ino


def test_read_only_objects_refuse_each_row(cadence: Connector) -> None:
    """Nobody writes an enrolment but the cadence's own actions."""
    outcome = only(cadence.write("enrolment", [Write(values={"touch": 3})]))
    assert (outcome.status, outcome.code) == (REFUSED, "INSUFFICIENT_ACCESS_OR_READONLY")


def test_each_call_is_spent_before_it_works(cadence: Connector, bench: Bench) -> None:
    """A call costs one and is named; an action costs one for each prospect."""
    prospect = create(cadence, "prospect", PROSPECT)
    cadence.read("prospect", [prospect], ())
    cadence.lookup("prospect", ["k"])
    listing(cadence, "prospect")
    cadence.act([ActionRequest(key=key, action="exit", prospect=prospect) for key in ("a", "b")])
    assert bench.spent == [(1, "write"), (1, "read"), (1, "lookup"), (1, "list"), (2, "act")]
    assert cadence.usage() is None


# The file


def test_a_batch_is_one_replacement_of_the_file(
    crm: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Creations, updates and the counter reach the disk together."""
    lead = create(crm, "Lead", LEAD)
    syncs: list[int] = []
    monkeypatch.setattr(os, "fsync", syncs.append)
    crm.write("Lead", [Write(values={"Title": "CEO"}, id=lead), Write(values=LEAD, key="k")])
    assert len(syncs) == 1


def test_a_failed_write_leaves_file_and_memory(
    crm: Connector, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the disk full nothing changes on either side, and the same batch works later."""
    lead = create(crm, "Lead", LEAD)
    before, text = listing(crm, "Lead", ["Title"]), bench.file(Side.CRM).read_bytes()
    rows = [Write(values={"Title": "CEO"}, id=lead), Write(values=LEAD, key="k")]

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(WorkspaceError, match="No space left"):
            crm.write("Lead", rows)
    assert before == listing(crm, "Lead", ["Title"])
    assert crm.lookup("Lead", ["k"]) == {}
    assert text == bench.file(Side.CRM).read_bytes()
    assert [bench.file(Side.CRM)] == list(bench.file(Side.CRM).parent.glob("[!.]*"))
    assert [lead, "00Q000000000002"] == [outcome.id for outcome in crm.write("Lead", rows)]


def test_a_failed_action_leaves_no_trace(
    cadence: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An action that did not reach the disk was not done: its key works the next time."""
    prospect = create(cadence, "prospect", PROSPECT)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(WorkspaceError):
            ask(cadence, "k1", "enrol", prospect, "New leads")
    assert state_of(cadence, prospect) == []
    assert ask(cadence, "k1", "enrol", prospect, "New leads").status == DONE
    assert state_of(cadence, prospect) == [("New leads", 1, "active")]


def test_two_connections_see_each_others_writes(bench: Bench) -> None:
    """Ids, keys and records are shared through the file, whoever wrote last."""
    one, other = bench.open(Side.CRM), bench.open(Side.CRM)
    first = create(one, "Lead", LEAD, "k1")
    assert {"k1": first} == other.lookup("Lead", ["k1"])
    second = create(other, "Lead", LEAD, "k2")
    third = create(one, "Lead", LEAD)
    assert [first, second, third] == [record.id for record in listing(one, "Lead")]
    assert listing(one, "Lead") == listing(other, "Lead")


def test_an_id_is_never_used_again(crm: Connector, bench: Bench) -> None:
    """A record taken out of the file by hand leaves its id behind."""
    kept, gone = create(crm, "Lead", LEAD), create(crm, "Lead", LEAD)
    file = bench.file(Side.CRM)
    tables = json.loads(file.read_text("utf-8"))
    del tables["Lead"]["2"]
    file.write_text(json.dumps(tables), "utf-8")
    assert [kept] == [record.id for record in crm.read("Lead", [kept, gone], ())]
    assert create(crm, "Lead", LEAD) == "00Q000000000003"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"_meta": {"1": {"version": 7}}}', "format version 7"),
        ('{"Lead": {}}', "which version"),
        ('{"_meta": {"1": {"version": 1}}, "Lead": {"1": {"LastName": "Doe"}}}', "document 1"),
        (MERGED_INTO_NOTHING, "_gone of document 7 of Task"),
        ('{"_meta": {"1"', "damaged"),
    ],
)
def test_newer_or_damaged_file_is_refused_and_kept(text: str, said: str, bench: Bench) -> None:
    """A file that cannot be understood is named with the reason, and not touched."""
    file = bench.file(Side.CRM)
    file.parent.mkdir()
    file.write_text(text, "utf-8")
    crm = bench.open(Side.CRM)
    with pytest.raises(WorkspaceError, match=said):
        crm.write("Lead", [Write(values=LEAD)])
    assert text == file.read_text("utf-8")


# Actions (K11)


def test_life_of_a_prospect_in_the_cadences(cadence: Connector) -> None:
    """Enrol, next touch, move and exit leave one active enrolment at most, and a history."""
    prospect = create(cadence, "prospect", PROSPECT)
    steps = [
        ("enrol", "New leads", [("New leads", 1, "active")]),
        ("next touch", None, [("New leads", 2, "active")]),
        ("move", "Nurture Q3", [("New leads", 2, "moved"), ("Nurture Q3", 1, "active")]),
        ("exit", None, [("New leads", 2, "moved"), ("Nurture Q3", 1, "exited")]),
    ]
    for number, (action, target, expected) in enumerate(steps):
        assert ask(cadence, f"k{number}", action, prospect, target).status == DONE
        assert expected == state_of(cadence, prospect)
    left = listing(cadence, "enrolment", ["reason", "left_at"])
    assert [record.values["reason"] for record in left] == [
        "Moved to Nurture Q3",
        "Taken out of the cadence",
    ]
    assert all(record.values["left_at"] for record in left)


def test_an_action_is_done_once_for_its_key(cadence: Connector) -> None:
    """The same key, in one call or in two, has one effect and the same answer."""
    prospect = create(cadence, "prospect", PROSPECT)
    ask(cadence, "k1", "enrol", prospect, "New leads")
    request = ActionRequest(key="k2", action="next touch", prospect=prospect)
    outcomes = [*cadence.act([request, request]), *cadence.act([request])]
    assert [outcome.status for outcome in outcomes] == [DONE] * 3
    assert state_of(cadence, prospect) == [("New leads", 2, "active")]


def test_a_late_repeat_undoes_nothing(cadence: Connector) -> None:
    """An exit that found nothing to do is still spent: repeated, it ends no later enrolment."""
    prospect = create(cadence, "prospect", PROSPECT)
    assert ask(cadence, "k1", "exit", prospect).status == DONE
    ask(cadence, "k2", "enrol", prospect, "New leads")
    assert ask(cadence, "k1", "exit", prospect).status == DONE
    assert state_of(cadence, prospect) == [("New leads", 1, "active")]


def test_past_the_last_touch_the_enrolment_is_finished(cadence: Connector) -> None:
    """The touch after the last one ends the enrolment; another has nobody to act on."""
    prospect = create(cadence, "prospect", PROSPECT)
    ask(cadence, "k0", "enrol", prospect, "Nurture Q3")
    codes = [ask(cadence, f"k{n}", "next touch", prospect).code for n in range(1, 6)]
    assert codes == ["", "", "", "", "NOT_ENROLLED"]
    assert state_of(cadence, prospect) == [("Nurture Q3", 4, "finished")]


def test_actions_that_cannot_be_done_are_refused(cadence: Connector) -> None:
    """Each refusal has its code, changes nothing, and does not use up its key."""
    inside, outside = (create(cadence, "prospect", PROSPECT) for _ in range(2))
    ask(cadence, "k0", "enrol", inside, "New leads")
    cases = [
        ("move", inside, "Spring", "UNKNOWN_CADENCE"),
        ("move", inside, None, "UNKNOWN_CADENCE"),
        ("move", outside, "Nurture Q3", "NOT_ENROLLED"),
        ("next touch", outside, None, "NOT_ENROLLED"),
        ("enrol", inside, "Nurture Q3", "ALREADY_ENROLLED"),
        ("enrol", outside, "Spring", "UNKNOWN_CADENCE"),
        ("exit", "prs_000099", None, "NOT_FOUND"),
        ("dance", inside, None, "UNKNOWN_ACTION"),
    ]
    for action, prospect, target, code in cases:
        assert code == ask(cadence, "k1", action, prospect, target).code
    assert state_of(cadence, inside) == [("New leads", 1, "active")]
    assert state_of(cadence, outside) == []
    assert ask(cadence, "k1", "enrol", outside, "New leads").status == DONE


def test_what_is_already_so_is_done(cadence: Connector) -> None:
    """Entering or moving to the cadence one is in succeeds without a second enrolment."""
    prospect = create(cadence, "prospect", PROSPECT)
    ask(cadence, "k0", "enrol", prospect, "New leads")
    for action in ("enrol", "move"):
        assert ask(cadence, f"k-{action}", action, prospect, "New leads").status == DONE
    assert state_of(cadence, prospect) == [("New leads", 1, "active")]


def test_every_action_is_in_the_audit(cadence: Connector, bench: Bench) -> None:
    """The file tells when each action was done, under which key, and what came of it."""
    prospect = create(cadence, "prospect", PROSPECT)
    ask(cadence, "k0", "enrol", prospect, "New leads")
    ask(cadence, "k1", "move", prospect, "Re-engage")
    tables = json.loads(bench.file(Side.CADENCE).read_text("utf-8"))
    entries = list(tables["_actions"].values())
    assert [(e["key"], e["action"]) for e in entries] == [("k0", "enrol"), ("k1", "move")]
    assert entries[1]["effect"] == "left New leads, entered Re-engage"
    assert entries[0]["at"] < entries[1]["at"]


def test_the_crm_has_no_actions(crm: Connector) -> None:
    """An action asked of the CRM is refused by name."""
    assert ask(crm, "k", "exit", "00Q000000000001").code == "UNKNOWN_ACTION"


# Ends of records (B9)


def prospects(cadence: Connector, count: int) -> list[str]:
    return [create(cadence, "prospect", PROSPECT) for _ in range(count)]


def test_a_deleted_prospect_leaves_its_cadence(cadence: Connector) -> None:
    """Its enrolment ends with the reason, and an action on it says that it is gone."""
    (prospect,) = prospects(cadence, 1)
    ask(cadence, "k0", "enrol", prospect, "New leads")
    assert only(cadence.delete("prospect", [prospect])).status == DONE
    assert state_of(cadence, prospect) == [("New leads", 1, "exited")]
    (enrolment,) = listing(cadence, "enrolment", ["reason"])
    assert enrolment.values["reason"] == "The prospect was deleted"
    for action, target in (("exit", None), ("enrol", "New leads")):
        outcome = ask(cadence, f"k-{action}", action, prospect, target)
        assert (outcome.status, outcome.code) == (GONE, "NOT_FOUND")


@pytest.mark.parametrize(
    ("enrolled", "expected"),
    [
        ([True, False], [("New leads", 1, "active")]),
        ([False, True], [("New leads", 1, "active")]),
        ([True, True], [("New leads", 1, "exited"), ("New leads", 1, "active")]),
    ],
)
def test_merged_prospects_are_in_one_cadence(
    cadence: Connector, enrolled: list[bool], expected: list[tuple[Value, ...]]
) -> None:
    """What belonged to the loser is the winner's, whose own enrolment goes on."""
    assert isinstance(cadence, LocalConnection)
    ids = prospects(cadence, 2)
    for prospect, is_in in zip(ids, enrolled, strict=True):
        if is_in:
            ask(cadence, f"k-{prospect}", "enrol", prospect, "New leads")
    call = create(cadence, "activity", {"prospect_id": ids[0], "kind": "call"})
    assert cadence.merge("prospect", *ids).status == DONE
    assert state_of(cadence, ids[1]) == expected
    assert state_of(cadence, ids[0]) == []
    (record,) = cadence.read("activity", [call], ["prospect_id"])
    assert record.values["prospect_id"] == ids[1]


def test_what_cannot_be_deleted_says_so(cadence: Connector, bench: Bench) -> None:
    """Cadences and enrolments are the platform's own; a deletion costs one call."""
    described = {kind.name: kind.deletable for kind in cadence.describe().objects}
    assert [name for name, deletable in described.items() if not deletable] == [
        "cadence",
        "enrolment",
    ]
    bench.spent.clear()
    outcome = only(cadence.delete("cadence", ["cad_000001"]))
    assert (outcome.status, outcome.code) == (REFUSED, "INSUFFICIENT_ACCESS_OR_READONLY")
    ids = prospects(cadence, 3)
    bench.spent.clear()
    outcomes = cadence.delete("prospect", [*ids, "prs_000099", "nonsense", ids[0]])
    assert [outcome.status for outcome in outcomes] == [DONE] * 6
    assert bench.spent == [(1, "delete")]
    assert listing(cadence, "prospect") == []


def test_a_converted_lead_is_not_deleted(crm: Connector) -> None:
    """A lead that became a contact takes no change, and a deletion is one."""
    assert isinstance(crm, LocalCrm)
    lead = create(crm, "Lead", LEAD)
    assert crm.convert(lead).status == DONE
    outcome = only(crm.delete("Lead", [lead]))
    assert (outcome.status, outcome.code) == (REFUSED, "CANNOT_UPDATE_CONVERTED_LEAD")


def test_an_end_stays_in_the_file_under_its_mark(crm: Connector, bench: Bench) -> None:
    """A person can read from the file what became of a record, and write it there."""
    assert isinstance(crm, LocalCrm)
    deleted, loser, winner, lead = (create(crm, "Lead", LEAD) for _ in range(4))
    crm.delete("Lead", [deleted])
    crm.merge("Lead", loser, winner)
    contact = crm.convert(lead).id
    file = bench.file(Side.CRM)
    tables = json.loads(file.read_text("utf-8"))
    assert [document.get("_gone") for document in tables["Lead"].values()] == [
        {"kind": "deleted"},
        {"kind": "merged", "into": ["Lead", winner]},
        None,
        {"kind": "converted", "into": ["Contact", contact]},
    ]
    assert tables["_meta"]["1"]["version"] == 2

    position = list(crm.changes("Lead", (), None))[-1].position
    tables["Lead"]["3"] |= {"_gone": {"kind": "deleted"}, "SystemModstamp": "2026-11-23T12:00:00Z"}
    file.write_text(json.dumps(tables), "utf-8")
    gone = [each for page in crm.changes("Lead", (), position) for each in page.gone]
    assert gone[-1].id == winner
    assert listing(crm, "Lead") == []


def test_two_programs_lose_nothing_of_one_another(bench: Bench) -> None:
    """One program at a time changes a file: what the other wrote in between stays in it."""

    def write(who: str) -> None:
        connector = bench.open(Side.CADENCE)
        for number in range(40):
            create(connector, "prospect", {**PROSPECT, "first_name": f"{who} {number}"})
        connector.close()

    fork = multiprocessing.get_context("fork")
    programs = [fork.Process(target=write, args=(who,)) for who in ("Ann", "Bob")]
    for program in programs:
        program.start()
    for program in programs:
        program.join()
    connector = bench.open(Side.CADENCE)
    names = [
        str(record.values["first_name"])
        for record in listing(connector, "prospect", ["first_name"])
    ]
    assert sorted(names) == sorted(f"{who} {n}" for who in ("Ann", "Bob") for n in range(40))
    assert len(listing(connector, "cadence")) == 3
    connector.close()
