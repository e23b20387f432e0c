"""Where the parser stopped, what surrounds that place, and what was found out about it."""

from __future__ import annotations

__all__ = ["Change", "Finding", "Site", "rewritten"]

import re
from dataclasses import dataclass
from functools import cached_property

from ..parsing.stop import Stop
from .chunks import opened_at

_WORD = re.compile(r"[^\W\d]\w*")
_HEAD = re.compile(r"[\s\ufeff]*(?:#[^\n]*\n[\s\ufeff]*)*(\w+)")
#: White space and whole comments at the end of a text.
_CODE = re.compile(r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"|`[^`\n]*`|#[^\n]*|\S')


_TABLE = re.compile(r"\bas\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Replace the characters from *start* to *end* by *text*; offsets as in the site's text."""

    start: int
    end: int
    text: str
    title: str
    #: A guess is offered only if the rest of its line can then be read.
    guess: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is wrong, from *start* to *end*; ``change`` mends it when one thing is surely meant."""

    code: str
    message: str
    start: int
    end: int
    change: Change | None = None
    #: (start, end, words) beside the fault: what is wanted, what was found.
    labels: tuple[tuple[int, int, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Site:
    """The text of a statement and the place where reading it stopped."""

    text: str
    stop: Stop

    @property
    def at(self) -> int:
        """Where reading stopped."""
        return self.stop.at

    @cached_property
    def line_start(self) -> int:
        """Where the line begins in which reading stopped."""
        return self.text.rfind("\n", 0, self.at) + 1

    @cached_property
    def line_end(self) -> int:
        """Where that line ends."""
        end = self.text.find("\n", self.at)
        return len(self.text) if end < 0 else end

    @cached_property
    def opened(self) -> list[int]:
        """Where the brackets stand that are open, the outermost first."""
        return opened_at(self.text, self.at)

    @cached_property
    def head(self) -> str:
        """The first word of the statement, in lower case."""
        found = _HEAD.match(self.text)
        return found[1].lower() if found else ""

    @cached_property
    def before(self) -> int:
        """Where the last sign before the stop ends, comments passed over."""
        end = 0
        for found in _CODE.finditer(self.text, 0, self.at):
            if not found[0].startswith("#"):
                end = found.end()
        return end

    @cached_property
    def code_start(self) -> int:
        """Where the line begins on which the last sign before the stop stands."""
        return self.text.rfind("\n", 0, self.before) + 1

    @cached_property
    def word(self) -> re.Match[str] | None:
        """The word at which reading stopped."""
        return _WORD.match(self.text, self.at)

    @cached_property
    def word_before(self) -> re.Match[str] | None:
        """The word just before, on the same line or the one above."""
        begin = end = self.before
        while begin > 0 and (self.text[begin - 1].isalnum() or self.text[begin - 1] == "_"):
            begin -= 1
        return _WORD.fullmatch(self.text, begin, end)

    @cached_property
    def starts_line(self) -> bool:
        """Whether what was found is the first of its line."""
        return not self.text[self.line_start : self.at].strip()

    @cached_property
    def line_break(self) -> str:
        """How lines end here."""
        return "\r\n" if "\r\n" in self.text else "\n"

    @property
    def in_rows(self) -> bool:
        """Whether the stop lies among the rows of a map, where arrows are and comparisons not."""
        return self.head == "map" and len(self.opened) == 1

    @property
    def in_table(self) -> bool:
        """Whether the stop lies in the braces after `as`."""
        return bool(self.opened) and _TABLE.search(self.text, 0, self.opened[-1]) is not None

    def indent(self, at: int) -> str:
        """Return the white space that begins the line of *at*."""
        start = self.text.rfind("\n", 0, at) + 1
        found = re.compile(r"[ \t]*").match(self.text, start)
        return found[0] if found else ""


def rewritten(
    site: Site, start: int, end: int, better: str, message: str, *, guess: bool = False
) -> Finding:
    """Return the finding that the characters from *start* to *end* are written *better* here."""
    title = f"write `{better.strip()}`" if better.strip() else "remove it"
    change = Change(start=start, end=end, text=better, title=title, guess=guess)
    shown = start + len(site.text[start:end].rstrip())
    return Finding(code="E110", message=message, start=start, end=shown, change=change)
