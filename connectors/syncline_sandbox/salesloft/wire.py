"""The shapes that Salesloft's requests and answers have: bodies, errors, references and times."""

from __future__ import annotations

__all__ = ["Refusal", "embedded", "instant", "moment", "not_found", "parsed"]

import json
from datetime import UTC, datetime
from typing import Any, cast

#: Where references point, as in the vendor's own answers.
_ROOT = "https://api.salesloft.com/v2"


class Refusal(Exception):  # noqa: N818 - the vendor's no to a request, not our failure
    """What the vendor would say no with: one ``error``, or ``errors`` by the field's name."""

    def __init__(self, status: int, error: str = "", **errors: str) -> None:
        super().__init__(error or str(errors))
        self.status = status
        self.body: dict[str, Any] = (
            {"errors": {name: [words] for name, words in errors.items()}}
            if errors
            else {"error": error}
        )


def not_found() -> Refusal:
    """Return the refusal of an id that nothing has."""
    return Refusal(404, "Not Found")


def instant(when: datetime) -> str:
    """Return a moment as the wire has it, to the microsecond."""
    return when.astimezone(UTC).isoformat(timespec="microseconds")


def moment(text: str) -> datetime:
    """Read a moment of a filter; one without a zone is in UTC. Raise ``ValueError``."""
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def embedded(kind: str, id_: int | None) -> dict[str, Any] | None:
    """Return the reference to a record of another kind; None where there is none."""
    return None if id_ is None else {"_href": f"{_ROOT}/{kind}/{id_}", "id": id_}


def parsed(content: bytes) -> dict[str, Any]:
    """Return the parameters in a request's body; none where there is no body."""
    if not content:
        return {}
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as err:
        raise Refusal(400, "The body is no JSON") from err
    if not isinstance(found, dict):
        raise Refusal(400, "The body is no object")
    return cast("dict[str, Any]", found)
