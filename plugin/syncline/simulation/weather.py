"""What befalls a call to a system in memory, and the fair weather in which nothing does."""

from __future__ import annotations

__all__ = ["Calm", "Weather"]

from typing import Protocol

from ..model import ActionRequest, Gone, Outcome, Write
from .records import Row
from .store import Store


class Weather(Protocol):
    """What befalls a call. Each method may let time pass, let others act, and raise."""

    def before(self, store: Store, what: str) -> None:
        """Something may happen before the call takes effect."""
        ...

    def after(self, store: Store, what: str) -> None:
        """Something may happen once it took effect, on the answer's way back."""
        ...

    def arriving(self, store: Store, what: str, rows: int) -> int:
        """Return how many rows of a batch take effect before it breaks off; all, if it does not."""
        ...

    def refusal(self, store: Store) -> Outcome | None:
        """Return why the system takes no such row just now, or None."""
        ...

    def mirage(self, store: Store, name: str) -> tuple[Gone, ...]:
        """Return records that a listing says are gone, though they are there."""
        ...

    def sending(self, store: Store, name: str, write: Write) -> None:
        """Hear of a row that is about to take effect."""
        ...

    def asking(self, store: Store, request: ActionRequest) -> None:
        """Hear of an action that is about to take effect."""
        ...

    def handed(self, store: Store, row: Row) -> None:
        """Hear that a listing gave the row to the engine, as it is shown."""
        ...

    def listed(self, store: Store, name: str, began: int) -> None:
        """Hear that a listing that began at a change's number came to its end."""
        ...


class Calm:
    """Fair weather: nothing happens."""

    def before(self, store: Store, what: str) -> None:
        """See ``Weather``."""

    def after(self, store: Store, what: str) -> None:
        """See ``Weather``."""

    def arriving(self, store: Store, what: str, rows: int) -> int:
        """See ``Weather``."""
        del store, what
        return rows

    def refusal(self, store: Store) -> Outcome | None:
        """See ``Weather``."""

    def mirage(self, store: Store, name: str) -> tuple[Gone, ...]:
        """See ``Weather``."""
        del store, name
        return ()

    def sending(self, store: Store, name: str, write: Write) -> None:
        """See ``Weather``."""

    def asking(self, store: Store, request: ActionRequest) -> None:
        """See ``Weather``."""

    def handed(self, store: Store, row: Row) -> None:
        """See ``Weather``."""

    def listed(self, store: Store, name: str, began: int) -> None:
        """See ``Weather``."""
