"""Whole cycles with the ledger in PostgreSQL: what is shown on a file holds there too.

`pytest tests/sync --ledger postgres` runs all of them so.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from support import CRM, RULES, World, command, local_world, postgres
from sync import test_cycle as cycle, test_faults as faults

CASES = [
    cycle.test_a_first_run_links_creates_and_fills_and_then_nothing_moves,
    cycle.test_a_plan_writes_nothing_and_says_what_the_run_then_does,
    cycle.test_a_held_conflict_waits_for_a_person_and_is_released_by_one,
    cycle.test_an_edit_between_our_reading_and_our_writing_is_not_taken_for_an_echo,
    cycle.test_a_call_becomes_a_task_once_and_edits_of_it_follow,
    cycle.test_duplicates_are_held_until_a_person_tells_them_apart,
    cycle.test_a_row_that_is_refused_fails_alone_and_rests_after_three_attempts,
    cycle.test_what_does_not_fit_the_budget_is_done_on_later_days_and_none_is_lost,
    faults.test_an_action_that_could_not_be_done_fires_again,
    faults.test_an_action_whose_connector_broke_after_its_effect_is_not_done_twice,
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_a_cycle_on_postgres(case: Callable[[World], None], tmp_path: Path) -> None:
    """The same people, the same systems, the same end."""
    with postgres() as address, local_world(tmp_path, ledger=address) as world:
        case(world)


def test_the_same_history_gives_the_same_ledger(tmp_path: Path) -> None:
    """Row by row, a ledger in a file and one in a database say the same of the same work."""
    found: list[list[object]] = []
    with postgres() as address:
        for name in ("", address):
            with local_world(tmp_path / (name and "db"), RULES, ledger=name) as world:
                ann = world.lead("Ann")
                world.prospect("bob")
                world.lead("Ödön")
                world.run()
                world.change(CRM, "Lead", ann, City="Zürich")
                world.settle()
                found.append([(e.kind, e.field, e.old, e.new, e.run) for e in world.history()])
    assert found[0] == found[1]


def test_commands_on_postgres(tmp_path: Path) -> None:
    """`run`, `log`, `why` and `prune` find the ledger by the address in the settings alone."""
    with postgres() as address, local_world(tmp_path, ledger=address) as world:
        world.lead("Ann")
        world.close()
        for words in (["run"], ["log"], ["why", "ann@example.com"], ["prune"], ["doctor"]):
            done = command(*words, folder=world.folder)
            assert done.returncode == 0, done.stderr
        assert not list(world.folder.glob("ledger.sqlite*"))
