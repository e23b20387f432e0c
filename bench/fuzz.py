"""Feed the language texts that nobody would write, and look at what it answers.

``python -m bench.fuzz SECONDS`` (60 by default) changes the texts of the examples, of the tests
and of the parts below by chance, led by the branches they reach. Whatever the text, it is read,
checked, compiled, printed and read again: without an exception, with every place inside of the
text, and to the same rules. ``python -m bench.fuzz FILE`` asks again about the text of one file.

``make fuzz`` installs what it needs, ``atheris``, which is on Linux alone. A finding ends the run
with its traceback, and the text lies in a file ``crash-…`` in the current folder; one that takes
more than ten seconds lies in ``timeout-…``.
"""

from __future__ import annotations

__all__ = ["main", "probe"]

import random
import sys
import tempfile
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

#: It ships no types.
atheris: Any = import_module("atheris")
_ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(_ROOT / "tests"))

with atheris.instrument_imports(include=["syncline_grammar", "syncline.rules"]):
    import_module("support_language")
    from syncline.rules.catalog import Catalog
    from syncline.rules.ruleset import RuleSet, from_json, load_rules
    from syncline.rules.values import Clock
    from syncline_grammar.writing.formatter import format_text

#: Longer texts find nothing more, only later.
_LONGEST = 3000
_TOO_SLOW = 10
TYPES: Catalog = import_module("support_language").TYPES
_CLOCK = Clock(datetime(2026, 11, 22, 12, 0, tzinfo=UTC))

_HEAD = "connect crm to desk\nconnect cadence to mill\nsync crm to cadence\nsync cadence to crm\n"
_WORKFLOW = 'workflow "w" on Thing {{\n    when {}\n    then exit cadence\n}}\n'
#: Texts without a fault to begin from: the examples know another catalog than the one asked here.
_SEEDS = [
    _HEAD + "map Thing <-> item {\n    match Email = email\n    Text <-> text required\n"
    '    Picklist -> text2 as { "Red" = "r", "Blue" = "b" } else hold  # why\n'
    '    Phone <-> phone using phone(Text2), default "1"\n    Url <- url when blank\n}\n',
    _WORKFLOW.format('any {\n Text = "a" # b\n all { Number < 1_000 Choices contains "Red" }\n }'),
    _WORKFLOW.format("not (Date before 30 days ago or Datetime in the last 7 days) and is new"),
    _WORKFLOW.format("any { is deleted is merged not is converted is undeleted }"),
    _HEAD.replace(
        "sync crm",
        "sync every 5 minutes, at most 9 actions per 24 hours, max deletes 2.5 %\nsync crm",
        1,
    )
    + "map Thing <-> item {\n    match Email = email\n    deletes <-\n    Text <-> text\n}\n"
    'test "t" {\n    given Thing is deleted at 12:00\n    expect item unchanged\n}\n',
    _WORKFLOW.format('Picklist changed from "Red" to "Blue" and Email matches "a.*b"'),
    _WORKFLOW.format("none { (Number + 2) * Number2 between 1 and -5.5 `Text` exactly = Text2 }"),
    'activity call on outcome "A", "B" -> Thing {\n    Text = "Call: {text} ({text2})"\n}\n',
    'form "New" for item {\n    text required\n    picklist one of "Red", "Blue"\n}\n',
    'allow email on Mon to Fri, Sun from 08:00 to 18:00 in "Europe/Berlin", at most 200 a day\n',
]
#: What is put in beside single characters.
_PIECES = (  # noqa: SIM905 - reads better than a list of quoted words
    'all { any { none { } ( ) not and or in is blank not blank = != < <= >= -> <- <-> , # \\ " ` '
    "Text Number Date Datetime Choices Picklist Thing item 1 2.5 1_000 2026-02-30 2026-01-01 12:00 "
    "today now ago days from between matches contains starts with changed to was using else skip "
    "hold default required when then match map workflow on exit cadence test given expect last "
    "sync at form for one of deleted merged converted undeleted deletes max calls actions % "
    "== && AND “x” 'x' /* */ // ; : [ ] \ufeff \u200b \u2028 \r\n \r \n \t "
    "lower( concat( days_between( \ud7ff ß İ ٣ 𝟙 \0"
).split(" ")
_PIECES.extend(["#" * 40, '"' + '\\"' * 40])


