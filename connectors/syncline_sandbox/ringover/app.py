"""The sandbox as an ASGI application: what a team called and wrote, and what people do there.

People's part lies below ``/sandbox/ringover``: ``call``, ``sms``, ``note`` and ``webhook``.
"""

from __future__ import annotations

__all__ = ["create_app"]

import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from syncline import Faults

from ..shelf import Row, Shelf
from .gate import Gate
from .hooks import Hooks

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
    from pathlib import Path

    from starlette.requests import Request

#: The number of ours, as the API writes numbers.
LINE = 33_184_800_000
USER = {
    "user_id": 123_456,
    "firstname": "Pauline",
    "lastname": "Martin",
    "email": "pauline.martin@sandbox.example",
}
_MOST = 1000
_WINDOW = timedelta(days=15)

#: A status, and the body; None for an answer without one.
_Answer = tuple[int, Any]


def create_app(
    folder: Path,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    faults: Faults | None = None,
) -> Starlette:
    """Return the application with its data in *folder*, by the clock *now*."""
    return _App(folder, now, faults or Faults()).starlette()


class _App:
    def __init__(self, folder: Path, now: Callable[[], datetime], faults: Faults) -> None:
        self._now = now
        self._gate = Gate(now, faults)
        self._shelf = Shelf(folder / "sandbox-ringover.json")
        self._hooks = Hooks(now)

    def starlette(self) -> Starlette:
        @asynccontextmanager
        async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
            yield
            self._shelf.close()

        return Starlette(
            routes=[
                Route("/v2/teams", self._kept(self._team)),
                Route("/v2/calls", self._kept(self._calls)),
                Route("/v2/conversations", self._kept(self._conversations)),
                Route("/v2/conversations/{id:int}/messages", self._kept(self._messages)),
                Route("/sandbox/ringover/{what}", self._by_hand, methods=["POST"]),
            ],
            lifespan=lifespan,
        )

    def _kept(
        self, resource: Callable[[Request], _Answer]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            refusal = self._gate.refusal(request.headers.get("Authorization", ""))
            status, body = (refusal, {"error": "refused"}) if refusal else resource(request)
            return self._response(status, body)

        return endpoint

    def _response(self, status: int, body: Any) -> Response:
        # Nothing found is no content, not an empty list.
        empty = body is None or status == 204
        response = Response(status_code=204) if empty else JSONResponse(body, status_code=status)
        response.headers["Date"] = format_datetime(self._now().astimezone(UTC), usegmt=True)
        return response

    # -- what the API shows

    def _team(self, _request: Request) -> _Answer:
        return 200, {"id": 42, "name": "Sandbox Team", "users": [USER]}

    def _calls(self, request: Request) -> _Answer:
        asked = request.query_params
        try:
            begin, end = (datetime.fromisoformat(asked[n]) for n in ("start_date", "end_date"))
        except (KeyError, ValueError):
            return 400, {"error": "start_date and end_date are needed"}
        if end < begin or end - begin > _WINDOW:
            return 400, {"error": "start_date and end_date are at most 15 days apart"}
        found = [
            row for row in self._shelf.rows("calls")
            # A call is shown once it has ended, at the time at which it began.
            if begin <= datetime.fromisoformat(row["start_time"]) <= end
            and datetime.fromisoformat(row["end_time"]) <= self._now()
        ]  # fmt: skip
        found.sort(key=lambda row: row["start_time"], reverse=True)
        shown = _part(found, asked)
        if not shown:
            return 204, None
        listed = [{k: v for k, v in row.items() if k != "n"} for row in shown]
        return 200, {
            "total_call_count": len(found),
            "call_list_count": len(listed),
            "call_list": listed,
        }

    def _conversations(self, request: Request) -> _Answer:
        rows = self._shelf.rows("conversations")
        wanted = request.query_params.get("filter", "ALL")
        found = [self._conversation(row) for row in rows if wanted in {"ALL", row["type"]}]
        shown = _part(found, request.query_params)
        if not shown:
            return 204, None
        return 200, {
            "total_conversation_count": len(found),
            "conversation_list_count": len(shown),
            "conversation_list": shown,
        }

    def _conversation(self, row: Row) -> Row:
        said = self._said(row["n"])
        return {
            "conversation_id": row["n"],
            "type": row["type"],
            "external": [{"number": {"e164": number}} for number in row["numbers"]],
            "last_message": said[0] if said else None,
            "total_messages_count": len(said),
        }

    def _messages(self, request: Request) -> _Answer:
        number = request.path_params["id"]
        if self._shelf.get("conversations", number) is None:
            return 404, {"error": "no such conversation"}
        said = self._said(number)
        last = request.query_params.get("last_id_returned", "")
        if last.isdigit():
            said = [row for row in said if row["id"] < int(last)]
        shown = said[: _number(request.query_params, "limit_count", 100)]
        if not shown:
            return 204, None
        return 200, {
            "conversation_id": number,
            "message_list_count": len(shown),
            "message_list": shown,
        }

    def _said(self, conversation: int) -> list[Row]:
        """Return what was written in a conversation, the newest first."""
        rows = self._shelf.rows("messages")
        found = [row for row in rows if row["conversation_id"] == conversation]
        hidden = {"n", "conversation_id"}
        shown = [{k: v for k, v in row.items() if k not in hidden} for row in found]
        return sorted(shown, key=lambda row: -row["id"])

    # -- what people do

    async def _by_hand(self, request: Request) -> Response:
        given: dict[str, Any] = json.loads(await request.body() or b"{}")
        match request.path_params["what"]:
            case "webhook":
                self._hooks.listen(given["url"], given["key"])
                return self._response(200, {"ok": True})
            case "call":
                row, event = self._call(given), ("call", "hangup")
            case "note":
                kept = self._shelf.get("calls", given["id"] - 19_000_000)
                if kept is None:
                    return self._response(404, {"error": "no such call"})
                row = self._shelf.put("calls", {**kept, "note": given["note"]})
                event = ("call", "comments_updated")
            case "sms":
                row = self._write(given)
                event = ("message", "sent" if row["user"] else "received")
            case _:
                return self._response(404, {"error": "nobody does that"})
        told = {"call_id": row.get("call_id"), "message_id": row.get("id"), "id": str(row["n"])}
        status = await self._hooks.send(*event, told)
        id_ = row.get("cdr_id", row.get("id"))
        return self._response(200, {"id": id_, "delivered": status})

    def _call(self, given: dict[str, Any]) -> Row:
        number = len(self._shelf.rows("calls")) + 1
        began = datetime.fromisoformat(given.get("at") or self._now().isoformat())
        lasted = int(given.get("duration", 60))
        inbound = bool(given.get("inbound"))
        other = given.get("number")
        row = {
            "cdr_id": 19_000_000 + number,
            "call_id": 9_058_220_947_198_958_000 + number,
            "type": given.get("type", "PHONE"),
            "direction": "in" if inbound else "out",
            "last_state": given.get("state", "ANSWERED"),
            "start_time": _stamp(began),
            "end_time": _stamp(began + timedelta(seconds=lasted)),
            "incall_duration": lasted,
            "total_duration": lasted,
            "from_number": other if inbound else LINE,
            "to_number": LINE if inbound else other,
            "note": given.get("note"),
            "user": USER,
        }
        return self._shelf.add("calls", row)

    def _write(self, given: dict[str, Any]) -> Row:
        numbers = [f"+{each}" for each in given.get("numbers", [given.get("number")])]
        kind = given.get("type", "EXTERNAL")
        rows = self._shelf.rows("conversations")
        same = [row for row in rows if (row["numbers"], row["type"]) == (numbers, kind)]
        new = {"numbers": numbers, "type": kind}
        conversation = same[0] if same else self._shelf.add("conversations", new)
        at = datetime.fromisoformat(given.get("at") or self._now().isoformat())
        return self._shelf.add(
            "messages",
            {
                "id": 11_000_000 + len(self._shelf.rows("messages")) + 1,
                "conversation_id": conversation["n"],
                "user": None if given.get("inbound", True) else USER,
                "buffer": given.get("text", ""),
                "is_failed": bool(given.get("failed")),
                "direction": None,
                "creation_date": _stamp(at),
            },
        )


def _part(rows: list[Row], asked: Mapping[str, str]) -> list[Row]:
    offset = _number(asked, "limit_offset", 0)
    return rows[offset : offset + min(_number(asked, "limit_count", 100), _MOST)]


def _number(asked: Mapping[str, str], name: str, default: int) -> int:
    text = asked.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else default


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
