"""`syncline people`, who may do what, and `syncline audit`, who changed what (K12, RS11)."""

from __future__ import annotations

__all__ = ["audit", "people"]

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..people.rights import RIGHTS, Role
from ..people.trail import KINDS
from .options import json_option, print_json, workspace_option
from .signs import tame
from .since import since_option

if TYPE_CHECKING:
    from ..people.roster import Person, Roster
    from ..people.trail import Change

_NUMBER = click.IntRange(1, 1_000_000_000)
_ROLE = click.Choice([str(role) for role in Role])


@click.group()
def people() -> None:
    """Say who works with this workspace, and what each may do.

    Where nobody is set up, whoever can open the folder may do everything. The first person that is
    added is the super-admin.
    """


@people.command("list")
@workspace_option
@json_option
def list_people(folder: Path, as_json: bool) -> int:
    """List everybody, with role and rights."""
    from ..workspace import Workspace

    with Workspace(folder) as workspace:
        roster = workspace.people.list()
    if as_json:
        print_json({"people": [] if roster is None else _documents(roster)})
        return 0
    if roster is None:
        click.echo("Nobody is set up: whoever can open this folder may do everything.")
        click.echo("`syncline people add ADDRESS` makes the first person, the super-admin.")
        return 0
    width = max(len(person.email) for person in roster.persons)
    for person in roster.persons:
        users = f"  user {', '.join(person.users)}" if person.users else ""
        own = "  CRM admin" if person.email == roster.crm_admin else ""
        click.echo(tame(f"{person.email:{width}}  {person.role:11}{own}{users}"))
        click.secho(f"    may {', '.join(sorted(roster.rights(person)))}", dim=True)
    return 0


@people.command()
@click.argument("address")
@click.option("--role", type=_ROLE, help="A member, unless this says otherwise.")
@click.option("--user", "users", multiple=True, help="A user of this system that it is.")
@workspace_option
@json_option
def add(address: str, role: str | None, users: tuple[str, ...], folder: Path, as_json: bool) -> int:
    """Add the person with this e-mail ADDRESS.

    The first is the super-admin: the CRM admin whom the rules name (`admin "…"`), and the user who
    is logged in unless `--user` names another.
    """
    from ..workspace import Workspace

    with Workspace(folder) as workspace:
        person = workspace.people.add(
            address, role=None if role is None else Role(role), users=users or None
        )
    return _told(person, "is here now", as_json=as_json)


@people.command("role")
@click.argument("person")
@click.argument("role", type=_ROLE)
@workspace_option
@json_option
def give_role(person: str, role: str, folder: Path, as_json: bool) -> int:
    """Give PERSON another ROLE."""
    from ..workspace import Workspace

    with Workspace(folder) as workspace:
        found = workspace.people.give_role(person, Role(role))
    return _told(found, "has another role", as_json=as_json)


@people.command()
@click.argument("person")
@workspace_option
@json_option
def remove(person: str, folder: Path, as_json: bool) -> int:
    """Remove PERSON; what it did stays in the audit."""
    from ..workspace import Workspace

    with Workspace(folder) as workspace:
        found = workspace.people.remove(person)
    return _told(found, "is nobody here any more; it was", as_json=as_json)


@people.command("super-admin")
@click.argument("person")
@workspace_option
@json_option
def super_admin(person: str, folder: Path, as_json: bool) -> int:
    """Let PERSON be the super-admin; whoever was stays an admin."""
    from ..workspace import Workspace

    with Workspace(folder) as workspace:
        found = workspace.people.choose_super_admin(person)
    return _told(found, "takes the place", as_json=as_json)


def _told(person: Person, what: str, *, as_json: bool) -> int:
    if as_json:
        rights = sorted(RIGHTS[person.role])
        print_json({"people": [_document(person, [str(right) for right in rights], own=None)]})
    else:
        click.echo(tame(f"{person.email} {what}: {person.role}."))
    return 0


def _documents(roster: Roster) -> list[dict[str, Any]]:
    return [
        _document(
            person,
            sorted(str(right) for right in roster.rights(person)),
            own=person.email == roster.crm_admin,
        )
        for person in roster.persons
    ]


def _document(person: Person, rights: list[str], *, own: bool | None) -> dict[str, Any]:
    return {
        "email": person.email,
        "role": str(person.role),
        "users": list(person.users),
        "crm_admin": own,
        "rights": rights,
    }


@click.command()
@click.option("--who", metavar="PERSON", help="Only what this person did, or in whose name.")
@click.option("--kind", type=click.Choice(KINDS), help="Only changes of this kind.")
@click.option("--about", help="Only about this: an address, a record, a file.")
@since_option(None)
@click.option("--before", type=_NUMBER, metavar="LINE", help="The page before this line.")
@click.option("--limit", type=_NUMBER, default=50, show_default=True)
@workspace_option
@json_option
def audit(
    who: str | None,
    kind: str | None,
    about: str | None,
    since: timedelta | None,
    before: int | None,
    limit: int,
    folder: Path,
    as_json: bool,
) -> int:
    """Show who changed what, and when: people, roles, rules, pauses, decisions, imports.

    The newest comes first. What runs did to records is in `syncline log`.
    """
    from ..workspace import Workspace

    with Workspace(folder) as workspace:
        found = workspace.people.audit(
            who=who,
            kind=kind,
            about=about,
            since=None if since is None else datetime.now(UTC) - since,
            before=before,
            limit=limit + 1,
        )
    more, lines = len(found) > limit, found[:limit]
    if as_json:
        print_json(
            {
                "lines": [line.to_json() for line in lines],
                "next": lines[-1].number if more else None,
            }
        )
        return 0
    for line in lines:
        click.echo(tame(_line(line)))
    if more:
        click.echo(f"… and more: `--before {lines[-1].number}` shows the next.")
    if not lines:
        click.echo("Nothing of that kind was changed.")
    return 0


def _line(line: Change) -> str:
    who = f"{line.who or 'somebody'}{f' (by {line.real})' if line.real else ''}"
    change = " -> ".join(part for part in (line.old or None, line.new or "gone") if part)
    if not line.old and not line.new:
        change = ""
    at = line.at[:19].replace("T", " ")
    return f"{at}  {who}  {line.kind} {line.about}{f': {change}' if change else ''}"
