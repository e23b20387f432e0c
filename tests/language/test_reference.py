"""Compiled rules mean what the language says: they agree with the plain reference everywhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from language.reference import Reference, turned
from support_language import TYPES, checked
from support_properties import examples
from syncline import Field, FieldType, Side, Value, is_blank
from syncline.functions import BUILT_IN
from syncline.rules.catalog import Scope
from syncline.rules.explaining.explain import explainer
from syncline.rules.types import family
from syncline.rules.values import EVENT, Clock
from syncline.rules.walk import names_in
from syncline_grammar import syntax as s

if TYPE_CHECKING:
    from syncline.rules.ruleset import RuleSet

THING = TYPES.descriptions[Side.CRM].get("Thing")
ITEM = TYPES.descriptions[Side.CADENCE].get("item")
assert THING is not None
assert ITEM is not None
CRM, CADENCE = Scope(Side.CRM, "desk", THING), Scope(Side.CADENCE, "mill", ITEM)
CLOCK = st.sampled_from(
    [
        Clock(datetime(2026, 11, 22, 12, 0, tzinfo=UTC)),
        Clock(datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC)),
        Clock(datetime(2026, 3, 31, 0, 30, tzinfo=timezone(timedelta(hours=9)))),
        Clock(datetime(2027, 1, 1, 0, 0, tzinfo=timezone(timedelta(hours=-5)))),
    ]
)

TEXTS = ["Text", "Text2", "Email", "Phone", "Url", "`a\"b{c}\\d'e`"]
PICKED = ["Picklist", "Picklist2", "Reference", "Id"]
NUMBERS, DATES, MOMENTS = ["Number", "Number2"], ["Date", "Date2"], ["Datetime", "Datetime2"]
WORDS = ["Red", "red", "Straße", "STRASSE", "İ", "ﬁx", "東京", "a b", "5", "5.0", "true", "x;y"]
CHOICES = ["Red", "Green", "Blue"]
DAYS = ["2026-11-22", "2026-11-21", "2026-10-23", "2028-02-29", "2026-03-31", "1999-12-31"]
TIMES = [
    "2026-11-22T12:00:00Z", "2026-11-22T11:59:59.5Z", "2026-11-22T14:00:00+02:00",
    "2026-11-22T00:00:00", "2026-11-23T08:30:00+09:00", "2028-02-29T23:59:59-05:00", "2026-11-22",
    "2026-03-31T00:30:00+0900", "20261122T120000Z",
]  # fmt: skip


# -- criteria as text ------------------------------------------------------------------------------


def pick(*options: str) -> st.SearchStrategy[str]:
    """Draw one of a few texts."""
    return st.sampled_from(options)


def quoted(words: list[str]) -> st.SearchStrategy[str]:
    """Draw a word as a rule writes it."""
    return st.sampled_from([f'"{word}"' for word in words])


NUMBER = st.one_of(
    st.integers(-9, 9).map(str), pick("2.5", "1_000", "1.0"), st.integers(0, 10**12).map(str)
)
UNITS = pick("minutes", "hours", "days", "weeks", "months", "years")
RELATIVE = st.one_of(
    pick("today", "yesterday", "tomorrow", "now"),
    st.tuples(st.integers(0, 99), UNITS, pick("ago", "from now")).map(
        lambda parts: " ".join(map(str, parts))
    ),
)


@st.composite
def calls(draw: st.DrawFn, gives: str) -> str:
    """Draw a call of any built-in function whose result is of the family *gives*."""
    functions = [f for f in BUILT_IN if family(f.gives) == gives and f.takes]
    function = draw(st.sampled_from(functions))
    least, most = function.arguments
    count = draw(st.integers(least, least + 2 if most is None else most))
    given_: list[str] = []
    for place in range(count):
        kind = function.parameter(place).type
        given_.append(draw(OPERANDS["text" if kind is None else family(kind)]))
    return f"{function.name}({', '.join(given_)})"


@st.composite
def sums(draw: st.DrawFn) -> str:
    """Draw arithmetic over numbers, with and without brackets."""
    operand = st.one_of(pick(*NUMBERS), st.integers(0, 9).map(str))
    text = draw(pick(*NUMBERS))
    for _ in range(draw(st.integers(1, 3))):
        text = f"{text} {draw(pick(*'+-*/'))} {draw(operand)}"
        text = draw(st.sampled_from([text, f"({text})"]))
    return text


def called(gives: str) -> list[st.SearchStrategy[str]]:
    """Return calls that give *gives*, where some function does."""
    return [calls(gives)] if any(family(f.gives) == gives and f.takes for f in BUILT_IN) else []


#: What may stand where a value of a family is wanted.
OPERANDS: dict[str, st.SearchStrategy[str]] = {
    "text": pick(*TEXTS, *PICKED),
    "number": pick(*NUMBERS),
    "date": pick(*DATES, *MOMENTS),
    "truth": st.just("Boolean"),
    "choices": st.just("Choices"),
}
TEXT_LEFT = st.one_of(pick(*TEXTS), *called("text"))
NUMBER_LEFT = st.one_of(pick(*NUMBERS), sums(), *called("number"))
NUMBER_RIGHT = st.one_of(NUMBER, pick(*NUMBERS), sums())
ORDER = pick("<", "<=", ">", ">=")
DATE_LEFT = st.one_of(pick(*DATES, *MOMENTS), *called("date"))
DATE_RIGHT = st.one_of(st.sampled_from(DAYS), RELATIVE, pick(*DATES, *MOMENTS))
SIGN = pick("=", "<", "<=", ">", ">=")


def joined(*parts: str | st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Draw each part, one space between them."""
    drawn = [st.just(part) if isinstance(part, str) else part for part in parts]
    return st.tuples(*drawn).map(" ".join)


