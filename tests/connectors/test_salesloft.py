"""The Salesloft connector, spoken to over real HTTP: what it says, reads and is sent."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from jsonschema import Draft202012Validator, ValidationError, validate

from support_salesloft import DAY, TYPE, Team, created, opened, served
from syncline import (
    Connector,
    Delivery,
    DeliveryError,
    FatalError,
    FieldType,
    GoneKind,
    Grant,
    Identity,
    Notice,
    Position,
    RetriableError,
    Secret,
    Side,
    Write,
)
from syncline.testing import FakeAccess, context_for
from syncline_sandbox.salesloft.gate import API_KEY


@pytest.fixture
def team(tmp_path: Path) -> Generator[Team]:
    with served(tmp_path) as found:
        yield found


@pytest.fixture
def loft(team: Team) -> Generator[Connector]:
    with opened(team) as connector:
        yield connector


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncline.net.http.FIRST_WAIT", 0.0)


# What it says of itself


def test_it_describes_the_team_and_can_do_no_next_touch(team: Team, loft: Connector) -> None:
    """K11: what the API has no way to is not declared, so that the checker refuses it."""
    team.by_hand("archive", id=3)

    described = loft.describe()

    assert [each.name for each in described.objects] == ["prospect", "account", "activity"]
    assert [each.name for each in described.actions] == ["enrol", "exit", "move"]
    assert described.cadences == ("New leads", "Nurture Q3")
    assert team.spent.total == 5
    prospect, activity = described.get("prospect"), described.get("activity")
    assert prospect is not None
    assert activity is not None
    assert (prospect.key_field, prospect.deletable) == ("Syncline Key", True)
    owner, score, renewal = (prospect.get(n) for n in ("owner", "Lead Score", "Renewal Date"))
    assert owner is not None
    assert score is not None
    assert renewal is not None
    assert (owner.values[0], owner.codes[0]) == ("robin@orchard.example.com", "1")
    assert (score.type, renewal.type) == (FieldType.TEXT, FieldType.DATE)
    assert (activity.key_field, activity.deletable) == (None, False)
    outcome = activity.get("outcome")
    assert outcome is not None
    assert set(outcome.values) >= {"Connected", "Left Voicemail", "Replied"}


def test_names_that_several_have_carry_their_id(team: Team, loft: Connector) -> None:
    """Two cadences of one name, and a custom field that is called like a standard one."""
    made = team.by_hand("cadence", name="New leads")
    team.call("POST", "/custom_fields", name="title", field_type="person")

    described = loft.describe()

    assert set(described.cadences) >= {"New leads (id 2)", f"New leads (id {made})"}
    prospect = described.get("prospect")
    assert prospect is not None
    marked = prospect.get("title (custom)")
    assert marked is not None
    assert marked.label == "title"
    id_ = created(loft, "k1", title="Countess", **{"title (custom)": "of Lovelace"})
    assert team.get(f"/people/{id_}")["custom_fields"]["title"] == "of Lovelace"
    (record,) = loft.read("prospect", [id_], ["title", "title (custom)"])
    assert dict(record.values) == {"title": "Countess", "title (custom)": "of Lovelace"}


def test_a_team_without_our_key_field_is_told_what_to_add(team: Team, loft: Connector) -> None:
    body = json.dumps({"data": [], "metadata": {"paging": {"next_page": None}}}).encode()
    with team.relay.answering(
        200, body, which=lambda _method, path, _body: "custom_fields" in path
    ):
        described = loft.describe()

    prospect = described.get("prospect")
    assert prospect is not None
    assert prospect.key_field is None
    with pytest.raises(FatalError, match="no field for our key") as caught:
        loft.write("prospect", [Write(key="k", values={"email_address": "a@example.com"})])
    assert '"Syncline Key"' in caught.value.hint


def test_a_description_that_is_known_is_not_asked_for_again(team: Team, loft: Connector) -> None:
    """Names of users, stages and cadences cost nothing in a cycle, until a new one turns up."""
    known = loft.describe()
    ada = team.person("Ada")
    team.call("POST", f"/cadence_memberships?person_id={ada}&cadence_id=2")
    fields = ["owner", "person_stage", "cadences"]
    with opened(team, description=known) as late:
        before = team.spent.total
        (record,) = late.read("prospect", [ada], fields)
        assert team.spent.total == before + 1
        assert dict(record.values) == {
            "owner": "robin@orchard.example.com",
            "person_stage": "Open",
            "cadences": ("New leads",),
        }  # fmt: skip
        fresh = team.by_hand("cadence", name="Fresh")
        team.call("POST", f"/cadence_memberships?person_id={ada}&cadence_id={fresh}")
        for _ in range(2):
            (record,) = late.read("prospect", [ada], fields)
            assert record.values["cadences"] == ("New leads", "Fresh")
        assert team.spent.total == before + 4


@pytest.mark.parametrize(
    "settings",
    [{}, {"url": "https://api.salesloft.com", "client_id": "x"}, {"url": "http://localhost:1"}],
)
def test_good_settings_are_taken(settings: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(TYPE.settings)
    validate(settings, TYPE.settings)


@pytest.mark.parametrize(
    "settings",
    [{"url": "api.salesloft.com"}, {"url": "http://api.salesloft.com"}, {"token": "ak_1"}],
)
def test_bad_settings_are_refused(settings: dict[str, Any]) -> None:
    """A secret is no setting."""
    with pytest.raises(ValidationError):
        validate(settings, TYPE.settings)


# Reading


def test_values_come_in_our_own_forms(team: Team, loft: Connector) -> None:
    company = team.call("POST", "/accounts", name="Engines", domain="engines.example", size="12")
    ada = team.person(
        "Ada", account_id=company, tags=["maths", "looms"], do_not_contact=True, owner_id=2,
        custom_fields={"Lead Score": "7", "Renewal Date": "2027-01-31"},
    )  # fmt: skip
    names = [
        "id", "first_name", "title", "account_id", "tags", "contact_restrictions",
        "do_not_contact", "owner", "Lead Score", "Renewal Date", "Syncline Key", "created_at",
    ]  # fmt: skip

    (page,) = loft.changes("prospect", names, None)
    (record,) = page.records

    assert record.modified == DAY + timedelta(seconds=4)
    assert dict(record.values) == {
        "id": ada,
        "first_name": "Ada",
        "title": None,
        "account_id": str(company),
        "tags": ("maths", "looms"),
        "contact_restrictions": (),
        "do_not_contact": True,
        "owner": "sam@orchard.example.com",
        "Lead Score": "7",
        "Renewal Date": "2027-01-31",
        "Syncline Key": None,
        "created_at": "2026-11-22T12:00:04Z",
    }
    (account,) = loft.read("account", [str(company)], ["name", "size", "owner"])
    assert dict(account.values) == {
        "name": "Engines", "size": "12", "owner": "robin@orchard.example.com",
    }  # fmt: skip


def test_more_people_of_one_instant_than_a_page_holds_are_all_listed(
    team: Team, loft: Connector
) -> None:
    """Somebody tags 130 people at once, and one statement has one stamp."""
    ids = [team.person(f"P{number}") for number in range(130)]
    since = Position(modified=team.clock())
    team.by_hand("tag", ids=[int(id_) for id_ in ids], tag="autumn")

    pages = list(loft.changes("prospect", ["tags"], since))

    listed = [record.id for page in pages for record in page.records]
    assert listed == sorted(ids)
    assert {record.modified for page in pages for record in page.records} == {team.clock()}
    middle = Position(modified=team.clock(), id=listed[60])
    rest = [r.id for page in loft.changes("prospect", ["tags"], middle) for r in page.records]
    assert rest == listed[61:]


def test_who_was_on_a_cadence_and_was_deleted_is_told(team: Team, loft: Connector) -> None:
    """B9; of somebody who never was on one, the API says nothing."""
    ada, bob = team.person("Ada"), team.person("Bob")
    team.call("POST", f"/cadence_memberships?person_id={ada}&cadence_id=2")
    since = list(loft.changes("prospect", [], None))[-1].position
    for person in (ada, bob):
        team.call("DELETE", f"/people/{person}")

    (page,) = loft.changes("prospect", [], since)

    assert [(gone.id, gone.kind, gone.into) for gone in page.gone] == [
        (ada, GoneKind.DELETED, None)
    ]
    assert page.records == ()
    assert loft.read("prospect", [ada, bob], ["first_name"]) == []


def test_what_happened_is_one_kind_of_record(team: Team, loft: Connector) -> None:
    """Calls with their notes, e-mails that were sent, and notes about people (RS2)."""
    ada = team.person("Ada", phone="+1 404 555 0100")
    about = {"associated_with_type": "person", "associated_with_id": int(ada)}
    call = team.call(
        "POST", "/activities/calls", person_id=int(ada), disposition="Connected",
        sentiment="Interested", duration=60, notes="Very keen", cadence_id=2,
    )  # fmt: skip
    sent = team.by_hand("email", person_id=int(ada), subject="Engines")
    later = team.by_hand("email", person_id=int(ada), subject="Looms", status="scheduled")
    note = team.call("POST", "/notes", content="Call again", **about)
    company = team.call("POST", "/accounts", name="Engines", domain="engines.example")
    team.call(
        "POST", "/notes", content="A firm", associated_with_type="account",
        associated_with_id=company,
    )  # fmt: skip
    names = ["prospect_id", "kind", "outcome", "at", "user", "comments", "duration", "cadence_name"]

    (page,) = loft.changes("activity", names, None)

    rows = {record.id: dict(record.values) for record in page.records}
    person = {"prospect_id": ada, "user": "robin@orchard.example.com"}
    none = dict.fromkeys(("duration", "cadence_name", "comments", "outcome"))
    assert rows == {
        f"call-{call}": {
            **person, "kind": "call", "outcome": "Connected", "at": "2026-11-22T12:00:04Z",
            "comments": "Very keen", "duration": 60, "cadence_name": "New leads",
        },
        f"email-{sent}": {
            **none, **person, "kind": "email", "outcome": "Sent", "at": "2026-11-22T12:00:06Z",
        },
        f"note-{note}": {
            **none, **person, "kind": "note", "at": "2026-11-22T12:00:10Z",
            "comments": "Call again",
        },
    }  # fmt: skip
    ids = [*rows, f"email-{later}", "note-1", "note-3", "call-99", "fax-1"]
    assert {record.id: dict(record.values) for record in loft.read("activity", ids, names)} == rows


def test_an_email_is_told_again_when_it_was_answered_or_came_back(
    team: Team, loft: Connector
) -> None:
    ada = team.person("Ada")
    email = team.by_hand("email", person_id=int(ada), subject="Engines", status="scheduled")
    since = list(loft.changes("activity", [], None))[-1].position
    outcomes: list[Any] = []
    for what in ("send", "reply", "bounce"):
        team.by_hand(what, id=email)
        pages = list(loft.changes("activity", ["outcome"], since))
        since = pages[-1].position
        outcomes += [r.values["outcome"] for page in pages for r in page.records]

    assert outcomes == ["Sent", "Replied", "Bounced"]


def test_a_poll_takes_a_call_for_each_listing_there_is(team: Team, loft: Connector) -> None:
    loft.describe()
    costs: dict[str, int] = {}
    for name in ("prospect", "account", "activity"):
        before = team.spent.total
        list(loft.changes(name, [], Position(modified=DAY)))
        costs[name] = team.spent.total - before

    assert costs == {"prospect": 2, "account": 1, "activity": 3}


# Points, tokens


def test_a_minute_whose_points_are_spent_is_sat_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal for the rate would end the run for this side; a minute is soon over."""
    with served(tmp_path, points=4) as team:
        slept: list[float] = []

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            team.clock.forward(seconds=seconds)

        monkeypatch.setattr("syncline_salesloft.session.sleep", sleep)
        team.clock.forward(seconds=20)
        with opened(team) as loft:
            loft.describe()
            assert loft.usage() is None

    assert slept == [40.0]
    assert team.spent.total == 5


