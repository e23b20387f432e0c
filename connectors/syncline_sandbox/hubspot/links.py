"""Associations between records, as version 4 of the vendor's interface has them."""

from __future__ import annotations

__all__ = ["Links"]

from typing import TYPE_CHECKING, Any

from .catalog import ASSOCIATIONS, kind_named
from .rows import merged_ids
from .wire import NotFound, Refusal, instant, listed, object_in

if TYPE_CHECKING:
    from .catalog import Kind
    from .rows import Rows
    from .store import Store

_LARGEST = 1000


class Links:
    """Ties records to one another, in both directions at once."""

    def __init__(self, store: Store, rows: Rows) -> None:
        self._store = store
        self._rows = rows

    def of_new(self, kind: Kind, record_id: str, given: list[dict[str, Any]]) -> None:
        """Tie a record that was just created to those that its creation names."""
        for each in given:
            types = listed(each, "types")
            number = types[0].get("associationTypeId") if types else None
            names = [
                to for (of, to), one in ASSOCIATIONS.items() if (of, one) == (kind.path, number)
            ]
            if not names:
                raise Refusal(f"{number} is not a valid association type of {kind.word.upper()}")
            self.tie(kind, record_id, kind_named(names[0]), _id(each.get("to")))

    def tie(self, kind: Kind, record_id: str, other: Kind, other_id: str) -> None:
        """Tie two records that are both in use."""
        for each, its_id in ((kind, record_id), (other, other_id)):
            try:
                self._rows.found(each, its_id)
            except NotFound:
                raise Refusal(f"{each.word.upper()}={its_id} is not valid") from None
        self._store.put("links", _key(kind, record_id, other, other_id), True)
        self._store.put("links", _key(other, other_id, kind, record_id), True)
        ids = {kind.path: record_id, other.path: other_id}
        if set(ids) == {"contacts", "companies"}:
            self._primary(ids["contacts"], ids["companies"])

    def cut(self, kind: Kind, record_id: str, other: Kind, other_id: str) -> None:
        """Take away a tie, if there is one."""
        self._store.put("links", _key(kind, record_id, other, other_id), None)
        self._store.put("links", _key(other, other_id, kind, record_id), None)

    def tied(self, kind: Kind, record_id: str, other: Kind) -> list[str]:
        """Return the ids that a record is tied to, or was under the ids that it took in."""
        row = self._store.get(kind.path, record_id)
        own = [record_id] if row is None else [record_id, *merged_ids(row)]
        starts = tuple(_key(kind, each, other, "") for each in own)
        found: dict[str, None] = {}
        for key in self._store.table("links"):
            if key.startswith(starts):
                try:
                    found[self._rows.found(other, key.rpartition("/")[2])["id"]] = None
                except NotFound:
                    continue
        return list(found)

    def create_many(
        self, kind: Kind, other: Kind, body: dict[str, Any], *, default: bool
    ) -> tuple[int, dict[str, Any]]:
        """Tie pairs; one whose records are not there is told among the errors."""
        results: list[dict[str, Any]] = []
        errors: list[dict[str, Any]] = []
        for given in _inputs(body):
            of, to = _id(given.get("from")), _id(given.get("to"))
            try:
                self.tie(kind, of, other, to)
            except Refusal as refusal:
                error = refusal.of_row(None)
                del error["context"]
                errors.append(error)
                continue
            results.append(_default(kind, of, other, to) if default else _made(kind, of, other, to))
        return self._answer(results, errors, 200 if default else 201)

    def read_many(
        self, kind: Kind, other: Kind, body: dict[str, Any]
    ) -> tuple[int, dict[str, Any]]:
        """Return for each record what it is tied to; name those that are tied to nothing."""
        results: list[dict[str, Any]] = []
        errors: list[dict[str, Any]] = []
        for given in _inputs(body):
            record_id = str(given.get("id"))
            to = [_to(kind, other, each) for each in self.tied(kind, record_id, other)]
            if to:
                results.append({"from": {"id": record_id}, "to": to})
                continue
            words = f"No {kind.path}_to_{other.path} association types found for {record_id}"
            refusal = Refusal(words, "OBJECT_NOT_FOUND", context={"fromObjectId": [record_id]})
            error = refusal.of_row(None)
            errors.append({**error, "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND"})
        return self._answer(results, errors, 200)

    def archive_many(self, kind: Kind, other: Kind, body: dict[str, Any]) -> None:
        """Take away the ties of pairs."""
        for given in _inputs(body):
            for to in listed(given, "to"):
                self.cut(kind, _id(given.get("from")), other, _id(to))

    def _primary(self, contact: str, company: str) -> None:
        """Note a contact's first company, as the vendor does."""
        kind = kind_named("contacts")
        row = self._rows.found(kind, contact)
        if "associatedcompanyid" not in row["properties"]:
            self._rows.touched(kind, row, {"associatedcompanyid": company})

    def _answer(
        self, results: list[dict[str, Any]], errors: list[dict[str, Any]], status: int
    ) -> tuple[int, dict[str, Any]]:
        moment = instant(self._rows.now())
        body: dict[str, Any] = {"status": "COMPLETE", "results": results}
        if errors:
            body |= {"numErrors": len(errors), "errors": errors}
        body |= {"startedAt": moment, "completedAt": moment}
        return (207 if errors else status), body


def _made(kind: Kind, of: str, other: Kind, to: str) -> dict[str, Any]:
    return {
        "fromObjectTypeId": kind.type_id,
        "fromObjectId": int(of),
        "toObjectTypeId": other.type_id,
        "toObjectId": int(to),
        "labels": [],
    }


def _default(kind: Kind, of: str, other: Kind, to: str) -> dict[str, Any]:
    return {"from": {"id": of}, "to": {"id": to}, "associationSpec": _spec(kind, other)}


def _to(kind: Kind, other: Kind, to: str) -> dict[str, Any]:
    spec = _spec(kind, other)
    types = [
        {
            "category": spec["associationCategory"],
            "typeId": spec["associationTypeId"],
            "label": None,
        }
    ]
    return {"toObjectId": int(to), "associationTypes": types}


def _spec(kind: Kind, other: Kind) -> dict[str, Any]:
    number = ASSOCIATIONS.get((kind.path, other.path), 0)
    return {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number}


def _key(kind: Kind, record_id: str, other: Kind, other_id: str) -> str:
    return f"{kind.path}/{record_id}/{other.path}/{other_id}"


def _id(given: Any) -> str:
    return str(object_in(given).get("id"))


def _inputs(body: dict[str, Any]) -> list[dict[str, Any]]:
    inputs = listed(body, "inputs")
    if len(inputs) > _LARGEST:
        raise Refusal(f"Batch size {len(inputs)} is larger than the limit of {_LARGEST}")
    return inputs
