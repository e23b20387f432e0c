"""Actions of Sales Engagement, each done once.

The vendor keeps no key of ours, so a field of the prospect does. A key that stands there was done.
A move takes a prospect out before it puts it in, for an org may allow one cadence at a time; that
it was begun is written down first, so that a run that died between the two is gone on with.
"""

from __future__ import annotations

__all__ = ["ACTIONS_FIELD", "Actor"]

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from syncline import FatalError, ObjectType

from . import soql
from .deciding import Prospect, Step, decide
from .values import same_id

if TYPE_CHECKING:
    from syncline import ActionRequest, Outcome

    from .session import Session

#: A long text area that an admin adds to Lead and Contact. Without it, an action that is asked
#: for again after a crash is judged by the prospect's cadences alone.
ACTIONS_FIELD = "Syncline_Actions__c"
#: Keys that are kept of one prospect, the latest ones.
KEPT = 40

_ASSIGN = "/actions/standard/assignTargetToSalesCadence"
_REMOVE = "/actions/standard/removeTargetFromSalesCadence"
_OBJECTS = {"00Q": "Lead", "003": "Contact"}


class Actor:
    """Does batches of actions; *seen* describes an object."""

    def __init__(self, session: Session, seen: Callable[[str], ObjectType]) -> None:
        self._session = session
        self._seen = seen

    def act(self, requests: Sequence[ActionRequest]) -> list[Outcome]:
        """Do each request; those of one prospect in their order, all others together."""
        outcomes: list[Outcome | None] = [None] * len(requests)
        left = list(enumerate(requests))
        while left:
            first: dict[str, tuple[int, ActionRequest]] = {}
            for at, each in left:
                first.setdefault(same_id(each.prospect), (at, each))
            turn = list(first.values())
            found = self._turn([each for _at, each in turn])
            for (at, _each), outcome in zip(turn, found, strict=True):
                outcomes[at] = outcome
            done = {at for at, _each in turn}
            left = [(at, each) for at, each in left if at not in done]
        return [outcome for outcome in outcomes if outcome is not None]

    def _turn(self, requests: Sequence[ActionRequest]) -> list[Outcome]:
        prospects, cadences = self._look(requests)
        steps = [decide(each, prospects.get(same_id(each.prospect)), cadences) for each in requests]
        self._note([step for step in steps if step.begins and step.outcome is None], begun=True)
        self._ask(
            _REMOVE,
            [
                (step, {"actionCadenceTrackerId": each, "completionReasonCode": "ManuallyRemoved"})
                for step in steps
                for each in step.leaves
            ],
        )
        self._ask(
            _ASSIGN,
            [
                (step, {"salesCadenceNameOrId": step.enters, "targetId": step.request.prospect})
                for step in steps
                if step.enters and step.outcome is None
            ],
        )
        self._note([step for step in steps if step.outcome is None], begun=False)
        return [step.result() for step in steps]

    def _look(
        self, requests: Sequence[ActionRequest]
    ) -> tuple[dict[str, Prospect], Mapping[str, str]]:
        """Return the prospects by what both forms of an id share, and the active cadences' ids.

        It is one call, whatever the number of questions.
        """
        ids = sorted({each.prospect for each in requests})
        targets = sorted({each.target for each in requests if each.target})
        asked = dict(self._questions(ids, targets))
        body = {
            "compositeRequest": [
                {"method": "GET", "referenceId": name, "url": self._session.query_url(text)}
                for name, text in asked.items()
            ]
        }
        reply = self._session.call("POST", "/composite", word="act", json=body, writes=False)
        found = dict(_answers(reply.body))
        running: dict[str, list[tuple[str, str]]] = {}
        for row in found["trackers"]:
            pair = (str(row["Id"]), same_id(row["ActionCadenceId"]))
            running.setdefault(same_id(row["TargetId"]), []).append(pair)
        prospects = {
            same_id(row["Id"]): Prospect(
                id=row["Id"],
                keys=tuple(str(row.get(ACTIONS_FIELD) or "").splitlines()),
                keeps=ACTIONS_FIELD in row,
                running=tuple(running.get(same_id(row["Id"]), ())),
            )
            for name in _OBJECTS.values()
            for row in found.get(name, ())
        }
        cadences = {str(row["Name"]): same_id(row["Id"]) for row in found.get("cadences", ())}
        return prospects, cadences

    def _questions(self, ids: Sequence[str], targets: Sequence[str]) -> Iterator[tuple[str, str]]:
        select = soql.select(
            "ActionCadenceTracker", ("Id", "TargetId", "ActionCadenceId"),
            "WHERE IsTrackerActive = true AND TargetId IN",
        )  # fmt: skip
        yield "trackers", soql.among(select, ids)
        for prefix, name in _OBJECTS.items():
            mine = [each for each in ids if each.startswith(prefix)]
            if mine:
                field = (ACTIONS_FIELD,) if self._seen(name).get(ACTIONS_FIELD) else ()
                yield name, soql.among(soql.select(name, ("Id", *field), "WHERE Id IN"), mine)
        if targets:
            select = soql.select(
                "ActionCadence", ("Id", "Name"), "WHERE State = 'Active' AND Name IN"
            )
            yield "cadences", soql.among(select, targets)

    def _ask(self, path: str, asked: Sequence[tuple[Step, Mapping[str, str]]]) -> None:
        """Ask for an action of the vendor's; a step that it refuses has its outcome."""
        if not asked:
            return
        # When one input fails the vendor calls the whole answer bad; each has its own result.
        reply = self._session.call(
            "POST", path, word="act", json={"inputs": [dict(each) for _, each in asked]},
            accept={400},
        )  # fmt: skip
        results: list[dict[str, Any]] = reply.body or []
        if len(results) != len(asked) or not all("isSuccess" in each for each in results):
            raise FatalError(
                "Sales Engagement does not take the action.",
                hint="Check that it is set up in the org, and that the connection's user has the "
                "permission set for cadences.",
            )
        for (step, _), result in zip(asked, results, strict=True):
            if result["isSuccess"] is not True:
                errors: list[dict[str, Any]] = result.get("errors") or [{}]
                step.refuse(errors[0])

    def _note(self, steps: Sequence[Step], *, begun: bool) -> None:
        """Write down that actions are begun, or done, in the prospects themselves."""
        records = [
            {
                "attributes": {"type": _OBJECTS[step.request.prospect[:3]]},
                "Id": step.request.prospect,
                ACTIONS_FIELD: "\n".join(step.noted(begun=begun)[-KEPT:]),
            }
            for step in steps
            if step.keeps
        ]
        if records:
            body = {"allOrNone": False, "records": records}
            self._session.call("PATCH", "/composite/sobjects", word="act", json=body)


def _answers(body: Any) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for part in body["compositeResponse"]:
        if part["httpStatusCode"] != 200:
            errors: list[dict[str, Any]] = part["body"] or [{}]
            error = errors[0]
            raise FatalError(
                "Sales Engagement cannot be asked: "
                f"{error.get('errorCode', '')}: {error.get('message', '')}",
                hint="Check that it is set up in the org, and that the connection's user has the "
                "permission set for cadences.",
            )
        yield part["referenceId"], part["body"]["records"]
