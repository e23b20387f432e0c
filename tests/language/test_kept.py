"""What is kept of a rule file from one time to the next, and when it is worked out anew."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support_language import LOCAL
from syncline import RulesError, Side, load_rules
from syncline.rules import kept, reading
from syncline.rules.compiling import program
from syncline.rules.values import Clock
from syncline_grammar import cachedir

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncline import Catalog, Value
    from syncline.rules.ruleset import RuleSet

ACME = Path(__file__).parents[2] / "examples" / "acme.rules"
LEAD = {"FirstName": "Ada", "Rating": "Hot", "Phone": "415 555 0132", "Country": "US"}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test an empty cache folder of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "syncline"


def loaded(text: str | None = None, catalog: Catalog = LOCAL) -> RuleSet:
    """Return the example's rules, or *text*, with what is kept of them."""
    return load_rules(ACME if text is None else text, catalog, cached=True)


def forbid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let parsing and compiling fail: what is asked now must have been kept."""

    def refuse(*_arguments: object) -> None:
        raise AssertionError

    monkeypatch.setattr(reading, "parse", refuse)
    monkeypatch.setattr(program.Program, "run", refuse)


def test_a_second_time_nothing_is_parsed_or_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule file that did not change is neither parsed, nor checked, nor compiled again."""
    first = loaded()
    head = first.head
    mapped = first.maps["Lead", "prospect"].to_cadence(LEAD)
    forbid(monkeypatch)

    again = loaded()

    assert again.diagnostics == first.diagnostics
    assert again.head == head
    assert again.maps["Lead", "prospect"].to_cadence(LEAD) == mapped
    assert again.maps["Lead", "prospect"].to_cadence_all([LEAD, LEAD]) == [mapped, mapped]


def test_kept_rules_say_the_same() -> None:
    """Every rule that was kept is equal in all that can be compared, and answers alike."""
    first, again = loaded(), loaded()
    _ = first.compiled
    clock = Clock(datetime(2026, 11, 22, tzinfo=UTC))
    records: list[Mapping[str, Value]] = [
        {"Status": "Closed - Converted", "AnnualRevenue": 5},
        {"Status": "Closed - Converted", "AnnualRevenue": 5_000_000},
        {"Rating": "Cold"},
        {},
    ]

    assert list(first.workflows) == list(again.workflows)
    for name, rule in again.workflows.items():
        ours = first.workflows[name]
        assert (rule.object, rule.actions, rule.at) == (ours.object, ours.actions, ours.at)
        assert rule.matching(records, clock) == ours.matching(records, clock)
        for record in records:
            assert rule.matches(record, {}, clock) == ours.matches(record, {}, clock)
    assert [m.reads for m in again.compiled.maps] == [m.reads for m in first.compiled.maps]
    activity: dict[str, Value] = {
        "kind": "call",
        "outcome": "Connected",
        "duration": 5,
        "list_name": "A",
    }
    assert [a.record(activity) for a in again.activities] == [
        a.record(activity) for a in first.activities
    ]


def test_another_text_is_worked_out_anew() -> None:
    """One sign more and it is another file."""
    assert loaded("sync every 15 minutes\n").minutes == 15
    assert loaded("sync every 16 minutes\n").minutes == 16


def test_other_fields_are_checked_anew() -> None:
    """B2: when the CRM lost a field, rules that were right are checked against what is there."""
    assert loaded().errors == ()
    lead, *others = LOCAL.descriptions[Side.CRM].objects
    fewer = replace(lead, fields=tuple(f for f in lead.fields if f.name != "Rating"))
    described = replace(LOCAL.descriptions[Side.CRM], objects=(fewer, *others))
    catalog = replace(LOCAL, descriptions={**LOCAL.descriptions, Side.CRM: described})

    assert "E202" in [fault.code for fault in loaded(catalog=catalog).errors]


def test_faults_are_not_kept() -> None:
    """B2: a wrong file is told each time, with its places."""
    text = "sync every 1 minutes\n"
    first, again = loaded(text), loaded(text)

    assert [d.code for d in first.errors] == ["E111"]
    assert first.errors == again.errors
    with pytest.raises(RulesError):
        _ = again.compiled


@pytest.mark.parametrize("damage", [b"", b"x" * 100, None])
def test_a_damaged_entry_is_worth_nothing(cache: Path, damage: bytes | None) -> None:
    """What cannot be read, or is not ours, is worked out again."""
    _ = loaded().compiled
    for entry in cache.iterdir():
        content = entry.read_bytes()
        entry.write_bytes(content[: len(content) // 2] if damage is None else damage)

    assert loaded().maps["Lead", "prospect"].to_cadence(LEAD)["first_name"] == "Ada"


def test_bytes_that_are_no_pickle_are_worth_nothing() -> None:
    """An entry that is whole but says nothing is worked out again."""
    name = "checked-x"
    cachedir.write(name, b"no pickle")

    assert kept.recall(name) is None


def test_the_key_knows_the_workings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version of the compiler, or of Python, does not take what this one kept."""
    ours = kept.key("checked", b"text")
    kept._workings.cache_clear()  # pyright: ignore[reportPrivateUsage]
    monkeypatch.setattr(sys, "version", "4.0")

    assert kept.key("checked", b"text") != ours
    kept._workings.cache_clear()  # pyright: ignore[reportPrivateUsage]


def test_parts_of_a_key_do_not_run_together() -> None:
    """A file named `a` with text `b` is not one named `ab`."""
    assert kept.key("x", b"a", b"b") != kept.key("x", b"ab", b"")


def test_the_digest_of_a_catalog_is_of_its_values() -> None:
    """Two catalogs that say the same have one digest, whoever made them."""
    twin = replace(LOCAL, descriptions=dict(LOCAL.descriptions))

    assert kept.catalog_digest(twin) == kept.catalog_digest(LOCAL)
    assert kept.catalog_digest(replace(LOCAL, templates=())) != kept.catalog_digest(LOCAL)


def test_without_asking_nothing_is_kept(cache: Path) -> None:
    """A host that does not ask for it finds no file of ours in its user's home."""
    _ = load_rules(ACME, LOCAL).compiled

    assert not cache.exists()
