"""The one HTTP client of the connectors: metered, patient, and careful never to write twice."""

from __future__ import annotations

__all__ = ["Answer", "Http"]

import random
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Self

import httpx

from ..errors import ConnectorError, FatalError, RetriableError, UnknownOutcomeError
from ..observe.telling import tell
from . import faults
from .address import LOOPBACK, checked_host
from .answer import Answer, Unreadable, http_date, read_json

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from ssl import SSLContext
    from types import TracebackType

ATTEMPTS = 4
FIRST_WAIT = 0.5
#: A server that wants a longer pause than this gets its pause from the next run, not from us.
LONGEST_WAIT = 60.0
#: Shorter texts are too common to be taken out of a message.
_SECRET = 8
LARGEST_BODY = 50 * 1024 * 1024

_TIMEOUT = httpx.Timeout(30.0, connect=5.0)
_CHANCE = random.SystemRandom()


def _free(_price: int, _word: str) -> None:
    """Meter nothing."""


def _no_headers() -> Mapping[str, str]:
    return {}


def _no_opinion(_status: int, _code: str, _message: str) -> ConnectorError | None:
    return None


def _utc_now() -> datetime:
    return datetime.now(UTC)


@cache
def _trust(*, environ: bool) -> SSLContext:
    """Return what certificates are held against; to read them takes longer than a request."""
    return httpx.create_ssl_context(trust_env=environ)


class Http:
    """Requests to one server; every failure leaves as one of Syncline's own errors.

    Args:
        base_url: ``https://…``, or ``http://…`` to this machine alone.
        spend: called with a price and a word before each attempt.
        authorize: gives the headers that say who asks; called for each attempt.
        refresh: called once in a request that was answered 401, which is then tried again.
        explain: given the status and the vendor's code and words of a refusal; an error that it
            returns is raised in place of the one that the status alone would give.
        now: the time from which a ``Retry-After`` that is a date counts, if the server tells none.
        sleep: waits that many seconds.
        transport: what carries the requests, in place of the network.

    """

    def __init__(
        self,
        base_url: str,
        *,
        spend: Callable[[int, str], None] = _free,
        authorize: Callable[[], Mapping[str, str]] = _no_headers,
        refresh: Callable[[], None] | None = None,
        explain: Callable[[int, str, str], ConnectorError | None] = _no_opinion,
        now: Callable[[], datetime] = _utc_now,
        sleep: Callable[[float], None] = time.sleep,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._host = checked_host(base_url)
        self._spend = spend
        self._authorize = authorize
        self._refresh = refresh
        self._explain = explain
        self._now = now
        self._sleep = sleep
        #: The headers of the latest answer, whatever its status.
        self.last_headers: Mapping[str, str] = {}
        self._client = httpx.Client(
            base_url=base_url,
            timeout=_TIMEOUT,
            follow_redirects=False,
            headers={"Accept": "application/json", "User-Agent": "Syncline"},
            # A proxy of this machine's network has no way to this machine itself.
            trust_env=self._host not in LOOPBACK,
            transport=transport,
            verify=_trust(environ=self._host not in LOOPBACK),
        )

    def __repr__(self) -> str:
        return f"Http({self._host!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        err: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the sockets."""
        self._client.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        word: str,
        price: int = 1,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
        writes: bool | None = None,
    ) -> Answer:
        """Make a request and return a 2xx answer, or one whose status is in *accept*.

        *path* starts with a slash. *price* and *word* are told to ``spend`` before every attempt.
        *content* is a body that is neither JSON nor a form; *headers* tell what it is. A body of
        comma-separated values comes back as its text. *writes* says that the
        request may change something (by default, that it is neither GET nor HEAD): without a
        readable answer it is then not repeated, and ``UnknownOutcomeError`` is raised.
        """
        if not path.startswith("/"):
            # A whole URL, perhaps one that a server sent, would take our token elsewhere.
            raise FatalError(f"{self._host}: a request to another address was not made.")
        call = faults.Call(
            method=method,
            host=self._host,
            path=path.partition("?")[0],
            writes=method not in {"GET", "HEAD"} if writes is None else writes,
        )

        hidden = {str(value) for value in (form or {}).values()}

        def build() -> httpx.Request:
            # Once for each attempt, so that a refreshed token is used.
            proof = self._authorize()
            hidden.update(value.rpartition(" ")[2] for value in proof.values())
            given = {**(headers or {}), **proof}
            return self._client.build_request(
                method, path, params=params, json=json, data=form, content=content, headers=given
            )

        refreshed = False
        attempt = 1
        while True:
            if price:
                self._spend(price, word)
            result = self._attempt(call, build, frozenset(accept))
            if isinstance(result, Answer):
                return result
            if result.status == 401 and self._refresh is not None and not refreshed:
                refreshed = True
                self._refresh()
                continue
            wait = _wait(attempt, result.error)
            if not result.passing or attempt == ATTEMPTS or wait > LONGEST_WAIT:
                raise _hushed(result.error, hidden)
            tell(
                "retry",
                {"reason": result.error.message},
                host=self._host,
                word=word,
                attempt=attempt,
                wait=wait,
                status=result.status,
            )
            self._sleep(wait)
            attempt += 1

    def _attempt(
        self, call: faults.Call, build: Callable[[], httpx.Request], accept: frozenset[int]
    ) -> Answer | _Failure:
        try:
            got = self._client.send(build(), stream=True)
            with closing(got):
                self.last_headers = got.headers
                content = _content(got)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, httpx.StreamError) as err:
            return _Failure.of(_caused(faults.of_exception(err, call), err))
        if content is None:
            return _Failure.of(faults.of_too_large(call, LARGEST_BODY))
        expected = got.is_success or got.status_code in accept
        try:
            body = read_json(content, got.headers.get("Content-Type", ""))
            words = ""
        except Unreadable as err:
            if expected:
                return _Failure.of(_caused(faults.of_unreadable(err, got.status_code, call), err))
            body, words = None, f'a web page, "{err}"' if err.html else ""
        answer = Answer(
            status=got.status_code,
            headers=got.headers,
            body=body,
            server_time=http_date(got.headers.get("Date")),
        )
        return answer if expected else self._refused(answer, call, words)

    def _refused(self, answer: Answer, call: faults.Call, words: str) -> _Failure:
        code, message = answer.complaint()
        explained = self._explain(answer.status, code, message)
        if explained is not None:
            return _Failure(error=explained, passing=False, status=answer.status)
        words = words or ": ".join(part for part in dict.fromkeys((code, message)) if part)
        return _Failure.of(
            faults.of_answer(answer, call, words, self._asked_pause(answer)), answer.status
        )

    def _asked_pause(self, answer: Answer) -> float | None:
        """Return the seconds of ``Retry-After``, which is a number or a date."""
        text = answer.headers.get("Retry-After", "").strip()
        if text.isascii() and text.isdigit():
            return float(text[:9])
        until = http_date(text)
        if until is None:
            return None
        # Counted by the server's own clock: ours may be wrong by more than the pause.
        return max(0.0, (until - (answer.server_time or self._now())).total_seconds())