def listed(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Draw a list of one to three."""
    return st.lists(values, min_size=1, max_size=3).map(", ".join)


def histories(field: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Draw a question about the record before."""
    return st.one_of(
        st.just(f"{field} changed"),
        joined(field, "changed to", values),
        joined(field, "changed from", values, "to", values),
        joined(field, "was", values),
    )


TEXT_RIGHT = st.one_of(quoted(WORDS), pick(*TEXTS, *PICKED), *called("text"))
PICK_VALUES = st.one_of(quoted(CHOICES), pick("Text", "Picklist2", "Id"))
PATTERNS = pick('"^R"', '"d$"', '"[0-9]+"', '"(?i)e"', '"stra"', '"."', '"^$"')
ROWS: list[st.SearchStrategy[str]] = [
    joined(TEXT_LEFT, pick("=", "exactly ="), TEXT_RIGHT),
    joined(TEXT_LEFT, "in", listed(quoted(WORDS))),
    joined(TEXT_LEFT, "in", listed(TEXT_RIGHT)),
    joined(TEXT_LEFT, pick("contains", "starts with", "ends with"), TEXT_RIGHT),
    joined(pick(*TEXTS, *PICKED), "matches", PATTERNS),
    joined(pick(*PICKED), pick("=", "exactly ="), PICK_VALUES),
    joined(pick(*PICKED), "in", listed(quoted(CHOICES))),
    joined(pick(*PICKED), pick("contains", "starts with"), quoted(["Red", "ed", "R", "东"])),
    joined("Choices contains", quoted(CHOICES)),
    joined(NUMBER_LEFT, ORDER, NUMBER_RIGHT),
    joined(NUMBER_LEFT, "=", NUMBER),
    joined(NUMBER_LEFT, "in", listed(NUMBER)),
    joined(NUMBER_LEFT, "between", NUMBER_RIGHT, "and", NUMBER_RIGHT),
    joined(DATE_LEFT, st.one_of(SIGN, pick("before", "after")), DATE_RIGHT),
    joined(DATE_LEFT, "in", listed(DATE_RIGHT)),
    joined(DATE_LEFT, "between", DATE_RIGHT, "and", DATE_RIGHT),
    joined(DATE_LEFT, "in the", pick("last", "next"), st.integers(0, 99).map(str), UNITS),
    joined("Boolean =", pick("true", "false")),
    joined(
        st.one_of(pick(*TEXTS, *PICKED, *NUMBERS, *DATES, *MOMENTS, "Boolean", "Choices"), sums()),
        "is blank",
    ),
    pick("is new", "is deleted", "is merged", "is converted", "is undeleted"),
    pick("Text", "Email", "Url").flatmap(lambda field: histories(field, quoted(WORDS))),
    histories("Picklist", quoted(CHOICES)),
    histories("Number", NUMBER),
    histories("Date", DATE_RIGHT),
    histories("Datetime", DATE_RIGHT),
    histories("Boolean", pick("true", "false")),
    st.just("Choices changed"),
]
#: The operators that have a negative, as (positive, negative).
NEGATED = [(" = ", " != "), (" in ", " not in "), (" is blank", " is not blank")]
ROW = st.one_of(ROWS)


def _grouped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    rows = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        st.tuples(pick("all", "any", "none"), rows).map(
            lambda drawn: f"{drawn[0]} {{ {chr(10).join(drawn[1])} }}"
        ),
        rows.map(lambda drawn: "(" + " and ".join(f"({row})" for row in drawn) + ")"),
        rows.map(lambda drawn: "(" + " or ".join(f"({row})" for row in drawn) + ")"),
        inner.map(lambda row: f"not ({row})"),
    )


