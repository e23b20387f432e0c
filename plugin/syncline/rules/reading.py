"""A rule file's text: what its head says, and its tree, made when somebody needs it."""

from __future__ import annotations

__all__ = ["Head", "RuleText", "UnreadableRulesError", "read_rules"]

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from syncline_grammar import syntax as s
from syncline_grammar.parse import MAX_BYTES, Parsed, parse
from syncline_grammar.source import Source

from ..errors import WorkspaceError
from ..model import Side
from . import kept

DEFAULT_MINUTES = 15
#: K6: the limit when a rule file sets none.
DEFAULT_CALLS = 5000
#: The share of an object's records that may go at once when a rule file says nothing of it.
DEFAULT_MAX_DELETES = 0.1


class UnreadableRulesError(WorkspaceError):
    """The rule file is missing or cannot be opened, perhaps for a moment alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a rule file says of the whole: systems, schedule, limit, admin."""

    #: The connectors named by ``connect``.
    systems: Mapping[Side, str]
    #: How often the two sides are synchronised (K7).
    minutes: int
    #: How many calls of the CRM are allowed in any 24 hours (K6).
    calls: int
    #: What that number counts: calls, or each action on each record (K6).
    counted: Literal["calls", "actions"]
    #: The share of an object's records, 0 to 1, that may be gone at once; of more, a person is
    #: asked.
    max_deletes: float
    #: The CRM admin's e-mail address (K14).
    admin: str | None
    #: How many statements the file has.
    statements: int

    @classmethod
    def of(cls, tree: s.RuleFile) -> Head:
        """Return the head of *tree*; of a word said twice the last counts."""
        systems: dict[Side, str] = {}
        minutes, calls, admin = DEFAULT_MINUTES, DEFAULT_CALLS, None
        counted: Literal["calls", "actions"] = "calls"
        max_deletes = DEFAULT_MAX_DELETES
        for statement in tree.statements:
            match statement:
                case s.Connect(side, system):
                    systems[Side(side)] = system.text
                case s.Schedule():
                    minutes = statement.minutes
                    calls = statement.calls or calls
                    counted = "actions" if statement.counted is s.Counted.ACTIONS else "calls"
                    if statement.max_deletes is not None:
                        max_deletes = statement.max_deletes / 100
                case s.Admin(email):
                    admin = email
                case _:
                    pass
        return cls(
            systems=systems,
            minutes=minutes,
            calls=calls,
            counted=counted,
            max_deletes=max_deletes,
            admin=admin,
            statements=len(tree.statements),
        )


class RuleText:
    """The text of a rule file, not yet checked.

    With *cached*, what was once worked out of the same text is not worked out again.
    """

    def __init__(self, content: str | bytes, name: str = "rules", *, cached: bool = False) -> None:
        self.content = content
        self.name = name
        self.cached = cached

    @classmethod
    def of(cls, parsed: Parsed) -> RuleText:
        """Return the text of what is parsed already."""
        text = cls(parsed.source.text, parsed.source.name)
        text.__dict__["parsed"] = parsed
        return text

    @cached_property
    def parsed(self) -> Parsed:
        """The tree of all that can be read, and what is wrong with the rest."""
        return parse(self.content, self.name)

    @cached_property
    def source(self) -> Source:
        """The text and its lines; empty when it is no text."""
        try:
            content = self.content
            text = content if isinstance(content, str) else content.decode()
        except UnicodeDecodeError:
            text = ""
        return Source(self.name, text)

    @cached_property
    def head(self) -> Head:
        """What the file says of the whole."""
        if not self.cached:
            return Head.of(self.parsed.tree)
        name = self.key("head")
        known: Any = kept.recall(name)
        if isinstance(known, Head):
            return known
        head = Head.of(self.parsed.tree)
        if not self.parsed.diagnostics:
            kept.remember(name, head)
        return head

    def key(self, kind: str, *more: bytes) -> str:
        """Return the key of a *kind* of result that is worked out of this text."""
        content = self.content
        text = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
        return kept.key(kind, self.name.encode("utf-8", "surrogatepass"), text, *more)


def read_rules(path: Path, *, cached: bool = False) -> RuleText:
    """Read a rule file; of one that is far too long only the beginning is read.

    Raises ``UnreadableRulesError`` when it cannot be read.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as err:
        raise UnreadableRulesError(
            f"the rule file {path} cannot be read: {err.strerror}",
            hint="Check the name; `syncline init` writes a first one.",
        ) from err
    return RuleText(content, path.name, cached=cached)
