"""That a listing gives every change once, in one order, from wherever it is taken up."""

from __future__ import annotations

__all__ = ["changes_under_paging", "equal_times", "lists_all", "resumes_anywhere"]

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from ...model import Page, Position, Record
from ..bench import Bench
from ..check import Level, check

#: The engine begins a listing earlier than the one before began, by more than this.
_OVERLAP = timedelta(seconds=2)
_HOUR = timedelta(hours=1)
_FAR = timedelta(days=3650)


@check(Level.BRONZE, see="`changes`")
def lists_all(bench: Bench) -> None:
    """A listing from the beginning gives each record once, in the order of (modified, id).

    It holds exactly the fields asked for and names no ends. There is at least one page, with the
    server's time.
    """
    before = {record.id for record in bench.records()}
    ids = bench.create(bench.page_size + 2)
    pages = list(bench.pages())
    _sound(bench, pages)
    _once(bench, [r for page in pages for r in page.records if r.id not in before], ids)
    bench.want(not any(page.gone for page in pages), "it names records that went")
    rest = list(bench.pages(Position(modified=pages[-1].server_time + _FAR)))
    bench.want(bool(rest), "there is no page, though one is owed when nothing changed")
    bench.want(not any(page.records for page in rest), "it lists what did not change")


@check(Level.SILVER, see="`changes`")
def resumes_anywhere(bench: Bench) -> None:
    """A listing goes on from the position of any page or record, on any connection.

    A position without an id lies before all records of its instant.
    """
    bench.create(bench.page_size + 2)
    pages = list(bench.pages())
    _sound(bench, pages)
    places = [(_place(record), record.id) for page in pages for record in page.records]
    wanted = [id_ for _place, id_ in places]
    late = bench.connect()
    for position in (page.position for page in pages):
        rest = [id_ for place, id_ in places if place > position]
        _alike(bench, [r.id for r in bench.records(position, late)], rest)
    for at in range(0, len(places), max(1, len(places) // 3)):
        position = places[at][0]
        _alike(bench, [r.id for r in bench.records(position, late)], wanted[at + 1 :])
    moment = Position(modified=places[-1][0].modified)
    same = [id_ for place, id_ in places if place.modified >= moment.modified]
    _alike(bench, [r.id for r in bench.records(moment, late)], same)


@check(Level.SILVER, see="`changes`", needs=("same_time",))
def equal_times(bench: Bench) -> None:
    """Records of one instant, more than a page of them, are neither repeated nor passed over."""
    ids = bench.create(bench.page_size + 2)
    bench.wait()
    since = bench.end()
    bench.doing = f"gave {len(ids)} records one time of modification"
    bench.harness.same_time(ids)
    pages = list(bench.pages(since))
    found = [record for page in pages for record in page.records]
    stamps = {record.modified for record in found}
    bench.want(len(stamps) <= 1, f"they have {len(stamps)} times: the harness gave them others")
    _once(bench, found, ids)
    for at in (0, len(found) // 2):
        _alike(
            bench,
            [record.id for record in bench.records(_place(found[at]))],
            [record.id for record in found[at + 1 :]],
        )


@check(Level.SILVER, see="`changes`", needs=("add", "edit"))
def changes_under_paging(bench: Bench) -> None:
    """Whatever changes while a listing is read is in it, or in the next one, as it is then.

    No record is lost, and none comes twice at one time.
    """
    size = bench.page_size
    ids = bench.create(size + 2)
    bench.clock.forward(minutes=5)
    first, *more = list(bench.pages())
    seen = [record.id for record in first.records if record.id in ids]
    unseen = [record.id for page in more for record in page.records if record.id in ids]
    pages = iter(bench.pages())
    listed = [next(pages)]
    bench.wait()
    bench.doing = "edited one record that was listed and one that was not, and added another"
    edited = {seen[0]: size + 11, (unseen or seen)[-1]: size + 12}
    for id_, number in edited.items():
        bench.harness.edit(id_, bench.changed(number))
    added = bench.harness.add(bench.values(size + 13))
    listed += pages
    bench.doing = "listed while records changed, and once more"
    twice = Counter((r.id, r.modified) for page in listed for r in page.records).most_common(1)
    bench.want(twice[0][1] == 1, f"{twice[0][0][0]} came twice at one time")
    again = bench.records(Position(modified=listed[0].server_time - _OVERLAP))
    known = {r.id: r for page in listed for r in page.records} | {r.id: r for r in again}
    lost = {*ids, added} - set(known)
    bench.want(not lost, f"{len(lost)} records were lost, {sorted(lost)[:1]} among them")
    for id_, record in bench.read(*edited, added).items():
        came = known[id_].values
        bench.want(came == record.values, f"{id_} was listed as {came}, and is {record.values}")


def _place(record: Record) -> Position:
    return Position(modified=record.modified, id=record.id)


def _sound(bench: Bench, pages: Sequence[Page]) -> None:
    """Want every page to be what the engine believes."""
    bench.want(bool(pages), "there is no page")
    before: Position | None = None
    for page in pages:
        _sound_times(bench, page)
        for record in page.records:
            place = _place(record)
            fields = tuple(record.values)
            bench.want(record.object == bench.object.name, f"a record is a {record.object}")
            bench.want(
                set(fields) == set(bench.fields),
                f"{record.id} has the fields {sorted(fields)}, not {sorted(bench.fields)}",
            )
            bench.want(
                before is None or before < place,
                f"{record.id} of {record.modified.isoformat()} comes after "
                f"{before.id if before else ''}, out of order or again",
            )
            before = place
        bench.want(
            before is None or page.position >= before,
            f"a page ends at {page.position}, before its last record",
        )


def _sound_times(bench: Bench, page: Page) -> None:
    stamps: list[datetime] = [page.server_time, page.position.modified]
    stamps += [record.modified for record in page.records]
    bench.want(all(s.tzinfo is not None for s in stamps), "a time has no zone")
    ahead = max((r.modified for r in page.records), default=page.server_time)
    bench.want(
        ahead - page.server_time < _HOUR,
        f"a record changed at {ahead.isoformat()}, and the server's time is "
        f"{page.server_time.isoformat()}: is one of them in another zone?",
    )


def _once(bench: Bench, found: Sequence[Record], ids: Sequence[str]) -> None:
    counted = Counter(record.id for record in found)
    twice = [id_ for id_, times in counted.items() if times > 1]
    bench.want(not twice, f"{len(twice)} records came twice, {twice[:1]} among them")
    lost, strange = set(ids) - set(counted), set(counted) - set(ids)
    bench.want(not lost, f"{len(lost)} of {len(ids)} records are missing, {sorted(lost)[:1]}")
    bench.want(not strange, f"{len(strange)} records came that nobody made, {sorted(strange)[:1]}")


def _alike(bench: Bench, came: Sequence[str], wanted: Sequence[str]) -> None:
    if list(came) != list(wanted):
        lost = [id_ for id_ in wanted if id_ not in set(came)]
        again = [id_ for id_ in came if id_ not in set(wanted)]
        bench.want(
            False,
            f"{len(came)} records came where {len(wanted)} lie after it; passed over: "
            f"{lost[:2]}, repeated: {again[:2]}",
        )
