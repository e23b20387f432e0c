"""What goes wrong in a history, when, and how often it did."""

from __future__ import annotations

__all__ = ["Fault", "KilledError", "Life", "Storm"]

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from random import Random

from ..errors import RetriableError, UnknownOutcomeError
from ..model import ActionRequest, Gone, GoneKind, Outcome, OutcomeStatus, Side, Write
from .clock import VirtualClock
from .records import Row
from .store import Store
from .story import Story
from .weather import Calm


class Fault(StrEnum):
    """The kinds of misfortune; each is counted under its name."""

    TIMEOUT = "time-outs before anything was done"
    LOST_ANSWER = "answers lost after all was done"
    BROKEN_BATCH = "batches broken off in the middle"
    BUSY = "429 with Retry-After"
    BROKEN = "5xx"
    ROW_RETRY = "rows locked for the moment"
    ROW_REFUSED = "rows refused"
    SKEW = "server clocks that are wrong"
    JUMP = "server clocks that jump within a run"
    LATE = "changes that a listing shows late"
    MEANWHILE = "edits during a cycle"
    CRASH = "crashes"
    MIRAGE = "listings that say half of the records are deleted"
    WORKERS = "workers that stand still while another takes over"
    WAKE = "cycles woken early, twice or for nothing"
    GONE = "records deleted, merged, undeleted, converted"


class KilledError(BaseException):
    """Our process came to its end: nothing that it would still do is done."""


class Life:
    """The life of one process: it can be made to end at any instant, and then does no more."""

    def __init__(self) -> None:
        self._left: int | None = None
        self._dead = False

    def end_after(self, instants: int) -> None:
        """Let the process end at the instant of this number from now."""
        self._left = instants

    def instant(self) -> None:
        """Live through an instant, or die in it."""
        if self._left is not None:
            self._left -= 1
            self._dead = self._dead or self._left < 0
        if self._dead:
            raise KilledError


_PASSING = Outcome(status=OutcomeStatus.RETRY, code="UNABLE_TO_LOCK_ROW", message="locked")
_NEVER = Outcome(status=OutcomeStatus.REFUSED, code="CUSTOM_VALIDATION", message="a check failed")
#: So many records are worth a mirage: half of them are too many to be believed.
_MANY = 14
_WRITING = {"write", "act", "delete"}


class Storm(Calm):
    """The weather of a history: by a seed, and only of the kinds it may have."""

    def __init__(
        self,
        dice: Random,
        kinds: frozenset[Fault],
        clock: VirtualClock,
        story: Story,
        meanwhile: Callable[[], None],
        another: Callable[[], None],
    ) -> None:
        self._dice = dice
        #: What may still happen.
        self.kinds = kinds
        self._clock = clock
        self._story = story
        self._meanwhile = meanwhile
        self._another = another
        self._tell = story.tell
        self.life = Life()
        #: Objects that were not listed since their system's clock jumped, and the change's number
        #: then. It jumps again only after that: what is dated by a clock that nobody ever saw
        #: cannot be found by its date. Nor does it jump while a listing hides a change.
        self._unlisted: dict[Side, dict[str, int]] = {side: {} for side in Side}
        #: Whether the storm has passed.
        self.over = False

    def happens(self, kind: Fault, chance: float) -> bool:
        """Tell whether a fault of this kind strikes now, and count it."""
        if self.over or kind not in self.kinds or self._dice.random() >= chance:
            return False
        self._story.tally[kind] += 1
        return True

    def before(self, store: Store, what: str) -> None:
        """Let time pass, and anything that may go wrong before a call takes effect."""
        self._clock.forward(0.1 if self.over else self._dice.choice((0.05, 0.2, 0.4, 1.5, 8)))
        self.life.instant()
        if self.happens(Fault.MEANWHILE, 0.25):
            self._meanwhile()
        steady = self._unlisted[store.side] or store.hides
        if not steady and self.happens(Fault.JUMP, 0.04):
            store.skew += timedelta(seconds=self._dice.uniform(-400, 400))
            number = store.count.last
            self._unlisted[store.side] = {d.name: number for d in store.description.objects}
            self._tell(f"the {store.side.word}'s clock jumps: it is now {_ahead(store.skew)}")
        where = f"{what} at the {store.side.word}"
        if self.happens(Fault.BUSY, 0.03):
            self._tell(f"429 to {where}")
            raise RetriableError(f"429 to {where}", retry_after=30)
        if self.happens(Fault.BROKEN, 0.03):
            self._tell(f"503 to {where}")
            raise RetriableError(f"503 to {where}")
        if self.happens(Fault.TIMEOUT, 0.03):
            self._tell(f"no answer to {where}; nothing was done")
            kind = UnknownOutcomeError if what in _WRITING else RetriableError
            raise kind(f"no answer to {where}")

    def arriving(self, store: Store, what: str, rows: int) -> int:
        """Return how many rows take effect before the batch breaks off."""
        if rows > 1 and self.happens(Fault.BROKEN_BATCH, 0.06):
            some = self._dice.randrange(rows)
            self._tell(f"{what} at the {store.side.word} breaks off after {some} of {rows} rows")
            return some
        return rows

    def refusal(self, store: Store) -> Outcome | None:
        """Return why a row is not taken just now."""
        if self.happens(Fault.ROW_RETRY, 0.05):
            self._tell(f"the {store.side.word} says that the next row is locked")
            return _PASSING
        if self.happens(Fault.ROW_REFUSED, 0.03):
            self._tell(f"the {store.side.word} refuses the next row")
            return _NEVER
        return None

    def mirage(self, store: Store, name: str) -> tuple[Gone, ...]:
        """Return half of the records, if there are many, as if they were deleted."""
        rows = store.rows(name)
        if len(rows) < _MANY or not self.happens(Fault.MIRAGE, 0.1):
            return ()
        self._tell(f"the {store.side.word} says that every second {name} is deleted: it is not")
        at = store.habits.stamp(store.server_time())
        return tuple(
            Gone(object=name, id=row.id, kind=GoneKind.DELETED, at=at) for row in rows[::2]
        )

    def sending(self, store: Store, name: str, write: Write) -> None:
        """See ``Weather``."""
        self._story.sending(store, name, write)

    def asking(self, store: Store, request: ActionRequest) -> None:
        """See ``Weather``."""
        self._story.asking(store, request)

    def handed(self, store: Store, row: Row) -> None:
        """See ``Weather``."""
        self._story.handed_out(store, row)

    def listed(self, store: Store, name: str, began: int) -> None:
        """See ``Weather``."""
        self._story.listed(store, name, began)
        if began >= self._unlisted[store.side].get(name, began + 1):
            del self._unlisted[store.side][name]

    def after(self, store: Store, what: str) -> None:
        """Let the answer get lost, or our process end before it reads it."""
        if what in _WRITING and self.happens(Fault.CRASH, 0.05):
            self.life.end_after(0)
        self.life.instant()
        if self.happens(Fault.WORKERS, 0.02):
            self._another()
        if self.happens(Fault.LOST_ANSWER, 0.04):
            self._tell(f"the answer to {what} at the {store.side.word} is lost")
            kind = UnknownOutcomeError if what in _WRITING else RetriableError
            raise kind(f"no answer to {what} at the {store.side.word}")


def _ahead(skew: timedelta) -> str:
    seconds = round(skew.total_seconds())
    return f"{abs(seconds)} s {'ahead' if seconds >= 0 else 'behind'}"
