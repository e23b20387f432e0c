"""The embedded cadence as the people who work in it see it: cadences, touches, outcomes (K11)."""

from __future__ import annotations

__all__ = ["CadenceDesk"]

from typing import TYPE_CHECKING, Any

from syncline import (
    Cadence,
    Change,
    Context,
    Outcome,
    OutcomeStatus,
    TouchDone,
    Value,
    WaitingTouch,
    WorkspaceError,
)

from . import marks
from .cadence import LocalCadence
from .cadence_history import HISTORY, Enrolments
from .cadence_objects import CADENCE
from .cadence_plans import plan_of, put_plans
from .cadence_waiting import Waiting
from .cadences import Cadences
from .endings import refused
from .store import Batch, Document, parse_stamp
from .validate import fault_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

_CHANNELS = {"email", "sms", "call", "task"}


class CadenceDesk(LocalCadence):
    """A ``TouchKeeper`` over the workspace's own cadence."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._waiting = Waiting(self._store)

    def cadences(self) -> list[Cadence]:
        """Return the cadences in the order of their making."""
        return [plan_of(document) for document in self._store.table("cadence").values()]

    def put_cadences(self, cadences: Sequence[Cadence]) -> dict[str, str]:
        """Make or replace cadences by name; return what became of each."""
        with self._store.changing() as batch:
            return put_plans(batch, Enrolments(batch, CADENCE), cadences)

    def find(self, text: str) -> str | None:
        """Return the id of the prospect that *text* names: an id or an e-mail address."""
        table = self._store.table("prospect")
        number = CADENCE.number("prospect", text)
        if number is not None:
            return text if number in table and marks.stands(table[number]) else None
        wanted = text.strip().casefold()
        found = [
            CADENCE.record_id("prospect", each)
            for each, document in table.items()
            if str(document.get("email", "")).casefold() == wanted and marks.stands(document)
        ]
        if len(found) > 1:
            raise WorkspaceError(
                f"{len(found)} prospects have the address {text}: {', '.join(found)}",
                hint="Name one of them by its id.",
            )
        return found[0] if found else None

    def waiting(self, until: datetime) -> list[WaitingTouch]:
        """Return the touches whose day may have come by *until*, oldest first."""
        return self._waiting.until(until)

    def touch_of(self, prospect: str) -> list[WaitingTouch]:
        """Return the touches that one prospect is at."""
        return self._waiting.of(prospect)

    def place_of(self, prospect: str) -> tuple[str, str, str]:
        """Return (time zone, country, owner) of a prospect; blanks are empty."""
        document = self._store.table("prospect").get(CADENCE.number("prospect", prospect) or "", {})
        zone, country, owner = (
            str(document.get(name, "")) for name in ("time_zone", "country", "owner")
        )
        return zone, country, owner

    def sent(self, since: datetime) -> list[tuple[str, str, datetime]]:
        """Return (channel, user, moment) of each touch made from *since* on."""
        return [
            (document["kind"], str(document.get("user", "")), at)
            for document in self._store.table("activity").values()
            if document["kind"] in _CHANNELS
            and document.get("direction") != "inbound"
            and marks.MARK not in document
            and (at := parse_stamp(document.get("at") or document["created_at"])) >= since
        ]

    def finish(self, done: Sequence[TouchDone], by: str) -> list[Outcome]:
        """Record each outcome as an activity and go to the next touch, once for each touch."""
        with self._store.changing() as batch:
            cadences, enrolments = Cadences(batch, CADENCE), Enrolments(batch, CADENCE)
            own: dict[str, list[str]] = {one.prospect: [] for one in done}
            for number, document in batch.table("enrolment").items():
                if document["prospect_id"] in own:
                    own[document["prospect_id"]].append(number)
            return [
                self._finish(batch, cadences, enrolments, own[one.prospect], one, by)
                for one in done
            ]

    def changes_of(self, prospect: str) -> list[Change]:
        """Return what happened to a prospect's enrolments, the oldest first."""
        own = {
            CADENCE.record_id("enrolment", number)
            for number, document in self._store.table("enrolment").items()
            if document["prospect_id"] == prospect
        }
        return [
            Change(
                at=parse_stamp(line["at"]),
                enrolment=line["enrolment_id"],
                cadence=line["cadence_name"],
                state=line["state"],
                touch=line["touch"],
                what=line["what"],
                reason=line["reason"],
            )
            for line in self._store.table(HISTORY).values()
            if line["enrolment_id"] in own
        ]

    def _finish(
        self,
        batch: Batch,
        cadences: Cadences,
        enrolments: Enrolments,
        numbers: Sequence[str],
        done: TouchDone,
        by: str,
    ) -> Outcome:
        fine = Outcome(status=OutcomeStatus.DONE, id=done.prospect)
        own = {
            number: document
            for number in numbers
            for document in (batch.table("enrolment")[number],)
            if done.cadence in {None, document["cadence_name"]}
        }
        if done.number is not None and any(
            cadences.is_done(_key(number, done.number)) for number in own
        ):
            return fine
        active = [number for number in own if own[number]["state"] == "active"]
        problem = _problem(done, [own[number] for number in active])
        if problem is not None:
            return problem
        (number,) = active
        enrolment = own[number]
        touches = enrolments.touches(enrolment["cadence_name"])
        at: int = enrolment["touch"]
        touch: Mapping[str, Any] = touches[at - 1] if at <= len(touches) else {}
        activity: dict[str, Value] = {
            "prospect_id": done.prospect,
            "kind": touch.get("kind", "task"),
            "outcome": done.outcome,
            "at": batch.stamp,
            "user": done.user or self.place_of(done.prospect)[2],
            "comments": done.comments or None,
            "duration": done.duration,
            "email_subject": touch.get("subject"),
            "template_name": touch.get("template"),
            "direction": "outbound",
            "cadence_name": enrolment["cadence_name"],
            "touch": at,
        }
        fault = fault_in(self._known("activity"), activity, None, creating=True)
        if fault is not None:
            return refused(done.prospect, *fault)
        batch.insert("activity", activity)
        said = f"{activity['kind']}: {done.outcome}" + (f", by {by}" if by else "")
        effect = enrolments.go_on(number, said)
        cadences.keep(_key(number, at), "touch done", done.prospect, effect)
        return fine


def _key(enrolment: str, touch: int) -> str:
    return f"touch:{CADENCE.record_id('enrolment', enrolment)}:{touch}"


def _problem(done: TouchDone, active: Sequence[Document]) -> Outcome | None:
    """Return why an outcome cannot be recorded; None when there is one touch that it is of."""
    if not done.outcome.strip():
        return refused(done.prospect, "REQUIRED_FIELD_MISSING", "Say the outcome of the touch.")
    if not active:
        where = done.cadence or "no cadence"
        told = f"is not in {where}" if done.cadence else f"is in {where}"
        return refused(done.prospect, "NOT_ENROLLED", f"{done.prospect} {told}.")
    if len(active) > 1:
        names = " and ".join(each["cadence_name"] for each in active)
        return refused(
            done.prospect, "AMBIGUOUS", f"{done.prospect} is in {names}: say in which it was."
        )
    at = active[0]["touch"]
    if done.number not in {None, at}:
        return refused(
            done.prospect, "OTHER_TOUCH", f"{done.prospect} is at touch {at}, not at {done.number}."
        )
    return None
