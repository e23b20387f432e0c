"""Functions and their types: what the checker asks of a call, and what a failure becomes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support_language import NOON, TYPES
from syncline import Example, FieldType, Function, Parameter, Side, Value, load_rules
from syncline.rules.catalog import Scope
from syncline.rules.evaluate import ask
from syncline.rules.values import Unturned
from syncline_grammar.syntax import Fallback

_HEAD = "connect crm to desk\nconnect cadence to mill\nsync crm to cadence\nsync cadence to crm\n"
NUMBER = FieldType.NUMBER


def _half(value: float) -> float:
    return value / 2


def _double(value: float) -> float:
    return value * 2


def _code(text: str) -> str:
    if not text.isalpha():
        raise ValueError(f'"{text}" has something else than letters')
    return text.upper()


def _broken(text: str) -> str:
    raise RuntimeError(text)


def _joined(*parts: str | None) -> str:
    return "+".join(part or "_" for part in parts)


FUNCTIONS = {
    function.name: function
    for function in (
        Function(
            name="half", summary="Half of a number.", call=_half, gives=NUMBER, inverse="double",
            takes=(Parameter(name="number", type=NUMBER),),
        ),
        Function(
            name="double", summary="Twice a number.", call=_double, gives=NUMBER, inverse="half",
            takes=(Parameter(name="number", type=NUMBER),),
        ),
        Function(
            name="code", summary="Letters alone, in capitals.", call=_code, normaliser=True,
            fails="the text has something else than letters",
        ),
        Function(name="broken", summary="Raises what it should not.", call=_broken),
        Function(
            name="joined", summary="Texts with a plus between.", call=_joined,
            takes=(
                Parameter(name="text", blank=True), Parameter(name="more", blank=True),
                Parameter(name="more", optional=True, repeated=True, blank=True),
            ),
        ),
        Function(name="size", summary="The length of a text.", call=len, gives=NUMBER),
        Function(name="shout", summary="A text, louder.", call="{}!".format),
    )
}  # fmt: skip
CATALOG = replace(TYPES, functions={**TYPES.functions, **FUNCTIONS})
THING = CATALOG.descriptions[Side.CRM].get("Thing")
assert THING is not None
SCOPE = Scope(Side.CRM, "desk", THING)


def told(row: str) -> list[tuple[str, str]]:
    """Return (code, text at the place) of each fault of a map with *row*."""
    text = f"{_HEAD}map Thing <-> item {{\n match Email = email\n {row}\n}}\n"
    faults = load_rules(text, CATALOG).diagnostics
    return [(d.code, text[d.span.start : d.span.end]) for d in faults]


def asked(criterion: str) -> list[tuple[str, str]]:
    """Return (code, text at the place) of each fault of a workflow with *criterion*."""
    text = f'workflow "w" on Thing {{ when {criterion} then exit cadence }}'
    faults = load_rules(text, CATALOG).diagnostics
    return [(d.code, text[d.span.start : d.span.end]) for d in faults]


def value(expression: str, **record: Value) -> Value:
    """Return what *expression* gives for *record*."""
    result: Value = ask(expression, SCOPE, CATALOG)(record, None, NOON)
    return result


@pytest.mark.parametrize(
    ("row", "faults"),
    [
        ("Number <-> number using half()", []),
        ("Number -> number using half()", []),
        ("Text <-> text using shout()", [("E305", "shout")]),
        ("Text -> text using shout()", []),
        ("Text <- text using shout()", []),
        ("Text -> text using half()", [("E316", "half")]),
        ("Number -> text using half()", [("E306", "half")]),
        ("Text -> number using size()", []),
        ("Text -> text using size()", [("E306", "size")]),
        ("Text <-> number using size()", [("E305", "size")]),
        ("Text -> text using code()", [("E315", "code")]),
        ("Text <-> text using code() else skip", []),
        ("Text <-> text using code() else hold", []),
        ('Text <-> text using code(), default "X"', []),
        ("Text -> text using trim() else skip", [("E310", "Text -> text using trim() else skip")]),
        ("Text -> text using trim(Text2)", [("E307", "trim(Text2")]),
        ("Text -> text using joined()", [("E307", "joined")]),
        ("Text -> text using joined(Text2)", []),
        ('Text -> text using joined(Text2, Email, "x", Phone)', []),
        ("Text -> text using joined(Number)", [("E316", "Number")]),
        ("Text -> text using joined(5)", [("E306", "5")]),
        ("Text -> text using joined(text2)", [("E202", "text2")]),
        ("Text <- text using joined(text2)", []),
        ("Text <- text using joined(Text2)", []),
        ("Text -> text using joined(size(Text2))", [("E316", "size(Text2")]),
        ("Text -> text using jioned(Text2)", [("E204", "jioned")]),
    ],
)
def test_what_a_row_may_call(row: str, faults: list[tuple[str, str]]) -> None:
    """B2: a call fits its value's type, its target's type, and the way back of a two-way row."""
    assert told(row) == faults


@pytest.mark.parametrize(
    ("criterion", "faults"),
    [
        ("size(Text) > 5", []),
        ('size(Text) = "5"', [("E306", '"5"')]),
        ("size(Text) > Number", []),
        ("size(Text) = Text2", [("E306", "Text2")]),
        ("size(Text) contains 5", [("E306", "size(Text) contains 5")]),
        ("size(Number) > 5", [("E316", "Number")]),
        ("size(shout(Text)) > 5", []),
        ("size(Text) + Number > 5", []),
        ("size(Text) + shout(Text) > 5", [("E306", "shout(Text")]),
        ("shout(Text) > 5", [("E306", "shout(Text) > 5")]),
        ('code(Text) = "A"', []),
        ("half(Number) between 1 and size(Text)", []),
        ("size(Text) changed", [("E306", "size(Text")]),
        ("size(Choices) > 1", [("E316", "Choices")]),
        ("size(Date) > 1", [("E316", "Date")]),
        ("size(today) > 1", [("E306", "today")]),
    ],
)
def test_what_a_criterion_may_call(criterion: str, faults: list[tuple[str, str]]) -> None:
    """B2: the result of a function has a type, and is compared by it."""
    assert asked(criterion) == faults


def test_a_message_says_what_the_function_takes() -> None:
    """B2: who calls a function with the wrong thing reads how it is called."""
    text = f"{_HEAD}map Thing <-> item {{ match Email = email Number -> number using size() }}"
    (fault,) = load_rules(text, CATALOG).diagnostics

    assert fault.message == "`size` takes text as its text, and Number is a number"
    assert fault.notes == ("It is written `size(text)`. The length of a text.",)


@pytest.mark.parametrize(
    ("expression", "record", "result"),
    [
        ("shout(Text)", {"Text": "a"}, "a!"),
        ("shout(Text)", {"Text": " "}, None),
        ("shout(Text)", {}, None),
        ("shout(Text)", {"Text": 5}, "5!"),
        ("half(Number)", {"Number": 5}, 2.5),
        ("half(Number)", {"Number": "5"}, None),
        ("half(Number)", {"Number": True}, None),
        ("joined(Text, Text2)", {"Text": "a"}, "a+_"),
        ("joined(Text, Text2)", {}, "_+_"),
        ('joined(Text, "b", Text2)', {"Text2": "c"}, "_+b+c"),
        ("code(Text)", {"Text": "ab"}, "AB"),
        ("code(Text)", {"Text": "a1"}, None),
        ("broken(Text)", {"Text": "a"}, None),
        ("shout(shout(Text))", {"Text": "a"}, "a!!"),
        ("half(Number) + 1", {"Number": 4}, 3.0),
        ("half(Number) + 1", {}, None),
    ],
)
def test_what_a_call_gives(expression: str, record: dict[str, Value], result: Value) -> None:
    """A blank argument makes a blank result, unless the parameter allows it; so does a failure."""
    assert value(expression, **record) == result


def row(text: str) -> dict[str, Value]:
    """Return what Text = "a1" becomes on the other side by the row *text*, as a record."""
    rules = load_rules(f"{_HEAD}map Thing <-> item {{ match Email = email\n {text} }}", CATALOG)
    return rules.maps["Thing", "item"].to_cadence({"Text": "a1", "Number": 3})


def test_a_failure_of_a_row() -> None:
    """A function that fails leaves its value out, or blank where the row has a default."""
    assert row("Text -> text using code() else skip") == {}
    assert row('Text -> text using code(), default "X"') == {"text": None}


def test_the_reason_of_a_failure() -> None:
    """B5: the log names the function, the argument and the reason."""
    rules = load_rules(
        f"{_HEAD}map Thing <-> item {{ match Email = email Text <-> text using code() else hold }}",
        CATALOG,
    )

    (there,) = rules.maps["Thing", "item"].turn_to_cadence({"Text": "a1"})

    assert there == Unturned(Fallback.HOLD, 'code(): "a1" has something else than letters')


def test_a_function_that_breaks_its_promise() -> None:
    """A plugin's function that raises what it should not skips the value and says what it was."""
    rules = load_rules(
        f"{_HEAD}map Thing <-> item {{ match Email = email Text -> text using broken() }}", CATALOG
    )

    (there,) = rules.maps["Thing", "item"].turn_to_cadence({"Text": "a"})

    assert there == Unturned(Fallback.SKIP, "broken(): RuntimeError: a")


