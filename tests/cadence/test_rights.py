"""Who may do what in the cadence: members work in it, and do not change the cadences (K12)."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import RULES, local_world
from support_people import LOGGED_IN
from syncline import TouchDone, Workspace
from syncline.cadence_documents import cadences_to
from syncline.people.border import RefusedError
from syncline.people.rights import Role

OPS, BOB = "ops@acme.example", "bob@acme.example"


def test_a_member_makes_touches_and_changes_no_cadence(tmp_path: Path) -> None:
    """K12, RS11: due touches, outcomes and history are everybody's; cadences are the admins'."""
    with local_world(tmp_path, f'admin "{OPS}"\n{RULES}') as world:
        world.run()
        prospect = world.prospect("Ann")

        def opened(who: str) -> Workspace:
            return Workspace(
                world.folder, registry=world.registry, now=world.clock, environ={}, who=who
            )

        with opened(LOGGED_IN) as workspace:
            workspace.people.add(OPS)
        with opened(OPS) as workspace:
            workspace.people.add(BOB, role=Role.MEMBER)
            document = cadences_to(workspace.touches.cadences())
            assert set(workspace.touches.put_cadences(document).values()) == {"same"}
        with opened(BOB) as workspace:
            touches = workspace.touches
            touches.enrol(prospect, "New leads")
            assert [each.waiting.prospect for each in touches.due()] == [prospect]
            touches.done(TouchDone(prospect=prospect, outcome="Connected"))
            assert touches.history(prospect)[-1].reason == f"call: Connected, by {BOB}"
            with pytest.raises(RefusedError, match="change the settings of the company"):
                touches.put_cadences(document)
        with opened("eve") as workspace, pytest.raises(RefusedError, match="work in the cadence"):
            workspace.touches.enrol(prospect, "New leads")
