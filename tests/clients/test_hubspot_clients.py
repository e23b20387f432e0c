"""HubSpot's own clients, unchanged, against the sandbox (B10)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from syncline.net.serving import beside
from syncline_sandbox.hubspot.app import create_app

pytestmark = pytest.mark.clients

PYTHON = """
import json, sys
import hubspot
from hubspot.crm.associations.v4 import BatchInputPublicDefaultAssociationMultiPost
from hubspot.crm.contacts import (
    ApiException, BatchInputSimplePublicObjectBatchInput,
    BatchInputSimplePublicObjectBatchInputForCreate,
    BatchInputSimplePublicObjectBatchInputUpsert, BatchInputSimplePublicObjectId,
    BatchReadInputSimplePublicObjectId, PublicMergeInput, PublicObjectSearchRequest,
    SimplePublicObjectInput, SimplePublicObjectInputForCreate,
)
from hubspot.crm.properties import PropertyCreate

url = sys.argv[1]
client = hubspot.Client.create(access_token="pat-na1-sandbox", host=url)
contacts = client.crm.contacts
told = {}

made = contacts.basic_api.create(SimplePublicObjectInputForCreate(
    properties={"email": "ada@example.org", "firstname": "Ada"}, associations=[]))
told["created"] = made.properties["email"]
try:
    contacts.basic_api.create(SimplePublicObjectInputForCreate(
        properties={"email": "ada@example.org"}, associations=[]))
except ApiException as err:
    told["conflict"] = [err.status, json.loads(err.body)["category"]]
contacts.basic_api.update(made.id, SimplePublicObjectInput(properties={"city": "London"}))
told["read"] = contacts.basic_api.get_by_id(made.id, properties=["city"]).properties["city"]

given = {"0": {"firstname": "A"}, "1": {"firstname": "B"}, "2": {"firstname": "C"}}
given["bad"] = {"email": "nonsense"}
rows = [{"properties": given[each], "associations": [], "objectWriteTraceId": each}
        for each in given]
batch = contacts.batch_api.create(BatchInputSimplePublicObjectBatchInputForCreate(inputs=rows))
told["batch"] = [len(batch.results), batch.num_errors, batch.errors[0].context]
inputs = [{"id": "k1", "idProperty": "syncline_key", "properties": {"lastname": "K"}}]
upsert = BatchInputSimplePublicObjectBatchInputUpsert(inputs=inputs)
told["upsert"] = [contacts.batch_api.upsert(upsert).results[0].new for _ in range(2)]
update = BatchInputSimplePublicObjectBatchInput(
    inputs=[{"id": made.id, "properties": {"city": "Paris"}}])
told["update"] = contacts.batch_api.update(update).results[0].properties["city"]
read = BatchReadInputSimplePublicObjectId(
    inputs=[{"id": "k1"}], id_property="syncline_key", properties=["lastname"],
    properties_with_history=[])
told["by key"] = contacts.batch_api.read(read).results[0].properties["lastname"]
search = PublicObjectSearchRequest(
    filter_groups=[{"filters": [{"propertyName": "city", "operator": "EQ", "value": "paris"}]}],
    sorts=["createdate"], properties=["city"], limit=10, after="0")
told["search"] = contacts.search_api.do_search(search).total
told["all"] = len(contacts.get_all())

company = client.crm.companies.basic_api.create(SimplePublicObjectInputForCreate(
    properties={"name": "Engines"}, associations=[]))
pairs = BatchInputPublicDefaultAssociationMultiPost(
    inputs=[{"from": {"id": made.id}, "to": {"id": company.id}}])
client.crm.associations.v4.batch_api.create_default("contacts", "companies", pairs)
page = client.crm.associations.v4.basic_api.get_page("contacts", made.id, "companies")
told["tied"] = str(page.results[0].to_object_id) == company.id

other = contacts.basic_api.create(SimplePublicObjectInputForCreate(
    properties={"firstname": "Eve"}, associations=[]))
merge = PublicMergeInput(primary_object_id=made.id, object_id_to_merge=other.id)
told["merged"] = contacts.basic_api.merge(merge).id == made.id
contacts.batch_api.archive(BatchInputSimplePublicObjectId(inputs=[{"id": made.id}]))
bin_ = contacts.basic_api.get_page(archived=True)
told["archived"] = [each.id == made.id for each in bin_.results]

told["owners"] = [each.email for each in client.crm.owners.owners_api.get_page().results]
names = [each.name for each in client.crm.properties.core_api.get_all("contacts").results]
told["properties"] = "hs_lead_status" in names
client.crm.properties.core_api.create("contacts", PropertyCreate(
    name="shoe_size", label="Shoe size", type="number", field_type="number",
    group_name="contactinformation"))
told["note"] = client.crm.objects.basic_api.create("notes", SimplePublicObjectInputForCreate(
    properties={"hs_timestamp": "2026-11-22T15:40:00Z", "hs_note_body": "Hi"},
    associations=[{"to": {"id": company.id}, "types": [
        {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 190}]}])).archived
print(json.dumps(told))
"""


@pytest.fixture
def url(tmp_path: Path) -> Generator[str]:
    with beside(create_app(tmp_path)) as found:
        yield found


def told(words: list[str], folder: Path, **environ: str) -> dict[str, Any]:
    done = subprocess.run(
        words,
        cwd=folder,
        env={**os.environ, "NO_PROXY": "127.0.0.1", **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_python_client_works_unchanged(url: str, pip_folder: Callable[..., Path]) -> None:
    """B10: ``hubspot-api-client`` of PyPI creates, reads, searches, batches, merges and ties."""
    folder = pip_folder("hubspot-api-client")
    (folder / "drive.py").write_text(PYTHON, "utf-8")

    found = told([sys.executable, "drive.py", url], folder, PYTHONPATH=str(folder))

    assert found == {
        "created": "ada@example.org",
        "conflict": [409, "CONFLICT"],
        "read": "London",
        "batch": [3, 1, {"propertyName": ["email"], "objectWriteTraceId": ["bad"]}],
        "upsert": [True, False],
        "update": "Paris",
        "by key": "K",
        "search": 1,
        "all": 5,
        "tied": True,
        "merged": True,
        "archived": [True],
        "owners": ["ada@sandbox.example", "ben@sandbox.example"],
        "properties": True,
        "note": False,
    }


def test_the_node_client_works_unchanged(url: str, npm_folder: Callable[..., Path]) -> None:
    """B10: ``@hubspot/api-client`` of npm creates, reads, searches, batches and ties."""
    folder = npm_folder("@hubspot/api-client")
    script = Path(__file__).with_name("hubspot_client.cjs").read_text("utf-8")
    (folder / "drive.cjs").write_text(script, "utf-8")

    found = told(["node", "drive.cjs", url], folder)

    assert found == {
        "created": "ada@example.org",
        "conflict": [409, "CONFLICT"],
        "read": "London",
        "batch": [3, 1, {"propertyName": ["email"], "objectWriteTraceId": ["bad"]}],
        "upsert": [True, False],
        "search": 1,
        "all": 5,
        "tied": True,
        "archived": 1,
        "owners": ["ada@sandbox.example", "ben@sandbox.example"],
        "properties": True,
    }
