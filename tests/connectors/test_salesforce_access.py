"""The three ways into an org, end to end, and whom it takes us for (RS1)."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from support_salesforce import ENGAGEMENT, TYPE, Org, created, lead, listed, opened, served
from syncline import Context, FatalError, Grant, Secret, Side, Token
from syncline.demo.hands import KeyInHand
from syncline.testing import FakeAccess

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from syncline import Access

WAYS = {way.grant: way for way in TYPE.ways}


@pytest.fixture
def org(tmp_path: Path) -> Generator[Org]:
    with served(tmp_path) as found:
        found.now = datetime.now(UTC)
        yield found


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def context(org: Org, folder: Path, access: Access, **settings: Any) -> Context:
    return Context(
        side=Side.CRM,
        settings={"url": org.url, "client_id": "sandbox", **settings},
        secrets={},
        folder=folder,
        now=lambda: org.now,
        spend=lambda _price, word: org.spent.append(word),
        access=access,
    )


def test_a_person_agrees_with_a_proof_of_who_asked(org: Org, tmp_path: Path) -> None:
    """RS1: the page, the code and PKCE; what comes of it reads the org."""
    oauth = WAYS[Grant.WEB].oauth
    assert oauth is not None
    assert oauth.authorize is not None
    verifier = "v" * 64
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    settings = {"url": org.url}
    asked = {
        "response_type": "code", "client_id": "sandbox", "redirect_uri": "http://127.0.0.1:1/done",
        "state": "s", "code_challenge": challenge.decode(), "code_challenge_method": "S256",
    }  # fmt: skip
    page = httpx.get(oauth.authorize(settings), params=asked, trust_env=False)
    given = parse_qs(urlsplit(page.headers["Location"]).query)
    form = {
        "grant_type": "authorization_code", "code": given["code"][0], "client_id": "sandbox",
        "redirect_uri": "http://127.0.0.1:1/done", "code_verifier": verifier,
    }  # fmt: skip

    answer = httpx.post(oauth.token(settings), data=form, trust_env=False).json()

    assert given["state"] == ["s"]
    assert set(oauth.scopes) <= {*answer["scope"].split(), "api"}
    token = Token(text=Secret(answer["access_token"]), extras={"instance_url": org.url})
    crm = TYPE.open(context(org, tmp_path, FakeAccess([token])))
    assert listed(crm) == []
    crm.close()


def test_an_app_that_signs_who_it_is_is_let_in(
    org: Org, tmp_path: Path, key: rsa.RSAPrivateKey
) -> None:
    """RS1: the private key stays here; the org knows the public one, and the user is named."""
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    url = f"{org.url}/sandbox/salesforce/certificate"
    assert httpx.post(url, json={"pem": public.decode()}, trust_env=False).is_success
    settings = {"url": org.url, "client_id": "sandbox", "username": "rita@sandbox.example"}
    access = KeyInHand(TYPE, settings, {"private_key": Secret(pem)}, lambda: org.now)

    assert TYPE.identify is not None
    found = TYPE.identify(context(org, tmp_path, access, username="rita@sandbox.example"))

    assert found.user == "rita@sandbox.example"
    stranger = {**settings, "username": "gina@sandbox.example"}
    with pytest.raises(FatalError, match="hasn't approved"):
        KeyInHand(TYPE, stranger, {"private_key": Secret(pem)}, lambda: org.now).token()


def test_the_connection_says_whom_the_org_takes_it_for_for_nothing(
    org: Org, tmp_path: Path
) -> None:
    """RS1: user, org, scopes and version; no call is counted, also when the session is dead."""
    settings = {"url": org.url, "client_id": "sandbox"}
    access = KeyInHand(TYPE, settings, {"client_secret": Secret("sandbox")}, lambda: org.now)
    place = context(org, tmp_path, access, api_version="v66.0")
    assert TYPE.identify is not None
    access.token()
    httpx.post(f"{org.url}/sandbox/salesforce/expire", json={}, trust_env=False)

    found = TYPE.identify(place)

    assert (found.user, found.version) == ("sam@sandbox.example", "v66.0")
    assert found.account.startswith("00D")
    assert org.spent == []
    assert ENGAGEMENT.identify is TYPE.identify


def test_a_dead_session_is_renewed_once_and_then_told(org: Org, tmp_path: Path) -> None:
    """INVALID_SESSION_ID: one new token; if that is refused as well, a person is needed."""
    with opened(org, tmp_path) as crm:
        created(crm, lead("a"))
        httpx.post(f"{org.url}/sandbox/salesforce/expire", json={}, trust_env=False)
        assert len(listed(crm)) == 1
        assert org.paths().count("POST token") == 2
    access = FakeAccess.of("dead-token-1", "dead-token-2", instance_url=org.url)
    crm = TYPE.open(context(org, tmp_path, access))
    with pytest.raises(FatalError, match="INVALID_SESSION_ID") as caught:
        listed(crm)
    crm.close()

    assert access.renewals == 1
    assert "dead-token" not in str(caught.value)


def test_the_org_is_called_where_the_token_says_that_it_lies(org: Org, tmp_path: Path) -> None:
    """People may log in elsewhere than where the records lie."""
    settings = {"url": org.url, "client_id": "sandbox"}
    real = KeyInHand(TYPE, settings, {"client_secret": Secret("sandbox")}, lambda: org.now).token()
    token = replace(real, extras={"instance_url": org.url})
    place = context(org, tmp_path, FakeAccess([token]), url="https://nowhere.invalid")

    crm = TYPE.open(place)

    assert listed(crm) == []
    crm.close()


def test_every_way_says_what_it_needs() -> None:
    """The first is the one to recommend; a secret never stands among the settings."""
    assert list(WAYS) == [Grant.WEB, Grant.JWT, Grant.CLIENT]
    assert [WAYS[grant].secrets for grant in WAYS] == [(), ("private_key",), ("client_secret",)]
    assert TYPE.secrets == ()
    for way in WAYS.values():
        assert way.oauth is not None
        assert way.summary.endswith(".")
        assert way.oauth.pkce
        url = "https://acme.my.salesforce.com/"
        assert way.oauth.token({"url": url}) == f"{url}services/oauth2/token"
        assert way.oauth.audience is not None
        assert way.oauth.audience({"url": url}) == "https://login.salesforce.com"
        sandbox = {"url": "https://acme--dev.sandbox.my.salesforce.com"}
        assert way.oauth.audience(sandbox) == "https://test.salesforce.com"


def test_no_secret_shows_in_what_a_connection_says_of_itself(org: Org, tmp_path: Path) -> None:
    """Neither the token nor the access stands in a repr."""
    access = FakeAccess.of("very-secret-token", instance_url=org.url)
    crm = TYPE.open(context(org, tmp_path, access))
    with pytest.raises(FatalError):
        listed(crm)
    session: Any = vars(crm)["_session"]

    assert "very-secret-token" not in repr(crm) + repr(session) + repr(session.__dict__)
    crm.close()
