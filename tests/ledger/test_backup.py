"""Backup and restore: whole or not at all, from either database to either, never over anybody."""

from __future__ import annotations

import hashlib
import json
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from support import CADENCE, CRM, World, command, local_world, postgres
from support_ledger import rows_of, the_engine, version_1
from syncline.backup import back_up, restore
from syncline.errors import LedgerError, WorkspaceError
from syncline.sync.lease import Lease, LeaseHeldError
from syncline_schemas import check

Rows = dict[str, list[dict[str, object]]]


def begin(world: World) -> None:
    world.lead("Ann", City="Ås")
    world.prospect("Bob")
    world.settle()
    world.lead("Cyd")


def kept(world: World) -> Rows:
    """Return what a backup keeps of a ledger: all but who is at work."""
    rows = rows_of(world.folder, world.ledger)
    del rows["leases"]
    return rows


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(("ledger.sqlite", "."))
    }


def test_what_is_restored_is_what_was_backed_up(world: World, tmp_path: Path) -> None:
    """Settings, rules, data and every row of the ledger; and the sync goes on as if nothing was."""
    begin(world)
    made = back_up(world.folder, tmp_path / "a.zip", now=world.clock)
    assert (tmp_path / "a.zip").stat().st_mode & 0o777 == 0o600
    ledger, there = kept(world), files(world.folder)
    world.settle()
    world.change(CRM, "Lead", str(world.one(CRM, "Lead", FirstName="Ann")["Id"]), City="Rome")
    (world.folder / "main.rules").write_text("# lost", "utf-8")
    world.close()
    found = restore(tmp_path / "a.zip", world.folder, overwrite=True, now=world.clock)
    assert found == made
    assert (kept(world), files(world.folder)) == (ledger, there)
    world.settle()
    assert [p["first_name"] for p in world.all(CADENCE, "prospect")] == ["Bob", "Ann", "Cyd"]
    assert world.run().run == 7


@pytest.mark.parametrize("first", ["sqlite", "postgres"])
def test_a_ledger_moves_between_databases(tmp_path: Path, first: str) -> None:
    """Backed up in one, restored alone into the other; numbers go on where they were (E8)."""
    with postgres() as address:
        before, after = ("", address) if first == "sqlite" else (address, "")
        with local_world(tmp_path, ledger=before) as world:
            begin(world)
            command("backup", "../a.zip", folder=world.folder)
            rows = kept(world)
            rules = (world.folder / "main.rules").read_text("utf-8")
            world.ledger = after
            world.rules(rules)
            done = command("restore", "../a.zip", "--ledger-only", folder=world.folder)
            assert done.returncode == 0, done.stderr
            assert kept(world) == rows
            world.settle()
            assert [p["first_name"] for p in world.all(CADENCE, "prospect")] == [
                "Bob", "Ann", "Cyd",
            ]  # fmt: skip


def test_a_backup_is_taken_while_runs_go_on(world: World, tmp_path: Path) -> None:
    """It is the ledger of one moment: each run in it has all that it wrote, or nothing of it."""
    world.lead("Ann")
    world.run()
    done = threading.Event()
    backups: list[Path] = []

    def often() -> None:
        while not done.is_set():
            backups.append(tmp_path / f"{len(backups)}.zip")
            back_up(world.folder, backups[-1])

    thread = threading.Thread(target=often)
    thread.start()
    try:
        for n in range(3):
            for m in range(20):
                world.lead(f"Person{n}x{m}")
            assert world.run().state == "done"
    finally:
        done.set()
        thread.join()
    assert len(backups) > 3
    for n, path in enumerate(backups[::3]):
        folder = tmp_path / f"restored{n}"
        with zipfile.ZipFile(path) as archive:
            archive.extract("ledger.sqlite", folder)
        rows = rows_of(folder, "")
        lines = {(line["run"], line["crm_id"]) for line in rows["entries"]}
        ended = {run["id"] for run in rows["runs"] if run["state"] == "done"}
        made = {run["id"]: json.loads(str(run["report"])) for run in rows["runs"]}
        for run in ended:
            written = made[run]["counts"]["written"]
            assert len({id_ for number, id_ in lines if number == run}) >= written
        assert len(rows["pairs"]) >= len({id_ for number, id_ in lines if number in ended})


