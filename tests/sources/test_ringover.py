"""Ringover as a source: calls and SMS of its sandbox, over HTTP, in the cadence (RS2, RS3, RP2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from support import CADENCE, START
from support_sources import Site, sited
from syncline import Faults, WorkspaceError
from syncline.sandboxes.faults import parse_faults
from syncline.sandboxes.weather import weathered
from syncline.sources.fetched import Fate
from syncline_ringover import session
from syncline_sandbox.ringover.app import create_app
from syncline_sandbox.ringover.gate import API_KEY

ANN, BEN = 33_612_345_678, 14_155_550_132
ENVIRON = {"SYNCLINE_RINGOVER_API_KEY": API_KEY}


@pytest.fixture
def site(tmp_path: Path) -> Generator[Site]:
    with sited(tmp_path, "ringover", create_app, ENVIRON) as found:
        yield found


def known(site: Site) -> tuple[str, str]:
    """Add the two prospects that the team speaks with."""
    ann = site.world.prospect("Ann", phone="06 12 34 56 78", country="France")
    return ann, site.world.prospect("Ben", mobile_phone="(415) 555-0132", country="US")


def called(site: Site, *, ago: float = 0, number: int | None = ANN, **values: object) -> int:
    """Make a call so many hours ago, of a minute if nothing else is said."""
    at = site.world.clock.now - timedelta(hours=ago)
    return int(site.by_hand("call", number=number, at=at.isoformat(), **values)["id"])


def test_a_call_becomes_an_activity_of_the_prospect_it_was_with(site: Site) -> None:
    """Numbers meet in E.164, a prospect's read for its country (RS3, RP2)."""
    ann, ben = known(site)
    called(site, ago=1, duration=90, note="Wants a demo")
    called(site, ago=0.5, number=BEN, inbound=True, state="VOICEMAIL", duration=0)

    assert site.good() == {Fate.ADDED: 2}
    found = site.activities("prospect_id", "kind", "direction", "outcome", "duration", "comments")
    assert sorted(found, key=str) == sorted(
        [
            (ann, "call", "outbound", "Answered", 90, "Wants a demo"),
            (ben, "call", "inbound", "Voicemail", 0, None),
        ],
        key=str,
    )
    assert set(site.activities("caller_id", "user")) == {
        ("+33184800000", "pauline.martin@sandbox.example")
    }
    assert site.good() == {}


def test_an_sms_of_either_direction(site: Site) -> None:
    """What was written in a conversation is with the other who is in it (RS3)."""
    ann, _ = known(site)
    site.by_hand("sms", number=ANN, text="Call me at 5 pm")
    site.by_hand("sms", number=ANN, text="I shall", inbound=False)
    site.by_hand("sms", number=ANN, text="Lost", inbound=False, failed=True)
    site.by_hand("sms", number=ANN, text="Lunch?", type="INTERNAL")

    fetched = site.fetch()
    assert (fetched.counts[Fate.ADDED], fetched.left) == (2, {"an SMS that was not delivered": 1})
    assert site.activities("prospect_id", "kind", "direction", "comments", "at") == [
        (ann, "sms", "outbound", "I shall", "2026-11-02T09:00:08Z"),
        (ann, "sms", "inbound", "Call me at 5 pm", "2026-11-02T09:00:06Z"),
    ]
    site.by_hand("sms", number=ANN, text="Where are you?")
    assert site.good() == {Fate.ADDED: 1}


def test_who_is_left_alone_is_counted_with_the_reason(site: Site) -> None:
    """Nobody is guessed, and each row ends somewhere (B8)."""
    known(site)
    site.world.prospect("Twin", company_phone="+33 6 12 34 56 78")
    called(site, ago=3)  # Ann's number is her company's, and so Twin's
    called(site, ago=3, number=33_699_999_999)
    called(site, ago=2, number=None)
    called(site, ago=2, type="INTERNAL")
    called(site, ago=2, type="FAX")
    site.by_hand("sms", numbers=[BEN + n for n in range(11)], text="To all of you")

    fetched = site.fetch()
    assert {fate: n for fate, n in fetched.counts.items() if n} == {
        Fate.AMBIGUOUS: 1, Fate.UNKNOWN: 1, Fate.CROWDED: 1, Fate.LEFT: 3,
    }  # fmt: skip
    assert fetched.left == {"a withheld number": 1, "a call among colleagues": 1, "a fax": 1}
    assert site.activities("id") == []
    assert site.good() == {}


def test_whoever_becomes_known_is_found_by_reading_again(site: Site) -> None:
    """`--since` brings in what was unknown then, and leaves what is there as it is (B8)."""
    ann, _ = known(site)
    called(site, ago=30)
    called(site, ago=30, number=33_699_999_999)
    assert site.good() == {Fate.ADDED: 1, Fate.UNKNOWN: 1}
    late = site.world.prospect("Late", phone="+33699999999")

    assert site.good(since=START - timedelta(days=3)) == {Fate.UNCHANGED: 1, Fate.ADDED: 1}
    assert sorted(site.activities("prospect_id")) == sorted([(ann,), (late,)])
    assert site.good() == {}


def test_an_edit_follows_and_a_persons_own_stays(site: Site) -> None:
    """What was noted of a call later is brought; what the source left as it was is not (RS2)."""
    known(site)
    first, second = called(site, ago=2, note="Hm"), called(site, ago=1, note="Well")
    assert site.good() == {Fate.ADDED: 2}
    one, two = (row["id"] for row in sorted(site.world.all(CADENCE, "activity"), key=_at))
    site.world.change(CADENCE, "activity", str(two), comments="Ours")
    site.by_hand("note", id=first, note="Hm, and a demo on Monday")

    assert site.good() == {Fate.EDITED: 1}
    assert dict(site.activities("id", "comments")) == {one: "Hm, and a demo on Monday", two: "Ours"}
    assert second == first + 1


