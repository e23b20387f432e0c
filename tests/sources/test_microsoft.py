"""Microsoft 365 as a source: its sandbox over HTTP, OAuth and batches (RS2, RS4, RP3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from support import CRM
from support_sources import Site, sited
from syncline.sources.fetched import Fate
from syncline_sandbox.microsoft.app import USER, create_app

ENVIRON = {
    "SYNCLINE_MICROSOFT_CLIENT_SECRET": "sandbox",
    "SYNCLINE_KEY": "a key for what is kept, of many characters",
}


def served(folder: Path, **options: Any) -> Any:
    """Return the sandbox with two rows a page."""
    return create_app(folder, page=2, **options)


@contextmanager
def opened(folder: Path, app: Callable[..., Any]) -> Generator[Site]:
    with sited(folder, "microsoft", app, ENVIRON, 'client_id = "sandbox"') as found:
        # The login lies at another address: the sandbox's own, below its name.
        toml = found.world.folder / "syncline.toml"
        login = f'login_url = "{found.relay.url}/microsoft"\n'
        toml.write_text(toml.read_text("utf-8") + login, "utf-8")
        found.connect()
        yield found


@pytest.fixture
def site(tmp_path: Path) -> Generator[Site]:
    with opened(tmp_path, served) as found:
        yield found


def person(address: str, **values: Any) -> dict[str, Any]:
    return {"emailAddress": {"address": address, "name": address.title()}, **values}


def mail(site: Site, **values: Any) -> str:
    """Let a mail of Ann's come, if nothing else is said."""
    given = {"from": person("Ann@Example.com"), "toRecipients": [person(USER)], "subject": "Hello"}
    return str(site.by_hand("mail", **{**given, **values})["id"])


def sent(site: Site, *addresses: str, **values: Any) -> str:
    given = {"from": person(USER), "toRecipients": [person(each) for each in addresses]}
    return mail(site, folder="sentitems", **{**given, **values})


def at(text: str, zone: str = "UTC") -> dict[str, str]:
    return {"dateTime": f"{text}:00.0000000", "timeZone": zone}


def meeting(site: Site, *addresses: str, **values: Any) -> str:
    """Put half an hour with some people into the calendar."""
    given = {
        "subject": "Demo",
        "start": at("2026-11-05T10:00"),
        "end": at("2026-11-05T10:30"),
        "attendees": [person(each, type="required") for each in addresses],
        "organizer": person(USER),
        "isOrganizer": True,
        "sensitivity": "normal",
    }
    return str(site.by_hand("event", **{**given, **values})["id"])


def test_mail_of_either_folder(site: Site) -> None:
    """Who wrote, or to whom it was written, is found by address; bodies are not read (RS4, RP3)."""
    ann, ben = site.world.prospect("Ann"), site.world.prospect("Ben")
    mail(site, subject="Prices?", bodyPreview="What does it cost?")
    sent(site, "ben@example.com", ccRecipients=[person("ann@example.com")], subject="Our offer")
    stranger = mail(site, **{"from": person("stranger@example.net")})

    assert site.good() == {Fate.ADDED: 2, Fate.UNKNOWN: 1}
    fields = ("prospect_id", "kind", "direction", "outcome", "email_subject", "comments", "user")
    assert sorted(site.activities(*fields), key=str) == sorted(
        [
            (ann, "email", "inbound", "Received", "Prices?", "What does it cost?", USER),
            (ann, "email", "outbound", "Sent", "Our offer", None, USER),
            (ben, "email", "outbound", "Sent", "Our offer", None, USER),
        ],
        key=str,
    )
    # What is read, filed or deleted has happened all the same.
    site.by_hand("read", folder="inbox", id=stranger)
    site.by_hand("remove", folder="sentitems", id="sentitems-0001")
    assert site.good() == {}
    assert len(site.activities("id")) == 3


MAIL: list[tuple[dict[str, Any], str]] = [
    ({"isDraft": True}, "a draft"),
    ({"@odata.type": "#microsoft.graph.eventMessageRequest"}, "an invitation"),
    ({"internetMessageHeaders": [{"name": "Sensitivity", "value": "Private"}]}, "private"),
    (
        {"internetMessageHeaders": [{"name": "Auto-Submitted", "value": "auto-replied"}]},
        "an automatic answer",
    ),
    (
        {"internetMessageHeaders": [{"name": "List-Id", "value": "<all.example.com>"}]},
        "a mailing list",
    ),
    ({"internetMessageHeaders": [{"name": "Precedence", "value": "bulk"}]}, "a mailing list"),
    ({"from": person(USER)}, "to or from nobody else"),
    ({"from": None}, "to or from nobody else"),
    ({"from": person("/o=ExchangeLabs/cn=Recipients")}, "to or from nobody else"),
]


def test_mail_that_is_left_alone(site: Site) -> None:
    """Each exception that docs/sources.md states (RP3)."""
    site.world.prospect("Ann")
    for values, _why in MAIL:
        mail(site, **values)
    assert site.fetch().left == Counter(why for _, why in MAIL)
    sent(site, *(f"p{number}@example.com" for number in range(11)))
    assert site.good() == {Fate.CROWDED: 1}
    assert site.activities("id") == []


