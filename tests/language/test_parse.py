"""From text to a frozen tree: every construct, every place, and what becomes of broken files."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import TypeVar

import pytest

from syncline_grammar import syntax as s
from syncline_grammar.diagnostics import Span
from syncline_grammar.parse import MAX_BYTES, MAX_DEPTH, MAX_FAULTS, parse

ACME = Path(__file__).parents[2] / "examples" / "acme.rules"
ACME_TEXT = ACME.read_text("utf-8")
T = TypeVar("T")


def one(text: str, kind: type[T]) -> T:
    """Return the only statement of *text*, which has no fault."""
    parsed = parse(text)
    assert [d.message for d in parsed.diagnostics] == []
    (statement,) = parsed.tree.statements
    assert isinstance(statement, kind)
    return statement


def when(criterion: str) -> s.Criterion:
    """Return the tree of a criterion."""
    return one(f'workflow "w" on Lead {{\nwhen {criterion}\nthen exit cadence\n}}', s.Workflow).when


def compared(criterion: str) -> s.Comparison:
    """Return the tree of a criterion that is one comparison."""
    row = when(criterion)
    assert isinstance(row, s.Comparison)
    return row


def row_of(words: str, arrow: str = "<->") -> s.FieldMapping:
    """Return a map's only row, with *words* after it."""
    (row,) = one(f"map Lead <-> prospect {{\n a {arrow} b {words}\n}}", s.ObjectMap).rows
    return row


def plain(value: object) -> object:
    """Return an expression or a criterion without its places, as short tuples."""
    match value:
        case s.Text() | s.Number() | s.Truth() | s.Date():
            return value.value
        case s.Relative():
            return (value.amount, str(value.unit), value.word)
        case s.FieldRef():
            return f"field {value.name.text}"
        case s.Call():
            return (value.name.text, *map(plain, value.args))
        case s.Arithmetic():
            return (plain(value.first), *((sign, plain(right)) for sign, right in value.rest))
        case s.Comparison():
            unit = () if value.unit is None else (str(value.unit),)
            left = () if value.left is None else (plain(value.left),)
            return (str(value.op), *left, *map(plain, value.right), *unit)
        case s.Group():
            return (str(value.quantifier), *map(plain, value.rows))
        case s.Not():
            return ("not", plain(value.row))
        case _:
            raise AssertionError(value)


# -- the example -----------------------------------------------------------------------------------


def test_the_example_is_read_whole() -> None:
    """B1: the example file has no fault, and each statement of it stands in the tree, in order."""
    parsed = parse(ACME.read_bytes(), "acme.rules")

    assert parsed.diagnostics == ()
    assert [
        s.Connect, s.Connect, s.Schedule, s.Flow, s.Flow, s.Admin, s.ObjectMap, s.ObjectMap,
        s.Workflow, s.Workflow, s.Workflow, s.Workflow, s.Activity, s.Allow, s.Allow, s.Form,
        s.Test, s.Test, s.Test, s.Test,
    ] == [type(statement) for statement in parsed.tree.statements]  # fmt: skip


def test_the_example_says_what_the_settings_page_said() -> None:
    """K6, K7, K8, K9, K14: interval, budget, both directions and the admin are in the tree."""
    statements = parse(ACME_TEXT).tree.statements

    assert [(c.side, c.system.text) for c in statements if isinstance(c, s.Connect)] == [
        ("crm", "salesforce"),
        ("cadence", "local"),
    ]
    assert [(x.minutes, x.calls) for x in statements if isinstance(x, s.Schedule)] == [(15, 5000)]
    flows = [f for f in statements if isinstance(f, s.Flow)]
    assert [f.source for f in flows] == ["crm", "cadence"]
    assert flows[0].where is not None
    assert plain(flows[0].where) == ("is not blank", "field Email")
    assert None is flows[1].where
    assert [a.email for a in statements if isinstance(a, s.Admin)] == ["ops@acme.example"]


