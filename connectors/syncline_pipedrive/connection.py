"""One open connection to one company's Pipedrive."""

from __future__ import annotations

__all__ = ["Pipedrive", "identify"]

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from syncline import FatalError, Identity, Page, Position

from .bodies import Bodies
from .book import Book
from .ends import Ends, ends, gone_in, is_gone
from .kinds import KINDS
from .listing import listed, place
from .looking import Looker
from .narrowing import parameters
from .organizations import Organizations
from .reading import Reader, custom_param, rows_by_ids
from .session import Session
from .writing import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncline import (
        ActionRequest,
        Condition,
        Context,
        Description,
        Gone,
        Outcome,
        Record,
        Usage,
        Write,
    )

    from .kinds import Kind

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class Pipedrive:
    """Speaks to one company; see ``syncline.Connector`` for what each method promises."""

    def __init__(self, context: Context) -> None:
        self._session = Session(context)
        other_owner = str(context.settings.get("other_owner", "refuse"))
        self._book = Book(self._session, context.description, other_owner)
        self._organizations = Organizations(self._session)
        self._looker = Looker(self._session, self._book)
        bodies = Bodies(self._book, self._organizations)
        self._writer = Writer(self._session, self._book, bodies, self._looker)

    def describe(self) -> Description:
        """Ask for the fields, options, users and stages: 70 tokens."""
        return self._book.describe()

    def changes(
        self,
        object_name: str,
        fields: Sequence[str],
        since: Position | None,
        *,
        where: Condition | None = None,
    ) -> Iterator[Page]:
        """Yield pages of 500 for one price, and with them what went.

        What went is asked for before the list and in a call of its own (20 tokens), for lists
        show only what is there; deals alone are listed with those that were deleted.
        """
        kind = self._kind(object_name)
        reader = Reader(self._book, self._organizations, kind, fields)
        narrowed = parameters(self._book.object(kind.name), where)
        narrowed |= custom_param(kind, reader.fields)
        if kind.name == "deal" and since is not None:
            narrowed["status"] = f"{narrowed.get('status', 'open,won,lost')},deleted"
        went = Ends() if since is None else ends(self._session, kind, since)
        waiting, began = list(went.gone), went.server_time
        position = since or Position(modified=_BEGINNING)
        for page in listed(self._session, kind, since, narrowed):
            gone = [*waiting, *gone_in(kind, page.rows)] if since is not None else []
            if page.rows:
                position = place(page.rows[-1])
            if not page.last:
                waiting = [each for each in gone if _place(each) > position]
                gone = [each for each in gone if _place(each) <= position]
            position = max([position, *map(_place, gone)])
            records = reader.records([row for row in page.rows if not is_gone(kind, row)])
            if where is None:
                self._writer.hear(kind, records, last=page.last)
            yield Page(
                records=records,
                position=position,
                # What goes between the two calls belongs to the next listing.
                server_time=min(began or page.server_time, page.server_time),
                gone=tuple(gone),
            )
            began = None

    def read(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> list[Record]:
        """Return those records, one by one or a hundred in a call, whichever is cheaper."""
        kind = self._kind(object_name)
        reader = Reader(self._book, self._organizations, kind, fields)
        once = list(dict.fromkeys(ids))
        if kind.name == "user":
            rows = [
                row
                for page in listed(self._session, kind, None, {})
                for row in page.rows
                if str(row["id"]) in once
            ]
        else:
            rows = list(rows_by_ids(self._session, kind, once, reader.fields))
        return list(reader.records(rows))

    def lookup(self, object_name: str, keys: Sequence[str]) -> dict[str, str]:
        """Find records by our key, sixteen in one look."""
        return self._looker.look(self._kind(object_name), list(dict.fromkeys(keys)))

    def write(self, object_name: str, writes: Sequence[Write]) -> list[Outcome]:
        """Create and update, a call a record, with what changed and no more."""
        return self._writer.write(self._kind(object_name), writes)

    def delete(self, object_name: str, ids: Sequence[str]) -> list[Outcome]:
        """Delete records, a call for each; Pipedrive keeps them for 30 days."""
        return self._writer.delete(self._kind(object_name), ids)

    def act(self, requests: Sequence[ActionRequest]) -> list[Outcome]:
        """Refuse: a CRM has no cadence to act in."""
        raise FatalError(f"Pipedrive has no cadence in which to do {requests[0].action!r}.")

    def usage(self) -> Usage | None:
        """Return the company's own count of the tokens of today, when it was told."""
        return self._session.usage()

    def close(self) -> None:
        """Let go of the sockets."""
        self._session.close()

    def _kind(self, object_name: str) -> Kind:
        self._book.object(object_name)
        return KINDS[object_name]


def identify(context: Context) -> Identity:
    """Ask whom Pipedrive takes us for: one call, 2 tokens."""
    session = Session(context)
    try:
        me = session.call("GET", "/v1/users/me", word="identify", price=2).data
        return Identity(
            user=str(me["email"]),
            account=f"{me['company_name']} ({me['company_domain']}.pipedrive.com)",
            scopes=session.scopes,
            version="v2, and v1 for leads, notes and users",
        )
    except (KeyError, TypeError) as err:
        raise FatalError("Pipedrive did not say whom it takes us for.") from err
    finally:
        session.close()


def _place(gone: Gone) -> Position:
    return Position(modified=gone.at, id=gone.id)
