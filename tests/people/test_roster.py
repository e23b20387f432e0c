"""The decision whether a person may: a table, and what holds whatever the people are."""

from __future__ import annotations

import inspect
from itertools import pairwise

import click
import pytest
from hypothesis import given, strategies as st

from syncline import Workspace
from syncline.admission.admission import Admission
from syncline.cli.main import cli
from syncline.people.people import People
from syncline.people.rights import OPERATIONS, OWN, RIGHTS, Right, Role
from syncline.people.roster import Person, Roster, may

OPS, ANN, MIA, BOB = (
    Person(email=f"{name}@acme.example", role=role, users=(name,))
    for name, role in (
        ("ops", Role.ADMIN),
        ("ann", Role.ADMIN),
        ("mia", Role.MANAGER),
        ("bob", Role.MEMBER),
    )
)
ALL = (OPS, ANN, MIA, BOB)

_MANY = st.lists(
    st.builds(
        Person,
        email=st.sampled_from([f"p{n}@acme.example" for n in range(6)]),
        role=st.sampled_from([role for role in Role if role is not Role.SUPER_ADMIN]),
    ),
    min_size=1,
    unique_by=lambda person: person.email,
)
_WHO = st.sampled_from(["", "p0@acme.example", "p3@acme.example", "gone@acme.example"])


@pytest.mark.parametrize(
    ("chosen", "admin", "chief", "owner"),
    [
        ("", None, "ops", "ops"),
        ("", "ann@acme.example", "ann", "ann"),
        ("", "ANN@acme.example", "ann", "ann"),
        ("", "gone@acme.example", "ops", "ops"),
        ("mia@acme.example", "ann@acme.example", "mia", "ann"),
        ("mia@acme.example", None, "mia", "mia"),
        ("gone@acme.example", None, "ops", "ops"),
    ],
)
def test_the_crm_admin_is_the_super_admin_until_another_is_chosen(
    chosen: str, admin: str | None, chief: str, owner: str
) -> None:
    """K14, RS11: the rules' admin, whoever was chosen, or the first; field mapping is its own."""
    roster = Roster.of(ALL, chosen, admin)
    (found,) = (p for p in roster.persons if p.role is Role.SUPER_ADMIN)
    assert found.email == f"{chief}@acme.example"
    assert roster.crm_admin == f"{owner}@acme.example"
    assert {p.email for p in roster.holders(Right.RULES)} == {found.email, roster.crm_admin}


@pytest.mark.parametrize(
    ("who", "right", "allowed"),
    [
        ("ops", Right.RULES, True),
        ("ann", Right.RULES, False),
        ("ann", Right.PAUSE, True),
        ("ann", Right.SUCCESSION, False),
        ("mia", Right.LOG, True),
        ("mia", Right.SETTINGS, False),
        ("mia", Right.PAUSE, False),
        ("mia", Right.AUDIT, False),
        ("bob", Right.STATUS, True),
        ("bob", Right.LOG, False),
    ],
)
def test_a_role_allows_what_it_allows(who: str, right: Right, allowed: bool) -> None:
    """K12, K13: administrators change settings, managers read the log and nothing of them."""
    roster = Roster.of(ALL, "", None)
    refusal = may(roster.find(who), right, roster)
    assert (refusal is None) == allowed
    if refusal is not None:
        assert refusal.right is right
        assert refusal.holders
        assert refusal.givers


def test_a_refusal_says_which_right_who_has_it_and_who_can_give_it() -> None:
    """K12: three answers in two sentences."""
    roster = Roster.of(ALL, "", None)
    refusal = may(roster.find("mia"), Right.PAUSE, roster)
    assert refusal is not None
    assert refusal.words == (
        "mia@acme.example is a manager and may not pause and resume; "
        "ops@acme.example and ann@acme.example may"
    )
    assert refusal.hint == (
        "ops@acme.example and ann@acme.example can change that: "
        "`syncline people role mia@acme.example admin`."
    )


def test_somebody_unknown_is_told_by_the_name_they_go_by() -> None:
    """K12: a user whom nobody added has no right, not even to see whether it runs."""
    roster = Roster.of(ALL, "", None)
    refusal = may(None, Right.STATUS, roster, "eve")
    assert refusal is not None
    assert refusal.words.startswith("eve is nobody here and may not see whether the sync runs")
    assert "--role member --user eve" in refusal.hint


def test_rights_grow_with_the_role() -> None:
    """A manager may what a member may, an admin what a manager may, the super-admin everything."""
    order = [RIGHTS[role] for role in (Role.MEMBER, Role.MANAGER, Role.ADMIN, Role.SUPER_ADMIN)]
    assert all(less < more for less, more in pairwise(order))
    assert RIGHTS[Role.SUPER_ADMIN] == frozenset(Right)
    assert not RIGHTS[Role.ADMIN] & OWN


@given(_MANY, _WHO, st.one_of(st.none(), _WHO), st.sampled_from(list(Right)))
def test_whoever_they_are_each_right_has_a_holder_and_each_refusal_a_giver(
    persons: list[Person], chosen: str, admin: str | None, right: Right
) -> None:
    """There is one super-admin, nobody is locked out, and who is refused holds nothing."""
    roster = Roster.of(persons, chosen, admin)
    assert [p.role for p in roster.persons].count(Role.SUPER_ADMIN) == 1
    holders = set(roster.holders(right))
    assert holders
    for person in roster.persons:
        refusal = may(person, right, roster)
        assert (refusal is None) == (person in holders)
        assert refusal is None or refusal.givers


def _operations(kind: type) -> set[str]:
    found = inspect.getmembers(kind, inspect.isfunction)
    return {name for name, _method in found if not name.startswith("_")}


#: Methods that ask nothing of the workspace's systems, ledger or settings.
_OPEN = {"allow", "alone", "close", "rules_admin"}


def test_each_operation_of_the_api_declares_its_right() -> None:
    """K12: the table names every public method of a workspace."""
    assert _operations(Workspace) - _OPEN <= set(OPERATIONS)


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        *((Workspace, name) for name in sorted(_operations(Workspace) - _OPEN) if OPERATIONS[name]),
        *((Admission, name) for name in ("begin", "finish", "states", "disconnect")),
        *((People, name) for name in sorted(_operations(People))),
    ],
    ids=lambda part: part if isinstance(part, str) else part.__name__,
)
def test_each_operation_asks_before_it_does_anything(kind: type, method: str) -> None:
    """K12: the API's own border; a host that leaves the command line out passes it too."""
    assert ".allow(" in inspect.getsource(getattr(kind, method))


def _commands() -> list[str]:
    context, found = click.Context(cli), list[str]()
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        if isinstance(command, click.Group):
            found += [f"{name} {sub}" for sub in command.list_commands(context)]
        else:
            found.append(name)
    return found


@pytest.mark.parametrize("name", _commands())
def test_each_command_declares_its_right(name: str) -> None:
    """K12: one table for both."""
    assert name in OPERATIONS