def test_the_rows_of_the_example() -> None:
    """K1, K2, E2, E3: each row of the example's map keeps its arrow, its rules and who wins."""
    block, _contacts = [m for m in parse(ACME_TEXT).tree.statements if isinstance(m, s.ObjectMap)]
    rows = {row.crm.text: row for row in block.rows}

    assert (
        block.crm_object.text,
        block.arrow,
        block.cadence_object.text,
    ) == ("Lead", s.Arrow.BOTH, "prospect")
    assert [(m.crm.text, m.cadence.text) for m in block.matches] == [("Email", "email")]
    assert len(rows) == 11
    assert s.Arrow.TO_CADENCE is rows["Title"].arrow
    assert s.WriteRule.WHEN_BLANK is rows["Title"].to_cadence
    assert s.Arrow.TO_CRM is rows["Website"].arrow
    assert rows["LastName"].required
    assert rows["Email"].locked
    assert rows["Company"].required
    assert plain(rows["Company"].default) == "Unknown"
    assert plain(rows["Phone"].using) == ("phone", "field Country")
    assert (
        rows["LinkedIn__c"].to_cadence,
        rows["LinkedIn__c"].to_crm,
    ) == (s.WriteRule.ALWAYS, s.WriteRule.WHEN_BLANK)
    assert s.ConflictWord.CRM is rows["Description"].conflict
    assert s.ConflictWord.HOLD is rows["Industry"].conflict
    assert rows["FirstName"].conflict is None
    table = rows["Rating"].table
    assert table is not None
    assert [(plain(a), plain(b)) for a, b in table.entries] == [
        ("Hot", 3),
        ("Warm", 2),
        ("Cold", 1),
    ]


def test_the_workflows_of_the_example() -> None:
    """K10, K11: criteria and actions of the workflows."""
    first, converted, second, third = [
        w for w in parse(ACME_TEXT).tree.statements if isinstance(w, s.Workflow)
    ]
    assert plain(converted.when) == ("is converted",)

    assert plain(first.when) == (
        "all",
        ("in", "field Status", "Closed - Converted", "Closed - Not Converted"),
        ("<", "field AnnualRevenue", 1_000_000),
    )
    assert [(a.action, a.cadence) for a in first.actions] == [("exit", None)]
    assert plain(second.when) == (
        "any",
        ("=", "field Rating", "Cold"),
        (
            "all",
            ("=", "field Industry", "Retail"),
            ("before", "field LastActivityDate", (-30, "day", "")),
        ),
    )
    assert plain(third.when) == ("changed to", "field Status", "Nurture")
    for rule in (second, third):
        assert [a.cadence.value for a in rule.actions if a.cadence is not None] == ["Nurture Q3"]


def test_places_lead_back_to_the_text() -> None:
    """A place in the tree, cut out of the text, is what stands there."""
    parsed = parse(ACME_TEXT)
    text = parsed.source.text

    def cut(span: Span) -> str:
        return text[span.start : span.end]

    block, _contacts = [m for m in parsed.tree.statements if isinstance(m, s.ObjectMap)]
    workflows = [w for w in parsed.tree.statements if isinstance(w, s.Workflow)]
    first, _converted, second, third = workflows
    (activity,) = [a for a in parsed.tree.statements if isinstance(a, s.Activity)]
    assert cut(block.crm_object.span) == "Lead"
    assert cut(block.matches[0].span) == "Email = email"
    for row in block.rows:
        assert row.crm.text == cut(row.crm.span)
        assert row.cadence.text == cut(row.cadence.span)
        assert cut(row.span).split()[:3] == [row.crm.text, row.arrow, row.cadence.text]
        assert parsed.source.line(row.span.line).lstrip().startswith(cut(row.span))
    assert isinstance(first.when, s.Group)
    assert isinstance(second.when, s.Group)
    assert cut(first.when.rows[1].span) == "AnnualRevenue < 1_000_000"
    assert cut(second.when.rows[0].span) == 'Rating = "Cold"'
    assert cut(third.when.span) == 'Status changed to "Nurture"'
    assert [cut(o.span) for o in activity.outcomes] == ['"Connected"', '"Left Voicemail"']
    assert cut(activity.values[-1].span) == "WrapTime__c           = wrap_time"


