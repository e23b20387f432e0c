"""Each check finds what it is for, and nothing else (B13)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

import pytest

import syncline
import syncline_schemas
from kit.memory.broken import BROKEN
from kit.memory.connector import Memory
from kit.memory.harness import MemoryHarness
from support_docs import guide
from syncline.testing import CHECKS, Check, Grade, Harness, Level, Standing, conform

#: The plugins that are broken themselves, by the check that must fail.
PLUGINS = {"registered": "kit.memory.stray", "quiet-import": "kit.memory.noisy"}


def harness_of(connector: type[Memory] = Memory, module: str = "kit.memory") -> type[Harness]:
    """Return the good harness of another connector, or of another plugin."""

    class Other(MemoryHarness):
        plugin = module

        def open(
            self, kind: syncline.ConnectorType, context: syncline.Context
        ) -> syncline.Connector:
            return connector(context)

    return Other


def failed(grade: Grade) -> list[str]:
    return [r.check.name for r in grade.results if r.standing is not Standing.PASSED]


@pytest.fixture(scope="module")
def good() -> Grade:
    return conform(MemoryHarness)


def test_the_good_connector_is_gold(good: Grade) -> None:
    """It passes every check, and skips none (B13)."""
    assert [(r.check.name, r.why) for r in good.results if r.why] == []
    assert good.level is Level.GOLD


def test_every_check_has_a_connector_that_it_is_for() -> None:
    """The table of broken connectors is whole."""
    assert {*BROKEN, *PLUGINS} == {check.name for check in CHECKS}


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_a_broken_promise_fails_its_check_and_no_other(name: str) -> None:
    """One connector with one fault, one check that fails (B13)."""
    assert failed(conform(harness_of(BROKEN[name]))) == [name]


@pytest.mark.parametrize("name", sorted(PLUGINS))
def test_a_broken_plugin_fails_its_check_and_no_other(name: str) -> None:
    """The module that registers is judged by itself."""
    assert failed(conform(harness_of(module=PLUGINS[name]))) == [name]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_check_says_what_the_contract_says_and_where(check: Check) -> None:
    """Its sentence is one, and its heading stands in the guide."""
    assert re.fullmatch(r"[A-Z].+\.", check.sentence)
    assert re.search(rf"^#+ {re.escape(check.see)}$", guide("connectors.md"), re.MULTILINE)


def test_a_failure_says_what_was_done_and_what_came() -> None:
    """Who reads it needs to look nowhere else."""
    grade = conform(harness_of(BROKEN["rate-limit"]))
    (why,) = [result.why for result in grade.results if result.why]
    assert why == (
        "rate-limit (gold): retry_after is None, and the system asked for 90.0\n"
        "  done:     listed prospect while the system refuses us for asking too often\n"
        "  contract: Refused for asking too often, reading and writing are a RetriableError. "
        "It tells the pause that the system asks for. Nothing took effect.\n"
        "  see:      docs/connectors.md, Errors"
    )


def test_the_grade_is_a_document(good: Grade) -> None:
    """conformance.json holds to its schema, and names both versions (B13)."""
    document = good.to_json()
    assert syncline_schemas.check("conformance", document) == []
    assert (document["connector"], document["version"], document["kit"]) == (
        "memory",
        "1.0.0",
        syncline.__version__,
    )
    assert {each["outcome"] for each in document["checks"]} == {"passed"}


def test_what_a_harness_cannot_do_costs_the_level() -> None:
    """A check that was skipped says with which sentence; what the system lacks costs nothing."""

    class Less(Harness):
        plugin = "kit.memory"
        connector = "memory"
        object_name = "prospect"
        side = syncline.Side.CADENCE
        start, stop, secrets = MemoryHarness.start, MemoryHarness.stop, MemoryHarness.secrets

    grade = conform(Less)
    assert grade.level is Level.BRONZE
    why = {r.check.name: r.why for r in grade.results if r.standing is Standing.SKIPPED}
    assert why["tells-merges"] == "the harness cannot merge two records as a person does (`merge`)"

    class Unmerged(MemoryHarness):
        absent: ClassVar[Mapping[str, str]] = {"merge": "Memory merges nothing."}

    grade = conform(Unmerged)
    assert grade.level is Level.GOLD
    (absent,) = [r for r in grade.results if r.standing is Standing.ABSENT]
    assert (absent.check.name, absent.why) == ("tells-merges", "Memory merges nothing.")