def _at(row: Mapping[str, object]) -> str:
    return str(row["at"])


def test_after_weeks_without_network_nothing_is_lost_or_repeated(site: Site) -> None:
    """The API catches up by windows of fifteen days, at two requests a second (RS3, RP2)."""
    known(site)
    called(site, ago=1)
    assert site.good() == {Fate.ADDED: 1}
    began = site.world.clock.now
    with site.relay.no_network():
        for _ in range(20):
            site.world.clock.forward(days=2)
            called(site)
            site.by_hand("sms", number=BEN, text="Are you there?")
        fetched = site.fetch()
        assert fetched.exit_code == 2
        assert "127.0.0.1" in fetched.fault
        assert fetched.seen == 0
    site.relay.heard.clear()

    assert site.good() == {Fate.ADDED: 40}
    assert site.good() == {}
    assert len(site.activities("id")) == 41
    windows = [parse_qs(urlsplit(path).query) for _, path in site.relay.heard if "/calls" in path]
    assert len(windows) == 4  # forty days and one to look back in three, and one for the next time
    assert site.world.clock.now > began + timedelta(days=40)


def test_a_call_that_is_still_going_on_comes_when_it_has_ended(site: Site) -> None:
    """It is listed by when it began, which the last listing had passed (RS3)."""
    known(site)
    called(site, duration=3 * 3600)
    assert site.good() == {}
    site.world.clock.forward(hours=1)
    assert site.good() == {}
    site.world.clock.forward(hours=2)
    assert site.good() == {Fate.ADDED: 1}
    assert site.good() == {}


def test_many_pages_of_calls_and_messages(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of any size, and the vendor's pace, which refuses the third request of a second."""
    monkeypatch.setattr(session, "PAGE", 2)
    monkeypatch.setattr("syncline_ringover.source.PAGE", 2)
    known(site)
    for hour in range(5):
        called(site, ago=hour + 1)
        site.by_hand("sms", number=ANN, text=f"{hour}")
        site.by_hand("sms", number=BEN + hour, text=f"{hour}")
    assert site.good() == {Fate.ADDED: 11, Fate.UNKNOWN: 4}
    assert site.good() == {}


def test_a_page_that_was_written_and_not_noted_comes_again_without_effect(site: Site) -> None:
    """A run that dies between the two has lost nothing and doubles nothing."""
    known(site)
    called(site, ago=1)
    assert site.good() == {Fate.ADDED: 1}
    site.forget()
    assert site.good() == {Fate.UNCHANGED: 1}
    assert len(site.activities("id")) == 1


def test_a_wrong_key_is_told_and_stops_no_cycle(site: Site) -> None:
    """One source's failure is its own: the cycle goes on, and says what to do (RS3)."""
    site.environ = {"SYNCLINE_RINGOVER_API_KEY": "f00d" * 10}
    site.world.lead("Zoe")
    with site.workspace() as workspace:
        report = workspace.run()
    assert (report.state, report.writes) == ("done", 1)
    ((message, hint),) = report.faults
    assert message.startswith("Ringover: Ringover no longer takes the token")
    assert "SYNCLINE_RINGOVER_API_KEY" in hint
    assert "f00d" not in f"{message}{hint}{report.to_json()}"
    (fetched,) = report.sources
    assert fetched.exit_code == 3


def test_a_bad_answer_is_told_and_nothing_moves(site: Site) -> None:
    """An answer of another shape stops the source where it was."""
    known(site)
    called(site, ago=1)
    with site.relay.answering(200, b'{"call_list": [{"no": "id"}]}'):
        assert "is not what its API promises" in site.fetch().fault
    with site.relay.answering(200, b"[1]"):
        assert "something else than an object" in site.fetch().fault
    assert site.good() == {Fate.ADDED: 1}


def test_a_cursor_that_does_not_read_begins_anew(site: Site) -> None:
    """A damaged cursor costs a reading of thirty days, and doubles nothing."""
    known(site)
    called(site, ago=1)
    assert site.good() == {Fate.ADDED: 1}
    for damaged in ("{", '{"calls": 1}', "null", '{"calls":"x","messages":"y","given":{}}'):
        site.forget(damaged)
        assert site.good() == {Fate.UNCHANGED: 1}


def test_a_source_that_is_not_named_is_refused(site: Site) -> None:
    """What to write is said."""
    with site.workspace() as workspace, pytest.raises(WorkspaceError, match="no source") as caught:
        workspace.fetch("outlook")
    assert 'sources = ["outlook"]' in caught.value.hint


def test_in_any_weather_each_call_is_there_once(tmp_path: Path) -> None:
    """Requests unheard, answers lost, servers that fail and refuse: it takes longer (RS3, B8)."""
    shares = dict(parse_faults("timeout=10%,lost=10%,error=10%,limit=10%").shares)
    faults = Faults(shares=shares)

    def served(folder: Path, **options: Any) -> Any:
        return weathered(create_app(folder, faults=faults, **options), faults)

    with sited(tmp_path, "ringover", served, ENVIRON) as site:
        known(site)
        for hour in range(4):
            # People have their own line: what they do is done in calm weather.
            storm = dict(shares)
            shares.clear()
            called(site, ago=hour + 1)
            site.by_hand("sms", number=ANN + hour, text=f"{hour}")
            shares.update(storm)
            site.fetch()
        tries = [site.fetch().fault for _ in range(8)]
        assert "" in tries
        shares.clear()
        assert site.good() == {}
        kinds = Counter(kind for (kind,) in site.activities("kind"))
        assert kinds == {"call": 4, "sms": 1}
