"""Many rows at once: bulk jobs read and write them for a handful of calls, over real HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from support_salesforce import (
    DONE,
    GONE,
    REFUSED,
    RETRY,
    Org,
    by_hand,
    created,
    lead,
    listed,
    opened,
    says,
    served,
)
from syncline import Fault, Faults, Page, RetriableError, UnknownOutcomeError, Value, Write
from syncline_salesforce import bulk, connection, reading

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from syncline import Connector

MANY = 2001


@pytest.fixture
def org(tmp_path: Path) -> Generator[Org]:
    with served(tmp_path) as found:
        yield found


@pytest.fixture
def crm(org: Org, tmp_path: Path) -> Generator[Connector]:
    with opened(org, tmp_path) as connector:
        connector.describe()
        org.heard.clear()
        org.spent.clear()
        yield connector


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncline.net.http.FIRST_WAIT", 0.0)
    monkeypatch.setattr(bulk, "FIRST_WAIT", 0.0)


def rows(count: int = MANY) -> list[Write]:
    return [lead(f"k{number}") for number in range(count)]


def test_two_thousand_rows_go_by_collections_and_one_more_as_a_job(
    crm: Connector, org: Org
) -> None:
    """Ten calls carry 2,000 rows; a job carries up to 10,000 for six, and a call a glance."""
    assert all(each.status is DONE for each in crm.write("Lead", rows(2000)))
    assert org.spent == ["write"] * 10
    org.heard.clear()
    org.spent.clear()

    outcomes = crm.write("Lead", [lead(f"m{number}") for number in range(MANY)])

    assert [each.status for each in outcomes] == [DONE] * MANY
    ids = [each.id for each in outcomes]
    assert crm.lookup("Lead", ["m0", "m2000"]) == {"m0": ids[0], "m2000": ids[2000]}
    assert [path.split()[0] for path in org.paths()[:6]] == [
        "POST", "PUT", "PATCH", "GET", "GET", "GET",
    ]  # fmt: skip
    assert org.spent[:6] == ["write"] * 6
    prices = crm.describe().prices
    assert prices.bulk is not None
    assert prices.batch(MANY) == (10_000, bulk.PRICE)
    assert prices.bulk.price >= 6


def test_each_row_of_a_job_has_its_own_fate_in_its_own_place(crm: Connector, org: Org) -> None:
    """One bad row fails alone; texts with commas, quotes and line ends arrive as they are."""
    words = 'Streets of "London",\nand beyond; #1'
    given = rows()
    given[3] = lead("bad", Email="no address")
    given[5] = lead("text", Street=words, Title=None, Topics__c=("Pricing", "Support"))

    outcomes = crm.write("Lead", given)

    assert (outcomes[3].status, outcomes[3].code) == (REFUSED, "INVALID_EMAIL_ADDRESS")
    assert "invalid email address: no address" in outcomes[3].message
    assert all(each.status is DONE for at, each in enumerate(outcomes) if at != 3)
    (record,) = crm.read("Lead", [outcomes[5].id or ""], ["Street", "Title", "Topics__c"])
    assert dict(record.values) == {
        "Street": words,
        "Title": None,
        "Topics__c": ("Pricing", "Support"),
    }


def test_updates_in_a_job_clear_blanks_and_leave_the_rest_alone(crm: Connector, org: Org) -> None:
    """An empty cell means "as it is", so a blank is written as what empties a field."""
    ids = [each.id or "" for each in crm.write("Lead", rows())]
    first: dict[str, Value] = {"Title": "Countess", "City": "London"}
    crm.write("Lead", [Write(id=ids[0], values=first)])
    gone = ids[-1]
    crm.delete("Lead", [gone])
    updates = [Write(id=id_, values={"Rating": "Hot"}) for id_ in ids[1:]]

    outcomes = crm.write("Lead", [Write(id=ids[0], values={"Title": None}), *updates])

    assert [each.status for each in outcomes[:-1]] == [DONE] * (MANY - 1)
    assert (outcomes[-1].status, outcomes[-1].id) == (GONE, gone)
    (record,) = crm.read("Lead", ids[:1], ["Title", "City", "Rating"])
    assert dict(record.values) == {"Title": None, "City": "London", "Rating": None}


def test_a_value_that_a_sheet_takes_for_nothing_goes_by_collections(
    crm: Connector, org: Org
) -> None:
    """``#N/A`` is a text like any other to a person, and empties a field in a job."""
    outcomes = crm.write("Lead", [lead("odd", Title="#N/A"), *rows()])

    assert org.spent.count("write") == 11
    (record,) = crm.read("Lead", [outcomes[0].id or ""], ["Title"])
    assert record.values["Title"] == "#N/A"


