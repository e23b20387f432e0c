"""What a workspace is made of: settings, rules, ledger and connections, each made when needed."""

from __future__ import annotations

__all__ = ["Opened"]

import os
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from .connections import Connections
from .model import Description, Side
from .people.border import Actor, Border
from .plugins import Registry, load_plugins
from .rules.catalog import Catalog
from .rules.reading import RuleText, read_rules
from .rules.ruleset import RuleSet, check_rules
from .settings import Settings, read_settings

if TYPE_CHECKING:
    # The database and the engine wait until something is asked of them: a check does not.
    from .admission.admission import Admission
    from .imports.imports import Imports
    from .ledger.database import Ledger
    from .observe.metrics import Metrics
    from .people.people import People
    from .preferences.book import Deed, SettingsBook
    from .preferences.documents import Level
    from .sync.meter import Meter
    from .sync.standing import Standing
    from .sync.systems import Progress, System


def _quiet(_what: str, _done: int, _total: int | None) -> None:
    return


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Opened:
    """The parts of a workspace, opened when first needed and closed together."""

    def __init__(
        self,
        folder: Path | str,
        *,
        registry: Registry | None = None,
        now: Callable[[], datetime] = _utc_now,
        environ: Mapping[str, str] | None = None,
        progress: Progress = _quiet,
        rules: Path | RuleText | None = None,
        fresh: bool = False,
        who: str | None = None,
        log: Any = None,
        metrics: Metrics | None = None,
    ) -> None:
        self.settings: Settings = read_settings(Path(folder))
        self._given = self.settings.rules if rules is None else rules
        self.registry = load_plugins() if registry is None else registry
        self._now = now
        self._environ = os.environ if environ is None else environ
        self._progress = progress
        self._asking = who
        self._log = log
        self._metrics = metrics
        self._connections = Connections(self, environ=self._environ, now=now, fresh=fresh)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.folder})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections and the ledger, all of them, whatever one of them says."""
        with ExitStack() as closing:
            if "ledger" in self.__dict__:
                closing.callback(self.ledger.close)
            closing.callback(self._connections.close)
            if (touches := self.__dict__.get("touches")) is not None:
                closing.callback(touches.close)

    # -- what it is made of, each part made when first needed

    @property
    def folder(self) -> Path:
        """The workspace's folder."""
        return self.settings.folder

    @cached_property
    def text(self) -> RuleText:
        """The rule file's text, not yet checked."""
        given = self._given
        return given if isinstance(given, RuleText) else read_rules(given, cached=True)

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger: ``ledger.sqlite`` in the folder, or the database that the settings name."""
        from .ledger.opening import open_ledger

        return open_ledger(self.settings, self._environ)

    @cached_property
    def meter(self) -> Meter:
        """The budget; the limit of ``sync … at most`` holds for the CRM (K6)."""
        from .sync.meter import Meter

        head = self.text.head
        limits, unit = {Side.CRM: head.calls}, self._connections.unit
        return Meter(self.ledger, self._now, limits, head.counted, unit)

    @property
    def metrics(self) -> Metrics:
        """The figures for Prometheus; they count from when they are first asked for."""
        if self._metrics is None:
            from .observe.metrics import Metrics

            self._metrics = Metrics(lambda: self._now().timestamp())
        return self._metrics

    def budget(self) -> dict[Side, Standing]:
        """Return how full each side's budget is, and when it runs out or comes free (K6).

        Makes no call. What waits is what the last run left over.
        """
        from .ledger.journal import last_report

        self.allow("budget")
        with self.ledger.begin() as db:
            left = last_report(db).get("left", {})
        nothing = {"price": 0, "rows": 0}
        return {
            side: self.meter.stand(side, (found["price"], found["rows"]))
            for side in Side
            for found in (left.get(side, nothing),)
        }

    @cached_property
    def systems(self) -> dict[Side, System]:
        """The two connections, open, with their descriptions."""
        names, descriptions = self.rules.systems, self.rules.catalog.descriptions
        return {
            side: self._connections.system(side, names[side], descriptions[side]) for side in Side
        }

    @cached_property
    def rules(self) -> RuleSet:
        """The rules, checked against both systems' own fields (B2)."""
        named = self.text.head.systems
        unknown = [name for name in named.values() if name not in self.registry.systems]
        descriptions = {
            side: Description(objects=())
            if unknown or side not in named
            else self._connections.description(side, named[side])
            for side in Side
        }
        catalog = Catalog(
            systems={side: named.get(side, "nothing") for side in Side},
            descriptions=descriptions,
            functions=self.registry.functions,
            templates=self.registry.templates,
            connectors=self.registry.systems,
        )
        return check_rules(self.text, catalog)

    @cached_property
    def admission(self) -> Admission:
        """The way into the systems: connecting, looking at connections, giving them up (RS1)."""
        from .admission.admission import Admission

        return Admission(self, environ=self._environ, now=self._now)

    @cached_property
    def imports(self) -> Imports:
        """Bringing prospects in from files and from lists of the CRM (RS11)."""
        from .imports.imports import Imports

        return Imports(self, now=self._now, progress=self._progress)

    @cached_property
    def people(self) -> People:
        """The people of the workspace and their roles, and the audit (K12)."""
        from .people.people import People

        return People(self, now=self._now)

    @property
    def preferences(self) -> SettingsBook:
        """The settings of the company, of teams and of people (RS8, RS9)."""
        from .preferences.book import SettingsBook

        return SettingsBook(self.folder, now=self._now, who=self.who, allow=self._allow_settings)

    def _allow_settings(self, deed: Deed, level: Level, name: str) -> None:
        """Let people see and set what is their own, and admins what is others' (RS8, RS9)."""
        person = self.border.actor().person
        own = level == "person" and person is not None and person.goes_by(name)
        self.allow(f"{deed} for oneself" if own else f"{deed} for others")

    # -- who is asking

    @property
    def border(self) -> Border:
        """Who is asking here, and what they may."""
        return Border(self.folder, self._asking, self._environ)

    def allow(self, operation: str) -> Actor:
        """Return who is asking for *operation*; raise ``RefusedError`` when they may not (K12)."""
        return self.border.allow(operation)

    def rules_admin(self) -> str | None:
        """Return the CRM admin whom the rules at work name; the file's, before the first (K14)."""
        from .people.border import rules_admin

        return rules_admin(self.folder, self._environ)

    @property
    def who(self) -> str:
        """Who is named with what is done here: a person's address, or the user's name."""
        return self.border.actor().name

    @contextmanager
    def alone(self) -> Generator[None]:
        """Let one cycle at a time work on this ledger, wherever its processes are."""
        from .sync.lease import Lease

        with Lease(self.ledger, self._now, self.folder):
            yield
