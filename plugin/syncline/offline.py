"""Rules without a workspace: checked against the systems that need no connection."""

from __future__ import annotations

__all__ = ["load_offline"]

from pathlib import Path

from .model import Description, Side
from .plugins import Registry, load_plugins
from .rules.catalog import Catalog
from .rules.reading import RuleText, read_rules
from .rules.ruleset import RuleSet, check_rules


def load_offline(file: Path | None, registry: Registry | None = None) -> RuleSet:
    """Check a rule file without a workspace: against systems that need no connection.

    Without a file there are no rules, and the systems' fields are there all the same.

    A system that is known only through a connection is stood in for by the embedded one of its
    side; the rule set's catalog says which systems were asked.
    """
    registry = load_plugins() if registry is None else registry
    text = RuleText("") if file is None else read_rules(file, cached=True)
    named = text.head.systems
    systems: dict[Side, str] = {}
    descriptions: dict[Side, Description] = {}
    for side in Side:
        kinds = [registry.connectors.get(named.get(side, "")), *registry.connectors.values()]
        for kind in kinds:
            if kind is not None and kind.offline is not None and side in kind.sides:
                systems[side], descriptions[side] = kind.name, kind.offline(side)
                break
    catalog = Catalog(
        systems=systems,
        descriptions=descriptions,
        functions=registry.functions,
        templates=registry.templates,
        connectors=registry.systems,
    )
    return check_rules(text, catalog)
