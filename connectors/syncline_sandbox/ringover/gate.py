"""Who may come in, and how often: a bare key, two requests a second."""

from __future__ import annotations

__all__ = ["API_KEY", "Gate"]

import secrets
from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING

from syncline import Fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from syncline import Faults

#: Not a secret: the sandbox serves this machine alone and holds nobody's data.
API_KEY = "5a" * 20
_REQUESTS, _SPAN = 2, timedelta(seconds=1)


class Gate:
    """Lets a request in, or says with which status it is refused."""

    def __init__(self, now: Callable[[], datetime], faults: Faults) -> None:
        self._now = now
        self._faults = faults
        self._lately: deque[datetime] = deque()

    def refusal(self, authorization: str) -> int | None:
        """Return 401 without the key, 429 for the third request of a second, None to go on."""
        if not secrets.compare_digest(authorization.encode(), API_KEY.encode()):
            return 401
        now = self._now()
        while self._lately and now - self._lately[0] >= _SPAN:
            self._lately.popleft()
        if len(self._lately) >= _REQUESTS or self._faults.strikes(Fault.LIMIT):
            return 429
        self._lately.append(now)
        return None
