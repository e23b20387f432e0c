"""Every command as an admin calls it: a process, its words, its JSON and its exit code."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Generator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

import support
import syncline_schemas
from support import CADENCE, CRM, RULES, SYNCLINE, command
from syncline.ledger.database import Ledger
from syncline.sync.lease import Lease

COMMANDS = {
    "init": "Make a workspace in FOLDER: a settings file and a first rule file",
    "check": "Check a rule file: its words, its names, its values.",
    "fmt": "Write rule files in their one form: indents, columns, blank lines.",
    "test": "Play the tests of a rule file, and say what no test shows.",
    "explain-code": "Explain a code of `syncline check`: what it means, an example, and",
    "docs": "Print the handbook: the rule language, its functions, the systems' own",
    "explain": "Say what a workflow's criteria say of a record, row by row",
    "analyse": "Look for rules that contradict, repeat or never reach one another.",
    "diff": "Compare the rules OLD with the rules NEW over records",
    "replay": "Show what new rules would have done to the recorded changes of the last",
    "repl": "Try conditions and values on a record",
    "plan": "Show what the next run would do, why, and what it costs. Nothing is written.",
    "run": "Do one cycle: read what changed, reconcile, write, and report.",
    "sources": "Show how the sources of activities stand: telephony, mail, calendars.",
    "wake": "Ask a schedule (`syncline run --every`) for a cycle before its time.",
    "pause": "Let no cycle begin until `syncline resume`: the time to edit rules in",
    "resume": "Put the edited rules to work, and let cycles run again.",
    "status": "Say whether cycles run, what the last one did, and what the rule file would",
    "versions": "List the texts of the rules that were put to work, when, and by whom.",
    "budget": "Show how much of the limits is used, on what, and when it runs out or",
    "report": "Show what the runs of the last days did, what waits, and what it cost.",
    "cadences": "List the cadences",
    "due": "List the touches",
    "next": "Say when",
    "log": "Show what was changed, when, and the reason of each skip, hold and failure",
    "why": "Say why RECORD is as it is: which rule wrote which field, when, from what",
    "holds": "List what waits for a person: fields both sides of which differ, records",
    "resolve": "Decide what is held of RECORD: whose value stands, or which record across",
    "retry": "Let the next run try again what a system refused: RECORD, or `--all`.",
    "undo": "Take back what run RUN wrote: each field as it was before, each new record",
    "people": "Say who works with this workspace, and what each may do.",
    "audit": "Show who changed what, and when: people, roles, rules, pauses",
    "import": "Bring the people in a CSV FILE, or in a list of the CRM, into the cadence.",
    "imports": "List imports, and decide what they hold.",
    "doctor": "Look through the ledger for damage, orphans and impossible moments.",
    "prune": "Remove old history from the ledger.",
    "backup": "Write the workspace and its ledger into one archive, FILE.",
    "restore": "Restore a workspace and its ledger from the archive FILE to FOLDER.",
    "forms": "List the forms of the rules, or show the form NAME",
    "submit": "Post values in the form NAME: they become a record",
    "settings": "Show or change settings of the company, of teams and of people",
    "connectors": "List the systems that rules may connect to, and what each one needs.",
    "new": "Make a project to begin with.",
    "connect": "Connect the system NAME, so that runs are let in.",
    "connections": "Show how each connection stands: as whom, with what rights,",
    "disconnect": "Give the token of the system NAME back to its vendor, and",
    "sandbox": "Serve imitations of vendors' HTTP on loopback: of those named, or of all.",
    "json": "Print rules as JSON, with all that they mean",
    "lsp": "Serve an editor over its input and output",
    "demo": "Show the main job on 1,200 leads and 760 prospects, in a new folder",
    "simulate": "Prove the engine: let it run between two systems that misbehave",
}
KINDS = ("create", "update", "link", "action", "skip", "hold", "fail")
FATES = {"skipped": "skip", "held": "hold", "failed": "fail"}
STORY = (
    RULES
    + """
