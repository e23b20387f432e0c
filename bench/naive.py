"""The naive loops that ``bench.connectors`` is measured beside: a look-up and a write a record.

The clients are the vendors' own, as PyPI has them; Pipedrive's requests are those of its client.
"""

from __future__ import annotations

__all__ = ["NAIVE", "people"]

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any

import httpx

_Person = Mapping[str, str]


def people(count: int, title: str) -> Iterator[dict[str, str]]:
    """Yield so many people who resemble nobody else."""
    for number in range(count):
        yield {
            "first_name": f"First{number}",
            "last_name": f"Last{number}",
            "company_name": f"Company {number % 97}",
            "email": f"person{number}@company{number % 97}.example.com",
            "job_title": title,
        }


def naive_salesforce(
    url: str, environ: Mapping[str, str], persons: Iterable[Mapping[str, str]]
) -> None:
    """Upsert record after record with simple-salesforce."""
    requests: Any = import_module("requests")
    adapter = requests.adapters.HTTPAdapter()
    send = adapter.send

    def plain(request: Any, **more: Any) -> Any:
        """Speak to this machine without TLS, whatever the client insists on."""
        request.url = request.url.replace("https://", "http://", 1)
        return send(request, **more)

    adapter.send = plain
    session = requests.Session()
    session.mount("https://", adapter)
    session.trust_env = False
    form = {
        "grant_type": "client_credentials",
        "client_id": "sandbox",
        "client_secret": "sandbox",
    }
    answer = httpx.post(f"{url}/services/oauth2/token", data=form, trust_env=False)
    token = answer.json()["access_token"]
    salesforce: Any = import_module("simple_salesforce")
    client = salesforce.Salesforce(instance_url=url, session_id=token, session=session)
    for person in persons:
        email = person["email"]
        found = client.query(f"SELECT Id FROM Lead WHERE Email = '{email}'")["records"]
        values = {
            "FirstName": person["first_name"],
            "LastName": person["last_name"],
            "Company": person["company_name"],
            "Email": email,
            "Title": person["job_title"],
        }
        if found:
            client.Lead.update(found[0]["Id"], values)
        else:
            client.Lead.create(values)


def naive_hubspot(
    url: str, environ: Mapping[str, str], persons: Iterable[Mapping[str, str]]
) -> None:
    """Look up and write record after record with hubspot-api-client."""
    token = environ["SYNCLINE_HUBSPOT_TOKEN"]
    hubspot: Any = import_module("hubspot")
    client = hubspot.Client.create(access_token=token, host=url)
    contacts = client.crm.contacts
    for person in persons:
        values = {
            "firstname": person["first_name"],
            "lastname": person["last_name"],
            "email": person["email"],
            "jobtitle": person["job_title"],
        }
        wanted = {"propertyName": "email", "operator": "EQ", "value": person["email"]}
        request = {"filterGroups": [{"filters": [wanted]}], "limit": 1}
        found = contacts.search_api.do_search(public_object_search_request=request).results
        body: dict[str, Any] = {"properties": values, "associations": []}
        if found:
            contacts.basic_api.update(found[0].id, simple_public_object_input=body)
        else:
            contacts.basic_api.create(simple_public_object_input_for_create=body)


def naive_pipedrive(
    url: str, environ: Mapping[str, str], persons: Iterable[Mapping[str, str]]
) -> None:
    """Look up and write record after record, as Pipedrive's client does."""
    token = {"x-api-token": environ["SYNCLINE_PIPEDRIVE_TOKEN"]}
    with httpx.Client(base_url=url, headers=token, trust_env=False) as http:
        fields = http.get("/api/v2/personFields", params={"limit": "500"}).json()["data"]
        key = next(f["field_code"] for f in fields if f["field_name"] == "Job title")
        for person in persons:
            wanted = {"term": person["email"], "fields": "email", "exact_match": "true"}
            found = http.get("/api/v2/persons/search", params=wanted).json()["data"]["items"]
            values = {
                "name": f"{person['first_name']} {person['last_name']}",
                "emails": [{"value": person["email"], "primary": True}],
                "custom_fields": {key: person["job_title"]},
            }
            if found:
                http.patch(f"/api/v2/persons/{found[0]['item']['id']}", json=values)
            else:
                http.post("/api/v2/persons", json=values)


NAIVE: dict[str, Callable[[str, Mapping[str, str], Iterable[_Person]], None]] = {
    "salesforce": naive_salesforce,
    "pipedrive": naive_pipedrive,
    "hubspot": naive_hubspot,
}
