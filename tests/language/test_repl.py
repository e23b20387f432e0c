"""The conversation: what is typed and what is answered, with a pipe for a person."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import SYNCLINE
from support_language import LOCAL
from syncline.cli import repl as command_module
from syncline.cli.session import Session
from syncline.rules.ruleset import load_rules
from syncline_grammar.parse import parse

HERE = Path(__file__).parent / "repl"
PEOPLE = (Path(__file__).parent / "explain" / "people.rules").read_text("utf-8")
LEADS = "Id,LastName,Status,AnnualRevenue,Odd\n1,A,Closed - Converted,5,x\n2,B,,7,\n3,C,,,\n"

#: What is typed, by the name of the golden text with the answers.
TALKS: dict[str, list[str]] = {
    "asking": [
        'Status = "Open - Not Contacted"',
        ':record {"Status": "Open - Not Contacted", "AnnualRevenue": 10}',
        'Status = "Open - Not Contacted"',
        'all { AnnualRevenue > 5  Email is not blank }',
        "AnnualRevenue * 2 + 1",
        "Status",
        "lower(Status)",
        "# a comment",
        "",
        ":record",
    ],
    "before": [
        ':record {"LastName": "Doe"}',
        "is new",
        "LastName changed",
        ':before {"LastName": "Roe"}',
        'LastName changed from "Roe" to "Doe"',
        ":before",
        ":before none",
    ],
    "times": [
        ":now 2026-11-22",
        ':object Contact',
        ':record {"LastActivityDate": "2026-10-01"}',
        "LastActivityDate before 30 days ago",
        ":now 2026-09-01T12:00",
        "LastActivityDate before 30 days ago",
        ":now soon",
    ],
    "data": [
        ":data leads.csv Lead",
        "AnnualRevenue > 4",
        "AnnualRevenue / 2",
        ":record 2",
        ":record 4",
        ":data nowhere.csv",
        ":data",
        ":data leads.csv Leed",
    ],
    "rules": [
        ":workflows",
        ':record {"object": "Lead", "values": {"Status": "Closed - Converted"}}',
        ':explain "Closed leads leave"',
        ":explain Cool down",
        ":explain Cool dwon",
    ],
    "faults": [
        'Statu = "x"',
        "AnnualRevenue >",
        'AnnualRevenue = "many"',
        "any {",
        "Status = “Open”",
        ":recrod {}",
        ":record {",
        ':record {"Statu": "x"}',
        ":object Leed",
        ":fields Leed",
        'x = 1 } workflow "y"',
    ],
    "functions": [
        'number("a dozen")',
        'number("a dozen") > 3',
        'number("twelve") + number("a dozen")',
        ':record {"Description": "about 5"}',
        "number(Description) > 3",
        "number(Description)",
    ],
    "constants": [":now 2026-11-22T15:40", ":data leads.csv Lead", "1 + 2", "today", "yesterday"],
    "leaving": ["help", "Quit", "this is not read"],
    "records": [":record @lead.json", ":record nobody@example.com", ":before @lead.json"],
    "help": [":help", ":fields cadence", ":quit", "this is not read"],
}  # fmt: skip


@pytest.mark.parametrize("name", TALKS)
def test_what_is_answered(
    name: str, tmp_path: Path, update: bool, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """B1: what a person reads while trying conditions, in words that were read and agreed on."""
    (tmp_path / "leads.csv").write_text(LEADS, "utf-8")
    (tmp_path / "lead.json").write_text('{"LastName": "Doe"}', "utf-8")
    monkeypatch.chdir(tmp_path)
    session = Session(load_rules(parse(PEOPLE, "people.rules"), LOCAL), tmp_path)

    told: list[str] = []
    for line in TALKS[name]:
        if session.over:
            break
        session.answer(line)
        told.append(f"> {line}\n{capsys.readouterr().out}")

    golden = HERE / f"{name}.txt"
    if update:
        HERE.mkdir(exist_ok=True)
        golden.write_text("".join(told), "utf-8")
    assert golden.read_text("utf-8") == "".join(told)


def test_every_function_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """B14: `:functions` names each function, how it is written, and what it gives."""
    Session(load_rules(parse(PEOPLE, "people.rules"), LOCAL), HERE).answer(":functions")

    told = capsys.readouterr().out
    assert told.count("\n") == len(LOCAL.functions)
    for function in LOCAL.functions.values():
        assert f"  {function.name}(" in told
        assert function.summary in told


@pytest.mark.parametrize(
    ("begun", "some"),
    [
        (":re", [":record"]),
        (":", [":before", ":quit"]),
        ("annual", ["AnnualRevenue"]),
        ("low", ["lower("]),
        ("nothing at all", []),
    ],
)
def test_names_are_completed(begun: str, some: list[str]) -> None:
    """B14: a command, a field or a function that was begun is completed."""
    found = Session(load_rules(parse(PEOPLE, "people.rules"), LOCAL), HERE).completions(begun)

    assert set(some) <= set(found)
    assert bool(found) is bool(some)


def run(folder: Path, text: bytes, *words: str) -> subprocess.CompletedProcess[bytes]:
    """Pipe *text* into the command."""
    return subprocess.run(
        [SYNCLINE, "repl", *words], cwd=folder, input=text, capture_output=True, timeout=120,
        check=False,
    )  # fmt: skip


def test_a_pipe_is_answered_line_by_line(tmp_path: Path) -> None:
    """B1: without a terminal there is no prompt, and the end of the input is the end."""
    (tmp_path / "people.rules").write_text(PEOPLE, "utf-8")

    done = run(
        tmp_path, b'Status = "Open - Not Contacted"\n:workflows\n1 +\n\xff\xfe', "people.rules"
    )

    assert (done.returncode, done.stderr) == (0, b"")
    told = done.stdout.decode()
    assert told.startswith('FALSE Status = "Open - Not Contacted"\n')
    assert 'workflow "Cool down" on Contact' in told
    assert "Traceback" not in told
    assert "syncline>" not in told


def test_without_a_rule_file_conditions_may_be_asked(tmp_path: Path) -> None:
    """B1: the embedded systems' fields are there without a workspace and without a file."""
    done = run(tmp_path, b"Email is blank\n:workflows\n")

    assert done.returncode == 0
    assert done.stdout.decode().splitlines()[::2] == [
        "TRUE  Email is blank",
        "There are none: no rule file was given, or it has errors.",
    ]


def test_a_file_with_errors_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    """B2: the faults of a rule file are shown as `check` shows them."""
    (tmp_path / "people.rules").write_text(PEOPLE.replace("Status in", "Statsu in", 1), "utf-8")

    done = run(tmp_path, b"Email is blank\n", "people.rules")

    assert done.returncode == 0
    assert "Statsu" in done.stdout.decode()
    assert "TRUE  Email is blank" in done.stdout.decode()


def test_an_interruption_clears_the_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """B1: Ctrl-C leaves the line and not the conversation; Ctrl-D leaves both."""
    typed: Iterator[str | BaseException] = iter(
        ["Email is blank", KeyboardInterrupt(), "Email is not blank", EOFError()]
    )

    def answer(_prompt: str) -> str:
        found = next(typed)
        if isinstance(found, BaseException):
            raise found
        return found

    monkeypatch.setattr("builtins.input", answer)
    talk = vars(command_module)["_talk"]

    talk(Session(load_rules(parse(PEOPLE, "people.rules"), LOCAL), HERE), "> ")

    lines = capsys.readouterr().out.splitlines()
    assert [line[:5] for line in lines if line[:4] in {"TRUE", "FALS"}] == ["TRUE ", "FALSE"]
    assert next(typed, None) is None
