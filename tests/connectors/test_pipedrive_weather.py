"""The Pipedrive connector in bad weather: limits, blocks, dead tokens, and webhooks (RP1)."""

from __future__ import annotations

import base64
import json
import queue
import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from jsonschema import Draft202012Validator, ValidationError, validate

from support_pipedrive import (
    START,
    TYPE,
    Company,
    FakeAccess,
    context_of,
    opened,
    recorded,
    says,
    served,
    standing,
)
from syncline import (
    Delivery,
    DeliveryError,
    FatalError,
    Fault,
    Faults,
    GoneKind,
    Grant,
    Notice,
    OutcomeStatus,
    Position,
    RetriableError,
    Secret,
    UnknownOutcomeError,
    Write,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from syncline import Connector

PAGE = "<html><head><title>Attention Required! | Cloudflare</title></head></html>"
OVER = {"success": False, "error": "request over limit", "errorCode": 429}


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncline.net.http.FIRST_WAIT", 0.0)


@pytest.fixture(scope="module")
def server() -> Generator[Company]:
    with standing() as found:
        yield found


@pytest.fixture
def company(server: Company, tmp_path: Path) -> Company:
    return server.renewed(tmp_path)


@pytest.fixture
def crm(company: Company, tmp_path: Path) -> Generator[Connector]:
    with opened(company, tmp_path) as connector:
        yield connector


def count(crm: Connector) -> int:
    return sum(len(page.records) for page in crm.changes("person", ["id"], None))


# Limits


def test_too_many_calls_in_two_seconds_are_waited_out(crm: Connector, company: Company) -> None:
    """429 has no Retry-After here."""
    crm.describe()
    for _ in range(2):
        company.faults.append(("GET", "/persons", says(429, OVER)))

    assert count(crm) == 0
    assert company.paths().count("GET persons") == 3


def test_a_day_without_tokens_is_told_at_once_and_not_hammered(tmp_path: Path) -> None:
    """K6: whoever goes on after 429 is shut out altogether."""
    with served(tmp_path, allowance=75) as company, opened(company, tmp_path) as crm:
        crm.describe()
        with pytest.raises(RetriableError, match="5 tokens left for today") as caught:
            count(crm)

        assert "midnight" in caught.value.hint
        assert company.paths().count("GET persons") == 1
        company.later(days=1)
        assert count(crm) == 0


def test_a_blocked_connection_stays_away_and_the_page_is_no_json(
    crm: Connector, company: Company
) -> None:
    crm.describe()
    company.faults.append(("GET", "/persons", says(403, PAGE)))

    with pytest.raises(RetriableError, match="blocked this connection"):
        count(crm)

    assert company.paths().count("GET persons") == 1


def test_a_blocked_write_is_known_to_have_done_nothing(crm: Connector, company: Company) -> None:
    crm.describe()
    company.faults.append(("POST", "/persons", says(403, PAGE)))

    with pytest.raises(RetriableError) as caught:
        crm.write("person", [Write(key="k", values={"last_name": "X"})])

    assert not isinstance(caught.value, UnknownOutcomeError)


def test_the_sandbox_s_own_limits_are_met_as_the_vendor_s(tmp_path: Path) -> None:
    with served(tmp_path, faults=Faults(shares={Fault.LIMIT: 1.0})) as company:
        with opened(company, tmp_path) as crm, pytest.raises(RetriableError, match="429"):
            crm.describe()
        with opened(company, tmp_path) as crm, pytest.raises(RetriableError, match="blocked"):
            crm.describe()


# Who asks


def test_a_token_that_a_person_copied_goes_in_its_own_header(
    company: Company, tmp_path: Path
) -> None:
    """A wrong one is refused without being shown (RP1)."""
    with opened(company, tmp_path, access=FakeAccess(text="wrong")) as crm:
        with pytest.raises(FatalError, match="401") as caught:
            crm.describe()
        assert "wrong" not in repr(caught.value)


def test_a_token_of_oauth_is_renewed_once_and_says_where_the_company_is(
    company: Company, tmp_path: Path
) -> None:
    """RP1: the settings know no address; it came with the token."""
    good = _oauth_token(company)
    access = FakeAccess(text="v1u:dead", extras={"api_domain": company.url}, next=good)

    with opened(company, tmp_path, access=access, url="") as crm:
        assert count(crm) == 0

    assert access.renewals == 1
    again = FakeAccess(extras=access.extras)
    with (
        opened(company, tmp_path, access=again, url="") as crm,
        pytest.raises(FatalError, match="401"),
    ):
        crm.describe()
    assert again.renewals == 1


def test_without_an_address_it_says_what_to_write(company: Company, tmp_path: Path) -> None:
    with opened(company, tmp_path, url="") as crm:
        with pytest.raises(FatalError, match="not known where") as caught:
            crm.describe()
        assert "[connections.pipedrive]" in caught.value.hint


def test_a_missing_scope_ends_the_run(crm: Connector, company: Company) -> None:
    crm.describe()
    said = {"success": False, "error": "Scope and URL mismatch", "errorCode": 403}
    company.faults.append(("PATCH", "/persons", says(403, said)))

    with pytest.raises(FatalError, match="Scope and URL mismatch"):
        crm.write("person", [Write(id="1", values={"LinkedIn": "x"})])


def test_it_can_be_reached_by_the_page_and_by_a_token() -> None:
    """The ways in are the vendor's: no PKCE, the app proves itself by Basic (RP1)."""
    web, token = TYPE.ways

    assert (web.grant, token.grant) == (Grant.WEB, Grant.TOKEN)
    assert web.oauth is not None
    assert web.oauth.authorize is not None
    assert web.oauth.revoke is not None
    assert (web.oauth.pkce, web.oauth.basic, web.oauth.unused) == (False, True, timedelta(days=60))
    assert web.oauth.token({}) == "https://oauth.pipedrive.com/oauth/token"
    assert web.oauth.authorize({"oauth_url": "http://127.0.0.1:1/"}) == (
        "http://127.0.0.1:1/oauth/authorize"
    )


def test_its_settings_are_a_schema_that_refuses_slips() -> None:
    schema = dict(TYPE.settings)
    Draft202012Validator.check_schema(schema)
    validate({"url": "https://acme.pipedrive.com", "other_owner": "keep"}, schema)
    validate({"client_id": "x", "other_owner": "kim@example.com"}, schema)
    for wrong in ({"url": "http://acme.pipedrive.com"}, {"other_owner": "drop"}, {"token": "t"}):
        with pytest.raises(ValidationError):
            validate(wrong, schema)


def _oauth_token(company: Company) -> str:
    back = "http://127.0.0.1:9/callback"
    asked = {"client_id": "sandbox", "redirect_uri": back, "state": "s"}
    agreed = httpx.get(f"{company.url}/oauth/authorize", params=asked)
    code = httpx.URL(agreed.headers["location"]).params["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back}
    answer = httpx.post(f"{company.url}/oauth/token", data=form, auth=("sandbox", "sandbox"))
    return str(answer.json()["access_token"])


# Answers that are none


@pytest.mark.parametrize("body", [[], {}, {"success": True}, "null"])
def test_an_answer_of_another_shape_to_a_write_is_an_unknown_outcome(
    crm: Connector, company: Company, body: Any
) -> None:
    """A success with its data missing is none."""
    crm.describe()
    said = says(200, body) if not isinstance(body, str) else says(200, None)
    company.faults.append(("POST", "/persons", said))

    with pytest.raises((UnknownOutcomeError, FatalError)) as caught:
        crm.write("person", [Write(key="k", values={"last_name": "X"})])

    assert isinstance(caught.value, UnknownOutcomeError)


def test_a_listing_of_another_shape_is_told(crm: Connector, company: Company) -> None:
    crm.describe()
    for body in ({"success": True}, {"success": True, "data": {"id": 1}}):
        company.faults.append(("GET", "/persons", says(200, body)))
        with pytest.raises(FatalError, match="something else"):
            count(crm)
    company.faults.append(
        ("GET", "/persons", says(200, {"success": True, "data": None, "additional_data": None}))
    )
    assert count(crm) == 0


def test_a_passing_fault_after_some_records_leaves_the_rest_for_later(
    crm: Connector, company: Company
) -> None:
    crm.describe()
    writes = [Write(key=k, values={"last_name": k}) for k in "abc"]

    async def second(scope: Any, receive: Any, send: Any) -> None:
        company.faults += [("POST", "/persons", says(403, PAGE))]
        await company.app(scope, receive, send)

    company.faults.append(("POST", "/persons", second))

    statuses = [each.status for each in crm.write("person", writes)]

    assert statuses == [OutcomeStatus.DONE, OutcomeStatus.RETRY, OutcomeStatus.RETRY]


# Webhooks

SECRETS = {"webhook_user": Secret("syncline"), "webhook_password": Secret("correct horse")}


def delivery(body: Any, user: str = "syncline", password: str = "correct horse") -> Delivery:
    proof = base64.b64encode(f"{user}:{password}".encode()).decode()
    return Delivery(
        method="POST",
        url="https://sync.example.com/hooks/pipedrive",
        headers={"authorization": f"Basic {proof}"},
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        received=START,
    )


def meta(**more: Any) -> dict[str, Any]:
    return {"meta": {"version": "2.0", "entity": "person", "entity_id": "17", **more}}


def read(what: Delivery) -> tuple[Notice, ...]:
    assert TYPE.webhook is not None
    return TYPE.webhook.read(what, SECRETS)


def test_a_recorded_delivery_is_read() -> None:
    for name in ("webhook-v2-deal-change", "webhook-v2-deal-create"):
        body = recorded(name)
        expected = Notice(object="deal", id=body["meta"]["entity_id"])
        assert read(delivery(body)) == (expected,)


def test_a_merge_is_of_both_records() -> None:
    both = (Notice(object="person", id="17"), Notice(object="person", id="18"))

    assert read(delivery(meta(action="delete", merged_to_id="18"))) == both
    assert read(delivery(meta(entity="pipeline"))) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        delivery(meta(), password="wrong"),
        delivery(meta(), user="other"),
        Delivery(method="POST", url="https://x.example", headers={}, body=b"{}", received=START),
        delivery(b"no json"),
        delivery({"meta": {"version": "2.0"}}),
        delivery({"meta": {"version": "1.0", "entity": "person", "entity_id": "1"}}),
        delivery([]),
    ],
)
def test_what_is_not_the_vendor_s_or_unreadable_is_not_believed(wrong: Delivery) -> None:
    with pytest.raises(DeliveryError) as caught:
        read(wrong)
    assert "correct horse" not in str(caught.value)