def test_lines_and_columns_begin_at_one() -> None:
    """A place names its line and column as an editor does."""
    statement = one('\n\n   admin "a"', s.Admin)

    assert Span(11, 14, 3, 10) == statement.span


def test_the_tree_is_frozen() -> None:
    """What was parsed and checked cannot be changed before it runs."""
    statement = one('admin "a"', s.Admin)

    with pytest.raises(FrozenInstanceError):
        statement.email = "b"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


# -- each construct --------------------------------------------------------------------------------

CRITERIA: dict[str, object] = {
    "a = 1": ("=", "field a", 1),
    "a != 1": ("!=", "field a", 1),
    "a < 1": ("<", "field a", 1),
    "a <= 1": ("<=", "field a", 1),
    "a > 1": (">", "field a", 1),
    "a >= 1": (">=", "field a", 1),
    "a<1": ("<", "field a", 1),
    "a = -1": ("=", "field a", -1),
    "a = - 1.5": ("=", "field a", -1.5),
    "a = 1_000_000": ("=", "field a", 1_000_000),
    "a = 1.5": ("=", "field a", 1.5),
    "a = true": ("=", "field a", True),
    "a = false": ("=", "field a", False),
    "a = 2026-11-22": ("=", "field a", "2026-11-22"),
    'a exactly = "B"': ("exactly =", "field a", "B"),
    'a in "x"': ("in", "field a", "x"),
    'a in "x", "y"': ("in", "field a", "x", "y"),
    "a in 1, -2": ("in", "field a", 1, -2),
    'a not in "x", "y"': ("not in", "field a", "x", "y"),
    'a contains "x"': ("contains", "field a", "x"),
    'a starts with "x"': ("starts with", "field a", "x"),
    'a ends with "x"': ("ends with", "field a", "x"),
    'a matches "x+"': ("matches", "field a", "x+"),
    "a is blank": ("is blank", "field a"),
    "a is not blank": ("is not blank", "field a"),
    "a before today": ("before", "field a", (0, "day", "today")),
    "a after now": ("after", "field a", (0, "day", "now")),
    "a before yesterday": ("before", "field a", (-1, "day", "yesterday")),
    "a after tomorrow": ("after", "field a", (1, "day", "tomorrow")),
    "a before 1 minute ago": ("before", "field a", (-1, "minute", "")),
    "a before 2 hours ago": ("before", "field a", (-2, "hour", "")),
    "a before 3 weeks ago": ("before", "field a", (-3, "week", "")),
    "a before 4 months ago": ("before", "field a", (-4, "month", "")),
    "a after 1 year from now": ("after", "field a", (1, "year", "")),
    "a between 1 and 2": ("between", "field a", 1, 2),
    "a between -2 and -1": ("between", "field a", -2, -1),
    "a in the last 7 days": ("in the last", "field a", 7, "day"),
    "a in the next 1 month": ("in the next", "field a", 1, "month"),
    "a changed": ("changed", "field a"),
    'a changed to "x"': ("changed to", "field a", "x"),
    'a changed from "x" to "y"': ("changed from", "field a", "x", "y"),
    'a was "x"': ("was", "field a", "x"),
    "is new": ("is new",),
    "a = b": ("=", "field a", "field b"),
    "a + 1 > 2": (">", ("field a", ("+", 1)), 2),
    "a - 1 > 2": (">", ("field a", ("-", 1)), 2),
    "a + b * 2 > 3": (">", ("field a", ("+", ("field b", ("*", 2)))), 3),
    "(a + b) * 2 > 3": (">", (("field a", ("+", "field b")), ("*", 2)), 3),
    "a / 2 / 3 > 1": (">", ("field a", ("/", 2), ("/", 3)), 1),
    "a - b - c > 1": (">", ("field a", ("-", "field b"), ("-", "field c")), 1),
    'f() = "x"': ("=", ("f",), "x"),
    'f(a, "b", 1) = "x"': ("=", ("f", "field a", "b", 1), "x"),
    'f(g(a)) = "x"': ("=", ("f", ("g", "field a")), "x"),
    "not a = 1": ("not", ("=", "field a", 1)),
    "not (a = 1)": ("not", ("=", "field a", 1)),
    "not (a = 1 or b = 2)": ("not", ("any", ("=", "field a", 1), ("=", "field b", 2))),
    "a = 1 and b = 2": ("all", ("=", "field a", 1), ("=", "field b", 2)),
    "a = 1 or b = 2": ("any", ("=", "field a", 1), ("=", "field b", 2)),
    "a = 1 or b = 2 and c = 3": (
        "any",
        ("=", "field a", 1),
        ("all", ("=", "field b", 2), ("=", "field c", 3)),
    ),
    "(a = 1 or b = 2) and c = 3": (
        "all",
        ("any", ("=", "field a", 1), ("=", "field b", 2)),
        ("=", "field c", 3),
    ),
    "a between 1 and 2 and b = 3": ("all", ("between", "field a", 1, 2), ("=", "field b", 3)),
    "all { a = 1 b = 2 }": ("all", ("=", "field a", 1), ("=", "field b", 2)),
    "any { a = 1\nb = 2 }": ("any", ("=", "field a", 1), ("=", "field b", 2)),
    "none { a = 1 }": ("none", ("=", "field a", 1)),
    "all{a=1}": ("all", ("=", "field a", 1)),
    "all { any { a = 1 } none { b is blank } }": (
        "all",
        ("any", ("=", "field a", 1)),
        ("none", ("is blank", "field b")),
    ),
    "all # each\n { a = 1 }": ("all", ("=", "field a", 1)),
    "`Job title` = 1": ("=", "field Job title", 1),
    "`when` = 1": ("=", "field when", 1),
    "Account.Name = 1": ("=", "field Account.Name", 1),
    "État = 1": ("=", "field État", 1),
    "blank = 1": ("=", "field blank", 1),
    "ago = 1": ("=", "field ago", 1),
    "container = 1": ("=", "field container", 1),
    "today_count = 1": ("=", "field today_count", 1),
    "anything = 1": ("=", "field anything", 1),
}