CRITERIA = st.recursive(ROW, _grouped, max_leaves=6)


# -- records ---------------------------------------------------------------------------------------

BLANKS: list[Value] = [None, "", " ", "\t\n", "\u00a0", ()]
TEXT_VALUES = st.one_of(
    st.sampled_from([*WORDS, " Red ", "RED", "strasse", "i̇", "FIX", "a\u00a0b"]),
    st.text(max_size=4),
)
NUMBER_VALUES = st.one_of(
    st.integers(-10, 10), st.sampled_from([2.5, 5.0, -0.0, 1e300, 10**12, 1000]), st.floats(-9, 9)
)
DAY_VALUES = st.sampled_from([*DAYS, " 2026-11-22 ", "2026-11-22T23:59:59Z", "2026-02-30", "soon"])
TIME_VALUES = st.one_of(
    st.sampled_from([*TIMES, "2026-11-22T25:00:00Z", "never"]),
    st.datetimes(datetime(2026, 10, 1), datetime(2026, 12, 31)).map(  # noqa: DTZ001 - zone added
        lambda moment: f"{moment.isoformat()}+01:00"
    ),
)
TRUTHS = st.booleans()
PICKS = st.sampled_from([*CHOICES, "red", "Red ", "Purple"])
TICKS = st.lists(st.sampled_from(CHOICES), min_size=1, max_size=3, unique=True).map(tuple)
RIGHT: dict[FieldType, st.SearchStrategy[Any]] = {
    FieldType.NUMBER: NUMBER_VALUES,
    FieldType.BOOLEAN: TRUTHS,
    FieldType.DATE: DAY_VALUES,
    FieldType.DATETIME: TIME_VALUES,
    FieldType.PICKLIST: PICKS,
    FieldType.MULTI_PICKLIST: TICKS,
}
WRONG: st.SearchStrategy[Any] = st.one_of(
    TEXT_VALUES, NUMBER_VALUES, DAY_VALUES, TIME_VALUES, TRUTHS, PICKS, TICKS
)
BLANK: st.SearchStrategy[Any] = st.sampled_from(BLANKS)


def values_of(kind: FieldType) -> st.SearchStrategy[Any]:
    """Draw a value that a field of *kind* may be handed: right mostly, blank or wrong at times."""
    right = RIGHT.get(kind, TEXT_VALUES)
    return st.one_of(right, right, right, BLANK, WRONG)


def records_of(fields: list[Field]) -> st.SearchStrategy[dict[str, Value]]:
    """Draw a record that may hold each of *fields*."""
    return st.fixed_dictionaries({}, optional={f.name: values_of(f.type) for f in fields})


def records_for(*criteria: s.Criterion) -> st.SearchStrategy[dict[str, Value]]:
    """Draw a record of the fields that *criteria* read."""
    names = {name.text: name for node in criteria for name in names_in(node)}
    return records_of([field for name in names.values() if (field := CRM.find(name)) is not None])


#: What happened to a record, nothing mostly, or what nobody knows.
EVENTS: st.SearchStrategy[Value] = st.sampled_from(
    [None, None, "deleted", "merged", "converted", "undeleted", "eaten", 5]
)


def _that_may_be_gone(record: dict[str, Value], event: Value) -> dict[str, Value]:
    return record if event is None else {**record, EVENT: event}


