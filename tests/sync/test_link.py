"""Who is whose partner: by the match keys in their order, and never by a guess."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from syncline import Field, FieldType, Side, Value
from syncline.rules.compiled import MapRule, match_key
from syncline.sync.link import Holders, Kin, Link, find_partner

CRM, CADENCE = Side.CRM, Side.CADENCE


def _many(records: Iterable[Mapping[str, Value]], /) -> list[dict[str, Value]]:
    return [dict(record) for record in records]


def text(name: str) -> Field:
    return Field(name=name, label=name, type=FieldType.TEXT)


RULE = MapRule(
    crm_object="Lead", cadence_object="prospect", rows=(), targets=frozenset(Side), where={},
    matches=((text("Email"), text("email")), (text("Phone"), text("phone"))),
    key_fields={CRM: "k", CADENCE: "k"}, reads={CRM: (), CADENCE: ()},
    turn_to_cadence=lambda _r: [], turn_to_crm=lambda _r, _o: [],
    to_cadence=dict, to_cadence_all=_many, to_crm=dict, to_crm_all=_many,
    deletes=frozenset(), due={}, at="x.rules:1",
)  # fmt: skip


_NOBODY: dict[Side, dict[str, tuple[str, str]]] = {CRM: {}, CADENCE: {}}


def found(
    crm: Holders, cadence: Holders, linked: dict[str, str] | None = None, *, phone: str = ""
) -> Link:
    """Return the link of lead L1, whose address is a@b."""
    holders: dict[Side, Holders] = {CRM: crm, CADENCE: cadence}
    kin = Kin(holders=holders, linked={CRM: {}, CADENCE: linked or {}}, resting=_NOBODY)
    return find_partner(RULE, CRM, "L1", ["a@b", phone], kin)


MINE: Holders = {("Email", "a@b"): ["L1"], ("Phone", "1"): ["L1"]}


def test_the_one_record_with_the_key_is_the_partner() -> None:
    """Records are matched by e-mail before any is created (E8)."""
    link = found(MINE, {("email", "a@b"): ["P1"]})
    assert link == Link(partner="P1", reason="matched by Email = email")


def test_a_record_whose_key_nobody_has_is_new() -> None:
    """Only then is it created (E8)."""
    assert found(MINE, {}) == Link()


def test_the_keys_are_tried_in_the_order_of_the_rules() -> None:
    """The first key that finds a partner decides; a later one helps when it finds none (E8)."""
    holders: Holders = {("email", "a@b"): ["P1"], ("phone", "1"): ["P2"]}
    assert found(MINE, holders, phone="1").partner == "P1"
    assert found(MINE, {("phone", "1"): ["P2"]}, phone="1").partner == "P2"


def test_a_blank_key_matches_nothing() -> None:
    """Two records without an address are not one person."""
    holders: dict[Side, Holders] = {CRM: {}, CADENCE: {("email", ""): ["P1"]}}
    kin = Kin(holders=holders, linked={CRM: {}, CADENCE: {}}, resting=_NOBODY)
    assert find_partner(RULE, CRM, "L1", ["", ""], kin) == Link()


@pytest.mark.parametrize("many", [2, 5])
def test_two_candidates_are_held_and_named(many: int) -> None:
    """Never guess: a person says which (E8, B8)."""
    ids = [f"P{n}" for n in range(1, many + 1)]
    link = found(MINE, {("email", "a@b"): ids})
    assert link.partner is None
    assert link.hold.startswith(f"{many} prospect records have the same email: ")
    assert "P1, P2" in link.hold


def test_two_records_that_claim_one_partner_are_held() -> None:
    """Neither of two leads with one address gets the prospect (E8)."""
    link = found({("Email", "a@b"): ["L1", "L2"]}, {("email", "a@b"): ["P1"]})
    assert link.hold == "2 Lead records have the same Email: L1, L2"


def test_a_partner_that_is_taken_is_not_taken_away() -> None:
    """A stored link comes before any key (E8)."""
    link = found(MINE, {("email", "a@b"): ["P1"]}, {"P1": "L9"})
    assert link.hold == "its partner P1 by Email is already linked to L9"


@pytest.mark.parametrize("value", ["A@B", " a@b ", "a@B\n"])
def test_keys_compare_without_case_and_outer_space(value: str) -> None:
    """An address typed in capitals is the same address."""
    assert match_key(value) == "a@b"
    assert match_key(None) == match_key(" ") == ""
