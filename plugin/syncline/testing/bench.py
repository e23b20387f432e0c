"""What a check works at: one clean system, connections to it, and a note of what is being done."""

from __future__ import annotations

__all__ = ["Bench", "bench"]

from collections.abc import Generator, Iterable, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path

from ..connector import Connector, ConnectorType
from ..errors import SynclineError
from ..model import ObjectType, Outcome, OutcomeStatus, Page, Position, Record, Value, Write
from ..plugins import Registry, load_plugins
from . import samples
from .check import BrokenError
from .clock import VirtualClock
from .context import Spending, context_for
from .harness import Harness
from .haste import no_waits


class Bench:
    """The system of one check. ``doing`` says what is being done; a failure quotes it."""

    def __init__(self, harness: Harness, folder: Path, stack: ExitStack) -> None:
        self.harness = harness
        self.folder = folder
        self.clock = VirtualClock()
        self.spending = Spending()
        self.doing = "made a clean system"
        self._stack = stack
        self._main: Connector | None = None
        self._object: ObjectType | None = None

    # -- connections

    @property
    def registry(self) -> Registry:
        """What the plugin registers, by itself."""
        extra = [(self.harness.connector, import_module(self.harness.plugin))]
        return load_plugins(points=[], extra=extra)

    @property
    def kind(self) -> ConnectorType:
        """The connector as it was registered."""
        found = self.registry.connectors.get(self.harness.connector)
        self.want(found is not None, f"no connector named {self.harness.connector} is registered")
        assert found is not None
        return found

    def connect(self) -> Connector:
        """Open a connection of its own, which knows nothing of the others."""
        kind = self.kind
        context = context_for(
            kind,
            self.folder,
            side=self.harness.side,
            settings=self.harness.settings(),
            secrets=self.harness.secrets(),
            clock=self.clock,
            spend=self.spending,
            access=self.harness.access(),
        )
        self.doing = "opened a connection"
        connector = self.harness.open(kind, context)
        self._stack.callback(connector.close)
        return connector

    @property
    def main(self) -> Connector:
        """The connection that is tried."""
        if self._main is None:
            self._main = self.connect()
        return self._main

    @property
    def object(self) -> ObjectType:
        """The object that is tried, as it is described."""
        if self._object is None:
            main, self.doing = self.main, "described the system"
            found = main.describe().get(self.harness.object_name)
            self.want(found is not None, f"there is no object {self.harness.object_name}")
            self._object = found
        assert self._object is not None
        return self._object

    @property
    def page_size(self) -> int:
        """How many records a page holds, as it is declared."""
        return self.main.describe().prices_of(self.object.name).page_size

    # -- saying what went wrong

    def want(self, right: bool, came: str) -> None:
        """Raise ``BrokenError``, with what was being done and what *came*, unless it is right."""
        if not right:
            raise BrokenError(self.doing, came)

    @contextmanager
    def raises(
        self, wanted: type[SynclineError], *, but: tuple[type[SynclineError], ...] = ()
    ) -> Generator[list[SynclineError]]:
        """Want an error of that class, and of none in *but*; gives it in a list afterwards."""
        found: list[SynclineError] = []
        try:
            yield found
        except SynclineError as err:
            right = isinstance(err, wanted) and not isinstance(err, but)
            self.want(right, f"{type(err).__name__} was raised, not {wanted.__name__}: {err}")
            found.append(err)
        else:
            self.want(False, f"no {wanted.__name__} was raised")

    # -- records

    @property
    def fields(self) -> tuple[str, ...]:
        """The names that are asked for: those of the values, and the key's."""
        names = dict.fromkeys((*self.values(1), self.object.key_field or ""))
        return tuple(name for name in names if name)

    def values(self, number: int) -> dict[str, Value]:
        """Return the values of the *number*-th record."""
        return dict(self.harness.values(self.object, number))

    def changed(self, number: int) -> dict[str, Value]:
        """Return values that a record which stands can be changed to."""
        return samples.updatable(self.object, self.values(number))

    def create(self, count: int, first: int = 1) -> list[str]:
        """Create records number *first* and on, under their keys; return their ids."""
        numbers = range(first, first + count)
        rows = [Write(values=self.values(n), key=self.key(n)) for n in numbers]
        return [outcome.id or "" for outcome in self.write(rows, done=True)]

    def write(self, rows: Sequence[Write], *, done: bool = False) -> list[Outcome]:
        """Write *rows* in batches of the declared size; with *done*, want every one to be."""
        name = self.object.name
        size = self.main.describe().prices_of(name).write_size
        found: list[Outcome] = []
        for start in range(0, len(rows), size):
            part = rows[start : start + size]
            self.doing = f"wrote {len(part)} rows of {name}"
            outcomes = self.main.write(name, part)
            self.want(len(outcomes) == len(part), f"{len(outcomes)} outcomes came")
            found += outcomes
        if done:
            for outcome in found:
                right = outcome.status is OutcomeStatus.DONE and bool(outcome.id)
                self.want(right, f"a good row came to {outcome}")
        return found

    def pages(self, since: Position | None = None, by: Connector | None = None) -> Iterable[Page]:
        """Yield the pages of a listing."""
        name = self.object.name
        where = "the beginning" if since is None else f"{since.modified.isoformat()}, {since.id!r}"
        pages = (by or self.main).changes(name, self.fields, since)
        at: Position | None = None
        while True:
            self.doing = f"listed {name} from {where}"
            page = next(pages, None)
            if page is None:
                return
            ended, at = at, page.position
            moved = ended != at or not (page.records or page.gone)
            self.want(moved, "two pages end at one place: the listing never ends")
            yield page

    def records(self, since: Position | None = None, by: Connector | None = None) -> list[Record]:
        """Return the records of a whole listing."""
        return [record for page in self.pages(since, by) for record in page.records]

    def end(self) -> Position:
        """Return where a listing of all there is ends."""
        return list(self.pages())[-1].position

    def read(self, *ids: str) -> dict[str, Record]:
        """Return the records among *ids* that exist, by their ids."""
        name, fields = self.object.name, self.fields
        self.doing = f"read {len(ids)} {name} by id"
        return {record.id: record for record in self.main.read(name, ids, fields)}

    def lookup(self, *keys: str) -> dict[str, str]:
        """Return key -> id."""
        name = self.object.name
        self.doing = f"looked {len(keys)} keys of {name} up"
        return self.main.lookup(name, keys)

    def key(self, number: int) -> str:
        """Return our key of the *number*-th record, in the form that the engine gives it."""
        return f"kit-{self.object.name.lower()}-{number:08d}"

    def wait(self) -> None:
        """Let time go on, so that the next change has a later stamp."""
        self.clock.forward(seconds=2)
        self.harness.wait()


@contextmanager
def bench(harness: type[Harness], folder: Path) -> Generator[Bench]:
    """Make a clean system in the empty *folder*, and clear it away at the end."""
    with ExitStack() as stack:
        made = harness()
        found = Bench(made, folder, stack)
        stack.enter_context(no_waits())
        made.start(folder, found.clock)
        stack.callback(made.stop)
        yield found
