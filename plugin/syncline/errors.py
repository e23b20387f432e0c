"""What can go wrong, sorted by what is done next.

* SynclineError
  x RulesError            the rule file is wrong: correct it            (exit 1)
  x WorkspaceError        a file of the workspace is wrong: a person    (exit 3)
  x PluginError           a plugin is wrong or two clash: a person      (exit 3)
  x LedgerError           the ledger cannot be used: a person           (exit 3)
    + LedgerBusyError     it could not be written just now: run again   (exit 2)
  x ConnectorError        a system could not do what was asked
    + RetriableError      a passing fault: wait and run again           (exit 2)
      - UnknownOutcomeError   sent, but no answer: look, do not repeat  (exit 2)
    + FatalError          it will fail again until someone acts         (exit 3)
    + DeliveryError       what came by webhook is not to be believed    (exit 3)

A fault of one record is not an exception: it is an ``Outcome`` with the vendor's code.

    try:
        workspace.run()
    except syncline.SynclineError as err:
        print(err.message, err.hint)
"""

from __future__ import annotations

__all__ = [
    "ConnectorError",
    "DeliveryError",
    "FatalError",
    "LedgerBusyError",
    "LedgerError",
    "PluginError",
    "RetriableError",
    "RulesError",
    "SynclineError",
    "UnknownOutcomeError",
    "WorkspaceError",
]

import math
from typing import TYPE_CHECKING, ClassVar

from .model import plain

if TYPE_CHECKING:
    from syncline_grammar.diagnostics import Diagnostic


#: A system's wish to be left alone counts for so many seconds at most: a day.
LONGEST_WISH = 86_400.0


class SynclineError(Exception):
    """Anything that Syncline refuses or fails to do. ``message`` says what; ``hint`` what to do."""

    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, *, hint: str = "") -> None:
        # It may quote what a system said, and it goes to the ledger, to files and to terminals.
        self.message = plain(message)
        self.hint = plain(hint)
        super().__init__(self.message)


class RulesError(SynclineError):
    """The rule file has errors; ``diagnostics`` holds each with its place."""

    exit_code = 1

    def __init__(self, message: str, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__(message, hint="Correct the places named above and run `syncline check`.")
        self.diagnostics = diagnostics


class WorkspaceError(SynclineError):
    """A file of the workspace is missing, damaged, or written by a newer version."""


class PluginError(SynclineError):
    """A plugin could not be used, or two plugins claim one name."""


class LedgerError(SynclineError):
    """The ledger is damaged, or belongs to a newer version."""


class LedgerBusyError(LedgerError):
    """The ledger could not be written just now (locked, disk full); nothing was lost."""

    exit_code = 2


class ConnectorError(SynclineError):
    """A system could not do what was asked of it."""


class RetriableError(ConnectorError):
    """A passing fault (no network, 5xx, rate limit): the same run may succeed later.

    ``retry_after`` is the server's own wish in seconds, when it stated one: a day at most, and
    None when what was given is no time to come.
    """

    exit_code = 2

    def __init__(self, message: str, *, hint: str = "", retry_after: float | None = None) -> None:
        super().__init__(
            message, hint=hint or "Run the same command again later: nothing was lost."
        )
        self.retry_after = _wish(retry_after)


class UnknownOutcomeError(RetriableError):
    """A write was sent and no readable answer came: it may or may not have taken effect."""


class FatalError(ConnectorError):
    """It will fail again until someone acts: wrong credentials, no permission, a missing field."""


class DeliveryError(ConnectorError):
    """What came by webhook is not the vendor's, too old, or unreadable: it changes nothing."""


def _wish(seconds: float | None) -> float | None:
    if seconds is None or not math.isfinite(seconds) or seconds < 0:
        return None
    return min(float(seconds), LONGEST_WISH)
