"""The one door to a workspace's ledger: where it lies, its password, and whose it is."""

from __future__ import annotations

__all__ = [
    "FILE_NAME",
    "keep_instance",
    "locate",
    "open_existing",
    "open_ledger",
    "place_of",
    "read_instance",
]

import os
import re
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from ..errors import LedgerError, WorkspaceError
from ..settings import Settings, read_settings
from .database import Ledger

FILE_NAME = "ledger.sqlite"
_ADDRESS = "SYNCLINE_LEDGER_URL"
_PASSWORD = "SYNCLINE_LEDGER_PASSWORD"  # noqa: S105 - the name of a variable
_SECRET = frozenset({"password", "sslpassword"})
_FORM = "An address reads postgresql://host/database?schema=acme."


def locate(settings: Settings, environ: Mapping[str, str] | None = None) -> Path | str:
    """Return the file that holds the ledger, or the whole address of its database.

    The environment's ``SYNCLINE_LEDGER_URL`` goes before the workspace's file, and
    ``SYNCLINE_LEDGER_PASSWORD`` completes either. Raises ``WorkspaceError`` for an address that
    cannot be used, and for a password in the file; no message repeats the address.
    """
    environ = os.environ if environ is None else environ
    given = environ.get(_ADDRESS)
    if not given and settings.ledger is None:
        return settings.folder / FILE_NAME
    where = _ADDRESS if given else "`ledger` in syncline.toml"
    url = _parsed(given or settings.ledger or "", where)
    secret = url.password is not None or not _SECRET.isdisjoint(url.query)
    if not given and secret:
        raise WorkspaceError(
            "a password stands in `ledger` in syncline.toml, and a secret never stands in a file",
            hint=f"Take it out and set it in the environment as {_PASSWORD}, or set the whole "
            f"address as {_ADDRESS}.",
        )
    if url.password is None and (password := environ.get(_PASSWORD)):
        url = url.set(password=password)
    return url.render_as_string(hide_password=False)


def place_of(where: Path | str) -> str:
    """Return where ``locate`` found the ledger, as a person reads it: without user and password."""
    if isinstance(where, Path):
        return str(where.resolve())
    url = make_url(where)
    schema = url.query.get("schema", "public")
    return f"the database {url.database}, schema {schema}"


def _parsed(address: str, where: str) -> URL:
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as err:
        raise WorkspaceError(f"{where} is no address of a database", hint=_FORM) from err
    if url.drivername not in {"postgresql", "postgres"}:
        raise WorkspaceError(f"{where} does not name a PostgreSQL database", hint=_FORM)
    if address.count("@") > 1:
        # What follows the first would be taken for the server's name, and be shown as such.
        raise WorkspaceError(
            f"{where} has more than one @",
            hint="Within a name or a password write @ as %40, / as %2F and : as %3A, or set the "
            f"password alone, as it is, as {_PASSWORD}.",
        )
    if re.search("[?&]schema=", address) and not (
        isinstance(schema := url.query.get("schema"), str) and schema
    ):
        raise WorkspaceError(f"{where} does not name one schema", hint=_FORM)
    return url.set(drivername="postgresql")


def open_ledger(
    settings: Settings, environ: Mapping[str, str] | None = None, *, make: bool = True
) -> Ledger:
    """Open the ledger of a workspace; make it, or bring it up to date, if need be.

    Without *make*, a database that holds no ledger stays as it is: ``WorkspaceError``.

    Its id is part of the keys that records are created with. The workspace keeps it a second time:
    a ledger made anew after a loss makes the same keys, and nothing is created twice.
    """
    known = read_instance(settings.instance)
    ledger = Ledger(locate(settings, environ), instance=known, make=make)
    if known is None:
        keep_instance(settings.instance, ledger.instance)
    elif known != ledger.instance:
        ledger.close()
        raise LedgerError(
            f"the ledger {ledger.name} belongs to another workspace: its id is {ledger.instance}, "
            f"{settings.instance} says {known}",
            hint="Correct where the ledger lies. If this ledger is the right one, delete "
            f"{settings.instance}.",
        )
    return ledger


def open_existing(folder: Path, environ: Mapping[str, str] | None = None) -> Ledger:
    """Open the ledger of the workspace in *folder*, to look into it.

    Raises ``WorkspaceError`` when nothing has run there yet.
    """
    settings = read_settings(folder)
    where = locate(settings, environ)
    if isinstance(where, Path) and not where.exists():
        raise WorkspaceError("nothing has run here yet", hint="Begin with `syncline run`.")
    return open_ledger(settings, environ, make=False)


def read_instance(path: Path) -> str | None:
    """Return the id of the ledger that *path* keeps, None when there is no such file."""
    try:
        found = path.read_text("utf-8").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as err:
        raise WorkspaceError(f"{path} cannot be read", hint="Restore it from a backup.") from err
    if not re.fullmatch("[0-9a-f]{8}", found):
        raise WorkspaceError(
            f"{path} is damaged: it holds the ledger's id, eight signs of 0-9 and a-f",
            hint="Restore it from a backup. While the ledger itself is there, it can be deleted: "
            "it is written anew.",
        )
    return found


def keep_instance(path: Path, instance: str) -> None:
    """Keep the id of the ledger in *path*, which is replaced whole."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(exist_ok=True)
        aside.write_text(f"{instance}\n", "utf-8")
        aside.replace(path)
    except OSError as err:
        raise WorkspaceError(f"{path} could not be written: {err.strerror}") from err
