"""What the tests of people share: a workspace in which four of them are set up."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

import support
from support import RULES, World
from support_people import ADMIN, ANN, BOB, LOGGED_IN, MIA, OPS, As
from syncline import Workspace
from syncline.people.rights import Role


@pytest.fixture
def local(tmp_path: Path, ledger_address: str) -> Generator[World]:
    """Make a workspace between two files, whose rules name a CRM admin; a run has been."""
    with support.local_world(tmp_path, rules=ADMIN + RULES, ledger=ledger_address) as found:
        found.lead("Ann")
        found.run()
        yield found


@pytest.fixture
def as_(local: World) -> As:
    """Return what opens the workspace for a person whom a host names."""

    @contextmanager
    def opened(who: str | None) -> Generator[Workspace]:
        with Workspace(
            local.folder, registry=local.registry, now=local.clock, environ={}, who=who
        ) as workspace:
            yield workspace

    return opened


@pytest.fixture
def staffed(local: World, as_: As) -> World:
    """Set up one person of each role; the super-admin is whoever is logged in."""
    with as_(LOGGED_IN) as workspace:
        workspace.people.add(OPS)
    with as_(OPS) as workspace:
        for address, role in ((ANN, Role.ADMIN), (MIA, Role.MANAGER), (BOB, Role.MEMBER)):
            workspace.people.add(address, role=role)
    return local
