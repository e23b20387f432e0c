"""Salesloft's listings as changes: tie-safe, whatever changes between two calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given, strategies as st

from syncline import Gone, GoneKind, Position, Record, RetriableError
from syncline_salesloft import listing
from syncline_salesloft.listing import Feed, Item, merged
from syncline_salesloft.values import instant, parse_instant

if TYPE_CHECKING:
    from collections.abc import Callable

    from syncline import Page
    from syncline_salesloft.session import Session

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PAGE = 3


@dataclass
class Api:
    """A listing of the vendor's kind: sorted by time alone, equals in any order, pages numbered."""

    #: Resource -> id -> time of modification, in ticks.
    rows: dict[str, dict[int, int]]
    #: Between two calls, somebody edits these: (resource, id) in turn; None for nobody.
    edits: Iterator[tuple[str, int] | None] = field(default_factory=lambda: iter(()))
    #: In which order equals come; it may be another for each call.
    shuffle: Callable[[int, int], int] = lambda _call, id_: -id_
    calls: int = 0

    def pages(
        self, path: str, params: Sequence[tuple[str, str]], *, word: str
    ) -> Iterator[tuple[list[dict[str, Any]], dict[str, Any], datetime]]:
        asked = dict(params)
        assert (asked["sort_by"], asked["sort_direction"], word) == ("updated_at", "ASC", "list")
        page = 1
        while True:
            self.calls += 1
            call = self.calls
            found = sorted(
                (
                    (at, self.shuffle(call, id_), id_)
                    for id_, at in self.rows[path].items()
                    if _within(time(at), asked)
                ),
            )
            shown = found[(page - 1) * PAGE : page * PAGE]
            rows = [{"id": id_, "updated_at": instant(time(at))} for at, _, id_ in shown]
            more = page + 1 if page * PAGE < len(found) else None
            paging = {"next_page": more, "total_count": len(found)}
            self._edit()
            yield rows, paging, START
            if more is None:
                return
            page += 1

    def _edit(self) -> None:
        edit = next(self.edits, None)
        if edit is not None:
            path, id_ = edit
            latest = max(at for rows in self.rows.values() for at in rows.values())
            self.rows[path][id_] = latest + 1


def time(ticks: int) -> datetime:
    return START + timedelta(microseconds=ticks)


def _within(moment: datetime, asked: dict[str, str]) -> bool:
    least, most = asked.get("updated_at[gte]"), asked.get("updated_at[lte]")
    return (least is None or moment >= parse_instant(least)) and (
        most is None or moment <= parse_instant(most)
    )


def feed(path: str) -> Feed:
    """Return a feed of records; of ends, if its path says so."""

    def made(rows: list[dict[str, Any]]) -> list[Item]:
        return [_item(path, str(row["id"]), parse_instant(row["updated_at"])) for row in rows]

    return Feed(path=path, made=made)


def _item(path: str, id_: str, at: datetime) -> Item:
    if path == "ends":
        return Gone(object="prospect", id=id_, kind=GoneKind.DELETED, at=at)
    return Record(object=path, id=f"{path}-{id_}", values={}, modified=at)


def pages(api: Api, since: Position | None = None, *paths: str) -> list[Page]:
    feeds = [feed(path) for path in paths or ("people",)]
    return list(merged(cast("Session", api), feeds, since))


def places(found: Sequence[Page]) -> list[tuple[datetime, str]]:
    return [(record.modified, record.id) for page in found for record in page.records]


@pytest.fixture(autouse=True, scope="module")
def _small_pages() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listing, "PAGE", PAGE)
        yield


ROWS = st.dictionaries(st.integers(1, 30), st.integers(0, 4), max_size=20)
EDITS = st.lists(
    st.none() | st.tuples(st.sampled_from(("people", "calls")), st.integers(1, 30)), max_size=30
)


