"""Find plugins, ask them what they register, and keep it in one typed registry.

A plugin that does not load is reported and left out; the rest goes on. Two that claim one name
are an error that names both.
"""

from __future__ import annotations

__all__ = ["GROUP", "PluginFault", "Registry", "load_plugins"]

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, TypeVar

import pluggy

from .connector import ConnectorType, Sandbox
from .errors import FatalError, PluginError, SynclineError
from .functions import BUILT_IN, Function
from .hookspecs import Hooks
from .model import ActivityTemplate

if TYPE_CHECKING:
    from .sync.plan import Plan
    from .sync.report import Report

GROUP = "syncline"
T = TypeVar("T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginFault:
    """A plugin that could not be used, and why."""

    name: str
    #: Its distribution and version, when it belongs to one.
    distribution: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """Everything that plugins registered, by name."""

    connectors: Mapping[str, ConnectorType]
    functions: Mapping[str, Function]
    templates: tuple[ActivityTemplate, ...]
    sandboxes: Mapping[str, Sandbox]
    faults: tuple[PluginFault, ...]
    #: Where a connector comes from: its name -> "distribution version".
    origins: Mapping[str, str]
    _manager: pluggy.PluginManager = field(repr=False)

    @property
    def systems(self) -> tuple[str, ...]:
        """The connectors that rules may connect to: all but those that are sources alone."""
        return tuple(sorted(name for name, kind in self.connectors.items() if kind.sides))

    def before_apply(self, plan: Plan) -> None:
        """Let plugins look at a plan; one that raises stops the run."""
        for name, call in self._listeners("syncline_before_apply"):
            try:
                call(plan=plan)
            except SynclineError:
                raise
            except Exception as err:
                raise FatalError(
                    f"the plugin {name} broke in syncline_before_apply: "
                    f"{type(err).__name__}: {err}",
                    hint="Nothing of this plan was applied. Correct or uninstall the plugin.",
                ) from err

    def after_cycle(self, report: Report) -> None:
        """Tell plugins of a finished cycle; their faults are logged and change nothing."""
        for name, call in self._listeners("syncline_after_cycle"):
            try:
                call(report=report)
            except Exception as err:  # noqa: BLE001 - a done cycle is not undone by a listener
                fault = f"{type(err).__name__}: {err}"
                _log.error("the plugin %s broke in syncline_after_cycle: %s", name, fault)

    def _listeners(self, hook: str) -> Iterator[tuple[str, Callable[..., None]]]:
        """Yield each plugin's implementation by itself: a fault is laid at the right door."""
        caller = getattr(self._manager.hook, hook)
        for found in caller.get_hookimpls():
            others = [p for p in self._manager.get_plugins() if p is not found.plugin]
            yield found.plugin_name, self._manager.subset_hook_caller(hook, others)


def load_plugins(
    points: Iterable[EntryPoint] | None = None, *, extra: Iterable[tuple[str, object]] = ()
) -> Registry:
    """Load the plugins of the entry-point group, and *extra* ones (name, module or object).

    Raises ``PluginError`` when two plugins claim one name.
    """
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(Hooks)
    faults: list[PluginFault] = []
    origins: dict[str, str] = {}
    found = entry_points(group=GROUP) if points is None else points
    for point in sorted(found, key=lambda p: p.name):
        origin = "" if point.dist is None else f"{point.dist.name} {point.dist.version}"
        _load(manager, point.name, point.load, origin, faults, origins)
    for name, plugin in extra:
        _load(manager, name, partial(_itself, plugin), "handed in", faults, origins)
    connectors = _collect(
        manager, "syncline_register_connectors", ConnectorType, lambda c: c.name, faults, origins
    )
    functions = _collect(
        manager, "syncline_register_functions", Function, lambda f: f.name, faults, origins
    )
    templates = _collect(
        manager, "syncline_register_activity_templates", ActivityTemplate,
        lambda t: f"{t.connector}: {t.kind} as {t.object}", faults, origins,
    )  # fmt: skip
    sandboxes = _collect(
        manager, "syncline_register_sandboxes", Sandbox, lambda s: s.name, faults, origins
    )
    return Registry(
        connectors={name: value for name, (_origin, value) in connectors.items()},
        functions={f.name: f for f in BUILT_IN}
        | {name: value for name, (_origin, value) in functions.items()},
        templates=tuple(value for _origin, value in templates.values()),
        sandboxes={name: value for name, (_origin, value) in sandboxes.items()},
        faults=tuple(faults),
        origins={name: origin for name, (origin, _value) in connectors.items()},
        _manager=manager,
    )


def _itself(plugin: object) -> object:
    return plugin


def _load(
    manager: pluggy.PluginManager,
    name: str,
    load: Callable[[], Any],
    origin: str,
    faults: list[PluginFault],
    origins: dict[str, str],
) -> None:
    try:
        if manager.has_plugin(name):
            raise ValueError(f"a plugin named {name} is loaded already")  # noqa: TRY301 - told below
        manager.register(load(), name)
    except Exception as err:  # noqa: BLE001 - whatever a plugin raises, the rest goes on
        message = f"{type(err).__name__}: {err}"
        faults.append(PluginFault(name=name, distribution=origin, message=message))
        return
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as err:
        manager.unregister(name=name)
        faults.append(PluginFault(name=name, distribution=origin, message=str(err)))
        return
    origins[name] = origin


def _collect(
    manager: pluggy.PluginManager,
    hook: str,
    kind: type[T],
    name_of: Callable[[T], str],
    faults: list[PluginFault],
    origins: Mapping[str, str],
) -> dict[str, tuple[str, T]]:
    """Ask each plugin by itself, once; return name -> (origin, value)."""
    found: dict[str, tuple[str, T]] = {}
    owners: dict[str, str] = {}
    for implementation in getattr(manager.hook, hook).get_hookimpls():
        plugin = implementation.plugin_name
        origin = origins.get(plugin, "")
        try:
            values = [_typed(value, kind, hook) for value in implementation.function()]
        except Exception as err:  # noqa: BLE001 - whatever a plugin raises, the rest goes on
            told = isinstance(err, PluginError)
            message = str(err) if told else f"{type(err).__name__}: {err}"
            faults.append(PluginFault(name=plugin, distribution=origin, message=message))
            continue
        for value in values:
            name = name_of(value)
            if name in found:
                raise PluginError(
                    f"two plugins register `{name}` ({kind.__name__}): "
                    f"{owners[name]} and {_owner(plugin, origin)}",
                    hint="Uninstall one of them.",
                )
            found[name] = (origin, value)
            owners[name] = _owner(plugin, origin)
    return found


def _owner(plugin: str, origin: str) -> str:
    return f"{plugin} ({origin})" if origin else plugin


def _typed(value: Any, kind: type[T], hook: str) -> T:
    if not isinstance(value, kind):
        raise TypeError(f"{hook} gave {value!r}, not a {kind.__name__}")
    if isinstance(value, Function):
        _callable(value.name)
    return value


def _callable(name: str) -> None:
    """Raise ``PluginError`` when a rule could not call a function by this name."""
    if not name.isidentifier():
        raise PluginError(
            f"a function is named by one word of letters, digits and underscores, and `{name}` "
            "is none: choose another name"
        )
    if any(name == function.name for function in BUILT_IN):
        raise PluginError(f"`{name}` is a function of Syncline itself: choose another name")
