"""No secret shows: in a repr, an error and its causes, a log line, an output, or a file."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support_access import Office
from support_vendor import CLIENT_ID, CLIENT_SECRET, PEM
from syncline import Secret, SynclineError
from syncline.admission.assertion import assertion
from syncline.admission.callback import Callback
from syncline.admission.endpoint import Client, Grants
from syncline.admission.page import vendor_page
from syncline.admission.vault import Vault

SECRET = {"SYNCLINE_ACME_CLIENT_SECRET": CLIENT_SECRET}
#: Every secret of the tests' vendor begins with this; a line of the key stands for the key.
PLANTED = ("planted", PEM.splitlines()[3])


def shows(text: str) -> bool:
    return any(secret in text for secret in PLANTED)


def told(error: BaseException) -> str:
    """Return all that is ever printed of an error, with its causes and their reprs."""
    chain: list[str] = []
    found: BaseException | None = error
    while found is not None:
        chain += [repr(found), str(found), repr(found.args)]
        chain += [str(getattr(found, name, "")) for name in ("message", "hint", "request", "doc")]
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)
    return "\n".join([*chain, "".join(traceback.format_exception(error))])


#: The server quotes what it was shown, in each form in which servers refuse.
ECHOES: list[tuple[int, Any]] = [
    (400, {"error": "invalid_client", "error_description": f"not {CLIENT_SECRET}"}),
    (401, {"errorCode": "X", "message": f"{CLIENT_SECRET} is no secret of {CLIENT_ID}"}),
    (500, {"error": CLIENT_SECRET}),
    (503, f"<html><title>{CLIENT_SECRET}</title>"),
    (200, f"<html><title>{CLIENT_SECRET}</title>"),
    (400, {"error": "unknown_error", "error_description": CLIENT_SECRET}),
]


@pytest.mark.parametrize("basic", [False, True])
@pytest.mark.parametrize("echo", ECHOES)
def test_a_secret_that_the_vendor_quotes_is_taken_out(
    office: Office, quick: list[float], caplog: pytest.LogCaptureFixture, echo: Any, basic: bool
) -> None:
    """Neither the error nor what is kept of it holds the secret, in the form or in the header."""
    caplog.set_level(logging.DEBUG)
    office.vendor.basic = basic
    kind = office.registry.connectors["acme"]
    ways = [replace(w, oauth=w.oauth and replace(w.oauth, basic=basic)) for w in kind.ways]
    acme = replace(kind, ways=tuple(ways))
    office.registry = replace(
        office.registry, connectors={**office.registry.connectors, "acme": acme}
    )
    office.vendor.faults = [echo] * 4
    with pytest.raises(SynclineError) as caught:
        office.access(**SECRET)
    assert not shows(told(caught.value))
    assert not shows((office.folder / "access.json").read_text())
    assert not shows(caplog.text)


def test_a_refresh_token_and_a_code_that_are_quoted_are_taken_out(office: Office) -> None:
    """The vendor's words on a dead refresh token hold it; ours do not."""
    office.connect()
    access = office.access()
    office.vendor.refreshes.clear()
    with pytest.raises(SynclineError) as caught:
        access.renew(access.token())
    assert "expired access/refresh token ***" in caught.value.message
    assert not shows(told(caught.value))


def test_a_key_shows_in_no_error(office: Office) -> None:
    """The library's words about a broken key, which may quote it, go no further."""
    broken = PEM.replace("PRIVATE KEY", "PUBLIC KEY")
    with pytest.raises(SynclineError) as caught:
        assertion(issuer="a", subject="b", audience="c", key=Secret(broken), now=office.clock.now)
    assert not shows(told(caught.value))


def reprs(office: Office) -> Iterator[object]:
    secrets = {"client_secret": Secret(CLIENT_SECRET), "private_key": Secret(PEM)}
    card = office.connect()
    access = office.access()
    yield from (card, access, access.token())
    with office.workspace() as workspace:
        yield workspace.admission
        given: Any = {"secrets": secrets, "redirect": "https://host.example/back"}
        attempt = workspace.admission.begin("acme", **given)
        yield from (attempt, attempt.settings)
        # What must come back is no news for a log either.
        assert attempt.state not in repr(attempt)
        assert attempt.url not in repr(attempt)
        yield from workspace.admission.states()
    vault = Vault(office.folder, {})
    yield from (vault, vault.read("acme"), vault.cards())
    way = office.registry.connectors["acme"].ways[0]
    assert way.oauth is not None
    client = Client(
        title="Acme", oauth=way.oauth, settings=attempt.settings, secrets=secrets, advice=""
    )
    yield from (client, Grants(token=access.token(), refresh=Secret("planted-refresh")))
    yield vendor_page(client, way, "https://host.example/back")[2]
    yield Callback(1)


def test_no_value_shows_a_secret(office: Office) -> None:
    """The repr of everything that holds one."""
    shown = [repr(each) for each in reprs(office)]
    assert len(shown) > 12
    assert [each for each in shown if shows(each)] == []


def test_no_command_shows_a_secret(office: Office, tmp_path: Path) -> None:
    """Outputs, logs at their loudest, and every file of the workspace."""
    loud = {"SYNCLINE_LOG": "json", "SYNCLINE_LOG_LEVEL": "debug", "SYNCLINE_LOG_VALUES": "1"}
    file = tmp_path / "secret"
    file.write_text(CLIENT_SECRET)
    done = [
        office.command(*words, **loud)
        for words in (
            ("connect", "acme", "--way", "client", "--secret-file", str(file)),
            ("connections", "--check"),
            ("check", "--json"),
            ("run", "--json"),
            ("disconnect", "acme"),
        )
    ]
    office.vendor.faults = [(400, {"error": CLIENT_SECRET, "message": CLIENT_SECRET})]
    done.append(office.command("connect", "acme", "--way", "client", **SECRET, **loud))
    assert done[0].returncode == 0, done[0].stderr
    assert done[-1].returncode == 3
    assert [each.args for each in done if shows(each.stdout + each.stderr)] == []
    held = [path for path in office.folder.rglob("*") if path.is_file()]
    assert [path.name for path in held if b"planted" in path.read_bytes()] == []


def test_no_secret_stands_among_the_arguments_of_a_process(office: Office) -> None:
    """No option takes a secret itself."""
    shown = office.command("connect", "--help").stdout
    options = {word for word in shown.split() if word.startswith("--")}
    assert options >= {"--secret-file", "--way", "--port"}
    assert not options & {"--secret", "--token", "--client-secret", "--password", "--key"}
