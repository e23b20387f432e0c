"""Fixes: put in together, they make a text better and never worse, and finding them is bounded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from support_language import LOCAL
from support_properties import examples
from syncline.rules.checking.typo import is_typo
from syncline.rules.ruleset import load_rules
from syncline_grammar import parse as parse_module
from syncline_grammar.diagnostics import Diagnostic, Edit, Severity, Span
from syncline_grammar.parse import MAX_FAULTS, parse
from syncline_grammar.parsing.stop import Stop
from syncline_grammar.recovery.fixes import Fixed, fix_all
from syncline_grammar.syntax import RuleFile

ACME = (Path(__file__).parents[2] / "examples" / "acme.rules").read_text("utf-8")
_LINES = ACME.splitlines(keepends=True)
#: What a slip puts in the place of something right.
_SLIPS = (
    ("=", "=="), ("!=", "<>"), (" and ", " && "), ('"', "'"), ('"', "“"), ('"', ""), ("}", ""),
    ("{", ""), ("then ", ""), ("when ", "if "), ("workflow", "Workflow"), ("map", "MAP"),
    ("<->", "<=>"), ("->", "=>"), ("# ", "// "), ("\n", ";\n"), ("\n", ",\n"), ("on ", ""),
    ("in ", "in ("), ("every", "evry"), ("required", "requierd"), (" to ", " "), ("=", ":"),
    ("is not blank", "is not null"), ("Mon", "Monday"), ("days", "Days"), ("08:00", "8am"),
)  # fmt: skip


@st.composite
def slipped(draw: st.DrawFn) -> str:
    """Draw some lines of the example with a few slips in them."""
    start = draw(st.integers(0, len(_LINES) - 1))
    text = "".join(_LINES[start : start + draw(st.integers(1, 40))])
    for _ in range(draw(st.integers(1, 5))):
        right, wrong = draw(st.sampled_from(_SLIPS))
        places = [i for i in range(len(text)) if text.startswith(right, i)]
        if places:
            at = draw(st.sampled_from(places))
            text = text[:at] + wrong + text[at + len(right) :]
    return text


def judge(text: str) -> tuple[Diagnostic, ...]:
    """Return all that is wrong with *text*, by the embedded systems' fields."""
    return load_rules(parse(text), LOCAL).diagnostics


def fixed(text: str) -> Fixed:
    """Return *text* with its fixes put in."""
    return fix_all(text, judge(text), judge)


def unread(found: tuple[Diagnostic, ...]) -> int:
    """Return how many faults keep a text from being read."""
    return sum(d.code < "E111" and d.code != "E108" for d in found)


# -- what a fix does


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("admin 'a@b.example'\n", 'admin "a@b.example"\n'),
        ('workflow "w" on Lead {\r\n when City == "P"\r\n then exit cadence\r\n',
         'workflow "w" on Lead {\r\n when City = "P"\r\n then exit cadence\r\n}\r\n'),
        ('\ufeffAdmin "a@b.example"\n', '\ufeffadmin "a@b.example"\n'),
        ('workflow "w" on Laed {\n when Citty is empty\n then exit\n}\n',
         'workflow "w" on Lead {\n when City is blank\n then exit cadence\n}\n'),
        ('test \'a new lead" {  # E7\n', 'test "a new lead" { }  # E7\n'),
        ('workflow "w" on Lead {\n when all {\n  City = "P"\n',
         'workflow "w" on Lead {\n when all {\n  City = "P"\n }\n'),
    ],
)  # fmt: skip
def test_every_known_fix_is_put_in(wrong: str, right: str) -> None:
    """Fixes of words and of names are put in, round by round; line ends stay as they are."""
    done = fixed(wrong)
    assert done.text == right
    assert done.mended
    assert all(d.fix is None for d in done.left)


_NURTURE = 'workflow "w" on Lead {{\n when Email is blank\n then {}\n}}\n'
_ASKED = 'workflow "w" on Lead {{\n when {}\n then exit cadence\n}}\n'


