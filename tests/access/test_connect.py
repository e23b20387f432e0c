"""Connecting by command and by a host: the vendor's page, the callback, and what is kept of it."""

from __future__ import annotations

import json
import os
import pty
import socket
import struct
import subprocess
import tomllib
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

import support_acme
import syncline_schemas
from support import SYNCLINE
from support_access import Office
from support_vendor import CLIENT_ID, CLIENT_SECRET, PEM, TOKEN
from syncline import ConnectorType, FatalError, Grant, Secret, Side, WorkspaceError
from syncline.admission.callback import Answer, waiting
from syncline.admission.settings_file import settings_with, write_settings

SECRET = {"SYNCLINE_ACME_CLIENT_SECRET": CLIENT_SECRET}


@contextmanager
def connecting(office: Office, *words: str) -> Generator[tuple[subprocess.Popen[str], str]]:
    """Run ``syncline connect acme`` and wait for the address of the page; yields both."""
    process = subprocess.Popen(
        [SYNCLINE, "connect", "acme", "--no-browser", "--port", "0", *words],
        cwd=office.folder,
        env={**os.environ, "PYTHONWARNINGS": "error", **office.environ, **SECRET},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        said = process.stderr if "--json" in words else process.stdout
        assert said is not None
        url = next(line for line in said if line.startswith("http"))
        yield process, url.strip()
    finally:
        process.kill()
        process.communicate()


def browse(url: str) -> httpx.Response:
    """Open the page as a browser does, and follow it back."""
    with httpx.Client(trust_env=False, follow_redirects=True, timeout=30) as browser:
        return browser.get(url)


def test_a_person_connects_on_the_vendors_page(office: Office) -> None:
    """RS1, RP1: one command, one yes on the vendor's page, and runs are let in."""
    with connecting(office) as (process, url):
        asked = httpx.URL(url).params
        assert asked["scope"] == "read write"
        assert asked["redirect_uri"].startswith("http://localhost:")
        page = browse(url)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert page.status_code == 200
    assert "Syncline is connected to Acme as ann@acme.example (Acme Ltd)." in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "Connected to Acme as ann@acme.example (Acme Ltd)." in out
    assert "It may: read, write" in out
    assert "Version of the API: v9" in out
    assert "planted" not in out + page.text
    office.access()
    shown = office.command("connections").stdout
    assert "acme  Acme, CRM: connected" in shown
    assert "Way: web, a person connected." in shown
    assert "the next is fetched before" in shown
    assert "If no run uses it before" in shown


def test_the_document_says_who_and_nothing_secret(office: Office) -> None:
    """`--json` prints one document of connect.schema.json; the address goes to the error stream."""
    with connecting(office, "--json") as (process, url):
        browse(url)
        out, _err = process.communicate(timeout=60)
    document = json.loads(out)
    assert syncline_schemas.check("connect", document) == []
    assert document["identity"]["user"] == "ann@acme.example"
    assert "planted" not in out


def test_a_no_on_the_page_changes_nothing(office: Office) -> None:
    """Who says no is told so in the browser and in the terminal; nothing is stored."""
    office.vendor.denies = True
    with connecting(office) as (process, url):
        page = browse(url)
        _out, err = process.communicate(timeout=60)
    assert process.returncode == 3
    assert page.status_code == 400
    assert "the answer on Acme&#x27;s page was no" in page.text
    assert "the answer on Acme's page was no; nothing was changed" in err
    assert not (office.folder / "access.json").exists()


def test_an_answer_of_another_attempt_is_not_used(office: Office) -> None:
    """A callback with another state ends the attempt, and its code is not exchanged."""
    with connecting(office) as (process, url):
        back = httpx.URL(url).params["redirect_uri"]
        page = browse(f"{back}?state=guessed&code=planted-code-1")
        _out, err = process.communicate(timeout=60)
    assert (process.returncode, page.status_code) == (3, 400)
    assert "belongs to another attempt" in err
    assert office.vendor.asked == []


def test_what_is_not_the_callback_is_not_an_answer(office: Office) -> None:
    """Another path is not found; after the answer the door is closed."""
    with connecting(office) as (process, url):
        back = httpx.URL(httpx.URL(url).params["redirect_uri"])
        for path in ("/", "/favicon.ico", "/callback/x"):
            assert httpx.get(back.copy_with(path=path), trust_env=False).status_code == 404
        assert httpx.post(back, trust_env=False).status_code == 501
        browse(url)
        process.communicate(timeout=60)
        with pytest.raises(httpx.ConnectError):
            httpx.get(back, trust_env=False)
    assert process.returncode == 0


def test_the_callback_is_heard_on_this_machine_alone() -> None:
    """The socket is bound to 127.0.0.1, and the second answer is not taken."""
    with waiting(0) as callback:
        port = httpx.URL(callback.redirect).port
        taken = subprocess.run(["cat", "/proc/net/tcp"], capture_output=True, text=True, check=True)
        bound = [line.split()[1] for line in taken.stdout.splitlines() if f":{port:04X} " in line]
        assert bound[0] == f"0100007F:{port:04X}"
        assert callback.answer("/elsewhere") is None


def test_a_browser_that_goes_away_changes_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """The answer counts though nobody is there to read the page; nothing is printed of it."""
    heard: list[Mapping[str, str]] = []

    def use(params: Mapping[str, str]) -> Answer:
        heard.append(params)
        browser.close()
        return Answer(title="Connected", text="x" * 5_000_000)

    with waiting(0) as callback:
        port = httpx.URL(callback.redirect).port
        assert port is not None
        with socket.create_connection(("127.0.0.1", port)) as browser:
            # Closed at once, with what is under way thrown away.
            browser.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            browser.sendall(b"GET /callback?code=c HTTP/1.1\r\nHost: localhost\r\n\r\n")
            callback.take(use, patience=30)
    assert heard == [{"code": "c"}]
    assert capfd.readouterr() == ("", "")


def test_nobody_waits_for_ever() -> None:
    """An answer that does not come in time ends the attempt with what to do."""
    with waiting(0) as callback, pytest.raises(FatalError, match="no answer came") as caught:
        callback.take(lambda _params: Answer(title="", text=""), patience=0.01)
    assert "Nothing was changed" in caught.value.hint


def test_a_code_that_another_asked_for_is_refused(office: Office) -> None:
    """PKCE: a code goes with the verifier of the attempt that asked for it, and no other."""
    from dataclasses import replace

    with office.workspace() as workspace:
        given: Any = {
            "secrets": {"client_secret": Secret(CLIENT_SECRET)},
            "redirect": "https://host.example/back",
        }
        ours = workspace.admission.begin("acme", **given)
        theirs = workspace.admission.begin("acme", **given)
        assert ours.state != theirs.state
        with pytest.raises(FatalError, match="asked for by another"):
            workspace.admission.finish(
                replace(ours, verifier=theirs.verifier), office.page(ours.url)
            )
    assert not (office.folder / "access.json").exists()


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, "belongs to another attempt"),
        ({"state": ""}, "belongs to another attempt"),
        ({"state": "ö"}, "belongs to another attempt"),
        ({"state": "right"}, "neither a code nor a reason"),
        ({"state": "right", "error": "access_denied"}, "was no"),
        ({"state": "right", "error": "bad", "error_description": "why"}, "let us in: bad: why"),
        ({"state": "right", "code": "unknown"}, "the code is not known"),
        ({"state": "wrong", "error": "access_denied"}, "belongs to another attempt"),
    ],
)
def test_what_comes_back_is_not_believed(
    office: Office, params: dict[str, str], words: str
) -> None:
    """Whatever the callback brings, nothing is stored unless it is the code of this attempt."""
    with office.workspace() as workspace:
        attempt = workspace.admission.begin(
            "acme",
            secrets={"client_secret": Secret(CLIENT_SECRET)},
            redirect="https://host.example/back",
        )
        given = {name: text.replace("right", attempt.state) for name, text in params.items()}
        with pytest.raises(FatalError, match=words):
            workspace.admission.finish(attempt, given)
    assert not (office.folder / "access.json").exists()


