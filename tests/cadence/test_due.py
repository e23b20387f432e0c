"""What is due, whatever the rules, the people and the history: properties of the plan."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st

from sending.test_search import is_allowed, sendings
from syncline import Context, Side, Touch, WaitingTouch
from syncline.sending.due import day_comes, place_of, plan_due
from syncline.sending.line import Sending
from syncline.sending.search import next_allowed
from syncline.sending.sent import Sent
from syncline.sending.zones import Sender, zone_for
from syncline_local.cadence_desk import CadenceDesk

NOW = datetime(2026, 6, 3, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
ZONES = ("", "Europe/Paris", "Asia/Tokyo", "Pacific/Kiritimati", "Pacific/Niue", "America/Lima")


@st.composite
def touches(draw: st.DrawFn) -> list[WaitingTouch]:
    count = draw(st.integers(0, 12))
    return [
        WaitingTouch(
            enrolment=f"enr_{number}",
            prospect=f"prs_{number}",
            name="Ann",
            cadence="Small",
            number=1,
            touch=Touch(channel=draw(st.sampled_from(["email", "call"])), day=draw(days)),
            entered=NOW - draw(st.integers(0, 24 * 9)) * HOUR,
            user=draw(st.sampled_from(["ann", "bob"])),
            time_zone=draw(st.sampled_from(ZONES)),
            country="",
        )
        for number in range(count)
    ]


days = st.integers(1, 9)
histories = st.lists(
    st.tuples(
        st.just("email"),
        st.sampled_from(["ann", "bob"]),
        st.integers(-48, 1).map(lambda hours: NOW + hours * HOUR),
    ),
    max_size=6,
)


def sender(_user: str) -> Sender:
    return Sender(time_zone="Europe/Paris")


#: Lines that are open now, most of them: caps and pauses are what decides.
open_lines = st.lists(
    st.tuples(sendings(), st.integers(0, 3)).map(
        lambda made: (
            replace(made[0], days=frozenset(range(7)), start=0, end=1440, holidays=None)
            if made[1]
            else made[0]
        )
    ),
    max_size=2,
)


@given(open_lines, touches(), histories)
def test_whoever_makes_all_that_is_open_keeps_every_rule(
    lines: list[Sending], waiting: list[WaitingTouch], history: list[tuple[str, str, datetime]]
) -> None:
    """RS7, B11: each open touch is in a window, under the caps and apart from those before it."""
    found = plan_due(lines, waiting, NOW, Sent(history), sender)
    sent = list(history)
    for each in found:
        one = each.waiting
        own = [line for line in lines if line.channel == one.touch.channel]
        if each.is_open(NOW) and own:
            assert any(is_allowed(line, NOW, one.user, sent) for line in own)
            sent.append((one.touch.channel, one.user, NOW))
        elif own:
            # It is shut for what went out and what is open: nothing more could go.
            assert each.allowed.at is None or each.allowed.at > NOW
            assert each.allowed.delays
    # Each answer that is not now is what the search itself gives once all of that went out.
    for each in found:
        if not each.is_open(NOW):
            one = each.waiting
            place = place_of(one, sender(one.user))
            again = next_allowed(lines, one.touch.channel, place, NOW, Sent(sent))
            assert again == each.allowed


@given(touches())
def test_nothing_is_due_before_its_day_and_nothing_later_is_left_out(
    waiting: list[WaitingTouch],
) -> None:
    """K11: what is due is what a calendar on the prospect's wall says."""
    found = {each.waiting.enrolment for each in plan_due([], waiting, NOW, Sent(), sender)}
    for one in waiting:
        zone = zone_for("prospect", one.time_zone, "", "Europe/Paris")
        passed = NOW.astimezone(zone).date() - one.entered.astimezone(zone).date()
        assert (one.enrolment in found) == (passed.days >= one.touch.day - 1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(touches(), st.integers(0, 24 * 4))
def test_the_index_leaves_nobody_out(
    tmp_path: Path, waiting: list[WaitingTouch], hours: int
) -> None:
    """K11: whoever is due in their own zone is among those that the connector gives."""
    moment = NOW + hours * HOUR
    file = tmp_path / "data" / "cadence.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(_tables(waiting)), "utf-8")
    desk = CadenceDesk(
        Context(
            side=Side.CADENCE,
            settings={},
            secrets={},
            folder=tmp_path,
            now=lambda: moment,
            spend=lambda _price, _what: None,
        )
    )
    given_ = {each.prospect for each in desk.waiting(moment)}
    for number, one in enumerate(waiting, start=1):
        if day_comes(one, "Europe/Paris") <= moment:
            assert f"prs_{number:06d}" in given_
    desk.close()


def _tables(waiting: list[WaitingTouch]) -> dict[str, Any]:
    at = {"created_at": "2026-05-01T00:00:00Z", "updated_at": "2026-05-01T00:00:00Z"}
    numbered = list(enumerate(waiting, start=1))
    return {
        "_meta": {"1": {"version": 2}},
        "cadence": {
            str(number): {
                "name": f"c{number}",
                "touches": [{"kind": one.touch.channel, "day": one.touch.day}],
                **at,
            }
            for number, one in numbered
        },
        "prospect": {str(n): {"time_zone": one.time_zone, **at} for n, one in numbered},
        "enrolment": {
            str(number): {
                "prospect_id": f"prs_{number:06d}",
                "cadence_name": f"c{number}",
                "touch": 1,
                "state": "active",
                "entered_at": one.entered.isoformat(),
                **at,
            }
            for number, one in numbered
        },
    }