workflow "Onwards" on Lead { when Status = "Working - Contacted"  then move to next touch }
"""
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace after two runs in which there was every kind of line; only read it."""
    clock = support.Clock(datetime.now(UTC))
    rules = STORY.replace(', default "Unknown"', "")
    with support.local_world(tmp_path_factory.mktemp("office"), rules, clock) as world:
        john = world.lead("John")
        world.prospect("John")
        world.lead("Jane")
        world.prospect("Lou", company_name="")
        for name in ("Twin", "Twain"):
            world.lead(name, Email="twin@example.com")
        world.prospect("Twin")
        assert world.run().exit_code == 0
        prospect = str(world.one(CADENCE, "prospect", first_name="John")["id"])
        world.enrol(prospect)
        world.change(CADENCE, "prospect", prospect, first_name="Johnathan")
        world.change(CRM, "Lead", john, FirstName="Jon", Status="Working - Contacted")
        world.prospect("Max", city="M" * 60)
        assert world.run().writes == 2
    return world.folder


@pytest.fixture
def waiting(tmp_path: Path) -> Path:
    """Return a workspace in which a lead and a prospect wait for their first run."""
    with support.local_world(tmp_path, RULES, support.Clock(datetime.now(UTC))) as world:
        world.lead("Ann")
        world.prospect("Bob")
    return world.folder


def document(name: str, done: subprocess.CompletedProcess[str]) -> Any:
    """Return the one JSON document that a command printed; it is valid by the schema *name*."""
    assert done.stdout.count("\n") == 1, done
    found = json.loads(done.stdout)
    assert syncline_schemas.check(name, found) == []
    assert done.stderr == ""
    return found


def words(text: str) -> str:
    """Return *text* with its lines joined: where they break depends on the terminal."""
    return " ".join(text.split())


# Help and misuse


def test_help_names_every_command() -> None:
    """Without a command, or with --help, the commands are listed with what they do."""
    done = command("--help")
    assert done.returncode == 0
    assert re.findall(r"^  (\w[\w-]*)  +[A-Z]", done.stdout, re.MULTILINE) == list(COMMANDS)
    assert "Begin with `syncline demo`" in done.stdout
    assert re.fullmatch(r"syncline, version \d+\.\d+\.\d+\n", command("--version").stdout)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_says_what_it_does(name: str) -> None:
    """The help of each command begins with its purpose."""
    for flag in ("--help", "-h"):
        done = command(name, flag)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(f"Usage: syncline {name} ")
        assert COMMANDS[name] in words(done.stdout)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("", "Usage: syncline [OPTIONS] COMMAND"),
        ("nonsense", "there is no command `nonsense`; `syncline --help` lists them."),
        ("chek", "there is no command `chek`; did you mean `check`?"),
        ("analyze", "there is no command `analyze`; did you mean `analyse`?"),
        ("run --bad", "No such option"),
        ("why", "Missing argument 'RECORD'"),
        ("log --kind nonsense", "'nonsense' is not one of 'create', 'update'"),
        ("log --run 0", "0 is not in the range 1<=x<=1000000000"),
        ("log --limit many", "'many' is not a valid integer"),
        ("sandbox --port 70000", "70000 is not in the range"),
        ("check one two", "unexpected extra argument"),
    ],
)
def test_a_command_that_is_not_understood_exits_with_64(line: str, told: str) -> None:
    """Misuse has a code of its own: 2 means that a run may be tried again."""
    done = command(*line.split())
    assert (done.returncode, done.stdout) == (64, "")
    assert told in words(done.stderr)


def test_a_workflow_is_asked_about_a_record(tmp_path: Path) -> None:
    """A name alone is not taken for a record that nobody knows (B5)."""
    command("init", folder=tmp_path)
    done = command("explain", "Closed leads leave", folder=tmp_path)
    assert (done.returncode, done.stdout) == (64, "")
    assert '"Closed leads leave" is asked about a record, and none is given' in words(done.stderr)


# init and check


def test_init_makes_a_workspace_that_is_right_and_runs(tmp_path: Path) -> None:
    """The first rule file has no fault and a run over empty systems writes nothing (B1)."""
    done = command("init", "acme", folder=tmp_path)
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "wrote acme/syncline.toml",
        "wrote acme/main.rules",
        "Next: `cd acme`, then `syncline check`, then `syncline plan`, then `syncline run`.",
    ]
    folder = tmp_path / "acme"
    assert "no faults, checked against" in command("check", folder=folder).stdout
    assert "Nothing to do: both sides are in step." in command("plan", folder=folder).stdout
    report = document("report", command("run", "--json", folder=folder))
    assert (report["state"], report["done"]) == ("done", [])


