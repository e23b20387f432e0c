"""Tokens: fetched by each way, shared by all processes, renewed once, and never lost (RS1, RP1)."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from support_access import Office
from support_vendor import CLIENT_ID, CLIENT_SECRET, KEY, PEM, TOKEN
from syncline import FatalError, Grant, RetriableError, SynclineError, Token, WorkspaceError

SECRET = {"SYNCLINE_ACME_CLIENT_SECRET": CLIENT_SECRET}
BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"

FAULTS: list[tuple[tuple[int, Any], type[SynclineError], str]] = [
    ((503, {"error": "down"}), RetriableError, "answered POST /token with 503"),
    ((500, "<html><title>Oops</title>"), RetriableError, 'with 500: a web page, "Oops"'),
    ((429, {}), RetriableError, "429"),
    ((400, {"error": "unknown_error"}), RetriableError, "unknown_error"),
    ((400, {"error": "inactive_user"}), FatalError, "inactive_user"),
    ((401, {}), FatalError, "status 401"),
    ((200, {"token": "x"}), FatalError, "gave no token"),
    ((200, {"access_token": "two\nlines"}), FatalError, "gave no token"),
    ((200, ["x"]), FatalError, "gave no token"),
    ((200, "<html><title>Log in</title>"), FatalError, 'a web page ("Log in")'),
]


def text(token: Token) -> str:
    return token.text.reveal()


def test_an_app_is_let_in_by_secrets_of_the_environment(office: Office) -> None:
    """RS1: with the one way whose secrets are set, nobody needs to connect."""
    office.settings(f'url = "{office.url}"', f'client_id = "{CLIENT_ID}"', 'way = "client"')
    token = office.access(**SECRET).token()
    assert office.vendor.asked == ["client_credentials"]
    assert office.vendor.seen[-1] == text(token)
    assert token.extras == {"scope": "read write", "instance_url": "https://acme.example"}
    assert token.expires is not None
    assert timedelta(minutes=59) < token.expires - office.clock.now <= timedelta(hours=1)


def test_a_token_is_shared_by_every_process(office: Office) -> None:
    """A second workspace uses the token that the first fetched."""
    first = office.access(**SECRET).token()
    again = office.access(**SECRET).token()
    assert text(first) == text(again)
    assert office.vendor.asked == ["client_credentials"]


def test_other_secrets_get_a_token_of_their_own(office: Office) -> None:
    """A token belongs to the secrets that fetched it: others do not use it."""
    office.access(**SECRET)
    with pytest.raises(FatalError, match="Acme refused the connection: invalid_client"):
        office.access(SYNCLINE_ACME_CLIENT_SECRET="another-secret-of-the-app")


def test_an_app_signs_who_it_is(office: Office) -> None:
    """RS1: the assertion is RS256, of three minutes, and names app, user and audience."""
    office.settings(
        f'url = "{office.url}"', f'client_id = "{CLIENT_ID}"', 'username = "sync@acme.example"'
    )
    # A variable of one line holds the PEM with its line ends written out.
    office.access(SYNCLINE_ACME_PRIVATE_KEY=PEM.replace("\n", "\\n"))
    assert office.vendor.asked == [BEARER]
    (form,) = office.vendor.forms
    assert set(form) == {"grant_type", "assertion"}
    from joserfc import jwt

    claims = jwt.decode(form["assertion"], KEY, algorithms=["RS256"]).claims
    assert claims["aud"] == f"{office.url}/token"
    assert 170 < claims["exp"] - office.clock.now.timestamp() <= 180


@pytest.mark.parametrize("key", ["nonsense", PEM[:200], KEY.as_pem(private=False).decode()])
def test_a_key_that_is_none_is_told_and_not_quoted(office: Office, key: str) -> None:
    """A broken or public key is an error with what to do, without a word of the key."""
    office.settings(
        f'url = "{office.url}"', f'client_id = "{CLIENT_ID}"', 'username = "sync@acme.example"'
    )
    with pytest.raises(FatalError, match="no RSA key in PEM form") as caught:
        office.access(SYNCLINE_ACME_PRIVATE_KEY=key)
    assert key not in caught.value.message + caught.value.hint
    assert caught.value.__cause__ is None
    assert office.vendor.asked == []


def test_a_token_that_a_person_made_is_used_as_it_is(office: Office) -> None:
    """RP1: a private token asks for nothing, and is refused with what to do."""
    access = office.access(SYNCLINE_ACME_TOKEN=TOKEN)
    assert text(access.token()) == TOKEN
    with pytest.raises(FatalError, match="no longer takes the token") as caught:
        access.renew(access.token())
    assert "SYNCLINE_ACME_TOKEN" in caught.value.hint
    assert office.vendor.asked == []


def test_a_token_is_renewed_before_it_ends(office: Office) -> None:
    """A token is used to a minute before its end, and not longer."""
    access = office.access(**SECRET)
    first = access.token()
    office.clock.forward(minutes=58)
    assert text(access.token()) == text(first)
    office.clock.forward(minutes=1, seconds=1)
    assert text(access.token()) != text(first)
    assert office.vendor.asked == ["client_credentials"] * 2


@pytest.mark.parametrize(("lasts", "minutes"), [("7200", 119), (None, 10_000), ("soon", 10_000)])
def test_the_end_is_what_the_vendor_says(office: Office, lasts: Any, minutes: int) -> None:
    """Seconds written as a text count; a token without an end is used until it is refused."""
    office.vendor.lasts = lasts
    access = office.access(**SECRET)
    first = access.token()
    office.clock.forward(minutes=minutes - 1)
    assert text(access.token()) == text(first)
    if minutes == 119:
        office.clock.forward(minutes=1)
        assert text(access.token()) != text(first)


def test_what_renews_a_token_is_replaced_and_kept(office: Office) -> None:
    """RS1, RP1: each refresh token is used once, its successor is the one that is used next."""
    office.connect()
    access = office.access()
    for _ in range(3):
        office.vendor.expire()
        refused = access.token()
        assert text(access.renew(refused)) != text(refused)
    sent = [f["refresh_token"] for f in office.vendor.forms if "refresh_token" in f]
    assert len(set(sent)) == 3
    assert office.vendor.asked == ["authorization_code", *["refresh_token"] * 3]
    # A process that begins now has the last of them.
    office.vendor.expire()
    office.access()
    assert len(office.vendor.refreshes) == 1


def test_one_that_is_not_replaced_stays_in_use(office: Office) -> None:
    """A vendor that does not rotate sends none along; the first goes on."""
    office.vendor.rotates = False
    office.connect()
    access = office.access()
    for _ in range(2):
        access.renew(access.token())
    sent = {f["refresh_token"] for f in office.vendor.forms if "refresh_token" in f}
    assert len(sent) == 1


def test_what_came_with_the_first_token_stays(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The org's address is known after a renewal that does not name it."""
    office.connect()
    access = office.access()
    given = {"access_token": "short-answer", "expires_in": 60}
    office.vendor.faults = [(200, given)]
    token = access.renew(access.token())
    assert (text(token), token.extras["instance_url"]) == ("short-answer", "https://acme.example")


