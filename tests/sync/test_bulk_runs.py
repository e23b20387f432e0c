"""A system with a way of its own for many records gets many at once, and few as ever."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import support
from support import CRM
from syncline import Bulk, Description, Outcome, Write

BULK = Bulk(above=3, size=2500, price=4)


def test_what_is_more_than_a_plan_goes_in_one_job(tmp_path: Path) -> None:
    """2,400 creations are one write; the three that follow are no job any more (K6)."""
    sizes: list[int] = []

    def described(describe: Callable[[], Description]) -> Callable[[], Description]:
        def told() -> Description:
            found = describe()
            return replace(found, prices=replace(found.prices, bulk=BULK))

        return told

    def counted(
        write: Callable[[str, Sequence[Write]], list[Outcome]],
    ) -> Callable[[str, Sequence[Write]], list[Outcome]]:
        def heard(name: str, writes: Sequence[Write]) -> list[Outcome]:
            sizes.append(len(writes))
            return write(name, writes)

        return heard

    with support.local_world(tmp_path) as world:
        rows = [
            Write(
                key=f"p{n}",
                values={
                    "first_name": "P",
                    "last_name": str(n),
                    "email": f"p{n}@example.com",
                    "company_name": "Acme",
                },
            )
            for n in range(2400)
        ]
        world.hand(support.CADENCE).write("prospect", rows)
        world.registry = support.meddled(world, CRM, "describe", described)
        world.registry = support.meddled(world, CRM, "write", counted)
        report = world.settle()
        assert (report.planned[CRM], sizes) == (report.calls[CRM] + BULK.price - 1, [2400])
        for n in range(3):
            world.prospect(f"Q{n}")
        world.settle()

    assert sizes == [2400, 3]