def test_meetings_come_and_follow_their_edits(site: Site) -> None:
    """What Graph tells of a change alone is made whole; what is deleted goes (RS4)."""
    ann, ben = site.world.prospect("Ann"), site.world.prospect("Ben")
    id_ = meeting(site, "ann@example.com", location={"displayName": "Room 7"})
    assert site.good() == {Fate.ADDED: 1}
    fields = ("prospect_id", "kind", "at", "duration", "comments", "outcome", "direction")
    assert site.activities(*fields) == [
        (ann, "meeting", "2026-11-05T10:00:00Z", 1800, "Demo\nRoom 7", "Confirmed", "outbound")
    ]
    site.by_hand("change", id=id_, subject="Long demo", end=at("2026-11-05T12:00"))
    assert site.good() == {Fate.EDITED: 1}
    people = [person("ann@example.com"), person("ben@example.com")]
    site.by_hand("change", id=id_, attendees=people)
    assert site.good() == {Fate.ADDED: 1}
    assert sorted(site.activities("prospect_id", "duration", "comments")) == sorted(
        (each, 7200, "Long demo\nRoom 7") for each in (ann, ben)
    )
    site.by_hand("remove", id=id_)
    assert site.good() == {Fate.REMOVED: 1}
    assert site.activities("id") == []
    assert site.good() == {}


def test_an_invitation_is_a_meeting_with_whoever_sent_it(site: Site) -> None:
    """The organiser is not among the attendees (RS4)."""
    ann = site.world.prospect("Ann")
    meeting(site, USER, organizer=person("ann@example.com"), isOrganizer=False, showAs="tentative")
    assert site.good() == {Fate.ADDED: 1}
    found = site.activities("prospect_id", "direction", "outcome")
    assert found == [(ann, "inbound", "Tentative")]


def test_the_days_of_a_series_say_when_and_the_series_with_whom(site: Site) -> None:
    """The master may come with them or have come long before; it is read when it did (RS4)."""
    site.world.prospect("Ann")
    series = meeting(site, "ann@example.com", type="seriesMaster", subject="Weekly")
    day = {"type": "occurrence", "seriesMasterId": series}
    for number in (5, 12, 19):
        when = {"start": at(f"2026-11-{number:02}T10:00"), "end": at(f"2026-11-{number:02}T10:30")}
        site.by_hand("event", **day, **when)
    assert site.good() == {Fate.ADDED: 3}
    when = {"start": at("2026-11-26T10:00"), "end": at("2026-11-26T10:30")}
    last = site.by_hand("event", **day, **when)["id"]
    assert site.good() == {Fate.ADDED: 1}
    site.by_hand("change", id=last, location={"displayName": "Room 7"})
    assert site.good() == {Fate.EDITED: 1}
    site.by_hand("change", id=last, location={"displayName": ""})
    assert site.good() == {Fate.EDITED: 1}
    assert {comments for (comments,) in site.activities("comments")} == {"Weekly"}


