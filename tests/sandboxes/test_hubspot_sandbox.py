"""The HubSpot sandbox answers as the vendor does: shapes are held against recorded answers."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from syncline import Fault, Faults, SandboxContext
from syncline.net.serving import beside
from syncline.sandboxes.house import house
from syncline_sandbox import syncline_register_sandboxes
from syncline_sandbox.hubspot.app import create_app
from syncline_sandbox.hubspot.catalog import KINDS
from syncline_sandbox.hubspot.gate import Limits

RECORDED = Path(__file__).parents[1] / "recorded" / "hubspot"
START = datetime(2026, 11, 22, 15, 40, 0, 123456, tzinfo=UTC)
CONTACTS = "/crm/v3/objects/contacts"


@dataclass
class Portal:
    """A served sandbox with a clock that stands until it is moved."""

    http: httpx.Client
    now: datetime = START

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return self.http.request(method, path, json=body, **more)

    def contact(self, **properties: Any) -> str:
        answer = self.call("POST", CONTACTS, {"properties": properties})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def search(self, *filters: dict[str, Any], **more: Any) -> list[str]:
        body = {"filterGroups": [{"filters": list(filters)}], **more}
        answer = self.call("POST", f"{CONTACTS}/search", body)
        assert answer.status_code == 200, answer.text
        return [row["id"] for row in answer.json()["results"]]


@contextmanager
def served(folder: Path, **options: Any) -> Generator[Portal]:
    with httpx.Client(trust_env=False) as http:
        portal = Portal(http)
        with beside(create_app(folder, now=lambda: portal.now, **options)) as url:
            http.base_url = url
            http.headers["Authorization"] = "Bearer pat-na1-sandbox"
            yield portal


@pytest.fixture
def portal(tmp_path: Path) -> Generator[Portal]:
    with served(tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Generator[Portal]:
    """Give one portal to all tests that only ask what it refuses."""
    with served(tmp_path_factory.mktemp("portal")) as found:
        found.contact(firstname="Ada", city="Paris")
        yield found


def recorded(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text("utf-8"))
    return found


def shape(value: Any) -> Any:
    """Return what a client can rely on: keys and the kinds of their values, not the values."""
    if isinstance(value, dict):
        return {key: shape(value[key]) for key in sorted(value)}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - JSON of any shape
    if isinstance(value, list):
        return [shape(value[0])] if value else []  # pyright: ignore[reportUnknownArgumentType] - as above
    return None if value is None else type(value).__name__  # pyright: ignore[reportUnknownVariableType] - as above


def same_shape(answer: httpx.Response, name: str) -> None:
    """Hold an answer against a recording: status, headers that clients read, and body."""
    wanted = recorded(name)
    assert answer.status_code == wanted["status"]
    for header, value in wanted["headers"].items():
        if header == "Content-Type" and wanted["body"] == "":
            continue
        assert header in answer.headers, header
        if header == "Content-Type":
            assert answer.headers[header] == value
    if isinstance(wanted["body"], str):
        assert answer.text == wanted["body"]
    else:
        assert shape(answer.json()) == shape(wanted["body"])


# Shapes


def test_answers_have_the_recorded_shapes(portal: Portal) -> None:
    """B10: a client that reads HubSpot's answers reads these."""
    given = {"properties": {"email": "test@example.org", "firstname": "T", "lastname": "U"}}
    made = portal.call("POST", CONTACTS, given)
    same_shape(made, "create")
    assert made.headers["Location"].endswith(f"{CONTACTS}/{made.json()['id']}")
    path = f"{CONTACTS}/{made.json()['id']}"
    same_shape(portal.call("PATCH", path, {"properties": {"lastname": "V"}}), "patch")
    missing = portal.call("GET", f"{CONTACTS}/no@example.org?idProperty=email")
    same_shape(missing, "contact-404")

    others = [{"email": f"a{n}@example.org", "firstname": "T", "lastname": "U"} for n in (1, 2)]
    inputs = {"inputs": [{"properties": each} for each in others]}
    batch = portal.call("POST", f"{CONTACTS}/batch/create", inputs)
    same_shape(batch, "batch-create")
    same_shape(portal.call("GET", f"{CONTACTS}?limit=1"), "contacts-list")
    asked = {"propertyName": "email", "operator": "CONTAINS_TOKEN", "value": "example.org"}
    body = {"filterGroups": [{"filters": [asked]}], "limit": 2}
    same_shape(portal.call("POST", f"{CONTACTS}/search", body), "contacts-search")

    row = {"dealname": "D", "dealstage": "closedwon"}
    deal = portal.call("POST", "/crm/v3/objects/deals", {"properties": row}).json()["id"]
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 3}]
    pairs = [
        {"from": {"id": int(deal)}, "to": {"id": int(each["id"])}, "types": types}
        for each in batch.json()["results"]
    ]
    ties = "/crm/v4/associations/Deal/Contact/batch"
    same_shape(portal.call("POST", f"{ties}/create", {"inputs": pairs}), "associations-create")
    nobody = {"inputs": [{**pairs[0], "to": {"id": 1234}}]}
    same_shape(portal.call("POST", f"{ties}/create", nobody), "associations-207")
    cut = {"inputs": [{"from": pairs[0]["from"], "to": [pairs[0]["to"]]}]}
    same_shape(portal.call("POST", f"{ties}/archive", cut), "associations-archive")