def test_rows_that_are_locked_are_tried_again_later(tmp_path: Path) -> None:
    """A lock is a passing fault of its row, in a job as in a collection."""
    faults = Faults(shares={Fault.ROW: 0.01})
    with served(tmp_path, faults=faults) as org, opened(org, tmp_path) as crm:
        outcomes = crm.write("Lead", rows())
        again = [row for row, each in zip(rows(), outcomes, strict=True) if each.status is RETRY]

        assert {each.status for each in outcomes} == {DONE, RETRY}
        assert {each.code for each in outcomes if each.status is RETRY} == {"UNABLE_TO_LOCK_ROW"}
        while again:
            results = crm.write("Lead", again)
            again = [row for row, each in zip(again, results, strict=True) if each.status is RETRY]
        assert len(listed(crm)) == MANY


@pytest.mark.parametrize(
    ("method", "part"),
    [("PATCH", "/jobs/ingest"), ("GET", "/jobs/ingest"), ("GET", "successfulResults")],
    ids=["while it is closed", "while it is asked for", "while its results are fetched"],
)
def test_a_job_whose_end_is_not_heard_is_looked_for(
    crm: Connector, org: Org, method: str, part: str
) -> None:
    """From the moment when the org may work on it the outcome is unknown; our keys tell it."""
    error = [{"errorCode": "SERVER_UNAVAILABLE", "message": "busy"}]
    org.faults += [(method, part, says(503, error, after=org.app))] * 4

    with pytest.raises(UnknownOutcomeError):
        crm.write("Lead", rows())

    org.faults.clear()
    # The org works on a job when it likes; here, when somebody asks how it stands.
    for path in {each[1] for each in org.heard if "/jobs/ingest/" in each[1]}:
        org_asks(org, "/".join(path.split("/")[:7]))
    assert len(crm.lookup("Lead", [f"k{number}" for number in range(MANY)])) == MANY
    assert all(each.status is DONE for each in crm.write("Lead", rows()))
    assert len(listed(crm)) == MANY


def org_asks(org: Org, path: str) -> None:
    """Let somebody else ask how a job stands."""
    form = {"grant_type": "client_credentials", "client_id": "sandbox", "client_secret": "sandbox"}
    token = httpx.post(f"{org.url}/services/oauth2/token", data=form, trust_env=False).json()
    proof = {"Authorization": f"Bearer {token['access_token']}"}
    assert httpx.get(org.url + path, headers=proof, trust_env=False).is_success


@pytest.mark.parametrize(
    ("method", "part"), [("POST", "/jobs/ingest"), ("PUT", "/batches")], ids=["open", "upload"]
)
def test_a_job_that_was_never_closed_did_nothing(
    crm: Connector, org: Org, method: str, part: str
) -> None:
    """Before it is closed a job takes no effect: the fault passes, and nothing is looked for."""
    org.faults.append((method, part, says(500, [], after=org.app)))

    with pytest.raises(RetriableError) as caught:
        crm.write("Lead", rows())

    assert type(caught.value) is RetriableError
    assert listed(crm) == []


def test_a_job_that_the_org_gives_up_leaves_its_rows_for_later(crm: Connector, org: Org) -> None:
    """A job ends as Failed with some rows done; those that it never came to are tried again."""
    state = {"id": "750Sb0000000001MAA", "state": "Failed", "errorMessage": "InternalServerError"}

    async def give_up(scope: Any, receive: Any, send: Any) -> None:
        await org.app({**scope, "method": "GET"}, receive, swallow)
        await says(200, state)(scope, receive, send)

    org.faults.append(("GET", "/jobs/ingest", give_up))
    sheet = '"sf__Id","sf__Created","Syncline_Key__c"\n"00QSb0000000001IAA","true","k0"\n'
    org.faults.append(("GET", "successfulResults", as_sheet(sheet)))

    outcomes = crm.write("Lead", rows())

    assert outcomes[0].status is DONE
    assert {each.status for each in outcomes[1:]} == {RETRY}
    assert "InternalServerError" in outcomes[1].message


