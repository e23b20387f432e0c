"""The rows that the maps of a history are made of."""

from __future__ import annotations

__all__ = ["ALWAYS", "CHOICES", "COMPANY"]

from ..model import Side
from .lines import Kind, Line

_TABLE = 'as { "Hot" = 3, "Warm" = 2, "Cold" = 1 }'
ALWAYS = (
    Line(crm="FirstName", cadence="first_name"),
    Line(crm="LastName", cadence="last_name", words="required", required=True),
    Line(crm="Email", cadence="email"),
)
COMPANY = Line(
    crm="Company", cadence="company_name", words='required, default "Unknown"', required=True
)
#: Of each of these one is taken, or none.
CHOICES = (
    (
        Line(crm="Title", cadence="job_title"),
        Line(crm="Title", cadence="job_title", arrow="->"),
        Line(
            crm="Title", cadence="job_title", arrow="->", words="when blank",
            to={Side.CADENCE: "when blank"},
        ),
        Line(
            crm="Title", cadence="job_title", arrow="->", words="on create",
            to={Side.CADENCE: "on create"},
        ),
        Line(crm="Title", cadence="job_title", arrow="<-"),
    ),
    (
        Line(crm="City", cadence="city"),
        Line(crm="City", cadence="city", words="erase", erase=True),
        Line(crm="City", cadence="city", words="crm wins", conflict="crm"),
        Line(
            crm="City", cadence="city", words="cadence wins, erase",
            conflict="cadence", erase=True,
        ),
        Line(crm="City", cadence="city", words="hold on conflict", conflict="hold"),
    ),
    (
        Line(crm="Phone", cadence="phone"),
        Line(crm="Phone", cadence="phone", words='using phone("US")', kind=Kind.PHONE),
        Line(crm="Phone", cadence="phone", arrow="<-"),
    ),
    (
        Line(crm="Rating", cadence="priority", words=_TABLE, kind=Kind.TABLE),
        Line(
            crm="Rating", cadence="priority", words=f"{_TABLE} else hold, cadence wins",
            kind=Kind.TABLE, conflict="cadence",
        ),
        Line(crm="Rating", cadence="priority", arrow="->", words=_TABLE, kind=Kind.TABLE),
    ),
    (
        Line(
            crm="Notes", cadence="notes", words="to crm when blank, to cadence always",
            to={Side.CRM: "when blank"},
        ),
        Line(crm="Notes", cadence="notes", words="cadence wins", conflict="cadence"),
        Line(crm="Notes", cadence="notes", arrow="<-", words="erase", erase=True),
        Line(
            crm="Notes", cadence="notes", words="to crm never, to cadence always",
            to={Side.CRM: "never"},
        ),
    ),
    (
        Line(crm="Score", cadence="score"),
        Line(crm="Score", cadence="score", words="crm wins", conflict="crm"),
    ),
)  # fmt: skip
