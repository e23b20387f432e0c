"""Sales Engagement: who is in which cadence, moved by the vendor's invocable actions."""

from __future__ import annotations

__all__ = ["Engagement"]

from typing import TYPE_CHECKING, Any

from .calls import Call, Reply, Resource
from .catalog import catalog
from .start import USER
from .wire import Refusal, instant, is_id, mapping, same_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from .store import Row, Store

ASSIGN, REMOVE = "assignTargetToSalesCadence", "removeTargetFromSalesCadence"
_INPUTS = {
    ASSIGN: ("salesCadenceNameOrId", "targetId", "userId", "startStepNameOrId"),
    REMOVE: ("targetId", "actionCadenceTrackerId", "completionReasonCode",
             "completionDisposition", "shouldApplyUserContext"),
}  # fmt: skip
#: Where a cadence begins: no step for anybody.
_SILENT = frozenset({"Root"})


class Engagement:
    """The actions that put targets into cadences and take them out again."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def resources(self) -> Iterator[tuple[str, str, Resource]]:
        """Yield the resources."""
        yield "GET", "/actions/standard", self._list
        yield "POST", f"/actions/standard/{ASSIGN}", lambda call: self._do(call, ASSIGN)
        yield "POST", f"/actions/standard/{REMOVE}", lambda call: self._do(call, REMOVE)

    def _list(self, call: Call) -> Reply:
        actions = [
            {"name": name, "type": name.upper(), "url": f"{call.root}/actions/standard/{name}"}
            for name in _INPUTS
        ]
        return Reply(body={"actions": actions})

    def _do(self, call: Call, name: str) -> Reply:
        """Do an action for each input; one that fails makes the whole answer a 400."""
        given = mapping(call.body)
        inputs: Any = given.get("inputs")
        if not isinstance(inputs, list) or not inputs:
            raise Refusal("JSON_PARSER_ERROR", "The request holds no inputs")
        results: list[dict[str, Any]] = []
        for each in inputs:  # pyright: ignore[reportUnknownVariableType] - JSON of any shape
            before = self._store.mark()
            try:
                values = self._values(name, each)
                output = self._assign(values) if name == ASSIGN else self._remove(values)
                results.append(_result(name, output=output))
            except Refusal as refusal:
                self._store.roll_back(before)
                results.append(_result(name, error=refusal))
        failed = any(not result["isSuccess"] for result in results)
        return Reply(status=400 if failed else 200, body=results)

    def _values(self, name: str, each: Any) -> Mapping[str, Any]:
        values = mapping(each)
        for key in values:
            if key not in _INPUTS[name]:
                raise Refusal("INVALID_API_INPUT", f"Unknown input parameter: {key}")
        return values

    def _assign(self, values: Mapping[str, Any]) -> dict[str, Any]:
        cadence = self._cadence(str(_needed(values, "salesCadenceNameOrId")))
        target = self._target(_needed(values, "targetId"))
        if cadence["State"] != "Active":
            raise Refusal("INVALID_API_INPUT", "The cadence isn't active.")
        for tracker in self._running(target["Id"]):
            if tracker["ActionCadenceId"] == cadence["Id"]:
                raise Refusal(
                    "INVALID_API_INPUT", "The target is already assigned to this cadence."
                )
        made = self._add(
            "ActionCadenceTracker",
            ActionCadenceId=cadence["Id"], TargetId=target["Id"], State="Running",
            IsTrackerActive=True, OwnerId=values.get("userId") or target.get("OwnerId", USER),
        )  # fmt: skip
        step = self._first_step(cadence, made, target["Id"])
        self._change(self._found(made), CurrentStepId=step)
        return {"actionCadenceTrackerId": made}

    def _remove(self, values: Mapping[str, Any]) -> dict[str, Any]:
        if _needed(values, "completionReasonCode") != "ManuallyRemoved":
            raise Refusal("INVALID_API_INPUT", "The completionReasonCode isn't valid.")
        named = values.get("actionCadenceTrackerId")
        if named is not None:
            row = self._store.get(str(named))
            found = [row] if row is not None and row.get("IsTrackerActive") else []
        else:
            found = self._running(self._target(_needed(values, "targetId"))["Id"])
        if not found:
            raise Refusal("INVALID_API_INPUT", "The target isn't assigned to a cadence.")
        for tracker in found:
            self.complete(tracker, "ManuallyRemoved", values.get("completionDisposition"))
        return {}

    def complete(self, tracker: Row, reason: str, disposition: Any = None) -> None:
        """Take a target out of a cadence, and end the step that it was at."""
        for step in self._store.rows("ActionCadenceStepTracker"):
            if step["ActionCadenceTrackerId"] == tracker["Id"] and step["State"] == "Active":
                self._change(
                    step, State="Completed", CompletionReason=reason,
                    CompletionDate=instant(self._now()),
                )  # fmt: skip
        self._change(
            tracker, State="Complete", IsTrackerActive=False, CompletionReason=reason,
            CompletionDisposition=disposition, LastCompletedStepId=tracker.get("CurrentStepId"),
            CurrentStepId=None,
        )  # fmt: skip

    def leave(self, target: str, reason: str) -> None:
        """Take a record that was deleted or converted out of every cadence."""
        for tracker in self._running(target):
            self.complete(tracker, reason)

    def _running(self, target: str) -> list[Row]:
        return [
            row
            for row in self._store.rows("ActionCadenceTracker")
            if row["TargetId"] == target and row["IsTrackerActive"]
        ]

    def _cadence(self, name_or_id: str) -> Row:
        for row in self._store.rows("ActionCadence"):
            if row["Name"] == name_or_id or same_id(row["Id"]) == same_id(name_or_id):
                return row
        raise Refusal("INVALID_API_INPUT", f"The cadence {name_or_id} wasn't found.")

    def _target(self, record_id: Any) -> Row:
        row = self._store.get(record_id) if is_id(record_id) else None
        if row is None or row["IsDeleted"] or self._store.object_of(record_id) not in _TARGETS:
            raise Refusal("INVALID_API_INPUT", f"The target {record_id} wasn't found.")
        if row.get("IsConverted"):
            raise Refusal("INVALID_API_INPUT", "The target is a converted lead.")
        return row

    def _first_step(self, cadence: Row, tracker: str, target: str) -> str | None:
        for step in self._store.rows("ActionCadenceStep"):
            if step["ActionCadenceId"] == cadence["Id"] and step["Type"] not in _SILENT:
                return self._add(
                    "ActionCadenceStepTracker",
                    ActionCadenceId=cadence["Id"], ActionCadenceName=cadence["Name"],
                    ActionCadenceStepId=step["Id"], ActionCadenceTrackerId=tracker,
                    TargetId=target, StepType=step["Type"], State="Active",
                )  # fmt: skip
        return None

    def _add(self, name: str, **values: Any) -> str:
        moment = instant(self._now())
        stamps = {"CreatedDate": moment, "LastModifiedDate": moment, "SystemModstamp": moment}
        people = {"CreatedById": USER, "LastModifiedById": USER}
        row = {**values, **stamps, **people, "IsDeleted": False}
        return self._store.add(catalog()[name.casefold()], row)

    def _found(self, record_id: str) -> Row:
        row = self._store.get(record_id)
        assert row is not None, record_id
        return row

    def _change(self, row: Row, **values: Any) -> None:
        moment = instant(self._now())
        changed = {**row, **values, "LastModifiedDate": moment, "SystemModstamp": moment}
        self._store.replace({name: each for name, each in changed.items() if each is not None})


_TARGETS = frozenset({"Contact", "Lead"})


def _needed(values: Mapping[str, Any], name: str) -> Any:
    if not values.get(name):
        raise Refusal("INVALID_API_INPUT", f"Missing required input parameter: {name}")
    return values[name]


def _result(
    name: str, *, output: dict[str, Any] | None = None, error: Refusal | None = None
) -> dict[str, Any]:
    return {
        "actionName": name,
        "errors": None if error is None else [{**error.of_row(), "fields": []}],
        "invocationId": None,
        "isSuccess": error is None,
        "outcome": None,
        "outputValues": output,
        "sortOrder": -1,
        "version": 1,
    }
