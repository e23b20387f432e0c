"""How connections stand, and how they are given up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

import syncline_schemas
from support_access import Office
from support_vendor import CLIENT_ID, CLIENT_SECRET, TOKEN
from syncline import FatalError, Grant, RetriableError, Side, SynclineError, WorkspaceError
from syncline.admission.states import ConnectionState, State
from syncline.ledger.codec import stamp
from syncline.ledger.tables import breakers, runs

NOTHING: Mapping[str, str] = {}
SECRET = {"SYNCLINE_ACME_CLIENT_SECRET": CLIENT_SECRET}
DOWN = {"en": "does not answer", "es": "no responde", "fr": "ne répond pas"}
ANOTHER = {"SYNCLINE_ACME_CLIENT_SECRET": "another-secret"}


def state(
    office: Office, environ: Mapping[str, str] = NOTHING, *, check: bool = False
) -> ConnectionState:
    """Return how Acme stands, read from a document that fits its schema."""
    with office.workspace(**environ) as workspace:
        found = workspace.admission.states(check=check)
    document = {"connections": [each.to_json() for each in found]}
    assert syncline_schemas.check("connections", json.loads(json.dumps(document))) == []
    assert "planted" not in json.dumps(document)
    (acme,) = [each for each in found if each.name == "acme"]
    return acme


def test_a_connection_shows_as_whom_and_how_long(office: Office) -> None:
    """RS1, RP1: user, account, scopes, version, the token's end, the last success; no call."""
    office.connect()
    calls = len(office.vendor.seen)
    found = state(office)
    assert (found.state, found.way, found.by_person) == (State.CONNECTED, Grant.WEB, True)
    assert found.identity is not None
    assert found.identity.scopes == ("read", "write")
    assert found.sides == (Side.CRM,)
    assert found.expires is not None
    assert found.dies is not None
    assert (found.dies - found.expires).days == 59
    assert found.last_success is not None
    assert found.last_failure is None
    assert len(office.vendor.seen) == calls


def test_looking_makes_no_ledger(office: Office) -> None:
    """Where nothing ran, nothing is made by looking; afterwards the budget is shown (K6)."""
    assert state(office).budgets == {}
    assert not (office.folder / "ledger.sqlite").exists()
    with office.workspace() as workspace:
        assert workspace.ledger
    assert state(office).budgets[Side.CRM].limit == 5000


