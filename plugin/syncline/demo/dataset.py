"""The people of a demo: two systems that have drifted apart the way real ones do.

Everything follows from the seed, so that what one person sees in a demo can be told to another.
Nobody in it is real: every address ends in a domain that is kept for examples.
"""

from __future__ import annotations

__all__ = ["Dataset", "generate"]

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .people import LEAD_FIELDS, OPEN, Makers, Values, prospect_of

if TYPE_CHECKING:
    from ..model import Value

#: One person in both systems: the Lead, then the prospect.
_Pair = tuple[Values, Values]

#: Below this a closed lead has no business in a cadence: the limit in the example rules.
_SMALL = 1_000_000
#: Closed and small, and still in a cadence: what a first run takes out.
_OVERDUE = 9
#: Whom the guides name. All of them are in the cadence "New leads".
_NAMED: tuple[Values, ...] = (
    {
        "FirstName": "John",
        "LastName": "Appleseed",
        "Company": "Orchard Analytics",
        "Title": "Head of Sales",
        "Email": "john.appleseed@orchard.example.com",
        "Phone": "(415) 555-0132",
        "Country": "United States",
        "Status": "Working - Contacted",
        "Rating": "Hot",
    },
    {
        "FirstName": "Carla",
        "LastName": "Mendes",
        "Company": "Mendes Logística",
        "Title": "Owner",
        "Email": "carla.mendes@mendes.example.com",
        "Country": "Brazil",
        "Status": "Working - Contacted",
        "AnnualRevenue": 250_000,
    },
    {
        "FirstName": "Priya",
        "LastName": "Natarajan",
        "Company": "Kestrel Health",
        "Title": "Director of Procurement",
        "Email": "priya.natarajan@kestrel.example.com",
        "Country": "India",
        "Status": "Open - Not Contacted",
    },
)
#: John's number as the cadence has it: the same one, so that no rule should see a change.
_JOHNS_PHONE = "+14155550132"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """What the two systems hold before they are ever brought into step."""

    #: The values of CRM Leads, by Salesforce's field names.
    leads: tuple[dict[str, Value], ...]
    #: The values of the cadence's prospects.
    prospects: tuple[dict[str, Value], ...]
    #: (a prospect's e-mail as it is written there, the name of its cadence)
    enrolments: tuple[tuple[str, str], ...]


def generate(seed: int = 7, leads: int = 1200, prospects: int = 760) -> Dataset:
    """Return the demo of *seed*.

    The three people whom the guides name are in it however small it is; the shares of duplicates,
    blanks and overlap follow the counts.
    """
    rng = random.Random(seed)  # noqa: S311 - reproducible sample data, not a secret
    makers = Makers(rng)
    named = _named()
    lead_twins, prospect_twins = leads // 100, prospects // 152

    people = [makers.person() for _ in range(leads - len(named) - lead_twins)]
    without_mail = leads // 48
    for person in people[:without_mail]:
        person.lead["Email"] = None
    reachable = people[without_mail:]

    # Nine prospects in ten, and a few, are known to the CRM too.
    overlap = max(0, round(prospects * 0.92) - len(named) - prospect_twins)
    pairs = [(person.lead, makers.counterpart(person)) for person in reachable[:overlap]]
    entered_twice = [_entered_again(person.lead) for person in rng.sample(reachable, lead_twins)]
    captured_twice: list[Values] = [
        {**prospect, "source": "Event", "notes": None}
        for _, prospect in rng.sample(pairs, min(prospect_twins, len(pairs)))
    ]
    rest = prospects - len(named) - len(pairs) - len(captured_twice)
    unknown = [makers.prospect(makers.person()) for _ in range(rest)]
    for prospect in unknown[: rest // 4]:
        prospect["company_name"] = rng.choice((None, "", "  "))

    # An address that stands for two records would make it open who is enrolled.
    doubtful = {_plain(lead["Email"]) for lead in entered_twice}
    doubtful |= {_plain(prospect["email"]) for prospect in captured_twice}
    certain = [pair for pair in pairs if _plain(pair[1]["email"]) not in doubtful]
    enrolments = [(str(prospect["email"]), "New leads") for _, prospect in named]
    enrolments += _enrolments(makers, certain)

    all_leads = [*(lead for lead, _ in named), *(each.lead for each in people), *entered_twice]
    all_prospects = [*(prospect for _, prospect in [*named, *pairs]), *unknown, *captured_twice]
    rng.shuffle(all_leads)
    rng.shuffle(all_prospects)
    return Dataset(
        leads=tuple(all_leads), prospects=tuple(all_prospects), enrolments=tuple(enrolments)
    )


def _named() -> list[_Pair]:
    """Return the people whom the guides name, the same in both systems."""
    pairs: list[_Pair] = []
    for values in _NAMED:
        lead: Values = {**dict.fromkeys(LEAD_FIELDS), "LeadSource": "Web", **values}
        prospect = prospect_of(lead)
        if lead["Phone"]:
            prospect["phone"] = _JOHNS_PHONE
        pairs.append((lead, prospect))
    return pairs


def _entered_again(lead: Values) -> Values:
    """Return the same person as somebody in a hurry enters them a second time."""
    return {
        **lead,
        "FirstName": str(lead["FirstName"]).strip()[0] + ".",
        "Title": None,
        "Phone": None,
        "Status": OPEN[0],
        "LeadSource": "Phone Inquiry",
        "Description": "entered twice?",
    }


def _enrolments(makers: Makers, pairs: list[_Pair]) -> list[tuple[str, str]]:
    """Return who is in which cadence: open people, and a few who should have left it."""
    found: list[tuple[str, str]] = []
    overdue = 0
    for lead, prospect in pairs:
        if lead["Status"] in OPEN:
            enrolled = makers.chance(0.6)
        else:
            revenue = lead["AnnualRevenue"]
            small = isinstance(revenue, int) and revenue < _SMALL
            # Equal to the letter, so that these exits rest on no leniency in matching.
            enrolled = small and overdue < _OVERDUE and lead["Email"] == prospect["email"]
            overdue += enrolled
        if enrolled:
            cadence = makers.rng.choice(("New leads", "New leads", "Re-engage"))
            found.append((str(prospect["email"]), cadence))
    return found


def _plain(email: Value) -> str:
    """Return the address as systems compare it."""
    return str(email).strip().casefold()
