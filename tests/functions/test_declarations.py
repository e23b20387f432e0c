"""What every function promises: its examples, its types, its faults, its blanks, its way back."""

from __future__ import annotations

import math
import re
import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, strategies as st

from support_language import NOON, codes, mapped
from support_properties import examples
from syncline import FieldType
from syncline.functions import BUILT_IN, Example, Function, Parameter
from syncline.model import is_blank
from syncline.rules.compiling.guard import Guarded
from syncline.rules.evaluate import evaluate
from syncline.rules.types import TIMES, family
from syncline.rules.values import Unturned
from syncline_grammar import syntax as s
from syncline_grammar.parse import parse

if TYPE_CHECKING:
    from syncline import Value

BY_NAME = {function.name: function for function in BUILT_IN}
EXAMPLES = [(function, example) for function in BUILT_IN for example in function.examples]
TIDYING = [function for function in BUILT_IN if function.normaliser]

#: Texts that look like what the functions read, so that they are read and not refused at once.
LIKELY = st.one_of(
    st.text(),
    st.text("aAßŉİıſǆΐΣς'’-. \u0301\u00a0BÉé1٣"),
    st.text("ab.@/:?#-www\u0130", max_size=20),
    st.text("0123456789,. '€$-+−()x;ext=", max_size=20),
    st.from_regex(r"\A(https?://)?([A-Za-z]{1,4}\.){1,3}(com|de)(:[0-9]{2})?(/[a-zİ?#/]*)?\s?\Z"),
    st.from_regex(r"\A(uk\.|www\.)?linkedin\.com/(in|company)/[A-Za-zİ%-]{1,5}/?(\?x)?\Z"),
    st.from_regex(r"\A[A-Za-zİ.]{1,5}@[A-Za-zİ]{1,5}\.[a-z]{2}\Z"),
    st.sampled_from(["US", "gbr", "Deutschland", "côte d'ivoire", "Dr. van der Berg, Jan", "Dr."]),
)
NUMBER = st.one_of(
    st.integers(-100, 100), st.integers(), st.integers(10**400, 10**401), st.floats()
)
DAY = st.one_of(
    st.dates().map(str),
    st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()),
    LIKELY,
)
FORM = st.sampled_from(["DD/MM/YYYY", "MMM DD, YYYY", "YYYY-MM-DD", "YYYYMMDD"])
KINDS: dict[str, st.SearchStrategy[Any]] = {"number": NUMBER, "date": DAY, "text": LIKELY}


def arguments(function: Function) -> st.SearchStrategy[list[Any]]:
    """Return lists of arguments as a call gets them, of each length that it may have."""
    least, most = function.arguments
    counts = st.integers(least, least + 2 if most is None else most)
    return counts.flatmap(
        lambda count: st.tuples(*(argument(function.parameter(n)) for n in range(count))).map(list)
    )


def argument(parameter: Parameter) -> st.SearchStrategy[Any]:
    """Return values that *parameter* takes."""
    if parameter.type is None:
        found = st.one_of(LIKELY, NUMBER, st.booleans(), st.tuples(LIKELY))
    else:
        found = KINDS[family(parameter.type)]
    if parameter.name == "form":
        found = st.one_of(FORM, found)
    return st.one_of(st.none(), found) if parameter.blank else found


def result(function: Function, given: list[Any]) -> Any:
    """Return what a call gives, or None where it fails as it says that it may."""
    found: object = None
    reason = "a reason"
    try:
        found = function.call(*given)
    except ValueError as fault:
        reason = str(fault)
        if not function.fails:
            raise
    assert re.fullmatch(r"\S.*[^.\s]", reason)
    return found


def literals(call: str) -> list[Any]:
    """Return the arguments of *call*, which are literals."""
    (rule,) = parse(f"activity call -> Task {{ it = {call}\n}}").tree.statements
    assert isinstance(rule, s.Activity)
    node = rule.values[0].value
    assert isinstance(node, s.Call)
    return [
        argument.value
        for argument in node.args
        if isinstance(argument, s.Text | s.Number | s.Truth | s.Date)
    ]


