"""The embedded CRM: leads, contacts, accounts, tasks and events in ``data/crm.json``."""

from __future__ import annotations

__all__ = ["LocalCrm"]

from typing import TYPE_CHECKING, Any

from syncline import Outcome, OutcomeStatus

from .connection import LocalConnection
from .crm_objects import CRM, DESCRIPTION

if TYPE_CHECKING:
    from syncline import Context, ObjectType

    from .store import Document

#: What a contact calls the fields of a lead that it has under another name.
_RENAMED = {
    "Street": "MailingStreet",
    "City": "MailingCity",
    "State": "MailingState",
    "PostalCode": "MailingPostalCode",
    "Country": "MailingCountry",
}


class LocalCrm(LocalConnection):
    """A connection to the workspace's own CRM, which has records and no actions."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, CRM, DESCRIPTION)

    def convert(self, lead: str, contact: str | None = None) -> Outcome:
        """Convert a lead as a person does, into *contact* or a new one; return that one's id.

        The lead stays: it can be read and not changed.
        """
        kind, into = self._known("Lead"), self._known("Contact")
        with self._store.changing() as batch:
            endings = self._endings(batch)
            problem = endings.problem(kind, lead)
            if problem is None and contact is not None:
                problem = endings.problem(into, contact)
            if problem is not None:
                return problem
            if contact is None:
                number = batch.insert(into.name, _as_contact(endings.get(kind.name, lead), into))
                contact = CRM.record_id(into.name, number)
            endings.convert(
                kind.name,
                lead,
                (into.name, contact),
                {
                    "IsConverted": True,
                    "ConvertedContactId": contact,
                    "Status": "Closed - Converted",
                },
            )
        return Outcome(status=OutcomeStatus.DONE, id=contact)


def _as_contact(lead: Document, kind: ObjectType) -> dict[str, Any]:
    """Return those values of a lead that a contact has a field for."""
    named = {_RENAMED.get(name, name): value for name, value in lead.items()}
    return {
        name: value
        for name, value in named.items()
        if (field := kind.get(name)) is not None and field.creatable and name != "Status"
    }
