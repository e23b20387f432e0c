"""Webhooks: what a vendor sends is believed by its connector's word, and read again (RS3)."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from support import CRM, World, local_world
from syncline import Delivery, DeliveryError, Notice, Secret, Webhook, Workspace, WorkspaceError
from syncline.ledger import wakes
from syncline.ledger.wakes import Wake
from syncline.schedule.listen import LONGEST_DELIVERY, Door

SECRET = "shared with the vendor"


def read(delivery: Delivery, secrets: Mapping[str, Secret]) -> tuple[Notice, ...]:
    """Believe what is signed with the secret; break on what is no JSON."""
    signed = hmac.new(secrets["hook"].reveal().encode(), delivery.body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(delivery.headers.get("x-signed", ""), signed):
        raise DeliveryError("the signature is another")
    return tuple(Notice(object="Lead", id=id_) for id_ in json.loads(delivery.body))


def delivery(body: bytes, secret: str = SECRET) -> Delivery:
    signed = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Delivery(
        method="POST",
        url="https://sync.example/hooks/local",
        headers={"x-signed": signed},
        body=body,
        received=datetime(2026, 11, 2, tzinfo=UTC),
    )


@pytest.fixture
def world(tmp_path: Path) -> Generator[World]:
    with local_world(tmp_path) as found:
        kinds = found.registry.connectors
        kind = replace(kinds["local"], webhook=Webhook(read=read, secrets=("hook",)))
        found.registry = replace(found.registry, connectors={**kinds, "local": kind})
        yield found


@contextmanager
def opened(world: World, environ: Mapping[str, str]) -> Generator[Workspace]:
    with Workspace(
        world.folder, registry=world.registry, now=world.clock, environ=environ
    ) as workspace:
        yield workspace


KNOWN = {"SYNCLINE_LOCAL_HOOK": SECRET}


def test_what_it_tells_is_read_again_before_the_next_mark(world: World) -> None:
    """Ids are kept once, by object and side; a delivery that comes twice says nothing more."""
    lead = world.lead("Ann")
    body = json.dumps([lead, lead, "gone"]).encode()
    with opened(world, KNOWN) as workspace:
        told = [workspace.deliver("local", delivery(body)) for _ in range(2)]
        with workspace.ledger.begin() as db:
            found = wakes.take(db)

    assert told == [6, 6]  # the embedded system is connected on both sides
    assert Wake(side=CRM, object="Lead", ids=tuple(sorted([lead, "gone"]))) in found
    assert len(found) == 2


@pytest.mark.parametrize(
    ("given", "words"),
    [(delivery(b"[]", "another"), "signature"), (delivery(b"{"), "could not be read")],
    ids=["forged", "unreadable"],
)
def test_what_is_not_believed_changes_nothing(world: World, given: Delivery, words: str) -> None:
    with opened(world, KNOWN) as workspace:
        with pytest.raises(DeliveryError, match=words) as caught:
            workspace.deliver("local", given)
        with workspace.ledger.begin() as db:
            assert wakes.take(db) == ()
    assert SECRET not in str(caught.value) + repr(given)


@pytest.mark.parametrize(
    ("connector", "environ", "words"),
    [
        ("salesforce", KNOWN, "connect to no salesforce"),
        ("local", {}, "not believed without their hook"),
    ],
)
def test_what_is_missing_is_told_to_whoever_runs_it(
    world: World, connector: str, environ: Mapping[str, str], words: str
) -> None:
    with opened(world, environ) as workspace, pytest.raises(WorkspaceError, match=words):
        workspace.deliver(connector, delivery(b"[]"))


@pytest.mark.parametrize(
    ("body", "fault", "status"),
    [
        (b"[]", None, 202),
        (b"[]", DeliveryError(SECRET), 401),
        (b"[]", WorkspaceError(SECRET), 500),
        (b" " * (LONGEST_DELIVERY + 1), None, 413),
    ],
)
def test_the_vendor_learns_whether_to_send_it_again(
    body: bytes, fault: Exception | None, status: int
) -> None:
    """It is told nothing of ours; the address that it signs is the one it knows us by."""
    heard: list[tuple[str, Delivery]] = []

    def deliver(connector: str, given: Delivery) -> None:
        heard.append((connector, given))
        if fault is not None:
            raise fault

    door = Door(Secret("x" * 16), lambda _wake: None, deliver, public="https://sync.example/")
    with door.open("127.0.0.1", 0) as url:
        to = url.replace("/wake", "/hooks/hubspot?v=3")
        answer = httpx.post(to, content=body, headers={"X-Signed": "s"}, trust_env=False)

    assert answer.status_code == status
    assert SECRET not in answer.text
    if status != 413:
        ((connector, given),) = heard
        assert (connector, given.url) == ("hubspot", "https://sync.example/hooks/hubspot?v=3")
        assert (given.body, given.headers["x-signed"]) == (body, "s")


@pytest.mark.parametrize("id_", ["", "9" * 201])
def test_what_is_no_id_stops_no_cycle(world: World, id_: str) -> None:
    """An id that no system has would break the reading of all the others: none is taken."""
    with opened(world, KNOWN) as workspace:
        with pytest.raises(DeliveryError, match="names a record by what is no id"):
            workspace.deliver("local", delivery(json.dumps(["good", id_]).encode()))
        with workspace.ledger.begin() as db:
            assert wakes.take(db) == ()


@pytest.mark.parametrize("name", ["nothing%00", "x%0Arun%201%20done", "x%1B%5B31m", "%F0%9F%92%A5"])
def test_a_name_that_is_no_word_reaches_no_line_of_the_service(name: str) -> None:
    """Anybody may post to a door: a name with a line break could forge a line of the service."""
    heard: list[str] = []
    door = Door(Secret("x" * 16), lambda _wake: None, lambda name, _given: heard.append(name))
    with door.open("127.0.0.1", 0) as url:
        to = url.replace("/wake", f"/hooks/{name}")
        answer = httpx.post(to, content=b"[]", trust_env=False)

    assert (answer.status_code, heard) == (500, [])