def test_properties_have_the_recorded_keys(portal: Portal) -> None:
    """Names, types, options and what may be written are the vendor's own."""
    wanted = {each["name"]: each for each in recorded("properties")["body"]["results"]}
    answer = portal.call("GET", "/crm/v3/properties/contacts")
    found = {each["name"]: each for each in answer.json()["results"]}

    assert {name: found[name] for name in wanted} == wanted
    needed = set(wanted["hs_object_id"])
    for path in KINDS:
        results = portal.call("GET", f"/crm/v3/properties/{path}").json()["results"]
        assert all(needed <= set(each) for each in results)
        keys = [each for each in results if each["name"] == "syncline_key"]
        assert [each["hasUniqueValue"] for each in keys] == [True]
    assert portal.call("GET", "/crm/v3/properties/0-1/email").json() == wanted["email"]


def test_a_property_of_ones_own_is_made_and_removed(portal: Portal) -> None:
    path = "/crm/v3/properties/companies"
    body = {
        "name": "size_class",
        "label": "Size",
        "type": "enumeration",
        "fieldType": "select",
        "groupName": "companyinformation",
        "options": [{"label": "Small", "value": "s"}],
        "hasUniqueValue": False,
    }
    assert portal.call("POST", path, body).status_code == 201
    assert portal.call("POST", path, body).status_code == 409
    made = portal.call(
        "POST", "/crm/v3/objects/companies", {"properties": {"name": "N", "size_class": "s"}}
    )
    assert made.json()["properties"]["size_class"] == "s"
    assert portal.call("DELETE", f"{path}/size_class").status_code == 204
    assert portal.call("GET", f"{path}/size_class").status_code == 404
    assert portal.call("DELETE", f"{path}/name").status_code == 400


# Who may come in


@pytest.mark.parametrize("proof", ["", "Bearer nonsense", "Basic pat-na1-sandbox", "Bearer ä"])
def test_without_a_token_nothing_is_told(standing: Portal, proof: str) -> None:
    answer = standing.http.get(CONTACTS, headers={b"Authorization": proof.encode()})

    assert (answer.status_code, answer.json()["category"]) == (401, "INVALID_AUTHENTICATION")
    assert set(answer.json()) == {"status", "message", "correlationId", "category"}
    assert "X-HubSpot-RateLimit-Daily" not in answer.headers


def token(portal: Portal, **form: str) -> httpx.Response:
    given = {"client_id": "sandbox", "client_secret": "sandbox", **form}
    return portal.http.post("/oauth/v1/token", data=given)


