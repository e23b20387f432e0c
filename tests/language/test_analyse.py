"""What `syncline analyse` tells: goldens, the JSON, the exit codes, and what it costs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import syncline_schemas
from support import command
from support_analyse import file, found, kinds, ruled
from support_language import LOCAL, NOON, checked
from syncline import RulesError
from syncline.analysis import Finding, Kind, Level, analyse
from syncline.analysis.compare import MOST
from syncline.cli.analyse import document, show

HERE = Path(__file__).parent / "analyse"
CASES = sorted(path.stem for path in HERE.glob("*.rules"))


def looked_at(case: str) -> tuple[str, tuple[Finding, ...]]:
    """Return the text of a case and what is found about it."""
    text = (HERE / f"{case}.rules").read_text("utf-8")
    return text, analyse(checked(text, LOCAL), NOON.now)


@pytest.mark.parametrize("case", CASES)
def test_what_is_told(case: str, update: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """B2: each finding is told in words that were read and agreed on."""
    text, findings = looked_at(case)

    show(checked(text, LOCAL), findings)

    told = capsys.readouterr().out
    golden = HERE / f"{case}.txt"
    if update:
        golden.write_text(told, "utf-8")
    assert golden.read_text("utf-8") == told


@pytest.mark.parametrize("case", CASES)
def test_the_json_is_valid_and_says_the_same(case: str) -> None:
    """A tool gets every finding, with its places and its example."""
    text, findings = looked_at(case)

    told = document(checked(text, LOCAL), findings)

    assert syncline_schemas.check("analysis", json.loads(json.dumps(told))) == []
    assert [f["message"] for f in told["findings"]] == [f.message for f in findings]


@pytest.mark.parametrize("case", CASES)
def test_every_place_lies_in_the_file(case: str) -> None:
    """B14: an editor can mark each place, and findings come in the order of the file."""
    text, findings = looked_at(case)

    starts = [finding.places[0].span.start for finding in findings]
    assert starts == sorted(starts)
    for finding in findings:
        for place in finding.places:
            start, end, line, _column = place.span
            assert 0 <= start < end <= len(text)
            assert text[:start].count("\n") + 1 == line
            assert place.text
        assert finding.message == finding.message.strip() != ""
        assert finding.notes or finding.kind is Kind.TOO_LARGE


def test_every_kind_of_finding_is_in_the_schema() -> None:
    """A tool that knows the schema knows every kind and level."""
    item = syncline_schemas.load("analysis")["properties"]["findings"]["items"]["properties"]

    assert item["kind"]["enum"] == list(Kind)
    assert item["level"]["enum"] == list(Level)


def test_the_same_rules_are_told_the_same() -> None:
    """The analysis reads nothing but rules and the moment it is given."""
    text, findings = looked_at("workflows")

    assert analyse(checked(text, LOCAL), NOON.now) == findings


def test_rules_with_errors_are_refused() -> None:
    """What cannot be run cannot be reasoned about."""
    with pytest.raises(RulesError, match="has 1 error"):
        analyse(checked(file("Nothing = 5 then exit cadence")))


def test_the_example_of_the_language() -> None:
    """B2: of the whole language in one file, only an object that no map has is found fault with."""
    example = Path(__file__).parents[2] / "examples" / "acme.rules"

    findings = analyse(checked(example.read_text("utf-8"), LOCAL))

    assert all("no map brings Contact over" in finding.message for finding in findings)


# -- the command


def test_the_command_exits_with_0_whatever_it_finds(tmp_path: Path) -> None:
    """Findings are no errors; --strict makes a check of them for a pipeline."""
    (tmp_path / "a.rules").write_text((HERE / "where.rules").read_text("utf-8"), "utf-8")
    (tmp_path / "b.rules").write_text((HERE / "nothing.rules").read_text("utf-8"), "utf-8")
    done = command("analyse", "a.rules", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "a.rules: 2 questions in 7 statements." in done.stdout
    assert command("analyse", "a.rules", "--strict", folder=tmp_path).returncode == 1
    assert command("analyse", "b.rules", "--strict", folder=tmp_path).returncode == 0
    told = json.loads(command("analyse", "a.rules", "--json", folder=tmp_path).stdout)
    assert syncline_schemas.check("analysis", told) == []
    assert [f["kind"] for f in told["findings"]] == ["overlap", "outside-where"]


def test_the_command_refuses_rules_with_errors(tmp_path: Path) -> None:
    """The errors are named with their lines, and the exit code is that of wrong rules."""
    (tmp_path / "a.rules").write_text("connect crm to nowhere\n", "utf-8")
    done = command("analyse", "a.rules", folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "line 1: " in done.stderr
    assert "run `syncline check`" in done.stderr


def test_the_command_looks_at_the_workspace(tmp_path: Path) -> None:
    """Without FILE the workspace's own rules are looked at, with its systems' fields."""
    assert command("init", "acme", folder=tmp_path).returncode == 0
    done = command("analyse", folder=tmp_path / "acme")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("main.rules: ")


# -- what it costs


def test_many_workflows_that_never_meet_are_told_apart_by_the_index() -> None:
    """A thousand workflows on one object are half a million pairs, and none is searched."""
    text = file(
        *(
            f'Text = "t{n}" and Number > {n} then {"exit cadence" if n % 2 else deed}'
            for n, deed in enumerate(['move to cadence "North"'] * 1000)
        )
    )
    assert kinds(text) == []


def test_many_contradictions_are_cut_short() -> None:
    """After a number of pairs nobody reads on; that there are more is told."""
    text = file(
        *(f"Number > {n} then exit cadence" for n in range(20)),
        *(f"Number < {n} then move to next touch" for n in range(100, 120)),
    )
    told = [finding for finding in found(text) if finding.kind is not Kind.REPEATED]

    assert [finding.kind for finding in told] == [Kind.OVERLAP]
    apart = [f"Number = {n} then exit cadence" for n in range(8)]
    crowd = file(*apart, *(f'Text = "{n}" then move to next touch' for n in range(8)))
    assert kinds(crowd).count("overlap") == MOST
    assert kinds(crowd).count("too-large") == 1


def test_a_group_with_too_many_rows_is_told() -> None:
    """Rows beyond a hundred are not compared with one another, and that is said."""
    rows = "\n".join(f'Text contains "a{n}" and Number = {n}' for n in range(101))

    (finding,) = found(file(f"any {{\n{rows}\n}} then exit cadence"))

    assert finding.kind is Kind.TOO_LARGE
    assert "nothing is known of it" in finding.message
    assert ruled(file(f"any {{\n{rows}\n}} then exit cadence")).workflows["w0"]