def _hushed(error: ConnectorError, hidden: Iterable[str]) -> ConnectorError:
    """Take out of an error what the server quoted of our secrets."""
    for secret in hidden:
        if len(secret) >= _SECRET:
            error.message = error.message.replace(secret, "***")
            error.hint = error.hint.replace(secret, "***")
    error.args = (error.message,)
    return error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failure:
    """One attempt that failed: what to raise, and whether another attempt may help."""

    error: ConnectorError
    passing: bool
    status: int | None = None

    @classmethod
    def of(cls, error: ConnectorError, status: int | None = None) -> _Failure:
        passing = isinstance(error, RetriableError) and not isinstance(error, UnknownOutcomeError)
        return cls(error=error, passing=passing, status=status)


def _wait(attempt: int, error: ConnectorError) -> float:
    """Return the seconds before the next attempt: growing, uneven, and never under the wish."""
    asked = error.retry_after if isinstance(error, RetriableError) else None
    return max(FIRST_WAIT * 2.0 ** (attempt - 1) * _CHANCE.uniform(0.5, 1.5), asked or 0.0)


def _content(got: httpx.Response) -> bytes | None:
    """Read the body to its end; None when it is larger than any answer we ask for."""
    content = bytearray()
    for piece in got.iter_bytes():
        content += piece
        if len(content) > LARGEST_BODY:
            return None
    return bytes(content)


def _caused(error: ConnectorError, cause: Exception) -> ConnectorError:
    error.__cause__ = cause
    return error
