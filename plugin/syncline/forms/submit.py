"""A submission: what was posted becomes a record of the cadence, once."""

from __future__ import annotations

__all__ = ["Submission", "submit"]

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import FatalError, RetriableError, WorkspaceError
from ..functions.function import Function
from ..model import Outcome, OutcomeStatus, Value, Write
from ..sync.systems import System
from .form import Form, as_json
from .posted import Fault, read_posted

#: With our word before it, a key fits where systems keep keys.
_LONGEST_KEY = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What became of something posted in a form."""

    form: str
    #: stored, repeated, refused
    state: str
    #: Posted again under the same key, it is the same submission.
    key: str
    #: The record's id in the cadence; empty when it was refused.
    id: str = ""
    #: What was stored, tidied; of a repeated one, what was posted now and left alone.
    values: Mapping[str, Value]
    faults: tuple[Fault, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the document of ``submission.schema.json``."""
        return {
            "form": self.form,
            "state": self.state,
            "key": self.key,
            "id": self.id,
            "values": {name: as_json(value) for name, value in self.values.items()},
            "faults": [fault.to_json() for fault in self.faults],
        }


def submit(
    form: Form, given: Any, key: str, system: System, functions: Mapping[str, Function]
) -> Submission:
    """Store what was posted as a record of *system*, unless its *key* says that it was.

    Without a key it is a new submission. A record that was stored stays as it is when its key
    comes again, whatever comes with it: people may have edited it. The system upserts by the key,
    so that two at once make one record.

    Raises ``WorkspaceError`` where the system keeps no keys, and what the connector raises.
    """
    key = key.strip() or str(uuid.uuid4())
    if len(key) > _LONGEST_KEY or not key.isprintable():
        raise WorkspaceError(
            f"a submission's key has {_LONGEST_KEY} plain characters at most",
            hint="Any text will do that is the same when the same form is sent again: a UUID.",
        )
    kind = system.description.get(form.object)
    if kind is None or kind.key_field is None:
        raise WorkspaceError(
            f"{system.name} has no field for Syncline's key in {form.object}, so a record could be "
            "created twice",
            hint="Let an administrator add it; the page of the connector says how.",
        )
    posted = read_posted(form, given, functions)
    if posted.faults:
        return Submission(form=form.name, state="refused", key=key, values={}, faults=posted.faults)
    ours = f"form:{key}"
    known = system.connector.lookup(form.object, [ours]).get(ours)
    if known is not None:
        return Submission(form=form.name, state="repeated", key=key, id=known, values=posted.values)
    (outcome,) = system.connector.write(form.object, [Write(key=ours, values=posted.values)])
    return _told(form, key, posted.values, outcome)


def _told(form: Form, key: str, values: Mapping[str, Value], outcome: Outcome) -> Submission:
    match outcome.status:
        case OutcomeStatus.DONE:
            return Submission(
                form=form.name, state="stored", key=key, id=outcome.id or "", values=values
            )
        case OutcomeStatus.RETRY:
            raise RetriableError(f"the cadence did not take it just now: {outcome.message}")
        case OutcomeStatus.GONE:
            raise FatalError(
                f"the record of this key is no longer there: {outcome.message}",
                hint="Send it under another key to make a new record.",
            )
        case OutcomeStatus.REFUSED:
            fault = Fault(field="", label=form.name, message=f"{outcome.message} [{outcome.code}]")
            return Submission(form=form.name, state="refused", key=key, values={}, faults=(fault,))
