"""Find plugins, ask them what they register, and keep it in one typed registry.

A plugin that does not load is reported and left out; the rest goes on. Two that claim one name
are an error that names both.
"""

from __future__ import annotations

__all__ = ["GROUP", "PluginFault", "Registry", "load_plugins"]

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, TypeVar

import pluggy

from .connector import ConnectorType, Sandbox
from .errors import PluginError
from .hookspecs import Hooks
from .model import ActivityTemplate
from .rules.functions import BUILT_IN, Function

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

    def before_apply(self, plan: Plan) -> None:
        """Let plugins look at a plan; one that raises stops the run."""
        self._manager.hook.syncline_before_apply(plan=plan)

    def after_cycle(self, report: Report) -> None:
        """Tell plugins of a finished cycle; their faults are logged and change nothing."""
        try:
            self._manager.hook.syncline_after_cycle(report=report)
        except Exception:  # noqa: BLE001 - a cycle that is done is not undone by a listener
            _log.exception("a plugin failed in syncline_after_cycle")


def load_plugins(
    points: Iterable[EntryPoint] | None = None, *, extra: Iterable[tuple[str, object]] = ()
) -> Registry:
    """Load the plugins of the entry-point group, and *extra* ones (name, module or object).

    Raises ``PluginError`` when two plugins claim one name.
    """
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(Hooks)
    faults: list[PluginFault] = []
    origins: dict[object, str] = {}
    found = entry_points(group=GROUP) if points is None else points
    for point in sorted(found, key=lambda p: p.name):
        origin = "" if point.dist is None else f"{point.dist.name} {point.dist.version}"
        _load(manager, point.name, point.load, origin, faults, origins)
    for name, plugin in extra:
        _load(manager, name, partial(_itself, plugin), "handed in", faults, origins)
    return Registry(
        connectors=_collect(
            manager, "syncline_register_connectors", ConnectorType, faults, origins
        ),
        functions=_collect(manager, "syncline_register_functions", Function, faults, origins),
        templates=tuple(
            value
            for _plugin, value in _results(
                manager, "syncline_register_activity_templates", ActivityTemplate, faults, origins
            )
        ),
        sandboxes=_collect(manager, "syncline_register_sandboxes", Sandbox, faults, origins),
        faults=tuple(faults),
        origins={
            value.name: origins.get(plugin, "")
            for plugin, value in _results(
                manager, "syncline_register_connectors", ConnectorType, [], origins
            )
        },
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
    origins: dict[object, str],
) -> None:
    try:
        plugin = load()
        manager.register(plugin, name)
        manager.check_pending()
    except Exception as err:  # noqa: BLE001 - whatever a plugin raises, the rest goes on
        if manager.has_plugin(name):
            manager.unregister(name=name)
        message = f"{type(err).__name__}: {err}"
        faults.append(PluginFault(name=name, distribution=origin, message=message))
    else:
        origins[plugin] = origin or name


def _results(
    manager: pluggy.PluginManager,
    hook: str,
    kind: type[T],
    faults: list[PluginFault],
    origins: Mapping[object, str],
) -> list[tuple[object, T]]:
    """Ask each plugin by itself, so that a fault is laid at the right door."""
    values: list[tuple[object, T]] = []
    for implementation in getattr(manager.hook, hook).get_hookimpls():
        plugin = implementation.plugin
        try:
            found = [_typed(value, kind, hook) for value in implementation.function()]
        except Exception as err:  # noqa: BLE001 - whatever a plugin raises, the rest goes on
            faults.append(
                PluginFault(
                    name=implementation.plugin_name,
                    distribution=origins.get(plugin, ""),
                    message=f"{type(err).__name__}: {err}",
                )
            )
        else:
            values += [(plugin, value) for value in found]
    return values


def _typed(value: Any, kind: type[T], hook: str) -> T:
    if not isinstance(value, kind):
        raise TypeError(f"{hook} gave {value!r}, not a {kind.__name__}")
    return value


def _collect(
    manager: pluggy.PluginManager,
    hook: str,
    kind: type[Any],
    faults: list[PluginFault],
    origins: Mapping[object, str],
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    owners: dict[str, str] = {}
    if kind is Function:
        found |= {f.name: f for f in BUILT_IN}
        owners |= dict.fromkeys(found, "syncline itself")
    for plugin, value in _results(manager, hook, kind, faults, origins):
        owner = origins.get(plugin, "?")
        if value.name in found:
            raise PluginError(
                f"two plugins register `{value.name}` ({kind.__name__}): "
                f"{owners[value.name]} and {owner}",
                hint="Uninstall one of them.",
            )
        found[value.name] = value
        owners[value.name] = owner
    return found