def agreed(portal: Portal, **asked: str) -> httpx.Response:
    given = {"client_id": "sandbox", "redirect_uri": "http://localhost:9/", "scope": "oauth"}
    return portal.http.post("/oauth/v1/authorize", params={**given, **asked})


def test_tokens_end_and_are_renewed(portal: Portal, tmp_path: Path) -> None:
    """RP1: an access token lasts thirty minutes; what renews it outlives the process."""
    code = agreed(portal).headers["Location"].partition("code=")[2]
    back = {"redirect_uri": "http://localhost:9/"}
    got = token(portal, grant_type="authorization_code", code=code, **back).json()
    assert set(got) == {"token_type", "refresh_token", "access_token", "expires_in"}
    portal.http.headers["Authorization"] = f"Bearer {got['access_token']}"
    assert portal.call("GET", CONTACTS).status_code == 200
    about = portal.call("GET", f"/oauth/v1/access-tokens/{got['access_token']}").json()
    assert (about["hub_id"], about["scopes"], about["expires_in"]) == (145000001, ["oauth"], 1800)
    portal.now += timedelta(minutes=30, seconds=5)
    late = portal.call("GET", CONTACTS)
    assert late.json()["category"] == "EXPIRED_AUTHENTICATION"
    assert "expired 5 second(s) ago" in late.json()["message"]

    with served(tmp_path) as again:
        again.now = portal.now
        form = {"grant_type": "refresh_token", "refresh_token": got["refresh_token"]}
        more = token(again, **form).json()
        assert more["refresh_token"] == got["refresh_token"]
        path = f"/oauth/v1/refresh-tokens/{got['refresh_token']}"
        assert again.call("GET", path).json()["token_type"] == "refresh"
        assert again.call("DELETE", path).status_code == 204
        assert again.call("GET", path).status_code == 404
        assert token(again, **form).json()["category"] == "BAD_REFRESH_TOKEN"
        again.http.headers["Authorization"] = f"Bearer {more['access_token']}"
        assert again.call("GET", CONTACTS).status_code == 401


@pytest.mark.parametrize(
    ("form", "category"),
    [
        ({"client_id": "x"}, "BAD_CLIENT_ID"),
        ({"client_secret": "ä"}, "BAD_CLIENT_SECRET"),
        ({"grant_type": "password"}, "UNSUPPORTED_GRANT_TYPE"),
        ({"grant_type": "authorization_code", "code": "x"}, "BAD_AUTH_CODE"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "BAD_REFRESH_TOKEN"),
    ],
)
def test_wrong_credentials_are_refused(
    standing: Portal, form: dict[str, str], category: str
) -> None:
    answer = token(standing, **form)

    assert (answer.status_code, answer.json()["category"]) == (400, category)


def test_a_code_goes_to_this_machine_alone(portal: Portal) -> None:
    for redirect in ("https://example.com/", "http://127.0.0.1.example.com/", "nothing"):
        assert agreed(portal, redirect_uri=redirect).status_code == 400
    assert agreed(portal, client_id="<b>").status_code == 400
    page = portal.http.get(
        "/oauth/v1/authorize",
        params={
            "client_id": "sandbox",
            "redirect_uri": "http://localhost/",
            "scope": "<script>",
        },
    )
    assert "<script>" not in page.text
    code = agreed(portal).headers["Location"].partition("code=")[2]
    other = {"code": code, "redirect_uri": "http://localhost:8/"}
    answer = token(portal, grant_type="authorization_code", **other)
    assert answer.json()["category"] == "BAD_REDIRECT_URI"


