"""Ringover's deliveries: whose they are, and what comes of them (RS3, RP2)."""

from __future__ import annotations

import json
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey

from support import CRM
from support_sources import Site, sited
from syncline import Delivery, DeliveryError, Notice, Secret, WorkspaceError
from syncline.ledger import wakes
from syncline.schedule.listen import Door
from syncline.sources.fetched import Fate
from syncline_ringover.webhook import WEBHOOK
from syncline_sandbox.ringover.app import create_app
from syncline_sandbox.ringover.gate import API_KEY

KEY = "a key of the webhook, and no short one, for it signs with SHA-512"
URL = "https://sync.example/hooks/ringover"
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SECRETS = {"webhook_key": Secret(KEY)}
ENVIRON = {"SYNCLINE_RINGOVER_API_KEY": API_KEY, "SYNCLINE_RINGOVER_WEBHOOK_KEY": KEY}
EVENT: dict[str, Any] = {
    "resource": "message",
    "event": "received",
    "timestamp": NOW.timestamp(),
    "data": {"id": "x", "message_id": 17, "body": "Hello"},
    "attempt": 1,
}


def signed(claims: dict[str, Any], key: str = KEY, alg: str = "HS512") -> str:
    return jwt.encode({"alg": alg}, claims, OctKey.import_key(key), [alg])


def delivery(token: str, body: Any = EVENT, *, late: float = 0, url: str = URL) -> Delivery:
    return Delivery(
        method="POST",
        url=url,
        headers={"x-ringover-webhook-signature": token},
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        received=NOW + timedelta(seconds=late),
    )


WRAPPED = {"url": URL, "payload": EVENT}
CALL = {**EVENT, "resource": "call", "event": "hangup", "data": {"call_id": "9"}}
MILLISECONDS = {**EVENT, "timestamp": NOW.timestamp() * 1000}


@pytest.mark.parametrize(
    ("given", "notices"),
    [
        (delivery(signed(WRAPPED)), (Notice(object="sms", id="17"),)),
        (delivery(signed(EVENT)), (Notice(object="sms", id="17"),)),
        (delivery(signed({**EVENT, "iat": 1})), (Notice(object="sms", id="17"),)),
        (delivery(signed(CALL), CALL), (Notice(object="call", id="9"),)),
        (delivery(signed(MILLISECONDS), MILLISECONDS), (Notice(object="sms", id="17"),)),
        (delivery(signed(WRAPPED), late=299), (Notice(object="sms", id="17"),)),
        (delivery(signed({**EVENT, "resource": "contact"}), {}), ()),
    ],
)
def test_what_is_ringovers_is_believed(given: Delivery, notices: tuple[Notice, ...]) -> None:
    """The event stands in the token, by itself or beside the address that it was sent to."""
    assert WEBHOOK.read(given, SECRETS) == notices


HEADER, PAYLOAD, SIGNATURE = signed(WRAPPED).split(".")
NONE = f"eyJhbGciOiJub25lIn0.{PAYLOAD}."


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (delivery(""), "does not bear its signature"),
        (delivery("no token"), "does not bear its signature"),
        (delivery(signed(WRAPPED, key="another key, which is long enough too")), "signature"),
        (delivery(signed(WRAPPED, alg="HS256")), "does not bear its signature"),
        (delivery(NONE), "does not bear its signature"),
        (delivery(f"{HEADER}.{PAYLOAD}.{SIGNATURE[::-1]}"), "does not bear its signature"),
        (delivery(signed(WRAPPED), {**EVENT, "attempt": 2}), "is not what was signed"),
        (delivery(signed(WRAPPED), {**EVENT, "more": 1}), "is not what was signed"),
        (delivery(signed(WRAPPED), [EVENT]), "is not what was signed"),
        (delivery(signed(WRAPPED), url="https://else.example/hooks/ringover"), "another address"),
        (delivery(signed(WRAPPED), late=301), "is from 2026-11-02 09:00 UTC"),
        (delivery(signed(WRAPPED), late=-301), "is from 2026-11-02 09:00 UTC"),
        (delivery(signed(WRAPPED), b"\xff"), "cannot be read"),
        (delivery(signed(WRAPPED), b"[" * 60_000), "nested too deep"),
        (delivery(signed({"payload": 7}), {}), "cannot be read"),
        (delivery(signed({**EVENT, "timestamp": 1e300}), {}), "cannot be read"),
        (delivery(signed({**EVENT, "data": None}), {}), "cannot be read"),
        (delivery(signed(WRAPPED), b" " * 70_000), "more than 65,536 bytes"),
        (delivery("x" * 70_000), "more than 65,536 bytes"),
    ],
)
def test_what_is_forged_late_or_enormous_is_not(given: Delivery, words: str) -> None:
    """Each has its clear answer, and none names the key (RS3)."""
    with pytest.raises(DeliveryError, match=words) as caught:
        WEBHOOK.read(given, SECRETS)
    assert KEY not in f"{caught.value.message}{caught.value.hint}"


