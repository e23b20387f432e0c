"""What a team's Salesloft is made of: the API's own fields, and what the team has set up."""

from __future__ import annotations

__all__ = ["PRICES", "described"]

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from syncline import Action, Description, Field, FieldType, ObjectType, Prices

from .activities import EMAIL_OUTCOMES
from .fields import ACCOUNT, ACTIVITY, KEY_FIELD, PROSPECT, Kind, own_name
from .session import PAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .directory import Directory
    from .session import Session

#: Points, of which a team has 600 a minute. A poll of people takes two calls, for who was deleted
#: is told elsewhere; one of accounts takes one, of activities three. A record is written by a call
#: of its own. An action takes three at most: which memberships there are, the new one, and the end
#: of the old.
PRICES = Prices(unit="point", page=2, page_size=PAGE, write=1, write_size=1, action=3, look=1)

#: There is no way to a person's next step: the API neither completes nor skips one.
ACTIONS = (
    Action(name="enrol", summary="Add the person to a cadence, at its first step."),
    Action(name="exit", summary="Remove the person from every cadence."),
    Action(name="move", summary="Add the person to a cadence and remove it from all others."),
)

_TYPES = {"text": FieldType.TEXT, "date": FieldType.DATE}


def described(session: Session, directory: Directory) -> Description:
    """Ask for all that a team may change: custom fields, stages, users, cadences, dispositions."""
    custom = session.all("/custom_fields.json", word="describe")
    cadences = directory.rows("cadences")
    for what in ("users", "person_stages"):
        directory.rows(what)
    outcomes = [row["name"] for row in session.all("/call_dispositions.json", word="describe")]
    names = directory.names("cadences")
    return Description(
        objects=(
            _object(PROSPECT, custom, directory),
            _object(ACCOUNT, custom, directory),
            _activity(outcomes),
        ),
        actions=ACTIONS,
        prices=PRICES,
        cadences=tuple(
            sorted(names[row["id"]] for row in cadences if row["current_state"] == "active")
        ),
    )


def _object(kind: Kind, custom: Iterable[Mapping[str, Any]], directory: Directory) -> ObjectType:
    standard = {field.name: field for field in kind.fields}
    own = [_custom(row, standard) for row in custom if row["field_type"] == kind.custom]
    fields = [
        _known(field, directory.names(kind.named[field.name]))
        if field.name in kind.named
        else field
        for field in kind.fields
    ]
    keyed = any(field.name == KEY_FIELD for field in own)
    return ObjectType(
        name=kind.name,
        label=kind.label,
        fields=(*fields, *own),
        key_field=KEY_FIELD if keyed else None,
        deletable=True,
    )


def _custom(row: Mapping[str, Any], standard: Mapping[str, Field]) -> Field:
    name = str(row["name"])
    ours = name == KEY_FIELD
    return Field(
        name=own_name(name, standard),
        label=name,
        type=_TYPES.get(row.get("value_type", ""), FieldType.TEXT),
        creatable=not ours,
        updatable=not ours,
    )


def _known(field: Field, names: Mapping[int, str]) -> Field:
    codes = tuple(str(id_) for id_ in names)
    return replace(field, values=tuple(names.values()), codes=codes)


def _activity(outcomes: list[str]) -> ObjectType:
    values = tuple(dict.fromkeys((*outcomes, *EMAIL_OUTCOMES)))
    fields = tuple(
        replace(field, values=values) if field.name == "outcome" else field
        for field in ACTIVITY.fields
    )
    return ObjectType(name=ACTIVITY.name, label=ACTIVITY.label, fields=fields)
