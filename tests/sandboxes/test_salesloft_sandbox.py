"""The Salesloft sandbox answers in the shapes of the vendor's own OpenAPI file (B10)."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from jsonschema import Draft202012Validator

from syncline import Fault, Faults
from syncline.net.serving import beside
from syncline_sandbox.salesloft.app import create_app
from syncline_sandbox.salesloft.gate import API_KEY

if TYPE_CHECKING:
    from collections.abc import Generator

SPEC: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "recorded" / "salesloft" / "openapi.json").read_text("utf-8")
)
START = datetime(2026, 11, 22, 15, 40, 0, 123456, tzinfo=UTC)
STAMP = "2026-11-22T15:40:00.123456+00:00"


@dataclass
class Team:
    """A served sandbox with a clock that stands until it is moved."""

    http: httpx.Client
    now: datetime = START

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return self.http.request(method, f"/v2{path}", json=body, **more)

    def get(self, path: str, *params: tuple[str, str]) -> Any:
        answer = self.call("GET", path, params=list(params))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def add(self, path: str, **values: Any) -> Any:
        answer = self.call("POST", path, values)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def person(self, name: str, **values: Any) -> int:
        given = {"first_name": name, "email_address": f"{name.casefold()}@example.com", **values}
        return int(self.add("/people.json", **given)["id"])

    def by_hand(self, what: str, **values: Any) -> int:
        answer = self.http.post(f"/sandbox/salesloft/{what}", json=values)
        assert answer.status_code == 200, answer.text
        return int(answer.json()["id"])

    def names(self, *params: tuple[str, str]) -> list[str]:
        return [row["first_name"] for row in self.get("/people.json", *params)["data"]]


@contextmanager
def served(folder: Path, **options: Any) -> Generator[Team]:
    with httpx.Client(trust_env=False, headers={"Authorization": f"Bearer {API_KEY}"}) as http:
        team = Team(http)
        with beside(create_app(folder, now=lambda: team.now, **options)) as url:
            http.base_url = url
            yield team


@pytest.fixture
def team(tmp_path: Path) -> Generator[Team]:
    with served(tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> Generator[Team]:
    """One team for whatever changes nothing: Ada alone is known."""
    with served(tmp_path_factory.mktemp("steady")) as found:
        found.person("Ada")
        yield found


# Shapes


def closed(node: Any, *, open_: bool = False) -> Any:
    """Return a schema that takes no other property, and null where there is nothing.

    The vendor answers null for what is absent, though its file says so of pages alone.
    """
    if isinstance(node, list):
        return [closed(each, open_=open_) for each in node]  # pyright: ignore[reportUnknownVariableType] - JSON of any shape
    if not isinstance(node, dict):
        return node
    made: dict[str, Any] = {key: closed(value, open_=open_) for key, value in node.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - as above
    named: dict[str, Any] = made.get("properties") or {}
    if named:
        made["properties"] = {
            name: {"anyOf": [each, {"type": "null"}]} for name, each in named.items()
        }
        if not open_:
            made["additionalProperties"] = False
    return made


#: A step of the file is one to import, and has no id; one of an answer is more.
SCHEMAS = {
    name: closed(schema, open_=name == "Step")
    for name, schema in SPEC["components"]["schemas"].items()
}


def shaped(answer: httpx.Response, path: str, method: str = "") -> None:
    """Hold an answer against the response that the file has for its method and *path*."""
    method = method or answer.request.method.lower()
    responses = SPEC["paths"][path][method]["responses"]
    assert str(answer.status_code) in responses
    content = responses[str(answer.status_code)].get("content")
    if content is None:
        assert answer.content == b""
        return
    (schema,) = (each["schema"] for each in content.values())
    body = answer.json()
    if "$ref" in schema:
        # The file describes the record; that it stands in `data` it says of cadences alone, and
        # the vendor's page on formats of all.
        assert set(body) == {"data"}
        body = body["data"]
    document = {**schema, "components": {"schemas": SCHEMAS}}
    faults = Draft202012Validator(document).iter_errors(body)  # pyright: ignore[reportUnknownMemberType] - jsonschema's own
    assert [f"{fault.json_path}: {fault.message}" for fault in faults] == []


def test_answers_have_the_shapes_of_the_vendors_file(team: Team) -> None:
    """Every resource, written, read and listed, with each reference filled in somewhere."""
    company = team.add("/accounts.json", name="Engines", domain="engines.example", size="12")
    ada = team.person(
        "Ada", last_name="Lovelace", phone="+1 404 555 0100", job_seniority="director",
        account_id=company["id"], tags=["maths"], custom_fields={"Lead Score": "7"},
    )  # fmt: skip
    enrolment = f"/cadence_memberships.json?person_id={ada}&cadence_id=1"
    shaped(team.call("POST", enrolment), "/v2/cadence_memberships.json")
    call = {"person_id": ada, "disposition": "Connected", "duration": 60, "notes": "Very keen"}
    shaped(team.call("POST", "/activities/calls.json", call), "/v2/activities/calls.json")
    team.by_hand("email", person_id=ada, subject="Engines", cadence_id=1)
    note = {"content": "Later", "associated_with_type": "Account", "associated_with_id": 1}
    shaped(team.call("POST", "/notes.json", note), "/v2/notes.json")

    for path in SPEC["paths"]:
        if "get" in SPEC["paths"][path]:
            answer = team.call("GET", path.removeprefix("/v2").replace("{id}", "1"))
            shaped(answer, path)
            if "{id}" not in path and path not in {"/v2/me.json", "/v2/team.json"}:
                assert answer.json()["data"] != [], path

    body = {"email_address": "bob@example.com", "upsert_key": "email_address"}
    shaped(
        team.call("POST", "/people.json", {"email_address": "al@example.com"}), "/v2/people.json"
    )
    shaped(team.call("POST", "/person_upserts.json", body), "/v2/person_upserts.json")
    body = {"name": "Looms", "domain": "looms.example", "upsert_key": "domain"}
    shaped(team.call("POST", "/account_upserts.json", body), "/v2/account_upserts.json")
    shaped(team.call("PUT", "/people/1.json", {"title": "Countess"}), "/v2/people/{id}.json")
    # The file says that a note written anew is answered with a person: held to a note that is read.
    shaped(team.call("PUT", "/notes/1.json", {"content": "Now"}), "/v2/notes/{id}.json", "get")
    shaped(team.call("DELETE", "/cadence_memberships/1.json"), "/v2/cadence_memberships/{id}.json")
    shaped(team.call("DELETE", "/people/1.json"), "/v2/people/{id}.json")


def test_every_parameter_of_the_vendors_file_is_taken(team: Team) -> None:
    """What a program may write is what the file lists, but for what another vendor's id is."""
    from syncline_sandbox.salesloft.people import kinds

    for table, path in (("people", "/v2/people/{id}.json"), ("accounts", "/v2/accounts/{id}.json")):
        body = SPEC["paths"][path]["put"]["requestBody"]["content"]
        listed = set(body["application/x-www-form-urlencoded"]["schema"]["properties"])
        kind = kinds()[table]
        taken = {*kind.texts, *kind.truths, *kind.lists, *kind.references, "custom_fields"}
        assert taken <= listed
        beyond = {"crm_id", "crm_id_type", "import_id", "account_tier_id", "company_stage_id"}
        assert listed - taken <= {*beyond, "archived", "unsubscribed"}


