"""Managing a workspace's people: adding, giving a role, removing, choosing the super-admin."""

from __future__ import annotations

__all__ = ["People"]

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..errors import WorkspaceError
from ..functions.addresses import ADDRESSES
from . import trail
from .register import FILE_NAME, Register
from .rights import Role
from .roster import Person, Roster

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ..opened import Opened
    from .border import Actor
    from .trail import Change

_ADDRESS = next(function.call for function in ADDRESSES if function.name == "email")
_LIST = "`syncline people list` shows who there is."


class People:
    """The people of one workspace; each change is noted in the audit."""

    def __init__(self, workspace: Opened, *, now: Callable[[], datetime]) -> None:
        self._workspace = workspace
        self._now = now
        self._register = Register(workspace.folder)

    def list(self) -> Roster | None:
        """Return everybody; None when nobody is set up, and each may do everything."""
        self._workspace.allow("people list")
        return self._workspace.border.roster()

    def add(
        self, email: str, *, role: Role | None = None, users: Sequence[str] | None = None
    ) -> Person:
        """Add a person, a member unless *role* says otherwise; *users* are its system users.

        The first is the super-admin: the CRM admin whom the rules name, or anybody if they name
        none (K14); without *users* it is the one who is logged in. Raises ``WorkspaceError`` for
        an address or a user that is taken.
        """
        actor = self._workspace.allow("people add")
        address = _address(email)
        with self._desk() as desk:
            if not desk.persons:
                _check_first(address, role, desk.admin)
                users = [actor.name] if users is None else users
            elif role is Role.SUPER_ADMIN:
                raise _by_succession(address)
            taken = tuple(dict.fromkeys(users or ()))
            for name in (address, *taken):
                if known := next((p for p in desk.persons if p.goes_by(name)), None):
                    raise WorkspaceError(f"{name} is {known.email} already", hint=_LIST)
            # Who is super-admin stands in one place; the role beneath it is admin.
            stored = (role or Role.MEMBER) if desk.persons else Role.ADMIN
            desk.persons.append(Person(email=address, role=stored, users=taken))
            self._register.write(desk.persons, desk.chosen)
            shown = desk.named(address)
            self._note(desk, actor, "person", address, new=shown.role)
        return shown

    def give_role(self, name: str, role: Role) -> Person:
        """Give the person *name* another role."""
        actor = self._workspace.allow("people role")
        with self._desk() as desk:
            old = desk.named(name)
            if role is Role.SUPER_ADMIN:
                raise _by_succession(old.email)
            if old.role is Role.SUPER_ADMIN:
                raise _always_one(old.email)
            self._register.write(
                [replace(p, role=role) if p.email == old.email else p for p in desk.persons],
                desk.chosen,
            )
            self._note(desk, actor, "role", old.email, old.role, role)
        return replace(old, role=role)

    def remove(self, name: str) -> Person:
        """Remove the person *name*; what it did stays in the audit."""
        actor = self._workspace.allow("people remove")
        with self._desk() as desk:
            old = desk.named(name)
            if old.role is Role.SUPER_ADMIN:
                raise _always_one(old.email)
            self._register.write([p for p in desk.persons if p.email != old.email], desk.chosen)
            self._note(desk, actor, "person", old.email, old=old.role)
        return old

    def choose_super_admin(self, name: str) -> Person:
        """Let the person *name* be the super-admin; whoever was stays an admin."""
        actor = self._workspace.allow("people super-admin")
        with self._desk() as desk:
            new = desk.named(name)
            old = next(p for p in desk.roster().persons if p.role is Role.SUPER_ADMIN)
            both = {old.email, new.email}
            self._register.write(
                [replace(p, role=Role.ADMIN) if p.email in both else p for p in desk.persons],
                new.email,
            )
            self._note(desk, actor, "super-admin", new.email, old.email, new.email)
        return replace(new, role=Role.SUPER_ADMIN)

    def audit(self, **which: Any) -> Sequence[Change]:
        """Return who changed what, the newest first; *which* as ``trail.read`` takes it."""
        self._workspace.allow("audit")
        with self._workspace.ledger.begin() as db:
            return trail.read(db, **which)

    @contextmanager
    def _desk(self) -> Generator[_Desk]:
        """Yield everybody in a transaction: two who change them wait for one another."""
        from ..ledger.database import write_meta

        admin = self._workspace.rules_admin()
        with self._workspace.ledger.begin() as db:
            # Whoever holds the write lock of the ledger holds that of the document.
            write_meta(db, "people", self._now().isoformat())
            persons, chosen = self._register.read()
            yield _Desk(db=db, persons=list(persons), chosen=chosen, admin=admin)

    def _note(
        self, desk: _Desk, actor: Actor, kind: str, about: str, old: str = "", new: str = ""
    ) -> None:
        trail.note(desk.db, actor, self._now(), kind, about, str(old), str(new))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """Everybody, while they are changed."""

    db: Connection
    persons: list[Person]
    #: The super-admin that was chosen; empty for the rules' own.
    chosen: str
    #: The CRM admin whom the rules name.
    admin: str | None

    def roster(self) -> Roster:
        if not self.persons:
            raise WorkspaceError(
                "no people are set up in this workspace",
                hint="`syncline people add ADDRESS` makes the first, the super-admin.",
            )
        return Roster.of(self.persons, self.chosen, self.admin)

    def named(self, name: str) -> Person:
        found = self.roster().find(name)
        if found is None:
            raise WorkspaceError(f"{name} is nobody here", hint=_LIST)
        return found


def _check_first(address: str, role: Role | None, admin: str | None) -> None:
    if admin is not None and admin.casefold() != address.casefold():
        raise WorkspaceError(
            f"the first is the super-admin, and the rules name {admin} as the CRM admin",
            hint=f"`syncline people add {admin}`, then add {address}.",
        )
    if role not in {None, Role.SUPER_ADMIN}:
        raise WorkspaceError(
            f"the first is the super-admin, and {address} is to be {role}",
            hint=f"Add the super-admin first, or leave out `--role {role}`.",
        )


def _address(text: str) -> str:
    try:
        return str(_ADDRESS(text))
    except ValueError as err:
        raise WorkspaceError(str(err), hint="A person goes by an e-mail address.") from err


def _by_succession(address: str) -> WorkspaceError:
    return WorkspaceError(
        "there is one super-admin, and a role does not make another",
        hint=f"`syncline people super-admin {address}` lets {address} take the place.",
    )


def _always_one(address: str) -> WorkspaceError:
    return WorkspaceError(
        f"{address} is the super-admin, and there is always one",
        hint="`syncline people super-admin ADDRESS` lets another take the place first. To be "
        f"alone again, with every right, delete {FILE_NAME}.",
    )
