"""Back a workspace up into one file, and restore it: settings, rules, data and ledger."""

from __future__ import annotations

__all__ = ["back_up", "restore"]

import os
import re
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from .archive import Archive, pack, unpack
from .errors import LedgerBusyError, LedgerError, WorkspaceError
from .ledger import copying, versions
from .ledger.database import Ledger
from .ledger.integrity import check_file
from .ledger.opening import keep_instance, locate, open_existing, place_of, read_instance
from .ledger.tables import SCHEMA_VERSION
from .people import register as people
from .people.border import admit
from .rules.reading import UnreadableRulesError, read_rules
from .settings import FILE_NAME, Settings, read_settings
from .sync.lease import Lease

#: The parts of the archive: the ledger, and the folder of the workspace's own files.
_LEDGER = "ledger.sqlite"
_FILES = "workspace"
_DATA = "data"
_ANOTHER = "Take another backup; nothing was changed."


def _utc_now() -> datetime:
    return datetime.now(UTC)


def back_up(
    folder: Path,
    file: Path,
    *,
    now: Callable[[], datetime] = _utc_now,
    environ: Mapping[str, str] | None = None,
) -> Archive:
    """Write the workspace in *folder* and its ledger into the new archive *file*.

    Runs may be at work. The ledger is copied before the embedded systems' files: of a change in
    between the restored ledger does not know yet, and the next run finds it. Raises
    ``LedgerError`` if the ledger is damaged, ``WorkspaceError`` if *file* exists.
    """
    admit(folder, "backup", environ)
    settings = read_settings(folder)
    if file.exists():
        raise WorkspaceError(f"{file} exists already", hint="Give the backup another name.")
    if not file.resolve().parent.is_dir():
        raise WorkspaceError(f"there is no folder {file.resolve().parent}", hint="Make it first.")
    with (
        closing(open_existing(folder, environ)) as ledger,
        tempfile.TemporaryDirectory(dir=file.resolve().parent, prefix=".backup-") as place,
    ):
        copy = Path(place) / _LEDGER
        copying.snapshot(ledger, copy)
        if broken := check_file(copy):
            raise LedgerError(
                "the ledger is damaged, and so would be its copy", hint=broken[0].advice
            )
        parts = {_LEDGER: copy, **_own_files(settings)}
        return pack(file, parts, made=now(), instance=ledger.instance, schema=SCHEMA_VERSION)


def _own_files(settings: Settings) -> dict[str, Path]:
    """Return the files that make the workspace, by their names in the archive.

    A link counts as what it leads to. Raises ``WorkspaceError`` for what cannot be taken along: a
    backup that lacks something is found out when it is too late.
    """
    folder = settings.folder
    data = folder / _DATA
    wanted = [folder / FILE_NAME, *settings.rules.parent.glob("*.rules"), data]
    wanted += folder.glob(people.FILE_NAME)
    for place, _folders, names in os.walk(data, followlinks=True):
        wanted += [Path(place) / name for name in sorted(names)]
    # What begins with a dot is a program's own, such as a file that is just being written.
    wanted = [settings.rules, *(path for path in wanted if not path.name.startswith("."))]
    found: dict[str, Path] = {}
    for path in wanted:
        name = Path(os.path.relpath(path, folder))
        if ".." in name.parts:
            raise WorkspaceError(
                f"{name} lies outside of the workspace's folder, and a backup holds that folder",
                hint="Move the rules into the folder, or put a link to them there, and correct "
                f"`rules` in {FILE_NAME}.",
            )
        if path.is_file():
            found[f"{_FILES}/{name.as_posix()}"] = path
        elif path == settings.rules or (path.is_symlink() and not path.exists()):
            raise WorkspaceError(
                f"{name} is not there, and the backup would lack it",
                hint=f"Put it back, or correct what names it ({FILE_NAME}, or a link).",
            )
    return found


def restore(
    file: Path,
    folder: Path,
    *,
    ledger_only: bool = False,
    overwrite: bool = False,
    now: Callable[[], datetime] = _utc_now,
    environ: Mapping[str, str] | None = None,
) -> Archive:
    """Restore the workspace and the ledger in the archive *file* to *folder*.

    The ledger goes where the restored settings say, a file or a database. With *ledger_only* the
    workspace in *folder* stays as it is, and its own settings say where: so a ledger is moved
    between databases. Everything is checked before anything is changed. Raises
    ``WorkspaceError`` for a bad archive, and for a workspace or ledger that is there already
    unless *overwrite* is given; ``LeaseHeldError`` while a run is at work on that ledger;
    ``RefusedError`` for other people or other rules than are there, which a restore must not give
    to somebody who may not change them.
    """
    admit(folder, "restore", environ)
    made = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".restore-") as place:
            staged = Path(place)
            archive = unpack(file, staged)
            _check_ledger(staged / _LEDGER, archive, file.name)
            settings = read_settings(folder) if ledger_only else _staged(staged, file.name)
            files = [] if ledger_only else _staged_files(staged, settings, file.name)
            settings = replace(settings, folder=folder)
            where = locate(settings, environ)
            _check_rights(folder, staged, environ, ledger_only=ledger_only)
            if not overwrite:
                _check_free(settings, files, archive.instance)
            _place_ledger(where, staged / _LEDGER, folder, now, archive, overwrite=overwrite)
            for name in files:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (staged / _FILES / name).replace(folder / name)
            keep_instance(settings.instance, archive.instance)
            return archive
    finally:
        if made:
            with suppress(OSError):  # it holds something: the workspace
                folder.rmdir()