every_function = pytest.mark.parametrize("function", BUILT_IN, ids=lambda f: f.name)


# -- declarations ----------------------------------------------------------------------------------


def test_names_are_given_once() -> None:
    """No function hides another."""
    assert len(BY_NAME) == len(BUILT_IN)


@every_function
def test_a_declaration_is_whole(function: Function) -> None:
    """An admin finds what a function does, when it fails, and an example of each."""
    assert re.fullmatch(r"[a-z][a-z_]*", function.name)
    assert re.fullmatch(r"[A-Z].*\.", function.summary)
    assert not function.fails.endswith(".")
    assert function.cost > 0
    assert any(not example.fails for example in function.examples)
    assert any(example.fails for example in function.examples) == bool(function.fails)


@every_function
def test_a_function_is_found_by_its_place(function: Function) -> None:
    """A cache names a function by its module and its name in it."""
    module = sys.modules[function.call.__module__]
    assert getattr(module, function.call.__qualname__) is function.call


@pytest.mark.parametrize(
    ("function", "example"), EXAMPLES, ids=[example.call for _function, example in EXAMPLES]
)
def test_an_example_is_true(function: Function, example: Example) -> None:
    """What the documentation shows is what the rules do."""
    found = evaluate(example.call, BY_NAME, NOON)

    assert found == example.gives
    assert type(found) is type(example.gives)
    if example.fails:
        values = literals(example.call)
        told = Guarded(function, len(values), s.Fallback.SKIP)(*values)
        assert isinstance(told, Unturned)
        assert told.reason == f"{function.name}(): {example.fails}"


@every_function
def test_a_call_may_begin_a_row(function: Function) -> None:
    """A function's name is no word that the row before it could go on with."""
    call = f"{function.name}(Text)"
    before = ("Number > 5", 'Text = "a"', "Text is blank", 'Text in "a", "b"', "Text changed")
    rows = "\n".join(f"{row}\n{call} = 3" for row in before)
    parsed = parse(f'workflow "w" on Thing {{\n when all {{\n{rows}\n}}\n then exit cadence\n}}\n')

    assert parsed.diagnostics == ()
    (rule,) = parsed.tree.statements
    assert isinstance(rule, s.Workflow)
    assert isinstance(rule.when, s.Group)
    assert len(rule.when.rows) == 2 * len(before)


# -- what a call gives -----------------------------------------------------------------------------


@every_function
@examples(50)
@given(st.data())
def test_a_call_gives_its_type_or_a_reason(function: Function, data: st.DataObject) -> None:
    """B8: whatever a field holds, a function gives its own type, a blank, or a reason in words."""
    found = result(function, data.draw(arguments(function)))

    if found is None:
        return
    if function.gives is FieldType.NUMBER:
        assert type(found) in {int, float}
        assert isinstance(found, int) or (math.isfinite(found) and not found.is_integer())
    else:
        assert type(found) is str
        if function.gives in TIMES:
            assert date.fromisoformat(found).isoformat() == found


@every_function
@pytest.mark.parametrize("blank", [None, "", "  ", "\u00a0\n", ()])
def test_a_blank_stays_blank(function: Function, blank: Value) -> None:
    """Blank: a call with nothing but blanks gives a blank, and fails in no way."""
    count = function.arguments[0]

    assert is_blank(Guarded(function, count, s.Fallback.HOLD)(*[blank] * count))


#: Fields of 32,000 characters.
LONG = [
    "a" * 32_000,
    " a" * 16_000,
    "a.b@" * 8_000,
    "\u0316\u0301" * 16_000,
    "ﷺ" * 32_000,
    "1," * 16_000,
    "A'" * 16_000,
    "https://" + "a." * 16_000,
    "DD" * 16_000,
]