# Records


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"nonsense": "x"}, "PROPERTY_DOESNT_EXIST"),
        ({"createdate": "2026-11-22"}, "READ_ONLY_VALUE"),
        ({"lifecyclestage": "Lead"}, "INVALID_OPTION"),
        ({"topics": "events;nonsense"}, "INVALID_OPTION"),
        ({"email": "no address"}, "INVALID_EMAIL"),
        ({"followercount": "many"}, "INVALID_DOUBLE"),
        ({"followercount": "nan"}, "INVALID_DOUBLE"),
        ({"renewal_date": "22/11/2026"}, "INVALID_LONG"),
        ({"renewal_date": 1795305600001}, "INVALID_DATE"),
        ({"closedate": -1}, "INVALID_LONG"),
        ({"hubspot_owner_id": "1"}, "INVALID_OWNER_ID"),
        ({"hubspot_owner_id": "81000003"}, "INVALID_OWNER_ID"),
        ({"city": "x" * 65_537}, "PROPERTY_VALUE_TOO_LONG"),
    ],
)
def test_values_are_refused_as_the_vendor_refuses_them(
    standing: Portal, properties: dict[str, Any], code: str
) -> None:
    answer = standing.call("POST", CONTACTS, {"properties": properties})

    assert answer.status_code == 400
    body = answer.json()
    assert (body["status"], body["category"]) == ("error", "VALIDATION_ERROR")
    assert body["correlationId"] == answer.headers["X-HubSpot-Correlation-Id"]
    assert [each["code"] for each in body["errors"]] == [code]
    assert body["errors"][0]["context"] == {"propertyName": list(properties)}
    assert body["message"].startswith("Property values were not valid: [{")
    assert len(standing.call("GET", CONTACTS).json()["results"]) == 1


def test_what_is_kept_is_in_the_vendors_form(portal: Portal) -> None:
    made = portal.contact(
        email=" Ada@Example.ORG",
        renewal_date=1795305600000,
        closedate="2026-11-22T16:40:00+01:00",
        followercount=5,
        topics="events",
        hs_lead_status="",
    )
    names = "email,renewal_date,closedate,followercount,topics,hs_lead_status"
    path = f"{CONTACTS}/{made}?properties={names}"
    held = portal.call("GET", path).json()["properties"]
    assert {name: held[name] for name in names.split(",")} == {
        "email": "ada@example.org",
        "renewal_date": "2026-11-22",
        "closedate": "2026-11-22T15:40:00.000Z",
        "followercount": "5",
        "topics": "events",
        "hs_lead_status": None,
    }
    portal.call("PATCH", f"{CONTACTS}/{made}", {"properties": {"topics": ";product_news"}})
    assert portal.call("GET", path).json()["properties"]["topics"] == "events;product_news"
    portal.call("PATCH", f"{CONTACTS}/{made}", {"properties": {"topics": "", "email": None}})
    held = portal.call("GET", path).json()["properties"]
    assert (held["topics"], held["email"]) == (None, None)


def test_an_address_belongs_to_one_contact(portal: Portal) -> None:
    made = portal.contact(email="a@example.org")
    other = portal.contact(firstname="B")

    again = portal.call("POST", CONTACTS, {"properties": {"email": "A@example.org"}})
    patch = {"properties": {"email": "a@example.org"}}
    taken = portal.call("PATCH", f"{CONTACTS}/{other}", patch)

    for answer in (again, taken):
        body = answer.json()
        assert (answer.status_code, body["category"]) == (409, "CONFLICT")
        assert body["message"] == f"Contact already exists. Existing ID: {made}"
    assert portal.call("DELETE", f"{CONTACTS}/{made}").status_code == 204
    assert portal.call("PATCH", f"{CONTACTS}/{other}", patch).status_code == 200


def test_a_batch_without_traces_is_all_or_nothing(portal: Portal) -> None:
    rows = [{"properties": {"firstname": "A"}}, {"properties": {"email": "nonsense"}}]

    answer = portal.call("POST", f"{CONTACTS}/batch/create", {"inputs": rows})

    assert answer.status_code == 400
    assert portal.call("GET", CONTACTS).json()["results"] == []