def test_a_refusal_for_the_rate_passes(team: Team, loft: Connector) -> None:
    loft.describe()
    refusal = b'{"error": "Too Many Requests"}'
    with team.relay.answering(429, refusal), pytest.raises(RetriableError, match="Too Many"):
        loft.read("prospect", ["1"], [])


def test_a_token_that_is_no_longer_taken_is_renewed_once(team: Team) -> None:
    access = FakeAccess.of("ak_old_and_revoked", API_KEY)
    with opened(team, access) as loft:
        loft.describe()
    assert access.renewals == 1

    with opened(team, FakeAccess.of("ak_wrong_for_ever")) as loft:
        with pytest.raises(FatalError, match="401") as caught:
            loft.describe()
        assert "ak_wrong" not in f"{caught.value.message}{caught.value.hint}"


def test_it_says_whom_salesloft_takes_us_for(team: Team) -> None:
    """RS1: the state of a connection, for two calls at most."""
    context = context_for(
        TYPE,
        team.folder,
        settings={"url": team.relay.url},
        clock=team.clock,
        spend=team.spent,
        access=FakeAccess.of(API_KEY, scope="people:read people:write"),
    )
    assert TYPE.identify is not None

    assert TYPE.identify(context) == Identity(
        user="Robin Hale <robin@orchard.example.com>",
        account="Orchard Sales",
        scopes=("people:read", "people:write"),
        version="v2",
    )
    assert team.spent.total == 2
    with team.relay.answering(403, b'{"error": "No"}', which=lambda _m, path, _b: "team" in path):
        assert TYPE.identify(context).account == ""


