"""What an admin reads when a rule is wrong: one golden text a fault, and one fault a slip."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support_language import LOCAL, TYPES, checked
from syncline.cli.diagnostics import as_json, show, show_brief
from syncline.rules.functions import Function
from syncline_grammar.codes import CODES
from syncline_grammar.parse import MAX_BYTES, parse

if TYPE_CHECKING:
    from syncline.rules.catalog import Catalog
    from syncline_grammar.diagnostics import Diagnostic

HERE = Path(__file__).parent / "diagnostics"
CASES = sorted(path.stem for path in HERE.glob("*.rules"))
#: Codes that no text between quotes can call up; each has a test of its own below.
UNTEXTED = {"E101", "E102"}
#: A function that cannot be undone, which a plugin may register.
SHOUT = Function(name="shout", summary="Text with an exclamation mark.", call="{}!".format)


def catalog_of(text: str) -> Catalog:
    """Return the systems that *text* speaks of: the ones made up, or the embedded ones."""
    catalog = TYPES if "desk" in text else LOCAL
    return replace(catalog, functions={**catalog.functions, "shout": SHOUT})


def faults_of(case: str) -> tuple[str, tuple[Diagnostic, ...]]:
    """Return the text of a case and what is said of it."""
    text = (HERE / f"{case}.rules").read_text("utf-8")
    return text, checked(text, catalog_of(text)).diagnostics


@pytest.mark.parametrize("case", CASES)
def test_what_is_told(case: str, update: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """B2: each fault is told in words that were read and agreed on."""
    text, faults = faults_of(case)

    show(faults, parse(text, f"{case}.rules").source)

    told = capsys.readouterr().out
    golden = HERE / f"{case}.txt"
    if update:
        golden.write_text(told, "utf-8")
    assert golden.read_text("utf-8") == told


@pytest.mark.parametrize("case", CASES)
def test_one_slip_is_one_fault(case: str) -> None:
    """A fault is told once, under its own code, and drags no other behind it."""
    _text, faults = faults_of(case)

    assert [case[:4]] == [fault.code for fault in faults]


@pytest.mark.parametrize("case", CASES)
def test_the_place_lies_on_its_line(case: str) -> None:
    """A place says the same by its offset as by its line and column."""
    text, faults = faults_of(case)

    for fault in faults:
        start, end, line, column = fault.span
        assert 0 <= start <= end <= len(text)
        assert text[:start].count("\n") + 1 == line
        assert start - (text.rfind("\n", 0, start) + 1) + 1 == column


@pytest.mark.parametrize("case", CASES)
def test_a_fix_mends_its_fault(case: str) -> None:
    """Where a fix is offered, putting it in makes the fault go away."""
    text, faults = faults_of(case)

    for fault in faults:
        if fault.fix is not None:
            mended = text[: fault.fix.span.start] + fault.fix.text + text[fault.fix.span.end :]
            after = checked(mended, catalog_of(text)).diagnostics
            assert fault.message not in [left.message for left in after]
            assert [left.code for left in after if left.code.startswith("E1")] == []


def test_no_golden_text_without_its_rules() -> None:
    """A golden text whose rules went away is noticed."""
    assert sorted(path.stem for path in HERE.glob("*.txt")) == CASES


def test_every_code_is_called_up() -> None:
    """A code of the register that a rule file can call up has a golden text or a test here."""
    assert set(CODES) == {case[:4] for case in CASES} | UNTEXTED


def test_an_error_stops_the_rules_and_a_warning_does_not() -> None:
    """The letter of a code says how severe it is."""
    for case in CASES:
        for fault in faults_of(case)[1]:
            assert {"E": "error", "W": "warning"}[fault.code[0]] == fault.severity


def test_a_file_that_is_not_text_is_refused() -> None:
    """E101: the first byte that is not UTF-8 is named, and nothing is read."""
    parsed = parse(b'admin "a\xff"', "x.rules")

    (fault,) = parsed.diagnostics
    assert (fault.code, fault.span.line) == ("E101", 1)
    assert "byte 9 " in fault.message
    assert parsed.tree.statements == ()


def test_binary_data_is_refused() -> None:
    """E101: a picture chosen by mistake is told as what it is."""
    assert [d.code for d in parse(b"\0\1\2rules\0").diagnostics] == ["E101"]


def test_a_huge_file_is_refused_unread() -> None:
    """E102: a file that is too large is not read, and is told how large it may be."""
    parsed = parse("#" * (MAX_BYTES + 1))

    (fault,) = parsed.diagnostics
    assert fault.code == "E102"
    assert "4 MB" in fault.message
    assert parsed.source.text == ""


def test_the_largest_file_is_read() -> None:
    """E102: the limit itself is still allowed."""
    assert list(parse('admin "a"\n'.ljust(MAX_BYTES, "\n")).diagnostics) == []


def test_a_fault_of_the_whole_file_shows_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    """E101: where there is no text to quote, the name of the file is enough."""
    parsed = parse(b"\xff", "photo.rules")

    show(parsed.diagnostics, parsed.source)

    told = capsys.readouterr().out
    assert "  photo.rules\n" in told
    assert " | " not in told


def test_the_brief_form_has_one_line_a_fault(capsys: pytest.CaptureFixture[str]) -> None:
    """A command whose work is not checking names line, words and code on one line."""
    show_brief(parse('admin "a"\n}\n').diagnostics)

    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert told.err.startswith("  line 2: ")
    assert told.err.endswith("[E109]\n")


def test_the_json_form_carries_the_fix() -> None:
    """What a tool needs to mend a fault stands in the JSON: the place and the text."""
    text = 'workflow "w" on Lead {\n when City == "Paris"\n then exit cadence\n}\n'

    (fault,) = parse(text).diagnostics

    told = as_json(fault)
    assert CODES["E110"] == told["title"]
    assert told["span"] == {"start": 34, "end": 36, "line": 2, "column": 12}
    assert {"span": told["span"], "text": "=", "title": "write `=`"} == told["fix"]
