"""`syncline sandbox`: vendors' HTTP on loopback, for trying rules without an account (B10)."""

from __future__ import annotations

__all__ = ["sandbox"]

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import click

from ..connector import Sandbox


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--host", default="127.0.0.1", show_default=True, help="A loopback address.")
@click.option("--port", type=click.IntRange(0, 65535), default=8010, show_default=True)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("sandbox"),
    show_default=True,
    help="The folder that keeps their records.",
)
@click.option(
    "--faults",
    default="",
    metavar="DIAL",
    help="How often it misbehaves, as in `timeout=2%,lost=1%,error=1%,limit=1%,row=5%`.",
)
@click.option("--seed", default=0, show_default=True, help="The same seed draws the same faults.")
def sandbox(
    names: tuple[str, ...], host: str, port: int, data: Path, faults: str, seed: int
) -> int:
    """Serve imitations of vendors' HTTP on loopback: of those named, or of all.

    Rules can be tried there without an account. Records stay in the folder.
    """
    from ..connector import SandboxContext
    from ..plugins import load_plugins
    from ..sandboxes.faults import parse_faults
    from ..sandboxes.house import house
    from ..sandboxes.serve import check_host, serve

    check_host(host)
    found = load_plugins().sandboxes
    served = [_named(found, name) for name in names or sorted(found)]
    context = SandboxContext(
        folder=data, now=lambda: datetime.now(UTC), faults=parse_faults(faults, seed)
    )
    serve(house(served, context), host, port, lambda url: _show(served, url, data))
    return 0


def _named(found: Mapping[str, Sandbox], name: str) -> Sandbox:
    from ..errors import WorkspaceError

    if name not in found:
        known = ", ".join(sorted(found)) or "none is installed"
        raise WorkspaceError(f"there is no sandbox for {name}; there are: {known}")
    return found[name]


def _show(served: Iterable[Sandbox], url: str, data: Path) -> None:
    titles = ", ".join(sandbox.title for sandbox in served)
    click.echo(f"{titles} at {url}, records in {data}. Stop it with Ctrl-C.")
    for sandbox in served:
        click.echo(f"\nIn syncline.toml:\n\n[connections.{sandbox.name}]")
        for key, value in sandbox.settings(url).items():
            click.echo(f"{key} = {json.dumps(value)}")
        for key, value in sandbox.secrets.items():
            variable = f"SYNCLINE_{sandbox.name}_{key}".upper()
            click.echo(f"\nIn the shell:\n\nexport {variable}={value}")
