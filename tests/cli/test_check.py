"""`syncline check` and `syncline explain-code` as an admin calls them: forms, fixes, pages."""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import syncline_schemas
from syncline import WorkspaceError
from syncline.cli.main import cli
from syncline_grammar.codes import CODES

RIGHT = """\
connect crm to local
connect cadence to local
sync crm to cadence

map Lead -> prospect {
    match Email = email
    FirstName -> first_name
    LastName  -> last_name
    Company   -> company_name
}
"""
#: A slip, a misspelt field, and a field that nobody can guess.
WRONG = RIGHT.replace("map", "Map").replace("FirstName", "FirstNmae") + (
    'workflow "Leave" on Lead {\n    when Shoesize == 5\n    then exit cadence\n}\n'
)
#: A row that holds for long hides the one below it, which is a warning.
WARNED = RIGHT + (
    'workflow "Hot" on Lead {\n    when any {\n        Rating = "Hot"\n'
    "        AnnualRevenue changed\n    }\n    then exit cadence\n}\n"
)
UNKNOWN = 'workflow "Leave" on Lead {\n    when Shoesize = 5\n    then exit cadence\n}\n'


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a rule file with faults, in the folder that commands run in."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a.rules"
    path.write_text(WRONG, "utf-8")
    return path


def run(*words: str) -> Result:
    """Run a command in this process; its exit code is the command's own."""
    return CliRunner().invoke(cli, list(words), standalone_mode=False)


def code_of(done: Result) -> object:
    """Return the exit code that the command line would end with."""
    assert done.exception is None, done.exception
    return done.return_value


# -- forms


def test_the_human_form_ends_with_what_to_do_next(rules: Path) -> None:
    """The last lines say how many faults there are, what --fix can do, and where to read more."""
    done = run("check", str(rules))
    assert code_of(done) == 1
    assert done.output.splitlines()[-3:] == [
        "a.rules: 4 errors, checked against the fields of local (CRM) and local (cadence).",
        "`syncline check --fix` corrects 3 faults; with --diff it only shows how.",
        "What a code means, with an example: `syncline explain-code E110`.",
    ]


def test_an_error_is_explained_before_a_warning(rules: Path) -> None:
    """The counts are in words that fit them, and the code is that of what must be corrected."""
    rules.write_text(WARNED, "utf-8")
    done = run("check", str(rules))
    assert done.output.splitlines()[-2].startswith("a.rules: 5 statements, 1 warning, checked")
    assert done.output.splitlines()[-1].endswith("`syncline explain-code W905`.")
    rules.write_text(f"{WARNED}{UNKNOWN}", "utf-8")
    done = run("check", str(rules))
    assert "a.rules: 1 error and 1 warning, checked against" in done.output
    assert done.output.splitlines()[-1].endswith("`syncline explain-code E202`.")


def test_what_fix_would_do_is_counted_alike(rules: Path) -> None:
    """A plain check promises as many as `--fix --diff` shows, those that come to light too."""
    promised = re.search(r"--fix` corrects (\d+ faults?);", run("check", str(rules)).output)
    shown = re.search(
        r"would mend (\d+ faults?),", run("check", str(rules), "--fix", "--diff").output
    )
    assert promised is not None
    assert shown is not None
    assert promised[1] == shown[1]
    run("check", str(rules), "--fix")
    assert "--fix" not in run("check", str(rules)).output


def test_fields_that_are_known_in_a_workspace_alone_are_not_fixed(rules: Path) -> None:
    """Where another system stands in for the one named, `--fix` would write the other's fields."""
    unknown = UNKNOWN.replace("Shoesize", "Industri")
    text = RIGHT.replace("connect crm to local", "connect crm to hubspot") + unknown
    rules.write_text(text, "utf-8")
    done = run("check", str(rules))
    assert "in the place of hubspot: here is no workspace" in done.output
    assert "The fields of hubspot are not known here" in done.output
    assert "--fix" not in done.output
    done = run("check", str(rules), "--fix")
    assert isinstance(done.exception, WorkspaceError)
    assert done.exception.message.startswith("a.rules was left as it is")
    assert rules.read_text("utf-8") == text


