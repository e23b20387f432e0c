"""From what went wrong on the wire to what is done next.

The question that decides is whether a *write* may have taken effect. Before the request left,
it has not: try again. Once it left and no readable answer came, nobody here knows: look.
"""

from __future__ import annotations

__all__ = ["Call", "of_answer", "of_exception", "of_too_large", "of_unreadable"]

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from ..errors import ConnectorError, FatalError, RetriableError, UnknownOutcomeError

if TYPE_CHECKING:
    from .answer import Answer, Unreadable

#: The request never reached the other side's application.
_BEFORE_SENDING = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
)
#: The fault is in what was asked; asking again is the same fault.
_OURS = (
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.TooManyRedirects,
    httpx.InvalidURL,
)
#: The server says that it did not take the request up.
_NOT_NOW = frozenset({408, 425, 429, 503})

_CHECK_URL = "Check the url of this connection."


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, as far as a message may tell of it."""

    method: str
    host: str
    path: str
    #: It may change something, so it is never repeated without an answer.
    writes: bool

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def no_answer(self, why: str) -> ConnectorError:
        """Return the error for a request that was sent and not answered readably."""
        if self.writes:
            return UnknownOutcomeError(
                f"{self.host}: {why} after {self} was sent; it may or may not have taken effect.",
                hint="Run `syncline run` again: it looks before it writes.",
            )
        return RetriableError(f"{self.host}: {why} during {self}.")


def of_exception(err: Exception, call: Call) -> ConnectorError:
    """Return our error for an exception of httpx. A class it does not name counts as no answer."""
    if isinstance(err, _OURS):
        return FatalError(
            f"{call.host}: {call} cannot be sent ({type(err).__name__}).", hint=_CHECK_URL
        )
    if isinstance(err, _BEFORE_SENDING):
        if _untrusted(err):
            return FatalError(
                f"{call.host}: its certificate is not trusted.",
                hint="Check the url, or add the certificate's authority to this machine.",
            )
        return RetriableError(f"{call.host} could not be reached for {call}: {_why(err)}.")
    return call.no_answer(_why(err))


def of_unreadable(err: Unreadable, status: int, call: Call) -> ConnectorError:
    """Return our error for a successful status with a body that is no JSON."""
    if not err.html:
        return call.no_answer(f"an answer with status {status} that is no JSON came")
    page = f'a web page ("{err}") with status {status} came instead of JSON'
    if call.writes:
        return call.no_answer(page)
    return FatalError(f"{call.host}: {page} to {call}.", hint=_CHECK_URL)


def of_too_large(call: Call, limit: int) -> ConnectorError:
    """Return our error for a body of more than *limit* bytes."""
    why = f"an answer of more than {limit // 2**20} MB came"
    return call.no_answer(why) if call.writes else FatalError(f"{call.host}: {why} to {call}.")


def of_answer(answer: Answer, call: Call, words: str, retry_after: float | None) -> ConnectorError:
    """Return our error for a status that is no success.

    *words* are what the server said; *retry_after* its wish in seconds, if it stated one.
    """
    said = f"{call.host} answered {call} with {answer.status}"
    told = f"{said}: {words}" if words else f"{said}."
    if answer.status in _NOT_NOW:
        return RetriableError(told, retry_after=retry_after)
    if answer.status >= 500:
        if call.writes:
            return call.no_answer(
                f"status {answer.status}" + (f" ({words})" if words else "") + " came"
            )
        return RetriableError(told, retry_after=retry_after)
    if answer.status < 400:
        return FatalError(f"{said}, a redirection.", hint=_CHECK_URL)
    return FatalError(told, hint=_HINTS.get(answer.status, ""))


_HINTS = {
    401: "Check the credentials of this connection.",
    403: "Give the connection's user the permission, or choose another user.",
    404: _CHECK_URL,
}


def _why(err: Exception) -> str:
    """Say what happened in a few words; the exception's own may quote the request."""
    if isinstance(err, httpx.TimeoutException):
        return "no answer came in time"
    if isinstance(err, httpx.ConnectError):
        return "no connection"
    if isinstance(err, httpx.ProxyError):
        return "the proxy refused"
    if isinstance(err, httpx.DecodingError):
        return "an answer that cannot be unpacked came"
    return "the connection broke"


def _untrusted(err: BaseException | None) -> bool:
    while err is not None:
        if isinstance(err, ssl.SSLCertVerificationError):
            return True
        err = err.__cause__ or err.__context__
    return False
