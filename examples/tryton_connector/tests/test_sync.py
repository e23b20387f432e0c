"""A party of Tryton's and a prospect of the embedded cadence, kept in step."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import syncline_tryton
from harness import TrytonHarness
from server import PASSWORD

import syncline
import syncline_local
from syncline.testing import VirtualClock

RULES = """\
connect crm     to tryton
connect cadence to local
sync crm to cadence
sync cadence to crm

map party <-> prospect {
    match email = email
    name  <-> last_name    required
    name   -> first_name   required
    email <-> email
    phone <-> phone
}
"""
SETTINGS = """\
version = 1
rules = "main.rules"
[connections.tryton]
url = "{url}"
database = "{database}"
user = "{user}"
"""


def test_a_party_becomes_a_prospect_and_then_all_is_quiet(tmp_path: Path) -> None:
    """The first cycle writes one prospect, and the second nothing."""
    tryton = TrytonHarness()
    tryton.start(tmp_path, VirtualClock())
    tryton.add({"name": "Ada Lovelace", "email": "ada@example.com", "phone": "+1 202 555 0100"})
    plugins = [("tryton", syncline_tryton), ("local", syncline_local)]
    (tmp_path / "main.rules").write_text(RULES, "utf-8")
    (tmp_path / "syncline.toml").write_text(SETTINGS.format(**tryton.settings()), "utf-8")
    writes: list[int] = []
    for _ in range(2):
        with syncline.Workspace(
            tmp_path,
            registry=syncline.load_plugins(points=[], extra=plugins),
            now=lambda: datetime.now(UTC),
            environ={"SYNCLINE_TRYTON_PASSWORD": PASSWORD},
        ) as workspace:
            report = workspace.run()
        assert report.state == "done", report.faults
        writes.append(report.writes)
    tryton.stop()
    assert writes == [1, 0]
