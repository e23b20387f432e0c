"""Where tokens lie: in the keyring or encrypted, never in the clear, and never half written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import keyring
import pytest
from hypothesis import given, strategies as st
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring
from keyring.errors import KeyringLocked

import syncline_schemas
from support_access import Office
from support_vendor import CLIENT_SECRET
from syncline import Grant, Identity, Secret, Token, WorkspaceError
from syncline.admission.kept import (
    Card,
    Failure,
    Kept,
    card_from_json,
    card_to_json,
    kept_from_text,
    kept_text,
)
from syncline.admission.sealing import Sealed, Sealer
from syncline.admission.vault import Vault
from syncline.backup import back_up

LONG = "f0e1d2c3b4a5968778695a4b3c2d1e0f"


class Ring(KeyringBackend):
    """A keyring in memory, which may be locked."""

    priority = 1.0  # pyright: ignore[reportAssignmentType] - backends set it so

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        self._look()
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._look()
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._look()
        del self.held[service, username]

    def _look(self) -> None:
        if self.locked:
            raise KeyringLocked(f"locked, and it holds {self.held}")


@pytest.fixture
def ring() -> Iterator[Ring]:
    """Let the system have a keyring."""
    before, found = keyring.get_keyring(), Ring()
    keyring.set_keyring(found)
    yield found
    keyring.set_keyring(before)


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give this user a folder of settings of its own; return where its key is made."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "syncline" / "key"


def stored(office: Office) -> str:
    return (office.folder / "access.json").read_text("utf-8")


def test_without_a_keyring_secrets_are_encrypted(office: Office, key: Path) -> None:
    """RS1: the file holds no secret in the clear; the key lies elsewhere, for its owner alone."""
    office.connect()
    assert "planted" not in stored(office)
    assert json.loads(stored(office))["connections"]["acme"]["place"] == "file"
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.parent.stat().st_mode & 0o777 == 0o700
    assert (office.folder / "access.json").stat().st_mode & 0o777 == 0o600
    office.access()


def test_with_a_keyring_the_workspace_holds_nothing(office: Office, ring: Ring, key: Path) -> None:
    """RS1: all that is secret is in the keyring, and no key is made."""
    office.connect()
    entry = json.loads(stored(office))["connections"]["acme"]
    assert (entry["place"], entry["sealed"]) == ("keyring", "")
    ((service, _label),) = ring.held
    assert service == "syncline"
    assert CLIENT_SECRET in next(iter(ring.held.values()))
    assert not key.exists()
    office.vendor.expire()
    office.access()
    assert len(ring.held) == 1
    with office.workspace() as workspace:
        assert workspace.admission.disconnect("acme").revoked
    assert ring.held == {}


def test_a_keyring_that_is_locked_or_gone_says_what_to_do(office: Office, ring: Ring) -> None:
    """A service without the keyring is told to use SYNCLINE_KEY; no secret is quoted."""
    office.connect()
    ring.locked = True
    with pytest.raises(WorkspaceError, match="keyring gave no secret") as caught:
        office.access()
    assert "SYNCLINE_KEY" in caught.value.hint
    ring.locked = False
    ring.held.clear()
    with pytest.raises(WorkspaceError, match="does not hold the secrets"):
        office.access()
    none: Any = Keyring
    keyring.set_keyring(none())
    with pytest.raises(WorkspaceError, match="not to be had here"):
        office.access()


def test_a_keyring_that_takes_nothing_keeps_nothing(office: Office, ring: Ring) -> None:
    """A connection whose secrets could not be put away is not stored."""
    ring.locked = True
    with pytest.raises(WorkspaceError, match="took no secret") as caught:
        office.connect()
    assert caught.value.__cause__ is None
    assert not (office.folder / "access.json").exists()


def test_a_keyring_that_encrypts_nothing_is_none(
    office: Office, ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that the library itself does not recommend is not used: its file may be in the clear."""
    monkeypatch.setattr(Ring, "priority", 0.5)
    office.connect()
    assert ring.held == {}
    assert json.loads(stored(office))["connections"]["acme"]["place"] == "file"


