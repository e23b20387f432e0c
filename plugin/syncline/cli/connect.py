"""`syncline connect` and `syncline disconnect`."""

from __future__ import annotations

__all__ = ["connect", "disconnect"]

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..access import Grant
from .handing_over import ask_secrets, ask_settings, ask_way, can_ask
from .options import json_option, print_json, workspace_option
from .signs import tame

if TYPE_CHECKING:
    from ..admission.admission import Admission
    from ..admission.kept import Card
    from ..connector import ConnectorType

#: The port of the callback, which the vendor must know beforehand.
PORT = 8030
_PLACES = {
    "keyring": "in the system's keyring",
    "file": "encrypted in access.json, by the key of your user on this machine",
    "key": "encrypted in access.json, by SYNCLINE_KEY",
}


@click.command()
@click.argument("name")
@click.option(
    "--way",
    type=click.Choice([str(grant) for grant in Grant]),
    help="web: a person agrees on the vendor's page; client, jwt: an app by itself; token: one "
    "that was made by hand.",
)
@click.option("--no-browser", is_flag=True, help="Print the vendor's address and open nothing.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    help="Where the vendor's page leads back to, on this machine.",
)
@click.option(
    "--secret-file",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="A file that holds the secret, or - for the standard input.",
)
@workspace_option
@json_option
def connect(
    name: str,
    way: str | None,
    no_browser: bool,
    port: int,
    secret_file: Path | None,
    folder: Path,
    as_json: bool,
) -> int:
    """Connect the system NAME, so that runs are let in.

    It asks for what is missing. Settings are written into syncline.toml; secrets come from the
    environment, from a file, or are asked for, and are kept in the keyring or encrypted. Nothing is
    stored unless the system let us in.
    """
    from ..workspace import Workspace

    with Workspace(folder) as workspace:
        admission = workspace.admission
        kind = admission.kind(name)
        ask = can_ask(as_json=as_json)
        taken = admission.way(name, None if way is None else Grant(way))
        if way is None and ask and len(kind.ways) > 1 and not admission.is_decided(name):
            taken = admission.way(name, ask_way(kind))
        settings, secrets = admission.lacking(name, taken)
        given: dict[str, Any] = {
            "way": taken.grant,
            "settings": ask_settings(kind, settings) if ask else {},
            "secrets": ask_secrets(kind, taken, secrets, secret_file, ask=ask),
        }
        if taken.grant is Grant.WEB:
            card = _by_page(admission, kind, given, port, browser=not no_browser, quiet=as_json)
        else:
            card = admission.finish(admission.begin(name, **given))
        place = admission.place(name)
    written = sorted(given["settings"])
    if as_json:
        print_json(_document(kind, card, written, place))
        return 0
    click.secho(f"Connected to {kind.title}{_whom(card)}.", fg="green")
    if card.identity is not None and card.identity.scopes:
        click.echo(f"It may: {tame(', '.join(card.identity.scopes))}")
    if card.identity is not None and card.identity.version:
        click.echo(f"Version of the API: {tame(card.identity.version)}")
    if written:
        click.echo(f"Written into syncline.toml: {', '.join(written)}.")
    click.echo(f"Its secrets are {_PLACES[place]}.")
    if not card.renewable:
        click.secho(
            f"{kind.title} gave nothing that renews the token: you will be asked to connect again. "
            "Its app may lack a scope for that (docs/connecting.md).",
            fg="yellow",
        )
    return 0


def _by_page(
    admission: Admission,
    kind: ConnectorType,
    given: Mapping[str, Any],
    port: int,
    *,
    browser: bool,
    quiet: bool,
) -> Card:
    """Let a person agree on the vendor's page, and finish with what comes back."""
    import webbrowser

    from ..admission.callback import Answer, waiting

    cards: list[Card] = []

    def use(params: Mapping[str, str]) -> Answer:
        cards.append(admission.finish(attempt, params))
        text = f"Syncline is connected to {kind.title}{_whom(cards[0])}."
        return Answer(title="Connected", text=text)

    with waiting(port) as callback:
        attempt = admission.begin(kind.name, redirect=callback.redirect, **given)
        opened = browser and webbrowser.open(attempt.url)
        if opened:
            click.echo(f"{kind.title}'s page opens in your browser. If not, open:", err=quiet)
        else:
            click.echo(f"Open {kind.title}'s page in a browser of this machine:", err=quiet)
        click.echo(f"\n{attempt.url}\n", err=quiet)
        click.echo(f"It leads back to {callback.redirect}. Waiting …", err=quiet)
        callback.take(use)
    return cards[0]


def _whom(card: Card) -> str:
    if card.identity is None:
        return ""
    account = f" ({tame(card.identity.account)})" if card.identity.account else ""
    return f" as {tame(card.identity.user)}{account}"


def _document(kind: ConnectorType, card: Card, written: list[str], place: str) -> dict[str, Any]:
    from ..admission.kept import card_to_json

    shown = card_to_json(card)
    return {
        "name": kind.name,
        "title": kind.title,
        "settings": written,
        "place": place,
        **{key: shown[key] for key in ("way", "identity", "expires", "renewable")},
    }


@click.command()
@click.argument("name")
@click.option("--forget", is_flag=True, help="Forget it even if the vendor takes no token back.")
@workspace_option
@json_option
def disconnect(name: str, forget: bool, folder: Path, as_json: bool) -> int:
    """Give the token of the system NAME back to its vendor, and forget it."""
    from ..workspace import Workspace

    with Workspace(folder) as workspace:
        done = workspace.admission.disconnect(name, forget=forget)
    if as_json:
        print_json({"name": done.name, "revoked": done.revoked, "why": done.why})
        return 0
    if done.revoked:
        click.echo(f"{done.title} has taken the token back, and it is forgotten here.")
    else:
        click.echo(f"Forgotten here. {done.why[0].upper()}{done.why[1:]}.")
    return 0
