"""The one form of rule files: goldens, and what holds for any rules and any comments (B1)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given

from language.test_properties import mutated, shuffled
from support import command
from support_properties import examples
from support_trees import NOWHERE, commented, criteria, rule_files, workflow_of
from syncline_grammar import syntax as s
from syncline_grammar.parse import parse
from syncline_grammar.writing.formatter import format_text, tree_to_text
from syncline_grammar.writing.layout import comments_in
from syncline_grammar.writing.spelling import (
    UnwritableError,
    needs_back_ticks,
    number,
    period,
    width,
)

HERE = Path(__file__).parent / "fmt"
CASES = sorted(path.stem for path in HERE.glob("*.rules"))
ACME = (Path(__file__).parents[2] / "examples" / "acme.rules").read_text("utf-8")
UGLY = 'connect   crm to local # why\r\nadmin "a@b.c"\r\n'
NEAT = 'connect crm to local  # why\nadmin "a@b.c"\n'


def formed(text: str) -> str:
    """Return *text* in its one form; it has no fault, and its form is its own form."""
    formatted = format_text(text)
    assert [fault.message for fault in formatted.diagnostics] == []
    assert formatted.refusal == ""
    assert formatted.parsed.source.text == formatted.text
    assert formatted.parsed.tree == parse(text).tree
    assert comments_in(formatted.text) == comments_in(text)
    assert format_text(formatted.text).text == formatted.text
    return formatted.text


def row(words: str) -> str:
    """Return a map with one row that says *words*."""
    return f"map Lead <-> prospect {{\n    A  <-> b  {words}\n}}\n"


def when(criterion: str) -> str:
    """Return a workflow with *criterion*."""
    return f'workflow "w" on Lead {{\n    when {criterion}\n    then exit cadence\n}}\n'


# -- goldens


@pytest.mark.parametrize("case", CASES)
def test_what_becomes_of_ugly_files(case: str, update: bool) -> None:
    """B1: comments anywhere, long rows, odd names, old line ends: each has one form."""
    after = formed((HERE / f"{case}.rules").read_bytes().decode())

    golden = HERE / f"{case}.txt"
    if update:
        golden.write_text(after, "utf-8")
    assert golden.read_text("utf-8") == after


@pytest.mark.parametrize(
    "text",
    [
        ACME,
        re.sub(" +", " ", ACME),
        re.sub("(?m)^ +", "", ACME),
        re.sub("(?m)^", "\t\t", ACME),
        ACME.replace("\n", "\n\n").replace("\n\n\n\n", "\n\n\n\n\n\n").replace("\n\n", "\r\n")
        .replace("\r\n\r\n", "\n\n\n").replace("\r\n", "\n"),
        ACME.replace("\n", "\r\n"),
        f"\ufeff\n\n{ACME}\n\n\n",
        ACME.rstrip("\n"),
    ],
    ids=["itself", "single spaces", "no indents", "tabs", "more lines", "CRLF", "BOM", "no end"],
)  # fmt: skip
def test_spacing_says_nothing(text: str) -> None:
    """B1: the whole language in one file has one form, however it was spaced."""
    assert formed(text) == ACME


# -- what holds for any rules


@given(rule_files())
def test_any_tree_can_be_written_and_read(tree: s.RuleFile) -> None:
    """B1: a tree that is printed and read again is the same tree, and its text is in form."""
    text = tree_to_text(tree)

    assert parse(text).diagnostics == ()
    assert parse(text).tree == tree
    assert format_text(text).text == text


@given(criteria())
def test_any_criterion_can_be_written_and_read(criterion: s.Criterion) -> None:
    """B1, K10: brackets stand where they are needed, however groups are nested."""
    text = tree_to_text(workflow_of(criterion))

    assert parse(text).tree == workflow_of(criterion)


@given(commented(rule_files().map(tree_to_text)))
def test_no_comment_is_lost_and_the_form_is_final(text: str) -> None:
    """B1: wherever comments and line ends stand, they stay, and formatting twice is once."""
    after = formed(text)

    assert after.endswith("\n")
    assert "\n\n\n" not in after
    assert not after.startswith("\n")
    assert not re.search(r"[ \t]+\n", after)


@examples(200)
@given(commented(mutated() | shuffled()))
def test_any_damaged_file_that_can_be_read_has_a_form(text: str) -> None:
    """B1: what cannot be read is not touched; all else is formed, or refused with a reason."""
    formatted = format_text(text)
    if formatted.diagnostics or formatted.refusal:
        assert formatted.text == text
    else:
        formed(text)


@given(rule_files())
@example(s.RuleFile((s.Connect("crm", s.Name("local", NOWHERE, quoted=True), NOWHERE),)))
def test_no_row_is_too_long_without_need(tree: s.RuleFile) -> None:
    """A row of more than 100 columns has no place left where it could be broken."""
    for line in tree_to_text(tree).splitlines():
        breakable = not re.search('["`(]', line) and re.search(", | and | or ", line)
        assert width(line) <= 100 or not breakable


# -- single rules


@pytest.mark.parametrize(
    ("written", "formatted"),
    [
        ("locked required", "required, locked"),
        ("to cadence never, to crm never", "never"),
        ("to cadence always, to crm when blank", "to crm when blank, to cadence always"),
        ("to cadence on create", "to cadence on create"),
        ("else hold using phone(Country)", "using phone(Country), else hold"),
        ("hold on conflict erase", "erase, hold on conflict"),
        ("newest wins default - 10000", "default -10_000, newest wins"),
        ('as {"a"=1,} else "b", else skip', 'as { "a" = 1 } else "b", else skip'),
        ("as { true = -1 } else skip", "as { true = -1 } else skip"),
    ],
)
def test_the_words_of_a_row_have_one_order(written: str, formatted: str) -> None:
    """K2, E3, E4: what a row says is written in one order, and what it does not say is not."""
    assert formed(row(written)) == row(formatted)


@pytest.mark.parametrize(
    ("written", "formatted"),
    [
        ("(A = 1 and B = 2) or C = 3", "A = 1 and B = 2 or C = 3"),
        ("A = 1 and (B = 2 or C = 3)", "A = 1 and (B = 2 or C = 3)"),
        ("not (A = 1)", "not A = 1"),
        ("not(A=1 or B=2)", "not (A = 1 or B = 2)"),
        ("(A) = (B + 1) * 2", "(A) = (B + 1) * 2"),
        ("A is blank and any{B=1 C=2}", "A is blank and any { B = 1   C = 2 }"),
        ("A after 0 days from now", "A after 0 days ago"),
        ("`in`  in 1,2", "`in` in 1, 2"),
        ("`A` = 1 and `b c` = 2", "`A` = 1 and `b c` = 2"),
        ("when = then", "`when` = `then`"),
    ],
)
def test_a_criterion_has_one_form(written: str, formatted: str) -> None:
    """K10: brackets that say nothing go, those that say something stay, words get back-ticks."""
    assert formed(when(written)) == when(formatted)


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, "0"), (9_999, "9999"), (10_000, "10_000"), (-12_345_678, "-12_345_678"), (0.5, "0.5"),
     (1e-9, "0.000000001"), (-0.0, "0.0"), (10**14 - 1, "99_999_999_999_999"),
     (10**14, "100000000000000"), (10**18 - 1, "9" * 18), (123456.75, "123_456.75")],
)  # fmt: skip
def test_numbers(value: float, written: str) -> None:
    """From 10,000 on digits are grouped, as far as the language reads so long a number."""
    assert number(value) == written


@pytest.mark.parametrize(
    ("minutes", "written"),
    [(0, "0 minutes"), (1, "1 minute"), (90, "90 minutes"), (60, "1 hour"), (10080, "7 days")],
)
def test_periods(minutes: int, written: str) -> None:
    """K7: a stretch of time is written in the largest unit up to days in which it is whole."""
    assert period(minutes) == written


@pytest.mark.parametrize("word", ["when", "days", "Mon", "a", "calls", "user", "now", "skip.x"])
def test_words_of_the_language_need_back_ticks(word: str) -> None:
    """A name that equals a word of the language, or begins with one, cannot stand bare."""
    assert needs_back_ticks(word)
    assert not needs_back_ticks(f"{word}_x".replace(".x", ""))


# -- what is refused


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (row("required, required"), "line 2: `required` is said twice of one row"),
        (row("crm wins, hold on conflict"), "line 2: `hold on conflict` is said twice of one row"),
        ("allow email on Mon, at most 1 a day, at most 2 a day", "line 1: two limits of one kind"),
        ("sync every 5 minutes, at most 9 calls per 30 minutes", "line 1: calls are limited per"),
    ],
)
def test_what_contradicts_itself_is_left_as_it_is(text: str, told: str) -> None:
    """B1: what the form could not hold is not dropped: the file stays, and the line is named."""
    formatted = format_text(text)

    assert formatted.text == text
    assert formatted.diagnostics == ()
    assert formatted.refusal.startswith(told)


@pytest.mark.parametrize("name", ["", "a`b", "a\nb"])
def test_a_name_that_cannot_be_written(name: str) -> None:
    """A tree with such a name has no text, and the reason is a sentence."""
    with pytest.raises(UnwritableError, match="cannot be written: a name has a character or more"):
        tree_to_text(s.RuleFile((s.Connect("crm", s.Name(name, NOWHERE), NOWHERE),)))


@pytest.mark.parametrize("value", [10**18, 1e-10, 1e300, float("inf"), float("nan")])
def test_a_number_that_cannot_be_written(value: float) -> None:
    """The language reads 18 digits before the point and 9 after it."""
    with pytest.raises(UnwritableError, match="digits before or 9 after"):
        number(value)


# -- the command


def test_files_are_rewritten_in_place(tmp_path: Path) -> None:
    """B1: what was done is said; permissions and links stay, and the second time nothing is."""
    path, other = tmp_path / "a.rules", tmp_path / "b.rules"
    path.write_bytes(UGLY.encode())
    path.chmod(0o640)
    other.write_text(NEAT, "utf-8")
    (tmp_path / "link.rules").symlink_to(path)

    done = command("fmt", "link.rules", "b.rules", folder=tmp_path)

    assert done.returncode == 0
    assert done.stdout == "link.rules is now formatted.\nb.rules was formatted already.\n"
    assert path.read_bytes() == NEAT.encode()
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.rules", "b.rules", "link.rules"]


def test_check_and_diff_write_nothing(tmp_path: Path) -> None:
    """B1: `--check` names what would change and exits with 1; `--diff` shows it."""
    path = tmp_path / "a.rules"
    path.write_bytes(UGLY.encode())

    done = command("fmt", "--check", "a.rules", folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, "a.rules would be changed.\n")
    done = command("fmt", "--diff", "a.rules", folder=tmp_path)
    assert done.returncode == 0
    assert "-connect   crm to local # why\\r\n" in done.stdout
    assert "+connect crm to local  # why\n" in done.stdout
    assert path.read_bytes() == UGLY.encode()


def test_a_file_with_faults_is_not_touched(tmp_path: Path) -> None:
    """B1: its faults are shown with their lines, the others are formatted, the exit code is 1."""
    (tmp_path / "bad.rules").write_text("connect  crm\n", "utf-8")
    (tmp_path / "odd.rules").write_text(row("required  required"), "utf-8")
    (tmp_path / "good.rules").write_bytes(UGLY.encode())

    done = command("fmt", "bad.rules", "odd.rules", "good.rules", folder=tmp_path)

    assert (done.returncode, done.stdout) == (1, "good.rules is now formatted.\n")
    assert "bad.rules was left as it is, for it cannot be read:\n  line 1: " in done.stderr
    assert "odd.rules was left as it is: line 2: `required` is said twice" in done.stderr
    assert (tmp_path / "bad.rules").read_text("utf-8") == "connect  crm\n"


def test_without_a_file_the_rules_of_the_workspace_are_meant(tmp_path: Path) -> None:
    """In a folder that is no workspace, a file has to be named."""
    done = command("fmt", folder=tmp_path)
    assert done.returncode == 64
    assert "name a rule file: there is no workspace here." in done.stderr
    assert command("fmt", "-", "a.rules", folder=tmp_path).returncode == 64

    (tmp_path / "syncline.toml").write_text('version = 1\nrules = "main.rules"\n', "utf-8")
    (tmp_path / "main.rules").write_bytes(UGLY.encode())
    done = command("fmt", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "main.rules is now formatted.\n")