@pytest.mark.parametrize("text", CRITERIA)
def test_a_criterion_becomes_a_tree(text: str) -> None:
    """K10: every operator and way to combine has one reading."""
    assert CRITERIA[text] == plain(when(text))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('""', ""),
        ('"a"', "a"),
        (r'"say \"hi\""', 'say "hi"'),
        (r'"C:\\temp"', "C:\\temp"),
        (r'"one\ntwo"', "one\ntwo"),
        (r'"one\ttwo"', "one\ttwo"),
        (r'"\d+"', "d+"),
        (r'"\\d+"', r"\d+"),
        ('"# no comment"', "# no comment"),
        ('"{not} a brace"', "{not} a brace"),
        ('"`tick`"', "`tick`"),
        ('"Zoë 東京 🙂"', "Zoë 東京 🙂"),
    ],
)
def test_a_text_is_what_stands_between_its_quotes(written: str, read: str) -> None:
    """Escapes are resolved; signs of the language mean nothing inside a text."""
    assert read == one(f"admin {written}", s.Admin).email


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", {}),
        ("required", {"required": True}),
        ("locked", {"locked": True}),
        ("erase", {"erase": True}),
        ("always", {"to_cadence": s.WriteRule.ALWAYS, "to_crm": s.WriteRule.ALWAYS}),
        ("never", {"to_cadence": s.WriteRule.NEVER, "to_crm": s.WriteRule.NEVER}),
        ("when blank", {"to_cadence": s.WriteRule.WHEN_BLANK, "to_crm": s.WriteRule.WHEN_BLANK}),
        ("on create", {"to_cadence": s.WriteRule.ON_CREATE, "to_crm": s.WriteRule.ON_CREATE}),
        ("to crm never", {"to_crm": s.WriteRule.NEVER}),
        ("to cadence when blank", {"to_cadence": s.WriteRule.WHEN_BLANK}),
        (
            "to crm on create to cadence never",
            {"to_crm": s.WriteRule.ON_CREATE, "to_cadence": s.WriteRule.NEVER},
        ),
        ("newest wins", {"conflict": s.ConflictWord.NEWEST}),
        ("crm wins", {"conflict": s.ConflictWord.CRM}),
        ("cadence wins", {"conflict": s.ConflictWord.CADENCE}),
        ("hold on conflict", {"conflict": s.ConflictWord.HOLD}),
        ("else skip", {"otherwise": s.Fallback.SKIP}),
        ("else hold", {"otherwise": s.Fallback.HOLD}),
        (
            "required, locked, crm wins",
            {"required": True, "locked": True, "conflict": s.ConflictWord.CRM},
        ),
        ("required locked", {"required": True, "locked": True}),
    ],
)
def test_the_words_after_a_row(words: str, expected: dict[str, object]) -> None:
    """K2: each way has its own rule; what is not written is not in the tree."""
    defaults: dict[str, object] = {
        "required": False,
        "locked": False,
        "erase": False,
        "to_cadence": None,
        "to_crm": None,
        "conflict": None,
        "default": None,
        "using": None,
        "table": None,
        "otherwise": None,
        "repeated": (),
    }

    row = row_of(words)

    assert defaults | expected == {name: getattr(row, name) for name in defaults}


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ('"x"', "x"),
        ("5", 5),
        ("-5", -5),
        ("2.5", 2.5),
        ("true", True),
        ("2026-01-31", "2026-01-31"),
    ],
)
def test_a_default_is_a_literal(literal: str, value: object) -> None:
    """E4: a default may be a text, a number, true or false, or a day."""
    assert value == plain(row_of(f"default {literal}").default)