def test_both_forms_of_a_path_are_one_resource(steady: Team) -> None:
    assert steady.get("/people") == steady.get("/people.json")
    assert steady.get("/me")["data"]["email"] == "robin@orchard.example.com"


# Who may come in


@pytest.mark.parametrize("header", ["", "Bearer x", f"Basic {API_KEY}", "Bearer ä"])
def test_a_call_without_a_token_is_refused(steady: Team, header: str) -> None:
    answer = steady.call("GET", "/me.json", headers={"Authorization": header.encode()})

    assert (answer.status_code, answer.json()) == (401, {"error": "Invalid Bearer token"})


def agreed(team: Team, **asked: str) -> httpx.Response:
    given = {
        "client_id": "sandbox", "redirect_uri": "http://127.0.0.1:1/callback",
        "response_type": "code", "state": "s1",
    }  # fmt: skip
    return team.http.get("/salesloft/oauth/authorize", params={**given, **asked})


def traded(team: Team, **form: str) -> httpx.Response:
    given = {"client_id": "sandbox", "client_secret": "sandbox"}
    return team.http.post("/salesloft/oauth/token", data={**given, **form})


def test_a_code_is_traded_for_a_token_that_ends_and_is_renewed_once(team: Team) -> None:
    answer = agreed(team)
    assert answer.status_code == 302
    told = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert told["state"] == ["s1"]
    form = {
        "grant_type": "authorization_code", "code": told["code"][0],
        "redirect_uri": "http://127.0.0.1:1/callback",
    }  # fmt: skip

    given = traded(team, **form).json()

    assert traded(team, **form).json()["error"] == "invalid_grant"
    assert (given["token_type"], given["expires_in"]) == ("bearer", 7200)
    proof = {"Authorization": f"Bearer {given['access_token']}"}
    assert team.call("GET", "/me.json", headers=proof).status_code == 200
    team.now += timedelta(hours=2)
    assert team.call("GET", "/me.json", headers=proof).status_code == 401
    again = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    renewed = traded(team, **again).json()
    proof = {"Authorization": f"Bearer {renewed['access_token']}"}
    assert team.call("GET", "/me.json", headers=proof).status_code == 200
    assert traded(team, **again).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"client_id": "x"}, "invalid_client"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"redirect_uri": "https://elsewhere.example"}, "invalid_redirect_uri"),
    ],
)
def test_a_wrong_question_is_not_agreed_to(steady: Team, asked: dict[str, str], error: str) -> None:
    answer = agreed(steady, **asked)

    assert (answer.status_code, answer.json()["error"]) == (400, error)


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_secret": "x"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "authorization_code", "code": "x"}, 400, "invalid_grant"),
    ],
)
def test_a_wrong_trade_is_refused(
    steady: Team, form: dict[str, str], status: int, error: str
) -> None:
    answer = traded(steady, **form)

    assert (answer.status_code, answer.json()["error"]) == (status, error)


