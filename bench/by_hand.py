"""The same rules in Python, as a good programmer would write them, and as a hurried one would."""

from __future__ import annotations

__all__ = ["fits", "fits_naively", "rule", "to_cadence"]

from collections.abc import Callable
from typing import Any

from bench.records import Record

OPEN = frozenset({"Open - Not Contacted", "Working - Contacted"})
PRIORITIES = {"Hot": 3, "Warm": 2, "Cold": 1}


def fits(record: Record) -> bool:
    """Tell whether the six conditions hold: blanks fit nothing, case and outer space are alike."""
    if record.get("Status") not in OPEN:
        return False
    revenue = record.get("AnnualRevenue")
    if not isinstance(revenue, int | float) or isinstance(revenue, bool) or revenue <= 50_000:
        return False
    country = record.get("Country")
    if not isinstance(country, str) or country.strip().casefold() != "united states":
        return False
    title = record.get("Title")
    if not isinstance(title, str) or "manager" not in title.casefold():
        return False
    email = record.get("Email")
    if not isinstance(email, str) or not email.strip().casefold().endswith(".com"):
        return False
    return record.get("Industry") != "Education"


def fits_naively(record: Record) -> bool:
    """Do without blanks, case and types: it answers otherwise, and some records would break it."""
    found: dict[str, Any] = record
    return (
        found["Status"] in OPEN
        and (found["AnnualRevenue"] or 0) > 50_000
        and found["Country"] == "United States"
        and "Manager" in (found["Title"] or "")
        and (found["Email"] or "").endswith(".com")
        and found["Industry"] != "Education"
    )


def _tidy(value: Any, tidied: Callable[[str], str]) -> Any:
    """Return a text tidied, and a blank as None."""
    if value is None:
        return None
    text = str(value)
    return tidied(text) if text.strip() else None


def to_cadence(record: Record) -> dict[str, Any]:
    """Return the lead in the cadence's fields; a rating that the table lacks is left out."""
    get = record.get
    made = {
        "first_name": get("FirstName"),
        "last_name": get("LastName"),
        "company_name": get("Company"),
        "job_title": get("Title"),
        "email": _tidy(get("Email"), str.lower),
        "phone": get("Phone"),
        "mobile_phone": get("MobilePhone"),
        "company_url": get("Website"),
        "linkedin_url": get("LinkedIn__c"),
        "street": get("Street"),
        "city": _tidy(get("City"), str.strip),
        "state": get("State"),
        "postal_code": get("PostalCode"),
        "company_size": get("NumberOfEmployees"),
    }
    rating = get("Rating")
    if rating is None or not str(rating).strip():
        made["priority"] = None
    elif (priority := PRIORITIES.get(str(rating).strip())) is not None:
        made["priority"] = priority
    return made


def rule(number: int) -> Callable[[Record], bool]:
    """Return one of the many rules."""
    bound = 1000 * number

    def low(record: Record) -> bool:
        revenue = record.get("AnnualRevenue")
        return (
            record.get("Status") in OPEN
            and isinstance(revenue, int | float)
            and not isinstance(revenue, bool)
            and revenue < bound
        )

    return low