def test_a_redirect_in_the_clear_is_refused(office: Office) -> None:
    """The code comes back over https, or on this machine."""
    with office.workspace(**SECRET) as workspace, pytest.raises(FatalError, match="encryption"):
        workspace.admission.begin("acme", redirect="http://host.example/back")


def test_a_token_that_is_refused_is_not_stored(office: Office) -> None:
    """RP1: a private token is shown to the system before it is kept."""
    with pytest.raises(FatalError, match="does not take the token"):
        office.connect(Grant.TOKEN, {"token": "planted-but-wrong"})
    assert not (office.folder / "access.json").exists()
    office.connect(Grant.TOKEN, {"token": TOKEN})
    assert office.access().token().text.reveal() == TOKEN


@pytest.mark.parametrize(
    "token", ["planted…", "planted\r", "pla\nnted", "planted token", "plant\udcff"]
)
def test_a_token_that_cannot_be_one_is_told_before_it_is_sent(office: Office, token: str) -> None:
    """What was copied with its surroundings is no fault of the address, nor of the connector."""
    with pytest.raises(WorkspaceError, match="is not what was meant to be copied") as connecting:
        office.connect(Grant.TOKEN, {"token": token})
    with pytest.raises(WorkspaceError, match="is not what was meant to be copied") as running:
        office.access(SYNCLINE_ACME_TOKEN=token)
    for caught in (connecting, running):
        assert "pla" not in caught.value.message + caught.value.hint
    assert office.vendor.asked == []


