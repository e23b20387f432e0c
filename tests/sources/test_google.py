"""Google as a source: mail and meetings of its sandbox, over HTTP and OAuth (RS2, RS4, RP3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from support import CADENCE, CRM, START
from support_sources import Site, sited
from syncline.sources.fetched import Fate
from syncline_google import source
from syncline_sandbox.google.app import create_app
from syncline_sandbox.google.mailbox import USER

ENVIRON = {
    "SYNCLINE_GOOGLE_CLIENT_SECRET": "sandbox",
    "SYNCLINE_KEY": "a key for what is kept, of many characters",
}


@pytest.fixture
def site(tmp_path: Path) -> Generator[Site]:
    with sited(tmp_path, "google", create_app, ENVIRON, 'client_id = "sandbox"') as found:
        found.connect()
        yield found


def mail(site: Site, **values: Any) -> str:
    """Let a mail of Ann's come, if nothing else is said."""
    given = {"from": "Ann <Ann@Example.com>", "to": USER, "subject": "Hello"}
    return str(site.by_hand("mail", **{**given, **values})["id"])


def sent(site: Site, to: str, **values: Any) -> str:
    return mail(site, **{"from": USER, "to": to, "labels": ["SENT"], **values})


def meeting(site: Site, *addresses: str, **values: Any) -> str:
    """Put half an hour with some people into the calendar."""
    people = [{"email": USER, "self": True, "responseStatus": "accepted"}]
    people += [{"email": address} for address in addresses]
    given = {
        "summary": "Demo",
        "start": {"dateTime": "2026-11-05T10:00:00Z"},
        "end": {"dateTime": "2026-11-05T10:30:00Z"},
        "attendees": people,
        "organizer": {"email": USER, "self": True},
    }
    return str(site.by_hand("event", **{**given, **values})["id"])


def test_mail_of_either_direction(site: Site) -> None:
    """Who wrote, or to whom it was written, is found by address; bodies are not read (RS4, RP3)."""
    ann, ben = site.world.prospect("Ann"), site.world.prospect("Ben")
    mail(site, subject="Prices?", snippet="What does it cost &amp; when?")
    sent(site, "ben@example.com", cc="Ann <ann@example.com>", subject="Our offer")
    mail(site, **{"from": "stranger@example.net"})

    assert site.good() == {Fate.ADDED: 2, Fate.UNKNOWN: 1}
    fields = ("prospect_id", "kind", "direction", "outcome", "email_subject", "comments", "user")
    found = sorted(site.activities(*fields), key=str)
    assert found == sorted(
        [
            (ann, "email", "inbound", "Received", "Prices?", "What does it cost & when?", USER),
            (ann, "email", "outbound", "Sent", "Our offer", None, USER),
            (ben, "email", "outbound", "Sent", "Our offer", None, USER),
        ],
        key=str,
    )
    assert site.good() == {}
    mail(site, subject="Well?")
    assert site.good() == {Fate.ADDED: 1}


MAIL: list[tuple[dict[str, Any], str]] = [
    ({"labels": ["DRAFT"]}, "a draft"),
    ({"labels": ["CHAT"]}, "a chat"),
    ({"headers": {"Sensitivity": "Private"}}, "private"),
    ({"headers": {"Sensitivity": "Company-Confidential"}}, "private"),
    ({"type": "text/calendar"}, "an invitation"),
    ({"headers": {"Auto-Submitted": "auto-replied"}}, "an automatic answer"),
    ({"headers": {"List-Id": "<all.example.com>"}}, "a mailing list"),
    ({"headers": {"Precedence": "bulk"}}, "a mailing list"),
    ({"from": USER}, "to or from nobody else"),
    ({"from": "undisclosed"}, "to or from nobody else"),
]


def test_mail_that_is_left_alone(site: Site) -> None:
    """Each exception that docs/sources.md states, in a first reading and in the history (RP3)."""
    site.world.prospect("Ann")
    for values, _why in MAIL:
        mail(site, **values)
    assert site.fetch().left == Counter(why for _, why in MAIL)
    for values, why in MAIL:
        mail(site, **values)
        assert site.fetch().left == {why: 1}, values
    assert site.activities("id") == []


def test_spam_and_the_bin_are_left_alone(site: Site) -> None:
    """A first reading does not even list them; the history does (RP3)."""
    site.world.prospect("Ann")
    mail(site, labels=["SPAM"])
    assert site.good() == {}
    mail(site, labels=["SPAM"])
    mail(site, labels=["TRASH"])
    site.by_hand("delete", id=mail(site))
    assert site.fetch().left == {"spam": 1, "in the bin": 1, "deleted before it was read": 1}


