"""HubSpot's deliveries, whom it takes us for, and the ways in."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from jsonschema import Draft202012Validator, ValidationError, validate

from support_hubspot import (
    START,
    TYPE,
    Message,
    Pass,
    Portal,
    Receive,
    Send,
    created,
    opened,
    person,
    says,
    served,
)
from syncline import (
    Context,
    Delivery,
    DeliveryError,
    FatalError,
    Grant,
    Notice,
    Secret,
    Side,
    Write,
)
from syncline.net.serving import beside

if TYPE_CHECKING:
    from pathlib import Path

APP = 4_169_410
URL = "https://sync.example.com/hooks/hubspot?a=%3A"
SECRETS = {"client_secret": Secret("sandbox")}


@pytest.fixture
def portal(tmp_path: Path) -> Generator[Portal]:
    with served(tmp_path) as found:
        yield found


def signed(body: bytes, *, age: timedelta = timedelta(0), secret: str = "sandbox") -> Delivery:
    stamp = str(int((START - age).timestamp() * 1000))
    text = f"POST{URL.replace('%3A', ':')}".encode() + body + stamp.encode()
    digest = base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()
    headers = {"x-hubspot-request-timestamp": stamp, "x-hubspot-signature-v3": digest}
    return Delivery(method="POST", url=URL, headers=headers, body=body, received=START)


def read(delivery: Delivery) -> tuple[Notice, ...]:
    assert TYPE.webhook is not None
    return TYPE.webhook.read(delivery, SECRETS)


def event(kind: str, **more: Any) -> dict[str, Any]:
    return {
        "subscriptionType": kind,
        "appId": APP,
        "objectId": 51,
        "changeSource": "CRM_UI",
        "sourceId": "userId:1",
        **more,
    }


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (event("contact.propertyChange"), [("contact", "51")]),
        (event("company.creation"), [("company", "51")]),
        (event("deal.deletion"), [("deal", "51")]),
        (event("contact.restore"), [("contact", "51")]),
        (event("object.propertyChange", objectTypeId="0-48"), [("call", "51")]),
        (event("object.creation", objectTypeId="0-9999"), []),
        (event("conversation.newMessage"), []),
        (
            event("contact.merge", primaryObjectId=1, mergedObjectIds=[2, 3], newObjectId=4),
            [("contact", "1"), ("contact", "4"), ("contact", "2"), ("contact", "3")],
        ),
        (event("contact.associationChange", fromObjectId=7, toObjectId=8), [("contact", "7")]),
        (event("contact.creation", changeSource="INTEGRATION", sourceId=str(APP)), []),
        (event("contact.creation", changeSource="INTEGRATION", sourceId="9"), [("contact", "51")]),
    ],
)
def test_a_delivery_names_records_and_not_our_own_writes(
    told: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """No echo loops: what our own app wrote is recognised by its number."""
    found = read(signed(json.dumps([told, told]).encode()))

    assert [(each.object, each.id) for each in found] == expected


BODY = json.dumps([event("contact.creation")]).encode()


@pytest.mark.parametrize(
    ("delivery", "words"),
    [
        (signed(BODY, secret="other"), "does not bear"),
        (signed(BODY, age=timedelta(minutes=5, seconds=1)), "five minutes old"),
        (signed(BODY, age=timedelta(minutes=-6)), "five minutes old"),
        (signed(b"{"), "cannot be read"),
        (signed(b"[1]"), "cannot be read"),
        (signed(b'[{"objectId": 1}]'), "cannot be read"),
        (
            Delivery(method="POST", url=URL, headers={}, body=BODY, received=START),
            "without HubSpot's signature",
        ),
        (
            Delivery(
                method="POST",
                url=URL,
                headers={
                    "x-hubspot-request-timestamp": "9" * 30,
                    "x-hubspot-signature-v3": "ä",
                },
                body=BODY,
                received=START,
            ),
            "without HubSpot's signature",
        ),
    ],
)
def test_a_delivery_that_is_not_proved_is_refused(delivery: Delivery, words: str) -> None:
    with pytest.raises(DeliveryError, match=words):
        read(delivery)


def test_a_delivery_is_believed_up_to_five_minutes() -> None:
    assert read(signed(BODY, age=timedelta(minutes=5)))


@dataclass
class Ear:
    """Hears deliveries, each as it came."""

    url: str = ""
    heard: list[tuple[dict[str, str], bytes]] = field(
        default_factory=list[tuple[dict[str, str], bytes]]
    )
    came: threading.Event = field(default_factory=threading.Event)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        message = await receive()
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.heard.append((headers, message["body"]))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        self.came.set()

    def read(self, at: int, received: datetime) -> list[str]:
        """Return the ids that one delivery names, as the connector reads it."""
        headers, body = self.heard[at]
        delivery = Delivery(
            method="POST", url=self.url, headers=headers, body=body, received=received
        )
        return [notice.id for notice in read(delivery)]


def test_what_the_sandbox_delivers_is_what_the_connector_reads(
    portal: Portal, tmp_path: Path
) -> None:
    """A change by hand is told and proved; our own is told by HubSpot, and not by us."""
    ear = Ear()
    with beside(ear) as url, opened(portal, tmp_path) as crm:
        ear.url = f"{url}/hook"
        path = f"/webhooks/v3/{APP}"
        assert portal.api("PUT", f"{path}/settings", {"targetUrl": ear.url}).is_success
        for kind in ("contact.creation", "contact.propertyChange", "contact.merge"):
            more = {"propertyName": "city"} if kind.endswith("Change") else {}
            body = {"eventType": kind, **more}
            assert portal.api("POST", f"{path}/subscriptions", body).status_code == 201
        made, other = created(crm, person("k"), person("l"))
        crm.write("contact", [Write(id=made, values={"city": "London"})])
        portal.by_hand("change", object="contact", id=made, properties={"city": "Paris"})
        portal.by_hand("merge", object="contact", winner=made, loser=other)
        while len(ear.heard) < 4:
            assert ear.came.wait(5)
            ear.came.clear()

    told = sorted(ear.read(at, portal.now) for at in range(4))
    assert told == [[], [], [made], [made, other]]


# Whom it takes us for, and the ways in


def context(portal: Portal, folder: Path, token: str) -> Context:
    return Context(
        side=Side.CRM,
        settings={"url": portal.url},
        secrets={},
        folder=folder,
        now=lambda: portal.now,
        spend=lambda _price, _word: pytest.fail("asking who we are costs nothing"),
        access=Pass([token]),
    )


def test_a_private_app_is_told_its_portal(portal: Portal, tmp_path: Path) -> None:
    """RP1: the connection's state names portal, user and scopes."""
    assert TYPE.identify is not None

    found = TYPE.identify(context(portal, tmp_path, "pat-na1-sandbox"))

    assert (found.user, found.account, found.version) == (
        "user 9586504",
        "portal 145000001",
        "v3",
    )
    assert "crm.objects.contacts.write" in found.scopes
    assert len(portal.heard) == 2


