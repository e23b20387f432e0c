"""A rule file, checked and compiled: what a host holds."""

from __future__ import annotations

__all__ = ["RuleSet", "load_rules", "read_rules"]

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from syncline_grammar import syntax as s
from syncline_grammar.diagnostics import Diagnostic, Severity
from syncline_grammar.parse import MAX_BYTES, Parsed, parse
from syncline_grammar.source import Source

from ..errors import RulesError, WorkspaceError
from ..model import Side
from .catalog import Catalog
from .check import check
from .compile import Compiled, compile_rules
from .compiled import ActivityRule, MapRule, WorkflowRule

#: A text or a quoted name, which may hold a #, or a comment.
_COMMENT = re.compile(r'("(?:\\.|[^"\\\n])*"|`[^`\n]*`)|#[^\n]*')

_OF_ABSENCE = {"E112", "E311", "E314", "E403", "W901"}

DEFAULT_MINUTES = 15
#: K6: the limit when a rule file sets none.
DEFAULT_CALLS = 5000


@dataclass(frozen=True)
class RuleSet:
    """The rules of one file. Using one that has errors raises ``RulesError`` with all of them."""

    source: Source
    tree: s.RuleFile
    catalog: Catalog
    #: Errors and warnings, in the order of the file.
    diagnostics: tuple[Diagnostic, ...]

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that keep the rules from being used."""
        return tuple(d for d in self.diagnostics if d.severity is Severity.ERROR)

    @property
    def meaning(self) -> str:
        """A digest of the text without comments and spacing: what the rules say."""
        bare = _COMMENT.sub(lambda found: found[1] or "", self.source.text)
        return hashlib.sha256(" ".join(bare.split()).encode()).hexdigest()

    @cached_property
    def compiled(self) -> Compiled:
        """The generated functions; made when first asked for."""
        if errors := self.errors:
            count = f"{len(errors)} error" + ("s" if len(errors) > 1 else "")
            raise RulesError(f"{self.source.name} has {count}", errors)
        return compile_rules(self.tree, self.catalog, self.source)

    @property
    def maps(self) -> Mapping[tuple[str, str], MapRule]:
        """The maps by (CRM object, cadence object)."""
        return {(m.crm_object, m.cadence_object): m for m in self.compiled.maps}

    @property
    def workflows(self) -> Mapping[str, WorkflowRule]:
        """The workflows by name, in the order of the file."""
        return {w.name: w for w in self.compiled.workflows}

    @property
    def activities(self) -> tuple[ActivityRule, ...]:
        """The activity rules, in the order of the file."""
        return self.compiled.activities

    @property
    def minutes(self) -> int:
        """How often the two sides are synchronised (K7)."""
        schedules = [x for x in self.tree.statements if isinstance(x, s.Schedule)]
        return schedules[-1].minutes if schedules else DEFAULT_MINUTES

    @property
    def calls(self) -> int:
        """How many calls of the CRM are allowed in any 24 hours (K6)."""
        limits = [x.calls for x in self.tree.statements if isinstance(x, s.Schedule) and x.calls]
        return limits[-1] if limits else DEFAULT_CALLS

    @property
    def admin(self) -> str | None:
        """The CRM admin's e-mail address (K14)."""
        admins = [x.email for x in self.tree.statements if isinstance(x, s.Admin)]
        return admins[-1] if admins else None

    @property
    def systems(self) -> Mapping[Side, str]:
        """The connectors named by ``connect``."""
        return systems_of(self.tree)


def systems_of(tree: s.RuleFile) -> dict[Side, str]:
    """Return the connector's name on each side that *tree* connects."""
    return {Side(c.side): c.system.text for c in tree.statements if isinstance(c, s.Connect)}


def read_rules(path: Path) -> Parsed:
    """Read and parse a rule file; of one that is far too long only the beginning is read."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as err:
        raise WorkspaceError(
            f"the rule file {path} cannot be read: {err.strerror}",
            hint="Check the name; `syncline init` writes a first one.",
        ) from err
    return parse(content, path.name)


def load_rules(rules: Path | str | Parsed, catalog: Catalog) -> RuleSet:
    """Parse, check and prepare rules from a path, a text, or a tree already parsed.

    A fault is not raised but stands in ``diagnostics``; what depends on a faultless file
    (``maps``, ``workflows``, ``activities``) raises ``RulesError``.
    """
    if isinstance(rules, Path):
        rules = read_rules(rules)
    elif isinstance(rules, str):
        rules = parse(rules)
    # Names in a tree with holes are checked too: an unknown field is told beside a misplaced word.
    found = [*rules.diagnostics, *check(rules.tree, catalog)]
    if rules.diagnostics:
        # What could not be read may be just what these miss.
        found = [diagnostic for diagnostic in found if diagnostic.code not in _OF_ABSENCE]
    if any(diagnostic.code == "E206" for diagnostic in found):
        # Of a system that is not known, nothing else is.
        found = [d for d in found if d.code[1] == "1" or d.code in {"E206", "E208"}]
    found.sort(key=lambda diagnostic: (diagnostic.span.start, diagnostic.code))
    return RuleSet(rules.source, rules.tree, catalog, tuple(found))