def test_a_mail_to_everybody_is_no_conversation(site: Site) -> None:
    """More than ten others are a hall; ten are not (RP3)."""
    names = [f"p{number}" for number in range(11)]
    for name in names:
        site.world.prospect(name)
    sent(site, ", ".join(f"{name}@example.com" for name in names))
    assert site.good() == {Fate.CROWDED: 1}
    sent(site, ", ".join(f"{name}@example.com" for name in names[:10]))
    assert site.good() == {Fate.ADDED: 1}
    assert len(site.activities("id")) == 10


def test_a_history_that_gmail_forgot_is_listed_anew(site: Site) -> None:
    """After weeks away nothing is lost, and nothing comes twice (RS4)."""
    site.world.prospect("Ann")
    mail(site)
    assert site.good() == {Fate.ADDED: 1}
    for _ in range(4):
        site.world.clock.forward(days=15)
        mail(site)
    site.by_hand("forget")
    mail(site)
    # The last sixty days and one, in which all but the first came.
    assert site.good() == {Fate.ADDED: 5, Fate.UNCHANGED: 1}
    assert site.good() == {}


def test_meetings_come_and_follow_their_edits(site: Site) -> None:
    """Moved, renamed, with one more: the same meeting; cancelled: none any more (RS4)."""
    ann, ben = site.world.prospect("Ann"), site.world.prospect("Ben")
    id_ = meeting(site, "ann@example.com", location="Room 7")
    assert site.good() == {Fate.ADDED: 1}
    fields = ("prospect_id", "kind", "at", "duration", "comments", "outcome", "direction")
    assert site.activities(*fields) == [
        (ann, "meeting", "2026-11-05T10:00:00Z", 1800, "Demo\nRoom 7", "Confirmed", "outbound")
    ]
    people = [{"email": "ben@example.com"}, {"email": "ann@example.com"}]
    moved = {"dateTime": "2026-11-06T16:00:00+05:30"}
    site.by_hand("change", id=id_, start=moved, summary="Long demo", attendees=people)
    # It ends before it begins now: people do that, and it lasts no time.
    assert site.good() == {Fate.ADDED: 1}
    assert sorted(site.activities("prospect_id", "at", "duration", "comments")) == sorted(
        (each, "2026-11-06T10:30:00Z", 0, "Long demo\nRoom 7") for each in (ann, ben)
    )
    site.by_hand("change", id=id_, status="cancelled")
    assert site.good() == {Fate.REMOVED: 1}
    assert site.activities("id") == []
    assert site.good() == {}


EVENTS: list[tuple[dict[str, Any], str]] = [
    ({"visibility": "private"}, "private"),
    ({"visibility": "confidential"}, "private"),
    ({"start": {"date": "2026-11-05"}, "end": {"date": "2026-11-06"}}, "an all-day entry"),
    ({"eventType": "outOfOffice"}, "no meeting"),
    ({"eventType": "focusTime"}, "no meeting"),
    ({"attendees": []}, "without anybody else"),
    (
        {"attendees": [{"email": "room@resource.example", "resource": True}]},
        "without anybody else",
    ),
    (
        {
            "attendees": [
                {"email": USER, "self": True, "responseStatus": "declined"},
                {"email": "ann@example.com"},
            ]
        },
        "declined",
    ),
    (
        {"start": {"dateTime": "2026-11-05T10:00:00", "timeZone": "Mars/Olympus"}},
        "in a time zone that is not known",
    ),
]


def test_events_that_are_left_alone(site: Site) -> None:
    """Each exception that docs/sources.md states; one that comes to hold takes it away (RP3)."""
    site.world.prospect("Ann")
    for values, why in EVENTS:
        meeting(site, "ann@example.com", **values)
        open_ = meeting(site, "ann@example.com")
        fetched = site.fetch()
        assert (fetched.left, fetched.counts[Fate.ADDED]) == ({why: 1}, 1), values
        site.by_hand("change", id=open_, **values)
        fetched = site.fetch()
        assert (fetched.left, fetched.counts[Fate.REMOVED]) == ({why: 1}, 1), values
    assert site.activities("id") == []


TIMES: list[tuple[dict[str, str], str]] = [
    ({"dateTime": "2026-11-05T10:00:00-08:00"}, "2026-11-05T18:00:00Z"),
    (
        {"dateTime": "2026-11-05T10:00:00", "timeZone": "Europe/Paris"},
        "2026-11-05T09:00:00Z",
    ),
    ({"dateTime": "2026-07-05T10:00:00", "timeZone": "Europe/Paris"}, "2026-07-05T08:00:00Z"),
    # The hour that comes twice in the night of 1 November: the first.
    (
        {"dateTime": "2026-11-01T01:30:00", "timeZone": "America/New_York"},
        "2026-11-01T05:30:00Z",
    ),
]


