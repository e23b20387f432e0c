"""One team's calls and SMS, read where the last time ended."""

from __future__ import annotations

__all__ = ["Ringover", "identify"]

from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from syncline import Activity, ActivityPage, FatalError, Identity

from . import rows
from .cursor import LOOK_BACK, Cursor
from .rows import Left
from .session import PAGE, Session

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from syncline import Context

#: The API lists the calls of so long a time at most.
_WINDOW = timedelta(days=15)


class Ringover:
    """Speaks to one team; see ``syncline.Source`` for what each method promises."""

    def __init__(self, context: Context) -> None:
        self._now = context.now
        self._session = Session(context)

    def recorded(self, cursor: str | None, since: datetime) -> Iterator[ActivityPage]:
        """Yield calls by windows of fifteen days, then the messages of conversations that moved."""
        place = Cursor.read(cursor, since)
        until = self._now()
        try:
            yield from self._calls(place, until)
            yield from self._messages(place, until)
        except (KeyError, TypeError, ValueError, AttributeError) as err:
            raise FatalError(
                f"Ringover's answer is not what its API promises: {type(err).__name__} {err}"
            ) from err
        yield ActivityPage(activities=(), cursor=place.text())

    def close(self) -> None:
        """Let go of the sockets."""
        self._session.close()

    def _calls(self, place: Cursor, until: datetime) -> Iterator[ActivityPage]:
        begin = place.calls
        while begin < until:
            end = min(begin + _WINDOW, until)
            window = {"start_date": _stamp(begin), "end_date": _stamp(end)}
            for page in self._session.pages("/calls", window, "call_list"):
                yield _page(place, map(rows.call, page))
            begin = end
            # A clock that was set back moves nothing back: what was read stays read.
            place.calls = max(place.calls, end - LOOK_BACK)

    def _messages(self, place: Cursor, until: datetime) -> Iterator[ActivityPage]:
        oldest = place.messages
        external = {"filter": "EXTERNAL"}
        for page in self._session.pages("/conversations", external, "conversation_list"):
            for conversation in page:
                last = conversation.get("last_message")
                if last is not None and rows.moment(last["creation_date"]) >= oldest:
                    found = self._since(conversation["conversation_id"], oldest)
                    yield _page(place, (rows.message(row, conversation) for row in found))
        place.messages = max(place.messages, until - LOOK_BACK)

    def _since(self, conversation: int, oldest: datetime) -> Iterator[dict[str, Any]]:
        """Yield the messages of a conversation, the newest first, until they are too old."""
        params = {"limit_count": str(PAGE)}
        while True:
            said = self._session.call(f"/conversations/{conversation}/messages", params)
            found: list[dict[str, Any]] = said.get("message_list") or []
            for row in found:
                if rows.moment(row["creation_date"]) < oldest:
                    return
                yield row
            if len(found) < PAGE:
                return
            params = {**params, "last_id_returned": str(found[-1]["id"])}


def identify(context: Context) -> Identity:
    """Ask whose key it is: one call."""
    with closing(Session(context)) as session:
        team = session.call("/teams")
    name = str(team.get("name", ""))
    return Identity(user=f"an API key of {name}", account=name, version="v2")


def _page(place: Cursor, found: Iterable[Activity | Left]) -> ActivityPage:
    """Return what is new of some rows."""
    new = [each for each in found if place.is_new(each)]
    return ActivityPage(
        activities=tuple(each for each in new if isinstance(each, Activity)),
        cursor=place.text(),
        left=Counter(each.why for each in new if isinstance(each, Left)),
    )


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
