"""What a field means for telling people apart, whatever its system calls it."""

from __future__ import annotations

__all__ = ["SYNONYMS", "Parts", "bare", "parts_of"]

import re
import unicodedata
from dataclasses import dataclass

from ..model import FieldType, ObjectType

_SIGNS = re.compile(r"[\W_]+")


def bare(text: str) -> str:
    """Return *text* without case, accents, spaces and signs: what is left when people agree."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _SIGNS.sub("", (plain or text).casefold())


#: By a field's bare name: what others call it.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "firstname": ("given name", "forename", "prénom", "nombre", "vorname"),
    "lastname": ("surname", "family name", "nom", "apellido", "apellidos", "nachname"),
    "companyname": ("company", "organisation", "organization", "account", "account name",
                    "employer", "société", "empresa", "firma"),
    "company": ("company name", "organisation", "organization", "account name", "employer"),
    "email": ("e-mail", "email address", "mail", "e-mail address", "courriel", "correo"),
    "emailaddress": ("e-mail", "email", "mail", "e-mail address"),
    "phone": ("telephone", "phone number", "primary phone", "work phone", "téléphone", "teléfono"),
    "mobilephone": ("mobile", "cell", "cell phone", "mobile number"),
    "jobtitle": ("title", "position", "job", "role"),
    "postalcode": ("zip", "zip code", "postcode", "post code"),
    "city": ("town", "suburb", "locality"),
    "street": ("address", "street address", "address line 1"),
    "state": ("province", "region", "county"),
    "country": ("country name", "pays", "país", "land"),
    "companyurl": ("website", "web site", "company website", "domain"),
    "linkedinurl": ("linkedin", "linkedin profile"),
}  # fmt: skip

_FIRST = {"firstname", "givenname"}
_LAST = {"lastname", "surname", "familyname"}
_COMPANY = {"companyname", "company", "organisation", "organization", "accountname",
            "personcompanyname", "account"}  # fmt: skip
_POSTAL, _STREET, _CITY = {"postalcode", "zip", "zipcode"}, {"street", "address"}, {"city", "town"}
_COUNTRY = {"country", "countrycode"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The names of the fields that tell people apart; empty where the object has none."""

    first: str
    last: str
    company: str
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    postal: str
    street: str
    city: str
    country: str

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        single = (self.first, self.last, self.company, self.postal, self.street, self.city)
        return tuple(filter(None, (*single, self.country, *self.emails, *self.phones)))


def parts_of(kind: ObjectType) -> Parts:
    """Return which field of an object is what."""

    def named(words: set[str]) -> str:
        return next((f.name for f in kind.fields if bare(f.name) in words), "")

    def typed(wanted: FieldType) -> tuple[str, ...]:
        return tuple(f.name for f in kind.fields if f.type is wanted)

    return Parts(
        first=named(_FIRST),
        last=named(_LAST),
        company=named(_COMPANY),
        emails=typed(FieldType.EMAIL),
        # A company's own number is everybody's there.
        phones=tuple(n for n in typed(FieldType.PHONE) if not bare(n).startswith("company")),
        postal=named(_POSTAL),
        street=named(_STREET),
        city=named(_CITY),
        country=named(_COUNTRY),
    )
