"""What `doctor` takes for damage of the file, and what says nothing of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from syncline.ledger.integrity import check_file


def test_what_cannot_be_read_is_not_called_damaged(tmp_path: Path) -> None:
    """A full disk, a lock, a missing file: restoring a backup would lose what is there."""
    (finding,) = check_file(tmp_path / "ledger.sqlite")
    assert "could not be looked through" in finding.what
    assert "restore" not in finding.advice


def test_what_is_no_ledger_is_damaged(tmp_path: Path) -> None:
    """A file that SQLite cannot make sense of is restored from a backup."""
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"not a database" * 400)
    (finding,) = check_file(path)
    assert "is damaged" in finding.what
    assert "syncline restore" in finding.advice


def test_a_sound_file_has_no_finding(tmp_path: Path) -> None:
    """Page by page."""
    path = tmp_path / "ledger.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE t (a)")
    assert check_file(path) == []