def test_a_batch_with_traces_answers_row_by_row(portal: Portal) -> None:
    rows = [
        {"properties": {"firstname": "A"}, "objectWriteTraceId": "a"},
        {"properties": {"email": "nonsense"}, "objectWriteTraceId": "b"},
        {"properties": {"syncline_key": "k"}, "objectWriteTraceId": "c"},
        {"properties": {"syncline_key": "K"}, "objectWriteTraceId": "d"},
    ]
    answer = portal.call("POST", f"{CONTACTS}/batch/create", {"inputs": rows})

    assert answer.status_code == 207
    body = answer.json()
    assert (body["status"], body["numErrors"]) == ("COMPLETE", 2)
    assert sorted(each["objectWriteTraceId"] for each in body["results"]) == ["a", "c"]
    told = {each["context"]["objectWriteTraceId"][0]: each for each in body["errors"]}
    assert told["b"]["errors"][0]["code"] == "INVALID_EMAIL"
    assert told["d"]["errors"][0]["code"] == "CONFLICTING_UNIQUE_VALUE"
    assert "already has that value" in told["d"]["message"]
    many: dict[str, Any] = {"inputs": [{"properties": {}}] * 101}
    assert portal.call("POST", f"{CONTACTS}/batch/create", many).status_code == 400


def test_reading_many_names_those_that_are_not_there(portal: Portal) -> None:
    made = portal.contact(email="a@example.org", syncline_key="k")
    body: dict[str, Any] = {"inputs": [{"id": made}, {"id": "9"}], "properties": ["email"]}

    answer = portal.call("POST", f"{CONTACTS}/batch/read", body)

    assert answer.status_code == 207
    assert [each["id"] for each in answer.json()["results"]] == [made]
    assert answer.json()["errors"][0]["context"] == {"ids": ["9"]}
    by_key = {"inputs": [{"id": "K"}], "idProperty": "syncline_key", "properties": []}
    found = portal.call("POST", f"{CONTACTS}/batch/read", by_key)
    assert (found.status_code, found.json()["results"][0]["id"]) == (200, made)
    wrong = {**by_key, "idProperty": "city"}
    assert portal.call("POST", f"{CONTACTS}/batch/read", wrong).status_code == 400


def test_archived_records_are_listed_apart_and_their_time_stands(portal: Portal) -> None:
    ids = [portal.contact(firstname=str(number)) for number in range(3)]
    portal.now += timedelta(hours=1)
    portal.call("DELETE", f"{CONTACTS}/{ids[1]}")
    assert portal.call("DELETE", f"{CONTACTS}/{ids[1]}").status_code == 204

    live = portal.call("GET", CONTACTS).json()["results"]
    (gone,) = portal.call("GET", f"{CONTACTS}?archived=True").json()["results"]

    assert [row["id"] for row in live] == [ids[0], ids[2]]
    assert (gone["id"], gone["archived"]) == (ids[1], True)
    assert gone["archivedAt"] == "2026-11-22T16:40:00.123Z"
    assert gone["updatedAt"] == "2026-11-22T15:40:00.123Z"
    page = portal.call("GET", f"{CONTACTS}?limit=1").json()
    rest = portal.call("GET", f"{CONTACTS}?limit=1&after={page['paging']['next']['after']}").json()
    assert [row["id"] for row in rest["results"]] == [ids[2]]
    assert "paging" not in rest
    assert portal.call("GET", f"{CONTACTS}?limit=101").status_code == 400


def test_a_merge_leaves_one_that_answers_for_both(portal: Portal) -> None:
    winner = portal.contact(firstname="A", email="a@example.org")
    loser = portal.contact(city="London")
    body = {"primaryObjectId": winner, "objectIdToMerge": loser}

    answer = portal.call("POST", f"{CONTACTS}/merge", body)

    assert answer.json()["id"] == winner
    properties = answer.json()["properties"]
    assert (properties["city"], properties["hs_merged_object_ids"]) == ("London", loser)
    assert portal.call("GET", f"{CONTACTS}/{loser}").json()["id"] == winner
    assert portal.call("GET", f"{CONTACTS}?archived=true").json()["results"] == []
    assert portal.call("POST", f"{CONTACTS}/merge", body).status_code == 400


