"""Connecting the systems of a workspace, looking at the connections, and giving them up."""

from __future__ import annotations

__all__ = ["Admission"]

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from ..access import Grant, Secret, Settings, Token, Way
from ..errors import ConnectorError, WorkspaceError
from ..net.address import checked_host
from ..people import trail
from .choosing import (
    Chosen,
    bound,
    check_token,
    checked,
    connected_way,
    entry_of,
    kind_named,
    variable,
)
from .endpoint import Grants, request_token
from .forms import client_of, form_of
from .holder import renewed
from .identify import Fresh, Identifier
from .kept import Card, Kept
from .leaving import Disconnected, give_back
from .looking import Looker
from .page import Attempt, code_form, read_callback, vendor_page
from .sealing import Unreadable
from .settings_file import settings_with, write_settings
from .vault import Vault

if TYPE_CHECKING:
    from ..connector import ConnectorType
    from ..opened import Opened
    from .states import ConnectionState


class Admission:
    """The way into the systems of one workspace; a host or the command line drives it.

        attempt = workspace.admission.begin("salesforce", redirect="https://host.example/back")
        ...  # the person comes back from attempt.url
        workspace.admission.finish(attempt, params)

    Every secret that is given goes into the keyring, or is encrypted, and comes out on the wire.
    """

    def __init__(
        self, workspace: Opened, *, environ: Mapping[str, str], now: Callable[[], datetime]
    ) -> None:
        self._workspace = workspace
        self._environ = environ
        self._now = now
        self._vault = Vault(workspace.folder, environ)
        self._identifier = Identifier(workspace, environ=environ, now=now)

    def kind(self, name: str) -> ConnectorType:
        """Return the connector of that name, if it can be connected."""
        kind = kind_named(self._workspace.registry.connectors, name)
        if not kind.ways:
            secrets = " and ".join(variable(kind, secret) for secret in kind.secrets)
            raise WorkspaceError(
                f"{kind.title} is not connected by this command",
                hint=f"Set {secrets} in the environment." if secrets else "It asks for nothing.",
            )
        return kind

    def way(self, name: str, wish: Grant | None = None) -> Way:
        """Return the way to take: *wish*, the one chosen before, or the recommended one."""
        kind = self.kind(name)
        said = self._table(name).get("way")
        if wish is not None and said is not None and said != wish:
            raise WorkspaceError(
                f'[connections.{name}] in syncline.toml says way = "{said}", and `{wish}` is asked '
                "for",
                hint="Take it out there, or ask for the same.",
            )
        before = connected_way(kind, self._vault.cards().get(name), wish or said)
        if before is not None:
            return before
        found = wish or said
        for way in kind.ways:
            if found in {None, way.grant}:
                return way
        offered = ", ".join(way.grant for way in kind.ways)
        raise WorkspaceError(f"{kind.title} offers no way `{found}`; it offers: {offered}")

    def is_decided(self, name: str) -> bool:
        """Tell whether the way was chosen before: in ``syncline.toml``, or by connecting."""
        return "way" in self._table(name) or name in self._vault.cards()

    def place(self, name: str) -> str:
        """Return where a connection's secrets lie: ``keyring``, ``file`` or ``key``."""
        return self._vault.place(entry_of(self.kind(name), connected=True))

    def lacking(self, name: str, way: Way) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the settings and secrets that a person must still give for a way."""
        kind = self.kind(name)
        table = self._table(name)
        needed = dict.fromkeys((*kind.settings.get("required", ()), *way.settings))
        settings = tuple(each for each in needed if each not in table)
        secrets = tuple(s for s in way.secrets if not self._environ.get(variable(kind, s)))
        return settings, secrets

    def begin(
        self,
        name: str,
        *,
        way: Grant | None = None,
        settings: Settings | None = None,
        secrets: Mapping[str, Secret] | None = None,
        redirect: str = "",
    ) -> Attempt:
        """Begin to connect; send the person to ``attempt.url``, if there is one.

        *settings* go before those in ``syncline.toml``, and *secrets* before those in the
        environment. *redirect* is where the vendor's page leads back to; the vendor must know it.
        Nothing is stored. Raises ``WorkspaceError`` for what is missing or not valid.
        """
        self._workspace.allow("connect")
        kind, taken = self.kind(name), self.way(name, way)
        new = dict(settings or {})
        valid, _wish = checked(kind, {**self._table(name), **new})
        given = dict(secrets or {})
        for secret in taken.secrets:
            if secret not in given and (value := self._environ.get(variable(kind, secret))):
                given[secret] = Secret(value)
        missing = [each for each in taken.settings if each not in valid]
        if missing:
            raise WorkspaceError(
                f"{kind.title} needs {' and '.join(missing)} for the way `{taken.grant}`",
                hint=f"Write it into [connections.{name}] in syncline.toml.",
            )
        missing = [variable(kind, each) for each in taken.secrets if each not in given]
        if missing:
            raise WorkspaceError(
                f"{kind.title} needs a secret for the way `{taken.grant}`",
                hint=f"Set {' and '.join(missing)} in the environment, or name a file that holds "
                "it with --secret-file.",
            )
        handed = {each: given[each] for each in taken.secrets}
        check_token(kind, taken, handed)
        attempt = Attempt(name=name, way=taken.grant, settings=valid, new=new, secrets=handed)
        if taken.grant is not Grant.WEB:
            return attempt
        checked_host(redirect)
        client = client_of(kind, Chosen(way=taken, connected=True), valid, attempt.secrets)
        url, state, verifier = vendor_page(client, taken, redirect)
        return replace(attempt, url=url, state=state, verifier=verifier, redirect=redirect)

    def finish(self, attempt: Attempt, params: Mapping[str, str] | None = None) -> Card:
        """Finish connecting: fetch a token, ask who we are, and keep both.

        *params* are those with which the person came back from the vendor's page. Nothing is
        stored unless all of it went well. Raises ``FatalError`` when the vendor said no,
        ``RetriableError`` when it did not answer.
        """
        actor = self._workspace.allow("connect")
        kind, way = self.kind(attempt.name), self.way(attempt.name, attempt.way)
        now = self._now()
        grants = self._fetch(kind, way, attempt, params or {}, now)
        fresh = Fresh(grants.token, kind.title)
        secrets = [*attempt.secrets.values(), grants.token.text]
        identity = self._identifier.ask(kind, attempt.settings, fresh, secrets)
        card = Card(
            way=way.grant,
            bound=bound(way, attempt.settings),
            connected=now,
            identity=identity,
            answered=now if identity is not None else None,
        )
        kept = renewed(Kept(card=card, secrets=attempt.secrets), grants, now)
        folder = self._workspace.folder
        file = settings_with(folder, attempt.name, attempt.new) if attempt.new else None
        with self._vault.locked():
            self._vault.write(entry_of(kind, connected=True), kept)
        if file is not None:
            write_settings(folder, file)
        with self._workspace.ledger.begin() as db:
            trail.note(db, actor, now, "connection", attempt.name, new=str(way.grant))
        return kept.card

    def states(self, *, check: bool = False) -> list[ConnectionState]:
        """Return how each connection stands, without a call; with *check* each system is asked."""
        self._workspace.allow("connections")
        looker = Looker(
            self._workspace, self._vault, self._identifier, environ=self._environ, now=self._now
        )
        return looker.look(check=check)

    def disconnect(self, name: str, *, forget: bool = False) -> Disconnected:
        """Give the token back to the vendor, then forget what is kept of the connection.

        When the vendor does not take it back, the connection is kept and the error raised, unless
        *forget* is given. Raises ``WorkspaceError`` when nobody connected.
        """
        actor = self._workspace.allow("disconnect")
        kind = self.kind(name)
        entry = entry_of(kind, connected=True)
        with self._vault.locked():
            if entry not in self._vault.cards():
                variables = [variable(kind, each) for way in kind.ways for each in way.secrets]
                found = [each for each in variables if self._environ.get(each)]
                raise WorkspaceError(
                    f"nobody has connected {kind.title} here",
                    hint=f"It is reached by what the environment holds: unset {', '.join(found)}."
                    if found
                    else "",
                )
            why = self._give_back(kind, entry, forget=forget)
            for connected in (True, False):
                self._vault.forget(entry_of(kind, connected=connected))
        with self._workspace.ledger.begin() as db:
            trail.note(db, actor, self._now(), "connection", name, old="connected")
        return Disconnected(name=name, title=kind.title, revoked=not why, why=why)

    def _fetch(
        self,
        kind: ConnectorType,
        way: Way,
        attempt: Attempt,
        params: Mapping[str, str],
        now: datetime,
    ) -> Grants:
        if way.grant is Grant.TOKEN:
            (secret,) = attempt.secrets.values()
            return Grants(token=Token(text=secret))
        chosen = Chosen(way=way, connected=True)
        client = client_of(kind, chosen, attempt.settings, attempt.secrets)
        names = " and ".join((*way.settings, *way.secrets))
        client = replace(client, advice=f"Nothing was stored. Check {names}, then connect again.")
        if way.grant is Grant.WEB:
            code = read_callback(kind.title, attempt, params)
            form = code_form(attempt, code, pkce=client.oauth.pkce)
        else:
            form = form_of(way, client, None, now)
        return request_token(client, form, now)

    def _give_back(self, kind: ConnectorType, entry: str, *, forget: bool) -> str:
        """Give the token back; return why not, when it cannot be."""
        try:
            kept = self._vault.read(entry)
            assert kept is not None
            return give_back(kind, kept, self._table(kind.name))
        except (ConnectorError, Unreadable) as err:
            if not forget:
                err.hint = (
                    "The connection was kept. Run it again later; or say --forget, and remove what "
                    f"was made for it on {kind.title}'s side by hand."
                )
                raise
            return f"the token was not given back: {err.message}"

    def _table(self, name: str) -> Settings:
        return self._workspace.settings.connections.get(name, {})
