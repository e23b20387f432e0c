"""When a touch may go out: tables with their reasons, and what holds of every answer."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, strategies as st

from syncline.sending.answer import Allowed
from syncline.sending.days_off import holiday
from syncline.sending.line import Sending, sendings_of
from syncline.sending.search import HORIZON, next_allowed
from syncline.sending.sent import Sent
from syncline.sending.zones import Place
from syncline_grammar.parse import parse

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def lines(text: str) -> tuple[Sending, ...]:
    parsed = parse(text)
    assert parsed.diagnostics == ()
    return sendings_of(parsed.tree)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text + "+00:00")


def ask(
    text: str, after: str, place: Place | None = None, sent: tuple[str, ...] = (), user: str = ""
) -> Allowed:
    where = place or Place(user=user)
    history = Sent(("email", where.user, at(each)) for each in sent)
    return next_allowed(lines(text), "email", where, at(after), history)


WEEK = "allow email on Mon to Fri from 08:00 to 18:00"
MORNING_AND_AFTERNOON = """\
allow email on Mon from 08:00 to 10:00 in "UTC"
allow email on Mon from 14:00 to 16:00 in "UTC"
"""
#: 2026-06-01 is a Monday.
PARIS = Place(zone="Europe/Paris", country="France", user="ann", user_zone="America/New_York")


@pytest.mark.parametrize(
    ("text", "after", "found", "reasons"),
    [
        ("allow sms on Mon", "2026-06-06T03:00", "2026-06-06T03:00", []),
        (WEEK, "2026-06-01T12:00", "2026-06-01T12:00", []),
        # The hours are the user's unless the line says otherwise.
        (
            WEEK,
            "2026-06-01T10:00",
            "2026-06-01T12:00",
            ["it is 06:00 in America/New_York, and email goes from 08:00 to 18:00"],
        ),
        (
            f"{WEEK} in the prospect's time zone",
            "2026-06-05T17:00",
            "2026-06-08T06:00",
            [
                "it is 19:00 in Europe/Paris, and email goes from 08:00 to 18:00",
                "email goes on Mon to Fri",
            ],
        ),
        (f'{WEEK} in "Asia/Tokyo"', "2026-06-01T08:59", "2026-06-01T08:59", []),
        (
            f'{WEEK} in "Asia/Tokyo"',
            "2026-06-01T09:00",
            "2026-06-01T23:00",
            ["it is 18:00 in Asia/Tokyo, and email goes from 08:00 to 18:00"],
        ),
        # The holidays are the prospect's, or a country's.
        (
            f"{WEEK} in the prospect's time zone, not on holidays",
            "2026-07-14T08:00",
            "2026-07-15T06:00",
            ["14 July 2026 is National Day in FR"],
        ),
        (
            f'{WEEK} in the prospect\'s time zone, not on holidays in "DE"',
            "2026-07-14T08:00",
            "2026-07-14T08:00",
            [],
        ),
        (
            f'{WEEK} in the prospect\'s time zone, not on holidays in "Germany"',
            "2026-10-02T16:00",
            "2026-10-05T06:00",
            [
                "it is 18:00 in Europe/Paris, and email goes from 08:00 to 18:00",
                "email goes on Mon to Fri",
            ],
        ),
        # Two windows a day are their union.
        (
            MORNING_AND_AFTERNOON,
            "2026-06-01T10:00",
            "2026-06-01T14:00",
            [
                "it is 10:00 in UTC, and email goes from 08:00 to 10:00",
                "it is 10:00 in UTC, and email goes from 14:00 to 16:00",
            ],
        ),
        # An hour that does not exist waits for the next day that has it.
        (
            'allow email on Sun from 02:15 to 02:45 in "Europe/Paris"',
            "2026-03-29T00:00",
            "2026-04-05T00:15",
            [
                "the clocks of Europe/Paris pass over 02:15 to 02:45 on 29 March 2026",
                "email goes on Sun",
            ],
        ),
    ],
)
def test_when_and_why(text: str, after: str, found: str, reasons: list[str]) -> None:
    """RS7, B11: days, hours, zones, holidays and clocks; each delay is told in its words."""
    answer = ask(text, after, PARIS)
    assert answer.at == at(found)
    assert [delay.reason for delay in answer.delays] == reasons
    assert answer.reason == "; ".join(reasons)


@pytest.mark.parametrize(
    ("limit", "sent", "found", "reasons"),
    [
        ("at most 2 a day", ("2026-06-01T08:00",), "2026-06-01T12:00", []),
        (
            "at most 2 a day",
            ("2026-06-01T08:00", "2026-06-01T23:59"),
            "2026-06-02T08:00",
            ["the 2 a day are used up on 1 June 2026"],
        ),
        ("at most 2 a day", ("2026-05-31T23:59", "2026-06-02T00:00"), "2026-06-01T12:00", []),
        (
            "at most 1 a day per user",
            ("2026-06-01T08:00",),
            "2026-06-02T08:00",
            ["the 1 a day of ann are used up on 1 June 2026"],
        ),
        (
            "at least 10 minutes apart",
            ("2026-06-01T11:55",),
            "2026-06-01T12:05",
            ["another goes at 11:55 on 1 June 2026, with 10 minutes between"],
        ),
        ("at least 10 minutes apart", ("2026-06-01T11:50",), "2026-06-01T12:00", []),
        # What is planned counts as well.
        (
            "at least 1 hour apart",
            ("2026-06-01T12:30",),
            "2026-06-01T13:30",
            ["another goes at 12:30 on 1 June 2026, with 1 hour between"],
        ),
    ],
)
def test_caps_and_gaps(limit: str, sent: tuple[str, ...], found: str, reasons: list[str]) -> None:
    """RS7: the cap of the day, the cap per user, and the pause; each with its reason."""
    answer = ask(f'{WEEK} in "UTC", {limit}', "2026-06-01T12:00", sent=sent, user="ann")
    assert answer.at == at(found)
    assert [delay.reason for delay in answer.delays] == reasons


def test_the_cap_of_a_user_is_not_anothers() -> None:
    """RS7: what one user sent holds back that one alone; a cap of the day holds back everybody."""
    sent = Sent([("email", "ann", at("2026-06-01T08:00"))])
    after = at("2026-06-01T12:00")
    for limit, found in (("per user", after), ("", at("2026-06-02T08:00"))):
        rules = lines(f'{WEEK} in "UTC", at most 1 a day {limit}')
        assert next_allowed(rules, "email", Place(user="bob"), after, sent).at == found


def test_the_day_of_a_cap_is_the_lines_own() -> None:
    """B11: the same two moments are one day in Tokyo and two in UTC."""
    sent = ("2026-06-01T16:00", "2026-06-02T01:00")
    limit = "at most 2 a day"
    everyday = "allow email on Mon to Sun"
    assert ask(f'{everyday} in "UTC", {limit}', "2026-06-02T02:00", sent=sent).delays == ()
    tokyo = ask(f'{everyday} in "Asia/Tokyo", {limit}', "2026-06-02T02:00", sent=sent)
    assert tokyo.at == at("2026-06-02T15:00")


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        (Place(zone="Asia/Tokyo", country="France", user_zone="America/Lima"), "Asia/Tokyo"),
        (Place(country="France", user_zone="America/Lima"), "Europe/Paris"),
        (Place(country="Deutschland", user_zone="America/Lima"), "Europe/Berlin"),
        # The United States and Spain keep several times.
        (Place(country="US", user_zone="America/Lima"), "America/Lima"),
        (Place(country="Spain", user_zone="America/Lima"), "America/Lima"),
        (Place(country="Atlantis", user_zone="America/Lima"), "America/Lima"),
        # A zone that is gone, or never was, is none.
        (Place(zone="US/Pacific-New", country="France"), "Europe/Paris"),
        (Place(zone="../../etc/passwd", user_zone="no such"), "UTC"),
        (Place(), "UTC"),
    ],
)
def test_whose_zone_it_is(place: Place, zone: str) -> None:
    """B11: the prospect's own zone, else the country's if it has one, else the user's."""
    rules = lines("allow email on Mon from 09:00 to 10:00 in the prospect's time zone")
    found = next_allowed(rules, "email", place, at("2026-06-02T12:00"), Sent()).at
    assert found is not None
    assert found.astimezone(ZoneInfo(zone)).strftime("%a %H:%M") == "Mon 09:00"