def test_init_touches_no_file_that_is_there(tmp_path: Path) -> None:
    """A second init is refused, and a rule file that was there before is kept (B8)."""
    (tmp_path / "main.rules").write_text("# mine\n", "utf-8")
    done = command("init", "--json", folder=tmp_path)
    assert json.loads(done.stdout) == {"made": ["syncline.toml"]}
    settings = (tmp_path / "syncline.toml").read_bytes()
    again = command("init", folder=tmp_path)
    assert (again.returncode, again.stdout) == (3, "")
    assert "is a workspace already" in again.stderr
    assert "nothing was changed" in again.stderr
    assert document("error", command("init", "--json", folder=tmp_path))["exit_code"] == 3
    assert (tmp_path / "main.rules").read_text("utf-8") == "# mine\n"
    assert (tmp_path / "syncline.toml").read_bytes() == settings
    (tmp_path / "file").write_text("", "utf-8")
    assert command("init", "file/below", folder=tmp_path).returncode == 3


def test_check_tells_where_a_slip_is_and_what_to_write(waiting: Path) -> None:
    """The line, the place in it, and the word that was meant; a run is refused (B2)."""
    path = waiting / "main.rules"
    path.write_text(path.read_text("utf-8").replace("match Email", "match Emial"), "utf-8")
    done = command("check", folder=waiting)
    assert (done.returncode, done.stderr) == (1, "")
    assert "error[E202]: field `Emial` is not known in Lead (local)" in done.stdout
    assert "did you mean `Email`?" in done.stdout
    place = r"^  main\.rules:8:11\n   8 \|     match Emial = email\n +\|           \^{5}$"
    assert re.search(place, done.stdout, re.MULTILINE)
    assert "= write `Email`" in done.stdout
    told = words(done.stdout)
    assert "main.rules: 1 error and 1 warning, checked against the fields of local (CRM)" in told
    found = document("check", command("check", "--json", folder=waiting))
    fault, _warning = found["diagnostics"]
    assert (found["ok"], fault["code"], fault["fix"]["text"]) == (False, "E202", "Email")
    assert (fault["span"]["line"], fault["span"]["column"]) == (8, 11)
    for name in ("run", "plan"):
        done = command(name, folder=waiting)
        assert (done.returncode, done.stdout) == (1, "")
        assert "line 8: field `Emial` is not known" in done.stderr
        assert "Error: main.rules has 1 error" in done.stderr
        assert document("error", command(name, "--json", folder=waiting))["exit_code"] == 1
    assert not (waiting / "ledger.sqlite").exists()


def test_check_takes_a_file_in_a_workspace_or_alone(waiting: Path, tmp_path: Path) -> None:
    """Another file is checked against this workspace's systems, or against the embedded ones."""
    other = tmp_path / "other.rules"
    other.write_text((waiting / "main.rules").read_text("utf-8"), "utf-8")
    for folder in (waiting, tmp_path):
        found = document("check", command("check", str(other), "--json", folder=folder))
        assert (found["ok"], found["file"]) == (True, "other.rules")
        assert found["checked_against"] == {"crm": "local", "cadence": "local"}
    found = document("check", command("check", "-w", "ws", "--fresh", "--json", folder=tmp_path))
    assert (found["file"], found["statements"]) == ("main.rules", 6)


# plan and run


def test_a_plan_and_the_run_that_does_it(waiting: Path) -> None:
    """What is planned with its price is then done, and after that there is nothing (B3)."""
    plan = document("plan", command("plan", "--json", folder=waiting))
    assert plan["counts"]["written"] == 2
    assert plan["price"] == {"crm": 2, "cadence": 2}
    shown = command("plan", folder=waiting)
    assert shown.returncode == 0
    assert re.search(r"CRM +│ Lead +│ create +│ +1 ", shown.stdout)
    assert re.search(r"cadence +│ prospect +│ create +│ +1 ", shown.stdout)
    words = "The run would cost 2 calls of the CRM: 1 for looking for changes, 1 for writing."
    assert words in shown.stdout
    ran = command("run", folder=waiting)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert re.search(r"Run 1: done in \d+\.\d s", ran.stdout)
    assert re.search(r"written +│ 2 │ led to a write or an action", ran.stdout)
    assert re.search(r"CRM: 2 calls in this run \(2 planned\), \d+ in 24 hours", ran.stdout)
    report = document("report", command("run", "--json", folder=waiting))
    assert (report["run"], report["state"], report["done"]) == (2, "done", [])
    assert "Nothing was written." in command("run", folder=waiting).stdout


