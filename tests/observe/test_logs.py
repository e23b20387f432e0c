"""Log lines: what they tell, and what they never do."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, MutableMapping, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
import structlog
from structlog.testing import CapturingLogger

import support
from support import CADENCE, CRM, SECRETS, World, command, meddled
from support_observe import Busy
from syncline import Outcome, OutcomeStatus, Workspace, Write
from syncline.at_work import PausedError
from syncline.observe.events import EVENTS, LEVELS
from syncline.plugins import Registry

DOCS = Path(support.__file__).parents[1] / "docs" / "observing.md"


def lines(world: World, registry: Registry | None = None, **environ: str) -> list[dict[str, Any]]:
    """Run one cycle with a logger of ours; return its lines."""
    log = CapturingLogger()
    world.clock.forward(minutes=1)
    with Workspace(
        world.folder,
        registry=registry or world.registry,
        now=world.clock,
        environ={**SECRETS, **environ},
        log=structlog.wrap_logger(log, processors=[_named]),
    ) as workspace:
        workspace.run()
    return [{"level": call.method_name, **call.kwargs} for call in log.calls]


def _named(_log: Any, _method: str, said: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return said


def of(found: list[dict[str, Any]], event: str) -> list[dict[str, Any]]:
    return [line for line in found if line["event"] == event]


def refusing(_write: Callable[..., Any]) -> Callable[..., Any]:
    def refused(_name: str, writes: Sequence[Write]) -> list[Outcome]:
        said = f"{writes[0].values['email']} is on the black list"
        one = Outcome(status=OutcomeStatus.REFUSED, code="BLACK_LISTED", message=said)
        return [one for _ in writes]

    return refused


def test_every_line_names_the_workspace(local: World) -> None:
    """Also when its folder is this one and was not named."""
    done = command("--log", "json", "run", folder=local.folder)
    told = [json.loads(line) for line in done.stderr.splitlines()]
    assert {line["workspace"] for line in told} == {local.folder.name}


def test_a_run_tells_of_its_pages_batches_and_end_by_its_number(local: World) -> None:
    local.lead("Ann")
    found = lines(local)
    names = [line["event"] for line in found]
    assert names[0] == "lease_taken"
    assert names[-1] == "run_ended"
    for event in ("run_begun", "page_read", "batch_sent", "batch_answered"):
        assert event in names
    begun = names.index("run_begun")
    assert {line.get("run") for line in found[begun:]} == {1}
    (sent,) = of(found, "batch_sent")
    assert (sent["side"], sent["object"], sent["rows"]) == ("cadence", "prospect", 1)
    (ended,) = of(found, "run_ended")
    assert (ended["state"], ended["written"], ended["writes"]) == ("done", 1, 1)


def test_each_line_has_the_level_of_its_event(local: World) -> None:
    local.lead("Ann")
    for line in lines(local):
        assert line["level"] == EVENTS[line["event"]].level


def test_a_refused_row_is_told_with_its_code_and_not_with_its_words(local: World) -> None:
    """The vendor's own words may quote the record."""
    local.lead("Ann")
    (line,) = of(lines(local, meddled(local, CADENCE, "write", refusing)), "record_failed")
    assert (line["side"], line["object"], line["code"]) == ("cadence", "prospect", "BLACK_LISTED")
    assert "ann@example.com" not in json.dumps(line)


def test_the_words_are_there_for_whoever_opens_the_log_for_values(local: World) -> None:
    local.lead("Ann")
    registry = meddled(local, CADENCE, "write", refusing)
    (line,) = of(lines(local, registry, SYNCLINE_LOG_VALUES="1"), "record_failed")
    assert "ann@example.com is on the black list" in line["reason"]


def test_a_code_that_is_no_word_is_not_told(local: World) -> None:
    """What stands in its place may be anything."""
    local.lead("Ann")

    def around(_write: Callable[..., Any]) -> Callable[..., Any]:
        def refused(_name: str, writes: Sequence[Write]) -> list[Outcome]:
            one = Outcome(status=OutcomeStatus.REFUSED, code="ann@example.com", message="")
            return [one for _ in writes]

        return refused

    (line,) = of(lines(local, meddled(local, CADENCE, "write", around)), "record_failed")
    assert line["code"] == "other"


def test_a_hold_is_told_with_both_records(local: World) -> None:
    lead = local.lead("Ann", City="Bonn")
    local.settle()
    prospect = str(local.one(CADENCE, "prospect")["id"])
    local.change(CRM, "Lead", lead, City="Rome")
    local.change(CADENCE, "prospect", prospect, city="Paris")
    (line,) = of(lines(local), "record_held")
    assert (line["crm_id"], line["cadence_id"]) == (lead, prospect)
    assert not {"Rome", "Paris"} & set(json.dumps(line).split('"'))


def test_a_wait_is_told_with_its_side_and_status(busy: tuple[World, Busy]) -> None:
    """A server that is busy is asked again; whoever reads the log sees why it took so long."""
    world, server = busy
    server.times = 2
    found = of(lines(world), "retry")
    assert [(line["side"], line["attempt"], line["status"]) for line in found] == [
        ("crm", 1, 503), ("crm", 2, 503),
    ]  # fmt: skip
    assert found[0]["level"] == "warning"


