"""How the checks get a clean Acme, and how its people work: in its file, past the connection."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

from syncline import Value
from syncline.testing import Harness, VirtualClock

Table = dict[str, dict[str, Any]]


class AcmeHarness(Harness):
    """A CRM in one JSON file: no network, nobody to be let in by, no limit."""

    plugin = "syncline_acme"
    connector = "acme"
    object_name = "Person"
    absent: ClassVar[Mapping[str, str]] = {
        "merge": "Acme merges nothing.",
        "refused_access": "A file asks nobody for a name.",
        "no_network": "There is no network between a file and its reader.",
        "lost_answer": "A file is replaced whole, and before `write` returns.",
        "rate_limit": "A file may be read as often as anybody likes.",
        "price": "A file counts no calls.",
    }

    def start(self, folder: Path, clock: VirtualClock) -> None:
        """Begin without a file: the first write makes it."""
        self.path = folder / "acme.json"
        # One write a tick: what a person does later has a later time.
        clock.tick = timedelta(milliseconds=1)
        self.clock = clock

    def settings(self) -> Mapping[str, Any]:
        """Return what stands in [connections.acme]."""
        return {"file": self.path.name}

    def add(self, values: Mapping[str, Value]) -> str:
        """Add a person."""

        def work(people: Table) -> str:
            id_ = f"P{len(people) + 1:06d}"
            people[id_] = {"key": None, "values": dict(values), "deleted": False}
            return self._touch(people, id_)

        return self._work(work)

    def edit(self, id_: str, values: Mapping[str, Value]) -> None:
        """Change a person."""

        def work(people: Table) -> str:
            people[id_]["values"] |= values
            return self._touch(people, id_)

        self._work(work)

    def delete(self, id_: str) -> None:
        """Mark a person as deleted."""

        def work(people: Table) -> str:
            people[id_]["deleted"] = True
            return self._touch(people, id_)

        self._work(work)

    def same_time(self, ids: Sequence[str]) -> None:
        """Give people one time."""
        stamp = self.clock().isoformat()

        def work(people: Table) -> str:
            for id_ in ids:
                people[id_]["modified"] = stamp
            return ""

        self._work(work)

    def view(self, id_: str) -> Mapping[str, Value] | None:
        """Return a person as the file has it."""
        row = json.loads(self.path.read_bytes())["Person"].get(id_)
        values: Mapping[str, Value] | None = None if row is None else row["values"]
        return values

    def _touch(self, people: Table, id_: str) -> str:
        people[id_]["modified"] = self.clock().isoformat()
        return id_

    def _work(self, work: Callable[[Table], str]) -> str:
        tables: dict[str, Table] = json.loads(self.path.read_bytes())
        found = work(tables["Person"])
        self.path.write_text(json.dumps(tables), "utf-8")
        return found
