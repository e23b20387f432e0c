"""Due touches of many enrolments: what the first question costs, and what each further one does.

``python -m bench.cadence [ENROLMENTS]`` (100,000 by default). The embedded cadence lies in a file
of its own; 50 users, people in 12 countries, four lines of ``allow`` with caps, pauses and
holidays. Every enrolment is active; all of their touches have come, or a tenth of them.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from syncline import Context, Side
from syncline.cli.main import collect_seldom
from syncline.sending.due import DueTouch, plan_due
from syncline.sending.line import sendings_of
from syncline.sending.sent import Sent
from syncline.sending.zones import Sender
from syncline_grammar.parse import parse
from syncline_local.cadence_desk import CadenceDesk

#: A Tuesday, at an hour that is open in Europe and shut in America.
NOW = datetime(2026, 6, 2, 9, 30, tzinfo=UTC)
USERS = 50
COUNTRIES = ("France", "Germany", "UK", "Italy", "Spain", "US", "Canada", "Japan", "India",
             "Brazil", "Poland", "Sweden")  # fmt: skip
ZONES = ("", "", "Europe/Paris", "America/New_York", "America/Los_Angeles", "Asia/Tokyo")
RULES = """
allow email on Mon to Fri from 08:00 to 18:00 in the prospect's time zone, not on holidays,
  at most 200 a day per user
allow call on Mon to Fri from 09:00 to 17:00 in the prospect's time zone, at least 10 minutes apart
allow sms on Mon to Fri from 09:00 to 19:00 in "Europe/Paris", at most 2000 a day
allow task on Mon to Fri, at most 50 a day per user
"""
CADENCE = {
    "name": "New leads",
    "touches": [
        {"position": number, "kind": kind, "day": day}
        for number, (kind, day) in enumerate(
            (("email", 1), ("call", 3), ("sms", 5), ("task", 8)), start=1
        )
    ],
}


def _stamp(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def tables(count: int, due: float) -> dict[str, Any]:
    """Return a file's tables with *count* active enrolments, of which the share *due* has come."""
    at = _stamp(NOW - timedelta(days=60))
    stamps = {"created_at": at, "updated_at": at}
    prospects, enrolments = dict[str, Any](), dict[str, Any]()
    for number in range(1, count + 1):
        come = number % 100 < due * 100
        entered = NOW - timedelta(days=30 if come else 0, minutes=-number if not come else number)
        prospects[str(number)] = {
            "first_name": "Ann",
            "last_name": f"Lee {number}",
            "email": f"ann{number}@acme.example",
            "company_name": "Acme",
            "country": COUNTRIES[number % len(COUNTRIES)],
            "time_zone": ZONES[number % len(ZONES)],
            "owner": f"user{number % USERS}",
            **stamps,
        }
        enrolments[str(number)] = {
            "prospect_id": f"prs_{number:06d}",
            "cadence_id": "cad_000001",
            "cadence_name": "New leads",
            "touch": number % 4 + 1,
            "state": "active",
            "entered_at": _stamp(entered),
            **stamps,
        }
    return {
        "_meta": {"1": {"version": 2, "counters": {}, "stamp": at}},
        "cadence": {"1": {**CADENCE, **stamps}},
        "prospect": prospects,
        "enrolment": enrolments,
    }


def timed(work: Callable[[], Any]) -> tuple[tuple[float, float], Any]:
    """Return the seconds on the wall and of the processor, and what *work* gave."""
    began, busy = time.perf_counter(), time.process_time()
    found = work()
    return (time.perf_counter() - began, time.process_time() - busy), found


def measure(count: int, due: float) -> list[tuple[str, tuple[float, float], str]]:
    lines = sendings_of(parse(RULES).tree)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data" / "cadence.json"
        path.parent.mkdir()
        path.write_text(json.dumps(tables(count, due)), "utf-8")
        context = Context(
            side=Side.CADENCE,
            settings={},
            secrets={},
            folder=Path(folder),
            now=lambda: NOW,
            spend=lambda _price, _what: None,
        )
        read, desk = timed(lambda: CadenceDesk(context))
        index, _ = timed(lambda: desk.waiting(NOW))

        def ask() -> list[DueTouch]:
            sent = Sent(desk.sent(NOW - timedelta(days=2)))
            return plan_due(lines, desk.waiting(NOW), NOW, sent, lambda _: Sender())

        first, found = timed(ask)
        again, _ = timed(ask)
    ready = sum(each.is_open(NOW) for each in found)
    said = f"{len(found):,} due, {ready:,} may go out now"
    return [
        (f"read a file of {count:,} enrolments", read, ""),
        ("index them", index, ""),
        ("due touches, zones and holidays not seen before", first, said),
        ("due touches again", again, said),
    ]


def main(count: int) -> None:
    collect_seldom()  # as the command line does
    table = Table("due", "work", "seconds", "of the processor", "found")
    for due in (0.1, 1.0):
        for work, seconds, found in measure(count, due):
            table.add_row(f"{due:.0%}", work, f"{seconds[0]:.3f}", f"{seconds[1]:.3f}", found)
    Console().print(table)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