def test_an_inverse_goes_back() -> None:
    """B12: a two-way row applies a function there and its inverse back."""
    rules = load_rules(
        f"{_HEAD}map Thing <-> item {{ match Email = email Number <-> number using half() }}",
        CATALOG,
    )
    rule = rules.maps["Thing", "item"]

    assert rule.to_cadence({"Number": 6}) == {"number": 3.0}
    assert rule.to_crm({"number": 3}) == {"Number": 6}
    assert not rule.rows[0].tidies


def test_a_one_way_function_carries_nothing_back() -> None:
    """E7: what cannot be turned back is blank when a record is created on the other side."""
    rules = load_rules(
        f"{_HEAD}map Thing <-> item {{ match Email = email Text <- text using shout() }}", CATALOG
    )
    rule = rules.maps["Thing", "item"]

    assert rule.to_crm({"text": "a"}) == {"Text": "a!"}
    assert rule.to_cadence({"Text": "a!"}) == {"text": None}


def test_the_brackets_read_the_record_that_the_value_comes_from() -> None:
    """In a row that only goes to the CRM, names in the brackets are the cadence's."""
    text = f"{_HEAD}map Thing <-> item {{ match Email = email Text <- text using joined(text2) }}"
    rule = load_rules(text, CATALOG).maps["Thing", "item"]

    assert rule.to_crm({"text": "a", "text2": "b"}) == {"Text": "a+b"}
    assert "text2" in rule.reads[Side.CADENCE]