def test_a_right_file_needs_no_advice(rules: Path) -> None:
    """Where nothing is wrong, one line says so."""
    rules.write_text(RIGHT, "utf-8")
    done = run("check", str(rules))
    assert code_of(done) == 0
    assert done.output.count("\n") == 1
    assert "no faults" in done.output


def test_json_has_two_names(rules: Path) -> None:
    """`--json` is short for `--format json`, and both are valid by the schema."""
    short, long = run("check", str(rules), "--json"), run("check", str(rules), "--format", "json")
    assert short.output == long.output
    assert syncline_schemas.check("check", json.loads(short.output)) == []
    assert "fixed" not in json.loads(short.output)


def test_github_gets_annotations(rules: Path) -> None:
    """Each fault is one workflow command, with the file as the workflow names it."""
    (rules.parent / "sub").mkdir()
    inner = rules.rename(rules.parent / "sub" / "a.rules")
    done = run("check", str(inner.resolve()), "--format", "github")
    assert code_of(done) == 1
    told = [line for line in done.output.splitlines() if line.startswith("::")]
    assert len(told) == 4
    assert told[0] == (
        "::error file=sub/a.rules,line=5,col=1,endColumn=4,"
        "title=E110 this is written differently here::"
        "this word is written `map`, in lower case%0Awrite `map`"
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--diff",), "--diff shows what --fix would write"),
        (("--json", "--format", "github"), "contradict each other"),
        (("--format", "xml"), "is not one of 'human', 'json', 'github'"),
    ],
)
def test_options_that_contradict_are_told(rules: Path, words: tuple[str, ...], told: str) -> None:
    """What cannot be meant together is misuse, and nothing is checked."""
    done = run("check", str(rules), *words)
    assert told in str(getattr(done.exception, "message", ""))
    assert rules.read_text("utf-8") == WRONG


# -- fixes


def test_fix_writes_what_is_sure_and_tells_the_rest(rules: Path) -> None:
    """The known fixes are in the file, shown line by line; what is left is told with its place."""
    done = run("check", str(rules), "--fix")
    assert code_of(done) == 1
    text = rules.read_text("utf-8")
    assert text.startswith(RIGHT)
    assert "when Shoesize = 5" in text
    for line in ("-Map Lead -> prospect {", "+map Lead -> prospect {", "+    when Shoesize = 5"):
        assert line in done.output.splitlines()
    assert "a.rules: 3 faults fixed, as shown above." in done.output
    assert "error[E202]: field `Shoesize` is not known in Lead (local)" in done.output
    assert [p.name for p in rules.parent.iterdir()] == ["a.rules"]


def test_fix_with_diff_writes_nothing(rules: Path) -> None:
    """With --diff the changes are shown and the file stays as it is, with its errors."""
    done = run("check", str(rules), "--fix", "--diff")
    assert code_of(done) == 1
    assert rules.read_text("utf-8") == WRONG
    assert "+map Lead -> prospect {" in done.output
    assert "--fix would mend 3 faults, as shown above. Nothing was written." in done.output
    assert "a.rules: 4 errors" in done.output


def test_fix_as_json_lists_what_was_mended(rules: Path) -> None:
    """A tool learns which faults are gone and which are left."""
    done = run("check", str(rules), "--fix", "--json")
    document = json.loads(done.output)
    assert syncline_schemas.check("check", document) == []
    assert [d["code"] for d in document["fixed"]] == ["E110", "E202", "E110"]
    assert [d["code"] for d in document["diagnostics"]] == ["E202"]


def test_fix_of_a_right_file_leaves_it_alone(rules: Path) -> None:
    """Where nothing is wrong, the file is not even written."""
    rules.write_text(RIGHT, "utf-8")
    before = rules.stat().st_mtime_ns, rules.stat().st_ino
    done = run("check", str(rules), "--fix")
    assert code_of(done) == 0
    assert (rules.stat().st_mtime_ns, rules.stat().st_ino) == before
    assert done.output.count("\n") == 1


def test_fix_says_when_only_a_person_can_help(rules: Path) -> None:
    """Where no fix is known, that is said, and the faults are shown."""
    rules.write_text(RIGHT.replace("FirstName", "Shoesize"), "utf-8")
    done = run("check", str(rules), "--fix")
    assert "only a person can put right" in done.output
    assert "error[E202]" in done.output


