"""Several requests in one: composite, whose parts refer to one another, and composite batch."""

from __future__ import annotations

__all__ = ["Composite"]

import re
from typing import TYPE_CHECKING, Any, cast

from .calls import Call, Reply, Resource, Resources
from .wire import Refusal, mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .store import Store

LARGEST = 25
_REFERENCE = re.compile(r"@\{(\w+)\.([\w.\[\]]+)\}")
_INSIDE = re.compile(r"/services/data/v\d+\.0/composite(/batch)?/?(\?|\Z)")
_STEP = re.compile(r"\w+")
_HALTED = Refusal(
    "PROCESSING_HALTED",
    "The transaction was rolled back since another operation in the same transaction failed.",
)


class Composite:
    """The two resources that hold others. *spend* counts the calls that a batch's parts are."""

    def __init__(self, resources: Resources, store: Store, spend: Callable[[int], None]) -> None:
        self._resources = resources
        self._store = store
        self._spend = spend

    def resources(self) -> Iterator[tuple[str, str, Resource]]:
        """Yield the resources."""
        yield "POST", "/composite", self._composite
        yield "POST", "/composite/batch", self._batch

    def _composite(self, call: Call) -> Reply:
        """Answer up to 25 requests for the price of one; all or none of them, if asked."""
        parts = _parts(call.body, "compositeRequest")
        begun = self._store.mark()
        said: dict[str, Any] = {}
        answers: list[dict[str, Any]] = []
        failed: int | None = None
        all_or_none = bool(mapping(call.body).get("allOrNone", False))
        for at, part in enumerate(parts):
            name = str(part.get("referenceId", ""))
            if not name or any(each["referenceId"] == name for each in answers):
                raise Refusal("INVALID_INPUT", "Each referenceId must be given, and be unique")
            if failed is not None and all_or_none:
                reply = Reply(status=400, body=_HALTED.of_request())
            else:
                reply = self._part(call, part, said)
            if reply.status >= 400:
                failed = at if failed is None else failed
            said[name] = reply.body
            answers.append(
                {
                    "body": reply.body,
                    "httpHeaders": dict(reply.headers),
                    "httpStatusCode": reply.status,
                    "referenceId": name,
                }
            )
        if failed is not None and all_or_none:
            self._store.roll_back(begun)
            for at, answer in enumerate(answers):
                if at != failed:
                    answer |= {"body": _HALTED.of_request(), "httpStatusCode": 400}
                    answer["httpHeaders"] = {}
        return Reply(body={"compositeResponse": answers})

    def _batch(self, call: Call) -> Reply:
        """Answer up to 25 requests, each of which counts as a call of its own."""
        parts = _parts(call.body, "batchRequests")
        # The request itself was counted already.
        self._spend(len(parts) - 1)
        halt = bool(mapping(call.body).get("haltOnError", False))
        results: list[dict[str, Any]] = []
        failed = False
        for part in parts:
            if failed and halt:
                reply = Reply(status=412, body=_HALTED.of_request())
            else:
                url = str(part.get("url", "")).lstrip("/").removeprefix("services/data/")
                whole = {**part, "url": f"/services/data/{url}", "body": part.get("richInput")}
                reply = self._part(call, whole, {})
            failed = failed or reply.status >= 400
            results.append({"statusCode": reply.status, "result": reply.body})
        return Reply(body={"hasErrors": failed, "results": results})

    def _part(self, call: Call, part: dict[str, Any], said: dict[str, Any]) -> Reply:
        method, url = str(part.get("method", "")).upper(), str(part.get("url", ""))
        own = mapping(part.get("httpHeaders"))
        headers = {**call.headers, **{name.casefold(): value for name, value in own.items()}}
        before = self._store.mark()
        if _INSIDE.match(url):
            refusal = Refusal("INVALID_INPUT", "A composite request holds no other one")
            return Reply(status=400, body=refusal.of_request())
        try:
            return self._resources.answer(
                method, _filled(url, said), headers, _filled(part.get("body"), said)
            )
        except Refusal as refusal:
            self._store.roll_back(before)
            return Reply(status=refusal.status, body=refusal.of_request())


def _parts(body: Any, name: str) -> list[dict[str, Any]]:
    given = mapping(body)
    parts: Any = given.get(name)
    if not isinstance(parts, list) or not parts or not all(isinstance(p, dict) for p in parts):  # pyright: ignore[reportUnknownVariableType] - JSON of any shape
        raise Refusal("JSON_PARSER_ERROR", f"The request holds no {name}")
    found = cast("list[dict[str, Any]]", parts)
    if len(found) > LARGEST:
        raise Refusal("LIMIT_EXCEEDED", f"A request holds {LARGEST} subrequests at most")
    return found


def _filled(given: Any, said: dict[str, Any]) -> Any:
    """Return *given* with each ``@{part.field}`` replaced by what that part answered."""
    if isinstance(given, dict):
        return {key: _filled(value, said) for key, value in cast("dict[str, Any]", given).items()}
    if isinstance(given, list):
        return [_filled(value, said) for value in given]  # pyright: ignore[reportUnknownVariableType] - JSON of any shape
    if not isinstance(given, str):
        return given
    whole = _REFERENCE.fullmatch(given)
    if whole is not None:
        return _named(whole, said)
    return _REFERENCE.sub(lambda found: str(_named(found, said)), given)


def _named(found: re.Match[str], said: dict[str, Any]) -> Any:
    if found[1] not in said:
        raise Refusal("PROCESSING_HALTED", f"Invalid reference specified. No value for {found[1]}")
    value: Any = said[found[1]]
    try:
        for step in _STEP.findall(found[2]):
            value = value[int(step) if step.isdigit() else step]
    except (KeyError, IndexError, TypeError, ValueError):
        raise Refusal(
            "PROCESSING_HALTED", f"Invalid reference specified. No value for {found[0]} found"
        ) from None
    return value
