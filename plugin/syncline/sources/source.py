"""What a source of activities is: a system that tells what happened with whom, and nothing else.

A source is neither side of a sync. What it recorded becomes activities of the cadence, and goes on
from there by the rules (RS2, RS3, RS4).
"""

from __future__ import annotations

__all__ = ["Activity", "ActivityPage", "Source"]

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One thing that happened, as its source recorded it."""

    #: The source's own id; it never changes, and begins with what it is an id of (``call-17``).
    id: str
    #: ``call``, ``email``, ``sms``, ``meeting``.
    kind: str
    #: When it happened or is to happen, with its zone.
    at: datetime
    #: The others who took part: telephone numbers in E.164, or mail addresses.
    parties: tuple[str, ...]
    inbound: bool | None = None
    outcome: str = ""
    subject: str = ""
    text: str = ""
    #: Who of ours it was, by address.
    user: str = ""
    #: The number of ours.
    line: str = ""
    #: How long it took, in seconds.
    duration: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityPage:
    """A run of activities; ``cursor`` resumes the listing after it."""

    activities: tuple[Activity, ...]
    #: The source's own text: nobody else reads it.
    cursor: str
    #: Ids of activities that are not to be any more: a meeting that was cancelled.
    gone: tuple[str, ...] = ()
    #: What the source left alone, by the reason: private, a draft, spam.
    left: Mapping[str, int] = field(default_factory=dict[str, int])


class Source(Protocol):
    """One open connection to one source. Errors are ``RetriableError`` or ``FatalError``."""

    def recorded(self, cursor: str | None, since: datetime) -> Iterator[ActivityPage]:
        """Yield what was recorded or changed after *cursor*; without one, from *since* on.

        At least one page is yielded, an empty one if nothing was recorded. The same activity may
        come again, whole. A cursor that the vendor has forgotten is no error: the listing begins
        anew at *since*.
        """
        ...

    def close(self) -> None:
        """Let go of files and sockets."""
        ...
