"""A decision for good: the row itself says who wins, in place of holding every conflict (E3)."""

from __future__ import annotations

__all__ = ["reworded"]

import re

from syncline_grammar.parse import parse
from syncline_grammar.syntax import ConflictWord, FieldMapping, ObjectMap
from syncline_grammar.writing.formatter import format_parsed

from .errors import WorkspaceError
from .model import Side
from .rules.ruleset import RuleSet

#: A text or a comment, which may say anything, or the words that are looked for.
_WORDS = re.compile(r'"(?:[^"\\\n]|\\.)*"|`[^`\n]*`|#[^\n]*|\b(hold\s+on\s+conflict)\b')
_WINS = {Side.CRM: ConflictWord.CRM, Side.CADENCE: ConflictWord.CADENCE}


def reworded(rules: RuleSet, map_name: str, key: str, winner: Side) -> str:
    """Return the text of *rules* in which the row *key* of a map lets *winner* win.

    Comments and all other rows stay as they are; a file in its one form keeps it. Raises
    ``WorkspaceError`` when the row is not there, or does not hold conflicts.
    """
    source, parsed = rules.source, rules.text.parsed
    row = _row(rules, map_name, key)
    stretch = source.text[row.span.start : row.span.end]
    spans = [found.span(1) for found in _WORDS.finditer(stretch) if found.group(1)]
    if row.conflict is not ConflictWord.HOLD or len(spans) != 1:
        raise WorkspaceError(
            f"the row {key.replace('>', ' / ')} ({source.at(row.span)}) does not hold conflicts",
            hint="`--always` puts `crm wins` or `cadence wins` in the place of `hold on "
            "conflict`. Leave it out to decide about this record alone.",
        )
    start, end = (row.span.start + place for place in spans[0])
    text = source.text[:start] + _WINS[winner] + source.text[end:]
    if format_parsed(parsed).text == source.text:
        text = format_parsed(parse(text, source.name)).text
    return text


def _row(rules: RuleSet, map_name: str, key: str) -> FieldMapping:
    places = {
        row.at for rule in rules.compiled.maps for row in rule.rows
        if (rule.name, row.key) == (map_name, key)
    }  # fmt: skip
    for block in rules.tree.statements:
        if isinstance(block, ObjectMap):
            for row in block.rows:
                if rules.source.at(row.span) in places:
                    return row
    raise WorkspaceError(
        f"the rules no longer have a row {key.replace('>', ' / ')} in {map_name}",
        hint="The next run asks the records again by the rules as they are.",
    )