# What is refused


def test_nothing_is_replaced_unasked(world: World, tmp_path: Path) -> None:
    """A workspace or a used ledger that is there stays, and so does a file with the same name."""
    begin(world)
    back_up(world.folder, tmp_path / "a.zip")
    ledger, there = rows_of(world.folder, world.ledger), files(world.folder)
    with pytest.raises(WorkspaceError, match="already holds"):
        restore(tmp_path / "a.zip", world.folder)
    with pytest.raises(WorkspaceError, match="is in use: it holds pairs or runs"):
        restore(tmp_path / "a.zip", world.folder, ledger_only=True)
    with pytest.raises(WorkspaceError, match=r"a\.zip exists already"):
        back_up(world.folder, tmp_path / "a.zip")
    assert (rows_of(world.folder, world.ledger), files(world.folder)) == (ledger, there)


def test_a_run_at_work_is_left_alone(world: World, tmp_path: Path) -> None:
    """Its ledger is not replaced under its feet, whatever was said."""
    begin(world)
    back_up(world.folder, tmp_path / "a.zip", now=world.clock)
    with world.workspace() as workspace, Lease(workspace.ledger, world.clock, world.folder):
        before = kept(world)
        with pytest.raises(LeaseHeldError):
            restore(tmp_path / "a.zip", world.folder, overwrite=True, now=world.clock)
        assert kept(world) == before


def test_the_backup_of_another_workspace(tmp_path: Path) -> None:
    """Its ledger knows other records: it is not put here by mistake."""
    with local_world(tmp_path / "a") as one, local_world(tmp_path / "b") as two:
        one.run()
        two.run()
        back_up(one.folder, tmp_path / "a.zip")
        (two.folder / "ledger.sqlite").unlink()
        with pytest.raises(WorkspaceError, match="is of another workspace"):
            restore(tmp_path / "a.zip", two.folder, ledger_only=True)
        assert not (two.folder / "ledger.sqlite").exists()


def test_a_damaged_ledger_is_replaced_when_that_is_said(tmp_path: Path) -> None:
    """A backup is what helps then; to back such a ledger up is refused."""
    with local_world(tmp_path) as world:
        begin(world)
        back_up(world.folder, tmp_path / "a.zip")
        rows = kept(world)
        (world.folder / "ledger.sqlite").write_bytes(b"garbage" * 1000)
        with pytest.raises(LedgerError, match="damaged"):
            back_up(world.folder, tmp_path / "b.zip")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "ws"]
        with pytest.raises(LedgerError, match="damaged"):
            restore(tmp_path / "a.zip", world.folder, ledger_only=True)
        restore(tmp_path / "a.zip", world.folder, ledger_only=True, overwrite=True)
        assert kept(world) == rows
        world.settle()