def test_the_ways_in_lead_to_the_vendors_oauth(team: Team) -> None:
    """The vendor's own address if no other is set; the sandbox's token opens the API."""
    ways = {way.grant: way for way in TYPE.ways}
    assert set(ways) == {Grant.WEB, Grant.TOKEN}
    oauth = ways[Grant.WEB].oauth
    assert oauth is not None
    assert oauth.authorize is not None
    assert oauth.authorize({}) == "https://accounts.salesloft.com/oauth/authorize"
    assert oauth.token({}) == "https://accounts.salesloft.com/oauth/token"

    settings = {"accounts_url": f"{team.relay.url}/salesloft"}
    back = "http://127.0.0.1:1/callback"
    asked = {"client_id": "sandbox", "response_type": "code", "redirect_uri": back}
    with httpx.Client(trust_env=False) as browser:
        place = browser.get(oauth.authorize(settings), params=asked).headers["Location"]
        form = {
            "grant_type": "authorization_code", "redirect_uri": back, "client_id": "sandbox",
            "client_secret": "sandbox", "code": parse_qs(urlsplit(place).query)["code"][0],
        }  # fmt: skip
        token = browser.post(oauth.token(settings), data=form).json()["access_token"]
    with opened(team, FakeAccess.of(token)) as loft:
        assert loft.describe().cadences


