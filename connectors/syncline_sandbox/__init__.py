"""Servers on this machine that speak vendors' HTTP, for trying rules without an account (B10)."""

from __future__ import annotations

__all__ = ["syncline_register_sandboxes"]

from typing import TYPE_CHECKING, Any

from syncline import Sandbox, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from syncline import SandboxContext


def _salesforce(context: SandboxContext) -> Any:
    from .salesforce.app import create_app

    return create_app(context.folder, now=context.now, faults=context.faults)


def _salesloft(context: SandboxContext) -> Any:
    from .salesloft.app import create_app

    return create_app(context.folder, now=context.now, faults=context.faults)


def _pipedrive(context: SandboxContext) -> Any:
    from .pipedrive.app import create_app

    return create_app(context.folder, now=context.now, faults=context.faults)


def _hubspot(context: SandboxContext) -> Any:
    from .hubspot.app import create_app

    return create_app(context.folder, now=context.now, faults=context.faults)


def _google(context: SandboxContext) -> Any:
    from .google.app import create_app

    return create_app(context.folder, now=context.now, faults=context.faults)


def _microsoft(context: SandboxContext) -> Any:
    from .microsoft.app import create_app

    return create_app(context.folder, now=context.now, faults=context.faults)


def _ringover(context: SandboxContext) -> Any:
    from .ringover.app import create_app

    return create_app(context.folder, now=context.now, faults=context.faults)


@hookimpl
def syncline_register_sandboxes() -> Iterable[Sandbox]:
    """Register the sandboxes: each is imported when it is served."""
    yield Sandbox(
        name="salesforce",
        title="Salesforce",
        app=_salesforce,
        paths=("/services", "/id", "/sandbox/salesforce"),
        settings=lambda url: {"url": url, "client_id": "sandbox"},
        secrets={"client_secret": "sandbox"},
    )
    yield Sandbox(
        name="salesloft",
        title="Salesloft",
        app=_salesloft,
        paths=("/v2", "/salesloft/oauth", "/sandbox/salesloft"),
        # The vendor's OAuth has an address of its own; here it lies behind the same one.
        settings=lambda url: {"url": url, "accounts_url": f"{url}/salesloft"},
        secrets={"token": f"ak_{'5a' * 32}"},
    )
    yield Sandbox(
        name="google",
        title="Google",
        app=_google,
        paths=("/gmail/v1", "/calendar/v3", "/google", "/sandbox/google"),
        settings=lambda url: {"url": url, "client_id": "sandbox"},
        secrets={"client_secret": "sandbox"},
    )
    yield Sandbox(
        name="microsoft",
        title="Microsoft 365",
        app=_microsoft,
        paths=("/v1.0", "/microsoft", "/sandbox/microsoft"),
        settings=lambda url: {
            "url": url,
            "login_url": f"{url}/microsoft",
            "client_id": "sandbox",
        },
        secrets={"client_secret": "sandbox"},
    )
    yield Sandbox(
        name="ringover",
        title="Ringover",
        app=_ringover,
        # Salesloft's paths begin with /v2 as well: the longer beginning goes first.
        paths=("/v2/teams", "/v2/calls", "/v2/conversations", "/sandbox/ringover"),
        settings=lambda url: {"url": url},
        secrets={"api_key": "5a" * 20},
    )
    yield Sandbox(
        name="pipedrive",
        title="Pipedrive",
        app=_pipedrive,
        paths=("/api/v1", "/api/v2", "/v1", "/oauth", "/sandbox/pipedrive"),
        settings=lambda url: {"url": url, "oauth_url": url, "client_id": "sandbox"},
        secrets={"client_secret": "sandbox", "token": "5a" * 20},
    )
    yield Sandbox(
        name="hubspot",
        title="HubSpot",
        app=_hubspot,
        paths=(
            "/crm",
            "/account-info",
            "/webhooks/v3",
            "/oauth/v1",
            "/oauth/2026-03",
            "/oauth/v2/private-apps",
            "/sandbox/hubspot",
        ),
        settings=lambda url: {"url": url},
        secrets={"token": "pat-na1-sandbox"},
    )
