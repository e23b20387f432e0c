"""A rule file, checked and compiled: what a host holds."""

from __future__ import annotations

__all__ = ["RuleSet", "check_rules", "from_json", "load_rules"]

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Literal, cast

from syncline_grammar import syntax as s
from syncline_grammar.diagnostics import Diagnostic, Severity
from syncline_grammar.parse import Parsed
from syncline_grammar.source import Source

from ..errors import RulesError
from ..model import Side
from ..sending.line import Sending, sendings_of
from . import kept
from .catalog import Catalog
from .checking.check import check
from .checking.cost import Cost, costs
from .checking.maps import scope_of
from .compiled import ActivityRule, MapRule, WorkflowRule
from .compiling.compile import Compiled, compile_rules, restore
from .explaining.explain import Explainer, explainer
from .reading import Head, RuleText, read_rules

#: A text or a quoted name, whose spaces count, or a run of spaces and comments, which say nothing.
_SPACING = re.compile(r'("[^"\\\n]*(?:\\.[^"\\\n]*)*"|`[^`\n]*`)|(?:\s|#[^\n]*)+')

_OF_ABSENCE = {"E112", "E311", "E314", "E403", "W901"}


@dataclass(frozen=True)
class RuleSet:
    """The rules of one file. Using one that has errors raises ``RulesError`` with all of them."""

    text: RuleText
    catalog: Catalog
    #: Errors and warnings, in the order of the file.
    diagnostics: tuple[Diagnostic, ...]
    _explainers: dict[str, Explainer] = field(
        default_factory=dict[str, Explainer], init=False, repr=False, compare=False
    )

    def __repr__(self) -> str:
        count = f"{self.head.statements} statements, {len(self.errors)} errors"
        return f"RuleSet({self.source.name}: {count})"

    @property
    def source(self) -> Source:
        """The file's name, and its text by lines."""
        return self.text.source

    @property
    def tree(self) -> s.RuleFile:
        """The file as a tree."""
        return self.text.parsed.tree

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that keep the rules from being used."""
        return tuple(d for d in self.diagnostics if d.severity is Severity.ERROR)

    @property
    def meaning(self) -> str:
        """A digest of the text without comments and spacing: what the rules say."""
        bare = _SPACING.sub(lambda found: found[1] or " ", self.source.text)
        return hashlib.sha256(bare.strip().encode("utf-8", "surrogatepass")).hexdigest()

    @cached_property
    def compiled(self) -> Compiled:
        """The generated functions; made when first asked for."""
        if errors := self.errors:
            count = f"{len(errors)} error" + ("s" if len(errors) > 1 else "")
            raise RulesError(f"{self.source.name} has {count}", errors)
        if not self.text.cached:
            return compile_rules(self.tree, self.catalog, self.source)[0]
        key = self.text.key("compiled", kept.catalog_digest(self.catalog))
        known: Any = kept.recall(key)
        if isinstance(known, bytes):
            return restore(known, self.catalog.functions)
        rules, content = compile_rules(self.tree, self.catalog, self.source)
        if content is not None:
            kept.remember(key, content)
        return rules

    @cached_property
    def maps(self) -> Mapping[tuple[str, str], MapRule]:
        """The maps by (CRM object, cadence object)."""
        return {(m.crm_object, m.cadence_object): m for m in self.compiled.maps}

    @cached_property
    def workflows(self) -> Mapping[str, WorkflowRule]:
        """The workflows by name, in the order of the file."""
        return {
            w.name: replace(w, explainer=partial(self._explainer, w.name))
            for w in self.compiled.workflows
        }

    def _explainer(self, name: str) -> Explainer:
        """Return what explains the workflow *name*; made when first asked for."""
        if name not in self._explainers:
            (rule,) = (
                w for w in self.tree.statements if isinstance(w, s.Workflow) and w.name == name
            )
            scope = scope_of(rule.object, Side.CRM, self.catalog)
            self._explainers[name] = explainer(rule.when, scope, self.catalog, self.source)
        return self._explainers[name]

    @property
    def activities(self) -> tuple[ActivityRule, ...]:
        """The activity rules, in the order of the file."""
        return self.compiled.activities

    @cached_property
    def sending(self) -> tuple[Sending, ...]:
        """The lines of ``allow``, in the order of the file (RS7)."""
        if errors := self.errors:
            raise RulesError(f"{self.source.name} has errors", errors)
        return sendings_of(self.tree)

    @property
    def head(self) -> Head:
        """What the file says of the whole: systems, schedule, limit, admin."""
        return self.text.head

    @property
    def minutes(self) -> int:
        """How often the two sides are synchronised (K7)."""
        return self.head.minutes

    @property
    def calls(self) -> int:
        """How many calls of the CRM are allowed in any 24 hours (K6)."""
        return self.head.calls

    @property
    def counted(self) -> Literal["calls", "actions"]:
        """What ``calls`` counts (K6)."""
        return self.head.counted

    @property
    def max_deletes(self) -> float:
        """The share of an object's records, 0 to 1, that may be gone at once."""
        return self.head.max_deletes

    @property
    def admin(self) -> str | None:
        """The CRM admin's e-mail address (K14)."""
        return self.head.admin

    @property
    def systems(self) -> Mapping[Side, str]:
        """The connectors named by ``connect``."""
        return self.head.systems

    @property
    def unasked(self) -> tuple[str, ...]:
        """The systems named that others stand in for: a workspace alone knows their fields."""
        named = set(self.systems.values()) & set(self.catalog.connectors)
        return tuple(sorted(named - set(self.catalog.systems.values())))

    @property
    def costs(self) -> tuple[Cost, ...]:
        """What each rule costs at most for one record, in the order of the file."""
        return costs(self.tree, self.catalog.functions)

    def to_json(self) -> dict[str, Any]:
        """Return the rules as a document of ``rules.schema.json``: nothing is lost, not a comment.

        Raises ``RulesError`` for a file that cannot be read.
        """
        from syncline_grammar.jsonform.document import to_json
        from syncline_grammar.writing.spelling import UnwritableError

        try:
            return to_json(self.text.parsed)
        except UnwritableError as err:
            raise RulesError(f"{self.source.name}: {err}", self.errors) from None


