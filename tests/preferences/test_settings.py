"""Settings of the company, of teams and of people: what holds, from where, what is refused."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

import syncline_schemas
from support import START, command
from syncline import Workspace, WorkspaceError
from syncline.preferences.book import SettingsBook
from syncline.preferences.calendar import tasks_from
from syncline.preferences.documents import Level, SettingsDocument, document_from_json
from syncline.preferences.effective import Chosen, effective, faults
from syncline.preferences.names import SETTINGS, setting_named
from syncline.preferences.written import read, shown

REVIEW = {"title": "Review", "days": ["mon"], "at": "16:30", "minutes": 30}
PLAN = {"title": "Plan", "days": ["fri"], "at": "09:00", "minutes": 60}


def company(**settings: Any) -> SettingsDocument:
    return SettingsDocument(level=Level.COMPANY, settings=settings)


def team(name: str, **settings: Any) -> SettingsDocument:
    return SettingsDocument(level=Level.TEAM, name=name, settings=settings)


def person(name: str, **settings: Any) -> SettingsDocument:
    return SettingsDocument(level=Level.PERSON, name=name, settings=settings)


@pytest.fixture
def book(tmp_path: Path) -> SettingsBook:
    return SettingsBook(tmp_path, now=lambda: START, who="ops")


# What holds


@pytest.mark.parametrize(
    ("documents", "name", "value", "source"),
    [
        ((), "time_zone", "UTC", "default"),
        ((company(time_zone="Asia/Tokyo"),), "time_zone", "Asia/Tokyo", "company"),
        (
            (company(time_zone="Asia/Tokyo"), team("Paris", time_zone="Europe/Paris")),
            "time_zone",
            "Asia/Tokyo",
            "company",
        ),
        (
            (company(language="en"), team("Paris", language="fr"), person("ann", team="PARIS ")),
            "language",
            "fr",
            "team Paris",
        ),
        (
            (team("Paris", language="fr"), person("Ann", team="Paris", language="es")),
            "language",
            "es",
            "person Ann",
        ),
        ((person("bob", language="es"),), "language", None, "default"),
        (
            (company(daily_cap_email=100), person("ann", daily_cap_email=200)),
            "daily_cap_email",
            100,
            "company",
        ),
        (
            (company(daily_cap_email=100), person("ann", daily_cap_email=50)),
            "daily_cap_email",
            50,
            "person ann",
        ),
        (
            (company(calendar_tasks=[REVIEW]), person("ann", calendar_tasks=[PLAN])),
            "calendar_tasks",
            [REVIEW, PLAN],
            "person ann + company",
        ),
        (
            (
                company(calendar_tasks=[REVIEW]),
                person("ann", calendar_tasks=[{**PLAN, "title": "review"}]),
            ),
            "calendar_tasks",
            [{**PLAN, "title": "review"}],
            "person ann",
        ),
        (
            (company(working_hours={"from": "09:00", "to": "17:00"}), person("ann")),
            "working_hours",
            {"from": "09:00", "to": "17:00"},
            "company",
        ),
    ],
)
def test_the_nearest_level_holds_and_is_named(
    documents: tuple[SettingsDocument, ...], name: str, value: Any, source: str
) -> None:
    """Person over team over company; caps only fall; tasks add up by title (RS8, RS9, RP7)."""
    assert effective(documents, "ann")[name] == Chosen(value, source)


def test_a_team_and_the_company_are_asked_without_a_person() -> None:
    """Nobody's own settings count, and a team is no setting of theirs (RS8)."""
    documents = (company(language="en"), team("Paris", language="fr"), person("ann", language="es"))
    assert effective(documents, team="paris")["language"] == Chosen("fr", "team Paris")
    assert effective(documents)["language"] == Chosen("en", "company")
    assert "team" not in effective(documents)


