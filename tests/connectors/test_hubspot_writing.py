"""The HubSpot connector writes: batches, options, owners, activities, and answers that fail."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from support_hubspot import Portal, created, listed, opened, person, says, served
from syncline import (
    FatalError,
    Fault,
    Faults,
    Http,
    Outcome,
    OutcomeStatus,
    RetriableError,
    UnknownOutcomeError,
    Usage,
    Value,
    Write,
)
from syncline_hubspot import syncline_register_activity_templates
from syncline_sandbox.hubspot.gate import Limits

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from syncline import Connector

DONE, REFUSED, RETRY = OutcomeStatus.DONE, OutcomeStatus.REFUSED, OutcomeStatus.RETRY
GONE = OutcomeStatus.GONE
ADA, BEN, CLEO = (f"{name}@sandbox.example" for name in ("ada", "ben", "cleo"))


@pytest.fixture
def portal(tmp_path: Path) -> Generator[Portal]:
    with served(tmp_path) as found:
        yield found


@pytest.fixture
def crm(portal: Portal, tmp_path: Path) -> Generator[Connector]:
    with opened(portal, tmp_path) as connector:
        yield connector


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncline.net.http.FIRST_WAIT", 0.0)


def values(crm: Connector, record_id: str, *names: str, name: str = "contact") -> dict[str, Value]:
    (record,) = crm.read(name, [record_id], names)
    return dict(record.values)


# Batches


def test_a_creation_repeated_is_one_record(crm: Connector) -> None:
    """No duplicates after a retry: a creation is an upsert by our unique key."""
    (first,) = created(crm, person("k"))
    (again,) = created(crm, person("k", city="London"))

    assert (again, listed(crm)) == (first, [first])
    assert values(crm, first, "city") == {"city": "London"}


def test_a_mixed_batch_keeps_its_order_and_one_bad_row_fails_alone(
    crm: Connector, portal: Portal
) -> None:
    """One bad row does not fail its neighbours; the outcomes stand in the order asked."""
    standing, taken = created(crm, person("standing"), person("taken", email="a@example.com"))
    portal.heard.clear()

    outcomes = crm.write(
        "contact",
        [
            person("one"),
            Write(id=standing, values={"jobtitle": "Countess"}),
            person("two", email="no address"),
            Write(id="99", values={"jobtitle": "Nobody"}),
            person("three", lifecyclestage="Nonsense"),
            person("four", email="a@example.com"),
        ],
    )

    assert [each.status for each in outcomes] == [DONE, DONE, REFUSED, GONE, REFUSED, REFUSED]
    assert outcomes[1] == Outcome(status=DONE, id=standing)
    codes = ["INVALID_EMAIL", "OBJECT_NOT_FOUND", "INVALID_OPTION", "CONFLICT"]
    assert [each.code for each in outcomes[2:]] == codes
    assert outcomes[5].message == f"Contact already exists. Existing ID: {taken}"
    assert portal.paths() == ["POST upsert", "POST update"]


def test_blanks_clear_and_erase_only_what_they_name(crm: Connector, portal: Portal) -> None:
    """Blanks do not erase by themselves: "" is sent for what a rule erases alone."""
    (made,) = created(crm, person("k", jobtitle="Countess", city="London", state="x", zip="1"))
    blanks: dict[str, Value] = {"jobtitle": None, "city": "", "state": "  ", "topics": ()}

    crm.write("contact", [Write(id=made, values=blanks)])

    assert portal.sent()["inputs"][0]["properties"] == dict.fromkeys(blanks, "")
    assert values(crm, made, "jobtitle", "city", "state", "zip") == {
        "jobtitle": None,
        "city": None,
        "state": None,
        "zip": "1",
    }
    created(crm, person("new", jobtitle=None))
    assert "jobtitle" not in portal.sent()["inputs"][0]["properties"]


def test_a_row_that_was_merged_is_gone_and_said_so(crm: Connector, portal: Portal) -> None:
    winner, loser = created(crm, person("a"), person("b"))
    portal.by_hand("merge", object="contact", winner=winner, loser=loser)

    (outcome,) = crm.write("contact", [Write(id=loser, values={"city": "London"})])

    assert (outcome.status, outcome.id, outcome.code) == (GONE, loser, "MERGED")


def test_a_batch_that_is_refused_whole_is_sent_in_halves(crm: Connector, portal: Portal) -> None:
    """Where HubSpot answers no batch row by row, the bad row is found all the same."""
    crm.describe()
    portal.heard.clear()
    refusal = {"status": "error", "message": "no", "category": "VALIDATION_ERROR"}
    portal.faults += [("POST", "upsert", says(400, refusal))] * 2

    outcomes = crm.write("contact", [person("bad"), person("b"), person("c"), person("d")])

    # The whole batch and its first half were refused, then the row that is alone was fine.
    assert [each.status for each in outcomes] == [DONE] * 4
    assert len(portal.heard) == 5
    portal.faults.append(("POST", "upsert", says(400, refusal)))
    (alone,) = crm.write("contact", [person("bad")])
    assert (alone.status, alone.code, alone.message) == (REFUSED, "VALIDATION_ERROR", "no")


def test_a_passing_fault_of_the_second_half_leaves_the_first(
    crm: Connector, portal: Portal
) -> None:
    crm.describe()
    refusal = {"status": "error", "message": "no", "category": "VALIDATION_ERROR"}
    busy = {"status": "error", "message": "busy"}
    portal.faults.append(("POST", "upsert", says(400, refusal)))
    portal.faults.append(("POST", "upsert", portal.app))
    portal.faults += [("POST", "upsert", says(503, busy))] * 4

    outcomes = crm.write("contact", [person("a"), person("b")])

    assert [each.status for each in outcomes] == [DONE, RETRY]


def test_answers_without_traces_are_told_apart_by_id_and_by_key(
    crm: Connector, portal: Portal
) -> None:
    first, second = created(crm, person("a"), person("b"))
    rows: list[dict[str, Any]] = [{"id": each, "properties": {}} for each in (second, first)]
    portal.faults.append(("POST", "update", says(200, {"results": rows})))
    outcomes = crm.write(
        "contact", [Write(id=each, values={"city": "x"}) for each in (first, second)]
    )
    assert [each.id for each in outcomes] == [first, second]

    rows = [{"id": "7", "properties": {"syncline_key": "d"}}, {"id": "6", "properties": {}}]
    rows[1]["properties"]["syncline_key"] = "c"
    portal.faults.append(("POST", "upsert", says(200, {"results": rows})))
    assert [each.id for each in crm.write("contact", [person("c"), person("d")])] == ["6", "7"]

    missing = {"category": "OBJECT_NOT_FOUND", "message": "gone", "context": {"ids": [first]}}
    portal.faults.append(("POST", "update", says(207, {"results": [], "errors": [missing]})))
    (outcome,) = crm.write("contact", [Write(id=first, values={"city": "x"})])
    assert (outcome.status, outcome.id) == (GONE, first)


def test_a_row_that_fails_in_passing_is_tried_again_later(tmp_path: Path) -> None:
    faults = Faults(shares={Fault.ROW: 1.0})
    with served(tmp_path, faults=faults) as portal, opened(portal, tmp_path) as crm:
        (outcome,) = crm.write("contact", [person("k")])

    assert (outcome.status, outcome.code) == (RETRY, "INTERNAL_ERROR")


@pytest.mark.parametrize(
    ("status", "body", "cut"),
    [
        (500, {"status": "error", "message": "oh"}, 0),
        (504, "<html><title>Gateway</title>", 0),
        (200, "<html><title>Hello</title>", 0),
        (200, {"results": [{"id": "1"}]}, 5),
        (200, {"results": []}, 0),
    ],
    ids=["500", "gateway", "web page", "half a body", "too few results"],
)
def test_a_write_without_a_readable_answer_is_looked_for_not_repeated(
    crm: Connector, portal: Portal, status: int, body: Any, cut: int
) -> None:
    """What may have taken effect is not sent again: the record is looked for by its key."""
    crm.describe()
    portal.heard.clear()
    portal.faults.append(("POST", "upsert", says(status, body, after=portal.app, cut=cut)))

    with pytest.raises(UnknownOutcomeError):
        crm.write("contact", [person("k")])

    assert portal.paths() == ["POST upsert"]
    assert list(crm.lookup("contact", ["k"])) == ["k"]


def test_a_passing_fault_after_the_creations_leaves_their_outcomes(
    crm: Connector, portal: Portal
) -> None:
    (standing,) = created(crm, person("standing"))
    portal.faults += [("POST", "update", says(503, {"message": "busy"}))] * 4

    outcomes = crm.write("contact", [Write(id=standing, values={"city": "x"}), person("new")])

    assert [each.status for each in outcomes] == [RETRY, DONE]


def test_a_hundred_deletions_are_one_request(crm: Connector, portal: Portal) -> None:
    """What is gone already is done; HubSpot says nothing of single rows."""
    ids = created(crm, *[person(f"k{number}") for number in range(99)])
    portal.spent.clear()

    outcomes = crm.delete("contact", [*ids, "99"])

    assert outcomes == [Outcome(status=DONE, id=each) for each in [*ids, "99"]]
    assert portal.spent == ["delete"]
    assert (listed(crm), crm.delete("contact", [])) == ([], [])
    (late,) = crm.write("contact", [Write(id=ids[0], values={"city": "x"})])
    assert late.status is GONE
    assert created(crm, person("k0")) != [ids[0]]


# Values


def test_options_are_written_by_their_labels(crm: Connector, portal: Portal) -> None:
    """Restricted picklists: rules speak labels, HubSpot gets its own values; others are refused."""
    (made,) = created(crm, person("k", hs_lead_status="In Progress", topics=("Events",)))

    assert portal.sent()["inputs"][0]["properties"]["hs_lead_status"] == "IN_PROGRESS"
    assert values(crm, made, "hs_lead_status") == {"hs_lead_status": "In Progress"}
    crm.write("contact", [Write(id=made, values={"topics": ("Product news", "Events")})])
    assert portal.sent()["inputs"][0]["properties"] == {"topics": "product_news;events"}
    (outcome,) = crm.write("contact", [Write(id=made, values={"hs_lead_status": "Cold"})])
    assert (outcome.status, outcome.code) == (REFUSED, "INVALID_OPTION")


def test_a_label_that_two_options_share_is_refused_with_both(
    crm: Connector, portal: Portal
) -> None:
    described = crm.describe().get("contact")
    assert described is not None
    topics = described.get("topics")
    assert topics is not None
    assert topics.values == (
        "Product news", "Events", "Other (other_topics)", "Other (other_old)",
    )  # fmt: skip
    portal.heard.clear()

    first, second = crm.write(
        "contact", [person("a", topics=("Other",)), person("b", topics=("Other (other_old)",))]
    )

    assert (first.status, first.code) == (REFUSED, "AMBIGUOUS_OPTION")
    assert '"Other (other_topics)", "Other (other_old)"' in first.message
    assert second.status is DONE
    assert len(portal.sent()["inputs"]) == 1
    assert values(crm, second.id or "", "topics") == {"topics": ("Other (other_old)",)}


@pytest.mark.parametrize(
    ("name", "given", "sent", "held"),
    [
        ("renewal_date", "2026-11-22", "2026-11-22", "2026-11-22"),
        ("renewal_date", "2026-11-22T23:59:00Z", "2026-11-22", "2026-11-22"),
        ("renewal_date", "2026-11-22T23:30:00-05:00", "2026-11-23", "2026-11-23"),
        ("closedate", "2026-11-22T01:02:03Z", "2026-11-22T01:02:03Z", "2026-11-22T01:02:03Z"),
        ("closedate", "2026-11-22", "2026-11-22T12:00:00Z", "2026-11-22T12:00:00Z"),
        ("closedate", "2026-11-22T01:02:03.250Z", None, "2026-11-22T01:02:03.250000Z"),
    ],
)
def test_dates_keep_their_day(
    crm: Connector, portal: Portal, name: str, given: str, sent: str | None, held: str
) -> None:
    """Dates are not off by a day: a day is its midnight in UTC, a day alone on a clock its noon."""
    (made,) = created(crm, person("k", **{name: given}))

    assert portal.sent()["inputs"][0]["properties"][name] == (sent or given)
    assert values(crm, made, name) == {name: held}


def test_dates_in_milliseconds_are_read_as_well(crm: Connector, portal: Portal) -> None:
    created(crm, person("k"))
    found = portal.api("GET", "/crm/v3/objects/contacts").json()["results"]
    found[0]["properties"] |= {
        "renewal_date": "1795305600000",
        "closedate": "1795359723000",
        "lastmodifieddate": "2026-11-22T15:40:00.000Z",
    }
    portal.faults.append(("POST", "search", says(200, {"results": found})))

    (page,) = crm.changes("contact", ["renewal_date", "closedate"], None)

    assert dict(page.records[0].values) == {
        "renewal_date": "2026-11-22",
        "closedate": "2026-11-22T15:02:03Z",
    }


# Owners


def test_owners_are_named_by_their_address(crm: Connector, portal: Portal) -> None:
    """An owner is written and read by e-mail; who is who is asked once in a connection."""
    first, second = created(
        crm, person("a", hubspot_owner_email="Ada@sandbox.example"), person("b")
    )

    owner = {"hubspot_owner_email": ADA}
    assert values(crm, first, "hubspot_owner_email") == owner
    assert values(crm, second, "hubspot_owner_email") == {"hubspot_owner_email": None}
    assert portal.spent.count("owners") == 2
    crm.write("contact", [Write(id=first, values={"hubspot_owner_email": None})])
    assert values(crm, first, "hubspot_owner_email") == {"hubspot_owner_email": None}


def test_the_records_of_one_who_left_still_name_her(crm: Connector, portal: Portal) -> None:
    (made,) = created(crm, person("a", hubspot_owner_email=BEN))
    portal.by_hand("leave", email=BEN)

    assert values(crm, made, "hubspot_owner_email") == {"hubspot_owner_email": BEN}


@pytest.mark.parametrize(
    ("email", "code", "words"),
    [
        (CLEO, "INACTIVE_OWNER", "has left"),
        ("nobody@example.com", "UNKNOWN_OWNER", "is not known"),
    ],
)
def test_an_inactive_owner_is_refused_with_what_to_do(
    crm: Connector, email: str, code: str, words: str
) -> None:
    """Inactive owners: the row alone is refused, before it is sent, and says what to set."""
    bad, good = crm.write("contact", [person("a", hubspot_owner_email=email), person("b")])

    assert (bad.status, bad.code, good.status) == (REFUSED, code, DONE)
    assert words in bad.message
    assert "unknown_owner" in bad.message


def test_an_inactive_owner_may_be_passed_over_or_replaced(portal: Portal, tmp_path: Path) -> None:
    row = Write(key="a", values={"lastname": "x", "hubspot_owner_email": BEN})
    with opened(portal, tmp_path) as crm:
        (made,) = created(crm, row)
    change = [Write(id=made, values={"city": "London", "hubspot_owner_email": CLEO})]
    with opened(portal, tmp_path, unknown_owner="keep") as crm:
        assert crm.write("contact", change)[0].status is DONE
        assert values(crm, made, "city", "hubspot_owner_email") == {
            "city": "London",
            "hubspot_owner_email": BEN,
        }
    with opened(portal, tmp_path, unknown_owner=ADA) as crm:
        assert crm.write("contact", change)[0].status is DONE
        assert values(crm, made, "hubspot_owner_email") == {"hubspot_owner_email": ADA}
    with (
        opened(portal, tmp_path, unknown_owner=CLEO) as crm,
        pytest.raises(FatalError, match="no active owner"),
    ):
        crm.write("contact", change)


# Activities


def test_every_activity_template_makes_a_record_on_the_contact(
    crm: Connector, portal: Portal
) -> None:
    """K3, K4: each kind of activity lands on the timeline of the contact, and once."""
    (contact,) = created(crm, person("person"))
    described = crm.describe()
    kinds: list[str] = []
    for template in syncline_register_activity_templates():
        kinds.append(template.kind)
        found = described.get(template.object)
        assert found is not None
        given = {template.person_field: contact, **template.values}
        given[template.date_field or ""] = "2026-11-22"
        assert all(found.get(name) for name in given)
        row = Write(key=template.kind, values=given)

        (first,) = crm.write(template.object, [row])
        (again,) = crm.write(template.object, [row])

        assert first.status is DONE, first
        assert again == Outcome(status=DONE, id=first.id)
        (record,) = crm.read(template.object, [first.id or ""], [template.person_field])
        assert record.values == {template.person_field: contact}
        assert values(crm, first.id or "", "hs_timestamp", name=template.object) == {
            "hs_timestamp": "2026-11-22T12:00:00Z"
        }
    assert kinds == ["call", "email", "sms", "note", "meeting", "task"]


def test_an_activity_of_a_contact_that_is_gone_is_refused(crm: Connector, portal: Portal) -> None:
    (lost,) = created(crm, person("person"))
    crm.delete("contact", [lost])
    row = {"hs_timestamp": "2026-11-22", "associated_contact_id": lost}

    bad, good = crm.write(
        "note",
        [Write(key="a", values=row), Write(key="b", values={"hs_timestamp": "2026-11-22"})],
    )

    assert (bad.status, bad.code, good.status) == (REFUSED, "VALIDATION_ERROR", DONE)
    assert crm.lookup("note", ["a", "b"]) == {"b": good.id}
    (record,) = crm.read("note", [good.id or ""], ["associated_contact_id"])
    assert record.values == {"associated_contact_id": None}


def test_what_cannot_be_looked_up_is_asked_again(crm: Connector, portal: Portal) -> None:
    """If the look at a refused creation fails, the other rows stay written."""
    created(crm, Write(key="a", values={"hs_timestamp": "2026-11-22"}), name="note")
    portal.faults += [("POST", "batch/read", says(503, {"message": "busy"}))] * 4

    rows = [Write(key=key, values={"hs_timestamp": "2026-11-22"}) for key in ("a", "b")]
    outcomes = crm.write("note", rows)

    assert [each.status for each in outcomes] == [RETRY, DONE]


def test_the_activities_of_a_merged_contact_are_the_survivors(
    crm: Connector, portal: Portal
) -> None:
    winner, loser = created(crm, person("a"), person("b"))
    row = {"hs_timestamp": "2026-11-22", "associated_contact_id": loser}
    (note,) = created(crm, Write(key="n", values=row), name="note")
    portal.by_hand("merge", object="contact", winner=winner, loser=loser)

    assert values(crm, note, "associated_contact_id", name="note") == {
        "associated_contact_id": winner
    }


def test_an_activity_without_its_time_is_refused(crm: Connector) -> None:
    (outcome,) = crm.write("task", [Write(key="t", values={"hs_task_subject": "Call"})])

    assert (outcome.status, outcome.code) == (REFUSED, "MISSING_REQUIRED_PROPERTY")


# Limits


def test_the_daily_limit_is_said_and_not_hammered(tmp_path: Path) -> None:
    """The day's limit is told with its use; nothing more is asked until a later run."""
    with served(tmp_path, limits=Limits(daily=11)) as portal, opened(portal, tmp_path) as crm:
        assert crm.usage() is None
        crm.describe()
        assert crm.usage() == Usage(used=9, allowed=11)
        created(crm, person("k"))
        listed(crm)
        assert crm.usage() == Usage(used=11, allowed=11)
        portal.spent.clear()

        with pytest.raises(RetriableError, match="reached your daily limit") as caught:
            listed(crm)

        assert portal.spent == ["list"]
        with pytest.raises(RetriableError, match="daily limit"):
            crm.write("contact", [person("l")])
    assert "tomorrow" in caught.value.hint