# Search


def test_a_search_filters_as_the_vendor_does(portal: Portal) -> None:
    ada = portal.contact(firstname="Ada", city="Paris", followercount="9", topics="events")
    bob = portal.contact(firstname="bob", city="Saint-Denis, Paris", followercount="10")
    nil = portal.contact(firstname="Nil", lifecyclestage="customer")

    def by(name: str, operator: str, value: Any = None) -> list[str]:
        key = "values" if isinstance(value, list) else "value"
        return sorted(portal.search({"propertyName": name, "operator": operator, key: value}))

    assert by("city", "EQ", "PARIS") == [ada]
    assert by("city", "NEQ", "paris") == [bob]
    assert by("city", "IN", ["paris"]) == [ada]
    assert by("city", "IN", ["Paris"]) == []
    assert by("city", "CONTAINS_TOKEN", "paris") == [ada, bob]
    assert by("city", "CONTAINS_TOKEN", "den*") == [bob]
    assert by("city", "CONTAINS_TOKEN", "ari") == []
    assert by("city", "NOT_CONTAINS_TOKEN", "denis") == [ada]
    assert by("city", "NOT_HAS_PROPERTY") == [nil]
    assert by("city", "HAS_PROPERTY") == [ada, bob]
    assert by("lifecyclestage", "IN", ["customer"]) == [nil]
    assert by("lifecyclestage", "EQ", "Customer") == []
    assert by("lifecyclestage", "NOT_IN", ["customer"]) == [ada, bob]
    assert by("topics", "EQ", "events") == [ada]
    assert by("followercount", "GT", "9") == [bob]
    assert by("followercount", "LTE", "9.5") == [ada]
    between = {"propertyName": "followercount", "operator": "BETWEEN"}
    assert portal.search({**between, "value": "9", "highValue": "9"}) == [ada]
    assert portal.search(query="bo") == [bob]
    moment = {"propertyName": "createdate", "operator": "GTE", "value": "2026-11-22T15:40:00.123Z"}
    assert len(portal.search(moment)) == 3
    sorts = [{"propertyName": "followercount", "direction": "DESCENDING"}]
    assert portal.search(sorts=sorts)[1:] == [bob, ada]


BEYOND: list[dict[str, Any]] = [
    {"limit": 201},
    {"after": 9990, "limit": 20},
    {"filterGroups": [{"filters": []}] * 6},
    {"filterGroups": [{"filters": [{"propertyName": "city", "operator": "EQ"}] * 7}]},
    {"filterGroups": [{"filters": [{"propertyName": "city", "operator": "EQ"}] * 6}] * 4},
    {"sorts": ["city", "state"]},
    {"sorts": ["nonsense"]},
    {"after": "x"},
    {"filterGroups": [{"filters": [{"propertyName": "nonsense", "operator": "EQ"}]}]},
    {"filterGroups": [{"filters": [{"propertyName": "city", "operator": "LIKE"}]}]},
    {"filterGroups": [{"filters": [{"propertyName": "city", "operator": "IN"}]}]},
    {"filterGroups": "x"},
]


@pytest.mark.parametrize("body", BEYOND)
def test_a_search_beyond_its_limits_is_refused(standing: Portal, body: dict[str, Any]) -> None:
    assert standing.call("POST", f"{CONTACTS}/search", body).status_code == 400


def test_a_search_may_lag_and_a_read_does_not(tmp_path: Path) -> None:
    with served(tmp_path, lag=timedelta(seconds=10)) as portal:
        made = portal.contact(firstname="Ada")
        assert portal.search() == []
        assert portal.call("GET", f"{CONTACTS}/{made}").status_code == 200
        portal.now += timedelta(seconds=11)
        portal.call("PATCH", f"{CONTACTS}/{made}", {"properties": {"firstname": "Eve"}})
        asked = {"propertyName": "firstname", "operator": "EQ", "value": "Ada"}
        assert portal.search(asked) == [made]
        portal.now += timedelta(seconds=11)
        assert portal.search(asked) == []
        portal.call("DELETE", f"{CONTACTS}/{made}")
        assert portal.search() == [made]