def test_a_zone_that_is_no_more_is_passed_over_and_told() -> None:
    """What is further away holds meanwhile, and what to write is said (RS9)."""
    documents = (company(time_zone="Europe/Rome"), person("ann", time_zone="US/Pacific-New"))
    assert effective(documents, "ann")["time_zone"] == Chosen("Europe/Rome", "company")
    (told,) = faults(documents)
    assert told == (
        "time_zone of person ann is passed over: the time zone US/Pacific-New no longer exists; "
        "its clocks are those of America/Los_Angeles"
    )


_CAPS = st.none() | st.integers(0, 9)


@given(caps=st.tuples(_CAPS, _CAPS, _CAPS))
def test_no_level_raises_a_cap(caps: tuple[int | None, int | None, int | None]) -> None:
    """Whatever the three say, the lowest holds, and its source says that number (RS8)."""
    first, second, third = ({} if cap is None else {"daily_cap_sms": cap} for cap in caps)
    documents = [company(**first), team("t", **second), person("ann", team="t", **third)]
    value, source = effective(documents, "ann")["daily_cap_sms"]
    said = {d.source: d.settings.get("daily_cap_sms") for d in documents}
    assert value == min((cap for cap in caps if cap is not None), default=None)
    assert said.get(source) == value


# What is kept


def test_each_change_is_kept_with_who_and_when(book: SettingsBook) -> None:
    """The audit has a line a setting, the newest first, with the old value and the new (RS8)."""
    book.set("language", "fr", team="Paris")
    book.set("language", "es", team="paris")
    book.unset("language", team="Paris")
    assert [(c["old"], c["new"], c["who"], c["at"]) for c in book.changes()] == [
        ("es", None, "ops", "2026-11-02T09:00:00Z"),
        ("fr", "es", "ops", "2026-11-02T09:00:00Z"),
        (None, "fr", "ops", "2026-11-02T09:00:00Z"),
    ]
    assert book.documents() == []


def test_what_is_exported_is_imported_alike(book: SettingsBook, tmp_path: Path) -> None:
    """Documents go round whole, and the same ones again leave no line (RS8, RS9)."""
    book.set("time_zone", "Europe/Paris")
    book.set("calendar_tasks", [REVIEW, PLAN], person="ann@acme.example")
    document = {"documents": [each.to_json() for each in book.documents()]}
    assert syncline_schemas.check("settings_export", document) == []
    other = SettingsBook(tmp_path / "other", now=lambda: START, who="ops")
    other.take(document)
    other.take(document)
    assert other.documents() == book.documents()
    assert len(other.changes()) == 2


def test_one_document_of_several_that_will_not_do_leaves_all_as_it_was(book: SettingsBook) -> None:
    """An import is taken whole or not at all."""
    good = company(language="fr").to_json()
    bad = team("Paris", time_zone="Europe/Atlantis").to_json()
    with pytest.raises(WorkspaceError, match=r"document 2, time_zone: there is no time zone"):
        book.take({"documents": [good, bad]})
    assert (book.documents(), book.changes()) == ([], [])


def test_an_old_value_that_lost_its_meaning_hinders_no_other(book: SettingsBook) -> None:
    """Beside a zone that is no more, another setting may be set (RS9)."""
    book.set("language", "fr", person="ann")
    path = book._path  # pyright: ignore[reportPrivateUsage] - as if an older version had written it
    path.write_text(path.read_text().replace('"language":"fr"', '"time_zone":"US/Pacific-New"', 1))
    book.set("language", "es", person="ann")
    assert book.effective("ann")["language"].value == "es"
    assert book.effective("ann")["time_zone"] == Chosen("UTC", "default")
    assert len(book.faults()) == 1


def test_half_a_sign_is_kept_as_a_question_mark(book: SettingsBook) -> None:
    """What no file takes keeps no document out."""
    book.take(team("Par\ud800is", holidays="France").to_json())
    assert [each.name for each in book.documents()] == ["Par?is"]


def test_changes_of_several_at_once_are_all_kept(tmp_path: Path) -> None:
    """None is written over by another: a lock lets one in at a time."""

    def work(number: int) -> None:
        mine = SettingsBook(tmp_path, now=lambda: START, who=str(number))
        for language in ("fr", "es") * 5:
            mine.set("language", language, person=f"p{number}")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    book = SettingsBook(tmp_path, now=lambda: START, who="")
    assert [d.name for d in book.documents()] == ["p0", "p1"]
    assert len(book.changes()) == 20


