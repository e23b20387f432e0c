"""That rows are written and read one by one, each with an outcome of its own."""

from __future__ import annotations

__all__ = ["echo", "reads_by_id", "row_outcomes", "same_key_once", "writes"]

from collections.abc import Mapping

from ...model import OutcomeStatus, Value, Write, is_blank
from ..bench import Bench
from ..check import Level, check

DONE, REFUSED = OutcomeStatus.DONE, OutcomeStatus.REFUSED


@check(Level.BRONZE, see="`read`")
def reads_by_id(bench: Bench) -> None:
    """Records are read by id, up to a page of them, each once and as a listing gives it.

    As many keys are looked up at a time.
    """
    count = bench.page_size
    ids = bench.create(count)
    bench.doing = f"read {count} records by id"
    records = bench.main.read(bench.object.name, ids, bench.fields)
    found = [record.id for record in records]
    bench.want(len(found) == len(set(found)), "one came twice")
    bench.want(set(found) == set(ids), f"{len(set(ids) - set(found))} of {count} are missing")
    listed = {record.id: record for record in bench.records()}
    bench.doing = "read records that were listed"
    for record in records:
        bench.want(
            record == listed.get(record.id),
            f"{record.id} is read as {record}, and listed as {listed.get(record.id)}",
        )
    keys = bench.lookup(*(bench.key(number) for number in range(1, count + 1)), "kit-never-made")
    wanted = {bench.key(number): id_ for number, id_ in enumerate(ids, start=1)}
    bench.want(keys == wanted, f"{len(keys)} keys were found, and {count} stand")


@check(Level.BRONZE, see="`write`")
def writes(bench: Bench) -> None:
    """Rows are created and updated, with one outcome a row, in their order.

    An update sets its own fields and leaves the others alone; None empties a field.
    """
    (id_,) = bench.create(1)
    changed = bench.changed(2)
    name = bench.object.name
    bench.want(bool(changed), f"no field of {name} can be updated: the harness gives none")
    kept, given = _halves(changed)
    before = bench.read(id_)[id_].values
    rows = [
        Write(values=bench.values(3), key=bench.key(3)),
        Write(values=given, id=id_),
        Write(values=bench.values(4), key=bench.key(4)),
    ]
    third, second, fourth = (outcome.id or "" for outcome in bench.write(rows, done=True))
    bench.want(second == id_, f"the row for {id_} came to {second}")
    keys = bench.lookup(bench.key(3), bench.key(4))
    bench.want(keys == {bench.key(3): third, bench.key(4): fourth}, f"keys lead to {keys}")
    after = bench.read(id_)[id_].values
    bench.doing = f"updated {', '.join(given)} of a record"
    for field in kept:
        bench.want(
            after.get(field) == before.get(field),
            f"{field} was {before.get(field)!r} and is {after.get(field)!r}, though it was not set",
        )
    first = bench.values(1)
    for field in given:
        moved = given[field] == first.get(field) or after.get(field) != before.get(field)
        bench.want(moved, f"{field} is as it was")
    _emptied(bench, id_)


@check(Level.BRONZE, see="`write`")
def same_key_once(bench: Bench) -> None:
    """A creation is an upsert by its key: asked for again, on any connection, it is one record."""
    row = [Write(values=bench.values(1), key=bench.key(1))]
    name = bench.object.name
    (first,) = bench.write(row, done=True)
    bench.doing = "asked for a creation again, on another connection"
    for connector in (bench.main, bench.connect()):
        (again,) = connector.write(name, row)
        bench.doing = "asked for a creation again"
        bench.want(again.status is DONE, f"it came to {again}")
        bench.want(again.id == first.id, f"{first.id} was made, then {again.id}")
    ids = [record.id for record in bench.records()]
    times = ids.count(first.id or "")
    bench.want(times == 1, f"{first.id} is listed {times} times")
    stands = [r for r in bench.records() if r.values[bench.object.key_field or ""] == bench.key(1)]
    bench.want(len(stands) == 1, f"{len(stands)} records stand under one key")


@check(Level.SILVER, see="`write`", needs=("refused",))
def row_outcomes(bench: Bench) -> None:
    """A row that is refused says why, and keeps no other from being written."""
    bad = dict(bench.harness.refused(bench.object, bench.values(1)))
    rows = [
        Write(values=bench.values(2), key=bench.key(2)),
        Write(values=bad, key=bench.key(1)),
        Write(values=bench.values(3), key=bench.key(3)),
    ]
    outcomes = bench.write(rows)
    bench.doing = "wrote a good row, one that the system refuses, and a good one"
    came = [str(outcome.status) for outcome in outcomes]
    bench.want(came == ["done", "refused", "done"], f"{', '.join(came)} came")
    told = outcomes[1].code or outcomes[1].message
    bench.want(bool(told), "the refused row says neither code nor message")
    found = bench.lookup(*(bench.key(number) for number in (1, 2, 3)))
    wanted = {bench.key(2): outcomes[0].id, bench.key(3): outcomes[2].id}
    bench.want(found == wanted, f"keys {sorted(found)} stand, and {sorted(wanted)} should")


@check(Level.SILVER, see="Values", needs=("view",))
def echo(bench: Bench) -> None:
    """What was written is what the system itself shows and what is read back.

    It may be tidied, in a way that is stable: what is read can be written and reads the same.
    """
    (id_,) = bench.create(1)
    written = bench.values(1)
    first = bench.read(id_)[id_].values
    shown = bench.harness.view(id_)
    bench.want(shown is not None, f"the system itself does not show {id_}")
    for field, value in written.items():
        came = first[field]
        bench.want(
            is_blank(came) == is_blank(value),
            f"{field} was written as {value!r}, and is read back as {came!r}",
        )
        if shown is not None and field in shown:
            bench.want(
                _same(shown[field], came),
                f"{field} is {shown[field]!r} in the system itself, and is read as {came!r}",
            )
    again = bench.changed(1) | {
        name: value for name, value in first.items() if name in bench.changed(1)
    }
    bench.wait()
    bench.write([Write(values=again, id=id_)], done=True)
    second = bench.read(id_)[id_].values
    bench.doing = "wrote what was read, and read it again"
    for field in again:
        bench.want(
            second[field] == first[field],
            f"{field} was read as {first[field]!r}, written so, and read as {second[field]!r}",
        )


def _halves(values: Mapping[str, Value]) -> tuple[list[str], dict[str, Value]]:
    """Return the names that are left alone, and the values that are set."""
    names = list(values)
    middle = len(names) // 2
    return names[:middle], {name: values[name] for name in names[middle:]}


def _emptied(bench: Bench, id_: str) -> None:
    """Want None to empty a field, if any may be empty."""
    kind = bench.object
    may = [f.name for f in kind.fields if f.name in bench.changed(2) and not f.required]
    if not may:
        return
    before = bench.read(id_)[id_].values
    field = next((name for name in may if isinstance(before[name], str)), may[0])
    bench.write([Write(values={field: None}, id=id_)], done=True)
    after = bench.read(id_)[id_].values[field]
    bench.doing = f"wrote None to {field}"
    bench.want(is_blank(after), f"it holds {after!r}")


def _same(one: Value, other: Value) -> bool:
    return one == other or (is_blank(one) and is_blank(other))