@every_function
def test_a_long_text_is_read_or_refused(function: Function) -> None:
    """A long field makes no result out of all proportion, and a short reason."""
    least, _most = function.arguments
    places = [function.parameter(place) for place in range(least)]
    for long in LONG:
        found: object = None
        reason = ""
        try:
            found = function.call(*(3 if p.type is FieldType.NUMBER else long for p in places))
        except ValueError as fault:
            reason = str(fault)

        assert len(str(found)) <= 1_000_000
        assert len(reason) < 200


# -- two-way rows ----------------------------------------------------------------------------------


@pytest.mark.parametrize("function", TIDYING, ids=lambda f: f.name)
@examples(150)
@given(st.data())
def test_tidying_twice_is_tidying_once(function: Function, data: st.DataObject) -> None:
    """B12: a normaliser rests at what it made, so a two-way row settles."""
    first, *others = data.draw(arguments(function))
    once = result(function, [first, *others])

    if once is not None:
        assert function.call(once, *others) == once


def _odd() -> list[str]:
    letters = [chr(number) for number in range(sys.maxunicode + 1)]
    return [c for c in letters if not c == c.lower() == c.upper() == c.title()]


@pytest.mark.parametrize("name", ["trim", "single_spaces", "lower", "upper", "title", "digits"])
def test_every_letter_that_changes_settles(name: str) -> None:
    """B12: no letter of Unicode has a capital or a small form that goes on changing."""
    function = BY_NAME[name]
    for letter in _odd():
        for text in (letter, f"a{letter}", f"{letter}a", f"A{letter}A", f"{letter}'{letter}a"):
            once = function.call(text)
            assert once is None or function.call(once) == once, repr(text)


@pytest.mark.parametrize("function", [f for f in BUILT_IN if f.inverse], ids=lambda f: f.name)
def test_what_undoes_fits(function: Function) -> None:
    """A function and the one that undoes it name each other and take the same other values."""
    inverse = BY_NAME[function.inverse]

    assert inverse.inverse == function.name
    assert inverse.takes[1:] == function.takes[1:]
    assert inverse.takes[0].type is function.gives
    assert not function.normaliser


@pytest.mark.parametrize("function", BUILT_IN, ids=lambda f: f.name)
def test_a_two_way_row_takes_what_settles_alone(function: Function) -> None:
    """B12: a two-way row is refused exactly where the value could not come back."""
    least, _most = function.arguments
    written = ", ".join(
        "2" if function.parameter(place).type is FieldType.NUMBER else '"x"'
        for place in range(1, least)
        if function.parameter(place).type is not FieldType.DATE
    )
    if function.name == "days_between":
        written = "Date"
    fields = {FieldType.NUMBER: "Number", FieldType.DATE: "Date", FieldType.DATETIME: "Datetime"}
    left = fields.get(function.parameter(0).type or FieldType.TEXT, "Text")
    right = fields.get(function.gives, "Text").lower()
    found = codes(
        "connect crm to desk\nconnect cadence to mill\nsync crm to cadence\nsync cadence to crm\n"
        "map Thing <-> item {\n match Email = email\n"
        f" {left} <-> {right} using {function.name}({written}){' else skip' * bool(function.fails)}"
        "\n}\n"
    )

    assert found == ([] if function.normaliser or function.inverse else ["E305"])


@pytest.mark.parametrize(
    ("row", "crm", "cadence"),
    [
        ("Number <-> number using times(100)", {"Number": 0.15}, {"number": 15}),
        ("Number <-> number using plus(0.1)", {"Number": 0.2}, {"number": 0.3}),
        (
            'Text <-> date using date("DD/MM/YYYY") else skip',
            {"Text": "22/11/2026"},
            {"date": "2026-11-22"},
        ),
        ("Text <-> text using country() else skip", {"Text": "Germany"}, {"text": "DE"}),
        ("Text <-> text using country_name() else skip", {"Text": "DE"}, {"text": "Germany"}),
    ],
)
def test_a_two_way_row_comes_back(
    row: str, crm: dict[str, Value], cadence: dict[str, Value]
) -> None:
    """E2: going back, a row applies the function that undoes its own."""
    rule = mapped(f" {row}")

    assert rule.to_cadence(crm) == cadence
    assert rule.to_crm(cadence) == crm
