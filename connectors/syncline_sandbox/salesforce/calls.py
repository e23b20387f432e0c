"""One request to a resource, its answer, and the table that leads from a path to a resource.

A composite request holds requests to the same resources: so they know nothing of the wire.
"""

from __future__ import annotations

__all__ = ["Call", "Reply", "Resource", "Resources"]

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from .wire import Refusal

_ROOT = re.compile(r"/services/data/v(\d{2,3})\.0(/.*)?\Z")
_PART = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, whether it came by itself or inside another one."""

    method: str
    #: ``/services/data/vNN.0``, as the client wrote it.
    root: str
    #: The parts of the path that have names.
    at: Mapping[str, str]
    query: Mapping[str, str]
    #: Names in lower case.
    headers: Mapping[str, str]
    #: Parsed JSON, or text when the request holds comma-separated values.
    body: Any = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer. A text is comma-separated values, anything else JSON; None is no body."""

    status: int = 200
    body: Any = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


Resource = Callable[[Call], Reply]


class Resources:
    """Every resource below ``/services/data/vNN.0``, by its method and its path."""

    def __init__(self) -> None:
        self._table: list[tuple[str, re.Pattern[str], Resource]] = []

    def add(self, resources: Iterable[tuple[str, str, Resource]]) -> None:
        """Add resources: the method, the path with ``{name}`` for a part, the function.

        The first that fits a request answers it.
        """
        for method, path, resource in resources:
            pattern = _PART.sub(r"(?P<\1>[^/]+)", path)
            self._table.append((method, re.compile(pattern + r"/?\Z"), resource))

    def answer(self, method: str, url: str, headers: Mapping[str, str], body: Any) -> Reply:
        """Answer a request to *url*, a path with its query; refuse what is not there."""
        parts = urlsplit(url)
        found = _ROOT.match(parts.path)
        if found is None:
            raise _missing()
        path = found[2] or "/"
        other = False
        for each, pattern, resource in self._table:
            if (fits := pattern.match(path)) is None:
                continue
            if each != method:
                other = True
                continue
            call = Call(
                method=method,
                root=f"/services/data/v{found[1]}.0",
                at={name: unquote(part) for name, part in fits.groupdict().items()},
                query=dict(parse_qsl(parts.query, keep_blank_values=True)),
                headers=headers,
                body=body,
            )
            return resource(call)
        if other:
            raise Refusal("METHOD_NOT_ALLOWED", f"HTTP Method '{method}' not allowed", status=405)
        raise _missing()


def _missing() -> Refusal:
    return Refusal("NOT_FOUND", "The requested resource does not exist", status=404)
