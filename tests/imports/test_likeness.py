"""Whether two records are one person: columns, values, scores."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from syncline import Field, FieldType, ObjectType, Side, Value, WorkspaceError
from syncline.imports.fitting import Fitter
from syncline.imports.likeness import PERHAPS, SURE, blocks, likeness, trace
from syncline.imports.mapping import map_columns
from syncline.imports.parts import parts_of
from syncline.plugins import load_plugins

OFFLINE = load_plugins().connectors["local"].offline
assert OFFLINE is not None
FOUND = OFFLINE(Side.CADENCE).get("prospect")
assert FOUND is not None
PROSPECT: ObjectType = FOUND
PARTS = parts_of(PROSPECT)

_NAMES = ("first_name", "last_name", "company_name", "email", "phone")
ANN = "Ann|Lee|Acme Inc.|ann@acme.com|+442071838750"


def record(text: str) -> dict[str, Value]:
    return dict(zip(_NAMES, text.split("|"), strict=False))


@pytest.mark.parametrize(
    ("other", "least", "most"),
    [
        (ANN, 100, 100),
        ("ANN|LEE|acme|Ann@Acme.com|020 7183 8750", 100, 100),
        ("Ann|Lee|ACME Incorporated||", SURE, 100),
        ("Ann|Lee||ann@acme.com|", SURE, 100),
        ("Lee|Ann|Acme||020 7183 8750", SURE, 100),
        ("Anne|Lee|Acme|anne@acme.com|", PERHAPS, 100),
        ("Ann|Lee|Beta|ann@beta.com|", 0, PERHAPS - 1),
        ("Ann|Lee|||", 0, PERHAPS - 1),
        ("Max|Orr|Acme|max@acme.com|+442071838750", 0, PERHAPS - 1),
        ("Max|Orr|Acme|ann@acme.com|", 0, PERHAPS - 1),
        ("Bob|Ray|Beta|bob@beta.com|+14155550132", 0, 0),
        ("||||", 0, 0),
    ],
)
def test_a_score_is_the_chance_that_two_are_one(other: str, least: int, most: int) -> None:
    """RS11: by e-mail, phone, name and company, however they are written."""
    one, two = trace(record(ANN), PARTS), trace(record(other), PARTS)
    assert least <= likeness(one, two).score <= most


_PERSON = st.builds(
    "|".join,
    st.tuples(
        st.sampled_from(["Ann", "Anne", "Bob", "", "Li", "Zoë"]),
        st.sampled_from(["Lee", "Leigh", "O'Hara", "", "Ann"]),
        st.sampled_from(["Acme", "Acme Ltd", "Beta", "", "The Co"]),
        st.sampled_from(["", "a@x.com", "a@x.co", "b@y.org"]),
        st.sampled_from(["", "+442071838750", "020 7183 8750", "12"]),
    ),
)


@given(_PERSON, _PERSON)
def test_a_score_is_the_same_the_other_way_round(one: str, two: str) -> None:
    """RS11: and a record is never less like itself than like another."""
    first, second = trace(record(one), PARTS), trace(record(two), PARTS)
    assert likeness(first, second) == likeness(second, first)
    assert likeness(first, first).score >= likeness(first, second).score


@given(_PERSON, _PERSON)
def test_those_who_are_surely_one_share_a_block(one: str, two: str) -> None:
    """RS11: what is not compared would not have been sure by name, company, e-mail and phone."""
    first, second = trace(record(one), PARTS), trace(record(two), PARTS)
    if likeness(first, second).score >= SURE and first.last[:3] == second.last[:3]:
        assert set(blocks(first)) & set(blocks(second))


# -- columns


@pytest.mark.parametrize(
    ("column", "field", "how"),
    [
        ("first_name", "first_name", "name"),
        ("First name", "first_name", "name"),
        ("FIRST-NAME", "first_name", "name"),
        ("Surname", "last_name", "name"),
        ("Prénom", "first_name", "name"),
        ("Organisation", "company_name", "name"),
        ("E-mail address", "email", "name"),
        ("E-mial", "email", "near"),
        ("Postal cod", "postal_code", "near"),
        ("Shoe size", "", "left out"),
        ("Syncline key", "", "left out"),
        ("Created at", "", "left out"),
    ],
)
def test_a_column_is_a_field_by_its_name(column: str, field: str, how: str) -> None:
    """RS11: its API name, its label, what others call it, or nearly; never one that is not ours."""
    found = map_columns([column, "Country"], PROSPECT, {})
    assert (found[0].field, found[0].how) == (field, how)


def test_one_field_takes_one_column() -> None:
    """RS11: the first that fits; what a person says goes before."""
    names = ["Email", "E-mail", "Phone", "Phone (2)"]
    assert [c.field for c in map_columns(names, PROSPECT, {})] == ["email", "", "phone", ""]
    said = map_columns(names, PROSPECT, {"E-mail": "Email", "phone": "", "Phone (2)": "phone"})
    assert [(c.field, c.how) for c in said] == [
        ("", "left out"), ("email", "said"), ("", "said"), ("phone", "said")
    ]  # fmt: skip


def test_300_columns_are_mapped() -> None:
    """RS11: those that are fields, wherever they stand."""
    names = [f"Extra {n}" for n in range(299)]
    found = map_columns([*names, "Email"], PROSPECT, {})
    assert [c.name for c in found if c.field] == ["Email"]


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ({"Emial": "email"}, "the file has no column Emial; did you mean Email"),
        ({"Email": "emial"}, "prospect has no field emial that can be set; did you mean email"),
        ({"Email": "id"}, "no field id that can be set"),
        ({"Email": "syncline_key"}, "no field syncline_key that can be set"),
        ({"Email": "phone", "Mail": "phone"}, "two columns are mapped to phone"),
        ({"Email": "", "Mail": ""}, "no column is a field of prospect"),
    ],
)
def test_a_slip_in_a_mapping_is_told(said: dict[str, str], answer: str) -> None:
    """RS11: with what it may have meant."""
    with pytest.raises(WorkspaceError, match=answer) as caught:
        map_columns(["Email", "Mail"], PROSPECT, said)
    assert caught.value.hint


# -- values


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("email", " Ann@ACME.com ", "ann@acme.com"),
        ("phone", "020 7183 8750", "+442071838750"),
        ("phone", "call Ann", "call Ann"),
        ("mobile_phone", "+49 30 901820", "+4930901820"),
        ("first_name", "  Mary\n Ann ", "Mary Ann"),
        ("company_url", "ACME.com/", "https://acme.com"),
        ("company_size", "1,200", 1200),
        ("company_size", "12,5", 12.5),
        ("company_size", "1.234,5", 1234.5),
        ("company_size", "1\u202f234", 1234),
        ("source", "web", "Web"),
        ("notes", '=HYPERLINK("x")', '=HYPERLINK("x")'),
    ],
)
def test_a_cell_becomes_a_value(name: str, text: str, value: Value) -> None:
    """RS11: through the same normalisers as the rules."""
    row: dict[str, Value] = {"first_name": "A", "last_name": "B", "company_name": "C"}
    found = Fitter(PROSPECT, PARTS, "GB")({**row, name: text})
    assert found.faults == ()
    assert found.values[name] == value


def test_a_phone_is_read_for_the_country_of_its_row() -> None:
    """RS11: the row's own before the one that was given for all."""
    row: dict[str, Value] = {"phone": "(415) 555-0132", "country": "United States"}
    assert Fitter(PROSPECT, PARTS, "GB")(row).values["phone"] == "+14155550132"


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("email", "bob@beta", 'Email: "bob@beta" is no e-mail address'),
        ("company_size", "many", "Company size: 'many' is no number"),
        ("company_size", "1_000", "Company size: '1_000' is no number"),
        ("source", "Radio", "Source: 'Radio' is none of Web, Event, Referral"),
        ("first_name", "x" * 41, "First name: 41 signs, and it takes 40"),
        ("last_name", " ", "without last name"),
        ("company_name", "", "without company name"),
    ],
)
def test_a_cell_that_will_not_do_is_told(name: str, text: str, fault: str) -> None:
    """RS5, RS11: what keeps a row from being a prospect."""
    row: dict[str, Value] = {"first_name": "A", "last_name": "B", "company_name": "C"}
    assert Fitter(PROSPECT, PARTS)({**row, name: text}).faults == (fault,)


def test_yes_and_no_and_lists_are_read() -> None:
    """RS11: whichever way a spreadsheet writes them."""
    fields = (
        Field(name="a", label="A", type=FieldType.BOOLEAN),
        Field(name="b", label="B", type=FieldType.MULTI_PICKLIST, values=("X", "Y")),
    )
    kind = ObjectType(name="person", label="Person", fields=fields)
    fit = Fitter(kind, parts_of(kind))
    assert fit({"a": "Yes", "b": "x; y"}).values == {"a": True, "b": ("X", "Y")}
    assert fit({"a": "maybe"}).faults == ("A: 'maybe' is neither yes nor no",)