def test_a_run_with_refused_records_exits_with_2(tmp_path: Path) -> None:
    """The others are written, and the vendor's code stands in the log (B8, K13)."""
    with support.local_world(tmp_path, RULES, support.Clock(datetime.now(UTC))) as world:
        world.prospect("Max", city="M" * 60)
        world.prospect("Bob")
    done = command("run", folder=world.folder)
    assert (done.returncode, done.stderr) == (2, "")
    assert re.search(r"failed +│ 1 │ refused by a system", done.stdout)
    done = command("run", "--json", folder=world.folder)
    assert done.returncode == 2
    assert document("report", done)["counts"]["failed"] == 1
    assert "STRING_TOO_LONG" in command("log", "--kind", "fail", folder=world.folder).stdout


def _now() -> datetime:
    return datetime.now(UTC)


def test_two_runs_never_work_at_once(waiting: Path) -> None:
    """The second one is told to wait, with the code for trying again (promise 4)."""
    with closing(Ledger(waiting / "ledger.sqlite")) as ledger, Lease(ledger, _now, waiting):
        for name in ("run", "plan"):
            done = command(name, folder=waiting)
            assert (done.returncode, done.stdout) == (2, "")
            assert "Error: another run is at work in" in done.stderr
            assert "Wait until it has ended" in done.stderr
            assert document("error", command(name, "--json", folder=waiting))["exit_code"] == 2
    assert command("run", folder=waiting).returncode == 0


@pytest.mark.parametrize("line", ["check", "plan", "run", "log", "why ann@example.com"])
def test_a_folder_that_is_no_workspace_exits_with_3(tmp_path: Path, line: str) -> None:
    """It says what is missing and how to make it, in words or in JSON, and makes nothing."""
    done = command(*line.split(), folder=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert f"{tmp_path} is not a workspace: it has no syncline.toml" in done.stderr
    assert "`syncline init` makes one" in done.stderr
    found = document("error", command(*line.split(), "--json", folder=tmp_path))
    assert found["exit_code"] == 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (
            'url = "https://acme.example"\nclient_id = "x"\nclient_secret = "s3cret"',
            "set it in the environment as SYNCLINE_SALESFORCE_CLIENT_SECRET, or run `syncline",
        ),
        (
            'url = ""\nclient_id = "x"',
            "url: '' will not do: The org's own address, as in https://example.my.salesforce.com",
        ),
    ],
    ids=["secret", "url"],
)
def test_settings_that_will_not_do(waiting: Path, settings: str, told: str) -> None:
    """What is wrong is told in words: no secret is repeated, and no pattern is shown (RS1)."""
    path = waiting / "main.rules"
    path.write_text(path.read_text("utf-8").replace("to local", "to salesforce", 1), "utf-8")
    with (waiting / "syncline.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[connections.salesforce]\n{settings}\n")
    done = command("check", folder=waiting, SYNCLINE_SALESFORCE_CLIENT_SECRET="x")
    assert (done.returncode, done.stdout) == (3, "")
    assert told in words(done.stderr)
    assert "s3cret" not in done.stderr
    assert "^" not in done.stderr


def test_a_missing_secret_is_named_with_its_variable(waiting: Path) -> None:
    """Where a secret is to be put is told; a secret never stands in a file (RS1)."""
    path = waiting / "main.rules"
    path.write_text(path.read_text("utf-8").replace("to local", "to salesforce", 1), "utf-8")
    done = command("run", folder=waiting)
    assert done.returncode == 3
    assert "Run `syncline connect salesforce`." in done.stderr
    with (waiting / "syncline.toml").open("a") as file:
        file.write('[connections.salesforce]\nurl = "http://127.0.0.1:9"\nclient_id = "c"\n')
    done = command("run", folder=waiting, SYNCLINE_SALESFORCE_CLIENT_SECRET="")
    assert done.returncode == 3
    assert "or set SYNCLINE_SALESFORCE_CLIENT_SECRET in the environment" in words(done.stderr)
    done = command("run", folder=waiting, SYNCLINE_SALESFORCE_CLIENT_SECRET="hush-hush")
    assert done.returncode == 2
    assert "127.0.0.1 could not be reached" in done.stderr
    assert "hush" not in done.stderr + done.stdout


