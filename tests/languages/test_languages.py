"""What commands say in each language, how the language is chosen, and that JSON knows none."""

from __future__ import annotations

import gettext
import json
import re
import shutil
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import support
from support import CADENCE, CRM, RULES, command
from support_people import LOGGED_IN
from syncline import Workspace
from syncline.cli.speaking import chosen_language
from syncline.locale import DOMAIN, FOLDER, LANGUAGES, language_of, use
from syncline.locale.sentences import COMMANDS, SECTIONS
from syncline.locale.told import told

GOLDEN = Path(__file__).parent / "golden"
#: The commands that an admin sees most; each is shown in every language.
SHOWN = (
    "check",
    "check broken.rules",
    "plan",
    "run",
    "run",
    "status",
    "holds",
    "resolve nobody --take crm",
    "retry",
    "log",
    "budget",
    "pause --why audit",
    "run",
    "status",
    "resume",
    "nonsense",
    "run --listen 1",
    "status -w nowhere",
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace before a run that has something of everything."""
    clock = support.Clock(datetime.now(UTC))
    rules = RULES.replace("City      <-> city", "City <-> city hold on conflict")
    with support.local_world(tmp_path_factory.mktemp("office"), rules, clock) as world:
        lead = world.lead("John", City="Rome")
        world.prospect("John", city="Rome")
        for name in ("Twin", "Twain"):
            world.lead(name, Email="twin@example.com")
        world.prospect("Twin")
        world.run()
        prospect = str(world.one(CADENCE, "prospect", first_name="John")["id"])
        world.change(CADENCE, "prospect", prospect, first_name="Johnathan", city="Milan")
        world.change(CRM, "Lead", lead, City="Turin")
        world.prospect("Max", city="M" * 60)
    broken = rules.replace("{crm}", "local").replace("City <->", "Ctiy <->")
    (world.folder / "broken.rules").write_text(broken)
    return world.folder


def plain(text: str, folder: Path) -> str:
    """Return what a command printed without what differs from day to day."""
    text = text.replace(str(folder), "FOLDER")
    text = re.sub(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:[\d.+:]+)?", "TIME", text)
    text = re.sub(rf"\b(by|por|par) {re.escape(LOGGED_IN)}\b", r"\1 ops", text)
    text = re.sub(r"\d+\.\d s\b", "0.0 s", text)
    return "\n".join(line.rstrip() for line in text.splitlines())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_commands_that_an_admin_sees_most(
    language: str, office: Path, tmp_path: Path, update: bool
) -> None:
    """Check, plan, run, status, holds, log, budget, errors and help, in each language (RS9)."""
    folder = tmp_path / "office"
    shutil.copytree(office, folder)
    said: list[str] = []
    for line in SHOWN:
        done = command(*line.split(), folder=folder, SYNCLINE_LANGUAGE=language)
        said.append(f"$ syncline {line}  -> {done.returncode}")
        said += [plain(part, folder) for part in (done.stdout, done.stderr) if part]
    golden = GOLDEN / f"{language}.txt"
    found = "\n".join(said) + "\n"
    if update:
        golden.write_text(found, "utf-8")
    assert found == golden.read_text("utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_help_says_what_each_command_does(language: str) -> None:
    """By one line each, under headings (RS9)."""
    catalogue = gettext.translation(DOMAIN, FOLDER, [language], fallback=True)
    said = " ".join(command("--help", SYNCLINE_LANGUAGE=language).stdout.split())
    for line in (*COMMANDS, *SECTIONS):
        # English is cut at the width of a terminal's line.
        assert catalogue.gettext(line)[: 50 if language == "en" else None] in said


@pytest.mark.parametrize("line", ["status", "plan", "log", "holds", "budget", "check", "holds x"])
def test_json_is_the_same_in_every_language(line: str, office: Path) -> None:
    """Programs read it: no word of it is translated, nor of an error (RS9)."""
    said = {
        language: command(*line.split(), "--json", folder=office, SYNCLINE_LANGUAGE=language).stdout
        for language in LANGUAGES
    }
    documents = [json.loads(text) for text in said.values()]
    # Each look at the changes costs a call: the figures of the budget differ, its words do not.
    words = [re.findall(r'"[^"]*"', plain(json.dumps(each), office)) for each in documents]
    assert words[0] == words[1] == words[2]


# How it is chosen


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "es_ES.UTF-8"}, "es"),
        ({"LANG": "fr"}, "fr"),
        ({"LANG": "fr_CA@euro", "LC_ALL": "es_MX"}, "es"),
        ({"LANG": "fr-FR", "LC_ALL": ""}, "fr"),
        ({"LANG": "fr_FR", "LC_MESSAGES": "es_ES"}, "es"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_machines_language(environ: dict[str, str], language: str) -> None:
    """LC_ALL before LC_MESSAGES before LANG; what there is not is English (RS9)."""
    assert language_of(environ) == language


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace in which the company speaks Spanish."""
    folder = tmp_path_factory.mktemp("settled")
    assert command("init", folder=folder).returncode == 0
    with Workspace(folder) as workspace:
        workspace.preferences.set("language", "es")
    return folder


@pytest.mark.parametrize(
    ("arguments", "environ", "language"),
    [
        ("status -w {folder}", {}, "es"),
        ("status --workspace={folder}", {"LANG": "fr_FR"}, "es"),
        ("--language en status -w {folder}", {}, "en"),
        ("--language=fr status -w {folder}", {"SYNCLINE_LANGUAGE": "en"}, "fr"),
        ("status -w {folder}", {"SYNCLINE_LANGUAGE": "fr"}, "fr"),
        ("--language xx status -w {folder}", {"LANG": "fr_FR"}, "en"),
        ("status -w {folder}/nowhere", {"LANG": "fr_FR"}, "fr"),
        ("status -- -w {folder}", {"LANG": "fr_FR"}, "fr"),
    ],
)
def test_the_nearest_word_about_the_language_counts(
    arguments: str, environ: dict[str, str], language: str, settled: Path
) -> None:
    """The option, the variable, the person's setting, the machine (RS9)."""
    words = arguments.format(folder=settled).split()
    assert chosen_language(words, environ) == language


def test_a_persons_own_language(
    settled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The setting of whoever is logged in counts over the company's (RS9)."""
    folder = tmp_path / "settled"
    shutil.copytree(settled, folder)
    with Workspace(folder) as workspace:
        workspace.preferences.set("language", "fr", person=LOGGED_IN)
    assert chosen_language(["status", "-w", str(folder)], {}) == "fr"
    monkeypatch.delenv("SYNCLINE_LANGUAGE")
    done = command("status", folder=folder)
    assert done.stdout.startswith("Prêt : les cycles peuvent tourner.")


def test_settings_that_cannot_be_read_hide_no_error(tmp_path: Path) -> None:
    """The machine's language does, and the command itself tells what is wrong."""
    assert command("init", folder=tmp_path).returncode == 0
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "data" / "settings.json").write_text("{")
    assert chosen_language(["-w", str(tmp_path)], {"LANG": "fr_FR"}) == "fr"
    done = command("settings", "show", folder=tmp_path)
    assert "settings.json is damaged" in done.stderr


def test_a_language_that_there_is_not_is_told() -> None:
    """With those that there are."""
    done = command("--language", "xx", "status")
    assert done.returncode == 64
    assert "'en', 'es', 'fr'" in done.stderr


# Sentences with values in them


@pytest.fixture
def spanish(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    before = gettext.textdomain()
    monkeypatch.setenv("LANGUAGE", "es")
    use("es")
    yield
    gettext.textdomain(before)


@pytest.mark.usefixtures("spanish")
@pytest.mark.parametrize(
    ("english", "other"),
    [
        ("changed in the cadence", "cambió en el lado cadencia"),
        (
            "changed on both sides; the rule holds conflicts for a person",
            "cambió en los dos lados; la regla retiene los conflictos para una persona",
        ),
        ("main.rules has 2 errors", "main.rules tiene 2 errores"),
        ("there is no form x; did you mean y?", "no existe el formulario x; ¿quería decir y?"),
        ("matched by Email = email", "coincide por Email = email"),
        ("x {0} is not connected", "x {0} no está conectado"),
        ("changed in the moon {1}", "cambió en el lado moon {1}"),
        ("nobody ever wrote this", "nobody ever wrote this"),
        ("", ""),
    ],
)
def test_a_sentence_is_known_by_its_template(english: str, other: str) -> None:
    """Its values stay as they are; what is not known stays English (RS9)."""
    assert told(english) == other