def test_a_key_of_the_environment_goes_before_the_keyring(office: Office, ring: Ring) -> None:
    """What is sealed under SYNCLINE_KEY opens wherever it is set, and nowhere else."""
    kept = Kept(card=Card(way=Grant.TOKEN, bound=""), borrowed="planted-digest")
    Vault(office.folder, {"SYNCLINE_KEY": LONG}).write("acme", kept)
    assert ring.held == {}
    found = Vault(office.folder, {"SYNCLINE_KEY": LONG}).read("acme")
    assert found is not None
    assert found.borrowed == "planted-digest"
    for environ, words in (
        ({}, "SYNCLINE_KEY is not set"),
        ({"SYNCLINE_KEY": LONG.upper()}, "not the one it was set to"),
        ({"SYNCLINE_KEY": "short"}, "fewer than 32 characters"),
    ):
        with pytest.raises(WorkspaceError, match=words):
            Vault(office.folder, environ).read("acme")


def test_another_users_key_opens_nothing(office: Office, key: Path) -> None:
    """A workspace that was copied to another machine says to connect again."""
    office.connect()
    key.unlink()
    with pytest.raises(WorkspaceError, match="encrypted by another key") as caught:
        office.access()
    assert "connect again" in caught.value.hint


def opened(key: Path) -> None:
    key.chmod(0o644)


def cut(key: Path) -> None:
    key.write_text("half")


def replaced(key: Path) -> None:
    key.unlink()
    key.mkdir()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (opened, "others can read the key"),
        (cut, "is damaged"),
        (replaced, "cannot be used"),
    ],
)
def test_a_key_that_is_no_good_is_told(
    office: Office, key: Path, spoil: Callable[[Path], None], words: str
) -> None:
    """A key that others can read, or that is cut short, is not used."""
    office.connect()
    spoil(key)
    with pytest.raises(WorkspaceError, match=words):
        office.access()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "access.json is damaged: it is no JSON"),
        ("[]", "access.json is damaged: it does not hold connections"),
        ('{"version": 1, "id": "planted-secret", "connections": {}}', "does not hold connections"),
        ('{"version": 2}', "belongs to a newer version"),
        ("\xff", "is damaged"),
    ],
)
def test_a_damaged_file_is_told_and_left_alone(office: Office, content: str, words: str) -> None:
    """A damaged or newer file is named, with what to do; it is not written over or quoted."""
    file = office.folder / "access.json"
    file.write_bytes(content.encode("latin-1"))
    with pytest.raises(WorkspaceError, match=words) as caught:
        office.connect()
    assert "planted" not in f"{caught.value.message}{caught.value.hint}"
    assert file.read_bytes() == content.encode("latin-1")


def test_sealed_text_that_was_changed_opens_nothing(office: Office) -> None:
    """One sign changed in what is encrypted is found out."""
    office.connect()
    document = json.loads(stored(office))
    sealed = document["connections"]["acme"]["sealed"]
    other = "B" if sealed[40] == "A" else "A"
    document["connections"]["acme"]["sealed"] = sealed[:40] + other + sealed[41:]
    (office.folder / "access.json").write_text(json.dumps(document))
    with pytest.raises(WorkspaceError, match="cannot be read"):
        office.access()


def test_a_backup_holds_no_token(office: Office, tmp_path: Path) -> None:
    """A backup carries neither what is encrypted nor the key: who restores it connects again."""
    office.connect()
    with office.workspace() as workspace:
        assert workspace.ledger
    archive = tmp_path / "acme.zip"
    back_up(office.folder, archive)
    with zipfile.ZipFile(archive) as pack:
        names = pack.namelist()
        held = b"".join(pack.read(name) for name in names)
    assert not any("access" in name or "key" in name for name in names)
    sealed = json.loads(stored(office))["connections"]["acme"]["sealed"]
    assert sealed.encode() not in held
    assert b"planted" not in held


