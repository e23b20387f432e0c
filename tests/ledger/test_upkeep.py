"""Prune and doctor: what may go, what must stay, and what a look into the ledger finds."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Generator
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from support import CADENCE, CRM, RULES, World, command, local_world, postgres
from support_ledger import rows_of, the_engine
from syncline import upkeep
from syncline.errors import LedgerError
from syncline.ledger.codec import stamp
from syncline.ledger.findings import Finding, Grade
from syncline.ledger.journal import get_run
from syncline.sync.lease import Lease, LeaseHeldError
from syncline_schemas import check

HOLDING = RULES.replace(
    "    City      <-> city\n",
    "    City      <-> city\n    Description <-> notes  hold on conflict\n",
)


def lived_in(world: World) -> None:
    """Sixty days of work: linked, changed and at last held records, four runs."""
    world.rules(HOLDING)
    ann = world.lead("Ann")
    person = world.prospect("Ann")
    for day in range(4):
        if day == 3:
            world.change(CRM, "Lead", ann, Description="one")
            world.change(CADENCE, "prospect", person, notes="two")
        world.run()
        world.change(CRM, "Lead", ann, City=f"City {day}")
        world.clock.forward(days=15)


def counts(world: World) -> dict[str, int]:
    return {name: len(rows) for name, rows in rows_of(world.folder, world.ledger).items()}


def execute(world: World, *statements: str) -> None:
    with the_engine(world.folder, world.ledger) as engine, engine.begin() as db:
        for statement in statements:
            db.execute(text(statement.replace(":later", f"'{stamp(later(world))}'")))


def later(world: World) -> datetime:
    return world.clock() + timedelta(days=3)


# Prune


def test_prune_removes_old_history_and_nothing_that_a_sync_needs(world: World) -> None:
    """Runs go with their lines and calls; pairs, the inbox and holds stay; it goes on as before."""
    lived_in(world)
    before = counts(world)
    pruned = upkeep.prune(world.folder, keep=timedelta(days=35), now=world.clock)
    after = counts(world)
    for table in ("entries", "calls", "runs"):
        assert pruned.before[table] == before[table]
        assert 0 < pruned.removed[table] < before[table]
    for table, n in after.items():
        assert n == before[table] - pruned.removed.get(table, 0), table
    left = rows_of(world.folder, world.ledger)
    until = stamp(world.clock.now - timedelta(days=36))
    assert all(str(run["finished"]) > until for run in left["runs"])
    runs = {run["id"] for run in left["runs"]}
    assert {line["run"] for line in left["entries"]} <= runs
    report = world.run()
    assert report.run == before["runs"] + 1
    assert report.state == "done"


def test_prune_counts_only_when_asked_to(world: World) -> None:
    """`--dry-run` says what would go, and nothing goes."""
    lived_in(world)
    before = rows_of(world.folder, world.ledger)
    counted = upkeep.prune(world.folder, keep=timedelta(days=35), dry_run=True, now=world.clock)
    assert rows_of(world.folder, world.ledger) == before
    assert upkeep.prune(world.folder, keep=timedelta(days=35), now=world.clock) == counted


def test_prune_keeps_a_run_whose_writes_are_not_known(world: World) -> None:
    """A run with an open intent or a question to a person stays, however old; so does the last."""
    lived_in(world)
    execute(
        world,
        "DELETE FROM holds",
        "INSERT INTO intents (id, run, body) VALUES (77, 2, '[]')",
        "INSERT INTO holds (id, map, crm_id, cadence_id, row, crm_value, cadence_value, rule,"
        " reason, run, at) VALUES (77, 'Lead/prospect', '', '', '', 'null', 'null', '', '', 3, '')",
    )
    world.clock.forward(days=1000)
    upkeep.prune(world.folder, now=world.clock)
    assert [run["id"] for run in rows_of(world.folder, world.ledger)["runs"]] == [2, 3, 4]


def test_prune_never_takes_the_calls_of_the_last_day(world: World) -> None:
    """The budget counts them for 24 hours, whatever is asked for (K6)."""
    world.lead("Ann")
    world.run()
    before = counts(world)["calls"]
    upkeep.prune(world.folder, keep=timedelta(0), now=world.clock)
    assert counts(world)["calls"] == before > 0


def test_prune_as_a_command(tmp_path: Path) -> None:
    """It prints what there was and what is left, and shrinks the file."""
    with local_world(tmp_path) as world:
        lived_in(world)
        execute(
            world,
            "WITH RECURSIVE n(i) AS (VALUES (1000) UNION ALL SELECT i + 1 FROM n WHERE i < 21000)"
            " INSERT INTO entries (id, run, at, kind, map, crm_id, cadence_id, side, object, field,"
            " old, new, lost, rule, reason) SELECT i, 1, '2026-11-02T09:00:00.000000Z', 'update',"
            " '', '', '', '', '', '', 'null', 'null', 'null', '', '' FROM n",
            "UPDATE runs SET started = '2020' || substr(started, 5), "
            "finished = '2020' || substr(finished, 5)",
        )
        path = world.folder / "ledger.sqlite"
        size = path.stat().st_size
        done = command("prune", "--keep", "30", "--json", folder=world.folder)
        document = json.loads(done.stdout)
        assert check("pruned", document) == []
        assert document["removed"]["entries"] > 20_000
        assert document["after"]["runs"] == 1
        assert path.stat().st_size < size / 2
        told = command("prune", "--dry-run", folder=world.folder).stdout
        assert "0 of 1 runs would be removed, 1 left" in told
        for wrong in ("1d", "0", "ninety", "-5d"):
            assert command("prune", f"--keep={wrong}", folder=world.folder).returncode == 64


# Doctor


def found(world: World, *, repair: bool = False) -> list[Finding]:
    return upkeep.examine(world.folder, repair=repair, now=world.clock)


def test_a_ledger_in_use_is_sound(world: World) -> None:
    """After runs, holds and deletions in either system nothing is found."""
    lived_in(world)
    bob = world.lead("Bob")
    world.prospect("Cyd")
    world.run()
    world.delete(CRM, "Lead", bob)
    world.delete(CADENCE, "prospect", str(world.one(CADENCE, "prospect", first_name="Cyd")["id"]))
    world.run()
    world.run()
    assert found(world) == []


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def lived(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Generator[World]:
    """Give one world to many: each is to leave it sound."""
    with ExitStack() as stack:
        address = "" if request.param == "sqlite" else stack.enter_context(postgres())
        world = stack.enter_context(local_world(tmp_path_factory.mktemp("ws"), ledger=address))
        lived_in(world)
        yield world
        assert world.run().state == "done"
        assert found(world) == []


STRANGE = (
    "INSERT INTO inbox (side, object, id, modified, record, state, reason, attempts, since, seen,"
    " run, due, gone) VALUES ('crm', 'Account', '001', "
    "'2026-11-02T09:00:00.000000Z', '{}', 'new', '', 0, '', '', 0, '', '')"
)


@pytest.mark.parametrize(
    ("harm", "what"),
    [
        (STRANGE, "1 record in the inbox is of an object that no map has"),
        (
            "INSERT INTO keys VALUES ('crm', 'Lead', '00Q9', 'Email', 'x@example.com')",
            "1 record with match keys is neither linked nor waiting",
        ),
        (
            "UPDATE holds SET crm_id = 'gone', cadence_id = 'gone'",
            "1 held question about records that are neither linked nor waiting",
        ),
        (
            "UPDATE runs SET state = 'running' WHERE id < 3",
            "2 runs marked as running, and nobody runs",
        ),
        (
            "UPDATE cursors SET modified = :later WHERE side = 'cadence'",
            "1 object read up to a moment that is still to come: changes are missed",
        ),
        (
            "UPDATE calls SET at = :later WHERE id = 1",
            "1 call counted at a moment that is still to come: the budget waits for them",
        ),
        (
            "INSERT INTO breakers VALUES ('crm', 9, :later, '')",
            "1 connection left in peace for more than a day",
        ),
        ("DROP INDEX entries_by_run", "1 index is missing: all is there, but found slowly"),
    ],
)
def test_what_the_doctor_finds_and_puts_right(lived: World, harm: str, what: str) -> None:
    """It names each thing with how many and which, and changes nothing until it is told to."""
    execute(lived, harm)
    before = rows_of(lived.folder, lived.ledger)
    (one,) = found(lived)
    assert (one.what, one.grade) == (what, Grade.PROBLEM)
    assert rows_of(lived.folder, lived.ledger) == before
    (told,) = found(lived, repair=True)
    assert (told.what, told.grade) == (what, Grade.REPAIRED)
    assert found(lived) == []


def test_what_nobody_can_put_right(world: World) -> None:
    """Values that do not read, and tables that are not there, are named and left as they are."""
    world.lead("Ann")
    world.run()
    execute(world, "UPDATE pairs SET crm_base = '{\"City\": '")
    (one,) = found(world, repair=True)
    assert one.what == "1 row of pairs with what does not read"
    assert one.examples == ("Lead/prospect 00Q000000000001",)
    execute(world, "ALTER TABLE entries DROP COLUMN reason", "DROP TABLE wakes")
    with pytest.raises(LedgerError, match=r"is damaged|refused") as told:
        world.run()
    assert told.value.exit_code == 3
    (one,) = found(world, repair=True)
    assert (one.what, one.grade) == ("2 tables or columns are missing", Grade.PROBLEM)
    assert one.examples == ("entries.reason", "wakes")


@pytest.mark.parametrize(
    ("harm", "table"),
    [
        ("UPDATE pairs SET crm_base = '5'", "pairs"),
        ("UPDATE pairs SET owed = '7'", "pairs"),
        ('UPDATE pairs SET choices = \'{"City>city": "me"}\'', "pairs"),
        ("UPDATE pairs SET crm_echo = 'secret-value'", "pairs"),
        ("INSERT INTO intents (id, run, body) VALUES (77, 2, '{}')", "intents"),
        ("UPDATE runs SET started = 'x' WHERE id = 1", "runs"),
        ("UPDATE runs SET report = '[]' WHERE id = 1", "runs"),
        ("INSERT INTO meta VALUES ('paused', '{oops')", "meta"),
        ("UPDATE versions SET at = 'x'", "versions"),
        ("INSERT INTO wakes (id, at, side, object, ids) VALUES (1, '', 'moon', '', '[]')", "wakes"),
        ("INSERT INTO intents (id, run, body) VALUES (77, 2, '[5]')", "intents"),
        ("UPDATE runs SET report = 'null' WHERE id = 1", "runs"),
        ("UPDATE meta SET value = '5' WHERE name = 'locked'", "meta"),
        ("UPDATE meta SET value = 'brimful' WHERE name = 'budget:crm'", "meta"),
        ("UPDATE cursors SET fields = '5' WHERE object = 'Lead'", "cursors"),
        ("INSERT INTO breakers VALUES ('crm', 5, 'noon', '')", "breakers"),
        ("UPDATE entries SET lost = '[\"moon\"]' WHERE id = 1", "entries"),
        ("UPDATE leases SET token = 'x'", "leases"),
        ("UPDATE inbox SET record = '[]'", "inbox"),
        ("UPDATE inbox SET state = 'odd'", "inbox"),
    ],
)
def test_a_value_of_another_shape(tmp_path: Path, harm: str, table: str) -> None:
    """What a run cannot read the doctor finds, and the run says to ask the doctor."""
    asking = {"runs": ["report", "--since", "9000d"], "entries": ["log"]}
    with local_world(tmp_path) as world:
        ann = world.lead("Ann")
        world.settle()
        world.change(CRM, "Lead", ann, City="Oslo")
        with world.workspace() as workspace:
            workspace.plan()
        execute(world, harm)
        assert f"1 row of {table} with what does not read" in [one.what for one in found(world)]
        if "state" not in harm and table != "wakes":  # of such nobody asks here
            told = command(
                *asking.get(table, ["run"]),
                folder=world.folder,
            )
            assert told.returncode == 3
            assert "the ledger is damaged: a value in it does not read" in told.stderr
            assert "secret-value" not in told.stderr


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM meta WHERE name = 'instance'",
        "UPDATE meta SET value = '1' WHERE name = 'schema'",
        "ALTER TABLE pairs DROP COLUMN choices",
    ],
)
def test_a_ledger_that_cannot_be_used(tmp_path: Path, harm: str) -> None:
    """Every command says so, and that to run again does not help."""
    with local_world(tmp_path) as world:
        world.lead("Ann")
        world.run()
        execute(world, harm)
        for words in (["run"], ["doctor"]):
            told = command(*words, folder=world.folder)
            assert told.returncode == 3
            assert "fault of Syncline" not in told.stdout + told.stderr
        assert any(one.grade is Grade.PROBLEM for one in found(world))


def test_a_record_that_two_pairs_claim(world: World) -> None:
    """It is named; which pair is right nobody can say but a person (E8)."""
    world.rules(HOLDING + HOLDING.partition("map Lead")[2].replace(" <-> prospect {",
                "map Contact <-> prospect {", 1).replace("    Company   <-> company_name  required,"
                ' default "Unknown"\n', "").replace("    City      <-> city\n", "")
                .replace("    Description <-> notes  hold on conflict\n", ""))  # fmt: skip
    world.lead("Ann")
    world.settle()
    execute(
        world,
        "INSERT INTO pairs (map, crm_id, cadence_id, crm_object, cadence_object, crm_base,"
        " cadence_base, crm_seen, cadence_seen, crm_echo, cadence_echo, holding, owed, crm_gone,"
        " cadence_gone, due, flips, choices) SELECT 'Contact/prospect', '003', cadence_id,"
        " 'Contact', cadence_object, crm_base, cadence_base, '', '', '', '', '[]', '[]', '', '',"
        " '', '{}', '{}' FROM pairs",
    )
    (one,) = found(world)
    assert one.what == "1 record is linked to more than one record"
    assert one.examples == ("prospect prs_000001",)
    assert one.repair is None


def test_pairs_of_a_map_that_is_gone_are_worth_a_note(world: World) -> None:
    """They bind nobody, and nothing is wrong."""
    world.lead("Ann")
    world.run()
    execute(world, "UPDATE pairs SET map = 'Account/company'")
    notes = [one for one in found(world) if one.grade is Grade.NOTE]
    assert [one.what for one in notes] == ["pairs of 1 map that the rules no longer have"]


def test_nothing_is_repaired_while_a_run_is_at_work(world: World) -> None:
    """Nor is that run taken for one that was cut off."""
    world.run()
    execute(world, "UPDATE runs SET state = 'running'")
    with world.workspace() as workspace, Lease(workspace.ledger, world.clock, world.folder):
        assert found(world) == []
        with pytest.raises(LeaseHeldError):
            found(world, repair=True)
    assert [one.grade for one in found(world)] == [Grade.PROBLEM]


def test_the_next_run_ends_those_that_were_cut_off(world: World) -> None:
    """After a kill nobody has to repair anything: a new run is enough."""
    world.run()
    execute(world, "UPDATE runs SET state = 'running', finished = NULL, report = '{}'")
    world.run()
    assert found(world) == []
    with world.workspace() as workspace, workspace.ledger.begin() as db:
        cut_off = get_run(db, 1)
    assert cut_off is not None
    assert (cut_off.state, cut_off.finished is None) == ("failed", False)


def test_a_fault_that_was_counted_is_no_damage(world: World) -> None:
    """A connection that failed once or twice is not left in peace, and has no time for it."""
    world.run()
    execute(world, "INSERT INTO breakers VALUES ('crm', 2, '', 'no connection')")
    assert found(world) == []


def test_rules_that_cannot_be_read_leave_the_rest_to_look_at(world: World) -> None:
    """Who belongs to no map cannot be told; that is said, and the rest is looked through."""
    world.run()
    (world.folder / "main.rules").write_text("map {", "utf-8")
    execute(world, "UPDATE runs SET state = 'running'")
    assert [one.grade for one in found(world)] == [Grade.NOTE, Grade.PROBLEM]


def torn(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 5] = b"\xff" * 8192
    path.write_bytes(bytes(content))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:10_000])


def garbage(path: Path) -> None:
    path.write_bytes(b"garbage" * 1000)


@pytest.mark.parametrize("harm", [torn, cut, garbage])
def test_a_damaged_file(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    """The doctor says so and how to go on; it changes nothing, not even when told to repair."""
    with local_world(tmp_path) as world:
        lived_in(world)
        path = world.folder / "ledger.sqlite"
        with closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        harm(path)
        before = path.read_bytes()
        done = command("doctor", "--json", folder=world.folder)
        document = json.loads(done.stdout)
        assert check("doctor", document) == []
        assert (done.returncode, document["sound"]) == (3, False)
        told = command("doctor", "--repair", folder=world.folder)
        assert told.returncode == 3
        assert "problem: ledger.sqlite is damaged" in told.stdout
        assert "syncline restore BACKUP" in told.stdout
        assert path.read_bytes() == before


def test_the_doctor_as_a_command(tmp_path: Path) -> None:
    """Exit code 0 for a sound ledger, 3 while problems are left."""
    with local_world(tmp_path) as world:
        world.clock.now = datetime.now(world.clock.now.tzinfo)
        world.lead("Ann")
        world.run()
        sound = command("doctor", folder=world.folder)
        assert (sound.returncode, sound.stdout) == (0, "The ledger is sound.\n")
        execute(world, "UPDATE runs SET state = 'running'")
        ill = command("doctor", folder=world.folder)
        assert ill.returncode == 3
        assert ill.stdout.startswith("problem: 1 run marked as running, and nobody runs: run 1\n")
        assert "`syncline doctor --repair` puts right what says so." in ill.stdout
        well = command("doctor", "--repair", folder=world.folder)
        assert well.returncode == 0
        assert "repaired: 1 run" in well.stdout
