"""A call whose answer was lost: whatever became of it, it is looked for, and done once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest

from support import CADENCE, CRM, HEAD, World, meddled
from syncline import Outcome, Record, RetriableError, Side, UnknownOutcomeError, Value
from syncline.sync.intents import Task, look
from syncline.sync.plan import Case, Fate, FieldWrite, Step, StepKind

RULES = (
    HEAD
    + """
map Lead <-> prospect {
    match Email = email
    FirstName <-> first_name
    LastName  <-> last_name     required
    Company   <-> company_name  required
    Email     <-> email
    deletes ->
}
workflow "Onwards" on Lead { when Status = "Working - Contacted"  then move to next touch }
"""
)
PEOPLE = ("Ann", "Bob", "Cid")
#: What is done by a rule, and by which call of the connector it is found out about.
KINDS = {"create": "lookup", "update": "read", "delete": "read", "action": "read"}
CALLS = {"create": "write", "update": "write", "delete": "delete", "action": "act"}
#: How many of the batch's rows took effect before the answer was lost.
SHARES = {"nothing": 0, "a part": 1, "all": 3}


def ready(world: World, kind: str) -> None:
    """Let the next run do one thing of this kind to three prospects."""
    world.rules(RULES)
    leads = [world.lead(name) for name in PEOPLE]
    if kind == "create":
        return
    world.run()
    for name, lead in zip(PEOPLE, leads, strict=True):
        if kind == "update":
            world.change(CRM, "Lead", lead, LastName="Roe")
        elif kind == "delete":
            world.delete(CRM, "Lead", lead)
        else:
            world.enrol(str(world.one(CADENCE, "prospect", first_name=name)["id"]))
            world.change(CRM, "Lead", lead, Status="Working - Contacted")


def right(world: World, kind: str) -> bool:
    """Tell whether each prospect is as it should be, once."""
    found = sorted((row["first_name"], row["last_name"]) for row in world.all(CADENCE, "prospect"))
    if kind == "action":
        assert world.states() == [("New leads", "active", 2)] * 3
    wanted = {"delete": [], "update": [(name, "Roe") for name in PEOPLE]}
    return found == wanted.get(kind, [(name, "Doe") for name in PEOPLE])


def losing(share: int, side: Side) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return what does a share of the rows and loses the answer."""

    def around(call: Callable[..., Any]) -> Callable[..., Any]:
        def lost(*args: Any) -> list[Outcome]:
            *name, rows = args
            if rows[:share]:
                call(*name, rows[:share])
            raise UnknownOutcomeError(f"the {side.word} did not answer")

        return lost

    return around


def blind(_call: Callable[..., Any]) -> Callable[..., Any]:
    """Return what cannot look either."""

    def broken(*_args: Any) -> Any:
        raise RetriableError("no connection")

    return broken


@pytest.mark.parametrize(
    ("kind", "share", "looks"),
    list(product(KINDS, SHARES, (True, False))),
    ids=lambda each: each if isinstance(each, str) else "looks" if each else "looks in vain",
)
def test_a_lost_answer_is_found_out_about(local: World, kind: str, share: str, looks: bool) -> None:
    """Nothing is done twice, and nothing is left out (promises 3 and 8)."""
    ready(local, kind)
    plugins = meddled(local, CADENCE, CALLS[kind], losing(SHARES[share], CADENCE))
    if not looks:
        registry, local.registry = local.registry, plugins
        plugins = meddled(local, CADENCE, KINDS[kind], blind)
        local.registry = registry
    report = local.run(plugins)
    known = kind in {"create", "update"} and looks and share == "all"
    assert report.state == ("done" if known else "stopped")
    assert (report.exit_code == 0) is known
    local.run()
    local.run()
    last = local.run()
    assert (last.state, last.writes) == ("done", 0)
    assert right(local, kind)


def test_what_may_be_our_own_write_is_not_taken_for_an_edit(local: World) -> None:
    """While nobody can look, a record waits: else an echo would win over who edited (promise 2)."""
    ready(local, "update")
    lead = str(local.one(CRM, "Lead", FirstName="Ann")["Id"])

    def edited_meanwhile(call: Callable[..., Any]) -> Callable[..., Any]:
        def write(*args: Any) -> Any:
            local.change(CRM, "Lead", lead, LastName="Poe")
            local.clock.forward(seconds=5)
            call(*args)
            raise UnknownOutcomeError("no answer")

        return write

    registry = local.registry
    local.registry = meddled(local, CADENCE, "read", blind)
    assert local.run(meddled(local, CADENCE, "write", edited_meanwhile)).state == "stopped"
    local.clock.forward(minutes=5)
    report = local.run()
    assert (report.state, report.writes) == ("stopped", 0)
    assert report.counts[Fate.DEFERRED] == report.candidates > 0
    local.registry = registry
    local.settle()
    assert local.read(CRM, "Lead", lead)["LastName"] == "Poe"
    assert local.one(CADENCE, "prospect", first_name="Ann")["last_name"] == "Poe"


OLD, NEW = {"City": "Oslo", "LastName": "Doe"}, {"City": "Rome", "LastName": "Roe"}


@pytest.mark.parametrize(
    ("now", "became"),
    [
        (NEW, "DONE"),
        (OLD, "NOT_DONE"),
        ({"City": "Rome", "LastName": "Poe"}, "DONE"),
        ({"City": "Rome", "LastName": "Doe"}, "NOT_KNOWN"),
        ({"City": "Lima", "LastName": "Doe"}, "NOT_DONE"),
        ({"City": "Lima", "LastName": "Poe"}, "NOT_KNOWN"),
    ],
)
def test_a_record_tells_whether_a_write_arrived(now: dict[str, Value], became: str) -> None:
    """What was left as it was tells against it: people write the same into both systems."""
    writes = tuple(
        FieldWrite(field=name, old=OLD[name], new=NEW[name], at="", reason="") for name in NEW
    )
    step = Step(kind=StepKind.UPDATE, side=Side.CRM, object="Lead", id="L1", writes=writes)
    case = Case(map="Lead/prospect", ids={}, objects={}, candidates=())
    record = Record(object="Lead", id="L1", values=now, modified=datetime.now(UTC))

    def read(_name: str, _ids: list[str], _fields: list[str]) -> list[Record]:
        return [record]

    system: Any = SimpleNamespace(connector=SimpleNamespace(read=read))
    (found,) = look(system, [Task(case=case, step=step)])
    assert (found.code or found.status.name) == became