def test_what_is_not_connected_says_how_it_can_be(office: Office) -> None:
    """The state names the command and the variables."""
    found = state(office)
    assert found.state is State.NOT_CONNECTED
    assert "syncline connect acme" in found.hint
    done = office.command("connections", "--json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["connections"][0]["state"] == "not connected"


def test_secrets_of_the_environment_connect_too(office: Office) -> None:
    """What the environment holds is a connection, which a check proves and a change undoes."""
    assert state(office, SECRET).state is State.CONNECTED
    found = state(office, SECRET, check=True)
    assert found.identity is not None
    assert (found.by_person, found.way) == (False, Grant.CLIENT)
    # Other secrets have proved nothing yet.
    other = state(office, ANOTHER)
    assert (other.state, other.identity) == (State.CONNECTED, None)
    wrong = state(office, ANOTHER, check=True)
    assert wrong.state is State.NEEDS_PERSON
    assert "invalid_client" in wrong.why
    assert state(office, SECRET, check=True).state is State.CONNECTED


def test_a_check_asks_and_keeps_the_answer(office: Office, quick: list[float]) -> None:
    """`--check` finds a grant that was withdrawn; a later success clears it."""
    office.connect()
    office.clock.forward(hours=2)
    office.vendor.refreshes.clear()
    found = state(office, check=True)
    assert found.state is State.NEEDS_PERSON
    assert found.hint == "Connect again: `syncline connect acme`."
    assert found.last_failure is not None
    assert state(office).state is State.NEEDS_PERSON
    office.connect()
    assert state(office).state is State.CONNECTED


def test_a_vendor_that_is_down_needs_nobody(office: Office, quick: list[float]) -> None:
    """A passing fault is told in a word of its own, with the last failure; exit code 2."""
    office.connect()
    office.clock.forward(hours=2)
    office.vendor.faults = [(503, {})] * 4
    found = state(office, check=True)
    assert (found.state, found.why) == (State.DOWN, "")
    assert found.last_failure is not None
    assert "503" in found.last_failure.message
    assert state(office).state is State.DOWN
    for language, word in DOWN.items():
        done = office.command("--language", language, "connections")
        assert (done.returncode, done.stdout.splitlines()[0].endswith(word)) == (2, True)
    again = state(office, check=True)
    assert (again.state, again.last_failure) == (State.CONNECTED, None)


def test_a_run_that_went_well_since_ends_it(office: Office, quick: list[float]) -> None:
    """What a check found is old news once a whole run got through; one before changes nothing."""
    office.connect()
    office.clock.forward(hours=2)
    office.vendor.faults = [(503, {})] * 4
    assert state(office, check=True).state is State.DOWN
    for hours, found in ((-1, State.DOWN), (1, State.CONNECTED)):
        at = stamp(office.clock.now + timedelta(hours=hours))
        with office.workspace() as workspace, workspace.ledger.begin() as db:
            db.execute(runs.insert().values(state="done", started=at, finished=at))
        assert state(office).state is found


def test_what_runs_gave_up_on_does_not_answer(office: Office, quick: list[float]) -> None:
    """A system that failed so often that runs leave it in peace is not said to be connected."""
    office.connect()
    until = stamp(office.clock.now + timedelta(minutes=1))
    with office.workspace() as workspace, workspace.ledger.begin() as db:
        db.execute(
            breakers.insert().values(side="crm", failures=5, until=until, reason="no connection")
        )
    found = state(office)
    assert (found.state, "failed 5 times in a row" in found.resting) == (State.DOWN, True)
    office.clock.forward(minutes=2)
    assert state(office).state is State.CONNECTED


def test_a_private_token_that_was_withdrawn_needs_a_person(office: Office) -> None:
    """RP1: a run that was refused leaves word of it."""
    office.connect(Grant.TOKEN, {"token": TOKEN})
    access = office.access()
    with pytest.raises(FatalError):
        access.renew(access.token())
    found = state(office)
    assert (found.state, found.way) == (State.NEEDS_PERSON, Grant.TOKEN)
    assert "no longer takes the token" in found.why


def test_what_dies_unused_is_told_before_and_after(office: Office) -> None:
    """RP1: a refresh token that dies after 60 days says until when it must be used."""
    office.connect()
    found = state(office)
    assert found.dies is not None
    assert (found.dies - office.clock.now).days == 59
    office.clock.forward(days=61)
    found = state(office)
    assert found.state is State.NEEDS_PERSON
    assert "was not used until" in found.why


def test_what_cannot_be_renewed_is_told(office: Office) -> None:
    """A vendor that gave no refresh token: it is said at once, and needs a person at its end."""
    office.vendor.without_refresh = True
    assert not office.connect().renewable
    assert state(office).state is State.CONNECTED
    office.clock.forward(hours=2)
    found = state(office)
    assert found.state is State.NEEDS_PERSON
    with pytest.raises(FatalError, match="nothing was given that renews it"):
        office.access()


@pytest.mark.parametrize("port", ["99999", "65536", "0", "abc", "-1"])
def test_an_address_with_an_impossible_port_is_a_fault_of_the_settings(
    office: Office, port: str
) -> None:
    """No server will ever be there: it is told by its name, and no run is to be repeated."""
    office.connect()
    office.settings(f'url = "https://ann:planted@host:{port}"', f'client_id = "{CLIENT_ID}"')
    fault = (
        "[connections.acme] in syncline.toml is not valid: url is no address: the port is a number "
        "from 1 to 65535"
    )
    found = state(office)
    assert (found.state, found.why) == (State.NOT_CONNECTED, fault)
    done = office.command("run")
    assert (done.returncode, done.stderr.splitlines()[0]) == (3, f"Error: {fault}")
    assert "planted" not in done.stderr


@pytest.mark.parametrize("port", ["", ":", ":1", ":65535"])
def test_an_address_with_a_possible_port_is_none(office: Office, port: str) -> None:
    """Without one, the scheme's own holds."""
    office.settings(f'url = "https://host{port}/below"', f'client_id = "{CLIENT_ID}"')
    assert "not valid" not in state(office).why


def test_settings_that_lead_elsewhere_need_a_person(office: Office) -> None:
    """It is seen without a call that what was connected is for another address."""
    office.connect()
    office.settings('url = "https://other.example"', f'client_id = "{CLIENT_ID}"')
    found = state(office)
    assert found.state is State.NEEDS_PERSON
    assert "other settings" in found.why


def test_a_check_is_counted_and_never_refused(office: Office) -> None:
    """K6: the call that asks who we are stands in the budget, also beyond the limit."""
    (office.folder / "main.rules").write_text(
        "connect crm to acme\nconnect cadence to local\n"
        "sync every 15 minutes, at most 1 calls per 24 hours\n"
    )
    with office.workspace() as workspace:
        assert workspace.ledger
    office.connect()
    for _ in range(2):
        state(office, check=True)
    budget = state(office).budgets[Side.CRM]
    assert budget.spent_on == {"identify": 3}
    assert (budget.used, budget.limit) == (3, 1)


def test_both_sides_of_an_embedded_system_are_one_line(office: Office) -> None:
    """A system that asks for no token is connected, and listed once."""
    (office.folder / "main.rules").write_text("connect crm to local\nconnect cadence to local\n")
    with office.workspace() as workspace:
        found = workspace.admission.states(check=True)
    assert [(each.name, each.sides, each.state) for each in found] == [
        ("local", tuple(Side), State.CONNECTED),
        ("acme", (), State.NOT_CONNECTED),
    ]


def test_disconnecting_gives_the_token_back(office: Office) -> None:
    """RS1: the vendor hears of it, and nothing is left here."""
    office.connect()
    done = office.command("disconnect", "acme", "--json")
    assert syncline_schemas.check("disconnect", json.loads(done.stdout)) == []
    assert json.loads(done.stdout) == {"name": "acme", "revoked": True, "why": ""}
    assert office.vendor.asked[-1] == "revoke"
    assert office.vendor.refreshes == set()
    assert state(office).state is State.NOT_CONNECTED
    again = office.command("disconnect", "acme", **SECRET)
    assert again.returncode == 3
    assert "unset SYNCLINE_ACME_CLIENT_SECRET" in again.stderr


REFUSALS: list[tuple[tuple[int, Any], type[SynclineError]]] = [
    ((503, {}), RetriableError),
    ((400, {"error": "no"}), FatalError),
]


@pytest.mark.parametrize(("fault", "kind"), REFUSALS)
def test_a_vendor_that_takes_nothing_back_is_told(
    office: Office, quick: list[float], fault: Any, kind: type[SynclineError]
) -> None:
    """It is forgotten only with `--forget`, and what is left on the vendor's side is said."""
    office.connect()
    office.vendor.faults = [fault] * 4
    with office.workspace() as workspace:
        with pytest.raises(kind) as caught:
            workspace.admission.disconnect("acme")
        assert "--forget" in caught.value.hint
        assert state(office).state is State.CONNECTED
        office.vendor.faults = [fault] * 4
        done = workspace.admission.disconnect("acme", forget=True)
    assert not done.revoked
    assert "was not given back" in done.why
    assert state(office).state is State.NOT_CONNECTED


def test_a_token_goes_back_to_the_system_that_gave_it(office: Office) -> None:
    """With settings that lead elsewhere nothing is sent, and nothing forgotten unasked."""
    office.connect()
    office.settings('url = "https://other.example"', f'client_id = "{CLIENT_ID}"')
    with office.workspace() as workspace:
        with pytest.raises(FatalError, match="shown to no other system"):
            workspace.admission.disconnect("acme")
        assert "revoke" not in office.vendor.asked
        assert not workspace.admission.disconnect("acme", forget=True).revoked


def test_what_cannot_be_read_is_forgotten_when_asked(office: Office) -> None:
    """A connection whose secrets are lost is not given back, and can be forgotten."""
    office.connect()
    document = json.loads((office.folder / "access.json").read_text())
    document["connections"]["acme"]["sealed"] = "nothing"
    (office.folder / "access.json").write_text(json.dumps(document))
    with office.workspace() as workspace:
        with pytest.raises(WorkspaceError, match="cannot be read") as caught:
            workspace.admission.disconnect("acme")
        assert "--forget" in caught.value.hint
        assert "cannot be read" in workspace.admission.disconnect("acme", forget=True).why
    assert state(office).state is State.NOT_CONNECTED


def test_one_that_the_vendor_knows_no_more_is_given_back(office: Office) -> None:
    """A token that a person has revoked already counts as revoked."""
    office.connect()
    office.vendor.refreshes.clear()
    with office.workspace() as workspace:
        assert workspace.admission.disconnect("acme").revoked


def test_a_private_token_is_forgotten_and_stays_good(office: Office) -> None:
    """RP1: where a program cannot revoke, a person is told to."""
    office.connect(Grant.TOKEN, {"token": TOKEN})
    with office.workspace() as workspace:
        done = workspace.admission.disconnect("acme")
        assert (done.revoked, "a person removes it" in done.why) == (False, True)
        with pytest.raises(WorkspaceError, match="nobody has connected"):
            workspace.admission.disconnect("acme")


def test_the_systems_that_can_be_connected_show_their_ways(office: Office) -> None:
    """`syncline connectors` names each way, what it needs, and the variables."""
    document = json.loads(office.command("connectors", "--json").stdout)
    assert syncline_schemas.check("connectors", document) == []
    (acme,) = [each for each in document["connectors"] if each["name"] == "acme"]
    assert [way["grant"] for way in acme["ways"]] == ["web", "client", "jwt", "token"]
    shown = office.command("connectors").stdout
    assert "`syncline connect acme --way jwt`: Make an app, and upload its certificate." in shown
    assert "SYNCLINE_ACME_PRIVATE_KEY" in shown
