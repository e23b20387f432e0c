"""The people of a workspace, and the decision whether one of them may. Pure (K12, K14, RS11)."""

from __future__ import annotations

__all__ = ["Person", "Refusal", "Roster", "may"]

from collections.abc import Sequence
from dataclasses import dataclass

from .rights import OWN, RIGHTS, Right, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who works with this workspace."""

    email: str
    role: Role
    #: Users of the operating system that this person is.
    users: tuple[str, ...] = ()

    def goes_by(self, name: str) -> bool:
        """Tell whether *name*, an address or a user, means this person."""
        return self.email.casefold() == name.strip().casefold() or name in self.users


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Everybody; the super-admin's role stands with its person."""

    persons: tuple[Person, ...]
    #: The CRM admin's address: it owns field mapping and automatic imports.
    crm_admin: str

    @classmethod
    def of(cls, persons: Sequence[Person], chosen: str, admin: str | None) -> Roster:
        """Return the roster of *persons*, of whom the first was there first.

        The super-admin is whoever was *chosen*; before that the rules' *admin*, if it is one of
        them (K14), and otherwise the first. The CRM admin is the rules' *admin*, unless that is
        nobody here: then it is the super-admin.
        """
        known = {person.email.casefold(): person.email for person in persons}
        named = known.get((admin or "").casefold())
        chief = known.get(chosen.casefold()) or named or persons[0].email
        return cls(
            persons=tuple(
                Person(email=p.email, role=Role.SUPER_ADMIN, users=p.users)
                if p.email == chief
                else p
                for p in persons
            ),
            crm_admin=named or chief,
        )

    def find(self, name: str) -> Person | None:
        """Return the person whom an address, or a user of the operating system, means."""
        return next((person for person in self.persons if person.goes_by(name)), None)

    def rights(self, person: Person) -> frozenset[Right]:
        """Return all that *person* may."""
        own = OWN if person.email == self.crm_admin else frozenset[Right]()
        return RIGHTS[person.role] | own

    def holders(self, right: Right) -> tuple[Person, ...]:
        """Return who may use *right*."""
        return tuple(person for person in self.persons if right in self.rights(person))


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a person may not: the right that is missing, who has it, and who can give it."""

    right: Right
    #: The person's address, or the user whom nobody knows here.
    who: str
    #: None: it is nobody of this workspace.
    role: Role | None
    holders: tuple[str, ...]
    givers: tuple[str, ...]
    #: What a giver does.
    way: str

    @property
    def words(self) -> str:
        """The refusal as a sentence, without a full stop."""
        who = f"{self.who} is {_a(self.role)}" if self.role else f"{self.who} is nobody here"
        return f"{who} and may not {self.right}; {_listed(self.holders)} may"

    @property
    def hint(self) -> str:
        """What can be done about it."""
        return f"{_listed(self.givers)} can change that: {self.way}"


def may(person: Person | None, right: Right, roster: Roster, name: str = "") -> Refusal | None:
    """Return None if *person* may, and otherwise why not.

    *name* is what somebody is called of whom nothing is known.
    """
    if person is not None and right in roster.rights(person):
        return None
    chief = next(p for p in roster.persons if p.role is Role.SUPER_ADMIN)
    who = name if person is None else person.email
    if right in OWN:
        givers = roster.holders(Right.RULES)
        way = 'they write `admin "ADDRESS"` into the rules.'
    elif right in RIGHTS[Role.ADMIN]:
        givers = roster.holders(Right.PEOPLE)
        least = Role.MANAGER if right in RIGHTS[Role.MANAGER] else Role.ADMIN
        least = Role.MEMBER if right in RIGHTS[Role.MEMBER] else least
        way = (
            f"`syncline people add ADDRESS --role {least} --user {who}`."
            if person is None
            else f"`syncline people role {who} {least}`."
        )
    else:
        givers = (chief,)
        way = "`syncline people super-admin ADDRESS`."
    return Refusal(
        right=right,
        who=who,
        role=None if person is None else person.role,
        holders=tuple(p.email for p in roster.holders(right)),
        givers=tuple(p.email for p in givers),
        way=way,
    )


def _a(role: Role) -> str:
    return f"an {role}" if role is Role.ADMIN else f"a {role}"


def _listed(names: Sequence[str]) -> str:
    if len(names) > 3:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
