"""That every call is paid for before it is made, at its declared price, and limits are obeyed."""

from __future__ import annotations

__all__ = ["limit_obeyed", "price_counted", "rate_limit"]

from collections.abc import Callable

from ...errors import RetriableError, UnknownOutcomeError
from ...model import Prices, Write
from ..bench import Bench
from ..check import BrokenError, Level, check
from ..context import SpentError


@check(Level.SILVER, see="Calls and prices")
def limit_obeyed(bench: Bench) -> None:
    """When nothing is left of the budget no call is made, and the refusal passes through."""
    name, fields = bench.object.name, bench.fields
    ids = bench.create(bench.page_size + 2)
    row = [Write(values=bench.values(0), key=bench.key(0))]
    main, prices = bench.main, bench.main.describe().prices_of(name)
    calls: list[tuple[str, Callable[[], object]]] = [
        (f"listed {name}", lambda: list(main.changes(name, fields, None))),
        (f"read {name}", lambda: main.read(name, ids[:1], fields)),
        (f"looked {name} up", lambda: main.lookup(name, [bench.key(1)])),
        (f"wrote {name}", lambda: main.write(name, row)),
    ]
    if bench.object.deletable:
        calls.append((f"deleted {name}", lambda: main.delete(name, ids[:1])))
    bench.spending.left = 0
    for done, call in calls:
        bench.doing = f"{done} with nothing left of the budget"
        _refused(bench, call)
    bench.spending.left = prices.page
    bench.doing = f"listed {name} with one page left of the budget"
    _refused(bench, calls[0][1])
    bench.spending.left = None
    found = bench.lookup(bench.key(0))
    bench.want(not found, "a record was written for which nothing was left")
    bench.want(len(bench.read(ids[0])) == 1, "a record was deleted for which nothing was left")


@check(Level.GOLD, see="Calls and prices", needs=("price",))
def price_counted(bench: Bench) -> None:
    """What a connection spends is what the system counts, and what it declared.

    That holds for a page, a look, a batch of either kind and a deletion; the usage costs nothing.
    """
    bench.create(1)
    bench.records()
    name, fields, key = bench.object.name, bench.fields, bench.key(1)
    main, prices = bench.main, bench.main.describe().prices_of(name)
    (id_,) = bench.lookup(key).values()
    since = bench.end()
    rows = [
        Write(values=bench.values(number), key=bench.key(number))
        for number in range(2, 2 + prices.write_size)
    ]
    calls: list[tuple[str, int, Callable[[], object]]] = [
        (
            "a listing",
            max(prices.page, prices.poll),
            lambda: list(main.changes(name, fields, since)),
        ),
        ("a read", prices.look, lambda: main.read(name, [id_], fields)),
        ("a look-up", prices.lookup or prices.look, lambda: main.lookup(name, [key])),
        ("a batch of creations", prices.write, lambda: main.write(name, rows)),
        (
            "an update",
            prices.write,
            lambda: main.write(name, [Write(values=bench.changed(2), id=id_)]),
        ),
    ]
    if bench.object.deletable:
        price = prices.delete or prices.write
        calls.append(("a deletion", price, lambda: main.delete(name, [id_])))
    for what, declared, call in calls:
        spent, counted = _cost(bench, call)
        bench.doing = f"made {what}, declared at {declared} {prices.unit}"
        bench.want(spent == counted, f"{spent} was spent, and the system counted {counted}")
        bench.want(spent == declared, f"{spent} was spent")
    _same_usage(bench, prices)


@check(Level.GOLD, see="Errors", needs=("rate_limit",))
def rate_limit(bench: Bench) -> None:
    """Refused for asking too often, reading and writing are a RetriableError.

    It tells the pause that the system asks for. Nothing took effect.
    """
    name, fields = bench.object.name, bench.fields
    row = [Write(values=bench.values(1), key=bench.key(1))]
    bench.records()
    with bench.harness.rate_limit() as pause:
        for done, call in (
            ("listed", lambda: list(bench.main.changes(name, fields, None))),
            ("wrote", lambda: bench.main.write(name, row)),
        ):
            bench.doing = f"{done} {name} while the system refuses us for asking too often"
            with bench.raises(RetriableError, but=(UnknownOutcomeError,)) as found:
                call()
            (error,) = found
            asked = error.retry_after if isinstance(error, RetriableError) else None
            bench.want(asked == pause, f"retry_after is {asked}, and the system asked for {pause}")
    found_ids = bench.lookup(bench.key(1))
    bench.want(not found_ids, "a record stands that was refused")
    bench.write(row, done=True)


def _refused(bench: Bench, call: Callable[[], object]) -> None:
    """Want the refusal of the budget to come through as it is."""
    try:
        call()
    except SpentError:
        return
    except Exception as err:
        raise BrokenError(bench.doing, f"{type(err).__name__} came in its place: {err}") from err
    raise BrokenError(bench.doing, "the call was made, or its refusal kept secret")


def _cost(bench: Bench, call: Callable[[], object]) -> tuple[int, int]:
    """Return what a call spent, and what the system counted."""
    spent, counted = bench.spending.total, bench.harness.price()
    call()
    return bench.spending.total - spent, bench.harness.price() - counted


def _same_usage(bench: Bench, prices: Prices) -> None:
    """Want ``usage`` to cost nothing."""
    spent, counted = _cost(bench, bench.main.usage)
    bench.doing = "asked for the usage"
    bench.want(spent == counted == 0, f"it cost {max(spent, counted)} {prices.unit}")