# What is sent by itself

SECRETS = {"callback_token": Secret("a shared secret")}


def delivery(event: str, body: bytes, **headers: str) -> Delivery:
    proof = hmac.new(b"a shared secret", body, hashlib.sha1).hexdigest()
    given = {"x-salesloft-event": event, "x-salesloft-signature": proof}
    return Delivery(
        method="POST",
        url="https://hooks.example.com/salesloft",
        headers={**given, **{name.replace("_", "-"): text for name, text in headers.items()}},
        body=body,
        received=datetime(2026, 11, 22, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("event", "notices"),
    [
        ("person_created", [("prospect", "7")]),
        ("person_updated", [("prospect", "7")]),
        ("person_deleted", [("prospect", "7")]),
        ("account_updated", [("account", "7")]),
        ("call_created", [("activity", "call-7")]),
        ("email_updated", [("activity", "email-7")]),
        ("note_deleted", [("activity", "note-7")]),
        ("call_data_record_created", []),
        ("cadence_membership_updated", []),
        ("link_swap", []),
        ("", []),
    ],
)
def test_a_delivery_names_the_record_that_it_is_about(
    event: str, notices: list[tuple[str, str]]
) -> None:
    """RS3."""
    assert TYPE.webhook is not None

    found = TYPE.webhook.read(delivery(event, b'{"id": 7}'), SECRETS)

    assert found == tuple(Notice(object=name, id=id_) for name, id_ in notices)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (delivery("person_updated", b'{"id": 7}', x_salesloft_signature=""), "signature"),
        (delivery("person_updated", b'{"id": 7}', x_salesloft_signature="ä"), "signature"),
        (replace(delivery("person_updated", b'{"id": 7}'), body=b'{"id": 8}'), "signature"),
        (delivery("person_updated", b"{"), "names no record"),
        (delivery("person_updated", b'{"id": "x"}'), "names no record"),
        (delivery("person_updated", b"[]"), "names no record"),
    ],
)
def test_a_delivery_that_is_not_the_vendors_is_not_believed(given: Delivery, words: str) -> None:
    assert TYPE.webhook is not None

    with pytest.raises(DeliveryError, match=words) as caught:
        TYPE.webhook.read(given, SECRETS)

    assert "a shared secret" not in str(caught.value)


def test_it_is_a_cadence_platform_and_needs_no_secret_of_its_own() -> None:
    assert (TYPE.sides, TYPE.secrets) == (frozenset({Side.CADENCE}), ())