def test_a_connection_left_in_peace_is_told_and_that_it_works_again(
    busy: tuple[World, Busy],
) -> None:
    world, server = busy
    server.times, server.wish = 1, "600"
    found = lines(world)
    assert [line["fault"] for line in of(found, "call_failed")] == ["retriable"]
    assert [line["exit_code"] for line in of(found, "run_stopped")] == [2]
    (opened,) = of(found, "breaker_opened")
    assert (opened["side"], opened["failures"], opened["seconds"]) == ("crm", 1, 600)
    world.clock.forward(minutes=11)
    assert [line["side"] for line in of(lines(world), "breaker_closed")] == ["crm"]


def test_a_run_that_cannot_begin_is_told(local: World) -> None:
    local.settle()
    with local.workspace() as workspace:
        workspace.pause()
    heard = CapturingLogger()
    log = structlog.wrap_logger(heard, processors=[_named])
    with (
        Workspace(local.folder, now=local.clock, log=log) as workspace,
        pytest.raises(PausedError),
    ):
        workspace.run()
    assert [(call.method_name, call.kwargs["fault"]) for call in heard.calls[1:]] == [
        ("error", "PausedError")
    ]


# -- a library says nothing by itself


def test_nothing_is_configured_and_nothing_heavy_imported_by_importing() -> None:
    code = (
        "import sys, syncline; syncline.Workspace; "
        "heavy = {'structlog', 'prometheus_client', 'opentelemetry', 'sqlalchemy'}; "
        "print(sorted(heavy & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_host_that_uses_structlog_hears_without_a_word(local: World) -> None:
    """What the host has configured is used; without that nobody hears anything."""
    local.lead("Ann")
    before = structlog.get_config()
    with structlog.testing.capture_logs() as unheard:
        structlog.reset_defaults()
        local.run()
    assert unheard == []
    heard = CapturingLogger()
    try:
        structlog.configure(processors=[_named], logger_factory=lambda *_: heard)
        local.run()
    finally:
        structlog.configure(**before)
        structlog.reset_defaults()
    assert "run_ended" in [call.kwargs["event"] for call in heard.calls]


# -- the command line


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Run the demo over HTTP with everything logged; give its folder and its lines."""
    folder = tmp_path_factory.mktemp("demo")
    done = command(
        "--log", "json", "--log-level", "debug", "demo", "--system", "salesforce", folder=folder
    )
    assert done.returncode == 0, done.stderr
    return next(folder.iterdir()), done.stderr


def test_no_line_of_a_whole_demo_holds_a_value_or_a_secret(demo: tuple[Path, str]) -> None:
    """Every value of every record that tells of a person is looked for."""
    folder, said = demo
    assert said.count("\n") > 50
    parsed = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert {line["event"] for line in parsed} <= set(EVENTS)
    tokens = {str(fact) for line in parsed for name, fact in line.items() if name != "event"}
    people = _people(folder)
    assert len(people) > 3000
    assert not people & tokens
    assert not [value for value in people if len(value) > 6 and value in said]
    assert "Bearer" not in said
    assert "client_secret" not in said


def _people(folder: Path) -> set[str]:
    """Return every value of names, addresses, numbers and texts of the demo's people."""
    named = {
        "FirstName", "LastName", "Company", "Title", "Email", "Phone", "MobilePhone", "Street",
        "Description", "first_name", "last_name", "company_name", "job_title", "email",
        "work_phone", "mobile_phone", "notes",
    }  # fmt: skip
    found: set[str] = set()

    def walk(node: object, name: str = "") -> None:
        if isinstance(node, dict):
            for key, value in cast("dict[str, object]", node).items():
                walk(value, key)
        elif isinstance(node, list):
            for value in cast("list[object]", node):
                walk(value, name)
        elif name in named and isinstance(node, str) and len(node) > 2:
            found.add(node)

    for path in folder.rglob("*.json"):
        walk(json.loads(path.read_text("utf-8")))
    return found


def test_the_command_line_is_quiet_by_default(local: World) -> None:
    local.lead("Ann")
    local.settle()
    done = command("run", "-w", str(local.folder))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("kind", "shows"), [("text", "run_ended"), ("json", '"event": "run_ended"')]
)
def test_the_environment_turns_it_on(local: World, kind: str, shows: str) -> None:
    local.lead("Ann")
    done = command("run", "-w", str(local.folder), SYNCLINE_LOG=kind)
    assert shows in done.stderr
    assert "page_read" not in done.stderr, "that is for debug"
    assert shows not in done.stdout


def test_a_level_shows_what_is_as_grave(local: World) -> None:
    done = command("--log", "json", "--log-level", "warning", "run", "-w", str(local.folder))
    assert (done.returncode, done.stderr) == (0, "")


def test_a_kind_of_log_that_there_is_not_is_misuse(local: World) -> None:
    done = command("run", "-w", str(local.folder), SYNCLINE_LOG="loud")
    assert done.returncode == 64
    assert "'loud'" in done.stderr


def test_every_event_stands_in_the_docs_with_its_level() -> None:
    page = DOCS.read_text("utf-8")
    for name, event in EVENTS.items():
        assert f"| `{name}` | {event.level} | {event.words} |" in page
    assert {event.level for event in EVENTS.values()} <= set(LEVELS)