# Limits and faults


def test_limits_are_told_in_the_vendors_words(tmp_path: Path) -> None:
    limits = Limits(daily=6, ten_seconds=3, searches=1)
    with served(tmp_path, limits=limits) as portal:
        assert portal.call("POST", f"{CONTACTS}/search", {}).status_code == 200
        haste = portal.call("POST", f"{CONTACTS}/search", {})
        assert (haste.status_code, haste.json()["policyName"]) == (429, "SECONDLY")
        assert haste.headers["Retry-After"] == "2"
        first = portal.call("GET", CONTACTS)
        assert first.headers["X-HubSpot-RateLimit-Remaining"] == "0"
        burst = portal.call("GET", CONTACTS)
        assert burst.json()["policyName"] == "TEN_SECONDLY_ROLLING"
        assert (burst.json()["category"], burst.headers["Retry-After"]) == ("RATE_LIMITS", "11")
        portal.now += timedelta(seconds=11)
        for _ in range(3):
            portal.call("GET", CONTACTS)
        portal.now += timedelta(seconds=11)
        portal.call("GET", CONTACTS)
        over = portal.call("GET", CONTACTS)
        assert (over.json()["policyName"], over.json()["errorType"]) == ("DAILY", "RATE_LIMIT")
        assert "Retry-After" not in over.headers
        portal.now += timedelta(days=1)
        assert portal.call("GET", CONTACTS).status_code == 200


def test_faults_come_on_demand(tmp_path: Path) -> None:
    with served(tmp_path, faults=Faults(shares={Fault.LIMIT: 1.0})) as portal:
        answer = portal.call("GET", CONTACTS)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    with served(tmp_path, faults=Faults(shares={Fault.ROW: 1.0})) as portal:
        row = {"properties": {"firstname": "A"}, "objectWriteTraceId": "a"}
        answer = portal.call("POST", f"{CONTACTS}/batch/create", {"inputs": [row]})
        assert answer.json()["errors"][0]["category"] == "INTERNAL_ERROR"


# The house


def test_it_keeps_its_records_and_its_place_in_the_house(tmp_path: Path) -> None:
    """Behind one address with the others, and with its data after the process ended."""
    context = SandboxContext(folder=tmp_path, now=lambda: datetime.now(UTC), faults=Faults())
    proof = {"Authorization": "Bearer pat-na1-sandbox"}
    made = ""
    for turn in range(2):
        sandboxes = list(syncline_register_sandboxes())
        with (
            beside(house(sandboxes, context)) as url,
            httpx.Client(base_url=url, headers=proof, trust_env=False) as http,
        ):
            if turn == 0:
                made = http.post(CONTACTS, json={"properties": {"firstname": "A"}}).json()["id"]
                assert http.get("/account-info/v3/details").json()["portalId"] == 145000001
                assert len(http.get("/crm/v3/owners/").json()["results"]) == 2
            else:
                assert http.get(f"{CONTACTS}/{made}").json()["id"] == made


def test_what_people_do_by_hand_takes_no_token(portal: Portal) -> None:
    made = portal.contact(firstname="A")
    del portal.http.headers["Authorization"]
    given = {"object": "contacts", "id": made}

    assert portal.call("POST", "/sandbox/hubspot/archive", given).status_code == 200
    assert portal.call("POST", "/sandbox/hubspot/archive", given).status_code == 404
    assert portal.call("POST", "/sandbox/hubspot/restore", given).json() == {"id": made}
    assert portal.call("POST", "/sandbox/hubspot/dance", {}).status_code == 404
    assert portal.call("POST", "/sandbox/hubspot/leave", {"email": "x"}).status_code == 404
    assert portal.call("POST", "/sandbox/hubspot/restore", {"object": "x"}).status_code == 400