def test_never_is_told_within_a_moment() -> None:
    """RS7: a year that is full is an answer, with the reasons, and takes no second."""
    moments = (at("2026-06-01T12:00") + DAY * day for day in range(400))
    sent = Sent(("email", "", moment) for moment in moments)
    began = time.perf_counter()
    rules = lines('allow email on Mon to Sun in "UTC", at most 1 a day')
    answer = next_allowed(rules, "email", Place(), at("2026-06-01T12:00"), sent)
    assert time.perf_counter() - began < 1
    assert (answer.at, answer.until) == (None, None)
    assert answer.delays[0].reason == "the 1 a day are used up on 1 June 2026"


# -- properties

zones = st.sampled_from(
    ["UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu",
     "America/St_Johns", "Pacific/Apia", "Africa/Casablanca"]
)  # fmt: skip
hours = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda h: h[0] < h[1])
#: Around the days on which clocks change, and others.
moments = st.one_of(
    st.integers(0, 365 * 1440).map(lambda minutes: at("2026-01-01T00:00") + minutes * MINUTE),
    st.sampled_from(["2026-03-29", "2026-10-25", "2026-11-01"]).flatmap(
        lambda day: st.integers(-1440, 2880).map(lambda m: at(f"{day}T00:00") + m * MINUTE)
    ),
)


