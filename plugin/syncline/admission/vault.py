"""The file of a workspace's connections, ``access.json``: cards in the clear, secrets sealed.

It is no part of a backup: a refresh token that was renewed since would be dead, and one that was
not would be in use twice. Whoever restores a workspace connects again.
"""

from __future__ import annotations

__all__ = ["FILE_NAME", "Vault"]

import json
import os
import secrets
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast

from syncline_schemas import check

from ..documents import lock_documents
from ..errors import WorkspaceError
from .kept import Card, Kept, card_from_json, card_to_json, kept_from_text, kept_text
from .sealing import Sealed, Sealer, Unreadable

FILE_NAME = "access.json"
VERSION = 1


class Vault:
    """What a workspace keeps of its connections, shared by every process that works for it."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self._path = folder / FILE_NAME
        self._sealer = Sealer(environ)

    @contextmanager
    def locked(self) -> Generator[None]:
        """Let one process or thread at a time change what is kept, or fetch a token for it."""
        with lock_documents(self._path):
            yield

    def cards(self) -> dict[str, Card]:
        """Return what may be shown, by connector; opens no secret."""
        return {name: card_from_json(entry["card"]) for name, entry in self._entries().items()}

    def place(self, name: str) -> str:
        """Return where the secrets of a connection lie; empty when there is none."""
        entry = self._entries().get(name)
        return "" if entry is None else str(entry["place"])

    def read(self, name: str) -> Kept | None:
        """Return what is kept of a connection; raise ``Unreadable`` if it cannot be opened."""
        document = self._document()
        entry = document["connections"].get(name)
        if entry is None:
            return None
        sealed = Sealed(place=entry["place"], text=entry["sealed"])
        text = self._sealer.open(_label(document, name), sealed)
        try:
            return kept_from_text(card_from_json(entry["card"]), text)
        except (KeyError, TypeError, ValueError):
            # What was in it is in no message, nor in its cause.
            raise Unreadable(
                f"what is kept of the connection {name} is damaged",
                hint=f"Connect again: `syncline connect {name}`.",
            ) from None

    def write(self, name: str, kept: Kept) -> None:
        """Keep this in the place of what was kept; it is on the disk on return."""
        document = self._document()
        sealed = self._sealer.seal(_label(document, name), kept_text(kept))
        before = document["connections"].get(name)
        if before is not None and before["place"] != sealed.place:
            self._sealer.forget(_label(document, name), Sealed(place=before["place"]))
        document["connections"][name] = {
            "card": card_to_json(kept.card),
            "place": sealed.place,
            "sealed": sealed.text,
        }
        self._put(document)

    def note(self, name: str, card: Card) -> None:
        """Keep another card of a connection, its secrets as they are."""
        document = self._document()
        if name in document["connections"]:
            document["connections"][name]["card"] = card_to_json(card)
            self._put(document)

    def forget(self, name: str) -> None:
        """Keep nothing of a connection any more."""
        document = self._document()
        entry = document["connections"].pop(name, None)
        if entry is not None:
            self._sealer.forget(_label(document, name), Sealed(place=entry["place"]))
            self._put(document)

    def _entries(self) -> dict[str, Any]:
        found: dict[str, Any] = self._document()["connections"]
        return found

    def _document(self) -> dict[str, Any]:
        try:
            document: Any = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return {"version": VERSION, "id": secrets.token_hex(8), "connections": {}}
        except OSError as err:
            raise WorkspaceError(f"{FILE_NAME} cannot be read: {err.strerror}") from err
        except ValueError:
            raise self._damaged("it is no JSON") from None
        found = cast("dict[str, Any]", document if isinstance(document, dict) else {})
        version = found.get("version")
        if isinstance(version, int) and version > VERSION:
            raise WorkspaceError(
                f"{FILE_NAME} belongs to a newer version of Syncline (file version {version}; this "
                f"one reads up to {VERSION})",
                hint="Upgrade Syncline: `pip install --upgrade syncline`.",
            )
        faults = check("access", document)
        if faults:
            # A fault may quote what it is about, and a person may have put anything there.
            raise self._damaged("it does not hold connections")
        return found

    def _damaged(self, why: str) -> WorkspaceError:
        return WorkspaceError(
            f"{FILE_NAME} is damaged: {why}",
            hint=f"Move {self._path} away, and connect again with `syncline connect`.",
        )

    def _put(self, document: dict[str, Any]) -> None:
        aside = self._path.with_name(f".{FILE_NAME}.{os.getpid()}.new")
        try:
            file = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(file, "w", encoding="utf-8") as out:
                json.dump(document, out, ensure_ascii=False, indent=1)
                out.flush()
                os.fsync(out.fileno())
            aside.replace(self._path)
        except OSError as err:
            with suppress(OSError):
                aside.unlink()
            raise self._unwritable(err) from err

    def _unwritable(self, err: OSError) -> WorkspaceError:
        return WorkspaceError(
            f"{FILE_NAME} could not be written and is as it was: {err.strerror}",
            hint="Free some space or correct the permissions, then run again.",
        )


def _label(document: dict[str, Any], name: str) -> str:
    """Return the name of an entry in the keyring: a workspace that moves keeps its own."""
    return f"{document['id']}:{name}"