# log and why


def test_the_log_shows_every_kind_of_line_with_its_reason(office: Path) -> None:
    """What, when, in which run, and why; the newest first (K13)."""
    lines = document("log", command("log", "--json", folder=office))["lines"]
    assert {line["kind"] for line in lines} == set(KINDS)
    assert all(line["reason"] for line in lines)
    assert [line["at"] for line in lines] == sorted((x["at"] for x in lines), reverse=True)
    shown = command("log", folder=office).stdout
    assert re.search(r"run 2 +update +prospect prs_000001\s+first_name: Johnathan -> Jon", shown)
    assert "the value Johnathan of the cadence lost [main.rules:9]" in words(shown)
    assert "run 1" in shown


@pytest.mark.parametrize("kind", [*KINDS, *FATES])
def test_the_log_is_narrowed_to_a_kind(office: Path, kind: str) -> None:
    """--kind leaves lines of that kind and loses none (K13)."""
    every = document("log", command("log", "--json", folder=office))["lines"]
    found = document("log", command("log", "--json", "--kind", kind, folder=office))["lines"]
    logged = FATES.get(kind, kind)
    assert found == [line for line in every if line["kind"] == logged]
    assert f" {logged} " in command("log", "--kind", kind, folder=office).stdout


def test_the_log_is_narrowed_to_a_run_a_record_and_a_number(office: Path) -> None:
    """--run, --record and --limit narrow it, together too (K13)."""
    every = document("log", command("log", "--json", folder=office))["lines"]

    def log(*given: str) -> list[dict[str, Any]]:
        found = document("log", command("log", "--json", *given, folder=office))
        lines: list[dict[str, Any]] = found["lines"]
        return lines

    assert log("--run", "1") == [line for line in every if line["run"] == 1]
    assert log("--run", "9") == []
    assert log("--limit", "3") == every[:3]
    john = log("--record", "john@example.com")
    assert john == [line for line in every if line["cadence_id"] == "prs_000001"]
    assert log("--record", "prs_000001") == john == log("--record", " JOHN@example.com")
    assert {line["kind"] for line in log("--record", "prs_000001", "--run", "2")} == {
        "update", "action",
    }  # fmt: skip


def test_why_tells_who_wrote_a_field_and_what_lost(office: Path) -> None:
    """By an address or an id of either side; a field brings the one it is mapped to (B5)."""
    shown = words(command("why", "john@example.com", folder=office).stdout)
    assert "Why john@example.com is as it is" in shown
    assert re.search(r"Known as 00Q\d+, john@example\.com, prs_000001\.", shown)
    assert 'workflow "Onwards"' in shown
    field = words(command("why", "prs_000001", "FirstName", folder=office).stdout)
    assert "first_name: Johnathan -> Jon" in field
    assert "changed on both sides; the CRM was modified last" in field
    assert "Onwards" not in field
    found = document("why", command("why", "prs_000001", "Company", "--json", folder=office))
    assert found["lines"] == []
    assert [row["crm_field"] for row in found["pairs"][0]["rows"]] == ["Company"]
    quiet = command("why", "prs_000001", "Company", folder=office)
    assert "No run has written it: its value is the system's own." in quiet.stdout


@pytest.mark.parametrize("line", ["why nobody@example.com", "log --record nobody@example.com"])
def test_a_record_that_nobody_knows(office: Path, line: str) -> None:
    """It is said, with what may be given instead; the code asks for a person (B5, K13)."""
    done = command(*line.split(), folder=office)
    assert (done.returncode, done.stdout) == (3, "")
    assert "Error: no record is known by nobody@example.com" in done.stderr
    assert "Give an id of either system, or a match key" in done.stderr
    found = document("error", command(*line.split(), "--json", folder=office))
    assert found["exit_code"] == 3