@pytest.mark.parametrize("arrow", list(s.Arrow))
def test_each_arrow(arrow: s.Arrow) -> None:
    """E2: three directions a field."""
    assert arrow is row_of("", arrow).arrow


def test_a_table_keeps_its_order() -> None:
    """A table's entries stay as listed; a comma may follow the last; `else` ends it."""
    table = row_of('as { "Hot" = 3, "Cold" = -1, } else 0').table

    assert table is not None
    assert [(plain(a), plain(b)) for a, b in table.entries] == [("Hot", 3), ("Cold", -1)]
    assert plain(table.otherwise) == 0


def test_a_table_may_go_on_over_lines() -> None:
    """A row may go on inside brackets."""
    row = row_of('as {\n  "Hot" = 3,  # the best\n  "Cold" = 1\n }, else skip')

    assert row.table is not None
    assert len(row.table.entries) == 2
    assert s.Fallback.SKIP is row.otherwise


def test_rows_may_share_a_line() -> None:
    """The end of a line is no part of a row: two rows on one line are two."""
    block = one("map Lead <-> prospect { match E = e a <-> b required c -> d }", s.ObjectMap)

    assert [m.crm.text for m in block.matches] == ["E"]
    assert [(r.crm.text, r.cadence.text, r.required) for r in block.rows] == [
        ("a", "b", True),
        ("c", "d", False),
    ]


def test_names_in_back_ticks() -> None:
    """A name with spaces or one that is a word of the language stands in back-ticks."""
    block = one("map `My Lead` -> prospect { `to` -> `Job title` }", s.ObjectMap)

    assert (block.crm_object.text, block.crm_object.quoted) == ("My Lead", True)
    assert (block.cadence_object.text, block.cadence_object.quoted) == ("prospect", False)
    assert [(r.crm.text, r.cadence.text) for r in block.rows] == [("to", "Job title")]


@pytest.mark.parametrize(
    ("text", "minutes", "calls"),
    [
        ("sync every 15 minutes", 15, None),
        ("sync every 1 hour", 60, None),
        ("sync every 1.5 hours", 90, None),
        ("sync every 15 minutes at most 5_000 calls per 24 hours", 15, 5000),
        ("sync every 15 minutes, at most 5000 calls per 24 hours", 15, 5000),
    ],
)
def test_the_schedule(text: str, minutes: int, calls: int | None) -> None:
    """K6, K7: the interval in minutes, the budget in calls."""
    statement = one(text, s.Schedule)

    assert (minutes, calls) == (statement.minutes, statement.calls)