def test_the_sandbox_s_deliveries_are_read_as_the_vendor_s(company: Company) -> None:
    """A subscription, a change by hand, a delivery over HTTP with Basic, and what it is about."""
    with _receiver() as (url, deliveries):
        hook = {
            "subscription_url": url, "event_action": "*", "event_object": "person", "name": "S",
            "http_auth_user": "syncline", "http_auth_password": "correct horse",
        }  # fmt: skip
        company.api("POST", "/v1/webhooks", hook)
        one = company.api("POST", "/api/v2/persons", {"name": "Ada Byron"})["id"]
        two = company.api("POST", "/api/v2/persons", {"name": "Ada Lovelace"})["id"]
        company.by_hand("edit", id=one, values={"name": "Ada King"})
        company.by_hand("merge", loser=one, winner=two)
        found = [next(deliveries) for _ in range(5)]

    assert [read(each) for each in found[:3]] == [
        (Notice(object="person", id=str(id_)),) for id_ in (one, two, one)
    ]
    said = [json.loads(each.body) for each in found]
    assert said[2]["previous"] == {"name": "Ada Byron", "last_name": "Byron"}
    assert [each["meta"]["change_source"] for each in said] == ["api", "api", "app", "app", "app"]
    assert said[3]["meta"]["merged_to_id"] == str(two)
    assert read(found[3]) == (
        Notice(object="person", id=str(one)), Notice(object="person", id=str(two)),
    )  # fmt: skip


