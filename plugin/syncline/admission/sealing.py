"""Where secrets lie: in the system's keyring, else encrypted, and never in the clear.

``SYNCLINE_KEY`` goes before both: what is sealed under it is read wherever it is set, also by a
service that has no keyring.
"""

from __future__ import annotations

__all__ = ["Sealed", "Sealer", "Unreadable"]

import base64
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from ..errors import WorkspaceError

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

_SERVICE = "syncline"
_VARIABLE = "SYNCLINE_KEY"
_SHORTEST = 32


class Unreadable(WorkspaceError):  # noqa: N818 - it is a state of the store, with what to do
    """What was sealed cannot be opened here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What stands in the file for a secret: where it lies, and the sealed text if it is here."""

    place: str
    text: str = ""


class Sealer:
    """Seals texts and opens them again."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def seal(self, label: str, text: str) -> Sealed:
        """Put *text* away under *label*, which is its own in the keyring."""
        ring = None if self._environ.get(_VARIABLE) else _keyring()
        if ring is not None:
            try:
                ring.set_password(_SERVICE, label, text)
            except Exception as err:  # noqa: BLE001 - whatever a backend raises; it may quote
                raise WorkspaceError(
                    f"the system's keyring took no secret ({type(err).__name__})",
                    hint="Unlock it, or set SYNCLINE_KEY to keep secrets encrypted in the "
                    "workspace.",
                ) from None
            return Sealed(place="keyring")
        place = "key" if self._environ.get(_VARIABLE) else "file"
        return Sealed(place=place, text=self._fernet(place).encrypt(text.encode()).decode())

    def open(self, label: str, sealed: Sealed) -> str:
        """Return what was sealed; raise ``Unreadable`` when it cannot be had here."""
        if sealed.place == "keyring":
            return _from_keyring(label)
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet(sealed.place).decrypt(sealed.text.encode()).decode()
        except InvalidToken:
            other = (
                f"{_VARIABLE} is not the one it was set to"
                if sealed.place == "key"
                else "they were encrypted by another key than that of this user and machine"
            )
            raise Unreadable(
                f"the secrets of this connection cannot be read: {other}",
                hint="Give it that key, or connect again with `syncline connect`.",
            ) from None

    def forget(self, label: str, sealed: Sealed) -> None:
        """Take away what is kept outside of the file."""
        ring = _keyring() if sealed.place == "keyring" else None
        if ring is not None:
            # One that has no such entry says so by an error of its own.
            with suppress(Exception):
                ring.delete_password(_SERVICE, label)

    def _fernet(self, place: str) -> Fernet:
        from cryptography.fernet import Fernet

        if place == "file":
            return Fernet(_own_key(self._environ))
        given = self._environ.get(_VARIABLE, "")
        if not given:
            raise Unreadable(
                f"the secrets of this connection are encrypted, and {_VARIABLE} is not set",
                hint="Set it as it was when the connection was made, or connect again.",
            )
        if len(given) < _SHORTEST:
            raise WorkspaceError(
                f"{_VARIABLE} has fewer than {_SHORTEST} characters",
                hint="Take a long one: `openssl rand -hex 32` prints one.",
            )
        return Fernet(_derived(given))


def _derived(text: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"syncline secrets 1")
    return base64.urlsafe_b64encode(made.derive(text.encode()))


def _own_key(environ: Mapping[str, str]) -> bytes:
    """Return this user's own key, made when it is first needed, and outside of any workspace."""
    given = environ.get("XDG_CONFIG_HOME") or os.environ.get("XDG_CONFIG_HOME", "")
    # The home of a user without one is `~`, which is no absolute path.
    base = Path(given or os.path.expanduser("~/.config"))  # noqa: PTH111 - Path.home() raises
    path = base / "syncline" / "key"
    if not base.is_absolute():
        raise WorkspaceError(
            "this user has no home folder in which a key could be kept",
            hint=f"Set {_VARIABLE}: `openssl rand -hex 32` prints one.",
        )
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            _make_key(path)
        with path.open("rb") as file:
            mode = os.fstat(file.fileno())
            key = file.read().strip()
    except OSError as err:
        raise WorkspaceError(
            f"the key in {path} cannot be used: {err.strerror}",
            hint=f"Correct the permissions, or set {_VARIABLE} in its place.",
        ) from err
    if mode.st_mode & 0o077 or mode.st_uid != os.geteuid():
        raise WorkspaceError(
            f"others can read the key in {path}", hint=f"`chmod 600 {path}`, as its owner."
        )
    if len(key) != 44:
        raise WorkspaceError(
            f"the key in {path} is damaged",
            hint="Restore it from a backup; or remove it, and connect again.",
        )
    return key


def _make_key(path: Path) -> None:
    """Write a new key whole or not at all; another process may do so at the same moment."""
    if path.exists():
        return
    from cryptography.fernet import Fernet

    aside = path.with_name(f".key.{token_hex(8)}")
    file = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(file, "wb") as out:
            out.write(Fernet.generate_key())
            out.flush()
            os.fsync(out.fileno())
        os.link(aside, path)
    finally:
        aside.unlink()


def _keyring() -> Any:
    """Return the keyring of the system; None where none is, or one that encrypts nothing."""
    import keyring

    try:
        ring: Any = keyring.get_keyring()
    except Exception:  # noqa: BLE001 - whatever a backend raises, there is none
        return None
    # As the library has it: what is below keeps nothing, or keeps texts as they are.
    return ring if ring.priority >= 1 else None


def _from_keyring(label: str) -> str:
    ring = _keyring()
    hint = (
        f"Unlock it, or set {_VARIABLE} and connect again: secrets are then kept encrypted in the "
        "workspace, also for a service that has no keyring."
    )
    if ring is None:
        raise Unreadable(
            "the secrets of this connection are in the system's keyring, which is not to be had "
            "here",
            hint=hint,
        )
    try:
        found = ring.get_password(_SERVICE, label)
    except Exception as err:  # noqa: BLE001 - whatever a backend raises; it may quote
        raise Unreadable(
            f"the system's keyring gave no secret ({type(err).__name__})", hint=hint
        ) from None
    if found is None:
        raise Unreadable(
            "the system's keyring does not hold the secrets of this connection",
            hint="Connect again with `syncline connect`.",
        )
    return str(found)
