"""The embedded systems as the kit sees them: files, which have no network and ask for no name."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import syncline_local
from syncline import ActionRequest, ConnectorType, Outcome, OutcomeStatus, Side, Value, Write
from syncline.testing import Harness, VirtualClock, context_for
from syncline_local.connection import LocalConnection


class _LocalHarness(Harness):
    plugin = "syncline_local"
    connector = "local"
    absent: ClassVar[Mapping[str, str]] = {
        "refused_access": "A file asks nobody for a name.",
        "no_network": "There is no network between a file and its reader.",
        "lost_answer": "A file is replaced whole, and before `write` returns.",
        "rate_limit": "A file may be read as often as anybody likes.",
        "price": "A file counts no calls.",
    }
    file: ClassVar[str]
    #: A field that nobody misses.
    marked: ClassVar[str]

    def start(self, folder: Path, clock: VirtualClock) -> None:
        kind: ConnectorType = next(iter(syncline_local.syncline_register_connectors()))
        found = kind.open(context_for(kind, folder, side=self.side, clock=clock))
        assert isinstance(found, LocalConnection)
        self.folder, self.person = folder, found

    def stop(self) -> None:
        self.person.close()

    def add(self, values: Mapping[str, Value]) -> str:
        return _done(self.person.write(self.object_name, [Write(values=values)]))

    def edit(self, id_: str, values: Mapping[str, Value]) -> None:
        _done(self.person.write(self.object_name, [Write(values=values, id=id_)]))

    def delete(self, id_: str) -> None:
        _done(self.person.delete(self.object_name, [id_]))

    def merge(self, loser: str, winner: str) -> None:
        _done([self.person.merge(self.object_name, loser, winner)])

    def same_time(self, ids: Sequence[str]) -> None:
        """Write them in one replacement of the file, which has one stamp."""
        rows = [Write(values={self.marked: "of one instant"}, id=id_) for id_ in ids]
        self.person.write(self.object_name, rows)

    def view(self, id_: str) -> Mapping[str, Value] | None:
        tables: dict[str, Any] = json.loads((self.folder / "data" / self.file).read_bytes())
        document: dict[str, Value] | None = tables[self.object_name].get(str(int(id_[-6:])))
        return document


class LocalCrmHarness(_LocalHarness):
    side = Side.CRM
    object_name = "Lead"
    file = "crm.json"
    marked = "City"


class LocalCadenceHarness(_LocalHarness):
    side = Side.CADENCE
    object_name = "prospect"
    file = "cadence.json"
    marked = "city"

    def action(self, key: str) -> ActionRequest:
        prospect = self.add({"first_name": "Ann", "last_name": "Doe"})
        enrol = ActionRequest(key="a person", action="enrol", prospect=prospect, target="New leads")
        _done(self.person.act([enrol]))
        return ActionRequest(key=key, action="next touch", prospect=prospect)

    def effect(self, request: ActionRequest) -> object:
        pages = self.person.changes("enrolment", ["prospect_id", "touch", "state"], None)
        return [dict(r.values) for p in pages for r in p.records]


def _done(outcomes: Sequence[Outcome]) -> str:
    (outcome,) = outcomes
    assert outcome.status is OutcomeStatus.DONE, outcome
    return outcome.id or ""