def test_a_log_without_lines_says_so(tmp_path: Path) -> None:
    """Nothing at all is told otherwise than nothing of what was asked for (K13)."""
    command("init", folder=tmp_path)
    command("run", folder=tmp_path)
    assert command("log", folder=tmp_path).stdout == "Nothing has happened yet.\n"
    for narrow in ("--kind=held", "--run=1"):
        done = command("log", narrow, folder=tmp_path)
        assert done.stdout == "Nothing of that kind has happened.\n"


def test_a_workspace_in_which_nothing_has_run_has_no_history(waiting: Path) -> None:
    """Asking for it says so and makes no ledger (K13)."""
    for line in ("log", "why ann@example.com"):
        done = command(*line.split(), folder=waiting)
        assert (done.returncode, done.stdout) == (3, "")
        assert "nothing has run here yet" in done.stderr
    assert not (waiting / "ledger.sqlite").exists()


# connectors and sandbox


def test_connectors_says_what_each_needs(tmp_path: Path) -> None:
    """Names, sides, settings and secrets, and whether there is an imitation to try (B10)."""
    shown = command("connectors", folder=tmp_path)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "local  Local files, as crm or cadence" in shown.stdout
    assert "salesforce  Salesforce, as crm" in shown.stdout
    assert "[connections.salesforce] url: needed." in shown.stdout
    assert "or, without connecting, SYNCLINE_SALESFORCE_CLIENT_SECRET" in shown.stdout
    assert "`syncline sandbox salesforce`" in shown.stdout
    found = document("connectors", command("connectors", "--json", folder=tmp_path))
    kinds = {kind["name"]: kind for kind in found["connectors"]}
    assert found["faults"] == []
    assert kinds["local"]["sides"] == ["crm", "cadence"]
    ways = kinds["salesforce"]["ways"]
    assert [(way["grant"], way["secrets"]) for way in ways] == [
        ("web", []),
        ("jwt", ["private_key"]),
        ("client", ["client_secret"]),
    ]
    assert [kinds[name]["sandbox"] for name in ("local", "salesforce")] == [False, True]


@contextmanager
def started(*line: str, folder: Path) -> Generator[subprocess.Popen[str]]:
    """Start a command that goes on until it is stopped."""
    with subprocess.Popen(
        [SYNCLINE, *line],
        cwd=folder,
        env={**os.environ, "COLUMNS": "100", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_the_sandbox_serves_until_it_is_stopped(tmp_path: Path, by: signal.Signals) -> None:
    """It tells its address and how to connect, lets a client in, and ends without a fault (B10)."""
    with started(
        "sandbox", "salesforce", "--port", "0", "--data", "org", folder=tmp_path
    ) as server:
        assert server.stdout is not None
        assert server.stderr is not None
        line = server.stdout.readline()
        found = re.search(r"Salesforce at (http://127\.0\.0\.1:\d+), records in org\.", line)
        assert found is not None, line
        form = {
            "grant_type": "client_credentials", "client_id": "sandbox", "client_secret": "sandbox",
        }  # fmt: skip
        with httpx.Client(base_url=found[1], trust_env=False) as client:
            got = client.post("/services/oauth2/token", data=form)
            assert (got.status_code, got.json()["instance_url"]) == (200, found[1])
            headers = {"Authorization": f"Bearer {got.json()['access_token']}"}
            limits = client.get("/services/data/v62.0/limits", headers=headers)
            assert limits.json()["DailyApiRequests"]["Max"] == 15_000
        server.send_signal(by)
        assert server.wait(timeout=60) == 0
        out, err = server.stdout.read(), server.stderr.read()
    assert err == ""
    assert f'[connections.salesforce]\nurl = "{found[1]}"' in out
    assert "SYNCLINE_SALESFORCE_CLIENT_SECRET=sandbox" in out


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("sandbox nobody", "there is no sandbox for nobody; there are: google, hubspot, microsoft"),
        ("sandbox --host 0.0.0.0", "serves this machine alone, not 0.0.0.0"),
        ("demo --system nobody", "the demo plays in local and salesforce, not in nobody"),
    ],
)
def test_what_cannot_be_served_or_shown(tmp_path: Path, line: str, told: str) -> None:
    """It is refused with what there is instead (B10)."""
    done = command(*line.split(), folder=tmp_path)
    assert done.returncode == 3
    assert told in words(done.stderr)


# The demo, and what happens around a command


