"""Which rules of two texts differ, whatever any record shows.

The old text may name what its system no longer has: such a name stands for itself.
"""

from __future__ import annotations

__all__ = ["TextChange", "keyed", "text_changes"]

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from syncline_grammar import syntax as s

from ..model import Side
from ..rules.catalog import Problems, Scope
from ..rules.checking.maps import find_object
from ..rules.ruleset import RuleSet
from .changes import Key

_WORDS = {
    s.Connect: "connect",
    s.Schedule: "sync every",
    s.Admin: "admin",
    s.Activity: "activity",
    s.Allow: "allow",
    s.Form: "form",
    s.Test: "test",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TextChange:
    """A rule that is new, gone, or says something else. Comments and spacing say nothing."""

    key: Key
    #: ``added``, ``removed`` or ``changed``.
    kind: str
    #: Places, ``acme.rules:14``; empty where the rule is not.
    old_at: str
    new_at: str

    @property
    def words(self) -> str:
        """Return what a person knows the rule by."""
        key = self.key
        if key.kind == "row":
            return f"row {key.name.replace('>', ' … ')} of {key.of}"
        name = f'"{key.name}"' if key.kind == "workflow" else key.name
        return f"{key.kind} {name}".strip()


def text_changes(old: RuleSet, new: RuleSet) -> tuple[TextChange, ...]:
    """Return the rules that differ, those of the old text first."""
    before, after = dict(keyed(old)), dict(keyed(new))
    found: list[TextChange] = []
    for key in dict.fromkeys([*before, *after]):
        one, two = before.get(key), after.get(key)
        if one is not None and two is not None and one[0] == two[0]:
            continue
        kind = "added" if one is None else "removed" if two is None else "changed"
        found.append(
            TextChange(
                key=key,
                kind=kind,
                old_at="" if one is None else one[1],
                new_at="" if two is None else two[1],
            )
        )
    return tuple(found)


def keyed(rules: RuleSet) -> Iterator[tuple[Key, tuple[Any, str]]]:
    """Yield each rule's key, with what it says and its place."""
    counts: dict[tuple[str, str], int] = {}
    for node in rules.tree.statements:
        at = rules.source.at(node.span)
        if isinstance(node, s.ObjectMap):
            yield from _of_map(node, rules)
        elif isinstance(node, s.Workflow):
            yield Key("workflow", "", node.name), (node, at)
        elif isinstance(node, s.Flow):
            yield Key("sync", "", f"{node.source} to {node.target}"), (node, at)
        else:
            word, name = _WORDS[type(node)], _name(node)
            counts[word, name] = counts.get((word, name), 0) + 1
            twin = "" if counts[word, name] == 1 else f" ({counts[word, name]})"
            yield Key(word, "", name + twin), (node, at)


def _name(node: s.Statement) -> str:
    match node:
        case s.Connect():
            return node.side
        case s.Form() | s.Test():
            return f'"{node.name}"'
        case s.Activity():
            return f"{node.kind.text} {'<-' if node.from_crm else '->'} {node.object.text}"
        case s.Allow():
            return node.channel.text
        case _:
            return ""


def _field(scope: Scope | None, name: s.Name) -> str:
    found = None if scope is None else scope.find(name)
    return name.text if found is None else found.name


def _of_map(block: s.ObjectMap, rules: RuleSet) -> Iterator[tuple[Key, tuple[Any, str]]]:
    """Yield the head of a map and each of its rows, under the names of the fields themselves."""
    crm = find_object(block.crm_object, Side.CRM, rules.catalog, Problems())
    cadence = find_object(block.cadence_object, Side.CADENCE, rules.catalog, Problems())
    left_name = block.crm_object.text if crm is None else crm.type.name
    right_name = block.cadence_object.text if cadence is None else cadence.type.name
    name = f"{left_name}/{right_name}"
    head = (block.arrow, block.matches)
    yield Key("map", "", name), (head, rules.source.at(block.crm_object.span))
    seen: dict[str, int] = {}
    for row in block.rows:
        key = f"{_field(crm, row.crm)}>{_field(cadence, row.cadence)}"
        seen[key] = seen.get(key, 0) + 1
        twin = "" if seen[key] == 1 else f" ({seen[key]})"
        yield Key("row", name, key + twin), (row, rules.source.at(row.span))
