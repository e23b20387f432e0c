"""The book of the company's words: which id stands for which label, and which for which user."""

from __future__ import annotations

__all__ = ["Book", "UnfitError"]

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from syncline import Description, FatalError

from .describe import SHARED, Company, Options, described, object_type, raw_fields
from .kinds import KINDS

if TYPE_CHECKING:
    from syncline import Field, ObjectType

    from .session import Session


class UnfitError(Exception):
    """A value that cannot be said in Pipedrive's words, with our code and the reason."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code
        self.words = words


@dataclass(frozen=True, slots=True, kw_only=True)
class _User:
    id: str
    email: str
    active: bool


class Book:
    """Translates by the description in use; what is not in it is asked for once in a run."""

    def __init__(self, session: Session, description: Description | None, other_owner: str) -> None:
        self._session = session
        self._description = description
        self._other_owner = other_owner
        self._renewed: set[str] = set()
        self._people: dict[str, _User] | None = None

    @property
    def description(self) -> Description:
        """What the company's Pipedrive is made of."""
        if self._description is None:
            self._description = described(self._session)
        return self._description

    def describe(self) -> Description:
        """Ask anew."""
        self._description = described(self._session)
        return self._description

    def object(self, name: str) -> ObjectType:
        """Return a kind by its name."""
        found = self.description.get(name)
        if found is None:
            known = ", ".join(KINDS)
            raise FatalError(f"Pipedrive has no {name} here; there are: {known}.")
        return found

    def field(self, object_name: str, name: str) -> Field:
        """Return a field that can be told from every other."""
        found = self.object(object_name).get(name)
        if found is None:
            raise FatalError(
                f"Pipedrive has no field {name} in {object_name}.",
                hint="Run `syncline check --fresh`: it may have been renamed or deleted.",
            )
        if found.code == SHARED:
            raise FatalError(
                f"Several fields of {object_name} in Pipedrive are called {name}.",
                hint="Rename all but one of them there, then run `syncline check --fresh`.",
            )
        return found

    def readable(self, object_name: str, words: str) -> str:
        """Return what Pipedrive said with the labels of its fields in place of their hashes."""
        for each in self.object(object_name).fields:
            code = each.code.partition(".")[0]
            if code and code != SHARED:
                words = words.replace(f"custom_fields.{code}", each.label)
                words = words.replace(code, each.label)
        return words

    def label(self, object_name: str, field: Field, code: str) -> str | None:
        """Return the label of an option; None for one that was deleted."""
        found = _label(field, code)
        if found is None and (again := self._again(object_name, field.name)) is not None:
            found = _label(again, code)
        return found

    def code(self, object_name: str, field: Field, label: str) -> str:
        """Return the id of an option."""
        found = _code(field, label)
        if found is None and (again := self._again(object_name, field.name)) is not None:
            found = _code(again, label)
        if found is None:
            raise UnfitError("UNKNOWN_OPTION", f'{field.label} has no option "{label}"')
        if "|" in found:
            raise UnfitError(
                "AMBIGUOUS_OPTION", f'{field.label} has several options called "{label}"'
            )
        return found

    def email(self, user: str) -> str | None:
        """Return the address of a user, of one who left too."""
        found = _label(self._owned(), user)
        if found is None:
            found = next((u.email for u in self._users().values() if u.id == user), None)
        return found

    def user(self, email: str) -> str | None:
        """Return the id of an active user; None if the owner is to stay as it is."""
        found = self._active(email)
        if found is not None or self._other_owner == "keep":
            return found
        if "@" in self._other_owner:
            return self._other()
        known = self._users().get(email.casefold())
        raise UnfitError(
            "UNKNOWN_OWNER" if known is None else "INACTIVE_OWNER",
            f"no user has the address {email}" if known is None else f"{email} is not active",
        )

    def _other(self) -> str:
        """Return the user who gets what belongs to nobody who is active."""
        found = self._active(self._other_owner)
        if found is None:
            raise FatalError(
                f"No active user of Pipedrive has the address {self._other_owner}.",
                hint="Correct other_owner in syncline.toml: the e-mail of an active user.",
            )
        return found

    def _active(self, email: str) -> str | None:
        wanted = email.casefold()
        owned = self._owned()
        for mail, code in zip(owned.values, owned.codes, strict=True):
            if mail.casefold() == wanted:
                return code
        known = self._users().get(wanted)
        return known.id if known is not None and known.active else None

    def _owned(self) -> Field:
        return self.field("person", "owner")

    def _users(self) -> dict[str, _User]:
        """Return all users by their addresses in lower case."""
        if self._people is None:
            reply = self._session.call("GET", "/v1/users", word="read", price=20)
            self._people = {
                u["email"].casefold(): _User(
                    id=str(u["id"]), email=u["email"], active=bool(u["active_flag"])
                )
                for u in reply.data
            }
        return self._people

    def _again(self, object_name: str, field_name: str) -> Field | None:
        """Return a field as it is now; None if that was asked for already in this run."""
        name = KINDS[object_name].described
        if not name or name in self._renewed:
            return None
        self._renewed.add(name)
        raw = raw_fields(self._session, name)
        owned, deal = self._owned(), self.object("deal").get("stage")
        company = Company(
            users=Options(values=owned.values, codes=owned.codes),
            stages=Options() if deal is None else Options(values=deal.values, codes=deal.codes),
        )
        self._description = replace(
            self.description,
            objects=tuple(
                object_type(KINDS[each.name], raw, company)
                if KINDS[each.name].described == name
                else each
                for each in self.description.objects
            ),
        )
        return self.object(object_name).get(field_name)


def _label(field: Field, code: str) -> str | None:
    for label, codes in zip(field.values, field.codes, strict=True):
        if code in codes.split("|"):
            return label
    return None


def _code(field: Field, label: str) -> str | None:
    found = dict(zip(field.values, field.codes, strict=True))
    return found.get(label)
