"""Spans for OpenTelemetry, and what it costs when nobody listens."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from support import CADENCE, World, meddled
from syncline import RetriableError
from syncline.observe.telling import each_in_span, span, tell, watching


@pytest.fixture(scope="module")
def exporter() -> InMemorySpanExporter:
    """Set up OpenTelemetry as a host does: once in a process."""
    provider, found = TracerProvider(), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(found))
    trace.set_tracer_provider(provider)
    return found


@pytest.fixture
def spans(exporter: InMemorySpanExporter) -> Callable[[], list[ReadableSpan]]:
    exporter.clear()
    return lambda: list(exporter.get_finished_spans())


def test_a_cycle_is_a_tree(local: World, spans: Callable[[], list[ReadableSpan]]) -> None:
    """The cycle holds what it listens to, plans and applies; those hold the calls."""
    local.lead("Ann")
    local.run()
    found = spans()
    names = {each.context.span_id: each.name for each in found if each.context}
    tree = {
        (names.get(each.parent.span_id, "") if each.parent else "", each.name) for each in found
    }
    assert tree >= {
        ("", "syncline.cycle"),
        ("syncline.cycle", "syncline.listen"),
        ("syncline.cycle", "syncline.plan"),
        ("syncline.cycle", "syncline.apply"),
        ("syncline.listen", "syncline.call"),
        ("syncline.apply", "syncline.call"),
    }
    (sent,) = [each for each in found if (each.attributes or {}).get("syncline.what") == "write"]
    assert dict(sent.attributes or {}) == {
        "syncline.run": 1, "syncline.side": "cadence", "syncline.object": "prospect",
        "syncline.what": "write", "syncline.rows": 1,
    }  # fmt: skip


def test_a_fault_is_told_by_its_class_and_quotes_nobody(
    local: World, spans: Callable[[], list[ReadableSpan]]
) -> None:
    local.lead("Ann")

    def around(_write: Callable[..., Any]) -> Callable[..., Any]:
        def broken(*_args: Any) -> Any:
            raise RetriableError("ann@example.com is locked")

        return broken

    local.run(meddled(local, CADENCE, "write", around))
    (failed,) = [each for each in spans() if each.status.status_code is StatusCode.ERROR]
    assert (failed.attributes or {})["error.type"] == "RetriableError"
    assert not [each for each in spans() if "ann@example.com" in each.to_json()]


def test_no_span_is_left_open_in_the_host(
    local: World, spans: Callable[[], list[ReadableSpan]]
) -> None:
    """What the host does after a cycle is not within it."""
    local.run()
    assert spans()
    assert trace.get_current_span() is trace.INVALID_SPAN


def test_without_opentelemetry_a_cycle_runs_as_ever(local: World) -> None:
    code = (
        "import sys; sys.modules['opentelemetry'] = None\n"
        "import syncline\n"
        f"print(syncline.Workspace({str(local.folder)!r}).run().state)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "done", done.stderr


class _Ear:
    """Remembers."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def hear(self, event: str, facts: Any, values: Any) -> None:
        self.heard.append(f"{event} {dict(facts)} {dict(values)}")

    def enter(self, name: str, facts: Any) -> object:
        self.heard.append(f"> {name}")
        return name

    def leave(self, span: object, error: BaseException | None) -> None:
        self.heard.append(f"< {span} {type(error).__name__}")


def test_what_is_told_is_heard_within_the_block_alone() -> None:
    ear = _Ear()
    tell("before")
    with watching(ear):
        tell("within", {"reason": "r"}, n=1)
    tell("after")
    assert ear.heard == ["within {'n': 1} {'reason': 'r'}"]


def test_making_an_item_is_in_the_span_and_using_it_is_not() -> None:
    ear = _Ear()
    with watching(ear):
        for item in each_in_span("plan", iter("ab")):
            tell(item)
    assert ear.heard == [
        "> plan", "< plan NoneType", "a {} {}", "> plan", "< plan NoneType", "b {} {}",
        "> plan", "< plan NoneType",
    ]  # fmt: skip


def test_a_span_ends_with_what_was_raised_in_it() -> None:
    ear = _Ear()
    with watching(ear), pytest.raises(ValueError, match="x"), span("call"):
        raise ValueError("x")
    assert ear.heard == ["> call", "< call ValueError"]