def repacked(path: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def listed(parts: dict[str, bytes], change: Callable[[Any], None]) -> None:
    document = json.loads(parts["backup.json"])
    change(document)
    parts["backup.json"] = json.dumps(document).encode()


def _changed(parts: dict[str, bytes]) -> None:
    parts["workspace/main.rules"] = parts["workspace/main.rules"].replace(b"Lead", b"lead")


def _longer(parts: dict[str, bytes]) -> None:
    parts["workspace/main.rules"] += b"\n"


def _lacking(parts: dict[str, bytes]) -> None:
    del parts["workspace/main.rules"]


def _more(parts: dict[str, bytes]) -> None:
    parts["workspace/more.rules"] = b""


def _moved(to: str) -> Callable[[dict[str, bytes]], None]:
    def change(parts: dict[str, bytes]) -> None:
        parts[to] = parts.pop("workspace/main.rules")
        listed(parts, lambda d: d["files"].update({to: d["files"].pop("workspace/main.rules")}))

    return change


def _unlisted(parts: dict[str, bytes]) -> None:
    del parts["backup.json"]


def _no_list(parts: dict[str, bytes]) -> None:
    parts["backup.json"] = b"[]"


def _newer(parts: dict[str, bytes]) -> None:
    listed(parts, lambda d: d.update(format=2))


def _other_ledger(parts: dict[str, bytes]) -> None:
    listed(parts, lambda d: d.update(instance="01234567"))


def _with(name: str, content: bytes) -> Callable[[dict[str, bytes]], None]:
    def change(parts: dict[str, bytes]) -> None:
        parts[name] = content
        one = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        listed(parts, lambda d: d["files"].update({name: one}))

    return change


def _without_settings(parts: dict[str, bytes]) -> None:
    del parts["workspace/syncline.toml"]
    listed(parts, lambda d: d["files"].pop("workspace/syncline.toml"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_changed, "workspace/main.rules is not what was put in"),
        (_longer, "has not the size that its list says"),
        (_lacking, "does not hold what its list names"),
        (_more, "does not hold what its list names"),
        (_moved("../main.rules"), "names a file outside of its folder"),
        (_moved("/main.rules"), "names a file outside of its folder"),
        (_moved("workspace/../../main.rules"), "names a file outside of its folder"),
        (_moved("workspace//main.rules"), "names a file outside of its folder"),
        (_unlisted, "is no backup of Syncline"),
        (_no_list, "is no backup of Syncline"),
        (_newer, "made by a newer version"),
        (_other_ledger, "its ledger is another than its list names"),
        (_with("ledger.sqlite", b"hello"), r"a\.zip is damaged: the ledger in it does not read"),
        (_with("workspace/ledger.sqlite", b"x"), "holds 'ledger.sqlite', which no backup does"),
        (_with("workspace/ledger.sqlite-wal", b"x"), "which no backup does"),
        (_with("workspace/bin/run.sh", b"x"), "which no backup does"),
        (_without_settings, r"a\.zip holds no syncline\.toml"),
        (_with("workspace/syncline.toml", b"rules = 5"), r"a\.zip cannot be used: syncline\.toml"),
    ],
)
def test_an_archive_that_is_refused(
    tmp_path: Path, change: Callable[[dict[str, bytes]], None], words: str
) -> None:
    """It is checked whole before anything is changed, and leaves nothing behind."""
    with local_world(tmp_path) as world:
        world.run()
        back_up(world.folder, tmp_path / "a.zip")
    repacked(tmp_path / "a.zip", change)
    with pytest.raises(WorkspaceError, match=words) as told:
        restore(tmp_path / "a.zip", tmp_path / "new")
    assert told.value.hint == "Take another backup; nothing was changed." or "newer" in words
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "ws"]


def test_an_archive_with_a_password(tmp_path: Path) -> None:
    """It is told for what it is: nobody asks for the password."""
    with local_world(tmp_path) as world:
        world.run()
        back_up(world.folder, tmp_path / "a.zip")
    content = bytearray((tmp_path / "a.zip").read_bytes())
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1  # the first file of the directory is said to be encrypted
    (tmp_path / "a.zip").write_bytes(bytes(content))
    with pytest.raises(WorkspaceError, match=r"a\.zip is encrypted"):
        restore(tmp_path / "a.zip", tmp_path / "new")


