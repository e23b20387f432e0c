"""`syncline test` as an admin calls it: its words, its JSON, its exit codes, the file beside."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import syncline_schemas
from support import command
from support_language import LOCAL, checked, codes
from support_trials import rules_with
from syncline import RulesError
from syncline.cli.trial import test as cli_test
from syncline.trials import run_tests
from syncline.trials.beside import faults_in, read_beside
from syncline.trials.run import NOW
from syncline_grammar.parse import parse

HERE = Path(__file__).parent / "trials"
ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "acme.rules"
GUIDE = ROOT / "docs" / "testing.md"
RULES = (HERE / "complete.rules").read_text("utf-8")
EMPTY = RULES[: RULES.index("test ")]
FAILING = 'test "f" { given Lead FirstName = "A" expect prospect first_name = "B" }\n'


def called(folder: Path, *words: str) -> Result:
    """Call `syncline test` in a folder that is no workspace; its exit code is in the result."""
    return CliRunner().invoke(cli_test, [*words, "-w", str(folder)], standalone_mode=False)


def written(folder: Path, text: str, name: str = "acme.rules") -> str:
    """Write a rule file and return where it lies."""
    path = folder / name
    path.write_text(text, "utf-8")
    return str(path)


@pytest.mark.parametrize("case", sorted(path.stem for path in HERE.glob("*.rules")))
def test_what_is_told(case: str, update: bool, tmp_path: Path) -> None:
    """B1: failures, advice and praise in words that were read and agreed on."""
    told = called(tmp_path, str(HERE / f"{case}.rules")).output

    golden = HERE / f"{case}.txt"
    if update:
        golden.write_text(told, "utf-8")
    assert golden.read_text("utf-8") == told


@pytest.mark.parametrize(
    ("text", "words", "code"),
    [
        (RULES, (), 0),
        (RULES, ("--require-coverage",), 0),
        (EMPTY, (), 0),
        (EMPTY, ("--require-coverage",), 1),
        (RULES + FAILING, (), 1),
        (RULES.replace("first_name = ", "firts_name = "), (), 1),
        (RULES.replace("Status = ", "Statu = "), (), 1),
    ],
)
def test_exit_codes(tmp_path: Path, text: str, words: tuple[str, ...], code: int) -> None:
    """B1: 0 when every test passes, 1 when one fails, the rules are wrong, or coverage lacks."""
    assert called(tmp_path, written(tmp_path, text), *words).return_value == code


@pytest.mark.parametrize("case", sorted(path.stem for path in HERE.glob("*.rules")))
def test_the_json_is_what_its_schema_says(case: str, tmp_path: Path) -> None:
    """B1: machines read the same report."""
    document: Any = json.loads(called(tmp_path, str(HERE / f"{case}.rules"), "--json").output)

    assert syncline_schemas.check("test", document) == []
    assert document["passed"] == (case != "failing")


def test_the_example_passes_its_own_test() -> None:
    """E3: the example's tests pass."""
    assert run_tests(checked(EXAMPLE.read_text("utf-8"), LOCAL)).passed


def test_a_process_of_its_own(tmp_path: Path) -> None:
    """B1: the command works as a process, in a workspace too, and errors are one JSON document."""
    written(tmp_path, RULES + FAILING, "main.rules")
    (tmp_path / "syncline.toml").write_text('version = 1\nrules = "main.rules"\n', "utf-8")

    done = command("test", folder=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "1 of 3 tests failed" in done.stdout

    written(tmp_path, RULES.replace("Status = ", "Statu = "), "main.rules")
    done = command("test", "--json", folder=tmp_path)
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2026-11-22", "Sunday 22 November 2026, 12:00 UTC"),
        ("2026-11-22T15:40", "Sunday 22 November 2026, 15:40 UTC"),
        ("2026-11-22T15:40+01:00", "Sunday 22 November 2026, 15:40 UTC+01:00"),
    ],
)
def test_another_moment(tmp_path: Path, value: str, shown: str) -> None:
    """B1: tests can be played as on another day."""
    assert shown in called(tmp_path, written(tmp_path, RULES), "--now", value).output


def test_a_moment_that_is_none(tmp_path: Path) -> None:
    """B1: what is no day is told with an example of one."""
    done = command("test", "--now", "tomorrow", folder=tmp_path)
    assert (done.returncode, "tomorrow is no day and no time" in done.stderr) == (64, True)


# -- the file beside


def test_tests_beside_the_rules_are_played_too(tmp_path: Path) -> None:
    """B1: acme.test.rules holds tests of acme.rules, whichever of the two is named."""
    rules = written(tmp_path, RULES)
    beside = written(tmp_path, f"# more\n{FAILING}", "acme.test.rules")

    for file in (rules, beside):
        result = called(tmp_path, file)
        assert result.return_value == 1
        assert '"f"  [acme.test.rules:2]' in result.output
        assert "1 of 3 tests failed" in result.output


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("connect crm to local", ["E104"]),
        (f"{FAILING}{FAILING}", ["E208"]),
        (FAILING.replace('"f"', '"a lead that is won leaves its cadence"'), ["E208"]),
        (FAILING.replace("FirstName", "FistName"), ["E202"]),
        (FAILING.replace("Lead", "Leat"), ["E201"]),
        ('test "f" { given }', ["E104"]),
        ("", ["E108"]),
    ],
)
def test_faults_beside(tmp_path: Path, text: str, codes: list[str]) -> None:
    """B2: a file of tests holds tests alone, under names of their own, and its faults are told."""
    path = Path(written(tmp_path, RULES))
    written(tmp_path, text, "acme.test.rules")
    rules, beside = checked(RULES, LOCAL), read_beside(path)

    source, faults = faults_in(rules, beside)

    assert ([fault.code for fault in faults], source.name) == (codes, "acme.test.rules")
    with pytest.raises(RulesError, match=r"acme\.test\.rules has 1 error"):
        run_tests(rules, beside)
    assert called(tmp_path, str(path)).return_value == 1