def seen_by(
    *criteria: s.Criterion,
) -> st.SearchStrategy[list[tuple[dict[str, Value], dict[str, Value] | None]]]:
    """Draw records, each with what it was before: nothing, the same, or another."""
    records = st.builds(_that_may_be_gone, records_for(*criteria), EVENTS)
    pairs = records.flatmap(
        lambda record: st.tuples(st.just(record), st.one_of(st.none(), st.just(record), records))
    )
    return st.lists(pairs, min_size=1, max_size=6)


# -- compiled against plain ------------------------------------------------------------------------

MANY = settings(
    examples(120),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def workflows(criteria: list[str]) -> RuleSet:
    """Return rules with one workflow a criterion, ``0``, ``1`` …, without errors."""
    text = "".join(
        f'workflow "{number}" on Thing {{\n when {row}\n then exit cadence\n}}\n'
        for number, row in enumerate(criteria)
    )
    rules = checked(text)
    assert [f"{d.message} in {criteria}" for d in rules.errors] == []
    return rules


def criterion_of(rules: RuleSet, number: int) -> s.Criterion:
    """Return the tree of the workflow *number*."""
    found = rules.tree.statements[number]
    assert isinstance(found, s.Workflow)
    return found.when


def said(
    node: s.Criterion, record: dict[str, Value], before: dict[str, Value] | None, clock: Clock
) -> bool:
    """Return what the reference says."""
    return Reference(CRM, TYPES, record, before, clock.now).holds(node)


@MANY
@given(st.lists(ROW, min_size=1, max_size=4), CLOCK, st.data())
def test_every_row_means_what_the_language_says(
    rows: list[str], clock: Clock, data: st.DataObject
) -> None:
    """K10: each operator on each type says of any record what the language says it does."""
    rules = workflows(rows)

    for number, row in enumerate(rows):
        tree = criterion_of(rules, number)
        for record, before in data.draw(seen_by(tree)):
            answer = rules.workflows[str(number)].matches(record, before, clock)
            assert (row, answer) == (row, said(tree, record, before, clock))


@MANY
@given(CRITERIA, CLOCK, st.data())
def test_groups_and_explanations_say_the_same(
    criterion: str, clock: Clock, data: st.DataObject
) -> None:
    """K10, B5: nested criteria agree with the plain reading, and so does every node explained."""
    rules = workflows([criterion])
    workflow, tree = rules.workflows["0"], criterion_of(rules, 0)
    explain = explainer(tree, CRM, TYPES, rules.source)

    for record, before in data.draw(seen_by(tree)):
        answer = workflow.matches(record, before, clock)
        assert answer is said(tree, record, before, clock)
        nodes = [explain(record, before, clock)]
        assert nodes[0].truth is answer
        while nodes:
            node = nodes.pop()
            assert node.truth is said(node.node, record, before, clock)
            nodes.extend(node.children)


@MANY
@given(CRITERIA, CLOCK, st.data())
def test_many_at_once_are_the_same_as_one_by_one(
    criterion: str, clock: Clock, data: st.DataObject
) -> None:
    """K10: the batch form keeps exactly the records that fit, in their order."""
    rules = workflows([criterion])
    workflow = rules.workflows["0"]
    records = data.draw(st.lists(records_for(criterion_of(rules, 0)), max_size=6))

    one_by_one = [record for record in records if workflow.matches(record, None, clock)]
    assert workflow.matching(records, clock) == one_by_one


@MANY
@given(ROW, CLOCK, st.data())
def test_a_negative_is_the_negation(row: str, clock: Clock, data: st.DataObject) -> None:
    """Blank: each negative operator is exactly the negation of its positive one."""
    negatives = [f"not ({row})", f"none {{ {row} }}"]
    for positive, negative in NEGATED:
        if row.count(positive) == 1 and "exactly" not in row and " in the " not in row:
            negatives.append(row.replace(positive, negative))
    rules = workflows([row, *negatives])

    for record, before in data.draw(seen_by(criterion_of(rules, 0))):
        truths = [w.matches(record, before, clock) for w in rules.workflows.values()]
        assert truths == [truths[0], *[not truths[0]] * len(negatives)]


#: What no generated record holds often enough: values of a wrong type, and too large or too early.
ODD: list[tuple[str, dict[str, Value]]] = [
    ("Number = 1", {"Number": True}),
    ("Number < Number2", {"Number": True, "Number2": 2}),
    ("Boolean = true", {"Boolean": 1}),
    ("Boolean = true", {"Boolean": "true"}),
    ('Text = "5.0"', {"Text": 5.0}),
    ('Text = "true"', {"Text": True}),
    ('Text contains "red"', {"Text": ("Red", "Blue")}),
    ('Picklist in "Red", "Blue"', {"Picklist": ("Red",)}),
    ('Choices contains "Red"', {"Choices": "Red"}),
    ("Date before today", {"Date": "2026-11-20T23:59:59+14:00"}),
    ("Datetime before now", {"Datetime": "2026-11-22"}),
    ("Number / Number2 > 1", {"Number": 1e300, "Number2": 1e-300}),
    ("Number > 1.5", {"Number": 10**400}),
    ("Number = Number2", {"Number": True, "Number2": 1}),
    ("Number = Number2", {"Number": "x", "Number2": "x"}),
    ("Datetime = now", {"Datetime": "0001-01-01T00:00:00+05:00"}),
    ("Datetime = today", {"Datetime": "9999-12-31T23:00:00-05:00"}),
    ("Number / Number2 > 1", {"Number": 10**400, "Number2": 3}),
    ("Number * 1.5 > 1", {"Number": 10**400}),
]


@pytest.mark.parametrize(
    ("row", "record"),
    [
        *ODD,
    ],
)
def test_odd_values_mean_what_the_language_says(row: str, record: dict[str, Value]) -> None:
    """Types: a value of another type compares with nothing of the field's, and stops no rule."""
    rules, clock = workflows([row]), Clock(datetime(2026, 11, 22, 12, 0, tzinfo=UTC))

    answer = rules.workflows["0"].matches(record, None, clock)
    assert answer is said(criterion_of(rules, 0), record, None, clock)


# -- mappings --------------------------------------------------------------------------------------

TABLE = 'as { "Red" = "r", "Green" = "g", "Blue" = "b"'
#: Rows of a map, of each kind of turning.
MAPPED = [
    "Text -> text",
    "Text -> text2",
    "Number -> number",
    "Number -> text2",
    "Text2 -> number2",
    "Boolean -> text2",
    "Choices -> text2",
    "Choices -> choices",
    "Date -> date",
    "Datetime -> date2",
    "Datetime -> datetime2",
    "Picklist <-> picklist",
    f"Picklist -> text2 {TABLE} }}",
    f'Picklist -> url {TABLE} }} else "other"',
    f"Picklist -> phone {TABLE} }} else hold",
    'Number -> text as { 1 = "one", 2.5 = "two" }',
    "Text -> text2 using lower()",
    "Text -> phone using phone(Text2)",
    "Phone <-> phone using phone()",
    "Text2 -> url using upper()",
    "Email -> email",
]


def plain(record: dict[str, Value]) -> dict[str, Value]:
    """Return *record* with one word for blank."""
    return {name: None if is_blank(value) else value for name, value in record.items()}


@MANY
@given(
    st.lists(st.sampled_from(MAPPED), min_size=1, max_size=6, unique_by=lambda row: row.split()[2]),
    st.data(),
)
def test_maps_turn_records_as_the_language_says(rows: list[str], data: st.DataObject) -> None:
    """K1, E7: a map makes of a record what its rows say, one by one and many at once."""
    body = "\n".join(rows)
    rules = checked(
        "connect crm to desk\nconnect cadence to mill\nsync crm to cadence\nsync cadence to crm\n"
        f"map Thing <-> item {{\n match Email = email\n{body}\n}}\n"
    )
    assert [f"{d.message}: {body}" for d in rules.errors] == []
    (rule,) = rules.maps.values()
    (block,) = [b for b in rules.tree.statements if isinstance(b, s.ObjectMap)]
    read = [field for name in rule.reads[Side.CRM] if (field := CRM.type.get(name)) is not None]
    records = data.draw(st.lists(records_of(read), max_size=4))

    one_by_one = [rule.to_cadence(record) for record in records]
    assert [plain(made) for made in one_by_one] == [
        plain(turned(block, TYPES, CRM, CADENCE, record)) for record in records
    ]
    assert rule.to_cadence_all(records) == one_by_one
