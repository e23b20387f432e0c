"""Conditions that the org filters by: whatever it lets through or leaves out, nothing is missed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from support_salesforce import TYPE, Org, created, lead, opened, says, served
from syncline import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Description,
    Field,
    FieldType,
    ObjectType,
    Operator,
    Value,
    is_blank,
)
from syncline_salesforce import soql
from syncline_salesforce.conditions import LONGEST, narrows, where

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from syncline import Connector

O = Operator  # noqa: E741 - the tables below are read by column

#: What the people of the org have typed in. None is blank.
CITIES = (None, "London", "LONDON", "Lon%don", "L_ndon", "O'Hara", "new york", 'a "b"', "100%")
ROWS: list[dict[str, Value]] = [
    {
        "City": city,
        "Rating": (None, "Hot", "Warm")[number % 3],
        "NumberOfEmployees": (None, 0, 5, 12)[number % 4],
        "IsUnreadByOwner": number % 2 == 0,
        "Email": None if number % 4 == 0 else f"Person{number}@Example.com",
    }
    for number, city in enumerate(CITIES)
]
FIELDS = list(ROWS[0])


@pytest.fixture(scope="module")
def org(tmp_path_factory: pytest.TempPathFactory) -> Generator[Org]:
    with served(tmp_path_factory.mktemp("org")) as found:
        yield found


@pytest.fixture(scope="module")
def crm(org: Org, tmp_path_factory: pytest.TempPathFactory) -> Generator[Connector]:
    with opened(org, tmp_path_factory.mktemp("place")) as connector:
        created(connector, *[lead(f"k{at}", **row) for at, row in enumerate(ROWS)])
        connector.describe()
        yield connector


def kind_of(crm: Connector, name: str = "Lead") -> ObjectType:
    found = crm.describe().get(name)
    assert found is not None
    return found


def asks(field: str, operator: Operator, *values: Value) -> Comparison:
    return Comparison(field=field, operator=operator, values=values)


def holds(condition: Condition, values: Any) -> bool:
    """Tell by the language's own meaning whether a record fits (docs/language.md, "Blank")."""
    if isinstance(condition, AllOf):
        return all(holds(part, values) for part in condition.parts)
    if isinstance(condition, AnyOf):
        return any(holds(part, values) for part in condition.parts)
    value, wanted = values[condition.field], condition.values
    if condition.operator in {O.BLANK, O.NOT_BLANK}:
        return is_blank(value) is (condition.operator is O.BLANK)
    if is_blank(value):
        return condition.operator is O.NOT_IN
    same = condition.field == "Rating"
    folded: Any = value.casefold() if isinstance(value, str) and not same else value
    given: list[Any] = [
        each.casefold() if isinstance(each, str) and not same else each for each in wanted
    ]
    match condition.operator:
        case O.IN:
            return folded in given
        case O.NOT_IN:
            return folded not in given
        case O.CONTAINS:
            return given[0] in folded
        case O.STARTS:
            return bool(folded.startswith(given[0]))
        case O.ENDS:
            return bool(folded.endswith(given[0]))
        case O.LESS:
            return bool(folded < given[0])
        case O.AT_MOST:
            return bool(folded <= given[0])
        case O.GREATER:
            return bool(folded > given[0])
        case _:
            return bool(folded >= given[0])


texts = st.sampled_from(
    ["London", "london", "L_ndon", "%", "_", "O'Hara", "') OR Name LIKE '%", 'a "b"', "on", "zz"]
)
comparisons = st.one_of(
    st.builds(
        asks, st.sampled_from(["City", "Email"]), st.sampled_from([O.IN, O.NOT_IN]), texts, texts
    ),
    st.builds(asks, st.just("City"), st.sampled_from([O.CONTAINS, O.STARTS, O.ENDS]), texts),
    st.builds(asks, st.sampled_from(["City", "Email", "Rating"]), st.just(O.NOT_BLANK)),
    st.builds(asks, st.just("Rating"), st.just(O.IN), st.sampled_from(["Hot", "Warm", "hot"])),
    st.builds(
        asks,
        st.just("NumberOfEmployees"),
        st.sampled_from([O.IN, O.NOT_IN, O.LESS, O.AT_MOST, O.GREATER, O.AT_LEAST]),
        st.sampled_from([0, 5, 4.5, 1e20, -3]),
    ),
    st.builds(asks, st.just("NumberOfEmployees"), st.sampled_from([O.BLANK, O.NOT_BLANK])),
    st.builds(asks, st.just("IsUnreadByOwner"), st.sampled_from([O.IN, O.NOT_IN]), st.booleans()),
)