def test_without_a_file_beside_there_is_none(tmp_path: Path) -> None:
    """B1: most rule files have their tests within."""
    assert read_beside(tmp_path / "acme.rules") is None


def test_the_places_of_tests_beside_are_their_own() -> None:
    """B1: a result says in which file its test stands."""
    report = run_tests(checked(RULES, LOCAL), parse(FAILING, "acme.test.rules"))
    assert [result.at for result in report.results][-1] == "acme.test.rules:1"


# -- what a test may say


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('given Lead FirstName = "A" expect prospect unchanged', []),
        ('given Lead FirstName = "A" expect exit cadence', []),
        ('given Lead FirstName = "A"', ["E317"]),
        ("expect Lead unchanged", ["E317"]),
        ('given Account Name = "A" expect Account unchanged', ["E318"]),
        ('given Lead FirstName = "A" expect account unchanged', ["E318"]),
        ('given Lead FirstName = "A" given Contact LastName = "B" expect no action', ["E310"]),
        ('given Lead FirstName = "A" expect move to next touch', ["E318"]),
        ('given Lead FirstName = "A" expect move to cadence "Nurture Q3"', ["E318"]),
        ('given Lead FirstName = "A" expect move to cadence "Nurtur Q3"', ["E205"]),
        ('given Lead FirstName = "A", FirstName = "B" expect no action', ["E208"]),
        ('given Lead FirstName = "A" given Lead FirstName = "B" expect no action', ["E208"]),
        ('given last sync FirstName = "A" given last sync FirstName = "B" expect no action',
         ["E208"]),
        ('given last sync `First name` = "A" expect Lead unchanged', ["E203"]),
        ('given last sync Lead.FirstName = "A" expect Lead unchanged', []),
        ('given last sync firstname = "A" expect Lead unchanged', ["E202"]),
        ('given Lead FirstName = "A" at 24:00 expect no action', ["E111"]),
        ("given Lead LastActivityDate = 2026-02-30 expect no action", ["E111"]),
        ('given Lead CreatedDate = "2026-02-03T10:00:00Z" expect no action', []),
        ('given Lead CreatedDate = "soon" expect no action', ["E306"]),
        ("given Lead CreatedDate = 2026-02-03 expect no action", []),
        ('given Lead AnnualRevenue = "" expect Lead AnnualRevenue = ""', []),
        ('given Lead Rating = "" expect no action', []),
        ('given Lead Rating = "Tepid" expect no action', []),
        ('given Lead AnnualRevenue = "5" expect no action', ["E306"]),
        (f'given Lead FirstName = "{"x" * 41}" expect no action', ["E313"]),
    ],
)  # fmt: skip
def test_what_a_test_may_say(body: str, expected: list[str]) -> None:
    """B2: names, values, objects and actions of a test are held against the rules around it."""
    rules = checked(f'{RULES}\ntest "t" {{ {body} }}', LOCAL)

    assert [fault.code for fault in faults_in(rules, None)[1]] == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('given Thing Choices = "Red; Blue" expect no action', []),
        ('given Thing Choices = "Red; Mauve" expect no action', []),
        ('given last sync text = "a" given Thing Text = "b" expect no action', []),
        ('given last sync texx = "a" given Thing Text = "b" expect no action', ["E202"]),
    ],
)
def test_a_piece_of_a_file(body: str, expected: list[str]) -> None:
    """B2: without maps only names and values are looked at, and choices stand between `;`."""
    assert codes(f'test "t" {{ {body} }}') == expected


def test_a_file_without_maps_has_nothing_to_play() -> None:
    """B1: a test that no map can serve fails and says so."""
    rules = checked(
        'connect crm to local connect cadence to local test "t" { given Lead FirstName = "A" '
        "expect Lead unchanged }", LOCAL,
    )  # fmt: skip
    (result,) = run_tests(rules).results
    assert not result.passed


def test_rules_with_errors_are_not_played() -> None:
    """B1: a host gets the errors, not a report."""
    with pytest.raises(RulesError):
        run_tests(checked(RULES.replace("Status = ", "Statu = "), LOCAL))


def test_many_tests_of_many_workflows() -> None:
    """B1: coverage asks each row of each workflow of each test, and stays exact."""
    count = 40
    flows = "".join(
        f'workflow "w{n}" on Lead {{ when all {{ AnnualRevenue = {n} Title = "t" }} '
        "then exit cadence }\n"
        for n in range(count)
    )
    tests = "".join(
        f'test "t{n}" {{ given last sync Title = "" given Lead AnnualRevenue = {n}, Title = "t" '
        "expect exit cadence }\n"
        for n in range(count)
    )
    report = run_tests(rules_with(more=flows + tests))
    assert report.passed
    assert (report.unfired, report.unshown) == ((), ())


def test_the_guide_to_testing_holds() -> None:
    """B1: the rules in docs/testing.md are right, their tests pass, and what it says comes true."""
    text = GUIDE.read_text("utf-8")
    (block,) = re.findall(r"^```rules\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)

    report = run_tests(checked(block, LOCAL))

    assert report.passed
    assert report.unshown == ()
    assert f"{NOW:%A} {NOW.day} {NOW:%B %Y at %H:%M UTC}" in text
