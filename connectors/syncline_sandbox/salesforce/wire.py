"""The shapes that Salesforce's requests and answers have: bodies, errors, ids and times."""

from __future__ import annotations

__all__ = ["Refusal", "id_of", "instant", "is_id", "mapping", "parsed", "same_id", "values_in"]

import json
import re
from datetime import UTC, datetime
from typing import Any, cast

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_ID = re.compile(r"[A-Za-z0-9]{15}([A-Z0-5]{3})?\Z")
#: Where an org's records are kept; part of every id.
_POD = "Sb0000"


class Refusal(Exception):  # noqa: N818 - the vendor's no to one row or request, not our failure
    """What the vendor would say no with, for one row or for a whole request."""

    def __init__(
        self, code: str, message: str, fields: list[str] | None = None, *, status: int = 400
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.fields = fields
        self.status = status

    def of_request(self) -> list[dict[str, object]]:
        """Return the body of an answer that refuses the whole request."""
        body: dict[str, object] = {"message": self.message, "errorCode": self.code}
        return [body if self.fields is None else {**body, "fields": self.fields}]

    def of_row(self) -> dict[str, object]:
        """Return the error in a row's result."""
        fields = self.fields or []
        return {"statusCode": self.code, "message": self.message, "fields": fields}


def id_of(prefix: str, number: int) -> str:
    """Return the 18-character id of an object's *number*-th record."""
    tail = ""
    for _ in range(15 - len(prefix) - len(_POD)):
        number, digit = divmod(number, len(_DIGITS))
        tail = _DIGITS[digit] + tail
    short = prefix + _POD + tail
    return short + _checksum(short)


def is_id(text: object) -> bool:
    """Tell whether *text* is an id in either form, with a right checksum if it carries one."""
    if not isinstance(text, str) or not _ID.match(text):
        return False
    return len(text) == 15 or text[15:] == _checksum(text[:15])


def same_id(text: str) -> str:
    """Return what both forms of an id have in common."""
    return text[:15]


def instant(moment: datetime) -> str:
    """Return a moment as the wire has it. The clock of records runs in whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def parsed(content: bytes) -> Any:
    """Return the JSON of a request's body; None where there is no body."""
    if not content:
        return None
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as err:
        raise Refusal("JSON_PARSER_ERROR", "The request is no JSON") from err


def mapping(body: Any) -> dict[str, Any]:
    """Return *body* if it is a JSON object, else an empty one."""
    return cast("dict[str, Any]", body) if isinstance(body, dict) else {}


def values_in(body: Any) -> dict[str, Any]:
    """Return the values of the one record, or the words, that a body holds."""
    if not isinstance(body, dict):
        raise Refusal("JSON_PARSER_ERROR", "The request holds no record")
    values = cast("dict[str, Any]", body)
    return {name: value for name, value in values.items() if name != "attributes"}


def _checksum(short: str) -> str:
    """Return three characters that tell which letters of *short* are capitals."""
    return "".join(
        _CHECK[sum(1 << bit for bit, char in enumerate(short[at : at + 5]) if char.isupper())]
        for at in (0, 5, 10)
    )
