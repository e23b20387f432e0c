"""The harness of the good connector: it can do everything."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import kit.memory
from kit.memory.connector import KEY
from kit.memory.system import PAUSE, TOKEN, System, Weather
from syncline import ActionRequest, Side, Value
from syncline.testing import Harness, VirtualClock


class MemoryHarness(Harness):
    plugin = "kit.memory"
    connector = "memory"
    side = Side.CADENCE
    object_name = "prospect"

    def start(self, folder: Path, clock: VirtualClock) -> None:
        self.folder = folder
        self.system = kit.memory.SYSTEMS[folder] = System(clock)

    def stop(self) -> None:
        del kit.memory.SYSTEMS[self.folder]

    def secrets(self) -> Mapping[str, str]:
        return {"token": TOKEN}

    def add(self, values: Mapping[str, Value]) -> str:
        return self.system.put(None, values)

    def edit(self, id_: str, values: Mapping[str, Value]) -> None:
        self.system.put(id_, values)

    def delete(self, id_: str) -> None:
        self.system.end(id_)

    def merge(self, loser: str, winner: str) -> None:
        self.system.end(loser, winner)

    def same_time(self, ids: Sequence[str]) -> None:
        stamp = self.system.stamp()
        for id_ in ids:
            self.system.rows[id_].modified = stamp

    @contextmanager
    def refused_access(self) -> Generator[None]:
        with self._weather(Weather.STRANGERS):
            yield

    @contextmanager
    def no_network(self) -> Generator[None]:
        with self._weather(Weather.CUT):
            yield

    @contextmanager
    def lost_answer(self) -> Generator[None]:
        with self._weather(Weather.LOST):
            yield

    @contextmanager
    def rate_limit(self) -> Generator[float | None]:
        with self._weather(Weather.BUSY):
            yield PAUSE

    def price(self) -> int:
        return self.system.counted

    def view(self, id_: str) -> Mapping[str, Value] | None:
        row = self.system.standing().get(id_)
        return None if row is None else {**row.values, KEY: row.key}

    def action(self, key: str) -> ActionRequest:
        prospect = self.system.put(None, {"last_name": "Doe"})
        return ActionRequest(key=key, action="exit", prospect=prospect)

    def effect(self, request: ActionRequest) -> object:
        return self.system.done.get(request.key, 0)

    @contextmanager
    def _weather(self, weather: Weather) -> Generator[None]:
        self.system.weather = weather
        try:
            yield
        finally:
            self.system.weather = Weather.FAIR