def test_what_is_linked_is_taken_along(world: World, tmp_path: Path) -> None:
    """Data on another disk and rules under any name are in the backup, and so restored."""
    begin(world)
    world.close()
    (world.folder / "data").rename(tmp_path / "disk")
    (world.folder / "data").symlink_to(tmp_path / "disk")
    (world.folder / "main.rules").rename(tmp_path / "disk" / "rules")
    (world.folder / ".my.rules").symlink_to(tmp_path / "disk" / "rules")
    settings = world.folder / "syncline.toml"
    settings.write_text(settings.read_text("utf-8").replace("main.rules", ".my.rules"), "utf-8")
    back_up(world.folder, tmp_path / "a.zip", now=world.clock)
    there = {name: (tmp_path / "disk" / name).read_bytes() for name in ("crm.json", "rules")}
    restore(tmp_path / "a.zip", tmp_path / "new", overwrite=True, now=world.clock)
    new = tmp_path / "new"
    assert (new / "data" / "crm.json").read_bytes() == there["crm.json"]
    assert (new / ".my.rules").read_bytes() == there["rules"]
    assert not (new / "data").is_symlink()


@pytest.mark.parametrize("rules", ["../shared/x.rules", "lost.rules"])
def test_a_backup_that_would_lack_the_rules(tmp_path: Path, rules: str) -> None:
    """It is refused, with what to do: at the restore it would be too late."""
    (tmp_path / "shared").mkdir()
    with local_world(tmp_path) as world:
        world.run()
        (world.folder / "main.rules").rename(tmp_path / "shared" / "x.rules")
        settings = world.folder / "syncline.toml"
        settings.write_text(settings.read_text("utf-8").replace("main.rules", rules), "utf-8")
        with pytest.raises(WorkspaceError, match=r"lies outside|would lack it"):
            back_up(world.folder, tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()


def test_what_is_no_archive(tmp_path: Path) -> None:
    """A file cut short, flipped bits, something else: each is told in a sentence."""
    with local_world(tmp_path) as world:
        world.run()
        back_up(world.folder, tmp_path / "a.zip")
    whole = (tmp_path / "a.zip").read_bytes()
    bad = tmp_path / "bad.zip"
    for at in range(40, len(whole), len(whole) // 40):
        for content in (whole[:at], whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :]):
            bad.write_bytes(content)
            cut = content == whole[:at]
            try:
                restore(bad, tmp_path / f"new{at}")
                assert not cut  # a bit may be one that tells nothing, such as a date's
            except (WorkspaceError, LedgerError):
                pass
    done = command("restore", "nowhere.zip", "x", folder=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert "there is no nowhere.zip" in done.stderr


def test_an_archive_of_an_older_ledger(old: World, tmp_path: Path) -> None:
    """It is brought up to date on its way."""
    back_up(old.folder, tmp_path / "a.zip")

    def older(parts: dict[str, bytes]) -> None:
        folder = tmp_path / "older"
        version_1(folder, "")
        parts["ledger.sqlite"] = content = (folder / "ledger.sqlite").read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        listed(
            parts,
            lambda d: d["files"].update(
                {"ledger.sqlite": {"size": len(content), "sha256": digest}}
            ),
        )

    repacked(tmp_path / "a.zip", older)
    restore(tmp_path / "a.zip", old.folder, overwrite=True)
    old.settle()
    assert len(rows_of(old.folder, old.ledger)["pairs"]) == 25


def test_the_commands_print_documents(tmp_path: Path) -> None:
    """What backup and restore print with --json is what the archive lists."""
    with local_world(tmp_path) as world:
        world.run()
        made = command("backup", "../a.zip", "--json", folder=world.folder)
        back = command("restore", "a.zip", "new", "--json", folder=tmp_path)
        assert (made.returncode, back.returncode) == (0, 0)
        assert json.loads(made.stdout) == json.loads(back.stdout)
        assert check("backup", json.loads(made.stdout)) == []
        assert files(tmp_path / "new") == files(world.folder)
        with the_engine(tmp_path / "new", "") as engine, engine.connect() as db:
            assert db.scalar(text("SELECT count(*) FROM runs")) == 1
