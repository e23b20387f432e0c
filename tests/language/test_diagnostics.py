"""What an admin reads when a rule is wrong: one golden text a fault, and one fault a slip."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support_language import LOCAL, TYPES, checked
from syncline.cli.diagnostics import annotation, as_json, show, show_brief
from syncline.cli.excerpt import excerpt
from syncline.functions import Function
from syncline.rules.checking import check as check_module
from syncline_grammar import explanations
from syncline_grammar.codes import CODES
from syncline_grammar.diagnostics import Diagnostic, Label, Severity, Span
from syncline_grammar.explanations import explanation, remedy
from syncline_grammar.parse import MAX_BYTES, parse
from syncline_grammar.source import Source

if TYPE_CHECKING:
    from syncline.rules.catalog import Catalog

HERE = Path(__file__).parent / "diagnostics"
CASES = sorted(path.stem for path in HERE.glob("*.rules"))
#: Codes that no text between quotes can call up; each has a test of its own below.
UNTEXTED = {"E101", "E102", "E113"}
_EXAMPLE = re.compile(r"^## (Wrong|Right)\n\n```rules\n(.*?)^```$", re.MULTILINE | re.DOTALL)
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


def test_too_many_rules_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """E113: a file of more rules than can be looked after is told how many there may be."""
    monkeypatch.setattr(check_module, "MAX_RULES", 2)
    (fault,) = checked("sync crm to cadence\n" * 3, LOCAL).diagnostics
    assert (fault.code, fault.span.line) == ("E113", 3)


# -- the page of each code


@pytest.mark.parametrize("code", CODES)
def test_a_code_has_a_page(code: str) -> None:
    """Each code is explained: what it means, a wrong and a right example, what to do."""
    page = explanation(code)
    assert page.startswith(f"# {code}: {CODES[code]}\n\n")
    headings = re.findall(r"^## (.+)$", page, re.MULTILINE)
    examples = [] if code in UNTEXTED else ["Wrong", "Right"]
    assert headings == [*examples, "What to do"]
    assert max(map(len, re.sub(_EXAMPLE, "", page).splitlines())) <= 100
    assert re.fullmatch(r"[A-Z].+\.", remedy(code))


@pytest.mark.parametrize("code", sorted(set(CODES) - UNTEXTED))
def test_the_examples_of_a_page_are_what_they_say(code: str) -> None:
    """The wrong example has that one fault and no other, and the right one has none."""
    examples = dict(_EXAMPLE.findall(explanation(code)))
    told = {
        kind: [fault.code for fault in checked(text, catalog_of(text)).diagnostics]
        for kind, text in examples.items()
    }
    assert told == {"Wrong": [code], "Right": []}


def test_no_page_without_its_code() -> None:
    """A page whose code went away is noticed."""
    pages = Path(explanations.__file__).parent.glob("*.md")
    assert {path.stem for path in pages} == set(CODES)


# -- the place on the screen


@pytest.mark.parametrize(
    ("line", "place", "shown", "lead", "width"),
    [
        ("City = @", "@", "City = @", 7, 1),
        ("\tCity = @", "@", "    City = @", 11, 1),
        ("a\tb\t@", "@", "a   b   @", 8, 1),
        ("日本 = @", "@", "日本 = @", 7, 1),
        ("日本 = @", "日本", "日本 = @", 0, 4),
        ("🙂🙂 @", "@", "🙂🙂 @", 5, 1),
        ("Cafe\u0301 = @", "@", "Cafe\u0301 = @", 7, 1),
        ("\x1b[31m @", "@", "\u241b[31m @", 6, 1),
        ("a\u202eb @", "@", "a\ufffdb @", 4, 1),
        ("x" * 300 + "@" + "y" * 300, "@", "…" + "x" * 32 + "@" + "y" * 63 + "…", 33, 1),
        ("@" + "y" * 300, "@", "@" + "y" * 95 + "…", 0, 1),
        ("x" * 300 + "@", "@", "…" + "x" * 32 + "@", 33, 1),
        ("日" * 300 + "@", "@", "…" + "日" * 16 + "@", 33, 1),
        ("x" * 96, "x" * 96, "x" * 96, 0, 96),
        ("x" * 97, "x" * 97, "x" * 96 + "…", 0, 96),
    ],
)
def test_a_place_is_marked_below_itself(
    line: str, place: str, shown: str, lead: int, width: int
) -> None:
    """Tabs, wide and combining signs and long lines: the mark stands below what it marks."""
    start = line.index(place)
    found = excerpt(line, start, start + len(place))
    assert (found.text, found.lead, found.width) == (shown, lead, width)


def test_a_line_of_megabytes_is_shown_in_part() -> None:
    """Of a line without end only the neighbourhood of the place is shown."""
    found = excerpt("x" * 3_000_000, 2_999_000, 3_000_000)
    assert (len(found.text), found.lead, found.width) == (98, 33, 64)


def test_the_end_of_a_line_can_be_marked() -> None:
    """What is missing at the end of a line is marked behind its last sign."""
    found = excerpt("abc", 3, 3)
    assert (found.text, found.lead, found.width) == ("abc", 3, 1)


def test_lines_are_shown_in_their_order_with_what_is_between(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Labels stand below their own lines, and lines that are left out are shown as such."""
    source = Source("x.rules", "\n".join(f"line {n}" for n in range(1, 13)))
    diagnostic = Diagnostic(
        code="E104",
        message="here",
        span=source.span(57, 60),
        labels=(
            Label(span=source.span(57, 60), text="one"),
            Label(span=source.span(7, 11), text="two"),
            Label(span=source.span(63, 67), text="three"),
        ),
    )
    show([diagnostic], source)
    assert capsys.readouterr().out.splitlines() == [
        "error[E104]: here",
        "  x.rules:9:2",
        "    2 | line 2",
        "      | ---- two",
        "      …",
        "    9 | line 9",
        "      |  ^^^ one",
        "   10 | line 10",
        "      | ---- three",
        "",
    ]


# -- annotations of a workflow on GitHub


def test_an_annotation_is_escaped() -> None:
    """What would end a property or the line is escaped, in the message and in the file's name."""
    text = 'workflow "50%" on Lead {\n when City == "P"\n then exit cadence\n}\n'
    (fault,) = parse(text).diagnostics
    fault = replace(fault, message="100%, a:b\r\nc")
    told = annotation(fault, "a,b:c%.rules", Source("x", text))
    assert told == (
        "::error file=a%2Cb%3Ac%25.rules,line=2,col=12,endColumn=14,"
        "title=E110 this is written differently here::100%25, a:b%0D%0Ac%0Awrite `=`"
    )


def test_an_annotation_of_several_lines_names_no_columns() -> None:
    """Columns are told of one line alone: of several they would be refused."""
    source = Source("x", "one\ntwo\nthree\n")
    fault = Diagnostic(code="W902", message="m", span=Span(0, 7, 1, 1), severity=Severity.WARNING)
    title = "title=W902 the same condition twice"
    assert annotation(fault, "x", source) == f"::warning file=x,line=1,endLine=2,{title}::m"