@contextmanager
def _receiver() -> Generator[tuple[str, Iterator[Delivery]]]:
    """Listen on a port of this machine, and give each delivery as it comes."""
    waiting: queue.Queue[Delivery] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            waiting.put(Delivery(method="POST", url="", headers=headers, body=body, received=START))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()

    def each() -> Iterator[Delivery]:
        while True:
            yield waiting.get(timeout=10)

    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", each()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


# The faults that users of such products report


def test_of_the_fifteen_faults_pages_do_not_loop_on_equal_timestamps(
    crm: Connector, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syncline_pipedrive.listing.PAGE", 2)
    crm.write("person", [Write(key=f"k{n}", values={"last_name": "X"}) for n in range(7)])
    since: Position | None = None
    found: list[str] = []
    for _ in range(20):
        page = next(crm.changes("person", ["id"], since))
        found += [record.id for record in page.records]
        if page.position == since:
            break
        since = page.position

    assert found == [str(n) for n in range(1, 8)]


def test_of_the_fifteen_faults_no_deletion_or_merge_is_unseen(
    crm: Connector, company: Company
) -> None:
    crm.write("person", [Write(key=f"k{n}", values={"last_name": "X"}) for n in range(3)])
    company.later(minutes=1)
    company.by_hand("delete", id=1)
    company.by_hand("merge", loser=2, winner=3)

    (page,) = crm.changes("person", ["id"], Position(modified=START))

    assert [(each.id, each.kind) for each in page.gone] == [
        ("1", GoneKind.DELETED), ("2", GoneKind.MERGED),
    ]  # fmt: skip


def test_of_the_fifteen_faults_a_converted_lead_is_not_updated_for_ever(
    crm: Connector, company: Company
) -> None:
    crm.write("person", [Write(key="p", values={"last_name": "X"})])
    (lead,) = crm.write("lead", [Write(key="l", values={"title": "L", "person_id": "1"})])
    company.by_hand("convert", lead=lead.id)

    (late,) = crm.write("lead", [Write(id=lead.id, values={"title": "M"})])

    assert late.status is OutcomeStatus.GONE


def test_of_the_fifteen_faults_no_hash_is_shown_to_anybody(
    company: Company, tmp_path: Path
) -> None:
    """Neither as the name of a field or a value, nor in a refusal."""
    with opened(company, tmp_path) as crm:
        described = crm.describe()
        (made,) = crm.write(
            "person", [Write(key="k", values={"last_name": "X", "Lead_source": "Web"})]
        )
        names = [each.name for each in described.objects[0].fields]
        (record,) = crm.read("person", [made.id or ""], names)
        (bad,) = crm.write("person", [Write(id=made.id, values={"LinkedIn": "x" * 300})])

    codes = [each.code for each in described.objects[0].fields if each.code]
    shown = f"{names} {dict(record.values)} {bad.message} {bad.code}"
    assert codes
    assert not [code for code in codes if code in shown]


def test_of_the_fifteen_faults_a_blank_erases_only_what_it_is_written_to(
    crm: Connector, company: Company
) -> None:
    values = {"last_name": "X", "LinkedIn": "a", "Job_title": "b"}
    (made,) = crm.write("person", [Write(key="k", values=values)])

    crm.write("person", [Write(id=made.id, values={"LinkedIn": None})])

    (record,) = crm.read("person", [made.id or ""], ["LinkedIn", "Job_title", "last_name"])
    assert dict(record.values) == {"LinkedIn": None, "Job_title": "b", "last_name": "X"}


def test_nothing_is_asked_while_a_connection_is_opened(company: Company, tmp_path: Path) -> None:
    TYPE.open(context_of(company, tmp_path)).close()

    assert company.heard == []