def test_a_direction_with_criteria() -> None:
    """K8: a direction takes a criterion, or none and then everything flows."""
    assert None is one("sync crm to cadence", s.Flow).where
    where = one("sync cadence to crm where a = 1 or b = 2", s.Flow).where
    assert plain(where) == ("any", ("=", "field a", 1), ("=", "field b", 2))


def test_the_actions_of_a_workflow() -> None:
    """K11: exit, move and next touch, several in the order written, once or at every change."""
    found = one(
        'workflow "w" on Lead { when a = 1 every time then exit cadence, '
        'move to cadence "B" then move to next touch }',
        s.Workflow,
    )

    assert found.every_time
    assert [(a.action, None if a.cadence is None else a.cadence.value) for a in found.actions] == [
        ("exit", None),
        ("move", "B"),
        ("next touch", None),
    ]
    assert not one('workflow "w" on Lead { when a = 1 then exit cadence }', s.Workflow).every_time


def test_an_activity() -> None:
    """K3, K5: the outcomes ticked, none meaning all, and the values in order."""
    text = 'activity call on outcome "A", "B" -> Task { S = "{x}" D = y N = 5 }'
    found = one(text, s.Activity)

    assert [o.value for o in found.outcomes] == ["A", "B"]
    assert [(v.field.text, plain(v.value)) for v in found.values] == [
        ("S", "{x}"),
        ("D", "field y"),
        ("N", 5),
    ]
    assert one("activity sms -> Task { S = y }", s.Activity).outcomes == ()


@pytest.mark.parametrize(
    ("text", "days", "hours", "zone", "limits"),
    [
        ("allow email on Mon", (0,), None, None, (None, False, None)),
        ("allow email on Mon to Fri", (0, 1, 2, 3, 4), None, None, (None, False, None)),
        ("allow email on Fri to Mon", (0, 4, 5, 6), None, None, (None, False, None)),
        ("allow sms on Mon, Wed to Thu", (0, 2, 3), None, None, (None, False, None)),
        (
            "allow sms on Sat from 8:05 to 18:30 in the prospect's time zone",
            (5,),
            (485, 1110),
            "prospect",
            (None, False, None),
        ),
        (
            "allow sms on Sun in the user's time zone",
            (6,),
            None,
            "user",
            (None, False, None),
        ),
        (
            'allow sms on Sun from 0:00 to 24:00 in "Europe/Paris"',
            (6,),
            (0, 1440),
            "Europe/Paris",
            (None, False, None),
        ),
        ("allow sms on Sun at most 9 a day", (6,), None, None, (9, False, None)),
        (
            "allow sms on Sun, at most 9 a day per user, at least 2 hours apart",
            (6,),
            None,
            None,
            (9, True, 120),
        ),
    ],
)
def test_when_a_channel_may_be_used(
    text: str,
    days: tuple[int, ...],
    hours: tuple[int, int] | None,
    zone: str | None,
    limits: tuple[int | None, bool, int | None],
) -> None:
    """RS7, B11: days, hours, whose time zone, how many, and how far apart."""
    rule = one(text, s.Allow)

    assert (days, hours, zone) == (rule.days, rule.hours, rule.zone)
    assert limits == (rule.per_day, rule.per_user, rule.gap_minutes)


def test_a_form() -> None:
    """RS5, RS10: a form's fields, required, from a list, with a default, or read only."""
    form = one(
        'form "New" for prospect { a required b one of "X", "Y" default "X" c read only d }', s.Form
    )

    assert (form.name, form.object.text) == ("New", "prospect")
    assert [
        (
            f.field.text,
            f.required,
            f.choices,
            None if f.default is None else f.default.value,
            f.read_only,
        )
        for f in form.fields
    ] == [
        ("a", True, (), None, False),
        ("b", False, ("X", "Y"), "X", False),
        ("c", False, (), None, True),
        ("d", False, (), None, False),
    ]


def test_a_test() -> None:
    """E3: a case names the last sync, the changes with their times, and what is expected."""
    case = one(
        'test "t" { given last sync a = "1", b = 2 given Lead a = "3" at 15:37 '
        'expect prospect b = "4" expect Lead unchanged }',
        s.Test,
    )

    assert [
        (None if g.object is None else g.object.text, len(g.values), g.at) for g in case.givens
    ] == [(None, 2, None), ("Lead", 1, 937)]
    assert [
        (e.object.text, [(n.text, v.value) for n, v in e.values])
        for e in case.expects
        if isinstance(e, s.Expect)
    ] == [("prospect", [("b", "4")]), ("Lead", [])]


