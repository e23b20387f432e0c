"""The ready rule files: each is a whole settings page, checked, tested and run over HTTP."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from support import Clock
from syncline import Context, Faults, SandboxContext, Side, Workspace, Write
from syncline.net.serving import beside
from syncline.plugins import load_plugins
from syncline.trials.run import run_tests
from syncline_grammar.writing.formatter import format_text

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
CADENCE = Side.CADENCE

#: Each file, its CRM, the object of people there, and the fields of one of them.
PAGES = [
    ("koncert", "salesforce", "Lead"),
    ("etrigue", "salesforce", "Lead"),
    ("ringover_salesforce", "salesforce", "Lead"),
    ("ringover_pipedrive", "pipedrive", "person"),
]
#: Files with a page of their own, which other tests run over HTTP.
OTHERS = [("salesforce", "salesforce"), ("hubspot", "hubspot")]
PERSON = {
    "first_name": "Ann",
    "last_name": "Lee",
    "company_name": "Acme",
    "email": "ann@acme.example",
    "job_title": "CTO",
}


@dataclass
class Page:
    """A workspace with one ready file, its CRM served on loopback."""

    folder: Path
    environ: dict[str, str]
    clock: Clock
    url: str

    @contextmanager
    def workspace(self) -> Generator[Workspace]:
        with Workspace(self.folder, environ=self.environ, now=self.clock) as found:
            yield found

    def run(self) -> Any:
        self.clock.now += timedelta(minutes=5)
        with self.workspace() as workspace:
            report = workspace.run()
        assert (report.state, report.faults) == ("done", ())
        assert report.candidates == sum(report.counts.values())
        return report

    def cadence(self) -> Any:
        """Return a connection to the cadence that somebody else holds."""
        context = Context(
            side=CADENCE,
            settings={},
            secrets={},
            folder=self.folder,
            now=self.clock,
            spend=lambda _price, _what: None,
        )
        return load_plugins().connectors["local"].open(context)


@contextmanager
def served(name: str, crm: str, folder: Path) -> Generator[Page]:
    clock = Clock()
    sandbox = load_plugins().sandboxes[crm]
    (folder / "crm").mkdir()
    app = sandbox.app(SandboxContext(folder=folder / "crm", now=clock, faults=Faults()))
    with beside(app) as url:
        place = folder / "ws"
        place.mkdir()
        rules = (EXAMPLES / f"{name}.rules").read_text("utf-8")
        (place / "main.rules").write_text(rules, "utf-8")
        lines = ["version = 1", 'rules = "main.rules"', f"[connections.{crm}]"]
        lines += ['way = "token"'] if crm == "pipedrive" else []
        lines += [f'{key} = "{value}"' for key, value in sandbox.settings(url).items()]
        (place / "syncline.toml").write_text("\n".join(lines) + "\n", "utf-8")
        environ = {f"SYNCLINE_{crm}_{key}".upper(): value for key, value in sandbox.secrets.items()}
        yield Page(place, environ, clock, url)


@pytest.fixture(scope="module", params=PAGES, ids=[name for name, *_ in PAGES])
def page(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Generator[tuple[Page, str]]:
    name, crm, person = request.param
    with served(name, crm, tmp_path_factory.mktemp(name)) as found:
        yield found, person


def test_it_has_no_fault_and_its_own_tests_pass(page: tuple[Page, str]) -> None:
    """Checked against the vendor's own fields, in its one form (K1 to K11, E1 to E8, RS6, RP5)."""
    found, _person = page
    it_is_right(found)


@pytest.mark.parametrize(("name", "crm"), OTHERS, ids=[name for name, _ in OTHERS])
def test_the_other_files_have_no_fault_either(name: str, crm: str, tmp_path: Path) -> None:
    """The files of the CRMs' own pages, checked and tested alike (RS2, RS6, RP2, RP5)."""
    with served(name, crm, tmp_path) as found:
        it_is_right(found)


def it_is_right(page: Page) -> None:
    """Hold that the file has no fault and one form, and that its tests show what comes over."""
    with page.workspace() as workspace:
        rules = workspace.rules
        assert rules.diagnostics == ()
        report = run_tests(rules)
    assert report.results
    assert [each.name for each in report.results if each.faults] == []
    assert [gap.what for gap in report.unused if "<-" in gap.what] == []
    assert [each.text for each in report.unshown if each.owner.startswith("activity")] == []
    text = rules.source.text
    assert format_text(text).text == text


def test_it_runs_both_ways_and_settles(page: tuple[Page, str]) -> None:
    """A prospect becomes a record of the CRM once; then there is nothing left to write."""
    found, person = page
    found.run()
    hand = found.cadence()
    (made,) = hand.write("prospect", [Write(key="person:1", values=PERSON)])
    found.run()
    # What the CRM itself adds (a status, an organisation) comes over in the next run.
    found.run()
    assert found.run().writes == 0
    with found.workspace() as workspace:
        system = workspace.systems[Side.CRM]
        pages = list(system.connector.changes(person, ["id" if person == "person" else "Id"], None))
    assert sum(len(each.records) for each in pages) == 1
    found.clock.now += timedelta(minutes=1)
    hand.write("prospect", [Write(id=made.id, values={"last_name": "Roe"})])
    assert found.run().writes == 1
    assert found.run().writes == 0
    hand.close()


def test_the_sandbox_is_reached_over_http(page: tuple[Page, str]) -> None:
    """Nothing here is a mock: a stranger without a token is turned away by the same server."""
    found, person = page
    path = "/api/v2/persons" if person == "person" else "/services/data/v62.0/limits"
    assert httpx.get(found.url + path, trust_env=False).status_code == 401