def test_secrets_come_from_a_file_or_the_standard_input(office: Office, tmp_path: Path) -> None:
    """Never from an argument, which other users of a machine can read."""
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    done = office.command("connect", "acme", "--way", "token", "--secret-file", str(file))
    assert done.returncode == 0, done.stderr
    assert TOKEN not in done.stdout + done.stderr
    given = subprocess.run(
        [SYNCLINE, "connect", "acme", "--way", "token", "--secret-file", "-", "--json"],
        cwd=office.folder,
        env={**os.environ, **office.environ},
        input=TOKEN,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(given.stdout)["way"] == "token"


def test_what_is_missing_is_named(office: Office) -> None:
    """Without a person to ask, each missing thing is named, and nothing is asked for."""
    done = office.command("connect", "acme", "--way", "client")
    assert done.returncode == 3
    assert "SYNCLINE_ACME_CLIENT_SECRET" in done.stderr
    office.settings(f'url = "{office.url}"')
    done = office.command("connect", "acme", "--way", "jwt", SYNCLINE_ACME_PRIVATE_KEY=PEM)
    assert done.returncode == 3
    assert "Acme needs client_id and username for the way `jwt`" in done.stderr
    assert office.command("connect", "local").returncode == 3
    assert office.command("connect", "acmee").returncode == 3


def test_settings_are_written_with_the_comments_kept(office: Office) -> None:
    """New settings stand in the file afterwards; what stood there stands there still."""
    text = (
        '# ours\nversion = 1 # of the file\n\nrules = "main.rules"\n\n'
        "[connections.other] # not installed\nx = 1\n"
    )
    (office.folder / "syncline.toml").write_text(text)
    with office.workspace(**SECRET) as workspace:
        attempt = workspace.admission.begin(
            "acme", way=Grant.CLIENT, settings={"url": office.url, "client_id": CLIENT_ID}
        )
        assert (office.folder / "syncline.toml").read_text() == text
        workspace.admission.finish(attempt)
    after = (office.folder / "syncline.toml").read_text()
    assert after.startswith(text)
    assert tomllib.loads(after)["connections"]["acme"] == {
        "url": office.url, "client_id": CLIENT_ID,
    }  # fmt: skip
    office.access()


def test_the_way_in_the_settings_decides(office: Office) -> None:
    """Of several ways that fit, the key `way` chooses; a connection by another is left alone."""
    office.connect()
    both = {**SECRET, "SYNCLINE_ACME_TOKEN": TOKEN}
    office.settings(f'url = "{office.url}"', f'client_id = "{CLIENT_ID}"', 'way = "token"')
    assert office.access(**both).token().text.reveal() == TOKEN
    with pytest.raises(WorkspaceError, match=r'says way = "token", and `web` is asked'):
        office.connect()
    office.settings(f'url = "{office.url}"', f'client_id = "{CLIENT_ID}"')
    assert office.access(**both).token().text.reveal() != TOKEN
    (office.folder / "access.json").unlink()
    with pytest.raises(WorkspaceError, match="in several ways") as caught:
        office.access(**both)
    assert 'way = "client"' in caught.value.hint
    office.settings(f'url = "{office.url}"', 'way = "wbe"')
    with pytest.raises(WorkspaceError, match="offers: web, client, jwt, token"):
        office.access(**both)


def test_nothing_that_fits_names_the_command_and_the_variables(office: Office) -> None:
    """RS1: a workspace that is not connected says how it can be."""
    with pytest.raises(WorkspaceError, match="Acme is not connected") as caught:
        office.access()
    assert "`syncline connect acme`" in caught.value.hint
    assert "SYNCLINE_ACME_TOKEN" in caught.value.hint
    done = office.command("run")
    assert done.returncode == 3
    assert "Acme is not connected" in done.stderr


@pytest.mark.parametrize("name", ["client_secret", "token", "private_key"])
def test_a_secret_in_the_file_is_refused(office: Office, name: str) -> None:
    """A secret of any way in syncline.toml is told to be taken out, and is not quoted."""
    office.settings(f'url = "{office.url}"', f'{name} = "planted-in-the-file"')
    with pytest.raises(WorkspaceError, match="a secret never stands in a file") as caught:
        office.access()
    assert "planted" not in caught.value.message + caught.value.hint


def test_a_password_in_an_address_is_not_repeated(office: Office) -> None:
    """An address that will not do is quoted without what stands before its @."""
    office.settings('url = "ftp://ann:planted@acme.example"')
    with pytest.raises(WorkspaceError, match=r"ftp://…@acme\.example' will not do") as caught:
        office.access()
    assert "planted" not in caught.value.message + caught.value.hint
    assert not caught.value.message.endswith(".")


def test_a_connector_that_breaks_quotes_no_secret(office: Office) -> None:
    """What a plugin raises while it asks who we are is told without the token."""
    from dataclasses import replace

    def broken(context: Any) -> Any:
        raise RuntimeError(f"it broke over {context.access.token().text.reveal()}")

    kind = replace(office.registry.connectors["acme"], identify=broken)
    office.registry = replace(
        office.registry, connectors={**office.registry.connectors, "acme": kind}
    )
    with pytest.raises(
        FatalError, match=r"broke in `identify`: RuntimeError: it broke over \*\*\*"
    ):
        office.connect(Grant.TOKEN, {"token": TOKEN})
    assert not (office.folder / "access.json").exists()


def test_a_person_is_asked_for_what_is_missing(office: Office, tmp_path: Path) -> None:
    """At a terminal the way, settings and secrets are asked for; a secret is not echoed."""
    (office.folder / "syncline.toml").write_text('version = 1\nrules = "main.rules"\n')
    office.clock.now = datetime.now(UTC)  # the process goes by the machine's clock
    pem = tmp_path / "key.pem"
    pem.write_text(PEM)
    answers = ["jwt", "nonsense", office.url, CLIENT_ID, "sync@acme.example", str(pem)]
    shown, code = at_a_terminal(office, ["connect", "acme"], answers)
    assert code == 0, shown
    assert "Acme can be connected in 4 ways" in shown
    assert "'nonsense' will not do: Acme's address." in shown
    assert "Connected to Acme as ann@acme.example" in shown
    assert "Written into syncline.toml: client_id, url, username." in shown
    again, code = at_a_terminal(office, ["connect", "acme", "--way", "token"], [TOKEN])
    assert code == 0, again
    assert "token (not shown)" in again
    assert TOKEN not in again


def at_a_terminal(office: Office, words: list[str], answers: list[str]) -> tuple[str, int]:
    """Run a command at a terminal of its own; return all that it shows, and its exit code."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [SYNCLINE, *words],
        cwd=office.folder,
        env={**os.environ, **office.environ},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown, left = "", list(answers)
    while True:
        try:
            piece = os.read(ours, 4096).decode()
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        shown += piece
        # A prompt is answered when it stands there, as a person does.
        if left and shown.endswith(": ") and not shown.endswith("\n: "):
            answer = left.pop(0)
            os.write(ours, f"{answer}\n".encode())
            shown += "\n"
    os.close(ours)
    return shown, process.wait(timeout=60)


def test_settings_stay_as_they_were_when_nothing_could_be_kept(office: Office) -> None:
    """What could not be put away leaves no settings behind either."""
    text = 'version = 1\nrules = "main.rules"\n'
    (office.folder / "syncline.toml").write_text(text)
    (office.folder / f".access.json.{os.getpid()}.new").mkdir()
    with office.workspace(**SECRET) as workspace:
        attempt = workspace.admission.begin(
            "acme", way=Grant.CLIENT, settings={"url": office.url, "client_id": CLIENT_ID}
        )
        with pytest.raises(WorkspaceError, match="could not be written"):
            workspace.admission.finish(attempt)
    assert (office.folder / "syncline.toml").read_text() == text


@pytest.mark.parametrize(
    "text",
    [
        'version = 1\nrules = "main.rules"\n# [connections.acme]\n# url = "x"',
        'version = 1\r\nrules = "main.rules"\r\n\r\n[connections.acme]\r\nurl = "x" # ours\r\n',
        'version = 1\nrules = "main.rules"\nconnections = { acme = { pages = 3 } }\n',
        'version = 1\nrules = "main.rules"\nconnections.acme.pages = 3\n',
        'rules = "main.rules"\n[connections.acme]\n[connections.b]\nx = 1\n',
    ],
)
def test_a_file_of_any_form_keeps_all_else(tmp_path: Path, text: str) -> None:
    """Whatever the form of the table, the values are set, and every other line stands there."""
    (tmp_path / "syncline.toml").write_bytes(text.encode())
    values = {"url": "https://acme.example", "client_id": 'a "quoted" id'}
    after = settings_with(tmp_path, "acme", values).decode()
    wanted = tomllib.loads(text)
    wanted.setdefault("connections", {}).setdefault("acme", {}).update(values)
    assert tomllib.loads(after) == wanted
    for line in text.splitlines(keepends=True):
        changed = line.startswith(("url", "connections = "))
        assert changed or line.rstrip("\n") in after
    assert ("# ours" in text) == ("# ours" in after)


def test_a_link_to_the_settings_stays_a_link(tmp_path: Path) -> None:
    """What it leads to is replaced, with the permissions that it had."""
    real = tmp_path / "shared.toml"
    real.write_text("version = 1\n")
    real.chmod(0o640)
    (tmp_path / "syncline.toml").symlink_to(real)
    write_settings(tmp_path, b"version = 1 # new\n")
    assert (tmp_path / "syncline.toml").is_symlink()
    assert real.read_text() == "version = 1 # new\n"
    assert real.stat().st_mode & 0o777 == 0o640


def test_a_name_that_is_half_a_sign_is_kept_all_the_same(office: Office) -> None:
    """What a system calls us is shown as far as it is text."""
    office.vendor.tokens[TOKEN] = "ann\ud800\0"
    card = office.connect(Grant.TOKEN, {"token": TOKEN})
    assert card.identity is not None
    assert card.identity.user.startswith("ann")
    assert office.command("connections").returncode == 0


def test_ways_of_one_connector_differ() -> None:
    """`--way` chooses one: two of the same kind are refused when plugins are loaded."""
    kind = support_acme.WAYS[0]
    with pytest.raises(ValueError, match="two ways in with the same grant"):
        ConnectorType(
            name="twice",
            title="Twice",
            sides=frozenset({Side.CRM}),
            open=support_acme.Acme,
            ways=(kind, kind),
        )
