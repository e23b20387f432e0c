"""Up to 100 records in one call: each row by itself when it carries a trace, else all or none."""

from __future__ import annotations

__all__ = ["Batches"]

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from syncline import Fault

from .rows import answered, written
from .wire import NotFound, Refusal, instant, listed

if TYPE_CHECKING:
    from syncline import Faults

    from .catalog import Kind
    from .links import Links
    from .rows import Rows

LARGEST = 100
_Input = dict[str, Any]


class Batches:
    """Creates, updates, upserts, reads and archives many records of one kind."""

    def __init__(self, rows: Rows, links: Links, faults: Faults) -> None:
        self._rows = rows
        self._links = links
        self._faults = faults

    def create(self, kind: Kind, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Create records, with what they are associated with."""

        def one(given: _Input) -> dict[str, Any]:
            row = self._rows.create(kind, given.get("properties") or {})
            self._links.of_new(kind, row["id"], listed(given, "associations"))
            return written(kind, self._rows.found(kind, row["id"]), None)

        return self._each(body, one, 201)

    def update(self, kind: Kind, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Change records by their ids, or by a unique property."""

        def one(given: _Input) -> dict[str, Any]:
            row = self._standing(kind, given)
            properties = dict[str, Any](given.get("properties") or {})
            return written(kind, self._rows.update(kind, row["id"], properties), properties)

        return self._each(body, one, 200)

    def upsert(self, kind: Kind, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Change the records that hold a value in a unique property, and create the others."""

        def one(given: _Input) -> dict[str, Any]:
            name, properties = given.get("idProperty"), dict(given.get("properties") or {})
            if not isinstance(name, str):
                raise Refusal("idProperty is needed for an upsert")
            try:
                row = self._rows.by_property(kind, name, given.get("id"))
            except NotFound:
                row = self._rows.create(kind, {**properties, name: given.get("id")})
                return {**written(kind, row, None), "new": True}
            changed = self._rows.update(kind, row["id"], properties)
            return {**written(kind, changed, [*properties, name]), "new": False}

        return self._each(body, one, 200)

    def read(
        self, kind: Kind, body: dict[str, Any], *, archived: bool
    ) -> tuple[int, dict[str, Any]]:
        """Return the records that are there; name the others among the errors."""
        wanted, missing = [str(each) for each in body.get("properties") or ()], list[str]()
        found: dict[str, dict[str, Any]] = {}
        for given in _inputs(body):
            try:
                row = self._rows.by_property(
                    kind, body.get("idProperty"), given.get("id"), archived=archived
                )
            except NotFound:
                missing.append(str(given.get("id")))
            else:
                found[row["id"]] = answered(kind, row, wanted or None)
        errors: list[dict[str, Any]] = []
        if missing:
            words = (
                f"Could not get some {kind.word.upper()} objects, they may be deleted or not exist."
            )
            refusal = Refusal(
                f"{words} Check that ids are valid.", "OBJECT_NOT_FOUND", context={"ids": missing}
            )
            errors.append(refusal.of_row(None))
        return self._answer(list(found.values()), errors, 200)

    def archive(self, kind: Kind, body: dict[str, Any]) -> None:
        """Put records into the bin."""
        for given in _inputs(body):
            self._rows.archive(kind, str(given.get("id")))

    def _standing(self, kind: Kind, given: _Input) -> dict[str, Any]:
        try:
            return self._rows.by_property(kind, given.get("idProperty"), given.get("id"))
        except NotFound:
            raise Refusal(
                "resource not found",
                "OBJECT_NOT_FOUND",
                status=404,
                context={"ids": [str(given.get("id"))]},
            ) from None

    def _each(
        self, body: dict[str, Any], one: Callable[[_Input], dict[str, Any]], status: int
    ) -> tuple[int, dict[str, Any]]:
        inputs = _inputs(body)
        traced = all(isinstance(each.get("objectWriteTraceId"), str) for each in inputs)
        results: list[dict[str, Any]] = []
        errors: list[dict[str, Any]] = []
        for given in inputs:
            trace = given.get("objectWriteTraceId")
            mark, told = self._rows.store.mark(), len(self._rows.events)
            try:
                if self._faults.strikes(Fault.ROW):
                    raise Refusal("internal error", "INTERNAL_ERROR", status=500)  # noqa: TRY301 - as any other row's
                done = one(given)
            except Refusal as refusal:
                if not traced:
                    raise
                self._rows.store.roll_back(mark)
                del self._rows.events[told:]
                errors.append(refusal.of_row(trace))
            else:
                results.append(done if trace is None else {**done, "objectWriteTraceId": trace})
        # The vendor does not keep the order of what was asked.
        return self._answer(results[::-1], errors, status)

    def _answer(
        self, results: list[dict[str, Any]], errors: list[dict[str, Any]], status: int
    ) -> tuple[int, dict[str, Any]]:
        moment = instant(self._rows.now())
        body: dict[str, Any] = {"status": "COMPLETE", "results": results}
        if errors:
            body |= {"numErrors": len(errors), "errors": errors}
        body |= {"startedAt": moment, "completedAt": moment}
        return (207 if errors else status), body


def _inputs(body: dict[str, Any]) -> list[_Input]:
    inputs = listed(body, "inputs")
    if len(inputs) > LARGEST:
        raise Refusal(f"Batch size {len(inputs)} is larger than the limit of {LARGEST}")
    return inputs