def test_a_token_of_which_nothing_is_told_lets_in(portal: Portal, tmp_path: Path) -> None:
    """HubSpot explains some kinds of tokens and not others: the portal is told in any case."""
    assert TYPE.identify is not None
    portal.faults.append(("POST", "access-token-info", says(404, "<html></html>")))

    found = TYPE.identify(context(portal, tmp_path, "pat-na1-sandbox"))

    assert (found.user, found.account) == ("the holder of the token", "portal 145000001")


def test_a_person_agrees_on_the_vendors_page(portal: Portal, tmp_path: Path) -> None:
    """RP1: code, token, renewal and giving back, at the addresses that the connector names."""
    token_way, web = TYPE.ways
    assert (token_way.grant, token_way.secrets) == (Grant.TOKEN, ("token",))
    assert (web.grant, web.settings, web.secrets) == (
        Grant.WEB, ("client_id",), ("client_secret",),
    )  # fmt: skip
    oauth = web.oauth
    assert oauth is not None
    assert oauth.authorize is not None
    assert oauth.revoke is not None
    assert oauth.token({}) == "https://api.hubapi.com/oauth/2026-03/token"
    assert oauth.authorize({}) == "https://app.hubspot.com/oauth/authorize"
    settings = {"url": portal.url}
    asked = {
        "client_id": "sandbox",
        "redirect_uri": "http://127.0.0.1:9/back",
        "scope": " ".join(oauth.scopes),
        "state": "s",
    }
    form = {"client_id": "sandbox", "client_secret": "sandbox"}
    with httpx.Client(trust_env=False) as http:
        page = http.get(oauth.authorize(settings), params=asked)
        assert "Connect app" in page.text
        sent = http.post(oauth.authorize(settings), params=asked)
        back = parse_qs(urlsplit(sent.headers["Location"]).query)
        assert back["state"] == ["s"]
        code = {"grant_type": "authorization_code", "code": back["code"][0]}
        code["redirect_uri"] = asked["redirect_uri"]
        first = http.post(oauth.token(settings), data={**form, **code}).json()
        # A code serves once.
        assert http.post(oauth.token(settings), data={**form, **code}).status_code == 400
        refresh = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
        portal.now += timedelta(minutes=31)
        second = http.post(oauth.token(settings), data={**form, **refresh}).json()

        assert TYPE.identify is not None
        with pytest.raises(FatalError, match="no longer takes") as caught:
            TYPE.identify(context(portal, tmp_path, first["access_token"]))
        assert first["access_token"] not in caught.value.message
        found = TYPE.identify(context(portal, tmp_path, second["access_token"]))
        assert (found.user, found.account) == ("admin@sandbox.example", "portal 145000001")
        assert found.scopes == oauth.scopes

        token = {"token": first["refresh_token"]}
        assert http.post(oauth.revoke(settings), data={**form, **token}).status_code == 204
        assert http.post(oauth.token(settings), data={**form, **refresh}).status_code == 400


@pytest.mark.parametrize(
    ("settings", "fine"),
    [
        ({}, True),
        ({"url": "http://127.0.0.1:8010"}, True),
        ({"url": "http://example.com"}, False),
        ({"url": "https://user:word@example.com"}, False),
        ({"client_id": "x", "unknown_owner": "keep"}, True),
        ({"unknown_owner": "ada@example.com"}, True),
        ({"unknown_owner": "Ada"}, False),
        ({"typo": 1}, False),
    ],
)
def test_its_settings_take_what_they_describe(settings: dict[str, Any], fine: bool) -> None:
    Draft202012Validator.check_schema(TYPE.settings)
    try:
        validate(settings, TYPE.settings)
    except ValidationError:
        assert not fine
    else:
        assert fine
