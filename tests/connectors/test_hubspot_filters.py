"""Criteria as HubSpot's search filters: never too little, with the language's own answer beside."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from support_hubspot import TYPE, Portal, created, ends, listed, opened, person, served
from syncline import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    FieldType,
    ObjectType,
    Operator,
    Position,
    Value,
    Write,
    is_blank,
)
from syncline_hubspot.filters import groups, narrows
from syncline_hubspot.values import Border

if TYPE_CHECKING:
    from pathlib import Path

    from syncline import Connector


@contextmanager
def world(folder: Path) -> Generator[tuple[Connector, Portal, ObjectType]]:
    with served(folder) as portal, opened(portal, folder) as crm:
        described = crm.describe().get("contact")
        assert described is not None
        yield crm, portal, described


@pytest.fixture(scope="module")
def shared(
    tmp_path_factory: pytest.TempPathFactory,
) -> Generator[tuple[Connector, Portal, ObjectType, dict[str, dict[str, Value]]]]:
    """Give a portal with thirty contacts, and what each holds."""
    folder = tmp_path_factory.mktemp("portal")
    with world(folder) as (crm, portal, described):
        cities = ("Paris", "paris", " Paris ", "PARIS 12", "Lyon", "", "   ", "Saint-Denis")
        rows = [
            person(
                f"k{number}",
                city=cities[number % len(cities)],
                lifecyclestage=("Lead", "Customer", None)[number % 3],
                email=(f"p{number}@Example.com", None)[number % 2],
                renewal_date=(None, f"2026-11-{number % 28 + 1:02d}")[number % 2],
                numemployees=("1-5", None, "25-50", None)[number % 4],
                topics=(("Events",), ("Events", "Product news"), ())[number % 3],
                followercount=number % 5 if number % 7 else None,
            )
            for number in range(30)
        ]
        for row, made in zip(rows, created(crm, *rows), strict=True):
            if row.values["city"] == "   ":
                # A program may leave white space; ours never does.
                body = {"properties": {"city": "   "}}
                assert portal.api("PATCH", f"/crm/v3/objects/contacts/{made}", body).is_success
        fields = [*rows[0].values, "hs_object_id"]
        held = {
            record.id: dict(record.values)
            for page in crm.changes("contact", fields, None)
            for record in page.records
        }
        assert len(held) == 30
        yield crm, portal, described, held


def true_of(condition: Condition, values: dict[str, Value], described: ObjectType) -> bool:
    """Answer as the language does (docs/language.md), without a search."""
    if isinstance(condition, AllOf):
        return all(true_of(part, values, described) for part in condition.parts)
    if isinstance(condition, AnyOf):
        return any(true_of(part, values, described) for part in condition.parts)
    field = described.get(condition.field)
    assert field is not None
    held: Any = values[condition.field]
    blank = is_blank(held)
    if condition.operator is Operator.BLANK:
        return blank
    if condition.operator is Operator.NOT_BLANK:
        return not blank
    if condition.operator is Operator.NOT_IN:
        return blank or held_as(held, field.type) not in [
            held_as(each, field.type) for each in condition.values
        ]
    if blank:
        return False
    asked: Any = held_as(condition.values[0], field.type)
    held = held_as(held, field.type)
    match condition.operator:
        case Operator.IN:
            return held in [held_as(each, field.type) for each in condition.values]
        case Operator.LESS:
            return bool(held < asked)
        case Operator.AT_MOST:
            return bool(held <= asked)
        case Operator.GREATER:
            return bool(held > asked)
        case Operator.AT_LEAST:
            return bool(held >= asked)
        case Operator.STARTS:
            return bool(held.startswith(asked))
        case Operator.ENDS:
            return bool(held.endswith(asked))
        case _:
            return asked in held


def held_as(value: Any, kind: FieldType) -> Any:
    """Fold what compares without regard to case and outer space."""
    texts = {FieldType.TEXT, FieldType.EMAIL}
    return value.strip().casefold() if kind in texts and isinstance(value, str) else value


def compared(field: str, operator: Operator, *values: Value) -> Comparison:
    return Comparison(field=field, operator=operator, values=values)


_EQUAL = st.sampled_from([Operator.IN, Operator.NOT_IN])
_ORDER = st.sampled_from([Operator.LESS, Operator.AT_MOST, Operator.GREATER, Operator.AT_LEAST])
_PART = st.sampled_from([Operator.CONTAINS, Operator.STARTS, Operator.ENDS])
_NONE = st.sampled_from([Operator.BLANK, Operator.NOT_BLANK])
_CITIES = st.sampled_from(["Paris", "LYON", "denis", "Saint", "nowhere"])
_STAGES = st.sampled_from(["Lead", "Customer", "Evangelist", "lead"])
_DAYS = st.sampled_from(["2026-11-04", "2026-11-10", "2026-11-28"])
_ROWS = st.one_of(
    st.builds(compared, st.just("city"), _EQUAL, _CITIES, _CITIES),
    st.builds(compared, st.just("city"), _PART, _CITIES),
    st.builds(compared, st.just("lifecyclestage"), _EQUAL, _STAGES),
    st.builds(compared, st.just("email"), _EQUAL, st.sampled_from(["P2@example.com", "x@y.z"])),
    st.builds(compared, st.just("renewal_date"), _ORDER, _DAYS),
    st.builds(compared, st.just("renewal_date"), _EQUAL, _DAYS),
    st.builds(compared, st.just("followercount"), _ORDER, st.sampled_from([1, 2.5, 4])),
    st.builds(compared, st.just("followercount"), _EQUAL, st.sampled_from([0, 3])),
    st.builds(
        compared,
        st.sampled_from(["city", "email", "lifecyclestage", "topics", "followercount"]),
        _NONE,
    ),
)


def all_of(parts: list[Condition]) -> Condition:
    return AllOf(parts=tuple(parts))


def any_of(parts: list[Condition]) -> Condition:
    return AnyOf(parts=tuple(parts))


def grouped(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(inner, min_size=1, max_size=5)
    return st.one_of(st.builds(all_of, several), st.builds(any_of, several))


_CONDITIONS: st.SearchStrategy[Condition] = st.recursive(_ROWS, grouped, max_leaves=12)


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(condition=_CONDITIONS)
def test_a_search_leaves_out_nothing_that_fits(
    shared: tuple[Connector, Portal, ObjectType, dict[str, dict[str, Value]]],
    condition: Condition,
) -> None:
    """B3: what is pushed down gives the same answer as what is asked here."""
    crm, portal, described, held = shared
    if not narrows(described, condition):
        return

    found = set(listed(crm, None, where=condition))

    fitting = {id_ for id_, values in held.items() if true_of(condition, values, described)}
    assert fitting <= found
    assert {id_ for id_ in found if true_of(condition, held[id_], described)} == fitting
    asked = portal.sent()["filterGroups"]
    sizes = [len(each["filters"]) for each in asked]
    assert (len(sizes) <= 5, max(sizes) <= 6, sum(sizes) <= 18) == (True, True, True)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (
            compared("lifecyclestage", Operator.IN, "Marketing Qualified Lead", "Customer"),
            [[("lifecyclestage", "IN", ["marketingqualifiedlead", "customer"])]],
        ),
        (
            compared("lifecyclestage", Operator.NOT_IN, "Lead"),
            [
                [("lifecyclestage", "NOT_IN", ["lead"])],
                [("lifecyclestage", "NOT_HAS_PROPERTY", None)],
            ],
        ),
        (compared("email", Operator.IN, "A@B.c"), [[("email", "IN", ["a@b.c"])]]),
        (compared("city", Operator.IN, "Paris"), [[("city", "HAS_PROPERTY", None)]]),
        (compared("city", Operator.CONTAINS, "ari"), [[("city", "HAS_PROPERTY", None)]]),
        (compared("city", Operator.BLANK), None),
        (compared("email", Operator.BLANK), [[("email", "NOT_HAS_PROPERTY", None)]]),
        (
            compared("renewal_date", Operator.LESS, "2026-11-22"),
            [[("renewal_date", "LT", "1795305600000")]],
        ),
        (compared("lifecyclestage", Operator.NOT_IN, "nonsense"), None),
        (compared("hubspot_owner_email", Operator.IN, "a@b.c"), None),
        (compared("topics", Operator.NOT_IN, "Events"), None),
        (compared("nothing", Operator.NOT_BLANK), None),
        (
            AllOf(parts=(compared("city", Operator.BLANK), compared("email", Operator.NOT_BLANK))),
            [[("email", "HAS_PROPERTY", None)]],
        ),
        (
            AnyOf(parts=(compared("city", Operator.BLANK), compared("email", Operator.NOT_BLANK))),
            None,
        ),
    ],
)
def test_each_criterion_becomes_the_narrowest_filter_that_is_sure(
    shared: tuple[Connector, Portal, ObjectType, dict[str, dict[str, Value]]],
    condition: Condition,
    expected: list[list[tuple[str, str, Any]]] | None,
) -> None:
    described = shared[2]

    found = groups(condition, Border(described))

    told = None if found is None else [list(map(brief, group)) for group in found]
    assert told == expected
    assert narrows(described, condition) is (expected is not None)
    assert TYPE.narrows is not None
    assert TYPE.narrows(described, condition) is (expected is not None)


def brief(asked: dict[str, Any]) -> tuple[str, str, Any]:
    return asked["propertyName"], asked["operator"], asked.get("values", asked.get("value"))


def test_a_narrowed_listing_still_tells_who_went(tmp_path: Path) -> None:
    """Who was merged or archived is told, whether the survivor fits or not."""
    with world(tmp_path) as (crm, portal, _described):
        winner, loser, lost = created(crm, person("a"), person("b"), person("c"))
        since = Position(modified=portal.now, id=lost)
        portal.by_hand("merge", object="contact", winner=winner, loser=loser)
        portal.by_hand("archive", object="contact", id=lost)
        where = compared("lifecyclestage", Operator.IN, "Customer")

        pages = list(crm.changes("contact", ["city"], since, where=where))

        gone = {each.id: each.into for page in pages for each in page.gone}
        assert gone == {loser: ("contact", winner), lost: None}
        assert len(ends(crm, since)) == 2


def test_a_condition_with_too_many_alternatives_is_asked_here(tmp_path: Path) -> None:
    with world(tmp_path) as (crm, _portal, described):
        row = compared("lifecyclestage", Operator.NOT_IN, "Lead")
        three = AllOf(parts=(row, compared("email", Operator.NOT_IN, "a@b.c"), row))
        found = groups(three, Border(described))
        assert found is not None
        assert len(found) == 2
        assert not narrows(described, AnyOf(parts=(row, row, row)))
        (made,) = created(crm, Write(key="k", values={"lifecyclestage": "Customer"}))
        assert listed(crm, where=three) == [made]