def test_the_demo_shows_the_main_job(tmp_path: Path) -> None:
    """Both rename John, the later one wins, and the third run has nothing to write (E3, B5)."""
    done = command("demo", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    text = words(done.stdout)
    assert "1,200 leads, 760 prospects" in text
    assert re.findall(r"Run (\d): done", text) == ["1", "2", "3"]
    assert "The first name is Jon in the CRM and Jon in the cadence: the later change." in text
    assert "first_name: Johnathan -> Jon" in text
    assert "Carla has exited the cadence" in text
    assert "Priya's call is a Task: Asked for a quote by Friday. (184 s)" in text
    third = text[text.index("Run 3: done") :]
    assert "Nothing was written." in third
    assert "demo-local --kind hold" in third
    report = document("report", command("run", "--json", "-w", "demo-local", folder=tmp_path))
    assert (report["state"], report["done"]) == ("done", [])
    john = command("why", "john.appleseed@orchard.example.com", "FirstName", "-w", "demo-local",
                   folder=tmp_path)  # fmt: skip
    assert "Johnathan -> Jon" in john.stdout


def test_the_demo_leaves_a_folder_of_somebody_elses_alone(tmp_path: Path) -> None:
    """It begins anew in a demo's folder, and in no other."""
    mine = tmp_path / "demo-local" / "mine.txt"
    mine.parent.mkdir()
    mine.write_text("mine", "utf-8")
    done = command("demo", folder=tmp_path)
    assert done.returncode == 3
    assert "demo-local" in done.stderr
    assert mine.read_text("utf-8") == "mine"


def test_an_interrupted_command_exits_with_130(tmp_path: Path) -> None:
    """Ctrl-C ends it in words: nothing is lost (promise 8)."""
    with started("demo", folder=tmp_path) as demo:
        assert demo.stdout is not None
        assert any("Made up from seed" in line for line in demo.stdout)
        demo.send_signal(signal.SIGINT)
        _out, err = demo.communicate(timeout=60)
    assert demo.returncode == 130
    assert err.lstrip() == "Interrupted. Nothing is lost; run the command again.\n"


def unheard(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command whose reader is gone before it has said anything."""
    read, write = os.pipe()
    os.close(read)
    try:
        return subprocess.run(
            [SYNCLINE, *line.split()],
            cwd=folder,
            stdout=write,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(write)


@pytest.mark.parametrize(
    "line",
    [
        "--help", "check", "check --json", "plan", "log", "log --json", "why john@example.com",
        "connectors",
    ],
)  # fmt: skip
def test_a_reader_that_has_had_enough_causes_no_fault(office: Path, line: str) -> None:
    """Piped into `head`, a command ends without a word, whether it wrote much or little."""
    assert unheard(line, office).stderr == ""


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("check good.rules", 0),
        ("check bad.rules", 1),
        ("check bad.rules --json", 1),
        ("check bad.rules --format github", 1),
        ("test bad.rules", 1),
        ("fmt --check crooked.rules", 1),
        ("check no.rules", 3),
        ("check --no-such-option", 64),
    ],
)
def test_the_exit_code_is_the_same_when_nobody_reads(tmp_path: Path, line: str, code: int) -> None:
    """A pipeline that asks (`set -o pipefail`) hears of the errors, whatever `head` left unread."""
    rules = RULES.replace("{crm}", "local")
    (tmp_path / "good.rules").write_text(rules, "utf-8")
    (tmp_path / "bad.rules").write_text(rules + "frobnicate\n" * 20, "utf-8")
    (tmp_path / "crooked.rules").write_text(rules.replace(" = ", "  =  "), "utf-8")
    for reader in "true", "head -1":
        done = subprocess.run(
            ["bash", "-c", f"set -o pipefail; {SYNCLINE} {line} 2>&1 | {reader}"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stderr) == (code, "")


def test_a_run_that_nobody_listens_to_is_done_all_the_same(waiting: Path) -> None:
    """Its work does not hang on who reads its report (B8)."""
    assert unheard("run", waiting).stderr == ""
    report = document("report", command("run", "--json", folder=waiting))
    assert (report["run"], report["recovered"], report["done"]) == (2, 0, [])
    assert len(document("log", command("log", "--json", folder=waiting))["lines"]) == 8
