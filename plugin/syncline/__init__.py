"""Keep a CRM and a sales-engagement platform in step, by rules that an admin can read.

For a host: ``load_rules``, ``Workspace``. For a connector: ``hookimpl``, ``ConnectorType`` and
the values of a record's way. For anybody: the errors. Nothing heavier than pluggy is imported
until it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .access import Access, Grant, Identity, OAuth, Secret, Token, Way
from .condition import AllOf, AnyOf, Comparison, Condition, Operator
from .connector import Connector, ConnectorType, Context, Sandbox, SandboxContext
from .errors import (
    ConnectorError,
    DeliveryError,
    FatalError,
    LedgerBusyError,
    LedgerError,
    PluginError,
    RetriableError,
    RulesError,
    SynclineError,
    UnknownOutcomeError,
    WorkspaceError,
)
from .hookspecs import hookimpl
from .model import (
    Action,
    ActionRequest,
    ActivityTemplate,
    Bulk,
    Description,
    Field,
    FieldType,
    Gone,
    GoneKind,
    ObjectType,
    Outcome,
    OutcomeStatus,
    Page,
    Position,
    Prices,
    Record,
    Side,
    Usage,
    Value,
    Write,
    is_blank,
)
from .sources.source import Activity, ActivityPage, Source
from .touches import Cadence, Change, Touch, TouchDone, TouchKeeper, WaitingTouch
from .version import __version__
from .webhook import Delivery, Notice, Webhook

if TYPE_CHECKING:
    from .admission.page import Attempt
    from .admission.states import ConnectionState
    from .documents import lock_documents, open_documents
    from .functions import Example, Function, Parameter
    from .net.http import Http
    from .net.pace import Pace
    from .plugins import Registry, load_plugins
    from .rules.catalog import Catalog
    from .rules.compiled import MapRule, WorkflowRule
    from .rules.explaining.explanation import Explanation
    from .rules.ruleset import RuleSet, from_json, load_rules
    from .rules.values import Clock
    from .sandboxes.faults import Fault, Faults
    from .schedule.loop import Schedule, Turn
    from .sending.answer import Allowed
    from .sync.plan import Plan
    from .sync.report import Report
    from .workspace import Workspace


__all__ = [
    "Access",
    "Action",
    "ActionRequest",
    "Activity",
    "ActivityPage",
    "ActivityTemplate",
    "AllOf",
    "Allowed",
    "AnyOf",
    "Attempt",
    "Bulk",
    "Cadence",
    "Catalog",
    "Change",
    "Clock",
    "Comparison",
    "Condition",
    "ConnectionState",
    "Connector",
    "ConnectorError",
    "ConnectorType",
    "Context",
    "Delivery",
    "DeliveryError",
    "Description",
    "Example",
    "Explanation",
    "FatalError",
    "Fault",
    "Faults",
    "Field",
    "FieldType",
    "Function",
    "Gone",
    "GoneKind",
    "Grant",
    "Http",
    "Identity",
    "LedgerBusyError",
    "LedgerError",
    "MapRule",
    "Notice",
    "OAuth",
    "ObjectType",
    "Operator",
    "Outcome",
    "OutcomeStatus",
    "Pace",
    "Page",
    "Parameter",
    "Plan",
    "PluginError",
    "Position",
    "Prices",
    "Record",
    "Registry",
    "Report",
    "RetriableError",
    "RuleSet",
    "RulesError",
    "Sandbox",
    "SandboxContext",
    "Schedule",
    "Secret",
    "Side",
    "Source",
    "SynclineError",
    "Token",
    "Touch",
    "TouchDone",
    "TouchKeeper",
    "Turn",
    "UnknownOutcomeError",
    "Usage",
    "Value",
    "WaitingTouch",
    "Way",
    "Webhook",
    "WorkflowRule",
    "Workspace",
    "WorkspaceError",
    "Write",
    "__version__",
    "from_json",
    "hookimpl",
    "is_blank",
    "load_plugins",
    "load_rules",
    "lock_documents",
    "open_documents",
]

_ON_USE = {
    "Allowed": ".sending.answer",
    "Attempt": ".admission.page",
    "Catalog": ".rules.catalog",
    "ConnectionState": ".admission.states",
    "Plan": ".sync.plan",
    "Registry": ".plugins",
    "Report": ".sync.report",
    "Schedule": ".schedule.loop",
    "Turn": ".schedule.loop",
    "load_plugins": ".plugins",
    "Example": ".functions",
    "Function": ".functions",
    "Parameter": ".functions",
    "Http": ".net.http",
    "Pace": ".net.pace",
    "RuleSet": ".rules.ruleset",
    "Workspace": ".workspace",
    "load_rules": ".rules.ruleset",
    "from_json": ".rules.ruleset",
    "Clock": ".rules.values",
    "Explanation": ".rules.explaining.explanation",
    "Fault": ".sandboxes.faults",
    "Faults": ".sandboxes.faults",
    "MapRule": ".rules.compiled",
    "WorkflowRule": ".rules.compiled",
    "lock_documents": ".documents",
    "open_documents": ".documents",
}


def __getattr__(name: str) -> Any:
    """Import the rooms that need a library only when a name of theirs is asked for."""
    try:
        home = _ON_USE[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    value = getattr(import_module(home, __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names, those too that are imported when they are asked for."""
    return list(__all__)
