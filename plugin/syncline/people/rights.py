"""The table of rights: what each role may do, and which right each operation needs (K12, K13)."""

from __future__ import annotations

__all__ = ["OPERATIONS", "OWN", "RIGHTS", "Right", "Role"]

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """What a person is in a workspace."""

    SUPER_ADMIN = "super-admin"
    ADMIN = "admin"
    MANAGER = "manager"
    MEMBER = "member"


class Right(StrEnum):
    """What a role may allow, in the words of a refusal."""

    STATUS = "see whether the sync runs"
    CADENCE = "work in the cadence"
    LOG = "read the sync log"
    SETTINGS = "see the settings"
    RUN = "run the sync"
    PAUSE = "pause and resume"
    DECIDE = "decide what is held"
    CONNECT = "connect systems"
    IMPORT = "import prospects"
    KEEP = "look after the ledger"
    PEOPLE = "manage people"
    AUDIT = "read the audit"
    OTHERS = "see the settings of others"
    TEAMS = "change the settings of the company, of teams and of others"
    RULES = "change the field mapping"
    AUTOMATIC = "manage automatic imports"
    SUCCESSION = "choose the super-admin"
    IMPERSONATE = "act for another person"


#: What the CRM admin owns beside its role (RS11).
OWN = frozenset({Right.RULES, Right.AUTOMATIC})
_ALL = frozenset(Right)
_MEMBER = frozenset({Right.STATUS, Right.CADENCE})

#: What each role may.
RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.SUPER_ADMIN: _ALL,
    Role.ADMIN: _ALL - OWN - {Right.SUCCESSION, Right.IMPERSONATE},
    Role.MANAGER: _MEMBER | {Right.LOG},
    Role.MEMBER: _MEMBER,
}

#: The right that each operation needs: methods of ``Workspace`` and commands, which bear one name
#: where they are one thing. None: anybody's. What is not here is refused.
OPERATIONS: Mapping[str, Right | None] = {
    # Files and the program itself, which belong to whoever may read them.
    "analyse": None,
    "connectors": None,
    "demo": None,
    "explain-code": None,
    "fmt": None,
    "init": None,
    "json": None,
    "lsp": None,
    "new connector": None,
    "sandbox": None,
    "simulate": None,
    "test": None,
    # The vendor's signature decides, not a person.
    "deliver": None,
    # A form is there to be filled in; whoever posts makes a prospect, as in the cadence itself.
    "form": None,
    "forms": None,
    "submit": None,
    "settings calendar": None,
    "settings import": None,
    "settings set": None,
    "settings show": None,
    "settings unset": None,
    # One's own are one's own.
    "see for oneself": None,
    "see for others": Right.OTHERS,
    "set for oneself": None,
    "set for others": Right.TEAMS,
    # Whoever works in the cadence works there.
    "cadences": None,
    "cadences done": Right.CADENCE,
    "cadences enrol": Right.CADENCE,
    "cadences exit": Right.CADENCE,
    "cadences export": Right.CADENCE,
    "cadences history": Right.CADENCE,
    "cadences import": Right.TEAMS,
    "cadences list": Right.CADENCE,
    "due": Right.CADENCE,
    "next": Right.CADENCE,
    "next_allowed": Right.CADENCE,
    "settings export": Right.SETTINGS,
    "settings log": Right.AUDIT,
    "status": Right.STATUS,
    "budget": Right.LOG,
    "log": Right.LOG,
    "refused": Right.LOG,
    "report": Right.LOG,
    "check": Right.SETTINGS,
    "connections": Right.SETTINGS,
    "diff": Right.SETTINGS,
    "docs": Right.SETTINGS,
    "explain": Right.SETTINGS,
    "holds": Right.SETTINGS,
    "plan": Right.SETTINGS,
    "plan_undo": Right.SETTINGS,
    "repl": Right.SETTINGS,
    "replay": Right.SETTINGS,
    "sources": Right.SETTINGS,
    "sources fetch": Right.RUN,
    "versions": Right.SETTINGS,
    "why": Right.SETTINGS,
    "fetch": Right.RUN,
    "run": Right.RUN,
    "wake": Right.RUN,
    "pause": Right.PAUSE,
    "resume": Right.PAUSE,
    "link": Right.DECIDE,
    "resolve": Right.DECIDE,
    "retry": Right.DECIDE,
    "undo": Right.DECIDE,
    "connect": Right.CONNECT,
    "disconnect": Right.CONNECT,
    "import": Right.IMPORT,
    "imports held": Right.IMPORT,
    "imports list": Right.IMPORT,
    "imports resolve": Right.IMPORT,
    "imports run": Right.AUTOMATIC,
    "backup": Right.KEEP,
    "doctor": Right.KEEP,
    "prune": Right.KEEP,
    "restore": Right.KEEP,
    "people list": Right.PEOPLE,
    "people add": Right.PEOPLE,
    "people role": Right.PEOPLE,
    "people remove": Right.PEOPLE,
    "people super-admin": Right.SUCCESSION,
    "audit": Right.AUDIT,
    "note_rule": Right.RULES,
    "put rules to work": Right.RULES,
}