@pytest.mark.parametrize(
    "text",
    [
        _NURTURE.format('move to cadence "Nurture"'),
        _NURTURE.format('move to cadence "Nurture Q4"'),
        _NURTURE.format('move to cadence "Old leads"'),
        _NURTURE.format("remove tag"),
        _ASKED.format("NumberOfEmployees > 1.000"),
        _ASKED.format("NumberOfEmployees > 2m"),
        _ASKED.format("CreatedDate after 05/06/2026"),
        _ASKED.format('CreatedDate = "05.06.2026"'),
        _ASKED.format("Title = Head of Sales"),
        _ASKED.format("Title = Account.Name"),
        _ASKED.format("NumberOfEmployees = many"),
        _ASKED.format('Rating = "Wasp"'),
        _ASKED.format("Title changed to blank"),
        'test "t" {\n given Lead FirstName = "Jon"\n expect workflow "w"\n}\n',
        "sync every 15 minutes, at most 50 calls per hour\n",
    ],
)
def test_what_may_mean_something_else_is_left_to_a_person(text: str) -> None:
    """B2: what is told but may be meant otherwise has no fix, and the text stays as it is."""
    done = fixed(text)
    assert (done.text, done.mended) == (text, ())
    assert done.left


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("Title is CEO", 'Title = "CEO"'),
        ("Title in CEO, CTO", 'Title in "CEO", "CTO"'),
        ("Title contains chief", 'Title contains "chief"'),
        ("Rating = hot", 'Rating = "Hot"'),
        ("Title == null", "Title is blank"),
        ("Title != EMPTY", "Title is not blank"),
        ("CreatedDate > 2026/1/5", "CreatedDate > 2026-01-05"),
        ("CreatedDate after 11/22/2026", "CreatedDate after 2026-11-22"),
        ("LastActivityDate before 22-11-2026", "LastActivityDate before 2026-11-22"),
        ('CreatedDate = "2026-11-22"', "CreatedDate = 2026-11-22"),
        ('NumberOfEmployees > "50"', "NumberOfEmployees > 50"),
        ('IsConverted = "True"', "IsConverted = true"),
    ],
)
def test_a_value_in_another_form(wrong: str, right: str) -> None:
    """B2: a value whose meaning is sure is written as the language writes it."""
    done = fixed(_ASKED.format(wrong))
    assert (done.text, done.left) == (_ASKED.format(right), ())


@pytest.mark.parametrize(
    ("name", "near", "mistyped"),
    [
        ("Nuture Q3", "Nurture Q3", True),
        ("Nurtture Q3", "Nurture Q3", True),
        ("Nurtrue Q3", "Nurture Q3", True),
        ("Nurtare Q3", "Nurture Q3", True),
        ("nurture q3", "Nurture Q3", True),
        ("NurtureQ3", "Nurture Q3", True),
        ("Reengage", "Re-engage", True),
        ("Nurture", "Nurture Q3", False),
        ("Nurture Q4", "Nurture Q3", False),
        ("Nurture2026", "Nurture2025", False),
        ("US leads", "UK leads", False),
        ("Nuture leed", "Nurture lead", False),
        ("Closed", "Not Closed", False),
        ("", "Nurture", False),
    ],
)
def test_a_name_mistyped_is_not_another_name(name: str, near: str, mistyped: bool) -> None:
    """B2: one letter in a long word is a slip; a number, a short word or a word more is not."""
    assert is_typo(name, near) is mistyped
    assert is_typo(near, name) is mistyped


def test_a_fix_that_would_make_an_error_is_left_out() -> None:
    """`Titel` is surely `Title`, but another row writes that field already (E303)."""
    text = (
        "connect crm to local\nconnect cadence to local\nsync crm to cadence\n"
        "map Lead -> prospect {\n match Email = email\n LastName -> last_name\n"
        " FirstName -> first_name\n Company -> company_name\n Title -> job_title\n"
        " Title -> job_titel\n City => city\n}\n"
    )
    done = fixed(text)
    assert done.text == text.replace("=>", "->")
    assert [d.code for d in done.left] == ["E202"]


def test_fixes_that_touch_are_put_in_one_after_the_other() -> None:
    """Of two fixes of one place the first is taken; the second may be another one by then."""
    place = Span(0, 3, 1, 1)

    def found(text: str) -> tuple[Diagnostic, ...]:
        return tuple(
            Diagnostic(
                code="E110", message=better, span=place,
                fix=Edit(span=place, text=better, title=better),
            )
            for better in ("one", "two")
            if text not in {"one", "two"}
        )  # fmt: skip

    assert fix_all("abc", found("abc"), found).text == "one"


def test_a_text_that_is_never_right_is_left_after_some_rounds() -> None:
    """A fix that calls for another one without end is not followed without end."""
    rounds: list[str] = []

    def found(text: str) -> tuple[Diagnostic, ...]:
        rounds.append(text)
        end = Span(len(text), len(text), 1, 1)
        return (
            Diagnostic(
                code="W902", message=f"{len(text)}", span=end, severity=Severity.WARNING,
                fix=Edit(span=end, text="x", title="write `x`"),
            ),
        )  # fmt: skip

    assert fix_all("", found(""), found).text.startswith("xxx")
    assert len(rounds) < 20


# -- what holds for any text


