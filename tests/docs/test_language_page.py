"""docs/language.md: every example is checked, formatted and run, and its tables are asked."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from support import SYNCLINE, local_world
from support_docs import Fence, fences, guide, guide_path, rows_of_table
from support_language import LOCAL, TYPES, codes as codes_of
from syncline.cli.main import cli
from syncline.functions import BUILT_IN
from syncline.handbook import fields_page, handbook, language_page
from syncline.model import Side
from syncline.rules.checking.check import MAX_RULES
from syncline.rules.ruleset import load_rules
from syncline.sync.plan import Fate
from syncline_grammar import syntax as s, text as grammar_text
from syncline_grammar.parse import MAX_BYTES, MAX_DEPTH, MAX_FAULTS, parse
from syncline_grammar.vocabulary import ConflictWord, Fallback, Quantifier, WriteRule
from syncline_grammar.writing.formatter import format_text

PAGE = "language.md"
#: What a piece of a rule file needs around it; a line that the piece has itself is left out.
HEAD = (
    "connect crm     to local\n",
    "connect cadence to local\n",
    "sync crm to cadence\n",
    "sync cadence to crm\n",
)
#: The rows without which no record is created.
NEEDED = ("FirstName  <-> first_name", "LastName  <-> last_name", "Company  <-> company_name")
WORKFLOW = 'workflow "The example" on Lead {\n    when '
THEN = " every time\n    then exit cadence\n}\n"


def framed(block: Fence) -> str:
    """Return a block as a whole rule file."""
    piece = block.text
    if "row" in block.words:
        missing = [r for r in NEEDED if not re.search(rf"^{r.split()[0]}\b", piece, re.MULTILINE)]
        rows = "".join(f"    {line}\n" for line in piece.splitlines())
        piece = _map(missing, rows)
    elif "criterion" in block.words:
        rows = "".join(f"        {line}\n" for line in piece.splitlines())
        piece = f"{_map()}\n{WORKFLOW}any {{\n{rows}    }}{THEN}"
    elif "workflow " in piece and "map " not in piece:
        piece = f"{_map()}\n{piece}"
    own = {tuple(line.split()[:2]) for line in piece.splitlines()}
    head = "".join(line for line in HEAD if tuple(line.split()[:2]) not in own)
    apart = "\n" if head and not piece.startswith(("connect", "sync")) else ""
    return head + apart + piece


def _map(needed: Sequence[str] = NEEDED, more: str = "") -> str:
    """Return a map; blank lines stand between its rows, so that each has columns of its own."""
    blocks = [*(f"    {row}\n" for row in needed), *([more] if more else [])]
    return "map Lead <-> prospect {\n    match Email = email\n\n" + "\n".join(blocks) + "}\n"


def one_criterion(text: str) -> str:
    """Return a rule file that asks one criterion."""
    return "".join(HEAD) + "\n" + _map() + "\n" + WORKFLOW + text + THEN


def examples() -> list[Fence]:
    return list(fences(guide(PAGE), "rules"))


def _named(block: Fence) -> str:
    return f"line-{block.line}"


# -- rules


@pytest.mark.parametrize("block", examples(), ids=_named)
def test_an_example_has_the_faults_that_it_says_and_no_other(block: Fence) -> None:
    """A block of rules is right as it stands, warnings included (B1, B2)."""
    faults = load_rules(framed(block), LOCAL).diagnostics
    wanted = block.word("error")
    assert [fault.code for fault in faults] == (wanted.split(",") if wanted else []), faults


@pytest.mark.parametrize("block", examples(), ids=_named)
def test_an_example_is_written_as_fmt_writes_it(block: Fence) -> None:
    """An admin who copies it has nothing to format."""
    text = framed(block)
    assert format_text(text).text == text


def test_the_first_example_has_every_statement_that_runs() -> None:
    """It shows who, how often, which way, a map, a workflow and a test."""
    tree = parse(examples()[0].text).tree
    kinds = {type(statement).__name__ for statement in tree.statements}
    assert kinds >= {"Connect", "Schedule", "Flow", "Admin", "ObjectMap", "Workflow", "Test"}


# -- tables


OPERATORS = [
    row
    for head in ("| criterion | true when | if blank |", "| criterion | true when | if new |")
    for row in rows_of_table(guide(PAGE), head)
]


@pytest.mark.parametrize(("cell", "answer"), [(row[0], row[2]) for row in OPERATORS])
def test_an_operator_answers_a_blank_as_the_table_says(cell: str, answer: str) -> None:
    """Each criterion of the tables is asked of a new record that holds nothing."""
    text = one_criterion(cell.strip("`"))
    assert format_text(text).text == text
    rules = load_rules(text, LOCAL)
    assert rules.diagnostics == ()
    found = rules.workflows["The example"].matches({}, None)
    assert answer == str(found).lower()


def test_the_tables_have_every_operator() -> None:
    """An operator that was added to the language is added to the page."""
    shown: set[s.Op] = set()
    for cell, *_ in OPERATORS:
        for statement in parse(one_criterion(cell.strip("`"))).tree.statements:
            if isinstance(statement, s.Workflow):
                assert isinstance(statement.when, s.Comparison)
                shown.add(statement.when.op)
    assert shown == set(s.Op)


FITS_HEAD = (
    "| | text, e-mail, phone, URL, id | picklist | several choices | number "
    "| date, date and time | yes or no |"
)
#: The fields of each column, and a value of theirs.
COLUMNS = (
    (("Text", "Email", "Phone", "Url", "Id", "Reference"), '"Red"'),
    (("Picklist",), '"Red"'),
    (("Choices",), '"Red"'),
    (("Number",), "5"),
    (("Date", "Datetime"), "today"),
    (("Boolean",), "true"),
)
#: What stands behind an operator that does not take one value.
AFTER = {
    "between": "{0} and {0}",
    "in the last": "7 days",
    "in the next": "7 days",
    "is blank": "",
    "is not blank": "",
    "changed": "",
}


@pytest.mark.parametrize("row", rows_of_table(guide(PAGE), FITS_HEAD), ids=lambda row: row[0])
def test_an_operator_fits_the_fields_that_the_table_says(row: list[str]) -> None:
    """A cell says yes where the checker takes the operator, and nothing where it refuses (B2)."""
    for operator in re.findall(r"`([^`]+)`", row[0]):
        for cell, (fields, value) in zip(row[1:], COLUMNS, strict=True):
            for field in fields:
                right = AFTER.get(operator, "{0}").format(value)
                rule = (
                    f'workflow "w" on Thing {{ when {field} {operator} {right} then exit cadence }}'
                )
                fits = "E306" not in codes_of(rule, TYPES)
                assert (cell, fits) in {("yes", True), ("", False)}, f"{field} {operator}"


WORDS = [*WriteRule, *ConflictWord, *(f"else {word}" for word in Fallback), *Quantifier]


@pytest.mark.parametrize("word", WORDS)
def test_every_word_of_the_vocabulary_is_told(word: str) -> None:
    """A word that was added to the language is added to the page."""
    brackets = " { }" if word in set(Quantifier) else ""
    assert f"`{word}{brackets}`" in guide(PAGE)


def test_the_page_has_every_kind_of_statement() -> None:
    """The first table leads to all of them."""
    rows = rows_of_table(guide(PAGE), "| statement | says |")
    (line,) = re.findall(r"^\?statement: (.+)$", grammar_text(), re.MULTILINE)
    known = {"schedule": "sync every", "direction": "sync … to …"}
    wanted = [known.get(name, name) for name in line.split(" | ")]
    assert [row[0].strip("`") for row in rows] == wanted


def test_every_end_of_a_record_is_told() -> None:
    """The table has the fates that a run counts (B8)."""
    rows = rows_of_table(guide(PAGE), "| end | means |")
    assert [row[0] for row in rows] == list(Fate)


def test_the_limits_are_those_of_the_code() -> None:
    """What the table says is what the parser and the checker refuse beyond."""
    told = dict(rows_of_table(guide(PAGE), "| what | at most |"))
    assert told["a rule file"] == f"{MAX_BYTES / 1e6:.0f} MB"
    assert told["statements in it"] == f"{MAX_RULES:,}"
    assert told["brackets in brackets"] == f"{MAX_DEPTH} deep"
    assert told["faults that keep the text from being read, told at a time"] == str(MAX_FAULTS)
    parts = int(told["parts of one calculation"])
    assert told["a number"] == "18 digits before the point, 9 after it"
    assert told["a stretch of time"] == "100 years"
    for right, wrong in (
        (_sum(parts), _sum(parts + 1)),
        ("AnnualRevenue > " + "9" * 18, "AnnualRevenue > " + "9" * 19),
        ("AnnualRevenue > 0." + "9" * 9, "AnnualRevenue > 0." + "9" * 10),
        ("LastActivityDate after 100 years ago", "LastActivityDate after 101 years ago"),
    ):
        assert load_rules(one_criterion(right), LOCAL).errors == ()
        assert load_rules(one_criterion(wrong), LOCAL).errors != ()


def _sum(parts: int) -> str:
    return " + ".join(["AnnualRevenue"] * parts) + " > 1"


# -- commands


def test_every_command_prints_what_the_page_says(tmp_path: Path, update: bool) -> None:
    """The commands run one after the other in one folder, with the files shown above them."""
    page = guide(PAGE)
    written = page
    moved = 0
    for block in fences(page, "rules", "json", "console"):
        if block.mark == "console":
            told = _played(block.text, tmp_path)
            start = block.start + moved
            written = written[:start] + told + written[start + len(block.text) :]
            moved += len(told) - len(block.text)
        elif block.words and block.words[0].endswith((".rules", ".json")):
            (tmp_path / block.words[0]).write_text(block.text, "utf-8")
    if update:
        guide_path(PAGE).write_text(written, "utf-8")
    assert written == page or update


def _played(text: str, folder: Path) -> str:
    """Run the commands of a block in *folder*; return them, each with what it prints."""
    bin_folder = str(Path(SYNCLINE).parent)
    environ = {
        **os.environ,
        "COLUMNS": "100",
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        "PYTHONWARNINGS": "error",
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    told: list[str] = []
    for line in text.splitlines():
        if not line.startswith("$ "):
            continue
        done = subprocess.run(
            ["sh", "-c", line.removeprefix("$ ")],
            cwd=folder,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        assert "Traceback" not in done.stdout, done.stdout
        told.append(f"{line}\n{done.stdout}")
    return "".join(told)


TOOLS = (
    *("check", "fmt", "test", "explain", "analyse", "diff", "repl", "json", "lsp", "docs"),
    "explain-code",
)


@pytest.mark.parametrize("tool", TOOLS)
def test_each_tool_has_an_example(tool: str) -> None:
    """Its section runs it."""
    section = guide(PAGE).partition(f"\n### {tool}: ")[2].partition("\n### ")[0]
    assert any(f"syncline {tool}" in block.text for block in fences(section, "console"))


# -- the page that is printed


def test_the_page_is_shipped_inside_the_package() -> None:
    """What a command prints is docs/language.md itself."""
    assert language_page() == guide(PAGE)


def test_the_handbook_has_the_language_the_functions_and_the_fields() -> None:
    """One page for what is installed and connected; its links lead within it (B14)."""
    page = handbook(LOCAL)
    heads = re.findall(r"^# (.+)$", re.sub(r"```.*?```", "", page, flags=re.DOTALL), re.MULTILINE)
    assert heads == ["The rule language", "Functions", "Fields"]
    assert "](functions.md" not in page
    for function in BUILT_IN:
        assert f"### {function.name}\n" in page
    for side, description in LOCAL.descriptions.items():
        for kind in description.objects:
            assert f"## {kind.name} ({side.word})\n" in page


def test_a_field_is_told_with_all_that_is_known_of_it() -> None:
    """Name, label, type, length, required, whether it may be written, values."""
    page = fields_page(LOCAL)
    start = "| `TaskSubtype` | Task Subtype | picklist | 255 |  | at creation only |"
    for row in (
        "| `Company` | Company | text | 255 | yes | yes |  |",
        "| `SystemModstamp` | System Modstamp | datetime |  |  | no, read only |  |",
        '| `Rating` | Rating | picklist | 255 |  | yes | "Hot", "Warm", "Cold" |',
        f'{start} "Task", "Email", "List Email", "Call", and no other |',
    ):
        assert row in page.splitlines()
    assert '"Nurture Q3", "New leads", "Re-engage".' in page.splitlines()


def test_a_name_that_needs_back_ticks_is_shown_with_them() -> None:
    """As it is written in a rule file."""
    page = fields_page(TYPES)
    assert "| `` `a\"b{c}\\d'e` `` | Odd | text |  |  | yes |  |" in page
    assert "Syncline creates no record of it: it has no field for Syncline's key." in page


def run(*words: str) -> tuple[object, str]:
    """Run `syncline docs` in this process; return its exit code and what it printed."""
    done = CliRunner().invoke(cli, ["docs", *words], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return done.return_value, done.output


def test_docs_prints_the_handbook_of_the_workspace(tmp_path: Path) -> None:
    """The fields are those of the systems that its rules connect."""
    with local_world(tmp_path) as world:
        code, page = run("-w", str(world.folder))
        assert code == 0
        with world.workspace() as workspace:
            assert page == handbook(workspace.rules.catalog)


@pytest.mark.parametrize(
    ("word", "heads"),
    [
        ("Lead", ["Lead (CRM)"]),
        ("LEAD", ["Lead (CRM)"]),
        ("account", ["Account (CRM)", "account (cadence)"]),
        ("prospect", ["prospect (cadence)"]),
    ],
)
def test_docs_prints_one_object(
    word: str, heads: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By name or by label, on either side; outside of a workspace, of the embedded systems."""
    monkeypatch.chdir(tmp_path)
    code, page = run(word)
    assert code == 0
    assert re.findall(r"^## (.+)$", page, re.MULTILINE) == heads


def test_docs_writes_a_file(tmp_path: Path) -> None:
    """It says which one."""
    file = tmp_path / "handbook.md"
    code, told = run("-w", str(tmp_path), "--output", str(file))
    assert (code, told) == (0, f"wrote {file}\n")
    assert file.read_text("utf-8").startswith("# The rule language\n")


def test_docs_names_the_object_that_was_meant(tmp_path: Path) -> None:
    """A slip is told with the near name."""
    with pytest.raises(Exception, match="there is no object Leed; did you mean Lead"):
        run("-w", str(tmp_path), "Leed")


def test_docs_says_when_nothing_is_known_of_a_system(tmp_path: Path) -> None:
    """Rules that connect nothing have no fields to list; the language is printed all the same."""
    (tmp_path / "syncline.toml").write_text('version = 1\nrules = "a.rules"\n', "utf-8")
    (tmp_path / "a.rules").write_text("connect crm to nowhere\n", "utf-8")
    code, page = run("-w", str(tmp_path))
    assert code == 0
    for side in Side:
        assert f"Nothing is known of the {side.word}'s fields" in page
    with pytest.raises(Exception, match="nothing is known of the systems' fields"):
        run("-w", str(tmp_path), "Lead")