@given(cut=st.integers(0, 10_000), sign=st.sampled_from("Aa0_-.="))
def test_no_sign_of_a_token_can_be_changed(cut: int, sign: str) -> None:
    """A token with another sign anywhere is refused, or says the very same."""
    token = signed(WRAPPED)
    at = cut % len(token)
    changed = f"{token[:at]}{sign}{token[at + 1 :]}"
    try:
        found = WEBHOOK.read(delivery(changed), SECRETS)
    except DeliveryError:
        return
    # The last sign of a part holds bits that stand for nothing.
    assert changed == token or at in {len(HEADER) - 1, len(token) - 1}
    assert found == (Notice(object="sms", id="17"),)


@pytest.fixture
def site(tmp_path: Path) -> Generator[Site]:
    with sited(tmp_path, "ringover", create_app, ENVIRON) as found:
        yield found


def test_an_sms_by_webhook_ends_as_one_task(site: Site) -> None:
    """The delivery asks for a cycle, which reads the SMS and writes its task: once (RS2, RS3, RP2).

    What comes twice, and what comes after its cycle, changes nothing.
    """
    world = site.world
    world.prospect("Ann", phone="+33 6 12 34 56 78")
    with site.workspace() as workspace:
        assert workspace.run().state == "done"
    kept: list[Delivery] = []

    def deliver(name: str, delivery: Delivery) -> None:
        kept.append(delivery)
        with site.workspace() as workspace:
            workspace.deliver(name, delivery)

    door = Door(Secret("a" * 20), lambda _wake: None, deliver, now=world.clock)
    with door.open("127.0.0.1", 0) as wake:
        hook = f"{wake.removesuffix('/wake')}/hooks/ringover"
        site.by_hand("webhook", url=hook, key=KEY)
        said = site.by_hand("sms", number=33_612_345_678, text="Call me at 5 pm")
        assert said["delivered"] == 202
        deliver("ringover", kept[0])

        site.by_hand("webhook", url=hook, key="a forger's key, as long as the true one")
        forged = site.by_hand("sms", number=33_612_345_678, text="Buy!", inbound=False)
        assert forged["delivered"] == 401
    with site.workspace() as workspace:
        with workspace.ledger.begin() as db:
            assert wakes.waiting(db) == 1
        report = workspace.run()
        with workspace.ledger.begin() as db:
            assert wakes.waiting(db) == 0
        deliver("ringover", kept[0])
        again = workspace.run()

    assert (report.state, report.writes, report.sources[0].counts[Fate.ADDED]) == ("done", 2, 2)
    assert (again.state, again.writes, again.sources[0].seen) == ("done", 0, 0)
    ann = world.one(CRM, "Lead", FirstName="Ann")["Id"]
    tasks = [(row["WhoId"], row["Subject"], row["Description"]) for row in world.all(CRM, "Task")]
    assert sorted(tasks, key=str) == [
        (ann, "SMS inbound", "Call me at 5 pm"),
        # What the forger told of was true, and was read as such.
        (ann, "SMS outbound", "Buy!"),
    ]


def test_a_webhook_without_its_key_is_told(site: Site) -> None:
    """Which variable to set is said; nothing is believed without it."""
    site.environ = {"SYNCLINE_RINGOVER_API_KEY": API_KEY}
    with site.workspace() as workspace, pytest.raises(WorkspaceError) as caught:
        workspace.deliver("ringover", delivery(signed(WRAPPED)))
    assert "SYNCLINE_RINGOVER_WEBHOOK_KEY" in caught.value.hint
