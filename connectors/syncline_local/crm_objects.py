"""The embedded CRM's objects, under Salesforce's names, so that one rule file serves both."""

from __future__ import annotations

__all__ = ["CRM", "DESCRIPTION"]

from syncline import Description, Field, ObjectType, Prices

from .fields import (
    boolean,
    date,
    email,
    identifier,
    instant,
    number,
    phone,
    picklist,
    read_only,
    reference,
    text,
    url,
)
from .system import System

_INDUSTRIES = (
    "Agriculture",
    "Apparel",
    "Banking",
    "Biotechnology",
    "Chemicals",
    "Communications",
    "Construction",
    "Consulting",
    "Education",
    "Electronics",
    "Energy",
    "Engineering",
    "Entertainment",
    "Environmental",
    "Finance",
    "Food & Beverage",
    "Government",
    "Healthcare",
    "Hospitality",
    "Insurance",
    "Machinery",
    "Manufacturing",
    "Media",
    "Not For Profit",
    "Recreation",
    "Retail",
    "Shipping",
    "Technology",
    "Telecommunications",
    "Transportation",
    "Utilities",
    "Other",
)
_RATINGS = ("Hot", "Warm", "Cold")
_SOURCES = ("Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other")
_KEY_FIELD = "Syncline_Key__c"


def _object(name: str, label: str, id_label: str, *fields: Field) -> ObjectType:
    return ObjectType(
        name=name,
        label=label,
        fields=(
            identifier("Id", id_label),
            *fields,
            reference("OwnerId", "Owner ID"),
            read_only(instant("CreatedDate", "Created Date")),
            read_only(instant("SystemModstamp", "System Modstamp")),
            read_only(text(_KEY_FIELD, "Syncline Key", 255)),
        ),
        key_field=_KEY_FIELD,
        deletable=True,
    )


_LEAD = _object(
    "Lead",
    "Lead",
    "Lead ID",
    text("FirstName", "First Name", 40),
    text("LastName", "Last Name", 80, required=True),
    text("Company", "Company", 255, required=True),
    text("Title", "Title", 128),
    email("Email", "Email"),
    phone("Phone", "Phone"),
    phone("MobilePhone", "Mobile Phone"),
    url("Website", "Website"),
    text("Street", "Street", 255),
    text("City", "City", 40),
    text("State", "State/Province", 80),
    text("PostalCode", "Zip/Postal Code", 20),
    text("Country", "Country", 80),
    picklist(
        "Status",
        "Status",
        (
            "Open - Not Contacted",
            "Working - Contacted",
            "Closed - Converted",
            "Closed - Not Converted",
        ),
    ),
    picklist("Rating", "Rating", _RATINGS),
    picklist("Industry", "Industry", _INDUSTRIES),
    picklist("LeadSource", "Lead Source", _SOURCES),
    number("AnnualRevenue", "Annual Revenue"),
    number("NumberOfEmployees", "Employees"),
    text("Description", "Description", 32000),
    url("LinkedIn__c", "LinkedIn URL"),
    date("LastActivityDate", "Last Activity"),
    read_only(boolean("IsConverted", "Converted")),
    read_only(reference("ConvertedContactId", "Converted Contact ID")),
)
_CONTACT = _object(
    "Contact",
    "Contact",
    "Contact ID",
    reference("AccountId", "Account ID"),
    text("FirstName", "First Name", 40),
    text("LastName", "Last Name", 80, required=True),
    text("Title", "Title", 128),
    text("Department", "Department", 80),
    email("Email", "Email"),
    phone("Phone", "Business Phone"),
    phone("HomePhone", "Home Phone"),
    phone("MobilePhone", "Mobile Phone"),
    phone("OtherPhone", "Other Phone"),
    text("MailingStreet", "Mailing Street", 255),
    text("MailingCity", "Mailing City", 40),
    text("MailingState", "Mailing State/Province", 80),
    text("MailingPostalCode", "Mailing Zip/Postal Code", 20),
    text("MailingCountry", "Mailing Country", 80),
    picklist("Status", "Status", ("Active", "Nurture", "Left company"), restricted=True),
    picklist("Rating", "Rating", _RATINGS),
    picklist("Industry", "Industry", _INDUSTRIES),
    picklist("LeadSource", "Lead Source", _SOURCES),
    text("Description", "Contact Description", 32000),
    url("LinkedIn__c", "LinkedIn URL"),
    date("LastActivityDate", "Last Activity"),
)
_ACCOUNT = _object(
    "Account",
    "Account",
    "Account ID",
    text("Name", "Account Name", 255, required=True),
    phone("Phone", "Account Phone"),
    url("Website", "Website"),
    number("NumberOfEmployees", "Employees"),
    number("AnnualRevenue", "Annual Revenue"),
    picklist("Industry", "Industry", _INDUSTRIES),
    picklist("Rating", "Account Rating", _RATINGS),
    text("BillingStreet", "Billing Street", 255),
    text("BillingCity", "Billing City", 40),
    text("BillingState", "Billing State/Province", 80),
    text("BillingPostalCode", "Billing Zip/Postal Code", 20),
    text("BillingCountry", "Billing Country", 80),
    text("Description", "Account Description", 32000),
    date("LastActivityDate", "Last Activity"),
)
_TASK = _object(
    "Task",
    "Task",
    "Activity ID",
    reference("WhoId", "Name ID"),
    reference("WhatId", "Related To ID"),
    text("Subject", "Subject", 255),
    text("Description", "Description", 32000),
    picklist(
        "Status",
        "Status",
        ("Not Started", "In Progress", "Completed", "Waiting on someone else", "Deferred"),
    ),
    picklist("Priority", "Priority", ("High", "Normal", "Low")),
    date("ActivityDate", "Due Date"),
    picklist(
        "TaskSubtype",
        "Task Subtype",
        ("Task", "Email", "List Email", "Call"),
        restricted=True,
        updatable=False,
    ),
    number("CallDurationInSeconds", "Call Duration"),
    picklist("CallType", "Call Type", ("Internal", "Inbound", "Outbound"), restricted=True),
    text("CallDisposition", "Call Result", 255),
    number("WrapTime__c", "Wrap Time"),
)
_EVENT = _object(
    "Event",
    "Event",
    "Activity ID",
    reference("WhoId", "Name ID"),
    reference("WhatId", "Related To ID"),
    text("Subject", "Subject", 255),
    text("Description", "Description", 32000),
    instant("StartDateTime", "Start Date Time"),
    instant("EndDateTime", "End Date Time"),
    number("DurationInMinutes", "Duration"),
    text("Location", "Location", 255),
)

DESCRIPTION = Description(
    objects=(_LEAD, _CONTACT, _ACCOUNT, _TASK, _EVENT), prices=Prices(page_size=1000)
)

CRM = System(
    file="crm.json",
    id_field="Id",
    created_field="CreatedDate",
    modified_field="SystemModstamp",
    prefixes={"Lead": "00Q", "Contact": "003", "Account": "001", "Task": "00T", "Event": "00U"},
    digits=12,
    mergeable=frozenset({"Lead", "Contact", "Account"}),
    defaults={
        "Lead": {"Status": "Open - Not Contacted", "IsConverted": False},
        "Task": {"Status": "Not Started", "Priority": "Normal", "TaskSubtype": "Task"},
    },
)