def from_json(document: Any, catalog: Catalog | Mapping[str, Any]) -> RuleSet:
    """Return the rules in a document of ``rules.schema.json``; their text is ``source.text``.

    Raises ``RulesError`` for a document that is no rules. What is wrong with the rules themselves
    stands in ``diagnostics``, as with ``load_rules``.
    """
    from syncline_grammar.jsonform.document import from_json as read
    from syncline_grammar.writing.spelling import UnwritableError

    try:
        parsed = read(document)
    except UnwritableError as err:
        raise RulesError(f"the document holds no rules: {err}", ()) from None
    return load_rules(parsed, catalog)


def load_rules(
    rules: Path | str | Parsed, catalog: Catalog | Mapping[str, Any], *, cached: bool = False
) -> RuleSet:
    """Parse, check and prepare rules from a path, a text, or a tree already parsed.

    *catalog* says what names mean; as plain JSON it is a document of ``catalog.schema.json``.
    With *cached*, what was worked out of the same text and catalog before is taken from the
    user's own cache folder.

    A fault is not raised but stands in ``diagnostics``; what depends on a faultless file
    (``maps``, ``workflows``, ``activities``) raises ``RulesError``.
    """
    if not isinstance(catalog, Catalog):
        catalog = Catalog.from_json(catalog)
    if isinstance(rules, Path):
        text = read_rules(rules, cached=cached)
    elif isinstance(rules, str):
        text = RuleText(rules, cached=cached)
    else:
        text = RuleText.of(rules)
    return check_rules(text, catalog)


def check_rules(text: RuleText, catalog: Catalog) -> RuleSet:
    """Like ``load_rules``, for a text that was read already."""
    if not text.cached:
        return RuleSet(text, catalog, _faults(text.parsed, catalog))
    key = text.key("checked", kept.catalog_digest(catalog))
    known: Any = kept.recall(key)
    if isinstance(known, tuple):
        return RuleSet(text, catalog, cast("tuple[Diagnostic, ...]", known))
    rules = RuleSet(text, catalog, _faults(text.parsed, catalog))
    if not rules.errors:
        kept.remember(key, rules.diagnostics)
    return rules


def _faults(parsed: Parsed, catalog: Catalog) -> tuple[Diagnostic, ...]:
    # Names in a tree with holes are checked too: an unknown field is told beside a misplaced word.
    found = [*parsed.diagnostics, *check(parsed.tree, catalog)]
    if parsed.diagnostics:
        # What could not be read may be just what these miss.
        found = [diagnostic for diagnostic in found if diagnostic.code not in _OF_ABSENCE]
    if any(diagnostic.code == "E206" for diagnostic in found):
        # Of a system that is not known, nothing else is.
        found = [d for d in found if d.code[1] == "1" or d.code in {"E206", "E208"}]
    found.sort(key=lambda diagnostic: (diagnostic.span.start, diagnostic.code))
    return tuple(found)