def test_a_test_of_a_workflow() -> None:
    """K11: a case may expect an action, or none."""
    case = one(
        'test "t" { given Lead a = "1" expect exit cadence expect move to cadence "B" '
        "expect move to next touch expect no  action }",
        s.Test,
    )

    actions = [e.action for e in case.expects if isinstance(e, s.ExpectAction)]
    assert [a and (a.action, a.cadence and a.cadence.value) for a in actions] == [
        ("exit", None),
        ("move", "B"),
        ("next touch", None),
        None,
    ]


def test_comments_are_passed_over() -> None:
    """A comment may stand on its own, behind a row, between rows, and at the end without a line."""
    text = '# one\nadmin # two\n  # three "\n "a" # four { `\n# five'

    assert one(text, s.Admin).email == "a"


def test_the_order_of_statements_is_kept() -> None:
    """Statements may come in any order, and the tree keeps it."""
    kinds = [type(x) for x in parse('admin "a" sync every 9 minutes admin "b"').tree.statements]

    assert [s.Admin, s.Schedule, s.Admin] == kinds


# -- line ends, marks, sizes -----------------------------------------------------------------------


def test_windows_line_ends_change_nothing() -> None:
    """A file from Windows gives the same statements on the same lines."""
    unix, windows = parse(ACME_TEXT), parse(ACME_TEXT.replace("\n", "\r\n"))

    assert windows.diagnostics == ()
    assert len(unix.tree.statements) == len(windows.tree.statements)
    ours = next(m for m in unix.tree.statements if isinstance(m, s.ObjectMap)).rows
    theirs = next(m for m in windows.tree.statements if isinstance(m, s.ObjectMap)).rows
    assert [(r.crm.text, r.span.line, r.span.column) for r in ours] == [
        (r.crm.text, r.span.line, r.span.column) for r in theirs
    ]
    assert (
        windows.source.line(1)
    ) == "# acme.rules: how Acme's Salesforce and its cadence stay in step."


def test_a_byte_order_mark_is_passed_over() -> None:
    """An editor's byte order mark at the beginning is no fault."""
    assert parse(b"\xef\xbb\xbf" + ACME_TEXT.encode()).diagnostics == ()


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\ufeff", "# only a comment", "\r\n\t\f"])
def test_a_file_without_rules(text: str) -> None:
    """An empty file is told as such, at its beginning, and is no crash."""
    (fault,) = parse(text).diagnostics

    assert ("E108", Span(0, 0, 1, 1)) == (fault.code, fault.span)


