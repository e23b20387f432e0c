"""How likely two records are one person, by name, company, e-mail, phone and address. Pure.

Each part that both have adds evidence, as Fellegi and Sunter weigh it: the logarithm (to base 2) of
how much oftener it agrees among records of one person than among those of two. The sum, less what
chance is against any two being one, becomes a score from 0 to 100.
"""

from __future__ import annotations

__all__ = ["PERHAPS", "SURE", "Likeness", "Trace", "blocks", "likeness", "trace"]

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler

from ..model import Value
from .parts import Parts, bare

#: From here on two records are one; from there on a person is asked.
SURE, PERHAPS = 95, 50
#: Against any two of a block being one: 2 to this power.
_ODDS = 12
#: Evidence in bits: equal, nearly so, not at all.
_EMAIL, _PHONE = (14, 7, -2), (10, 6, -2)
_FIRST, _LAST = (4, 3, -8), (7, 5, -6)
_COMPANY, _STREET = (6, 4, -2), (6, 5, -2)
_POSTAL, _CITY = (5, 2, -2), (3, 2, -1)
#: First and last name that changed places.
_SWAPPED = 9
_ALIKE = 0.87
_FORMS = re.compile(
    r"\b(inc|incorporated|ltd|limited|llc|llp|plc|gmbh|ag|kg|sa|sas|sarl|srl|spa|bv|nv|ab|oy|co|"
    r"corp|corporation|company|group|holding|holdings|the|und|and)\b"
)
_WORDS = re.compile(r"[^\W_]+")
#: Tells whether two texts that differ are nearly the same.
Near: TypeAlias = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Trace:
    """What is left of a record for telling whether it is another: each part as it compares."""

    first: str = ""
    last: str = ""
    company: str = ""
    emails: tuple[str, ...] = ()
    #: The last nine digits.
    phones: tuple[str, ...] = ()
    postal: str = ""
    street: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How alike two records are, and by what."""

    score: int
    reason: str
    same_email: bool


def trace(values: Mapping[str, Value], parts: Parts) -> Trace:
    """Return what is left of a record's *values*."""

    def text(name: str) -> str:
        return bare(str(values.get(name) or "")) if name else ""

    company = str(values.get(parts.company) or "").casefold() if parts.company else ""
    emails = (str(values.get(name) or "").strip().casefold() for name in parts.emails)
    phones = ("".join(filter(str.isdigit, str(values.get(n) or "")))[-9:] for n in parts.phones)
    return Trace(
        first=text(parts.first),
        last=text(parts.last),
        company=_core(company),
        emails=tuple(filter(None, emails)),
        phones=tuple(dict.fromkeys(phone for phone in phones if len(phone) > 5)),
        postal=text(parts.postal),
        street=text(parts.street),
        city=text(parts.city),
    )


def blocks(one: Trace) -> tuple[str, ...]:
    """Return the keys under which a record is looked for: two that share none are not compared."""
    keys = [f"e:{email}" for email in one.emails]
    for phone in one.phones:
        keys += [f"p:{phone}", f"h:{phone[:5]}:{one.first[:1]}", f"t:{phone[-5:]}:{one.last[:1]}"]
    if one.first and one.last:
        keys.append(f"n:{_pair(one.first[:4], one.last[:4])}")
    if one.last and one.company:
        keys.append(f"c:{one.last[:3]}:{one.company[:6]}")
    if one.first and one.company:
        keys.append(f"d:{one.first[:3]}:{one.company[:6]}")
    if one.postal:
        keys += [f"l:{one.postal}:{one.last[:2]}", f"f:{one.postal}:{one.first[:2]}"]
    if one.street:
        keys += [f"s:{one.street[:10]}:{one.first[:1]}", f"u:{one.street[:10]}:{one.last[:1]}"]
    return tuple(dict.fromkeys(keys))


def likeness(one: Trace, two: Trace) -> Likeness:
    """Return how alike two records are. It is the same the other way round."""
    bits, reasons = _names(one, two)
    same_email = not set(one.emails).isdisjoint(two.emails)
    told = [
        ("e-mail", _several(one.emails, two.emails, _EMAIL, _one_off)),
        ("phone", _several(one.phones, two.phones, _PHONE, _one_off)),
        ("company", _single(one.company, two.company, _COMPANY, _near_company)),
        ("street", _single(one.street, two.street, _STREET, _alike)),
        ("postal code", _single(one.postal, two.postal, _POSTAL, _one_off)),
        ("city", _single(one.city, two.city, _CITY, _alike)),
    ]
    for part, evidence in told:
        bits += evidence
        if evidence > 0:
            reasons.append(part)
    score = round(100 / (1 + 2.0 ** (_ODDS - bits)))
    return Likeness(score=score, reason=" and ".join(reasons), same_email=same_email)


def _names(one: Trace, two: Trace) -> tuple[int, list[str]]:
    straight = _single(one.first, two.first, _FIRST, _alike)
    straight += _single(one.last, two.last, _LAST, _alike)
    if one.first and one.last and one.first == two.last and one.last == two.first:
        straight = max(straight, _SWAPPED)
    return straight, ["name"] if straight > 0 else []


def _single(one: str, two: str, evidence: tuple[int, int, int], near: Near) -> int:
    if not one or not two:
        return 0
    return evidence[0] if one == two else evidence[1] if near(one, two) else evidence[2]


def _several(
    one: tuple[str, ...], two: tuple[str, ...], evidence: tuple[int, int, int], near: Near
) -> int:
    if not one or not two:
        return 0
    if not set(one).isdisjoint(two):
        return evidence[0]
    return evidence[1] if any(near(a, b) for a in one for b in two) else evidence[2]


def _alike(one: str, two: str) -> bool:
    # A name that is cut to its letter says little against the whole one.
    if min(len(one), len(two)) == 1:
        return one[0] == two[0]
    return max(JaroWinkler.similarity(one, two), JaroWinkler.similarity(two, one)) >= _ALIKE


def _one_off(one: str, two: str) -> bool:
    return OSA.distance(one, two, score_cutoff=1) <= 1


def _near_company(one: str, two: str) -> bool:
    return fuzz.ratio(one, two) >= 85 or (len(one) > 3 < len(two) and (one in two or two in one))


@lru_cache(maxsize=10_000)
def _core(company: str) -> str:
    """Return a company's name without its legal form."""
    words = _WORDS.findall(_FORMS.sub(" ", company.replace(".", "")))
    return bare("".join(words)) or bare(company)


def _pair(one: str, two: str) -> str:
    return ":".join(sorted((one, two)))