def groups(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    parts = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(st.builds(AllOf, parts=parts), st.builds(AnyOf, parts=parts))


conditions: st.SearchStrategy[Condition] = st.recursive(comparisons, groups, max_leaves=4)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(conditions)
def test_what_the_org_leaves_out_does_not_fit(crm: Connector, condition: Condition) -> None:
    """A listing narrowed by a condition holds every record that fits it by the rules' meaning.

    But for a picklist, which SOQL compares without case, it holds no other.
    """
    assert narrows(kind_of(crm), condition), condition

    pages = list(crm.changes("Lead", FIELDS, None, where=condition))

    got = [dict(record.values) for page in pages for record in page.records]
    missed = [row for row in ROWS if holds(condition, row) and row not in got]
    assert missed == []
    if "Rating" not in repr(condition):
        assert [row for row in got if not holds(condition, row)] == []


CAN: list[tuple[str, Operator, tuple[Value, ...], bool]] = [
    ("City", O.IN, ("London",), True),
    ("City", O.IN, (" London",), False),
    ("City", O.CONTAINS, ("a\\b",), False),
    ("City", O.BLANK, (), False),
    ("City", O.NOT_BLANK, (), True),
    ("City", O.LESS, ("M",), False),
    ("Description", O.CONTAINS, ("x",), False),
    ("Description", O.NOT_BLANK, (), False),
    ("Rating", O.IN, ("Hot",), True),
    ("Rating", O.NOT_IN, ("Hot",), False),
    ("CleanStatus", O.NOT_IN, ("Matched",), True),
    ("Topics__c", O.IN, ("Pricing",), False),
    ("OwnerId", O.IN, ("005Sb0000000001IAA",), False),
    ("OwnerId", O.NOT_BLANK, (), True),
    ("CreatedDate", O.GREATER, ("2026-11-22T00:00:00Z",), False),
    ("LastActivityDate", O.AT_LEAST, ("2026-11-22",), True),
    ("LastActivityDate", O.BLANK, (), True),
    ("OwnerEmail", O.IN, ("rita@sandbox.example",), True),
    ("Nonsense__c", O.IN, ("x",), False),
]


@pytest.mark.parametrize(("field", "operator", "values", "can"), CAN)
def test_only_what_is_exact_is_pushed_down(
    crm: Connector, field: str, operator: Operator, values: tuple[Value, ...], can: bool
) -> None:
    """Long texts, picklists that take any value, and times are evaluated here."""
    assert TYPE.narrows is not None
    assert TYPE.narrows(kind_of(crm), asks(field, operator, *values)) is can


def test_a_group_is_pushed_down_whole_or_not(crm: Connector) -> None:
    """One part that the org cannot tell keeps the whole of it here."""
    good, bad = asks("City", O.IN, "London"), asks("Topics__c", O.IN, "Pricing")

    assert narrows(kind_of(crm), AllOf(parts=(good, good)))
    assert not narrows(kind_of(crm), AllOf(parts=(good, bad)))
    assert not narrows(kind_of(crm), asks("City", O.IN, *["x" * 200] * (LONGEST // 200)))


def test_amounts_of_several_currencies_are_compared_here(crm: Connector) -> None:
    """Where an org has several, it converts an amount before it compares."""
    one = kind_of(crm)
    currency = Field(name="CurrencyIsoCode", label="Currency", type=FieldType.PICKLIST)
    several = ObjectType(name="Lead", label="Lead", fields=(*one.fields, currency))
    rich = asks("AnnualRevenue", O.GREATER, 5)

    assert narrows(one, rich)
    assert not narrows(several, rich)


def test_the_owners_address_and_a_date_are_pushed_down_as_soql_has_them(crm: Connector) -> None:
    """The owner is reached through its relationship; a date stands without quotes."""
    kind = kind_of(crm)
    day = asks("LastActivityDate", O.AT_LEAST, "2026-11-22")
    owner = asks("OwnerEmail", O.IN, "sam@sandbox.example")

    assert where(kind, day) == "(LastActivityDate >= 2026-11-22)"
    assert where(kind, asks("City", O.IN, "2026-11-22")) == "(City IN ('2026-11-22'))"
    (page,) = crm.changes("Lead", ["City"], None, where=owner)
    assert len(page.records) == len(ROWS)
    (page,) = crm.changes("Lead", ["City"], None, where=AllOf(parts=(owner, day)))
    assert page.records == ()


def test_a_field_that_the_org_cannot_filter_by_widens_the_listing(crm: Connector, org: Org) -> None:
    """The listing is asked for again without the condition: too much does no harm."""
    refusal = [
        {
            "errorCode": "INVALID_FIELD",
            "message": "field 'City' can not be filtered in a query call",
        }
    ]
    org.faults.append(("GET", "/query", says(400, refusal)))

    (page,) = crm.changes("Lead", ["City"], None, where=asks("City", O.IN, "London"))

    assert len(page.records) == len(ROWS)


def test_encrypted_and_case_sensitive_texts_are_described_without_a_length(
    crm: Connector, org: Org, tmp_path: Path
) -> None:
    """So no condition on them is ever pushed down, also by a run that only remembers."""
    base: dict[str, Any] = {
        "label": "X", "length": 80, "picklistValues": [], "restrictedPicklist": False,
        "createable": True, "updateable": True, "nillable": True, "defaultedOnCreate": False,
        "externalId": False,
    }  # fmt: skip
    fields = [
        {**base, "name": "A__c", "type": "string", "caseSensitive": True, "encrypted": False},
        {**base, "name": "B__c", "type": "encryptedstring", "encrypted": True},
        {**base, "name": "C__c", "type": "string", "caseSensitive": False, "encrypted": False},
    ]
    bare = {"name": "Lead", "label": "Lead", "createable": True, "fields": fields}
    org.faults.append(("GET", "Lead/describe", says(200, bare)))
    with opened(org, tmp_path) as other:
        kind = kind_of(other)
        remembered = Description(objects=(kind,))

    found = remembered.get("Lead")
    assert found is not None
    assert [field.length for field in found.fields] == [None, None, 80]
    assert [narrows(found, asks(f"{name}__c", O.IN, "x")) for name in "ABC"] == [False, False, True]


@pytest.mark.parametrize(
    ("text", "pattern"),
    [("a%b", r"a\%b"), ("a_b", r"a\_b"), ("it's", r"it\'s"), ("50%_", r"50\%\_")],
)
def test_a_pattern_means_itself_alone(text: str, pattern: str) -> None:
    """LIKE has two signs of its own; both are escaped."""
    assert soql.like(text) == pattern
