"""Decisions about one field: the table of the module, row by row, and laws that hold for any."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, strategies as st

from syncline import Field, FieldType, Side, Value
from syncline.rules.compiled import FieldRule, MapRule
from syncline.rules.values import Unturned, normaliser
from syncline.sync.creation import NewRecord, make_record
from syncline.sync.reconcile import (
    MISSING,
    Base,
    Decision,
    FieldState,
    Verb,
    decide,
)
from syncline_grammar.syntax import ConflictWord, Fallback, WriteRule

CRM, CADENCE = Side.CRM, Side.CADENCE
BOTH = frozenset(Side)
ARROWS = {"<->": BOTH, "->": frozenset({CADENCE}), "<-": frozenset({CRM})}
ALWAYS, NEVER = WriteRule.ALWAYS, WriteRule.NEVER
BLANK_ONLY, ON_CREATE = WriteRule.WHEN_BLANK, WriteRule.ON_CREATE


def _many(records: Iterable[Mapping[str, Value]], /) -> list[dict[str, Value]]:
    return [dict(record) for record in records]


def row(
    arrow: str = "<->",
    *,
    to_crm: WriteRule = ALWAYS,
    to_cadence: WriteRule = ALWAYS,
    conflict: ConflictWord = ConflictWord.NEWEST,
    **other: Any,
) -> FieldRule:
    crm = Field(name="FirstName", label="First Name", type=FieldType.TEXT)
    cadence = Field(name="first_name", label="First name", type=FieldType.TEXT)
    given_: dict[str, Any] = {
        "crm": crm, "cadence": cadence, "targets": ARROWS[arrow],
        "write": {CRM: to_crm, CADENCE: to_cadence}, "conflict": conflict,
        "required": False, "locked": False, "tidies": False, "erase": False, "default": None,
        "key": "FirstName>first_name", "at": "x.rules:1",
        "same_crm": normaliser(crm), "same_cadence": normaliser(cadence),
    }  # fmt: skip
    return FieldRule(**{**given_, **other})


def state(
    base: tuple[Base, Base],
    now: tuple[Value, Value],
    *,
    newest: Side = CRM,
    turned: tuple[Any, Any] | None = None,
) -> FieldState:
    """Return a state from (CRM, cadence) values; each turns into the other as it is."""
    to_crm, to_cadence = (now[1], now[0]) if turned is None else turned
    return FieldState(
        base=dict(zip(Side, base, strict=True)),
        now=dict(zip(Side, now, strict=True)),
        turned={CRM: to_crm, CADENCE: to_cadence},
        newest=newest,
    )


NOTHING, SETTLE, SKIP = "nothing", "settle", "skip"
TO_CRM, TO_CADENCE = "write crm", "write cadence"
OLD = ("John", "John")
NEW = (MISSING, MISSING)

# (situation, baselines, values, what becomes of it by `<->`, `->`, `<-`); the CRM is the newest.
TABLE: list[tuple[str, tuple[Base, Base], tuple[Value, Value], str, str, str]] = [
    ("same, same", OLD, ("John", "John"), NOTHING, NOTHING, NOTHING),
    ("changed, same", OLD, ("Jon", "John"), TO_CADENCE, TO_CADENCE, SKIP),
    ("same, changed", OLD, ("John", "Jon"), TO_CRM, SKIP, TO_CRM),
    ("changed, changed, equal", OLD, ("Jon", "Jon"), SETTLE, SETTLE, SETTLE),
    ("changed, changed", OLD, ("Jon", "Johnny"), TO_CADENCE, TO_CADENCE, TO_CRM),
    ("no baseline, equal", NEW, ("Jon", "Jon"), SETTLE, SETTLE, SETTLE),
    ("no baseline, cadence blank", NEW, ("Jon", None), TO_CADENCE, TO_CADENCE, SKIP),
    ("no baseline, CRM blank", NEW, (None, "Jon"), TO_CRM, SKIP, TO_CRM),
    ("no baseline, both differ", NEW, ("Jon", "Johnny"), TO_CADENCE, TO_CADENCE, TO_CRM),
    ("no baseline, both blank", NEW, (None, ""), SETTLE, SETTLE, SETTLE),
    ("one baseline missing", ("John", MISSING), ("John", None), TO_CADENCE, TO_CADENCE, SKIP),
    ("changed in space alone", OLD, (" John ", "John"), NOTHING, NOTHING, NOTHING),
    ("already unlike, unchanged", ("A", "B"), ("A", "B"), NOTHING, NOTHING, NOTHING),
]


def words(decision: Decision) -> str:
    if decision.verb is not Verb.WRITE:
        return str(decision.verb)
    return f"write {decision.target}"


@pytest.mark.parametrize("arrow", ARROWS)
@pytest.mark.parametrize("case", TABLE, ids=lambda case: case[0])
def test_the_table(
    case: tuple[str, tuple[Base, Base], tuple[Value, Value], str, str, str], arrow: str
) -> None:
    """Each row of the table, for each arrow (B4, E2, E3)."""
    _name, base, now, *wanted = case
    decision = decide(row(arrow), BOTH, state(base, now))
    assert words(decision) == wanted[list(ARROWS).index(arrow)]
    if decision.target is not None:
        assert decision.value == now[list(Side).index(decision.target.other)]
    if decision.verb is not Verb.NOTHING:
        assert decision.reason


@pytest.mark.parametrize(
    ("rule", "now", "wanted", "reason"),
    [
        (ALWAYS, ("Jon", "John"), TO_CADENCE, "changed in the CRM"),
        (NEVER, ("Jon", "John"), SKIP, "not a source"),
        (ON_CREATE, ("Jon", "John"), SKIP, "only on creation"),
        (BLANK_ONLY, ("Jon", "John"), SKIP, "already has a value"),
        (BLANK_ONLY, ("Jon", None), TO_CADENCE, "changed in the CRM"),
        (ALWAYS, (None, "John"), SKIP, "a blank erases nothing"),
        (ALWAYS, ("  ", "John"), SKIP, "a blank erases nothing"),
    ],
)
def test_a_write_goes_by_the_rule_of_its_direction(
    rule: WriteRule, now: tuple[Value, Value], wanted: str, reason: str
) -> None:
    """Always, never, on create, only a blank; each direction has its own rule (K2)."""
    base: tuple[Base, Base] = ("John", now[1])
    decision = decide(row(to_cadence=rule), BOTH, state(base, now))
    assert words(decision) == wanted
    assert reason in decision.reason
    mirrored = decide(row(to_crm=rule), BOTH, state((base[1], base[0]), (now[1], now[0])))
    assert words(mirrored) == wanted.replace("cadence", "crm")
    unaffected = decide(row(to_crm=rule), BOTH, state(base, ("Jon", now[1])))
    assert words(unaffected) == TO_CADENCE


def test_a_blank_erases_where_the_field_says_so() -> None:
    """`erase` lets a blank through; without it nothing is lost (K2)."""
    decision = decide(row(erase=True), BOTH, state(OLD, (None, "John")))
    assert (words(decision), decision.value) == (TO_CADENCE, None)


def test_a_field_that_is_set_only_at_creation_is_not_written_later() -> None:
    """The system's own word on a field comes before the rule's (E7)."""
    fixed = Field(name="first_name", label="", type=FieldType.TEXT, updatable=False)
    decision = decide(row(cadence=fixed), BOTH, state(OLD, ("Jon", "John")))
    assert (words(decision), "first_name is set only when" in decision.reason) == (SKIP, True)


@pytest.mark.parametrize("base", [OLD, NEW])
@pytest.mark.parametrize(
    ("word", "newest", "wanted"),
    [
        (ConflictWord.NEWEST, CRM, TO_CADENCE),
        (ConflictWord.NEWEST, CADENCE, TO_CRM),
        (ConflictWord.CRM, CADENCE, TO_CADENCE),
        (ConflictWord.CADENCE, CRM, TO_CRM),
        (ConflictWord.HOLD, CRM, "hold"),
    ],
)
def test_a_conflict_is_settled_by_the_fields_word(
    base: tuple[Base, Base], word: ConflictWord, newest: Side, wanted: str
) -> None:
    """Newest, a side, or a person; the value that lost is kept with its side (B4, E3)."""
    found = decide(row(conflict=word), BOTH, state(base, ("Jon", "Johnathan"), newest=newest))
    assert words(found) == wanted
    losses = {
        TO_CADENCE: (CADENCE, "Johnathan"), TO_CRM: (CRM, "Jon"), "hold": None,
    }  # fmt: skip
    assert found.lost == losses[wanted]


@pytest.mark.parametrize(
    ("fallback", "verb"), [(Fallback.SKIP, Verb.SKIP), (Fallback.HOLD, Verb.HOLD)]
)
def test_a_value_that_cannot_be_turned_is_left_or_held(fallback: Fallback, verb: Verb) -> None:
    """A table without an entry writes nothing, and says so (B8)."""
    unturned = Unturned(fallback, "no entry for 'Jon'")
    found = decide(row(), BOTH, state(OLD, ("Jon", "John"), turned=("John", unturned)))
    assert (found.verb, found.reason) == (verb, "no entry for 'Jon'")


def test_no_direction_open_to_a_record_leaves_it_with_a_reason() -> None:
    """A record that `where` shuts out on both sides keeps its values (K8, K9)."""
    found = decide(row(), frozenset(), state(OLD, ("Jon", "Johnny")))
    assert (found.verb, "no direction is open" in found.reason) == (Verb.SKIP, True)


# Laws

VALUES = st.sampled_from([None, "", " ", "a", "b", " a ", "c"])
BASES = VALUES | st.just(MISSING)
RULES = st.builds(
    row,
    st.sampled_from(list(ARROWS)),
    to_crm=st.sampled_from(WriteRule),
    to_cadence=st.sampled_from(WriteRule),
    conflict=st.sampled_from(ConflictWord),
    erase=st.booleans(),
)
STATES = st.builds(
    state, st.tuples(BASES, BASES), st.tuples(VALUES, VALUES), newest=st.sampled_from(Side)
)
MIRRORED_WORDS = {ConflictWord.CRM: ConflictWord.CADENCE, ConflictWord.CADENCE: ConflictWord.CRM}


def mirrored(rule: FieldRule) -> FieldRule:
    return replace(
        rule,
        crm=rule.cadence,
        cadence=rule.crm,
        targets=frozenset(side.other for side in rule.targets),
        write={side: rule.write[side.other] for side in Side},
        conflict=MIRRORED_WORDS.get(rule.conflict, rule.conflict),
    )


@given(RULES, STATES)
def test_the_sides_can_be_exchanged(rule: FieldRule, found: FieldState) -> None:
    """Nothing but a tie prefers a side: the mirror of a state gets the mirror of its decision."""
    across = FieldState(
        base={side: found.base[side.other] for side in Side},
        now={side: found.now[side.other] for side in Side},
        turned={side: found.turned[side.other] for side in Side},
        newest=found.newest.other,
    )
    one, other = decide(rule, BOTH, found), decide(mirrored(rule), BOTH, across)
    assert (one.verb, one.value) == (other.verb, other.value)
    assert one.target == (None if other.target is None else other.target.other)
    assert one.lost == (None if other.lost is None else (other.lost[0].other, other.lost[1]))


@given(RULES, STATES)
def test_a_decision_carried_out_leaves_nothing_to_decide(
    rule: FieldRule, found: FieldState
) -> None:
    """The next cycle writes nothing (promise 1)."""
    first = decide(rule, BOTH, found)
    if first.verb is Verb.HOLD:
        assert decide(rule, BOTH, found) == first
        return
    now = dict(found.now)
    if first.target is not None:
        now[first.target] = first.value
    base = found.base if first.verb is Verb.NOTHING else now
    after = FieldState(
        base=base,
        now=now,
        turned={CRM: now[CADENCE], CADENCE: now[CRM]},
        newest=found.newest,
    )
    assert decide(rule, BOTH, after).verb is Verb.NOTHING


@given(RULES, st.tuples(VALUES, VALUES), st.sampled_from(Side))
def test_without_a_change_nothing_happens(
    rule: FieldRule, now: tuple[Value, Value], newest: Side
) -> None:
    """Whatever the rule says, values that equal their baselines stay (B12)."""
    assert decide(rule, BOTH, state(now, now, newest=newest)).verb is Verb.NOTHING


@given(RULES, STATES)
def test_no_side_is_written_that_the_arrow_or_its_rule_shuts(
    rule: FieldRule, found: FieldState
) -> None:
    """Only what is mapped that way is pushed (E1, E2, K2)."""
    decision = decide(rule, BOTH, found)
    if decision.target is not None:
        assert decision.target in rule.targets
        assert rule.write[decision.target] in {ALWAYS, BLANK_ONLY}


# New records


def the_map(*rows: FieldRule) -> MapRule:
    return MapRule(
        crm_object="Lead", cadence_object="prospect", rows=rows, matches=(), targets=BOTH,
        where={}, key_fields={CRM: "k", CADENCE: "k"}, reads={CRM: (), CADENCE: ()},
        turn_to_cadence=lambda r: [r.get("FirstName")],
        turn_to_crm=lambda r, _o: [r.get("first_name")],
        to_cadence=dict, to_cadence_all=_many, to_crm=dict, to_crm_all=_many,
        deletes=frozenset(), due={},
        at="x.rules:1",
    )  # fmt: skip


def values(made: NewRecord) -> list[Value]:
    return [value for _rule, value in made.values]


@pytest.mark.parametrize("arrow", ARROWS)
def test_a_creation_carries_every_mapped_field_whatever_its_arrow(arrow: str) -> None:
    """The arrow binds updates alone (E7)."""
    rule = row(arrow, to_crm=ON_CREATE, to_cadence=BLANK_ONLY)
    assert values(make_record(the_map(rule), CRM, {"first_name": "Jon"})) == ["Jon"]
    assert values(make_record(the_map(rule), CADENCE, {"FirstName": "Jon"})) == ["Jon"]


def test_a_field_that_is_never_written_to_a_side_is_not_written_at_creation() -> None:
    """`never` is meant (K2)."""
    rule = row(to_crm=NEVER)
    assert values(make_record(the_map(rule), CRM, {"first_name": "Jon"})) == []


def test_a_default_fills_a_blank_in_a_new_crm_record_and_nowhere_else() -> None:
    """Used only when a lead is created in the CRM (E4)."""
    rule = row(default="Unknown")
    assert values(make_record(the_map(rule), CRM, {"first_name": " "})) == ["Unknown"]
    assert values(make_record(the_map(rule), CRM, {"first_name": "Jon"})) == ["Jon"]
    assert values(make_record(the_map(rule), CADENCE, {"FirstName": None})) == []


def test_a_record_without_what_is_required_is_skipped_with_that_reason() -> None:
    """First name, last name and company are required of a prospect (RS5)."""
    made = make_record(the_map(row(required=True)), CADENCE, {"FirstName": ""})
    assert made == NewRecord(skip="first_name is required and blank")
    needed = Field(name="first_name", label="", type=FieldType.TEXT, required=True)
    made = make_record(the_map(row(cadence=needed)), CADENCE, {})
    assert made.skip == "first_name is required and blank"


@pytest.mark.parametrize("fallback", Fallback)
def test_an_unturned_value_holds_a_creation_only_where_the_row_says_so(fallback: Fallback) -> None:
    """`else hold` waits for a person, `else skip` creates without the value (B8)."""
    unturned = Unturned(fallback, "no entry")

    def turn(_record: Mapping[str, Value]) -> list[Any]:
        return [unturned]

    rule = replace(the_map(row()), turn_to_cadence=turn)
    found = make_record(rule, CADENCE, {"FirstName": "x"})
    wanted = "first_name: no entry" if fallback is Fallback.HOLD else ""
    assert found == NewRecord(hold=wanted)
