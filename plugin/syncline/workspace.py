"""A workspace: rules, connections and ledger in one folder, opened, used and closed by a host."""

from __future__ import annotations

__all__ = ["Workspace"]

import fcntl
import os
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from syncline_schemas import check_against

from .connector import ConnectorType, Context, Secret
from .errors import FatalError, LedgerError, RetriableError, WorkspaceError
from .memory import Memory
from .model import Description, Side
from .plugins import Registry, load_plugins
from .rules.catalog import Catalog
from .rules.reading import RuleText, read_rules
from .rules.ruleset import RuleSet, check_rules
from .settings import Settings, read_settings
from .sync.guard import Guarded

if TYPE_CHECKING:
    # The database and the engine wait until something is asked of them: a check does not.
    from .ledger.database import Ledger
    from .sync.cycle import Cycle, Preview
    from .sync.meter import Meter
    from .sync.report import Report
    from .sync.systems import Progress, System


def _quiet(_what: str, _done: int, _total: int | None) -> None:
    return


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _variable(kind: ConnectorType, secret: str) -> str:
    """Return where a secret stands in the environment."""
    return f"SYNCLINE_{kind.name}_{secret}".upper()


class Workspace:
    """The rules, connections and ledger of one folder.

        with syncline.Workspace("acme") as workspace:
            report = workspace.run()

    Everything from outside can be handed in: plugins, the clock, the environment that holds the
    secrets, who hears of progress; *rules* takes the place of the workspace's own rule file, and
    *fresh* asks the systems for their descriptions anew.
    """

    def __init__(
        self,
        folder: Path | str,
        *,
        registry: Registry | None = None,
        now: Callable[[], datetime] = _utc_now,
        environ: Mapping[str, str] | None = None,
        progress: Progress = _quiet,
        rules: Path | None = None,
        fresh: bool = False,
    ) -> None:
        self.settings: Settings = read_settings(Path(folder))
        self._rule_file = self.settings.rules if rules is None else rules
        self.registry = load_plugins() if registry is None else registry
        self._now = now
        self._environ = os.environ if environ is None else environ
        self._progress = progress
        self._fresh = fresh
        self._open: list[Guarded] = []

    def __repr__(self) -> str:
        return f"Workspace({self.folder})"

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
                closing.callback(self._keep_calls)
            for connector in self._open:
                closing.callback(connector.close)
            self._open = []

    def _keep_calls(self) -> None:
        """Write down calls made outside of a run, unless the ledger cannot be written."""
        with suppress(LedgerError), self.ledger.begin() as db:
            self.meter.flush(db, 0)

    # -- what it is made of, each part made when first needed

    @property
    def folder(self) -> Path:
        """The workspace's folder."""
        return self.settings.folder

    @cached_property
    def text(self) -> RuleText:
        """The rule file's text, not yet checked."""
        return read_rules(self._rule_file, cached=True)

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger, ``ledger.sqlite`` in the folder."""
        from .ledger.database import Ledger

        return Ledger(self.folder / "ledger.sqlite")

    @cached_property
    def meter(self) -> Meter:
        """The budget; the limit of ``sync … at most`` holds for the CRM (K6)."""
        from .sync.meter import Meter

        limits = {Side.CRM: self.text.head.calls, Side.CADENCE: None}
        return Meter(self.ledger, self._now, limits)

    @cached_property
    def systems(self) -> dict[Side, System]:
        """The two connections, open, with their descriptions."""
        return {side: self._system(side) for side in Side}

    @cached_property
    def rules(self) -> RuleSet:
        """The rules, checked against both systems' own fields (B2)."""
        named = self.text.head.systems
        unknown = [name for name in named.values() if name not in self.registry.connectors]
        descriptions = {
            side: Description(objects=())
            if unknown or side not in named
            else self._description(side, named[side])
            for side in Side
        }
        catalog = Catalog(
            systems={side: named.get(side, "nothing") for side in Side},
            descriptions=descriptions,
            functions=self.registry.functions,
            templates=self.registry.templates,
            connectors=tuple(sorted(self.registry.connectors)),
        )
        return check_rules(self.text, catalog)

    # -- what it does

    def plan(self) -> Preview:
        """Read what changed and say what the next run would do and cost; write to no system."""
        with self._alone():
            return self._cycle().preview()

    def run(self) -> Report:
        """Do one cycle and report it. What fails on the way is in the report."""
        with self._alone():
            report = self._cycle().run()
        self.registry.after_cycle(report)
        return report

    def _cycle(self) -> Cycle:
        from .sync.cycle import Cycle

        _ = self.rules.compiled  # raises RulesError before anything is opened
        return Cycle(
            self.ledger,
            self.systems,
            self.rules,
            self.meter,
            now=self._now,
            progress=self._progress,
            before_apply=self.registry.before_apply,
        )

    @contextmanager
    def _alone(self) -> Generator[None]:
        """Let one cycle at a time work in this folder."""
        path = self.folder / ".lock"
        with path.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as err:
                raise RetriableError(
                    f"another run is at work in {self.folder}",
                    hint="Wait until it has ended; two never work at once.",
                ) from err
            yield

    # -- connections

    def _type(self, name: str) -> ConnectorType:
        found = self.registry.connectors.get(name)
        if found is None:
            known = ", ".join(sorted(self.registry.connectors))
            raise WorkspaceError(f"no connector is named {name}; there are: {known}")
        return found

    def _system(self, side: Side) -> System:
        from .sync.systems import System

        name = self.rules.systems[side]
        description = self.rules.catalog.descriptions[side]
        connector = self._connect(side, name, description)
        return System(name=name, connector=connector, description=description)

    def _connect(self, side: Side, name: str, description: Description | None = None) -> Guarded:
        kind = self._type(name)
        if side not in kind.sides:
            raise WorkspaceError(f"{kind.title} cannot be the {side.word} of a sync")
        settings = self.settings.connections.get(name, {})
        for secret in kind.secrets:
            if secret in settings:
                raise WorkspaceError(
                    f"{secret} stands in [connections.{name}] in syncline.toml, and a secret never "
                    "stands in a file",
                    hint=f"Take it out and set it in the environment as {_variable(kind, secret)}.",
                )
        faults = check_against(kind.settings, settings)
        if faults:
            raise WorkspaceError(
                f"[connections.{name}] in syncline.toml is not valid: {'; '.join(faults)}",
                hint="Correct it there; `syncline connectors` shows what each connector needs.",
            )

        def spend(price: int, what: str) -> None:
            self.meter.spend(side, price, what)

        context = Context(
            side=side,
            settings=settings,
            secrets=self._secrets(kind),
            folder=self.folder,
            now=self._now,
            spend=spend,
            description=description,
        )
        try:
            connector = Guarded(name, kind.open(context))
        except Exception as err:
            if isinstance(err, FatalError | RetriableError | WorkspaceError):
                raise
            raise FatalError(
                f"the connector {name} could not be opened: {type(err).__name__}: {err}",
                hint="This is a fault of the connector; tell its author what you did.",
            ) from err
        self._open.append(connector)
        return connector

    def _secrets(self, kind: ConnectorType) -> dict[str, Secret]:
        found: dict[str, Secret] = {}
        for name in kind.secrets:
            variable = _variable(kind, name)
            value = self._environ.get(variable)
            if not value:
                raise WorkspaceError(
                    f"{kind.title} needs its {name.replace('_', ' ')}",
                    hint=f"Set it in the environment as {variable}.",
                )
            found[name] = Secret(value)
        return found

    # -- descriptions

    def _description(self, side: Side, name: str) -> Description:
        """Return what a system says of itself: offline, remembered, or asked."""
        kind = self._type(name)
        if kind.offline is not None:
            # It lies in the workspace itself: asking costs nothing, and the answer is of now.
            return self._connect(side, name).describe()
        settings = self.settings.connections.get(name, {})
        memory = Memory(self.settings.descriptions, side, name, settings)
        if not self._fresh and (found := memory.recall(self._now())) is not None:
            return found
        description = self._connect(side, name).describe()
        memory.keep(description, self._now())
        return description
