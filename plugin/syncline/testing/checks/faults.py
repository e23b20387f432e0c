"""That faults come as the error which says what is done next."""

from __future__ import annotations

__all__ = ["access_refused", "no_network", "unknown_outcome"]

from ...errors import FatalError, RetriableError, UnknownOutcomeError
from ...model import Write
from ..bench import Bench
from ..check import Level, check


@check(Level.SILVER, see="Errors", needs=("refused_access",))
def access_refused(bench: Bench) -> None:
    """Credentials that the system refuses are a FatalError of the first call.

    It says what to do, in reading as in writing.
    """
    name, fields = bench.object.name, bench.fields
    row = [Write(values=bench.values(1), key=bench.key(1))]
    with bench.harness.refused_access():
        late = bench.connect()
        bench.doing = f"listed {name} while the system refuses who we are"
        with bench.raises(FatalError) as found:
            list(late.changes(name, fields, None))
        bench.want(bool(found[0].hint), "its hint is empty: what can the admin do?")
        bench.doing = f"wrote {name} while the system refuses who we are"
        with bench.raises(FatalError):
            late.write(name, row)


@check(Level.SILVER, see="Errors", needs=("no_network",))
def no_network(bench: Bench) -> None:
    """Without a network, reading and writing are a RetriableError, and nothing took effect.

    The same connection serves again when the network is back.
    """
    name, fields = bench.object.name, bench.fields
    row = [Write(values=bench.values(1), key=bench.key(1))]
    bench.records()
    with bench.harness.no_network():
        bench.doing = f"listed {name} without a network"
        with bench.raises(RetriableError, but=(UnknownOutcomeError,)):
            list(bench.main.changes(name, fields, None))
        bench.doing = f"read {name} without a network"
        with bench.raises(RetriableError, but=(UnknownOutcomeError,)):
            bench.main.read(name, ["1"], fields)
        bench.doing = f"wrote {name} without a network"
        with bench.raises(RetriableError):
            bench.main.write(name, row)
    found = bench.lookup(bench.key(1))
    bench.want(not found, "a record stands that was written without a network")
    bench.write(row, done=True)


@check(Level.GOLD, see="Errors", needs=("lost_answer",))
def unknown_outcome(bench: Bench) -> None:
    """A write whose answer was lost is an UnknownOutcomeError, and is not sent again.

    A look-up tells what was created, reading what was updated.
    """
    name = bench.object.name
    (id_,) = bench.create(1)
    row = [Write(values=bench.values(2), key=bench.key(2))]
    with bench.harness.lost_answer():
        bench.doing = f"created a {name} whose answer was lost"
        with bench.raises(UnknownOutcomeError):
            bench.main.write(name, row)
    found = bench.lookup(bench.key(2))
    bench.want(list(found) == [bench.key(2)], "the record that was made is not found by its key")
    bench.wait()
    (again,) = bench.write(row, done=True)
    bench.doing = "asked for the creation again"
    bench.want(again.id == found[bench.key(2)], f"{found[bench.key(2)]} stood, and {again.id} came")
    changed = bench.changed(3)
    with bench.harness.lost_answer():
        bench.doing = f"updated a {name}, and the answer was lost"
        with bench.raises(UnknownOutcomeError):
            bench.main.write(name, [Write(values=changed, id=id_)])
    before, after = bench.changed(1), bench.read(id_)[id_].values
    still = [field for field in changed if changed[field] != before[field] == after[field]]
    bench.want(not still, f"{', '.join(still)} is as before, though the update took effect")
