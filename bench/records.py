"""The records and rules that every contender gets."""

from __future__ import annotations

__all__ = ["FILE_100", "MAPPED", "RULES", "Record", "many_rules", "records"]

import random
from typing import TypeAlias

Record: TypeAlias = dict[str, str | int | None]

#: Six conditions, and a map of fifteen rows: twelve as they are, two tidied, one by a table.
RULES = """\
connect crm to local
connect cadence to local
sync crm to cadence
sync cadence to crm

map Lead <-> prospect {
    match Email = email

    FirstName         <-> first_name
    LastName          <-> last_name
    Company           <-> company_name
    Title             <-> job_title
    Email             <-> email          using lower()
    Phone             <-> phone
    MobilePhone       <-> mobile_phone
    Website           <-> company_url
    LinkedIn__c       <-> linkedin_url
    Street            <-> street
    City              <-> city           using trim()
    State             <-> state
    PostalCode        <-> postal_code
    NumberOfEmployees <-> company_size
    Rating            <-> priority       as { "Hot" = 3, "Warm" = 2, "Cold" = 1 }
}

workflow "Hot" on Lead {
    when all {
        Status in "Open - Not Contacted", "Working - Contacted"
        AnnualRevenue > 50_000
        Country = "United States"
        Title contains "manager"
        Email ends with ".com"
        Industry != "Education"
    }
    then exit cadence
}
"""

#: CRM field -> cadence field, for the rows that change nothing on the way.
MAPPED = {
    "FirstName": "first_name",
    "LastName": "last_name",
    "Company": "company_name",
    "Title": "job_title",
    "Phone": "phone",
    "MobilePhone": "mobile_phone",
    "Website": "company_url",
    "LinkedIn__c": "linkedin_url",
    "Street": "street",
    "State": "state",
    "PostalCode": "postal_code",
    "NumberOfEmployees": "company_size",
}

_STATUSES = ("Open - Not Contacted", "Working - Contacted", "Working - Contacted", "Closed")
_COUNTRIES = ("United States", "united states", "UNITED STATES", "United States", "France")
_TITLES = ("Sales Manager", "MANAGER, IT", "Account manager", "Buyer", "Office Manager")
_INDUSTRIES = ("Retail", "Banking", "Energy", "Education")


def records(count: int) -> list[Record]:
    """Return *count* leads, the same in every run; a tenth of their values is blank."""
    chance = random.Random(11)
    found: list[Record] = []
    for number in range(count):
        record: Record = {
            "FirstName": f"First{number}",
            "LastName": f"Last{number}",
            "Company": f"Company {number % 997}",
            "Title": chance.choice(_TITLES),
            "Email": f"Person{number}@company{number % 997}.{chance.choice(('com', 'COM', 'org'))}",
            "Phone": f"+1415555{number % 10000:04}",
            "MobilePhone": f"+1628555{number % 10000:04}",
            "Website": f"https://company{number % 997}.example.com",
            "LinkedIn__c": f"https://linkedin.example.com/in/{number}",
            "Street": f"{number % 400} Main Street",
            "City": chance.choice(("Berlin ", "Paris", " Rome")),
            "State": "CA",
            "PostalCode": f"{number % 100000:05}",
            "NumberOfEmployees": chance.randrange(1, 5000),
            "Rating": chance.choice(("Hot", "Warm", "Cold")),
            "Status": chance.choice(_STATUSES),
            "AnnualRevenue": chance.randrange(10_000, 1_000_000),
            "Country": chance.choice(_COUNTRIES),
            "Industry": chance.choice(_INDUSTRIES),
        }
        for name, value in record.items():
            if chance.random() < 0.1:
                # A system writes no number as white space.
                record[name] = None if isinstance(value, int) else chance.choice((None, "", "  "))
        found.append(record)
    return found


def many_rules(count: int) -> str:
    """Return *count* workflows of two conditions, each with bounds of its own."""
    return "connect crm to local\nconnect cadence to local\n" + "".join(
        f'workflow "Rule {number}" on Lead {{\n'
        "    when all {\n"
        '        Status in "Open - Not Contacted", "Working - Contacted"\n'
        f"        AnnualRevenue < {1000 * number}\n"
        "    }\n"
        "    then exit cadence\n"
        "}\n"
        for number in range(1, count + 1)
    )


#: A file as an admin has it: the rules above, and workflows up to a hundred lines.
FILE_100 = "# A hundred lines.\n" + RULES + many_rules(9).split("\n", 2)[2]