RENEW = """
import sys
import support_acme, syncline
from syncline.workspace import Workspace

registry = syncline.load_plugins(extra=[("acme", support_acme)])
with Workspace(sys.argv[1], registry=registry) as workspace:
    assert workspace.systems
    access = support_acme.latest().access
    refused = access.token()
    print("ready", flush=True)
    sys.stdin.readline()
    print(access.renew(refused).text.reveal(), flush=True)
"""


def test_two_processes_that_are_refused_together_renew_once(office: Office) -> None:
    """RS1: of two processes with one refused token, one asks, and both have the next token."""
    office.vendor.lasts = None  # the processes go by the machine's clock
    office.connect()
    with office.workspace() as workspace:
        assert workspace.rules  # the description is remembered: neither process asks for it
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", RENEW, str(office.folder)],
            env={**os.environ, "PYTHONPATH": office.environ["PYTHONPATH"]},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    tokens = {worker.communicate(timeout=60)[0].strip() for worker in workers}
    assert len(tokens) == 1
    assert tokens <= set(office.vendor.tokens)
    assert office.vendor.asked.count("refresh_token") == 1


def test_processes_that_need_a_first_key_make_one(tmp_path: Path) -> None:
    """Many that begin at once agree on one key, whole."""
    environ = {"XDG_CONFIG_HOME": str(tmp_path)}

    def seal(number: int) -> Sealed:
        return Sealer(environ).seal(f"l{number}", f"text {number}")

    with ThreadPoolExecutor(8) as pool:
        sealed = list(pool.map(seal, range(8)))
    found = [Sealer(environ).open(f"l{n}", each) for n, each in enumerate(sealed)]
    assert found == [f"text {n}" for n in range(8)]


def test_a_user_without_a_home_needs_a_key(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no key can be kept, SYNCLINE_KEY is asked for."""
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", "no/home")
    with pytest.raises(WorkspaceError, match="no home folder") as caught:
        office.connect()
    assert "SYNCLINE_KEY" in caught.value.hint


TEXTS = st.text(max_size=20)
SECONDS = st.integers(0, 4_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC))
MOMENTS = st.none() | SECONDS
SECRETS = TEXTS.map(Secret)
CARDS = st.builds(
    Card,
    way=st.sampled_from(Grant),
    bound=TEXTS,
    connected=MOMENTS,
    identity=st.none()
    | st.builds(
        Identity,
        user=TEXTS,
        account=TEXTS,
        scopes=st.lists(TEXTS, max_size=3).map(tuple),
        version=TEXTS,
    ),
    answered=MOMENTS,
    expires=MOMENTS,
    renewed=MOMENTS,
    renewable=st.booleans(),
    failure=st.none()
    | st.builds(
        Failure,
        at=SECONDS,
        message=TEXTS,
        hint=TEXTS,
        person=st.booleans(),
    ),
)
TOKENS = st.builds(
    Token, text=SECRETS, extras=st.dictionaries(TEXTS, TEXTS, max_size=3), expires=MOMENTS
)


@given(
    st.builds(
        Kept,
        card=CARDS,
        borrowed=TEXTS,
        secrets=st.dictionaries(TEXTS, SECRETS, max_size=3),
        token=st.none() | TOKENS,
        refresh=st.none() | SECRETS,
    )
)
def test_what_is_kept_comes_back(kept: Kept) -> None:
    """A card fits its schema and reads as it was written; so do the secrets behind it."""
    written = json.loads(json.dumps(card_to_json(kept.card)))
    entry = {"card": written, "place": "file", "sealed": ""}
    document = {"version": 1, "id": "0" * 16, "connections": {"acme": entry}}
    assert syncline_schemas.check("access", document) == []
    assert card_from_json(written) == kept.card
    again = kept_from_text(kept.card, kept_text(kept))
    assert kept_text(again) == kept_text(kept)
    assert again.card == kept.card


def test_errors_of_the_store_are_for_a_person(office: Office) -> None:
    """What is wrong with the file ends a command with exit code 3."""
    (office.folder / "access.json").write_text("{")
    done = office.command("connections")
    assert (done.returncode, done.stdout) == (3, "")
    assert "access.json is damaged" in done.stderr
    assert "connect again" in done.stderr