def test_a_moment_of_haste_is_waited_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """HubSpot's Retry-After is kept to, and the request is made again."""
    waits: list[float] = []
    with served(tmp_path, limits=Limits(searches=1)) as portal:

        def sleep(seconds: float) -> None:
            waits.append(seconds)
            portal.now += timedelta(seconds=seconds)

        monkeypatch.setitem(Http.__init__.__kwdefaults__ or {}, "sleep", sleep)
        with opened(portal, tmp_path) as crm:
            assert listed(crm) == listed(crm) == []
    assert waits
    assert min(waits) >= 1.0


def test_a_locked_record_is_left_alone_for_a_while(crm: Connector, portal: Portal) -> None:
    crm.describe()
    body = {"status": "error", "message": "locked", "category": "LOCKED"}
    portal.faults.append(("POST", "upsert", says(423, body)))

    with pytest.raises(RetriableError, match="locked") as caught:
        crm.write("contact", [person("k")])

    assert caught.value.retry_after == 2.0
    assert not isinstance(caught.value, UnknownOutcomeError)


def test_missing_scopes_are_named(crm: Connector, portal: Portal) -> None:
    crm.describe()
    words = "This app hasn't been granted all required scopes to make this call."
    body = {"status": "error", "message": words, "category": "MISSING_SCOPES"}
    portal.faults.append(("POST", "upsert", says(403, body)))

    with pytest.raises(FatalError, match="required scopes") as caught:
        crm.write("contact", [person("k")])

    assert "docs/hubspot.md" in caught.value.hint


def test_a_delivery_of_a_batch_carries_what_was_asked(crm: Connector, portal: Portal) -> None:
    """Changed fields alone are sent, each row with a trace of its own."""
    (made,) = created(crm, person("k"))
    crm.write("contact", [Write(id=made, values={"city": "Paris"})])

    sent = json.loads(portal.heard[-1][3])
    assert sent == {
        "inputs": [{"id": made, "properties": {"city": "Paris"}, "objectWriteTraceId": "0"}]
    }