EVENTS: list[tuple[dict[str, Any], str]] = [
    ({"sensitivity": "private"}, "private"),
    ({"sensitivity": "personal"}, "private"),
    ({"sensitivity": "confidential"}, "private"),
    ({"isAllDay": True}, "an all-day entry"),
    ({"responseStatus": {"response": "declined"}}, "declined"),
    ({"attendees": []}, "without anybody else"),
    ({"attendees": [person("room@example.com", type="resource")]}, "without anybody else"),
    ({"start": at("2026-11-05T10:00", "Mars Standard Time")}, "in a time zone that is not known"),
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
    site.by_hand("change", id=meeting(site, "ann@example.com"), isCancelled=True)
    assert site.good() == {}
    assert site.activities("id") == []


def test_a_time_of_another_zone_is_read_for_its_day(site: Site) -> None:
    """A server that does not heed the wish for UTC names its zone (RS4)."""
    site.world.prospect("Ann")
    meeting(site, "ann@example.com", start=at("2026-11-05T10:00", "Europe/Paris"))
    meeting(site, "ann@example.com", start=at("2026-10-23T10:00", "Europe/Paris"))
    assert site.good() == {Fate.ADDED: 2}
    assert sorted(site.activities("at")) == [("2026-10-23T08:00:00Z",), ("2026-11-05T09:00:00Z",)]


def test_links_that_graph_forgot_are_begun_anew(site: Site) -> None:
    """After weeks away all three feeds are read again; nothing is lost or comes twice (RS4)."""
    site.world.prospect("Ann")
    mail(site)
    meeting(site, "ann@example.com")
    assert site.good() == {Fate.ADDED: 2}
    for _ in range(4):
        site.world.clock.forward(days=15)
        mail(site)
        sent(site, "ann@example.com")
    site.by_hand("forget")
    fetched = site.good()
    assert fetched[Fate.ADDED] == 8
    assert site.good() == {}
    assert len(site.activities("id")) == 10


def test_the_calendar_is_read_further_ahead_as_time_goes(site: Site) -> None:
    """A link of a stretch of time ends with it: it is begun anew before (RS4)."""
    site.world.prospect("Ann")
    far = site.world.clock.now + timedelta(days=200)
    meeting(site, "ann@example.com", start=at(_minute(far)), end=at(_minute(far)))
    assert site.good() == {}
    site.world.clock.forward(days=60)
    assert site.good() == {}
    site.world.clock.forward(days=40)
    assert site.good() == {Fate.ADDED: 1}
    assert site.good() == {}


def _minute(moment: datetime) -> str:
    return moment.isoformat()[:16]


def test_one_call_asks_for_all_that_changed(site: Site) -> None:
    """Who we are and three feeds are one batch; twenty requests are its most (RS4)."""
    site.world.prospect("Ann")
    site.good()
    site.relay.heard.clear()
    assert site.good() == {}
    assert [path for _, path in site.relay.heard] == ["/v1.0/$batch"]

    ids = [meeting(site, "ann@example.com", start=at("2026-11-05T10:00")) for _ in range(3)]
    assert site.good() == {Fate.ADDED: 3}
    for id_ in ids:
        site.by_hand("change", id=id_, subject="Other")
    assert site.good() == {Fate.EDITED: 3}


def test_what_graph_puts_off_is_asked_again(site: Site) -> None:
    """Each request of a batch has its own Retry-After; a long one is left to the next run (RS4)."""
    site.world.prospect("Ann")
    mail(site)
    site.by_hand("throttle", times=3, seconds=17)
    before = site.world.clock.now
    assert site.good() == {Fate.ADDED: 1}
    assert site.world.clock.now - before >= timedelta(seconds=60 + 17)

    mail(site)
    site.by_hand("throttle", times=1, seconds=600)
    fetched = site.fetch()
    assert (fetched.exit_code, fetched.fault) == (
        2,
        "Microsoft 365 wants to be left alone for a while",
    )
    assert site.good() == {Fate.ADDED: 1}


def test_a_batch_carries_twenty_and_the_rest_follows(tmp_path: Path) -> None:
    """What changed of twenty-five events is made whole by two calls (RS4)."""
    with opened(tmp_path, create_app) as site:
        site.world.prospect("Ann")
        ids = [meeting(site, "ann@example.com") for _ in range(25)]
        assert site.good() == {Fate.ADDED: 25}
        for id_ in ids:
            site.by_hand("change", id=id_, subject="Other")
        site.relay.heard.clear()
        assert site.good() == {Fate.EDITED: 25}
        assert [path for _, path in site.relay.heard] == ["/v1.0/$batch"] * 3


def _batches(_method: str, path: str, _body: bytes) -> bool:
    return path.endswith("$batch")


def test_a_missing_right_and_another_shape_are_told(site: Site) -> None:
    """What to give the app is said; nothing of the cursor moves (RS4)."""
    site.world.prospect("Ann")
    mail(site)
    refused = b'{"responses": [%s]}' % b", ".join(
        b'{"id": "%d", "status": 403, "body": {"error": {"code": "ErrorAccessDenied", '
        b'"message": "Access is denied."}}}' % number
        for number in range(4)
    )
    with site.relay.answering(200, refused, which=_batches):
        fetched = site.fetch()
    assert fetched.exit_code == 3
    assert "ErrorAccessDenied" in fetched.fault
    assert "Mail.Read" in fetched.hint
    for body in (b"[]", b'{"responses": []}', b'{"responses": 7}'):
        with site.relay.answering(200, body, which=_batches):
            assert "answered a batch with something else" in site.fetch().fault
    assert site.good() == {Fate.ADDED: 1}


def test_a_token_that_ends_is_renewed(site: Site) -> None:
    """Days later the refresh token does, and nobody has to agree again (RS4)."""
    site.world.prospect("Ann")
    site.world.clock.forward(days=3)
    mail(site)
    assert site.good() == {Fate.ADDED: 1}
    with site.workspace() as workspace:
        states = workspace.admission.states(check=True)
    (identity,) = [state.identity for state in states if state.name == "microsoft"]
    assert identity is not None
    assert identity.user == USER


def test_mail_and_meetings_end_in_the_crm_once(site: Site) -> None:
    """By rules: a task for the mail, an event for the meeting (RS2, RS4, RP3)."""
    world = site.world
    world.prospect("Ann")
    mail(site, subject="Prices?")
    meeting(site, "ann@example.com")
    with site.workspace() as workspace:
        reports = [workspace.run() for _ in range(2)]
    assert [(r.state, r.writes) for r in reports] == [("done", 3), ("done", 0)]
    ann = world.one(CRM, "Lead", FirstName="Ann")["Id"]
    assert [(t["WhoId"], t["Subject"]) for t in world.all(CRM, "Task")] == [(ann, "Mail: Prices?")]
    assert [(e["WhoId"], e["Subject"]) for e in world.all(CRM, "Event")] == [(ann, "Demo")]