def probe(text: str) -> None:
    """Ask everything of *text* that may be asked of any; raises when an answer is wrong."""
    rules = load_rules(text, TYPES)
    for fault in rules.diagnostics:
        spans = [fault.span, *(label.span for label in fault.labels)]
        spans += [fault.fix.span] if fault.fix else []
        assert all(0 <= span.start <= span.end <= len(text) for span in spans), fault
    if rules.errors:
        return
    _ask(rules)
    _write(rules)


def _ask(rules: RuleSet) -> None:
    """Ask the compiled rules about a record of nothing."""
    assert all(cost.cost >= 0 for cost in rules.costs)
    for workflow in rules.workflows.values():
        truth = workflow.matches({}, None, _CLOCK)
        assert workflow.matching([{}], _CLOCK) == ([{}] if truth else [])
        assert workflow.explain({}, None, _CLOCK).truth is truth
        due = workflow.due({}, _CLOCK)
        assert due is None or due > _CLOCK.now
    for rule in rules.maps.values():
        assert rule.to_cadence_all([{}]) == [rule.to_cadence({})]
        assert rule.to_crm_all([{}]) == [rule.to_crm({})]
    for activity in rules.activities:
        activity.record({"kind": activity.kind})


def _write(rules: RuleSet) -> None:
    """Print the rules and read them again: nothing is lost, and printing has an end."""
    formatted = format_text(rules.source.text)
    assert not formatted.refusal, formatted.refusal
    assert formatted.parsed.tree == rules.tree
    assert format_text(formatted.text).text == formatted.text
    again = from_json(rules.to_json(), TYPES)
    assert again.tree == rules.tree


def _once(content: bytes) -> None:
    probe(content.decode("utf-8", "replace"))


def _changed(content: bytes, longest: int, seed: int) -> bytes:
    """Put in, double, move or take out a piece of the text; or change single bytes of it."""
    chance = random.Random(seed)
    if chance.random() < 0.2:
        changed: bytes = atheris.Mutate(content, longest)
        return changed
    text = content.decode("utf-8", "replace")
    for _ in range(chance.randint(1, 4)):
        start = chance.randint(0, len(text))
        end = min(len(text), start + chance.choice((0, 0, 1, 3, 10, 40)))
        source = chance.choice((text, *_SEEDS))
        at = chance.randint(0, len(source))
        piece = chance.choice((chance.choice(_PIECES), " " + chance.choice(_PIECES) + " ", ""))
        if chance.random() < 0.25:
            piece = source[at : at + chance.choice((5, 20, 60))]
        text = text[:start] + piece + text[end:]
    return text.encode("utf-8", "replace")[:longest]


def main() -> None:
    """Run for so many seconds, or ask about one file."""
    given = sys.argv[1] if len(sys.argv) > 1 else "60"
    if not given.isdecimal():
        _once(Path(given).read_bytes())
        return
    with tempfile.TemporaryDirectory() as corpus:
        texts = [path.read_text("utf-8") for path in (_ROOT / "examples").glob("*.rules")]
        for number, text in enumerate((*_SEEDS, *texts)):
            (Path(corpus) / str(number)).write_text(text, "utf-8")
        options = [f"-max_total_time={given}", f"-timeout={_TOO_SLOW}", f"-max_len={_LONGEST}"]
        atheris.Setup(
            [sys.argv[0], *options, "-verbosity=0", "-print_final_stats=1", corpus],
            _once,
            custom_mutator=_changed,
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
