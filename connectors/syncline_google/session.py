"""Calls to the two APIs: one token, and the pace of each in its own units."""

from __future__ import annotations

__all__ = ["Session"]

from typing import TYPE_CHECKING, Any, cast

from syncline import FatalError, Http, Pace, RetriableError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from syncline import ConnectorError, Context, Token

_MAIL_URL = "https://gmail.googleapis.com"
_CALENDAR_URL = "https://www.googleapis.com"

#: Quota units that a user may spend in a second: of Gmail's, and the calendar's requests.
_MAIL_UNITS, _CALENDAR_UNITS = 250, 10


class Session:
    """Speaks to Gmail and to the calendar with the token that the workspace keeps."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._token: Token | None = None
        url = context.settings.get("url")
        self._mail = self._http(url or _MAIL_URL, _MAIL_UNITS)
        self._calendar = self._http(url or _CALENDAR_URL, _CALENDAR_UNITS)

    def mail(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        units: int,
        accept: Collection[int] = (),
    ) -> tuple[int, dict[str, Any]]:
        """Return the status and the answer of a resource of the mailbox, at its price in units."""
        return self._get(self._mail, f"/gmail/v1/users/me{path}", params, units, accept)

    def events(
        self, params: Mapping[str, str], *, accept: Collection[int] = ()
    ) -> tuple[int, dict[str, Any]]:
        """Return the status and a page of the user's own calendar."""
        path = "/calendar/v3/calendars/primary/events"
        return self._get(self._calendar, path, params, 1, accept)

    def close(self) -> None:
        """Let go of the sockets."""
        self._mail.close()
        self._calendar.close()

    def _http(self, url: str, units: int) -> Http:
        context = self._context
        pace = Pace(units, 1.0, now=context.now, sleep=context.sleep)
        return Http(
            url,
            spend=lambda price, _word: pace.wait(price),
            authorize=self._proof,
            refresh=self._renew,
            explain=_explain,
            now=context.now,
            sleep=context.sleep,
        )

    def _get(
        self,
        http: Http,
        path: str,
        params: Mapping[str, str] | None,
        units: int,
        accept: Collection[int],
    ) -> tuple[int, dict[str, Any]]:
        answer = http.request("GET", path, word="read", price=units, params=params, accept=accept)
        body: Any = answer.body
        if not isinstance(body, dict):
            raise FatalError("Google answered with something else than an object.")
        return answer.status, cast("dict[str, Any]", body)

    def _proof(self) -> dict[str, str]:
        self._token = self._context.access.token()
        return {"Authorization": f"Bearer {self._token.text.reveal()}"}

    def _renew(self) -> None:
        assert self._token is not None
        self._context.access.renew(self._token)


def _explain(status: int, code: str, message: str) -> ConnectorError | None:
    """Tell a 403 for the pace, which passes, from one for a right, which does not."""
    if status != 403:
        return None
    said = f"{code} {message}".casefold()
    if "rate limit" in said or "ratelimit" in said or "quota" in said:
        return RetriableError(f"Google's quota is spent just now: {message}")
    return FatalError(
        f"Google refused the call: {message}",
        hint="Switch the Gmail API and the Google Calendar API on for the OAuth client, and "
        "connect again: `syncline connect google`.",
    )