def test_fix_keeps_permissions_marks_and_line_ends(rules: Path) -> None:
    """The file behind a link is replaced in one step, and keeps all that is not a fault."""
    rules.write_bytes(("\ufeff" + WRONG.replace("\n", "\r\n")).encode())
    rules.chmod(0o640)
    link = rules.parent / "link.rules"
    link.symlink_to(rules)
    run("check", str(link), "--fix")
    content = rules.read_bytes()
    assert content.startswith(b"\xef\xbb\xbfconnect")
    assert content.count(b"\r\n") == content.count(b"\n") == WRONG.count("\n")
    assert stat.S_IMODE(rules.stat().st_mode) == 0o640
    assert link.is_symlink()


def test_fix_of_a_system_asks_for_its_fields(rules: Path) -> None:
    """A misspelt system is mended, and with it come the fields of the right one."""
    rules.write_text(
        RIGHT.replace("to local", "to lcoal", 1).replace("Email =", "Emial ="), "utf-8"
    )
    done = run("check", str(rules), "--fix")
    assert code_of(done) == 0
    assert rules.read_text("utf-8") == RIGHT


@pytest.mark.skipif(os.geteuid() == 0, reason="everything may be written by this user")
def test_fix_of_a_file_that_may_not_be_written(rules: Path) -> None:
    """A folder that may not be written is told, and the file is as it was."""
    rules.parent.chmod(0o500)
    try:
        done = run("check", str(rules), "--fix")
    finally:
        rules.parent.chmod(0o700)
    assert "could not be written and is as it was" in str(done.exception)
    assert rules.read_text("utf-8") == WRONG


def test_fix_in_a_workspace_writes_its_own_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without FILE the rules of the workspace are fixed."""
    monkeypatch.chdir(tmp_path)
    run("init", "ws")
    main = tmp_path / "ws" / "main.rules"
    right = main.read_text("utf-8")
    main.write_text(right.replace("workflow", "Workflow"), "utf-8")
    done = run("check", "-w", "ws", "--fix")
    assert code_of(done) == 0
    assert main.read_text("utf-8") == right


# -- explain-code


def test_every_code_is_listed() -> None:
    """Without a code, all of them stand there with their titles."""
    done = run("explain-code")
    assert code_of(done) == 0
    told = dict(line.split("  ", 1) for line in done.output.splitlines() if "  " in line)
    assert told == CODES


@pytest.mark.parametrize("written", ["E203", "e203", "[E203]"])
def test_a_code_is_explained(written: str) -> None:
    """The page is shown with its examples set in and without the signs that mark them."""
    done = run("explain-code", written)
    assert code_of(done) == 0
    lines = done.output.splitlines()
    assert lines[0] == "E203: two fields share this label"
    assert "        City  -> text" in lines
    assert "What to do" in lines
    assert not [line for line in lines if line.startswith(("#", "```"))]


@pytest.mark.parametrize(
    ("written", "near"), [("E2003", "; did you mean E203?"), ("E99", ""), ("hello", "")]
)
def test_an_unknown_code_gets_a_suggestion_or_the_list(written: str, near: str) -> None:
    """A near code is named where there is one, and always the way to all of them."""
    message = str(getattr(run("explain-code", written).exception, "message", ""))
    assert message.startswith(f"there is no code {written}{near}")
    assert message.endswith("`syncline explain-code` lists all of them.")


def test_what_each_rule_costs(tmp_path: Path) -> None:
    """The cost of each rule is known before it runs: the dearest first, in words and as JSON."""
    file = tmp_path / "a.rules"
    file.write_text(
        'workflow "Near" on Lead { when City = "Rome" or City = "Paris" then exit cadence }\n\n'
        'workflow "Called" on Lead {\n    when phone(Phone, Country) is not blank\n'
        "    then exit cadence\n}\n"
    )

    shown = run("check", "--cost", str(file)).output
    document = json.loads(run("check", "--cost", "--json", str(file)).output)

    assert re.findall(r"^ +([\d,]+)  (.*)$", shown, re.MULTILINE) == [
        ("301", "workflow Called (line 3)"),
        ("2", "workflow Near (line 1)"),
    ]
    assert syncline_schemas.check("check", document) == []
    assert [(c["name"], c["cost"], c["line"]) for c in document["costs"]] == [
        ("Near", 2, 1),
        ("Called", 301, 3),
    ]
