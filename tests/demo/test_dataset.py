"""The demo's people: the same for everybody, nobody real, and messy in the ways a demo shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from syncline import Value, is_blank
from syncline.demo.dataset import Dataset, generate

if TYPE_CHECKING:
    from collections.abc import Iterable

SEEDS = (7, 1, 2026)
LENGTHS = {"FirstName": 40, "LastName": 80, "Company": 255, "Email": 80, "Phone": 40, "City": 40}
STATUSES = {
    "Open - Not Contacted",
    "Working - Contacted",
    "Closed - Converted",
    "Closed - Not Converted",
}
JOHN: dict[str, Value] = {
    "FirstName": "John",
    "LastName": "Appleseed",
    "Company": "Orchard Analytics",
    "Email": "john.appleseed@orchard.example.com",
    "Status": "Working - Contacted",
    "Rating": "Hot",
    "Phone": "(415) 555-0132",
    "Country": "United States",
}
CARLA: dict[str, Value] = {
    "FirstName": "Carla",
    "LastName": "Mendes",
    "Company": "Mendes Logística",
    "Email": "carla.mendes@mendes.example.com",
    "Status": "Working - Contacted",
    "AnnualRevenue": 250000,
}
PRIYA: dict[str, Value] = {
    "FirstName": "Priya",
    "LastName": "Natarajan",
    "Company": "Kestrel Health",
    "Email": "priya.natarajan@kestrel.example.com",
}
NAMES = {
    "FirstName": "first_name",
    "LastName": "last_name",
    "Company": "company_name",
    "Email": "email",
}


def plain(email: Value) -> str:
    return str(email).strip().casefold()


def mails(rows: Iterable[dict[str, Value]], name: str) -> Counter[str]:
    return Counter(plain(row[name]) for row in rows if row[name] is not None)


def matched(data: Dataset) -> list[tuple[dict[str, Value], dict[str, Value]]]:
    """Pair each prospect with its lead, where the mail stands for one lead alone."""
    counts = mails(data.leads, "Email")
    leads = {plain(lead["Email"]): lead for lead in data.leads}
    return [
        (leads[plain(row["email"])], row)
        for row in data.prospects
        if counts[plain(row["email"])] == 1
    ]


def share(pairs: list[tuple[dict[str, Value], dict[str, Value]]], lead: str, row: str) -> float:
    """Return how often both sides know a value and it is not the same."""
    differ = [a for a, b in pairs if a[lead] and b[row] and a[lead] != b[row]]
    return len(differ) / len(pairs)


def number(phone: Value) -> str:
    """Return the end of the number, which every way of writing it has in common."""
    return re.sub(r"\D", "", str(phone).partition(" x")[0].partition(" ext")[0])[-6:]


def test_same_seed_same_data() -> None:
    """A seed stands for one set of people; another seed for another."""
    assert generate(3) == generate(3)
    assert generate(3) != generate(4)


def test_hashing_changes_nothing() -> None:
    """The order in which a process happens to hash its texts leaves no trace in the data."""
    script = (
        "import hashlib; from syncline.demo.dataset import generate; "
        "print(hashlib.sha256(ascii(generate()).encode()).hexdigest())"
    )
    digests = [
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert digests[0] == digests[1]


@pytest.mark.parametrize(
    ("leads", "prospects"), [(1200, 760), (3, 3), (40, 25), (3, 760), (900, 3)]
)
def test_counts(leads: int, prospects: int) -> None:
    """There are as many leads and prospects as were asked for."""
    data = generate(leads=leads, prospects=prospects)
    assert (leads, prospects) == (len(data.leads), len(data.prospects))


@pytest.mark.parametrize("seed", SEEDS)
def test_overlap(seed: int) -> None:
    """About 700 prospects are leads too; the rest will be new to the CRM, 15 without a company."""
    data = generate(seed)
    known = mails(data.leads, "Email")
    new = [row for row in data.prospects if not known[plain(row["email"])]]
    assert 690 <= len(data.prospects) - len(new) <= 710
    assert sum(is_blank(row["company_name"]) for row in new) == 15
    assert sum(is_blank(row["company_name"]) for row in data.prospects) == 15
    assert sum(lead["Email"] is None for lead in data.leads) == 25


@pytest.mark.parametrize("seed", SEEDS)
def test_drift(seed: int) -> None:
    """The two systems write some mails, numbers, names and titles differently; most agree."""
    pairs = matched(generate(seed))
    assert 0.05 < share(pairs, "Email", "email") < 0.11
    other_writing = share(pairs, "Phone", "phone")
    other_number = share(
        [({"n": number(a["Phone"])}, {"n": number(b["phone"])}) for a, b in pairs], "n", "n"
    )
    assert 0.06 < other_number < 0.14 < other_writing < 0.35
    assert 0.02 < share(pairs, "FirstName", "first_name") + share(pairs, "Title", "job_title") < 0.1
    assert {0.0} == {
        share(pairs, lead, row)
        for lead, row in {"LastName": "last_name", "Industry": "industry", "City": "city"}.items()
    }
    assert all(lead["Email"] == str(lead["Email"]).strip() for lead, _ in pairs)


@pytest.mark.parametrize("seed", SEEDS)
def test_duplicates(seed: int) -> None:
    """Twelve mails stand for two leads, five for two prospects, and none for three."""
    data = generate(seed)
    for rows, name, pairs in ((data.leads, "Email", 12), (data.prospects, "email", 5)):
        repeated = {mail: count for mail, count in mails(rows, name).items() if count > 1}
        assert [2] * pairs == list(repeated.values())
        assert not {plain(each["Email"]) for each in (JOHN, CARLA, PRIYA)} & set(repeated)


@pytest.mark.parametrize("person", [JOHN, CARLA, PRIYA], ids=["John", "Carla", "Priya"])
@pytest.mark.parametrize("counts", [(1200, 760), (0, 0), (50, 3)])
def test_named_people(person: dict[str, Value], counts: tuple[int, int]) -> None:
    """Whom the guides name is there once in each system and in "New leads", whatever the counts."""
    data = generate(11, *counts)
    [lead] = [each for each in data.leads if each["Email"] == person["Email"]]
    [prospect] = [each for each in data.prospects if each["email"] == person["Email"]]
    assert person == {name: lead[name] for name in person}
    assert {NAMES[name]: person[name] for name in NAMES} == {
        name: prospect[name] for name in NAMES.values()
    }
    assert dict(data.enrolments)[str(person["Email"])] == "New leads"


def test_johns_number() -> None:
    """John's number is the same one in both systems, each in its own writing."""
    [john] = [each for each in generate().prospects if each["email"] == JOHN["Email"]]
    assert (john["phone"], john["priority"]) == ("+14155550132", 3)


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_real(seed: int) -> None:
    """Every mail and web address lies under a domain that is kept for examples."""
    data = generate(seed)
    addresses = [row[name] for row in data.leads for name in ("Email", "Website", "LinkedIn__c")]
    addresses += [
        row[name] for row in data.prospects for name in ("email", "company_url", "linkedin_url")
    ]
    hosts = {
        plain(each).rpartition("@")[2].rpartition("//")[2].partition("/")[0]
        for each in addresses
        if each is not None
    }
    kept = (".example.com", ".example.org", ".example.net")
    assert sorted(host for host in hosts if not host.endswith(kept)) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_a_crm_takes_every_lead(seed: int) -> None:
    """No lead is too long for Salesforce, lacks what it requires, or has an unknown status."""
    leads = generate(seed).leads
    assert [
        (name, lead[name])
        for lead in leads
        for name, longest in LENGTHS.items()
        if len(str(lead[name] or "")) > longest
    ] == []
    assert not [lead for lead in leads if is_blank(lead["LastName"]) or is_blank(lead["Company"])]
    assert {lead["Status"] for lead in leads} == STATUSES
    assert len({tuple(sorted(lead)) for lead in leads}) == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_enrolments(seed: int) -> None:
    """Only existing prospects are enrolled, each in one cadence, and about six open ones in ten."""
    data = generate(seed)
    enrolled = dict(data.enrolments)
    counts = Counter(row["email"] for row in data.prospects)
    still_open = [row for lead, row in matched(data) if str(lead["Status"])[:4] in ("Open", "Work")]
    assert len(enrolled) == len(data.enrolments)
    assert {1} == {counts[mail] for mail in enrolled}
    assert {"New leads", "Re-engage"} == set(enrolled.values())
    assert 0.5 < sum(row["email"] in enrolled for row in still_open) / len(still_open) < 0.7


@pytest.mark.parametrize("seed", SEEDS)
def test_first_exits(seed: int) -> None:
    """Nine closed, small leads are still in a cadence: what the example's workflow takes out."""
    data = generate(seed)
    enrolled = {plain(mail) for mail, _ in data.enrolments}
    small = [
        lead
        for lead in data.leads
        if str(lead["Status"]).startswith("Closed")
        and isinstance(lead["AnnualRevenue"], int)
        and lead["AnnualRevenue"] < 1_000_000
    ]
    assert sum(plain(lead["Email"]) in enrolled for lead in small) == 9
    assert len(small) > 9