@given(rows=ROWS, salt=st.integers(0, 9))
def test_each_record_comes_once_in_order_and_from_any_position(
    rows: dict[int, int], salt: int
) -> None:
    """Crowds of one instant larger than a page are among them, in whatever order."""
    api = Api({"people": rows}, shuffle=lambda _call, id_: hash((id_, salt)))

    found = pages(api)

    wanted = sorted((time(at), f"people-{id_}") for id_, at in rows.items())
    assert places(found) == wanted
    for page in found:
        after = (page.position.modified, page.position.id)
        assert places(pages(api, page.position)) == [place for place in wanted if place > after]


@given(people=ROWS, calls=ROWS, edits=EDITS)
def test_nothing_is_lost_whatever_changes_between_two_calls(
    people: dict[int, int], calls: dict[int, int], edits: list[tuple[str, int] | None]
) -> None:
    """What is edited meanwhile is in this listing as it is then, or in the next one."""
    rows = {"people": dict(people), "calls": dict(calls)}
    known = [edit for edit in edits if edit is None or edit[1] in rows[edit[0]]]
    api = Api(rows, edits=iter(known))
    try:
        first = pages(api, None, "people", "calls")
    except RetriableError:
        # The edits came so thick that no crowd could be counted: the next run tries again.
        return
    api.edits = iter(())

    second = pages(api, first[-1].position, "people", "calls")

    seen = {id_: modified for modified, id_ in (*places(first), *places(second))}
    assert seen == {
        f"{path}-{id_}": time(at) for path, found in rows.items() for id_, at in found.items()
    }
    for listed in (first, second):
        assert places(listed) == sorted(set(places(listed)))


def test_a_crowd_that_changes_while_it_is_counted_is_counted_again() -> None:
    """Somebody leaves the instant between its pages, so that another would slip past unseen."""
    edits: list[tuple[str, int] | None] = [None, ("people", 7)]
    api = Api({"people": dict.fromkeys(range(1, 8), 0)}, edits=iter(edits))

    found = places(pages(api))

    assert found == [*((time(0), f"people-{n}") for n in range(1, 7)), (time(1), "people-7")]


def test_a_crowd_whose_order_changes_is_read_until_all_of_it_was_shown() -> None:
    """The first page of one order and the last of the other leave some out."""
    rows = {"people": dict.fromkeys(range(1, 8), 0)}
    api = Api(rows, shuffle=lambda call, id_: id_ if call % 2 else -id_)

    assert [id_ for _at, id_ in places(pages(api))] == [f"people-{n}" for n in range(1, 8)]
    assert api.calls == 8


def test_a_crowd_that_never_stands_still_is_left_to_the_next_run() -> None:
    rows = {"people": dict.fromkeys(range(1, 40), 0)}
    api = Api(rows, edits=iter([("people", id_) for id_ in range(1, 40)]))

    with pytest.raises(RetriableError, match="at each of 4 readings"):
        pages(api)


def test_no_second_page_is_asked_for_while_times_differ() -> None:
    api = Api({"people": {n: n for n in range(1, 8)}})

    found = pages(api)

    assert [len(page.records) for page in found] == [2, 2, 3]
    assert api.calls == len(found)


def test_ends_stand_among_the_records_in_the_order_of_time() -> None:
    api = Api({"people": {1: 0, 2: 4}, "ends": {9: 2}})
    before = Position(modified=START - timedelta(seconds=1))

    (page,) = pages(api, before, "people", "ends")

    assert [record.id for record in page.records] == ["people-1", "people-2"]
    assert [(gone.id, gone.at) for gone in page.gone] == [("9", time(2))]
    assert page.position == Position(modified=time(4), id="people-2")
    (late,) = pages(api, Position(modified=time(2), id="9"), "people", "ends")
    assert (len(late.records), late.gone) == (1, ())


def test_a_listing_of_everything_names_no_ends() -> None:
    (page,) = pages(Api({"people": {1: 0}, "ends": {9: 2}}), None, "people", "ends")

    assert (len(page.records), page.gone) == (1, ())


def test_nothing_changed_is_one_empty_page_that_tells_the_time() -> None:
    since = Position(modified=START, id="people-9")

    (page,) = pages(Api({"people": {1: -5}}), since)

    assert (page.records, page.position, page.server_time) == ((), since, START)
