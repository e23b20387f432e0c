"""Why an activity did not appear as expected: what was found instead, and the engine's reason."""

from __future__ import annotations

__all__ = ["of_activity"]

from ..model import Field
from ..rules.checking.tests import Expected
from ..rules.explaining.deciding import deciding
from ..rules.explaining.explanation import as_written
from ..sync.plan import Fate
from .cycle import Outcome, Played
from .judge import Miss
from .report import Fault
from .rulebook import Rulebook
from .scene import Scene
from .seen import rows_seen


def of_activity(
    miss: Miss, expected: Expected, field: Field, scene: Scene, outcome: Outcome, book: Rulebook
) -> Fault:
    """Return in words that *field* of what was to appear is not as expected."""
    played = outcome.of(expected)
    record = played.after[expected.side]
    found, rule = f"no {expected.object}", ""
    if record is None or expected.object != played.objects[expected.side]:
        reason = _absent(expected, scene, played, book)
    else:
        found = as_written(record.get(field.name))
        reason, rule = _of_value(field, expected, played, book)
    return Fault(
        line=miss.line,
        expected=f"{expected.object} {field.name} = {as_written(miss.value)}",
        found=found,
        reason=reason,
        rule=rule,
    )


def _absent(expected: Expected, scene: Scene, played: Played, book: Rulebook) -> str:
    """Return why nothing appeared, with the rows of ``where`` behind it; or where it appeared."""
    if played.case.fate is Fate.WRITTEN:
        return f"it becomes a {played.objects[expected.side]}"
    entry = scene.activity
    if entry is None or played.objects[expected.side]:
        return played.case.reason
    against = [
        row
        for asked in book.recorded
        if (asked.rule.source, asked.rule.template.object) == (entry.side, entry.object)
        for row in deciding(asked.where.explain(entry.values, scene.clock))
    ]
    return f"no rule asks for it: {rows_seen(against)}" if against else played.case.reason


def _of_value(field: Field, expected: Expected, played: Played, book: Rulebook) -> tuple[str, str]:
    """Return why *field* holds what it holds, and the rule that it is due to."""
    for write in played.writes(expected.side):
        if write.field == field.name:
            return write.reason, write.at
    for step in played.case.steps:
        rules = [rule for rule in book.activities if rule.at == step.at]
        if any(field.name == each.name for rule in rules for each in rule.fields):
            return "the row had no value", step.at
        return f"no row of the rule has {field.name}", step.at
    return "what was recorded is left as it is", ""