# Points


def test_a_minutes_points_end_and_come_back(tmp_path: Path) -> None:
    with served(tmp_path, points=2) as team:
        answers = [team.call("GET", "/me.json") for _ in range(3)]
        assert [each.status_code for each in answers] == [200, 200, 429]
        left = [each.headers["x-ratelimit-remaining-minute"] for each in answers]
        assert left == ["1", "0", "0"]
        assert answers[2].json() == {"error": "Too Many Requests"}
        team.now += timedelta(minutes=1)
        assert team.call("GET", "/me.json").status_code == 200


@pytest.mark.parametrize(
    ("page", "cost"), [(1, 1), (100, 1), (101, 3), (151, 8), (251, 10), (501, 30)]
)
def test_deep_pages_cost_more(steady: Team, page: int, cost: int) -> None:
    answer = steady.call("GET", "/people.json", params={"page": page})

    assert answer.headers["x-ratelimit-endpoint-cost"] == str(cost)


def test_the_dial_refuses_calls_and_single_records(tmp_path: Path) -> None:
    with served(tmp_path / "limit", faults=Faults(shares={Fault.LIMIT: 1.0})) as team:
        assert team.call("GET", "/me.json").status_code == 429
    with served(tmp_path / "row", faults=Faults(shares={Fault.ROW: 1.0})) as team:
        ada = team.person("Ada")
        path = f"/cadence_memberships.json?person_id={ada}&cadence_id=1"
        assert team.call("POST", path).status_code == 409


# Listings


def test_filters_on_time_count_microseconds(team: Team) -> None:
    for name in ("Ada", "Bob", "Cy"):
        team.person(name)
        team.now += timedelta(microseconds=1)
    middle = (START + timedelta(microseconds=1)).isoformat()

    parts = ("gt", "gte", "lt", "lte")
    found = {part: sorted(team.names((f"updated_at[{part}]", middle))) for part in parts}

    assert found == {
        "gt": ["Cy"], "gte": ["Bob", "Cy"], "lt": ["Ada"], "lte": ["Ada", "Bob"],
    }  # fmt: skip