def test_threads_that_are_refused_together_renew_once(office: Office) -> None:
    """Eight threads with the same refused token make one request, and have the same next one."""
    office.connect()
    access = office.access()
    refused = access.token()
    with ThreadPoolExecutor(8) as pool:
        found = {text(token) for token in pool.map(access.renew, [refused] * 8)}
    assert len(found) == 1
    assert office.vendor.asked.count("refresh_token") == 1


def test_one_that_another_process_fetched_is_used(office: Office) -> None:
    """`renew` gives what another process got meanwhile, without asking."""
    office.connect()
    here, there = office.access(), office.access()
    refused = here.token()
    renewed = there.renew(refused)
    assert text(here.renew(refused)) == text(renewed)
    assert office.vendor.asked.count("refresh_token") == 1


def test_a_grant_that_is_gone_needs_a_person(office: Office) -> None:
    """A refresh token that is refused says to connect again, and quotes no token."""
    office.connect()
    access = office.access()
    office.vendor.refreshes.clear()
    with pytest.raises(FatalError, match="invalid_grant") as caught:
        access.renew(access.token())
    assert "planted" not in caught.value.message
    assert caught.value.hint == "Connect again: `syncline connect acme`."


def test_one_that_died_unused_is_told_so(office: Office) -> None:
    """RP1: the message says until when it had to be used."""
    office.connect()
    access = office.access()
    office.vendor.refreshes.clear()
    office.clock.forward(days=61)
    with pytest.raises(FatalError, match="was not used until 20"):
        access.token()


