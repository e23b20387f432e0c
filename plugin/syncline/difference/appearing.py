"""What appears of a recorded activity by one of the two rule sets (K3, RS2). Pure."""

from __future__ import annotations

__all__ = ["Appearing"]

from dataclasses import dataclass
from functools import cached_property

from syncline_grammar import syntax as s

from ..model import Side, is_blank
from ..rules.catalog import Problems
from ..rules.checking.maps import find_object
from ..rules.compiled import ActivityRule
from ..rules.explaining.deciding import deciding
from ..rules.explaining.excerpt import tidied
from ..rules.explaining.explain import Explainer, explainer
from ..rules.ruleset import RuleSet
from ..rules.values import Clock
from .changes import Effect, Key, RowGiven
from .subject import Subject
from .texts import keyed


@dataclass(frozen=True)
class _Rule:
    """One activity rule, and what it is called in both files."""

    rule: ActivityRule
    node: s.Activity
    key: Key
    rules: RuleSet

    @cached_property
    def explain(self) -> Explainer | None:
        """What explains its ``where``; None without one."""
        scope = find_object(self.node.object, Side.CRM, self.rules.catalog, Problems())
        if self.node.where is None or scope is None:
            return None
        return explainer(self.node.where, scope, self.rules.catalog, self.rules.source)

    @cached_property
    def rows(self) -> dict[str, tuple[str, str]]:
        """Each field that a row writes, with the row as written and its place."""
        source = self.rules.source
        return {
            field.name: (tidied(source.line(row.span.line)), source.at(row.span))
            for field, row in zip(self.rule.fields, self.node.values, strict=True)
        }


class Appearing:
    """The activity rules of one rule set, by the questions that are asked of them."""

    def __init__(self, rules: RuleSet) -> None:
        found = [(key, node) for key, (node, _at) in keyed(rules) if isinstance(node, s.Activity)]
        self._rules = [
            _Rule(rule, node, key, rules)
            for rule, (key, node) in zip(rules.activities, found, strict=True)
        ]
        self._source = rules.source

    def rule(self, subject: Subject, clock: Clock) -> _Rule | None:
        """Return the rule that *subject* falls to: the first that fits; None for none."""
        for each in self._of(subject):
            if each.rule.fits(subject.values, clock) and not _is_copy(each.rule, subject):
                return each
        return None

    def effect(self, rule: _Rule | None, subject: Subject, clock: Clock, *, rows: bool) -> Effect:
        """Tell whether *subject* appears by *rule*, with the rows of ``where`` that decide it."""
        asked = self._of(subject) if rule is None else [rule]
        told = [each.explain for each in asked if each.explain is not None] if rows else []
        return Effect(
            truth=rule is not None,
            rows=tuple(
                row for explain in told for row in deciding(explain(subject.values, None, clock))
            ),
            actions="",
            at=asked[0].rule.at if asked else self._source.name,
        )

    def given(self, rule: _Rule, subject: Subject) -> dict[str, RowGiven]:
        """Return what *rule* makes of *subject*, by the field across."""
        source = self._source
        head = (tidied(source.line(rule.node.span.line)), source.at(rule.node.span))
        found: dict[str, RowGiven] = {}
        for field, value in rule.rule.record(subject.values).items():
            text, at = rule.rows.get(field, head)
            found[field] = RowGiven(
                key=rule.key,
                value=None if is_blank(value) else value,
                unturned="",
                follows=True,
                text=text,
                at=at,
            )
        return found

    def _of(self, subject: Subject) -> list[_Rule]:
        place = (subject.side, subject.type.name)
        return [
            each
            for each in self._rules
            if (each.rule.source, each.rule.object(each.rule.source)) == place
        ]


def _is_copy(rule: ActivityRule, subject: Subject) -> bool:
    """Tell whether our key says that the record was made of an activity of the other side."""
    key = "" if rule.own_key is None else subject.values.get(rule.own_key)
    parts = key.split(":") if isinstance(key, str) else []
    return parts[1:2] == [rule.object(subject.side.other)]
