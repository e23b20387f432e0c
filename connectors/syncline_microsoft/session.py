"""Calls to Graph, twenty in one: each has its own answer, and its own wish to be left alone."""

from __future__ import annotations

__all__ = ["FORGOTTEN", "Reply", "Session", "path_of"]

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from syncline import FatalError, Http, RetriableError

if TYPE_CHECKING:
    from syncline import Context, Token

API_URL = "https://graph.microsoft.com"
_VERSION = "/v1.0"
#: As many requests as one ``$batch`` carries.
_MOST = 20
_ATTEMPTS = 4
#: A longer wish to be left alone is granted by the next run.
_PATIENCE = 60.0

#: What a delta link that Graph no longer knows is answered with.
FORGOTTEN = 410
_FORGOTTEN_CODES = frozenset({"syncstatenotfound", "syncstateinvalid", "resyncrequired"})
_HEADERS = {
    "Prefer": 'outlook.timezone="UTC", odata.maxpagesize=100, IdType="ImmutableId"',
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer to one request of a batch: 200, 404 or ``FORGOTTEN``."""

    status: int
    body: dict[str, Any] = field(repr=False)


class Session:
    """Speaks to Graph with the token that the workspace keeps."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._token: Token | None = None
        self._http = Http(
            context.settings.get("url", API_URL),
            authorize=self._proof,
            refresh=self._renew,
            now=context.now,
            sleep=context.sleep,
        )

    def ask(self, paths: Mapping[str, str]) -> dict[str, Reply]:
        """Return what each resource says, by the caller's own names for them.

        Those that Graph puts off are asked again after the time that it names. Raises
        ``RetriableError`` when it goes on to, and ``FatalError`` for a missing right.
        """
        found: dict[str, Reply] = {}
        waiting = dict(paths)
        attempt = 1
        while waiting:
            some = dict(list(waiting.items())[:_MOST])
            pause = 0.0
            for name, answer in self._batch(some).items():
                wish = _wish(answer)
                if wish is None:
                    found[name] = _reply(answer)
                    del waiting[name]
                pause = max(pause, wish or 0.0)
            if pause:
                if attempt == _ATTEMPTS or pause > _PATIENCE:
                    raise RetriableError(
                        "Microsoft 365 wants to be left alone for a while", retry_after=pause
                    )
                self._context.sleep(pause)
                attempt += 1
        return found

    def close(self) -> None:
        """Let go of the sockets."""
        self._http.close()

    def _batch(self, paths: Mapping[str, str]) -> dict[str, dict[str, Any]]:
        names = list(paths)
        requests = [
            {"id": str(number), "method": "GET", "url": paths[name], "headers": _HEADERS}
            for number, name in enumerate(names)
        ]
        answer = self._http.request(
            "POST",
            f"{_VERSION}/$batch",
            word="read",
            json={"requests": requests},
            # It changes nothing: asked again, it says the same.
            writes=False,
        )
        try:
            # They come in any order.
            given = {str(each["id"]): each for each in answer.body["responses"]}
            answers = {name: given[str(number)] for number, name in enumerate(names)}
        except (KeyError, TypeError) as err:
            raise FatalError("Microsoft 365 answered a batch with something else.") from err
        return answers

    def _proof(self) -> dict[str, str]:
        self._token = self._context.access.token()
        return {"Authorization": f"Bearer {self._token.text.reveal()}"}

    def _renew(self) -> None:
        assert self._token is not None
        self._context.access.renew(self._token)


def path_of(link: str) -> str:
    """Return what a link says below the version: it is asked of our own address alone."""
    parts = urlsplit(link)
    return f"{parts.path.removeprefix(_VERSION)}?{parts.query}"


def _wish(answer: Mapping[str, Any]) -> float | None:
    """Return for how many seconds a request was put off; None when it was not."""
    if answer["status"] not in {429, 503, 504}:
        return None
    headers = {str(name).casefold(): value for name, value in answer.get("headers", {}).items()}
    text = str(headers.get("retry-after", ""))
    return float(text) if text.isascii() and text.isdigit() and int(text) else 1.0


def _reply(answer: Mapping[str, Any]) -> Reply:
    status, given = int(answer["status"]), answer.get("body")
    body = cast("dict[str, Any]", given) if isinstance(given, dict) else {}
    if status < 300 or status == 404:
        return Reply(status=status, body=body)
    error: dict[str, Any] = body.get("error") or {}
    code, message = str(error.get("code", "")), str(error.get("message", ""))
    if status == FORGOTTEN or code.casefold() in _FORGOTTEN_CODES:
        return Reply(status=FORGOTTEN, body=body)
    if status >= 500:
        raise RetriableError(f"Microsoft 365 failed: {code}: {message}")
    raise FatalError(
        f"Microsoft 365 refused the call: {code}: {message}",
        hint="Give the app the delegated permissions Mail.Read and Calendars.Read, and connect "
        "again: `syncline connect microsoft`.",
    )