# What is refused


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("time_zone", "Europe/Pari", "there is no time zone Europe/Pari (any more); did you mean"),
        ("time_zone", "Mars", "there is no time zone Mars (any more): write one such as"),
        ("language", "de", "settings.language: 'de' is not one of"),
        ("calendly_url", "http://calendly.com/ann", "is no Calendly link"),
        ("calendly_url", "https://calendly.com.evil.example/ann", "is no Calendly link"),
        ("calendly_url", "https://ann@calendly.com/x", "is no Calendly link"),
        ("calendly_url", "https://calendly.com/", "names nobody"),
        ("calendly_url", "https://[calendly.com/ann", "is no web address"),
        ("working_days", [], "should be non-empty"),
        ("working_days", ["monday"], "settings.working_days.0"),
        ("working_hours", {"from": "17:00", "to": "09:00"}, "the hours run backwards"),
        ("working_hours", {"from": "9:00", "to": "25:00"}, "a time of day such as 09:30"),
        ("holidays", "Frnace", "there is no country Frnace; did you mean France?"),
        ("daily_cap_sms", -1, "settings.daily_cap_sms"),
        ("calendar_tasks", [REVIEW, {**PLAN, "title": "REVIEW "}], "two tasks have the title"),
        ("team", "Paris", "team is set for a person alone"),
        ("zone", "x", "there is no setting zone"),
    ],
)
def test_a_value_that_will_not_do_changes_nothing(
    book: SettingsBook, name: str, value: Any, told: str
) -> None:
    """The message says what is wrong (RS9)."""
    with pytest.raises(WorkspaceError) as caught:
        book.set(name, value)
    assert told in caught.value.message
    assert book.documents() == []


def test_a_document_of_a_newer_version_is_refused(book: SettingsBook) -> None:
    """It says to upgrade, and nothing has changed."""
    newer = {**company(language="fr").to_json(), "version": 2, "tone": "warm"}
    with pytest.raises(WorkspaceError, match="newer version") as caught:
        book.take(newer)
    assert caught.value.hint.startswith("Nothing was changed. Upgrade")
    book.set("language", "fr")
    path = book._path  # pyright: ignore[reportPrivateUsage] - as a newer version left it
    path.write_text(path.read_text().replace('"version":1', '"version":9', 1))
    with pytest.raises(WorkspaceError, match=r"data/settings.json belongs to a newer version"):
        book.effective()


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ([], "is not of type 'object'"),
        ({"version": 1}, "level and name and settings are missing"),
        (company(tone="warm").to_json(), "tone is not known"),
        (team("").to_json(), "a team and a person have a name"),
        ({**company().to_json(), "name": "Acme"}, "the company has none"),
    ],
)
def test_what_is_no_document_is_told(document: Any, told: str) -> None:
    """With the first thing that is wrong."""
    with pytest.raises(WorkspaceError) as caught:
        document_from_json(document, "it")
    assert told in caught.value.message


# As written


@pytest.mark.parametrize(
    ("name", "words", "value"),
    [
        ("working_days", "Mon to Fri", ["mon", "tue", "wed", "thu", "fri"]),
        ("working_days", "wed, monday", ["mon", "wed"]),
        ("working_hours", "9:00 to 17:30", {"from": "09:00", "to": "17:30"}),
        ("daily_cap_call", "40", 40),
        ("language", "FR", "fr"),
        ("calendar_tasks", "Review: mon 16:30 for 30 minutes", [REVIEW]),
    ],
)
def test_a_value_is_written_in_plain_words(name: str, words: str, value: Any) -> None:
    """What is shown is read as the same again."""
    setting = setting_named(name)
    assert read(setting, [words]) == value
    assert read(setting, shown(name, value).split("; ")) == value


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_has_an_example_that_may_be_set(book: SettingsBook, name: str) -> None:
    """And a sentence that says what it is for."""
    setting = SETTINGS[name]
    assert setting.summary.endswith(".")
    book.set(name, read(setting, [setting.example.strip('"')]), person="ann")
    assert book.effective("ann")[name].source == "person ann"