def test_pages_are_numbered_and_counted_when_asked(team: Team) -> None:
    for name in ("Ada", "Bob", "Cy"):
        team.person(name)
        team.now += timedelta(seconds=1)
    order = (("sort_by", "updated_at"), ("sort_direction", "ASC"), ("per_page", "2"))

    first = team.get("/people.json", *order)
    last = team.get("/people.json", *order, ("page", "2"), ("include_paging_counts", "true"))

    assert [row["first_name"] for row in first["data"]] == ["Ada", "Bob"]
    assert first["metadata"]["paging"] == {
        "per_page": 2, "current_page": 1, "next_page": 2, "prev_page": None,
    }  # fmt: skip
    assert last["metadata"]["paging"] == {
        "per_page": 2, "current_page": 2, "next_page": None, "prev_page": 1,
        "total_pages": 2, "total_count": 3,
    }  # fmt: skip
    assert last["metadata"]["sorting"]["sort_direction"] == "ASC NULLS FIRST"
    # Newest first is the vendor's own order.
    assert team.names() == ["Cy", "Bob", "Ada"]


def test_filters_by_value(team: Team) -> None:
    ada = team.person("Ada", custom_fields={"Syncline Key": "k:1"})
    bob = team.person("Bob")

    assert team.names(("ids[]", str(ada)), ("ids[]", str(bob)), ("ids[]", "99")) == ["Bob", "Ada"]
    assert team.names(("email_addresses[]", "ADA@example.com")) == ["Ada"]
    assert team.names(("custom_fields[Syncline Key]", "K:1")) == ["Ada"]
    assert team.names(("custom_fields[Syncline Key]", "k:2")) == []
    # A filter that the vendor does not know is passed over.
    assert team.names(("colour", "red")) == ["Bob", "Ada"]


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"per_page": "101"}, "per_page"),
        ({"page": "0"}, "page"),
        ({"sort_by": "shoe_size"}, "sort_by"),
        ({"sort_direction": "UP"}, "sort_direction"),
        ({"updated_at[gt]": "soon"}, "updated_at"),
        ({"updated_at[near]": STAMP}, "updated_at"),
    ],
)
def test_a_wrong_question_of_a_listing_is_refused(
    steady: Team, params: dict[str, str], field: str
) -> None:
    answer = steady.call("GET", "/people.json", params=params)

    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


# Writing


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"email_address": "ADA@example.com"}, "email_address", "has already been taken"),
        ({"email_address": "nobody"}, "email_address", "is not a valid email address"),
        ({"email_address": None}, "email_address", "or phone and last_name must be provided"),
        ({"job_seniority": "king"}, "job_seniority", "must be one of: director"),
        ({"contact_restrictions": ["fax"]}, "contact_restrictions", "must be of: call"),
        ({"tags": "red"}, "tags", "must be a list of texts"),
        ({"do_not_contact": "yes"}, "do_not_contact", "must be a boolean"),
        ({"title": ["x"]}, "title", "is invalid"),
        ({"owner_id": 99}, "owner_id", "is invalid"),
        ({"owner_id": 3}, "owner_id", "is not an active user"),
        ({"custom_fields": {"Shoe Size": "9"}}, "custom_fields", "is not a custom field"),
        ({"custom_fields": {"Renewal Date": "soon"}}, "custom_fields", "is not a date"),
        ({"custom_fields": "x"}, "custom_fields", "must be an object"),
    ],
)
def test_a_bad_value_is_refused_under_its_fields_name(
    steady: Team, values: dict[str, Any], field: str, words: str
) -> None:
    answer = steady.call("POST", "/people.json", {"email_address": "new@example.com", **values})

    assert answer.status_code == 422
    assert words in answer.json()["errors"][field][0]
    assert steady.names() == ["Ada"]


def test_an_update_changes_what_is_given_and_leaves_the_rest(team: Team) -> None:
    ada = team.person("Ada", title="Countess", custom_fields={"Lead Score": "7"})
    team.now += timedelta(seconds=1)

    path = f"/people/{ada}.json"
    changed = team.call(
        "PUT", path, {"title": None, "custom_fields": {"Renewal Date": "2027-01-01"}}
    )

    row = changed.json()["data"]
    assert (row["first_name"], row["title"]) == ("Ada", None)
    assert row["custom_fields"] == {"Lead Score": "7", "Renewal Date": "2027-01-01"}
    assert (row["created_at"], row["updated_at"]) == (STAMP, team.now.isoformat())
    cleared = team.call("PUT", path, {"custom_fields": {"Lead Score": None}}).json()["data"]
    assert cleared["custom_fields"] == {"Renewal Date": "2027-01-01"}