def test_an_example_is_a_value() -> None:
    """A function's examples are data: what is called, and what it gives or how it fails."""
    assert Example(call='shout("a")', gives="a!") == Example(call='shout("a")', gives="a!")


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        ("Text2 -> text", []),
        ("Text2 -> short", []),
        ("Text <-> short", ["W903"]),
        ("Text <- short", []),
        ("Picklist <-> few", ["W904"]),
        ("Picklist <- few", []),
        ('Picklist -> few as { "Red" = "Red", "Green" = "Red", "Blue" = "Red" }', []),
        ("Picklist -> tiny", ["W903"]),
    ],
)
def test_what_may_not_fit(row: str, codes: list[str]) -> None:
    """B2: a longer text and a value that the other picklist lacks are told before they fail."""
    (item, activity) = CATALOG.descriptions[Side.CADENCE].objects
    field = item.fields[0]
    more = (
        replace(field, name="short", label="Short", length=10),
        replace(field, name="tiny", label="Tiny", length=4),
        replace(
            field, name="few", label="Few", type=FieldType.PICKLIST, length=None,
            values=("Red", "Green"), restricted=True,
        ),
    )  # fmt: skip
    item = replace(item, fields=(*item.fields, *more))
    described = replace(CATALOG.descriptions[Side.CADENCE], objects=(item, activity))
    catalog = replace(CATALOG, descriptions={**CATALOG.descriptions, Side.CADENCE: described})

    text = f"{_HEAD}map Thing <-> item {{ match Email = email {row} }}"

    assert [d.code for d in load_rules(text, catalog).diagnostics] == codes