# On the calendar


def test_tasks_keep_their_hour_over_the_change_of_the_clocks() -> None:
    """A time that the clocks leap over comes as much later as they leap (RS9, B11)."""
    night = {"title": "Night", "days": ["sun"], "at": "02:30", "minutes": 60}
    found = effective(
        [person("ann", time_zone="Europe/Paris", calendar_tasks=[REVIEW, night])], "ann"
    )
    tasks = tasks_from(found, datetime(2026, 3, 23, 8, tzinfo=UTC), 8)
    assert [each.start.isoformat() for each in tasks] == [
        "2026-03-23T16:30:00+01:00",
        "2026-03-29T03:30:00+02:00",
        "2026-03-30T16:30:00+02:00",
    ]
    assert {(each.end - each.start).seconds for each in tasks} == {1800, 3600}


def test_a_task_on_a_holiday_says_which() -> None:
    """By the country whose holidays are kept (RS9)."""
    found = effective([person("ann", holidays="France", calendar_tasks=[PLAN])], "ann")
    (task,) = tasks_from(found, datetime(2026, 12, 25, 8, tzinfo=UTC), 1)
    assert task.day_off == "Christmas Day"


# From the command line and from Python


def test_a_workspace_gives_the_settings_to_hosts(tmp_path: Path) -> None:
    """One property leads to all of it (RP7)."""
    assert command("init", folder=tmp_path).returncode == 0
    with Workspace(tmp_path, who="ops@acme.example") as workspace:
        workspace.preferences.set("working_days", ["mon"], team="Paris")
        workspace.preferences.set("team", "Paris", person="ann")
        found = workspace.preferences.effective("ann")["working_days"]
        assert found == Chosen(["mon"], "team Paris")
        assert {line["who"] for line in workspace.preferences.changes()} == {"ops@acme.example"}


def test_the_commands_set_show_and_move_settings(tmp_path: Path) -> None:
    """Documents are valid by their schemas, and an export is taken back (RS8, RS9)."""

    def told(schema: str, *words: str) -> Any:
        done = command("settings", *words, folder=tmp_path)
        assert (done.returncode, done.stderr) == (0, ""), done
        found = json.loads(done.stdout)
        assert syncline_schemas.check(schema, found) == []
        return found

    assert command("init", folder=tmp_path).returncode == 0
    told("settings", "set", "time_zone", "Europe/Paris", "--json")
    told("settings", "set", "calendar_tasks", "Stand-up: mon to sun 09:00 for 10 minutes",
         "--person", "ann", "--json")  # fmt: skip
    found = told("settings_shown", "show", "--person", "ann", "--json")
    assert found["settings"]["time_zone"] == {"value": "Europe/Paris", "source": "company"}
    assert len(told("settings_calendar", "calendar", "--person", "ann", "--json")["tasks"]) == 7
    exported = told("settings_export", "export")
    (tmp_path / "all.json").write_text(json.dumps(exported))
    told("settings", "unset", "time_zone", "--json")
    told("settings_export", "import", "all.json", "--json")
    assert told("settings_export", "export") == exported
    assert len(told("settings_log", "log", "--json")["changes"]) == 4
    shown = command("settings", "show", "--person", "ann", folder=tmp_path).stdout
    assert "time_zone        Europe/Paris  [company]\n" in shown
    assert "Stand-up: mon,tue,wed,thu,fri,sat,sun 09:00 for 10 minutes  [person ann]" in shown
    both = command("settings", "show", "--person", "a", "--team", "b", folder=tmp_path)
    assert (both.returncode, "either --team or --person" in both.stderr) == (64, True)
    (tmp_path / "all.json").write_text("{")
    spoilt = command("settings", "import", "all.json", folder=tmp_path)
    assert (spoilt.returncode, spoilt.stderr.startswith("Error: all.json is no JSON")) == (3, True)