def test_times_of_any_zone(site: Site) -> None:
    """What a zone is worth depends on the day (RS4)."""
    site.world.prospect("Ann")
    id_ = meeting(site, "ann@example.com", end={"dateTime": "2026-12-24T18:00:00Z"})
    assert site.good() == {Fate.ADDED: 1}
    for start, at in TIMES:
        site.by_hand("change", id=id_, start=start)
        assert site.good() == {Fate.EDITED: 1}, start
        assert site.activities("at") == [(at,)]


def test_a_sync_token_that_ended_is_begun_anew(site: Site) -> None:
    """All that lasts is listed again, and what is there stays as it is (RS4)."""
    site.world.prospect("Ann")
    meeting(site, "ann@example.com")
    assert site.good() == {Fate.ADDED: 1}
    site.by_hand("end_tokens")
    meeting(site, "ann@example.com")
    assert site.good() == {Fate.UNCHANGED: 1, Fate.ADDED: 1}
    assert site.good() == {}


def test_many_pages(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of two, of mail and of events, in the first reading and after (RS4)."""
    monkeypatch.setattr(source, "_PAGE", "2")
    site.world.prospect("Ann")
    for _ in range(2):
        for _ in range(5):
            mail(site)
            meeting(site, "ann@example.com")
        assert site.good() == {Fate.ADDED: 10}
    assert site.good() == {}


def test_the_pace_keeps_within_the_quota(site: Site) -> None:
    """Sixty messages are more units than a second has; none is refused (RS4)."""
    site.world.prospect("Ann")
    for _ in range(60):
        mail(site)
    assert site.good() == {Fate.ADDED: 60}
    heard = [path for _, path in site.relay.heard if "/messages/" in path]
    assert len(heard) == 60  # each once


def test_a_spent_quota_passes_and_a_missing_right_does_not(site: Site) -> None:
    """Both are 403 at Google; the words tell them apart (RS4)."""
    body = b'{"error": {"code": 403, "message": "%s"}}'
    with site.relay.answering(403, body % b"User-rate limit exceeded. Retry after 2026"):
        passing = site.fetch()
    with site.relay.answering(403, body % b"Request had insufficient authentication scopes."):
        lasting = site.fetch()
    assert (passing.exit_code, lasting.exit_code) == (2, 3)
    assert "insufficient authentication scopes" in lasting.fault
    assert "syncline connect google" in lasting.hint


def test_a_token_that_ends_is_renewed(site: Site) -> None:
    """Days later the refresh token does, and nobody has to agree again (RS4)."""
    site.world.prospect("Ann")
    site.world.clock.forward(days=3)
    mail(site)
    assert site.good() == {Fate.ADDED: 1}
    with site.workspace() as workspace:
        (state,) = [s for s in workspace.admission.states(check=True) if s.name == "google"]
    assert state.identity is not None
    assert state.identity.user == USER


def test_mail_and_meetings_end_in_the_crm_once(site: Site) -> None:
    """By rules: a task for the mail, an event for the meeting, gone when it is (RS2, RS4)."""
    world = site.world
    world.prospect("Ann")
    mail(site, subject="Prices?", snippet="What does it cost?")
    id_ = meeting(site, "ann@example.com")
    with site.workspace() as workspace:
        reports = [workspace.run() for _ in range(3)]
    # She, what she wrote, and the meeting with her, in one run.
    assert [(r.state, r.writes) for r in reports] == [("done", 3), ("done", 0), ("done", 0)]
    ann = world.one(CRM, "Lead", FirstName="Ann")["Id"]
    assert [(t["WhoId"], t["Subject"], t["Description"]) for t in world.all(CRM, "Task")] == [
        (ann, "Mail: Prices?", "What does it cost?")
    ]
    assert [(e["WhoId"], e["Subject"]) for e in world.all(CRM, "Event")] == [(ann, "Demo")]

    site.by_hand("change", id=id_, status="cancelled")
    world.clock.forward(minutes=5)
    with site.workspace() as workspace:
        assert workspace.run().state == "done"
    assert world.all(CRM, "Event") == []
    assert len(world.all(CADENCE, "activity")) == 1


def test_since_reads_again_from_then_on(site: Site) -> None:
    """What was before stays unread (RS4)."""
    site.world.prospect("Ann")
    for days in (50, 10):
        mail(site, at=(START - timedelta(days=days)).isoformat())
    assert site.good() == {Fate.ADDED: 1}
    assert site.good(since=START - timedelta(days=60)) == {Fate.ADDED: 1, Fate.UNCHANGED: 1}
    assert site.good(since=START - timedelta(days=5)) == {}