def test_an_upsert_updates_by_the_address_or_creates(team: Team) -> None:
    ada = team.person("Ada")

    body = {"email_address": "Ada@example.com", "title": "Countess", "upsert_key": "email_address"}
    told = team.add("/person_upserts.json", **body)

    assert (told["upsert_type"], told["person"]["id"], told["person"]["title"]) == (
        "update", ada, "Countess",
    )  # fmt: skip
    assert team.call("POST", "/person_upserts.json", {"upsert_key": "title"}).status_code == 422
    body = {"email_address": "bob@example.com", "upsert_key": "email_address"}
    assert team.add("/person_upserts.json", **body)["upsert_type"] == "create"


def test_a_deletion_again_is_done_and_a_cadence_remembers_it(team: Team) -> None:
    ada = team.person("Ada")
    team.call("POST", f"/cadence_memberships.json?person_id={ada}&cadence_id=1")

    assert [team.call("DELETE", f"/people/{ada}.json").status_code for _ in range(2)] == [204, 204]

    assert team.call("GET", f"/people/{ada}.json").json() == {"error": "Not Found"}
    assert team.call("PUT", f"/people/{ada}.json", {}).status_code == 404
    (row,) = team.get("/cadence_memberships.json")["data"]
    assert (row["person_deleted"], row["currently_on_cadence"]) == (True, False)
    assert team.person("Ada") != ada


# Cadences


def test_a_person_added_again_has_one_membership_of_a_cadence(team: Team) -> None:
    ada = team.person("Ada")
    path = f"/cadence_memberships.json?person_id={ada}&cadence_id=1"

    first = team.call("POST", path).json()["data"]
    again = team.call("POST", path)
    assert again.json()["errors"] == {"person": ["is already on this cadence"]}
    assert [team.call("DELETE", "/cadence_memberships/1.json").status_code for _ in "ab"] == [
        204,
        404,
    ]
    back = team.call("POST", path).json()["data"]

    assert (first["id"], first["current_state"]) == (1, "staged")
    assert (back["id"], back["currently_on_cadence"]) == (1, True)
    assert [c["id"] for c in team.get(f"/people/{ada}.json")["data"]["cadences"]] == [1]


def test_who_cannot_be_added_is_refused(team: Team) -> None:
    """A cadence that was archived, and a person who asked not to be contacted, among others."""
    team.person("Ada")
    team.person("Bob", do_not_contact=True)
    team.by_hand("archive", id=2)

    cases = {(1, 99): 404, (99, 1): 404, (1, 2): 422, (2, 1): 422}
    for (person, cadence), status in cases.items():
        path = f"/cadence_memberships.json?person_id={person}&cadence_id={cadence}"
        assert team.call("POST", path).status_code == status, path


def test_a_membership_at_work_takes_no_change_and_one_finished_is_over(team: Team) -> None:
    ada = team.person("Ada")
    team.call("POST", f"/cadence_memberships.json?person_id={ada}&cadence_id=1")

    team.by_hand("busy", id=1)
    assert team.call("DELETE", "/cadence_memberships/1.json").status_code == 422
    team.by_hand("finish", id=1)

    assert team.get("/cadence_memberships.json", ("currently_on_cadence", "true"))["data"] == []
    assert team.get("/cadence_memberships/1.json")["data"]["current_state"] == "completed"


def test_who_must_not_be_contacted_leaves_every_cadence(team: Team) -> None:
    ada = team.person("Ada")
    for cadence in (1, 2):
        team.call("POST", f"/cadence_memberships.json?person_id={ada}&cadence_id={cadence}")

    team.call("PUT", f"/people/{ada}.json", {"do_not_contact": True})

    rows = team.get("/cadence_memberships.json")["data"]
    assert [row["current_state"] for row in rows] == ["removed", "removed"]


# Keeping


def test_records_stay_and_what_was_refused_leaves_nothing(tmp_path: Path) -> None:
    with served(tmp_path) as team:
        ada = team.person("Ada")
        assert team.call("POST", "/people.json", {"email_address": "x"}).status_code == 422
        assert team.http.post("/v2/people.json", content=b"{").status_code == 400
    with served(tmp_path) as team:
        assert team.names() == ["Ada"]
        assert team.get(f"/people/{ada}.json")["data"]["created_at"] == STAMP
        assert team.person("Bob") == ada + 1