@pytest.mark.parametrize(("fault", "kind", "words"), FAULTS)
def test_a_fault_of_the_vendor_keeps_what_we_have(
    office: Office, quick: list[float], fault: Any, kind: type[SynclineError], words: str
) -> None:
    """Whatever the token's endpoint answers, the next attempt has all that the last one had."""
    office.connect()
    access = office.access()
    office.vendor.faults = [fault] * 4
    with pytest.raises(kind) as caught:
        access.renew(access.token())
    assert words in caught.value.message
    office.vendor.faults = []
    office.vendor.expire()
    assert text(office.access().token()) in office.vendor.tokens


def test_a_passing_fault_is_tried_again(office: Office, quick: list[float]) -> None:
    """One answer of 503 costs a wait and nothing else."""
    office.connect()
    access = office.access()
    office.vendor.faults = [(503, {})]
    access.renew(access.token())
    assert len(quick) == 1


def test_nobody_there_is_a_passing_fault(office: Office, quick: list[float]) -> None:
    """A vendor that cannot be reached is tried again by the next run."""
    office.settings('url = "http://127.0.0.1:1"', f'client_id = "{CLIENT_ID}"')
    with pytest.raises(RetriableError, match="could not be reached"):
        office.access(**SECRET)


def test_what_cannot_be_kept_is_not_asked_for(office: Office) -> None:
    """With a store that cannot be written no refresh token is used up."""
    office.connect()
    access = office.access()
    file = office.folder / "access.json"
    kept = file.read_text()
    # Root may write into any folder: what stands in the way is of another kind.
    (office.folder / f".access.json.{os.getpid()}.new").mkdir()
    with pytest.raises(WorkspaceError, match=r"access.json could not be written"):
        access.renew(access.token())
    assert office.vendor.asked == ["authorization_code"]
    assert file.read_text() == kept


def test_a_secret_is_sent_without_encryption_to_this_machine_alone(office: Office) -> None:
    """An address with http elsewhere is refused before anything is sent."""
    office.settings('url = "http://acme.example"', f'client_id = "{CLIENT_ID}"')
    with pytest.raises(FatalError, match="without encryption"):
        office.access(**SECRET)


def test_what_was_connected_is_shown_to_no_other_system(office: Office) -> None:
    """Settings that lead elsewhere get none of the secrets; a page size changes nothing."""
    office.connect()
    here = f'url = "{office.url}"'
    office.settings(here, f'client_id = "{CLIENT_ID}"', "pages = 5")
    office.access()
    office.settings(here.replace("127.0.0.1", "localhost"), f'client_id = "{CLIENT_ID}"')
    with pytest.raises(FatalError, match="was connected with other settings") as caught:
        office.access()
    assert "connect again" in caught.value.hint


def test_the_app_proves_itself_in_the_header(office: Office) -> None:
    """RP1: with `basic`, id and secret are in the header and not in the form."""
    from dataclasses import replace

    office.vendor.basic = True
    kind = office.registry.connectors["acme"]
    ways = tuple(
        replace(way, oauth=way.oauth and replace(way.oauth, basic=True)) for way in kind.ways
    )
    office.registry = replace(office.registry, connectors={
        **office.registry.connectors, "acme": replace(kind, ways=ways)
    })  # fmt: skip
    office.access(**SECRET)
    (form,) = office.vendor.forms
    assert form == {"grant_type": "client_credentials"}


def test_what_is_kept_reads_without_its_secrets(office: Office) -> None:
    """What stands in the clear says who, how and how long; it says no secret."""
    office.connect()
    document = json.loads((office.folder / "access.json").read_text())
    card = document["connections"]["acme"]["card"]
    assert card["identity"] == {
        "user": "ann@acme.example",
        "account": "Acme Ltd",
        "scopes": ["read", "write"],
        "version": "v9",
    }
    assert (card["way"], card["renewable"], card["failure"]) == (Grant.WEB, True, None)
    assert "planted" not in json.dumps(document)