@examples(200)
@given(slipped())
def test_fixes_together_read_better(text: str) -> None:
    """Where every fault of reading has a fix, a text can be read once all of them are put in."""
    found = parse(text).diagnostics
    fixes = [d.fix for d in found if d.fix]
    # From the end, so that the places before stay what they are.
    for fix in sorted(fixes, key=lambda fix: fix.span)[::-1]:
        text = text[: fix.span.start] + fix.text + text[fix.span.end :]
    if len(fixes) == len(found) < MAX_FAULTS:
        assert unread(parse(text).diagnostics) == 0


@examples(200)
@given(slipped())
def test_each_fix_mends_its_own_fault(text: str) -> None:
    """The first fault's fix, put in alone, makes that fault go away and brings none above it."""
    found = parse(text).diagnostics
    for fault in found[:1]:
        if fault.fix is not None:
            span = fault.fix.span
            after = parse(text[: span.start] + fault.fix.text + text[span.end :]).diagnostics
            assert unread(after) < len(found) or len(found) == MAX_FAULTS
            places = [d.span.start for d in after if d.code != "E108"]
            line = text.rfind("\n", 0, min(span.start, fault.span.start)) + 1
            assert not places or places[0] >= line


@examples(100)
@given(slipped())
def test_fixing_makes_no_new_error(text: str) -> None:
    """After its fixes a text has no more unreadable places, and fixing it again adds nothing."""
    before = judge(text)
    done = fix_all(text, before, judge)
    assert unread(done.left) <= unread(before)
    assert (done.text == text) == (not done.mended)
    again = fix_all(done.text, done.left, judge)
    assert (again.text, again.mended) == (done.text, ())


@examples(200)
@given(slipped())
def test_no_fault_is_told_twice(text: str) -> None:
    """Two diagnostics never say the same of the same place, nor do two fixes overlap."""
    found = parse(text).diagnostics
    assert len({(d.code, d.span) for d in found}) == len(found)
    assert len({(d.message, d.span.start) for d in found}) == len(found)


# -- the work it takes


class Work:
    """Counts the characters that are read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done = 0
        inner: Callable[[str], RuleFile | Stop] = vars(parse_module)["_read"]

        def counted(text: str) -> RuleFile | Stop:
            result = inner(text)
            self.done += result.at if isinstance(result, Stop) else len(text)
            return result

        monkeypatch.setattr(parse_module, "_read", counted)

    def of(self, text: str) -> int:
        """Return how many characters are read to parse *text*, again and again counted."""
        self.done = 0
        parse(text)
        return self.done


def workflows(count: int, *, slips: int) -> str:
    """Return *count* workflows with *slips* evenly among them."""
    every = -(-count // slips) if slips else 3 * count
    return "".join(
        f'workflow "{n}" on Lead {{\n    when City {"==" if n % every == every // 2 else "="} "P"\n'
        "    then exit cadence\n}\n\n"
        for n in range(count)
    )


def test_the_work_grows_with_the_text_not_with_its_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file with 24 faults is read about twice: once as a whole, once in pieces."""
    work = Work(monkeypatch)
    for count in (240, 960):
        text = workflows(count, slips=24)
        assert len(parse(text).diagnostics) == 24
        assert work.of(workflows(count, slips=0)) == len(workflows(count, slips=0))
        # Beside the text, each fault costs the piece around it.
        assert work.of(text) < 2 * len(text) + 24 * 70_000


def test_one_block_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A single statement with faults in its last rows is not read again for all of them."""
    rows = "".join(f"    Field{n} {'=>' if n >= 8_900 else '->'} field{n}\n" for n in range(9_000))
    text = f"map Lead <-> prospect {{\n{rows}}}\n"
    assert Work(monkeypatch).of(text) < 4 * len(text) + 2_000_000


@pytest.mark.parametrize(
    "text",
    [
        "a" * 300_000 + " b",
        "admin " + "a" * 300_000 + " @",
        "map a <-> b {\n x <-> " + "y" * 300_000 + " zzz\n}\n",
        'workflow "w" on a { when ' + "x " * 100_000 + '"',
        'workflow "w" on a { when A in ' + '("a") B in ' * 30_000 + "; then exit cadence }",
        'workflow "w" on a { when ' + "to to = " * 50_000 + 'x" then exit cadence }',
        "map a <-> b {\n" + "x <-> y,\n" * 30_000 + "}\n",
        "(" * 300_000,
        '"' * 300_001,
        "- " * 100_000,
        "/* " * 100_000,
    ],
)
def test_long_nonsense_is_told_in_few_words(text: str) -> None:
    """A file of one endless word or row is told shortly, and takes no endless time."""
    found = parse(text).diagnostics
    assert found
    assert all(len(d.message) < 300 for d in found)
    assert all(d.fix is None or len(d.fix.title) < 300 for d in found)
