"""`syncline init` and `syncline connectors`."""

from __future__ import annotations

__all__ = ["connectors", "init"]

import json
import shlex
from pathlib import Path

import click

from ..access import Grant
from ..model import Side
from .options import json_option, print_json


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path())
@json_option
def init(folder: Path, as_json: bool) -> int:
    """Make a workspace in FOLDER: a settings file and a first rule file, with comments."""
    from ..starter import make_workspace

    made = make_workspace(folder)
    if as_json:
        print_json({"made": [str(path) for path in made]})
        return 0
    for path in made:
        click.echo(f"wrote {path}")
    enter = "" if folder.resolve() == Path.cwd() else f"`cd {shlex.quote(str(folder))}`, then "
    click.echo(f"Next: {enter}`syncline check`, then `syncline plan`, then `syncline run`.")
    return 0


@click.command()
@json_option
def connectors(as_json: bool) -> int:
    """List the systems that rules may connect to, and what each one needs."""
    from ..plugins import load_plugins

    registry = load_plugins()
    found = [registry.connectors[name] for name in sorted(registry.connectors)]
    if as_json:
        print_json(
            {
                "connectors": [
                    {
                        "name": kind.name,
                        "title": kind.title,
                        "sides": [str(side) for side in Side if side in kind.sides],
                        "origin": registry.origins.get(kind.name, ""),
                        "settings": json.loads(json.dumps(kind.settings)),
                        "secrets": list(kind.secrets),
                        "ways": [
                            {
                                "grant": str(way.grant),
                                "summary": way.summary,
                                "settings": list(way.settings),
                                "secrets": list(way.secrets),
                                "scopes": list(way.oauth.scopes) if way.oauth else [],
                            }
                            for way in kind.ways
                        ],
                        "sandbox": kind.name in registry.sandboxes,
                    }
                    for kind in found
                ],
                "faults": [
                    {"name": f.name, "distribution": f.distribution, "message": f.message}
                    for f in registry.faults
                ],
            }
        )
        return 0
    for kind in found:
        sides = " or ".join(str(side) for side in Side if side in kind.sides) or "a source"
        click.secho(f"{kind.name}", bold=True, nl=False)
        click.echo(f"  {kind.title}, as {sides}  ({registry.origins.get(kind.name, '')})")
        for name, rule in kind.settings.get("properties", {}).items():
            needed = "needed" if name in kind.settings.get("required", []) else "optional"
            click.echo(
                f"    [connections.{kind.name}] {name}: {needed}. {rule.get('description', '')}"
            )
        for secret in kind.secrets:
            variable = f"SYNCLINE_{kind.name}_{secret}".upper()
            click.echo(f"    environment {variable}: needed, secret")
        for way in kind.ways:
            needs = ", ".join((*way.settings, *(f"{each} (secret)" for each in way.secrets)))
            click.echo(f"    `syncline connect {kind.name} --way {way.grant}`: {way.summary}")
            click.echo(f"      needs {needs}" if needs else "      needs nothing")
            if way.grant is not Grant.WEB:
                variables = (f"SYNCLINE_{kind.name}_{each}".upper() for each in way.secrets)
                click.echo(f"      or, without connecting, {' and '.join(variables)}")
        if kind.name in registry.sandboxes:
            click.echo(f"    try it without an account: `syncline sandbox {kind.name}`")
    for fault in registry.faults:
        where = f" ({fault.distribution})" if fault.distribution else ""
        click.secho(f"{fault.name}{where} could not be used: {fault.message}", fg="red")
    return 0
