"""How the sandbox lets clients in: every grant, rotation, revocation, and who one is."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from joserfc import jwt
from joserfc.jwk import RSAKey

from support_salesforce_sandbox import Org, by_hand, same_shape, served, sign_in

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    import httpx

BACK = "http://127.0.0.1:9/done"
VERIFIER = "v" * 64
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)


@pytest.fixture
def org(tmp_path: Path) -> Generator[Org]:
    with served(tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def page(org: Org, **more: str) -> httpx.Response:
    asked = {
        "response_type": "code", "client_id": "sandbox", "redirect_uri": BACK, "state": "s",
        "code_challenge": CHALLENGE, "code_challenge_method": "S256", **more,
    }  # fmt: skip
    return org.http.get("/services/oauth2/authorize", params=asked)


def code(org: Org, **more: str) -> str:
    found = parse_qs(urlsplit(page(org, **more).headers["Location"]).query)
    assert found["state"] == ["s"]
    return found["code"][0]


def token(org: Org, **form: str) -> httpx.Response:
    return org.http.post("/services/oauth2/token", data={"client_id": "sandbox", **form})


def redeem(org: Org, given: str, **more: str) -> httpx.Response:
    form = {"grant_type": "authorization_code", "code": given, "redirect_uri": BACK}
    return token(org, **{**form, "code_verifier": VERIFIER, **more})


def works(org: Org, answer: httpx.Response) -> bool:
    proof = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    return org.call("GET", "/limits", headers=proof).status_code == 200


def test_a_code_is_good_once_for_whom_it_was_given(org: Org) -> None:
    """The web server flow with PKCE: page, code, token, and a refresh token."""
    given = code(org)

    answer = redeem(org, given)

    assert works(org, answer)
    assert {"refresh_token", "scope", "instance_url", "id", "signature"} <= set(answer.json())
    assert redeem(org, given).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"code_verifier": "w" * 64}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:10/done"}, "redirect_uri_mismatch"),
        ({"client_id": "nobody"}, "invalid_client_id"),
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": "sandbox-rotating"}, "invalid_grant"),
        ({"code": "made-up"}, "invalid_grant"),
    ],
)
def test_a_code_in_the_wrong_hands_is_worth_nothing(
    org: Org, more: dict[str, str], error: str
) -> None:
    """Whoever heard the code has not the verifier."""
    answer = redeem(org, code(org), **more)

    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_a_code_ends_and_one_without_a_challenge_takes_the_secret(org: Org) -> None:
    """Ten minutes; without PKCE the app proves itself by its secret."""
    given = code(org)
    org.now += timedelta(minutes=11)
    assert redeem(org, given).json()["error_description"] == "expired authorization code"
    asked = {"response_type": "code", "client_id": "sandbox", "redirect_uri": BACK}
    answer = org.http.get("/services/oauth2/authorize", params=asked)
    (plain,) = parse_qs(urlsplit(answer.headers["Location"]).query)["code"]
    assert works(org, redeem(org, plain, client_secret="sandbox"))


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"client_id": "nobody"}, "invalid_client_id"),
        ({"redirect_uri": "https://elsewhere.example/"}, "redirect_uri_mismatch"),
    ],
)
def test_a_page_for_a_stranger_leads_nowhere(org: Org, more: dict[str, str], error: str) -> None:
    """An app that is not known, and an address that is not this machine, get no code."""
    answer = page(org, **more)

    assert (answer.status_code, answer.json()["error"]) == (400, error)


@pytest.mark.parametrize("more", [{"response_type": "token"}, {"code_challenge_method": "plain"}])
def test_a_request_that_is_not_supported_goes_back_with_its_error(
    org: Org, more: dict[str, str]
) -> None:
    """The browser returns to the app, which tells it."""
    found = parse_qs(urlsplit(page(org, **more).headers["Location"]).query)

    assert "error" in found
    assert "code" not in found


def test_a_refresh_token_renews_as_often_as_one_likes(org: Org, tmp_path: Path) -> None:
    """It outlives the process; the access token does not."""
    refresh = redeem(org, code(org)).json()["refresh_token"]

    for _ in range(2):
        answer = token(org, grant_type="refresh_token", refresh_token=refresh)
        assert works(org, answer)
        assert "refresh_token" not in answer.json()
    with served(tmp_path) as later:
        assert works(later, token(later, grant_type="refresh_token", refresh_token=refresh))


def test_a_rotating_refresh_token_is_good_once(org: Org) -> None:
    """Each renewal gives another one, and ends the last."""
    rotating = {"client_id": "sandbox-rotating"}
    first = redeem(org, code(org, **rotating), **rotating).json()["refresh_token"]
    renew = {"grant_type": "refresh_token", **rotating}

    second = token(org, **renew, refresh_token=first).json()["refresh_token"]

    assert second != first
    assert token(org, **renew, refresh_token=first).json()["error"] == "invalid_grant"
    assert works(org, token(org, **renew, refresh_token=second))


def test_what_is_given_back_is_worth_nothing(org: Org) -> None:
    """A revoked refresh token ends what came of it; a token that nobody knows is refused."""
    answer = redeem(org, code(org))
    refresh = answer.json()["refresh_token"]

    assert org.http.post("/services/oauth2/revoke", data={"token": refresh}).status_code == 200

    assert not works(org, answer)
    assert token(org, grant_type="refresh_token", refresh_token=refresh).status_code == 400
    assert org.http.post("/services/oauth2/revoke", data={"token": refresh}).status_code == 400
    other = sign_in(org.http)
    org.http.post("/services/oauth2/revoke", data={"token": other.json()["access_token"]})
    assert not works(org, other)


# Assertions


def registered(org: Org, key: rsa.RSAPrivateKey) -> httpx.Response:
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return by_hand(org, "certificate", pem=public.decode())


def assertion(org: Org, key: rsa.RSAPrivateKey, **more: Any) -> httpx.Response:
    claims = {
        "iss": "sandbox", "sub": "rita@sandbox.example", "aud": "https://login.salesforce.com",
        "exp": int(org.now.timestamp()) + 180, **more,
    }  # fmt: skip
    signed = jwt.encode({"alg": "RS256"}, claims, RSAKey.import_key(key))
    grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    return org.http.post("/services/oauth2/token", data={"grant_type": grant, "assertion": signed})


def test_a_signed_assertion_lets_its_user_in(org: Org, key: rsa.RSAPrivateKey) -> None:
    """It is verified by the registered key; there is no refresh token."""
    assert assertion(org, key).json()["error_description"] == "invalid assertion"
    assert registered(org, key).status_code == 200

    answer = assertion(org, key)

    assert works(org, answer)
    assert "refresh_token" not in answer.json()
    proof = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    who = org.http.get("/services/oauth2/userinfo", headers=proof).json()
    assert (who["preferred_username"], who["active"]) == ("rita@sandbox.example", True)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"sub": "gina@sandbox.example"}, "user hasn't approved this consumer"),
        ({"sub": "nobody"}, "user hasn't approved this consumer"),
        ({"iss": "nobody"}, "client identifier invalid"),
        ({"aud": "https://elsewhere.example"}, "audience is invalid"),
        ({"exp": 1}, "expired authorization code"),
        ({"exp": 4_000_000_000}, "expired authorization code"),
    ],
)
def test_an_assertion_that_says_something_else_is_refused(
    org: Org, key: rsa.RSAPrivateKey, more: dict[str, Any], words: str
) -> None:
    """An inactive user, a stranger, another audience, and a time that is over or far away."""
    registered(org, key)

    answer = assertion(org, key, **more)

    assert (answer.status_code, answer.json()["error_description"]) == (400, words)


def test_an_assertion_by_another_key_is_refused(org: Org, key: rsa.RSAPrivateKey) -> None:
    """So is one without any signature, and a key that is no RSA key is not registered."""
    registered(org, key)
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert assertion(org, other).json()["error"] == "invalid_grant"
    grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    head = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).decode().rstrip("=")
    for text in ("", "a.b.c", f"{head}.e30."):
        form = {"grant_type": grant, "assertion": text}
        answer = org.http.post("/services/oauth2/token", data=form)
        assert answer.json()["error"] == "invalid_grant"
    curve = ec.generate_private_key(ec.SECP256R1()).public_key()
    pem = curve.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    for text in ("", "nonsense", pem.decode()):
        assert by_hand(org, "certificate", pem=text).status_code == 400


# Who one is


def test_an_identity_has_the_recorded_shape(org: Org) -> None:
    """At the address that came with the token."""
    address = sign_in(org.http).json()["id"]

    same_shape(org.http.get(address), "identity")
    assert org.http.get(address, headers={"Authorization": "Bearer x"}).status_code == 403
    assert (
        org.http.get("/services/oauth2/userinfo", headers={"Authorization": ""}).text
        == "Bad_OAuth_Token"
    )


def test_sessions_can_be_ended_by_hand(org: Org) -> None:
    """For trying what happens when one dies; a metered call says INVALID_SESSION_ID then."""
    assert by_hand(org, "expire").status_code == 200

    answer = org.call("GET", "/limits")

    assert (answer.status_code, answer.json()[0]["errorCode"]) == (401, "INVALID_SESSION_ID")


def test_versions_are_told_to_anybody(org: Org) -> None:
    """Without a token, with or without the slash."""
    for path in ("/services/data", "/services/data/"):
        found = org.http.get(path, headers={"Authorization": ""}).json()
        assert [each["version"] for each in found] == ["62.0", "66.0"]