def test_five_megabytes_are_refused() -> None:
    """A file pasted by mistake is refused before it is read."""
    huge = parse(ACME_TEXT * (5_000_000 // len(ACME_TEXT)))

    assert len(ACME_TEXT) * (5_000_000 // len(ACME_TEXT)) > MAX_BYTES
    assert [d.code for d in huge.diagnostics] == ["E102"]


@pytest.mark.parametrize("opening", ["(", "all { ", "{", "f("])
def test_ten_thousand_brackets_deep(opening: str) -> None:
    """Brackets in brackets without end are refused at the first that is too deep."""
    text = 'workflow "w" on Lead { when ' + opening * 10_000

    (fault,) = parse(text).diagnostics

    assert fault.code == "E103"
    before = text[: fault.span.start]
    assert before.count("{") + before.count("(") == MAX_DEPTH


def test_the_deepest_brackets_allowed_are_read() -> None:
    """The limit itself still works, from text to tree."""
    depth = MAX_DEPTH - 1

    row = when("(" * depth + "a = 1" + ")" * depth)

    assert plain(row) == ("=", "field a", 1)


# -- recovery --------------------------------------------------------------------------------------

TEN_SLIPS = """\
admin "a@acme.example" ;
workflow "one" on Lead {
    When Status = "Open"
    then exit cadence
}
workflow "two" on Lead {
    when Status == "Open"
    then exit cadence
}
workflow "three" on Lead {
    when Status <> "Open"
    then exit cadence
}
workflow "four" on Lead {
    when Status = “Open”
    then exit cadence
}
workflow "five" on Lead {
    when Status is "Open"
    then exit cadence
}
workflow "six" on Lead {
    when Status = "Open" AND Email is blank
    then exit cadence
}
map Lead <-> prospect {
    match Email = email
    Title <-> job_title requierd
    Phone <-> phone @
}
workflow "seven" on Lead {
    when all {
        AnnualRevenue =< 5
        City = "Paris
    }
    then exit cadence
}
sync every 15 minutes
"""


def test_ten_slips_are_ten_faults() -> None:
    """One slip does not hide the next: each is told once, on its own line."""
    parsed = parse(TEN_SLIPS)

    assert [(d.span.line, d.code) for d in parsed.diagnostics] == [
        (1, "E110"),
        (3, "E110"),
        (7, "E110"),
        (11, "E110"),
        (15, "E110"),
        (19, "E110"),
        (23, "E110"),
        (28, "E104"),
        (29, "E107"),
        (33, "E110"),
        (34, "E105"),
    ]


def test_what_is_around_the_slips_is_in_the_tree() -> None:
    """The rest of a file with slips is read, so that its names are checked in the same go."""
    statements = parse(TEN_SLIPS).tree.statements

    assert [w.name for w in statements if isinstance(w, s.Workflow)] == [
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
    ]
    (block,) = [m for m in statements if isinstance(m, s.ObjectMap)]
    assert [(r.crm.text, r.required) for r in block.rows] == [("Title", True)]
    assert isinstance(statements[-1], s.Schedule)


def test_a_brace_left_open_takes_no_other_statement_along() -> None:
    """The statement after an unclosed block is read as what it is."""
    text = 'workflow "w" on Lead {\n  when a = 1\n  then exit cadence\n\nsync every 15 minutes\n'

    parsed = parse(text)

    assert [d.code for d in parsed.diagnostics] == ["E106"]
    assert [s.Workflow, s.Schedule] == [type(x) for x in parsed.tree.statements]
    assert parsed.diagnostics[0].labels[0].span[2:] == (1, 22)


def test_a_quote_left_open_ends_with_its_line() -> None:
    """A missing quote does not turn the rest of the file into a text."""
    parsed = parse('admin "a\nsync every 15 minutes\n')

    assert [(d.code, d.span.line) for d in parsed.diagnostics] == [("E105", 1)]
    assert [s.Admin, s.Schedule] == [type(x) for x in parsed.tree.statements]


def test_an_unknown_statement_is_set_aside_alone() -> None:
    """A statement that does not exist is one fault, and its neighbours are read."""
    parsed = parse('admin "a"\nrule "x"\nsync every 15 minutes\n')

    assert [(d.code, d.span.line) for d in parsed.diagnostics] == [("E104", 2)]


def test_faults_are_counted_up_to_a_limit() -> None:
    """A file of nonsense gives a readable number of faults, not one a line."""
    parsed = parse("".join(f'admin "{n}" @\n' for n in range(200)))

    assert len(parsed.diagnostics) == MAX_FAULTS


def test_a_half_written_file_is_read_as_far_as_it_goes() -> None:
    """B14: while someone types, every beginning of a file is parsed, and told what is missing."""
    whole = len(parse(ACME_TEXT).tree.statements)
    for end in range(0, len(ACME_TEXT), 29):
        parsed = parse(ACME_TEXT[:end])
        assert len(parsed.tree.statements) <= whole
        assert parsed.tree.statements or parsed.diagnostics


def test_a_statement_cut_off_leaves_those_before_it() -> None:
    """B14: what stands before the statement being typed is in the tree."""
    head = ACME_TEXT[: ACME_TEXT.index('workflow "Cool down"')]

    parsed = parse(head + 'workflow "Cool down" on Contact {\n    when Rating = \n')

    assert len(parsed.diagnostics) >= 1
    assert len(parsed.tree.statements) == 10
