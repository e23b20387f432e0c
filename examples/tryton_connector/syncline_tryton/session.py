"""A session with one Tryton database: its JSON-RPC, and what its answers mean."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import syncline

#: A change that somebody else made at the same moment; it passes by itself.
_PASSING = {"ConcurrencyException"}


class RefusedError(Exception):
    """Tryton took nothing of a call; ``code`` and ``message`` are its own."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message

    @property
    def passing(self) -> bool:
        """Whether the same call may succeed later."""
        return self.code in _PASSING


class Session:
    """Calls to one database, logged in on first use and again when a session has run out."""

    def __init__(self, context: syncline.Context) -> None:
        self._context = context
        self._path = f"/{context.settings['database']}/rpc/"
        self._proof = ""
        url = context.settings["url"]
        self._door = syncline.Http(url, spend=context.spend, now=context.now)
        self._http = syncline.Http(
            url,
            spend=context.spend,
            authorize=self._authorize,
            refresh=self._log_in,
            now=context.now,
        )

    def call(self, method: str, *params: Any, word: str, writes: bool) -> tuple[Any, datetime]:
        """Call a method; return its result and the server's time. Raises ``RefusedError``."""
        answer = self._http.request(
            "POST",
            self._path,
            word=word,
            json={"id": 1, "method": method, "params": list(params)},
            writes=writes,
        )
        if "error" in answer.body:
            code, *words = answer.body["error"]
            said = words[0] if words else ""
            message = str(said[0]) if isinstance(said, list) else str(said or code)
            raise RefusedError(str(code), message)
        return answer.body["result"], answer.server_time or self._context.now()

    def close(self) -> None:
        """Let go of the sockets."""
        self._door.close()
        self._http.close()

    def _authorize(self) -> dict[str, str]:
        if not self._proof:
            self._log_in()
        return {"Authorization": f"Session {self._proof}"}

    def _log_in(self) -> None:
        user = self._context.settings["user"]
        password = self._context.secrets["password"].reveal()
        answer = self._door.request(
            "POST",
            self._path,
            word="login",
            json={"id": 1, "method": "common.db.login", "params": [user, {"password": password}]},
            writes=False,
        )
        number, session, *_ = answer.body["result"]
        self._proof = base64.b64encode(f"{user}:{number}:{session}".encode()).decode()


def to_wire(moment: datetime) -> dict[str, Any]:
    """Return a time as Tryton's JSON has it."""
    at = moment.astimezone(UTC)
    names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    return {"__class__": "datetime", **{name: getattr(at, name) for name in names}}


def from_wire(said: dict[str, Any]) -> datetime:
    """Return the time that Tryton's JSON stands for; its clock is UTC."""
    parts = {name: value for name, value in said.items() if name != "__class__"}
    return datetime(**parts, tzinfo=UTC)
