"""The border of a workspace: who is asking, and whether that person may (K12).

Each operation of the API passes here, and each command before it begins: whoever leaves the command
line out gets no further. It keeps people from slips, not from the folder: who can write its files
can write ``people.json``.
"""

from __future__ import annotations

__all__ = ["USER", "Actor", "Border", "RefusedError", "admit", "rules_admin"]

import os
import pwd
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ..errors import LedgerBusyError, LedgerError, WorkspaceError
from ..rules.reading import RuleText, UnreadableRulesError, read_rules
from ..settings import read_settings
from .register import Register
from .rights import OPERATIONS, Right
from .roster import Person, Refusal, Roster, may

#: Names the person for whom a super-admin acts.
USER = "SYNCLINE_USER"


class RefusedError(WorkspaceError):
    """A person may not do what was asked; ``refusal`` says which right is missing."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(refusal.words, hint=refusal.hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who is asking."""

    #: None: nobody of this workspace, or nobody is set up.
    person: Person | None
    #: The person's address; without one, what it was called.
    name: str
    #: The super-admin who acts in that person's name; empty when nobody does.
    real: str = ""


class Border:
    """Asks for rights in one workspace.

    *who* is what a host says of its user; None takes the user of the operating system, and the
    environment's ``SYNCLINE_USER`` for whom a super-admin acts.
    """

    def __init__(
        self,
        folder: Path,
        who: str | None,
        environ: Mapping[str, str],
    ) -> None:
        self._folder = folder
        self._register = Register(folder)
        self._who = who
        self._environ = environ

    def roster(self) -> Roster | None:
        """Return everybody; None when nobody is set up, and each may do everything."""
        persons, chosen = self._register.read()
        if not persons:
            return None
        return Roster.of(persons, chosen, rules_admin(self._folder, self._environ))

    def actor(self) -> Actor:
        """Return who is asking.

        Raises ``RefusedError`` when somebody acts for another and may not, ``WorkspaceError``
        when that other is nobody here.
        """
        return self._actor(self.roster())

    def allow(self, operation: str) -> Actor:
        """Return who is asking for *operation*, or raise ``RefusedError``."""
        roster = self.roster()
        actor = self._actor(roster)
        if (refusal := _refusal(roster, actor, operation)) is not None:
            raise RefusedError(refusal)
        return actor

    def refusal(self, operation: str) -> Refusal | None:
        """Return why who is asking may not do *operation*; None when it may."""
        roster = self.roster()
        return _refusal(roster, self._actor(roster), operation)

    def _actor(self, roster: Roster | None) -> Actor:
        if self._who is not None:
            return _known(roster, self._who)
        asked, login = self._environ.get(USER), _user()
        if not asked:
            return _known(roster, login)
        if roster is None:
            raise WorkspaceError(
                f"nobody can act as {asked}: no people are set up in this workspace",
                hint=f"Leave out --as and {USER}, or begin with `syncline people add`.",
            )
        real = _known(roster, login)
        other = roster.find(asked)
        if other is not None and other == real.person:
            return real
        refusal = may(real.person, Right.IMPERSONATE, roster, real.name)
        if refusal is not None:
            raise RefusedError(refusal)
        if other is None:
            raise WorkspaceError(
                f"{asked} is nobody here", hint="`syncline people list` shows who there is."
            )
        return Actor(person=other, name=other.email, real=real.name)


def rules_admin(folder: Path, environ: Mapping[str, str]) -> str | None:
    """Return the admin whom the rules name (K14): those at work, before the first run the file's.

    An edit that nobody has put to work makes nobody an admin. Where the ledger is damaged the file
    counts, so that somebody may repair it.
    """
    from ..ledger import versions
    from ..ledger.opening import open_ledger

    settings = read_settings(folder)
    version = None
    try:
        with closing(open_ledger(settings, environ)) as ledger, ledger.begin() as db:
            version = versions.latest(db)
    except LedgerBusyError:
        raise
    except LedgerError:
        pass
    if version is not None:
        return RuleText(version.text, version.name).head.admin
    try:
        return read_rules(settings.rules).head.admin
    except UnreadableRulesError:
        return None


def admit(folder: Path, operation: str, environ: Mapping[str, str] | None = None) -> None:
    """Let the user of the operating system do *operation* in *folder*, or raise ``RefusedError``.

    A folder in which nobody is set up, or that is no workspace, refuses nobody.
    """
    Border(folder, None, os.environ if environ is None else environ).allow(operation)


def _refusal(roster: Roster | None, actor: Actor, operation: str) -> Refusal | None:
    if roster is None or (right := OPERATIONS[operation]) is None:
        return None
    return may(actor.person, right, roster, actor.name)


def _known(roster: Roster | None, name: str) -> Actor:
    person = None if roster is None else roster.find(name)
    return Actor(person=person, name=name if person is None else person.email)


def _user() -> str:
    """Return who is logged in; nobody in a container that knows no names.

    The system is asked, not ``LOGNAME``: in the environment anybody may write any name.
    """
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return ""