async def swallow(_message: Any) -> None:
    return None


def as_sheet(text: str) -> Any:
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"text/csv"), (b"content-length", str(len(text)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": text.encode()})

    return app


def test_deletions_go_two_hundred_at_a_time(crm: Connector, org: Org) -> None:
    """Each has its own outcome, whatever the number."""
    ids = created(crm, *rows(401))
    org.spent.clear()

    outcomes = crm.delete("Lead", ids)

    assert [each.id for each in outcomes] == ids
    assert {each.status for each in outcomes} == {DONE}
    assert org.spent == ["delete"] * 3


# Listing


def test_a_long_first_listing_is_one_job(
    crm: Connector, org: Org, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first page tells that there is more, a count how much; the rest comes in one answer."""
    monkeypatch.setattr(reading, "PAGE", 100)
    monkeypatch.setattr(reading, "MANY", 500)
    ids = created(
        crm, *[lead(f"k{n}", NumberOfEmployees=n, IsUnreadByOwner=n % 2 == 0) for n in range(650)]
    )
    names = [
        "LastName",
        "NumberOfEmployees",
        "IsUnreadByOwner",
        "CreatedDate",
        "City",
        "OwnerEmail",
    ]
    org.spent.clear()

    pages = list(crm.changes("Lead", names, None))

    assert [record.id for page in pages for record in page.records] == ids
    assert [len(page.records) for page in pages] == [100] * 6 + [50]
    # A page, a count, the job, a glance, its results.
    assert org.spent == ["list"] * 5
    first, last = pages[0].records[0], pages[-1].records[-1]
    assert dict(last.values) == {
        "LastName": "Lovelace",
        "NumberOfEmployees": 649,
        "IsUnreadByOwner": False,
        "CreatedDate": "2026-11-22T15:40:00Z",
        "City": None,
        "OwnerEmail": "sam@sandbox.example",
    }
    assert {type(value) for value in first.values.values()} == {
        type(value) for value in last.values.values()
    }
    assert listed(crm, pages[2].position) == ids[300:]
    assert all(page.gone == () for page in pages)


def test_a_listing_of_a_few_pages_takes_no_job(
    crm: Connector, org: Org, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below the number from which a job pays, and whenever a listing goes on, pages are cheaper."""
    monkeypatch.setattr(reading, "PAGE", 100)
    ids = created(crm, *rows(250))
    by_hand(org, "convert", lead=ids[0])
    org.heard.clear()

    assert sorted(listed(crm)) == sorted(ids[1:])

    assert not [path for path in org.paths() if "jobs" in path]
    assert len(org.heard) == 4


def test_a_job_that_reads_and_fails_is_no_empty_listing(
    crm: Connector, org: Org, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pages before it stand, and the next run goes on after them."""
    monkeypatch.setattr(reading, "PAGE", 100)
    monkeypatch.setattr(reading, "MANY", 100)
    ids = created(crm, *rows(250))
    state = {"id": "x", "state": "Failed", "errorMessage": "TXN_FAILED"}
    org.faults.append(("GET", "/jobs/query", says(200, state)))

    pages: list[Page] = []
    with pytest.raises(RetriableError, match="TXN_FAILED"):
        pages.extend(crm.changes("Lead", ["LastName"], None))

    (page,) = pages
    assert [record.id for record in page.records] == ids[:100]
    assert listed(crm, page.position) == ids[100:]


def test_a_write_of_both_kinds_keeps_its_order(crm: Connector, org: Org) -> None:
    """Creations and updates go apart, and the outcomes come back in the order asked."""
    (standing,) = created(crm, lead("standing"))
    org.now += timedelta(seconds=1)
    mixed = [
        Write(id=standing, values={"City": "Paris"}),
        *rows(),
        Write(id="00QSb0000zzzzzz", values={}),
    ]

    outcomes = crm.write("Lead", mixed)

    assert outcomes[0].id == standing
    assert outcomes[-1].status is GONE
    assert all(each.status is DONE for each in outcomes[:-1])


def test_the_price_of_a_job_is_below_that_of_the_calls_it_saves() -> None:
    """A job is chosen where it saves calls, even if its end is asked for a few times."""
    prices = replace(connection.PRICES)
    assert prices.bulk is not None
    calls = -(-prices.bulk.above // prices.write_size)
    assert prices.bulk.price < calls
