"""One person at a time: as the CRM has them, as the cadence has them, and how the two differ."""

from __future__ import annotations

__all__ = ["LEAD_FIELDS", "OPEN", "Makers", "Person", "Values", "prospect_of"]

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..model import Value
from .places import COUNTRIES, Country, Place
from .pools import CULTURES, HEADS, LATIN, NICKNAMES, NONSENSE, NOTES, TAILS, TITLES

if TYPE_CHECKING:
    import random

Values = dict[str, Value]

#: The statuses of somebody whom sales still works on.
OPEN = ("Open - Not Contacted", "Working - Contacted")
_STATUSES = (*OPEN, "Closed - Converted", "Closed - Not Converted")
_PRIORITIES: dict[Value, int] = {"Hot": 3, "Warm": 2, "Cold": 1}
_DOMAINS = ("example.com", "example.com", "example.org", "example.net")
_SOURCES = ("Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other")
#: Which field of a Lead says the same as which field of a prospect; every one a text.
_SURE = {
    "first_name": "FirstName",
    "last_name": "LastName",
    "company_name": "Company",
    "email": "Email",
}
#: The same, for what one system often knows and the other does not.
_PATCHY = {
    "job_title": "Title",
    "phone": "Phone",
    "mobile_phone": "MobilePhone",
    "company_url": "Website",
    "linkedin_url": "LinkedIn__c",
    "city": "City",
    "postal_code": "PostalCode",
    "country": "Country",
    "industry": "Industry",
    "notes": "Description",
}
LEAD_FIELDS = (
    *_SURE.values(),
    *_PATCHY.values(),
    "State",
    "Status",
    "Rating",
    "LeadSource",
    "AnnualRevenue",
    "NumberOfEmployees",
)


@dataclass(frozen=True, slots=True)
class _Company:
    name: str
    domain: str
    industry: str
    employees: int
    revenue: int
    country: Country
    place: Place


@dataclass(frozen=True, slots=True)
class Person:
    """A Lead, and what a second system needs to write the same number in its own way."""

    lead: Values
    country: Country
    #: Empty when the number is missing, nonsense, or has an extension.
    e164: str


