"""A run that stands still in the middle, loses its lease to another, and wakes up."""

from __future__ import annotations

import pytest

from support import CADENCE, CRM, World
from syncline.ledger import journal
from syncline.sync.lease import LeaseLostError


@pytest.mark.parametrize("moment", ["writing", "sending", "answered"])
def test_whoever_lost_the_lease_writes_nothing_more(local: World, moment: str) -> None:
    """The other finds out what it left, and does the rest; nothing is done twice (promise 3)."""
    known = local.lead("Ann")
    local.run()
    for name in ("Bob", "Cyd"):
        local.lead(name)
    local.prospect("Dee")
    local.change(CRM, "Lead", known, City="Ulm")
    others: list[int] = []

    def progress(what: str, _done: int, _total: int | None) -> None:
        if what.startswith(moment) and not others:
            others.append(0)
            local.clock.forward(minutes=3)
            report = local.run()
            assert report.state == "done", report.faults
            others.append(report.run)

    with (
        local.workspace(progress=progress) as workspace,
        pytest.raises(LeaseLostError) as caught,
    ):
        workspace.run()
    assert caught.value.exit_code == 2
    again = local.run()
    assert (again.state, again.writes) == ("done", 0), local.history(run=again.run)
    assert len(local.all(CADENCE, "prospect")) == len(local.all(CRM, "Lead")) == 4
    assert local.one(CADENCE, "prospect", first_name="Ann")["city"] == "Ulm"
    with local.workspace() as workspace, workspace.ledger.begin() as db:
        assert journal.pending_intents(db) == []
        last = journal.last_run(db)
    assert last is not None
    # The one that lost it has not written its own end either.
    assert last.number == others[1] + 1
