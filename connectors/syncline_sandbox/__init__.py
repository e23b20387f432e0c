"""A server on this machine that speaks Salesforce's HTTP, for trying rules without an account."""

from __future__ import annotations

__all__ = ["syncline_register_sandboxes"]

from typing import TYPE_CHECKING, Any

from syncline import Sandbox, hookimpl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


def _serve(host: str, port: int, folder: Path, ready: Callable[[str], None]) -> None:
    from .serve import serve

    serve(host, port, folder, ready)


def _settings(url: str) -> dict[str, Any]:
    return {"url": url, "client_id": "sandbox"}


@hookimpl
def syncline_register_sandboxes() -> Iterable[Sandbox]:
    """Register the sandbox of Salesforce."""
    yield Sandbox(
        name="salesforce",
        title="Salesforce",
        serve=_serve,
        settings=_settings,
        secrets={"client_secret": "sandbox"},
    )
