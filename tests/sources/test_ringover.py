"""Ringover as a source: calls and SMS of its sandbox, over HTTP, in the cadence (RS2, RS3, RP2)."""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from pathlib import Path

import pytest

from support import CADENCE, START
from support_sources import Site, sited
from syncline.sources.fetched import Fate
from syncline_sandbox.ringover.app import create_app
from syncline_sandbox.ringover.gate import API_KEY

ANN, BEN = 33_612_345_678, 14_155_550_132
KEY = "a key of the webhook, as long as it is"
ENVIRON = {"SYNCLINE_RINGOVER_API_KEY": API_KEY, "SYNCLINE_RINGOVER_WEBHOOK_KEY": KEY}


@pytest.fixture
def site(tmp_path: Path) -> Generator[Site]:
    with sited(tmp_path, "ringover", create_app, ENVIRON) as found:
        yield found


def test_a_call_becomes_an_activity_of_the_prospect_it_was_with(site: Site) -> None:
    """Numbers meet in E.164, a prospect's read for its country (RS3, RP2)."""
    ann = site.world.prospect("Ann", phone="06 12 34 56 78", country="France")
    ben = site.world.prospect("Ben", mobile_phone="(415) 555-0132", country="US")
    site.by_hand("call", number=ANN, duration=90, note="Wants a demo")
    site.by_hand("call", number=BEN, inbound=True, state="VOICEMAIL", duration=0)
    site.world.clock.forward(minutes=5)

    assert site.good() == {Fate.ADDED: 2}
    found = site.activities("prospect_id", "kind", "direction", "outcome", "duration", "comments")
    assert sorted(found) == sorted(
        [
            (ann, "call", "outbound", "Answered", 90, "Wants a demo"),
            (ben, "call", "inbound", "Voicemail", 0, None),
        ]
    )
    assert site.activities("caller_id", "user")[0] == (
        "+33184800000",
        "pauline.martin@sandbox.example",
    )
