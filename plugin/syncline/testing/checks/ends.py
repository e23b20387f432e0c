"""That what went is told, and takes no more."""

from __future__ import annotations

__all__ = ["deleted_is_gone", "tells_deletions", "tells_merges"]

from ...model import Gone, GoneKind, Position, Write
from ..bench import Bench
from ..check import Level, UnableError, check


@check(Level.SILVER, see="`write`", needs=("delete",))
def deleted_is_gone(bench: Bench) -> None:
    """What somebody deleted is neither read nor found, and an update of it is GONE.

    That keeps no other row from being written. Its key is free. To delete it again is DONE.
    """
    lost, kept = bench.create(2)
    bench.wait()
    bench.doing = f"let somebody delete {lost}"
    bench.harness.delete(lost)
    bench.want(set(bench.read(lost, kept)) == {kept}, "it is read, or the other is not")
    found = bench.lookup(bench.key(1), bench.key(2))
    bench.want(found == {bench.key(2): kept}, f"{sorted(found)} were found")
    changed = bench.changed(3)
    outcomes = bench.write([Write(values=changed, id=lost), Write(values=changed, id=kept)])
    bench.doing = "updated a deleted record, and another one"
    came = [str(outcome.status) for outcome in outcomes]
    bench.want(came == ["gone", "done"], f"{', '.join(came)} came")
    (again,) = bench.create(1)
    bench.doing = "created a record under the key of the deleted one"
    bench.want(again not in {lost, kept}, f"{again} was made, which there was already")
    if bench.object.deletable:
        for _ in range(2):
            bench.doing = f"deleted {again} and {lost}, which may be gone already"
            outcomes = bench.main.delete(bench.object.name, [again, lost])
            came = [str(outcome.status) for outcome in outcomes]
            bench.want(came == ["done", "done"], f"{', '.join(came)} came")
        bench.want(not bench.read(again), "it can still be read")


@check(Level.GOLD, see="`changes`", needs=("delete",))
def tells_deletions(bench: Bench) -> None:
    """A listing names a record that somebody deleted, once and in its place.

    It is not among the records, and a listing from the beginning does not name it.
    """
    lost, _kept = bench.create(2)
    since = bench.end()
    bench.wait()
    bench.doing = f"let somebody delete {lost}"
    bench.harness.delete(lost)
    gone, after = _ends(bench, since)
    _told(gone)
    bench.want([each.id for each in gone] == [lost], f"{[each.id for each in gone]} are named")
    bench.want(gone[0].kind is GoneKind.DELETED, f"it is said to be {gone[0].kind}")
    bench.want(gone[0].into is None, f"{gone[0].into} is said to take its place")
    bench.want(gone[0].object == bench.object.name, f"a {gone[0].object} is said to be gone")
    bench.want(gone[0].at >= since.modified, f"it went at {gone[0].at}, before it was listed")
    bench.want(_ends(bench, after)[0] == [], "it is named again")
    everything = list(bench.pages())
    bench.want(not any(page.gone for page in everything), "it is named from the beginning")
    listed = {record.id for page in everything for record in page.records}
    bench.want(lost not in listed, "it is among the records")


@check(Level.GOLD, see="`changes`", needs=("merge",))
def tells_merges(bench: Bench) -> None:
    """A listing names the loser of a merge, and the winner that takes its place."""
    loser, winner = bench.create(2)
    since = bench.end()
    bench.wait()
    bench.doing = f"let somebody merge {loser} into {winner}"
    bench.harness.merge(loser, winner)
    gone, _after = _ends(bench, since)
    _told(gone)
    bench.want([each.id for each in gone] == [loser], f"{[each.id for each in gone]} are named")
    bench.want(gone[0].kind is GoneKind.MERGED, f"it is said to be {gone[0].kind}")
    wanted = (bench.object.name, winner)
    bench.want(gone[0].into == wanted, f"{gone[0].into} is said to take its place, not {wanted}")


def _told(gone: list[Gone]) -> None:
    """Skip the check of a system that cannot tell: it keeps its promise, and is not gold."""
    if not gone:
        raise UnableError("the listing names no end: a later write to the record must meet it")


def _ends(bench: Bench, since: Position) -> tuple[list[Gone], Position]:
    """Return what went since then, and where the listing ends."""
    pages = list(bench.pages(since))
    end = pages[-1].position if pages else since
    return [gone for page in pages for gone in page.gone], end