@st.composite
def sendings(draw: st.DrawFn) -> Sending:
    start, end = draw(hours)
    return Sending(
        channel="email",
        days=draw(st.frozensets(st.integers(0, 6), min_size=1)),
        start=start,
        end=end,
        zone=draw(zones),
        holidays=draw(st.sampled_from([None, None, "FR", "US"])),
        per_day=draw(st.none() | st.integers(1, 3)),
        per_user=draw(st.booleans()),
        gap=draw(st.none() | st.integers(1, 3000).map(lambda m: timedelta(minutes=m))),
        line=1,
    )


histories = st.lists(
    st.tuples(st.just("email"), st.sampled_from(["ann", "bob"]), moments), max_size=8
)
ANN = Place(user="ann")


def is_allowed(
    line: Sending, moment: datetime, user: str, sent: list[tuple[str, str, datetime]]
) -> bool:
    """Say by the wall clock alone whether a line allows a moment."""
    zone = ZoneInfo(line.zone)
    shown = moment.astimezone(zone)
    minutes = shown.hour * 60 + shown.minute
    if shown.weekday() not in line.days or not line.start <= minutes < line.end:
        return False
    if line.holidays and holiday(line.holidays, shown.date()):
        return False
    own = [at for _, who, at in sent if who == user or not line.per_user]
    today = sum(at.astimezone(zone).date() == shown.date() for at in own)
    if line.per_day is not None and today >= line.per_day:
        return False
    gap = line.gap or timedelta(0)
    return all(abs(moment - at) >= gap for _, who, at in sent if who == user)


@given(st.lists(sendings(), min_size=1, max_size=3), moments, histories)
def test_the_answer_is_allowed_and_not_early(
    rules: list[Sending], after: datetime, history: list[tuple[str, str, datetime]]
) -> None:
    """RS7, B11: it is no earlier than asked; wall clock, calendar and count agree with it."""
    answer = next_allowed(rules, "email", ANN, after, Sent(history))
    if answer.at is None:
        return
    assert after <= answer.at <= after + HORIZON + 2 * DAY
    assert any(is_allowed(line, answer.at, "ann", history) for line in rules)
    assert answer.until is not None
    assert answer.at < answer.until
    assert bool(answer.delays) == (answer.at > after)


@given(st.lists(sendings(), min_size=1, max_size=3), moments, histories, st.lists(st.floats(0, 1)))
def test_nothing_earlier_would_have_done(
    rules: list[Sending],
    after: datetime,
    history: list[tuple[str, str, datetime]],
    between: list[float],
) -> None:
    """RS7: no moment before the answer is allowed."""
    answer = next_allowed(rules, "email", ANN, after, Sent(history)).at
    end = after + HORIZON / 2 if answer is None else answer
    for share in between:
        moment = after + (end - after) * share
        assume(moment < end)
        assert not any(is_allowed(line, moment, "ann", history) for line in rules)


@given(st.lists(sendings(), min_size=1, max_size=3), moments, moments, histories)
def test_later_is_not_earlier_and_the_answer_answers_itself(
    rules: list[Sending],
    one: datetime,
    other: datetime,
    history: list[tuple[str, str, datetime]],
) -> None:
    """RS7: the answer grows with the moment asked for, and asked at the answer it is the same."""
    sent = Sent(history)
    first, second = (
        next_allowed(rules, "email", ANN, after, sent).at for after in sorted((one, other))
    )
    if first is not None and second is not None:
        assert first <= second
    for found in (first, second):
        if found is not None:
            again = next_allowed(rules, "email", ANN, found, sent)
            assert (again.at, again.delays) == (found, ())


@given(
    sendings(),
    histories.map(lambda found: found[:2]),
    st.lists(st.tuples(st.sampled_from(["ann", "bob"]), moments), max_size=12),
)
def test_what_goes_out_by_the_answers_keeps_caps_and_gaps(
    line: Sending,
    history: list[tuple[str, str, datetime]],
    asked: list[tuple[str, datetime]],
) -> None:
    """RS7: in whatever order touches are planned, no day holds more and no two are nearer."""
    sent, ours = Sent(history), list[tuple[str, datetime]]()
    for user, after in asked:
        found = next_allowed([line], "email", Place(user=user), after, sent).at
        if found is not None:
            sent.add("email", user, found)
            ours.append((user, found))
    every = [(user, at) for _, user, at in history] + ours
    zone = ZoneInfo(line.zone)
    for user, at in ours:
        assert not line.gap or all(
            abs(at - other) >= line.gap
            for number, (who, other) in enumerate(every)
            if who == user and number != every.index((user, at))
        )
        same: list[date] = [
            moment.astimezone(zone).date()
            for who, moment in every
            if who == user or not line.per_user
        ]
        before = sum(
            moment.astimezone(zone).date() == at.astimezone(zone).date()
            for _, who, moment in history
            if who == user or not line.per_user
        )
        if line.per_day is not None:
            assert same.count(at.astimezone(zone).date()) <= max(line.per_day, before)