@dataclass(slots=True)
class Makers:
    """Everything that takes chances, on one source of them."""

    rng: random.Random
    _companies: list[_Company] = field(init=False)
    #: Asked, never listed: the order of a set of texts differs between two processes.
    _taken: set[str] = field(default_factory=set[str], init=False)

    def __post_init__(self) -> None:
        names = [(head, tail, industry) for head in HEADS for tail, industry in TAILS]
        self._companies = [self._company(*name) for name in self.rng.sample(names, 700)]

    def chance(self, share: float) -> bool:
        """Return True in this *share* of the cases."""
        return self.rng.random() < share

    def person(self) -> Person:
        """Return somebody new, with an address that nobody else has."""
        rng = self.rng
        company = rng.choice(self._companies)
        country, place = company.country, company.place
        culture = CULTURES[country.culture] if self.chance(0.6) else rng.choice(CULTURES)
        first, last = rng.choice(culture.first), rng.choice(culture.last)
        handle = f"{_slug(first)}-{_slug(last)}-{rng.randrange(1000, 10_000)}"
        phone, e164 = self._phone(country, self._digits(place.digits))
        mobile = self._digits(country.mobile or place.digits)
        mobile_format = rng.choice(country.mobile_formats or country.formats)
        scheme = rng.choice(("https://www.", "https://", "www.", "http://"))
        lead: Values = {
            "FirstName": self._typed(first),
            "LastName": self._typed(last),
            "Company": company.name,
            "Title": self._maybe(rng.choice(TITLES), 0.9),
            "Email": self._email(_slug(first), _slug(last), company.domain),
            "Phone": phone,
            "MobilePhone": self._maybe(_spread(mobile_format, mobile), 0.45),
            "Website": self._maybe(scheme + company.domain, 0.8),
            "LinkedIn__c": self._maybe(f"https://linkedin.example.com/in/{handle}", 0.6),
            "City": self._maybe(place.city, 0.85),
            "State": self._maybe(place.state, 0.8),
            "PostalCode": self._maybe(self._digits(place.postal), 0.75),
            "Country": self._maybe(rng.choice(country.spellings), 0.92),
            "Status": rng.choices(_STATUSES, (35, 35, 12, 18))[0],
            "Rating": rng.choices((*_PRIORITIES, None), (20, 35, 25, 20))[0],
            "Industry": self._maybe(company.industry, 0.9),
            "LeadSource": rng.choice(_SOURCES),
            "AnnualRevenue": self._maybe(company.revenue, 0.8),
            "NumberOfEmployees": self._maybe(company.employees, 0.8),
            "Description": self._maybe(rng.choice(NOTES), 0.35),
        }
        return Person(lead, country, e164)

    def prospect(self, person: Person) -> Values:
        """Return the person as the cadence has them, knowing all that the CRM could know."""
        return prospect_of(person.lead, self.rng.choice(("Web", "Web", "Event", "Referral")))

    def counterpart(self, person: Person) -> Values:
        """Return the person's prospect, and let the two drift apart as two systems do."""
        rng, lead, row = self.rng, person.lead, self.prospect(person)
        # A little over one in ten: some of these lose the number again below.
        if self.chance(0.12):
            row["phone"] = self._other_phone(person)
        elif person.e164 and self.chance(0.25):
            row["phone"] = person.e164
        nickname = NICKNAMES.get(str(lead["FirstName"]))
        if nickname and self.chance(0.12):
            row["first_name"] = nickname
        elif self.chance(0.035):
            row["job_title"] = rng.choice([each for each in TITLES if each != lead["Title"]])
        if self.chance(0.08):
            self._vary_email(lead, row)
        for name, other in _PATCHY.items():
            # The cadence lacks more than the CRM; both lack only what nobody ever knew.
            draw = rng.random()
            if draw < 0.10:
                row[name] = None
            elif draw < 0.15:
                lead[other] = None
        if self.chance(0.1):
            row["priority"] = None
        return row

    def _company(self, head: str, tail: str, industry: str) -> _Company:
        rng = self.rng
        country = rng.choices(COUNTRIES, [each.weight for each in COUNTRIES])[0]
        employees = rng.choice((3, 8, 15, 40, 120, 450, 2200, 9000)) + rng.randrange(5)
        return _Company(
            name=f"{head} {tail} {rng.choice(country.suffixes)}".strip(),
            domain=f"{_slug(head)}-{_slug(tail)}." + rng.choice(_DOMAINS),
            industry=industry,
            employees=employees,
            revenue=employees * rng.randrange(40, 200) * 1000,
            country=country,
            place=rng.choice(country.places),
        )

    def _email(self, first: str, last: str, domain: str) -> str:
        forms = (f"{first}.{last}", f"{first}.{last}", f"{first[0]}{last}", f"{first}_{last}")
        local = self.rng.choice((*forms, first))
        address, number = f"{local}@{domain}", 2
        while address in self._taken:
            address, number = f"{local}{number}@{domain}", number + 1
        self._taken.add(address)
        return address

    def _vary_email(self, lead: Values, row: Values) -> None:
        """Write one mail in two ways. Spaces are the cadence's alone: a CRM takes none."""
        email = str(lead["Email"])
        match self.rng.randrange(4):
            case 0:
                lead["Email"] = email.title()
            case 1:
                row["email"] = email.upper()
            case 2:
                row["email"] = email.capitalize()
            case _:
                row["email"] = self.rng.choice((f" {email}", f"{email} ", f"  {email} "))

    def _phone(self, country: Country, digits: str) -> tuple[str | None, str]:
        """Return a number as somebody typed it, and in E.164 if it is a plain one."""
        typed = _spread(self.rng.choice(country.formats), digits)
        draw = self.rng.random()
        if draw < 0.12:
            return None, ""
        if draw < 0.14:
            return self.rng.choice(NONSENSE), ""
        if draw < 0.18:
            word = self.rng.choice((" x", " ext. ", " ext "))
            return f"{typed}{word}{self.rng.randrange(10, 1000)}", ""
        return typed, f"+{country.code}{digits}"

    def _other_phone(self, person: Person) -> str:
        """Return another number of the country than the person's plain one, however written."""
        digits = self._digits(self.rng.choice(person.country.places).digits)
        while person.e164.endswith(digits):
            digits = self._digits(self.rng.choice(person.country.places).digits)
        return _spread(self.rng.choice(person.country.formats), digits)

    def _digits(self, pattern: str) -> str:
        return re.sub("#", lambda _: str(self.rng.randrange(10)), pattern)

    def _maybe(self, value: Value, share: float) -> Value:
        return value if self.chance(share) else None

    def _typed(self, name: str) -> str:
        """Return the name as somebody typed it: nineteen times in twenty, as it is."""
        draw = self.rng.random()
        if draw < 0.015:
            return f"  {name.upper()} "
        if draw < 0.03:
            return name.lower()
        if draw < 0.04:
            return f"{name} "
        return name.upper() if draw < 0.05 else name


def prospect_of(lead: Values, source: str = "Web") -> Values:
    """Return what a prospect says when it says just what the Lead says."""
    row = {name: lead[other] for name, other in (_SURE | _PATCHY).items()}
    return {**row, "priority": _PRIORITIES.get(lead["Rating"]), "source": source}


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKD", text.translate(LATIN)).lower())


def _spread(written: str, digits: str) -> str:
    """Put *digits* where the format has a #."""
    rest = iter(digits)
    return re.sub("#", lambda _: next(rest), written)
