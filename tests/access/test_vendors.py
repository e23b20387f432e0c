"""Our own connectors are let into their vendors' sandboxes by each way that they declare."""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from support import Clock
from support_vendor import KEY, PEM
from syncline import Grant, SandboxContext, Secret
from syncline.admission.states import State
from syncline.net.serving import beside
from syncline.plugins import Registry
from syncline.sandboxes.faults import parse_faults
from syncline.sandboxes.house import house
from syncline.workspace import Workspace

NAMES = (
    "google", "hubspot", "microsoft", "pipedrive", "ringover", "salesforce", "salesloft",
)  # fmt: skip


@pytest.fixture(scope="module")
def vendors(tmp_path_factory: pytest.TempPathFactory, registry: Registry) -> Generator[str]:
    """Serve all sandboxes at one address."""
    context = SandboxContext(
        folder=tmp_path_factory.mktemp("vendors"),
        now=lambda: datetime.now(UTC),
        faults=parse_faults("", 0),
    )
    with beside(house([registry.sandboxes[name] for name in NAMES], context)) as url:
        yield url


def agree(url: str) -> dict[str, str]:
    """Say yes on a vendor's page, which asks with a form or agrees by itself."""
    answer = httpx.get(url, trust_env=False)
    if answer.status_code == 200:
        answer = httpx.post(url, trust_env=False)
    assert answer.status_code == 302, answer.text
    return dict(httpx.URL(answer.headers["location"]).params)


CASES = [
    (name, grant)
    for name, grants in {
        "google": (Grant.WEB,),
        "hubspot": (Grant.WEB, Grant.TOKEN),
        "microsoft": (Grant.WEB,),
        "pipedrive": (Grant.WEB, Grant.TOKEN),
        "ringover": (Grant.TOKEN,),
        "salesforce": (Grant.WEB, Grant.JWT, Grant.CLIENT),
        "salesforce_engagement": (Grant.WEB, Grant.JWT, Grant.CLIENT),
        "salesloft": (Grant.WEB, Grant.TOKEN),
    }.items()
    for grant in grants
]


def test_every_way_of_our_connectors_is_tried(registry: Registry) -> None:
    """A way that is added gets a row here."""
    ours = [kind for name, kind in registry.connectors.items() if name != "acme"]
    assert {(kind.name, way.grant) for kind in ours for way in kind.ways} == set(CASES)


@pytest.mark.parametrize(("name", "grant"), CASES)
def test_a_vendor_lets_us_in(
    name: str, grant: Grant, vendors: str, registry: Registry, tmp_path: Path
) -> None:
    """RS1, RP1: connected, shown, renewed where that can be, asked again, and given back."""
    sandbox = registry.sandboxes[name.removesuffix("_engagement")]
    settings: dict[str, Any] = dict(sandbox.settings(vendors))
    if "client_id" in registry.connectors[name].settings["properties"]:
        settings.setdefault("client_id", "sandbox")
    if grant is Grant.JWT:
        settings["username"] = "sam@sandbox.example"
        certify(vendors)
    secrets = {"client_secret": "sandbox", "private_key": PEM, **sandbox.secrets}
    (tmp_path / "syncline.toml").write_text('version = 1\nrules = "main.rules"\n')
    (tmp_path / "main.rules").write_text("")
    with workspace(tmp_path, registry) as opened:
        attempt = opened.admission.begin(
            name,
            way=grant,
            settings=settings,
            secrets={each: Secret(text) for each, text in secrets.items()},
            redirect="http://localhost:8030/callback",
        )
        card = opened.admission.finish(attempt, agree(attempt.url) if attempt.url else {})
        assert card.identity is not None
        assert card.identity.user
        assert card.renewable
    with workspace(tmp_path, registry) as opened:
        (found,) = [each for each in opened.admission.states(check=True) if each.name == name]
        assert (found.state, found.why, found.way) == (State.CONNECTED, "", grant)
        done = opened.admission.disconnect(name)
    declared = next(way for way in registry.connectors[name].ways if way.grant is grant)
    assert done.revoked == (declared.oauth is not None and declared.oauth.revoke is not None)


def workspace(folder: Path, registry: Registry) -> Workspace:
    clock = Clock(datetime.now(UTC))
    return Workspace(folder, registry=registry, now=clock, environ={})


def certify(url: str) -> None:
    """Upload the app's certificate, as an admin does in Setup."""
    pem = KEY.as_pem(private=False).decode()
    answer = httpx.post(f"{url}/sandbox/salesforce/certificate", json={"pem": pem}, trust_env=False)
    assert answer.status_code == 200, answer.text