def _check_ledger(path: Path, archive: Archive, name: str) -> None:
    """See that the ledger in the archive is one, is whole, and is the one that the list names."""
    if not path.exists():
        raise WorkspaceError(f"{name} holds no ledger", hint=_ANOTHER)
    if check_file(path):
        raise WorkspaceError(f"{name} is damaged: the ledger in it does not read", hint=_ANOTHER)
    # Opening brings one of an older version up to date, and refuses one of a newer.
    with closing(Ledger(path)) as ledger:
        if ledger.instance != archive.instance:
            raise WorkspaceError(
                f"{name} is damaged: its ledger is another than its list names", hint=_ANOTHER
            )


def _staged(staged: Path, name: str) -> Settings:
    """Read the settings in the archive."""
    if not (staged / _FILES / FILE_NAME).is_file():
        raise WorkspaceError(f"{name} holds no {FILE_NAME}", hint=_ANOTHER)
    try:
        return read_settings(staged / _FILES)
    except WorkspaceError as err:
        raise WorkspaceError(f"{name} cannot be used: {err.message}", hint=_ANOTHER) from err


def _staged_files(staged: Path, settings: Settings, archive: str) -> list[Path]:
    """Return the workspace's files, the settings last: without them there is no workspace yet.

    Refuses what no backup takes along: it could lie over the ledger that was just looked through.
    """
    place = staged / _FILES
    found = [path.relative_to(place) for path in place.rglob("*") if path.is_file()]
    for name in found:
        is_rules = place / name == settings.rules or name.suffix == ".rules"
        is_own = str(name) in {FILE_NAME, people.FILE_NAME} or is_rules or name.parts[0] == _DATA
        if not is_own or re.fullmatch(rf"{re.escape(_LEDGER)}(-\w+)?", str(name)):
            raise WorkspaceError(
                f"{archive} is damaged: it holds {name.as_posix()!r}, which no backup does",
                hint=_ANOTHER,
            )
    return sorted(found, key=lambda path: (path == Path(FILE_NAME), path))


def _check_rights(
    folder: Path, staged: Path, environ: Mapping[str, str] | None, *, ledger_only: bool
) -> None:
    """See that nobody becomes, or puts to work, by a restore what that person otherwise may not."""
    here, there = folder / people.FILE_NAME, staged / _FILES / people.FILE_NAME
    if not here.exists():
        return
    if not ledger_only and there.exists() and there.read_bytes() != here.read_bytes():
        admit(folder, "people super-admin", environ)
    with closing(Ledger(staged / _LEDGER)) as ledger, ledger.begin() as db:
        restored = versions.latest(db)
    if restored is not None and restored.text != _text_at_work(folder, environ):
        admit(folder, "put rules to work", environ)


def _text_at_work(folder: Path, environ: Mapping[str, str] | None) -> str:
    """Return the rules at work in *folder*; where no ledger tells them, those of the file."""
    version = None
    try:
        with closing(open_existing(folder, environ)) as ledger, ledger.begin() as db:
            version = versions.latest(db)
    except LedgerBusyError:
        raise
    except (LedgerError, WorkspaceError):
        pass
    if version is not None:
        return version.text
    try:
        return read_rules(read_settings(folder).rules).source.text
    except UnreadableRulesError:
        return ""


def _check_free(settings: Settings, files: list[Path], instance: str) -> None:
    folder = settings.folder
    there = [name for name in files if (folder / name).exists()]
    if there:
        raise WorkspaceError(
            f"{folder} already holds {there[0]}" + (" and more" if len(there) > 1 else ""),
            hint="Restore into an empty folder, or say --overwrite to replace what is there.",
        )
    if read_instance(settings.instance) not in {None, instance}:
        raise WorkspaceError(
            f"the backup is of another workspace than {folder}",
            hint="Say --overwrite if its ledger is to be used here all the same.",
        )


def _place_ledger(
    where: Path | str,
    staged: Path,
    folder: Path,
    now: Callable[[], datetime],
    archive: Archive,
    *,
    overwrite: bool,
) -> None:
    if isinstance(where, Path) and not where.exists():
        _put_file(staged, where)
        return
    try:
        with closing(Ledger(where, instance=archive.instance)) as ledger:
            if copying.is_used(ledger) and not overwrite:
                elsewhere = (
                    ""
                    if isinstance(where, Path)
                    else "To restore beside it, set SYNCLINE_LEDGER_URL to an address with another "
                    "`?schema=`, and leave it set for the runs. "
                )
                raise WorkspaceError(
                    f"the ledger in {place_of(where)} is in use: it holds pairs or runs",
                    hint=f"{elsewhere}Say --overwrite to replace it by the one in the backup.",
                )
            with Lease(ledger, now, folder):
                if not isinstance(where, Path):
                    copying.fill(ledger, staged)
    except LedgerBusyError:
        raise
    except LedgerError:
        # It is damaged or of a newer version: the very reason to restore, if that was said.
        if not overwrite or not isinstance(where, Path):
            raise
    if isinstance(where, Path):
        _put_file(staged, where)


def _put_file(staged: Path, where: Path) -> None:
    """Put the file in its place; what a run left beside the old one belongs to the old one."""
    for ending in ("-wal", "-shm"):
        where.with_name(where.name + ending).unlink(missing_ok=True)
    with staged.open("rb") as file:
        os.fsync(file.fileno())
    staged.replace(where)
