"""What tests of the Salesforce sandbox share: a served org, and recorded answers to hold it to."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from syncline.net.serving import beside
from syncline_sandbox.salesforce.app import create_app

__all__ = ["ROOT", "START", "Org", "by_hand", "recorded", "same_shape", "served", "sign_in"]

RECORDED = Path(__file__).parent / "recorded"
START = datetime(2026, 11, 22, 15, 40, 0, 123456, tzinfo=UTC)
ROOT = "/services/data/v62.0"


@dataclass
class Org:
    """A served sandbox with a clock that stands until it is moved."""

    http: httpx.Client
    now: datetime = START

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return self.http.request(method, ROOT + path, json=body, **more)

    def query(self, text: str, **more: Any) -> Any:
        return self.call("GET", "/query", params={"q": text}, **more).json()

    def names(self, where: str) -> list[str]:
        return [
            row["LastName"] for row in self.query(f"SELECT LastName FROM Lead {where}")["records"]
        ]

    def lead(self, **values: Any) -> str:
        answer = self.call("POST", "/sobjects/Lead", {"LastName": "L", "Company": "C", **values})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])


@contextmanager
def served(folder: Path, **options: Any) -> Generator[Org]:
    with httpx.Client(trust_env=False) as http:
        org = Org(http)
        with beside(create_app(folder, now=lambda: org.now, **options)) as url:
            http.base_url = url
            token = sign_in(http).json()["access_token"]
            http.headers["Authorization"] = f"Bearer {token}"
            yield org


def sign_in(http: httpx.Client, **form: str) -> httpx.Response:
    credentials = {"client_id": "sandbox", "client_secret": "sandbox"}
    form = {"grant_type": "client_credentials", **credentials, **form}
    return http.post("/services/oauth2/token", data=form)


def recorded(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text("utf-8"))
    return found


def shape(value: Any) -> Any:
    """Return what a client can rely on: keys and the kinds of their values, not the values."""
    if isinstance(value, dict):
        return {key: shape(value[key]) for key in sorted(value)}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - JSON of any shape
    if isinstance(value, list):
        return [shape(value[0])] if value else []  # pyright: ignore[reportUnknownArgumentType] - as above
    return None if value is None else type(value).__name__  # pyright: ignore[reportUnknownVariableType] - as above


def same_shape(answer: httpx.Response, name: str) -> None:
    """Hold an answer against a recording: status, headers that clients read, and body."""
    wanted = recorded(name)
    assert answer.status_code == wanted["status"]
    for header, value in wanted["headers"].items():
        assert header in answer.headers, header
        if header == "Content-Type":
            assert answer.headers[header] == value
    if wanted["body"] == "":
        assert answer.content == b""
    else:
        assert shape(answer.json()) == shape(wanted["body"])


def by_hand(org: Org, what: str, **ids: Any) -> httpx.Response:
    """Do what the vendor's people do, an hour later and without a token."""
    org.now += timedelta(hours=1)
    return httpx.post(f"{org.http.base_url}/sandbox/salesforce/{what}", json=ids, trust_env=False)
