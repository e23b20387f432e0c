"""What an org holds before anybody has put something into it: its users and its cadences."""

from __future__ import annotations

__all__ = ["ORG", "USER", "fill"]

from typing import TYPE_CHECKING, Any

from .catalog import catalog
from .wire import id_of, instant

if TYPE_CHECKING:
    from datetime import datetime

    from .store import Store

ORG = id_of("00D", 1)
#: The user in whose name all is done.
USER = id_of("005", 1)

#: First name, last name, whether the user is active. The first is the one who signs in.
_PEOPLE = (
    ("Sam", "Syncline", True),
    ("Rita", "Rep", True),
    ("Owen", "Owner", True),
    ("Gina", "Gone", False),
)
#: A cadence's name, its state, and its steps.
_CADENCES = (
    ("New leads", "Active", ("MakeACall", "SendAnEmail", "Wait", "MakeACall")),
    ("Nurture Q3", "Active", ("AutoSendAnEmail", "Wait", "AutoSendAnEmail")),
    ("Re-engage", "Active", ("SendAnEmail", "Wait", "MakeACall")),
    ("Last year", "Inactive", ("SendAnEmail",)),
)


def fill(store: Store, now: datetime) -> None:
    """Put users and cadences into a store that has none yet."""
    if store.rows("User"):
        return
    moment = instant(now)
    with store.request():
        for first, last, active in _PEOPLE:
            _add(store, "User", moment, **_user(first, last), IsActive=active)
        for name, state, steps in _CADENCES:
            cadence = _add(
                store, "ActionCadence", moment, Name=name, State=state, Type="Standard",
                TotalSteps=len(steps), OwnerId=USER,
            )  # fmt: skip
            for number, kind in enumerate(("Root", *steps)):
                _add(
                    store, "ActionCadenceStep", moment, ActionCadenceId=cadence, Type=kind,
                    StepName=f"{number}. {kind}",
                )  # fmt: skip


def _user(first: str, last: str) -> dict[str, Any]:
    name = first.casefold()
    return {
        "FirstName": first,
        "LastName": last,
        "Name": f"{first} {last}",
        "Username": f"{name}@sandbox.example",
        "Email": f"{name}@sandbox.example",
        "Alias": name[:8],
        "CommunityNickname": f"{name}.{last.casefold()}",
        "TimeZoneSidKey": "Europe/London",
        "LocaleSidKey": "en_GB",
        "EmailEncodingKey": "UTF-8",
        "LanguageLocaleKey": "en_US",
        "UserType": "Standard",
    }


def _add(store: Store, name: str, moment: str, **values: Any) -> str:
    stamps = {"CreatedDate": moment, "LastModifiedDate": moment, "SystemModstamp": moment}
    row = {**values, **stamps, "CreatedById": USER, "LastModifiedById": USER, "IsDeleted": False}
    return store.add(catalog()[name.casefold()], row)
