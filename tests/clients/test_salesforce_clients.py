"""Salesforce's clients in wide use, unchanged, against the sandbox (B10)."""

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
from syncline_sandbox.salesforce.app import create_app

pytestmark = pytest.mark.clients

PYTHON = """
import json
import sys
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from requests import Session
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce, SalesforceLogin, SalesforceResourceNotFound, format_soql
from simple_salesforce.exceptions import SalesforceExpiredSession, SalesforceMalformedRequest

URL = sys.argv[1]


# The client knows https addresses of the vendor alone: this transport leads them to the sandbox.
class ToSandbox(HTTPAdapter):
    def send(self, request, *args, **kwargs):
        request.url = URL + "/" + request.url.split("/", 3)[3]
        return super().send(request, *args, **kwargs)


session = Session()
session.mount("https://", ToSandbox())
session.mount("http://", ToSandbox())
told = {}

key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
secret = key.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)
public = key.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)
session.post(f"{URL}/sandbox/salesforce/certificate", json={"pem": public.decode()})
token, instance = SalesforceLogin(
    session=session, username="rita@sandbox.example", consumer_key="sandbox",
    privatekey=secret.decode(), domain="login",
)
told["instance"] = instance == URL.removeprefix("http://") or instance == URL
sf = Salesforce(instance_url=URL, session_id=token, session=session)

told["objects"] = "Lead" in [each["name"] for each in sf.describe()["sobjects"]]
told["fields"] = "Syncline_Key__c" in [each["name"] for each in sf.Lead.describe()["fields"]]
made = sf.Lead.create({"LastName": "O'Hara", "Company": "Acme", "Email": "ohara@example.com"})
told["created"] = made["success"]
told["updated"] = sf.Lead.update(made["id"], {"Title": "Countess"})
told["read"] = sf.Lead.get(made["id"])["Title"]
told["upserts"] = [
    sf.Lead.upsert("Syncline_Key__c/k1", {"LastName": "Key", "Company": "Acme"}) for _ in range(2)
]
told["by key"] = sf.Lead.get_by_custom_id("Syncline_Key__c", "k1")["LastName"]
text = format_soql("SELECT Id, Owner.Email FROM Lead WHERE LastName = {}", "O'Hara")
told["query"] = [row["Owner"]["Email"] for row in sf.query(text)["records"]]
told["all"] = sf.query_all("SELECT Id FROM Lead")["totalSize"]
told["count"] = sf.query("SELECT COUNT(Id) FROM Lead")["records"][0]["expr0"]
now = datetime.now(UTC)
told["changed"] = len(sf.Lead.updated(now - timedelta(hours=1), now + timedelta(hours=1))["ids"])
told["deleted"] = sf.Lead.delete(made["id"])
gone = sf.Lead.deleted(now - timedelta(hours=1), now + timedelta(hours=1))["deletedRecords"]
told["gone"] = [each["id"] for each in gone] == [made["id"]]
try:
    sf.Lead.get("00QSb0000zzzzzz")
except SalesforceResourceNotFound as err:
    told["missing"] = err.content[0]["errorCode"]
try:
    sf.Lead.create({"LastName": "x"})
except SalesforceMalformedRequest as err:
    told["refused"] = err.content[0]["errorCode"]

rows = [{"attributes": {"type": "Lead"}, "LastName": f"C{n}", "Company": "Acme"} for n in range(3)]
rows[1].pop("Company")
results = sf.restful("composite/sobjects", method="POST", data=json.dumps({"records": rows}))
told["collection"] = [each["success"] for each in results]
root = f"/services/data/v{sf.sf_version}/sobjects"
account = {"method": "POST", "referenceId": "acc", "url": f"{root}/Account"}
contact = {"method": "POST", "referenceId": "con", "url": f"{root}/Contact"}
parts = [
    {**account, "body": {"Name": "Engines"}},
    {**contact, "body": {"LastName": "Roe", "AccountId": "@{acc.id}"}},
]
body = json.dumps({"allOrNone": True, "compositeRequest": parts})
answers = sf.restful("composite", method="POST", data=body)["compositeResponse"]
told["composite"] = [each["httpStatusCode"] for each in answers]
(row,) = sf.query("SELECT Name, (SELECT LastName FROM Contacts) FROM Account")["records"]
told["children"] = [each["LastName"] for each in row["Contacts"]["records"]]

people = [{"LastName": f"B{n}", "Company": "Acme", "Syncline_Key__c": f"b{n}"} for n in range(50)]
people[7]["LastName"] = "x" * 81
(job,) = sf.bulk2.Lead.upsert(records=people, external_id_field="Syncline_Key__c", wait=0.1)
told["bulk"] = [job["numberRecordsProcessed"], job["numberRecordsFailed"]]
failed = sf.bulk2.Lead.get_failed_records(job["job_id"])
told["why"] = "STRING_TOO_LONG" in failed
text = "SELECT Id, LastName FROM Lead WHERE LastName LIKE 'B%'"
sheets = list(sf.bulk2.Lead.query(text, wait=0.1))
told["bulk query"] = sum(len(sheet.strip().splitlines()) - 1 for sheet in sheets)
told["limits"] = sf.limits()["DailyApiRequests"]["Max"]
told["usage"] = sf.api_usage["api-usage"].total
session.post(f"{URL}/sandbox/salesforce/expire", json={})
try:
    sf.query("SELECT Id FROM Lead")
except SalesforceExpiredSession as err:
    told["expired"] = err.content[0]["errorCode"]
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
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_python_client_works_unchanged(url: str, pip_folder: Callable[..., Path]) -> None:
    """B10: ``simple-salesforce`` signs in, reads, writes, batches, and runs bulk jobs."""
    folder = pip_folder("simple-salesforce")
    (folder / "drive.py").write_text(PYTHON, "utf-8")

    found = told([sys.executable, "drive.py", url], folder, PYTHONPATH=str(folder))

    assert found == {
        "instance": True,
        "objects": True,
        "fields": True,
        "created": True,
        "updated": 204,
        "read": "Countess",
        "upserts": [201, 204],
        "by key": "Key",
        "query": ["sam@sandbox.example"],
        "all": 2,
        "count": 2,
        "changed": 2,
        "deleted": 204,
        "gone": True,
        "missing": "NOT_FOUND",
        "refused": "REQUIRED_FIELD_MISSING",
        "collection": [True, False, True],
        "composite": [201, 201],
        "children": ["Roe"],
        "bulk": [50, 1],
        "why": True,
        "bulk query": 49,
        "limits": 15_000,
        "usage": 15_000,
        "expired": "INVALID_SESSION_ID",
    }


def test_the_node_client_works_unchanged(url: str, npm_folder: Callable[..., Path]) -> None:
    """B10: ``jsforce`` agrees with PKCE, reads, writes, batches, runs bulk jobs, and refreshes."""
    folder = npm_folder("jsforce")
    script = Path(__file__).with_name("salesforce_client.cjs").read_text("utf-8")
    (folder / "drive.cjs").write_text(script, "utf-8")

    found = told(["node", "drive.cjs", url], folder)

    assert found == {
        "org": "00D",
        "identity": "sam@sandbox.example",
        "objects": True,
        "fields": True,
        "created": True,
        "updated": True,
        "read": "Countess",
        "upserts": [True, True],
        "collection": [True, False, True],
        "many": [True, True],
        "retrieved": ["Paris", "Paris"],
        "query": "sam@sandbox.example",
        "found": ["A", "C"],
        "count": 2,
        "changed": 4,
        "destroyed": [True, True],
        "gone": 2,
        "refused": "REQUIRED_FIELD_MISSING",
        "composite": [201, 201, 200],
        "referred": True,
        "children": ["Roe"],
        "bulk": [49, 1, 0],
        "why": "STRING_TOO_LONG",
        "bulkQuery": 49,
        "again": 1,
        "refreshed": 1,
        "usage": 15_000,
    }
