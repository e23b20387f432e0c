"""What was worked out once is found again, in a folder that nobody else can write."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from syncline_grammar import cachedir


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that the cache is in, not yet made."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "syncline"


def _only(home: Path) -> Path:
    (entry,) = home.iterdir()
    return entry


def test_what_was_written_is_read(home: Path) -> None:
    """The last content under a key comes back; no other key finds it."""
    assert cachedir.read("a") is None
    cachedir.write("a", b"first")
    cachedir.write("a", b"second")
    cachedir.write("../a", b"")

    assert cachedir.read("a") == b"second"
    assert cachedir.read("../a") == b""
    assert cachedir.read("b") is None
    assert home.stat().st_mode & 0o777 == 0o700
    assert {entry.stat().st_mode & 0o777 for entry in home.iterdir()} == {0o600}


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o707, 0o500])
def test_a_folder_open_to_others_is_not_used(home: Path, mode: int) -> None:
    """A folder that another could write or read is neither believed nor written."""
    cachedir.write("a", b"content")
    home.chmod(mode)

    assert cachedir.read("a") is None
    cachedir.write("b", b"content")
    assert len(list(home.iterdir())) == 1


def test_a_link_is_not_followed(home: Path, tmp_path: Path) -> None:
    """A link in the place of the folder, or of an entry, is no cache."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(0o700)
    home.parent.mkdir()
    home.symlink_to(elsewhere)
    cachedir.write("a", b"content")
    assert list(elsewhere.iterdir()) == []

    home.unlink()
    cachedir.write("a", b"content")
    entry = _only(home)
    entry.rename(tmp_path / "moved")
    entry.symlink_to(tmp_path / "moved")
    assert cachedir.read("a") is None
    cachedir.write("a", b"anew")
    assert cachedir.read("a") == b"anew"
    assert not entry.is_symlink()


@pytest.mark.parametrize("damage", [b"", b"short", b"x" * 32, b"x" * 100])
def test_a_damaged_entry_is_absent(home: Path, damage: bytes) -> None:
    """An entry that is cut short or overwritten is not believed."""
    cachedir.write("a", b"content")
    _only(home).write_bytes(damage)

    assert cachedir.read("a") is None


def test_a_folder_in_the_place_of_an_entry_raises_nothing(home: Path) -> None:
    """What cannot be replaced is not kept, and nothing unfinished stays behind."""
    cachedir.write("a", b"content")
    entry = _only(home)
    entry.unlink()
    (entry / "inner").mkdir(parents=True)

    cachedir.write("a", b"content")
    assert cachedir.read("a") is None
    assert list(home.iterdir()) == [entry]


@pytest.mark.parametrize("where", ["file", "/proc/nowhere", "no/absolute/path", ""])
def test_without_a_place_there_is_no_cache(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no folder can be made, nothing is kept and nothing raised."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / where) if where == "file" else where)
    monkeypatch.chdir(tmp_path)

    cachedir.write("a", b"content")
    assert cachedir.read("a") is None
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_home_folder_is_used_when_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without ``XDG_CACHE_HOME`` the cache is in ``~/.cache``."""
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))

    cachedir.write("a", b"content")
    assert cachedir.read("a") == b"content"
    assert (tmp_path / ".cache" / "syncline").is_dir()


def test_the_cache_stays_small(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was unused for longest goes first, by number and by size; too large is not kept."""
    monkeypatch.setattr(cachedir, "MAX_ENTRIES", 3)
    monkeypatch.setattr(cachedir, "MAX_BYTES", 100)
    for age, key in enumerate("abc"):
        cachedir.write(key, b"x" * 60)
        for entry in home.iterdir():
            if entry.stat().st_mtime > 1_000_000:
                os.utime(entry, (age, age))
    cachedir.read("a")
    cachedir.write("d", b"x" * 60)
    assert [key for key in "abcd" if cachedir.read(key)] == ["a", "c", "d"]

    cachedir.write("e", b"x" * 101)
    assert cachedir.read("e") is None
    for key in "fgh":
        cachedir.write(key, b"x" * 100)
    assert sum(entry.stat().st_size for entry in home.iterdir()) <= 400
