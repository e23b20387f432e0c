"""How the checks get a clean Tryton, and how its people work in it."""

from __future__ import annotations

import base64
import json
import time
import urllib.request
from collections.abc import Generator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

from server import DATABASE, PASSWORD, USER, server
from syncline_tryton.party import MECHANISMS, MODEL

from syncline import ObjectType, Value
from syncline.testing import Harness, Relay, VirtualClock


class TrytonHarness(Harness):
    """An empty database, behind a relay. Tryton goes by its own clock."""

    plugin = "syncline_tryton"
    connector = "tryton"
    object_name = "party"

    def start(self, folder: Path, clock: VirtualClock) -> None:
        """Leave no party of the check before."""
        self.stack = ExitStack()
        self.relay = self.stack.enter_context(Relay(server().url))
        self.proof = ""
        number, session, *_ = self.rpc("common.db.login", USER, {"password": PASSWORD})
        self.proof = base64.b64encode(f"{USER}:{number}:{session}".encode()).decode()
        everybody = self.rpc(f"model.{MODEL}.search", [], {"active_test": False})
        self.party("delete", everybody)

    def stop(self) -> None:
        """End the relay; the server serves the next check, too."""
        self.stack.close()

    def settings(self) -> Mapping[str, Any]:
        """Return what stands in [connections.tryton]."""
        return {"url": self.relay.url, "database": DATABASE, "user": USER}

    def secrets(self) -> Mapping[str, str]:
        """Return what would come from the environment."""
        return {"password": PASSWORD}

    def wait(self) -> None:
        """Let Tryton's clock go on: it counts microseconds."""
        time.sleep(0.002)

    def refused(self, kind: ObjectType, values: Mapping[str, Value]) -> Mapping[str, Value]:
        """Return a code that another party has: Tryton takes almost anything else."""
        return {**values, "code": self.values(kind, 2)["code"]}

    # -- people at work, at the server's own address

    def rpc(self, method: str, *params: Any) -> Any:
        """Call Tryton past the connection."""
        request = urllib.request.Request(
            f"{server().url}/{DATABASE}/rpc/",
            json.dumps({"id": 1, "method": method, "params": list(params)}).encode(),
            {"Content-Type": "application/json", "Authorization": f"Session {self.proof}"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            said = json.load(answer)
        if "error" in said:
            raise RuntimeError(said["error"])
        return said["result"]

    def party(self, what: str, *params: Any) -> Any:
        """Call a method of the parties."""
        return self.rpc(f"model.{MODEL}.{what}", *params, {})

    def add(self, values: Mapping[str, Value]) -> str:
        """Add a party, with its e-mail address and numbers."""
        ways = [{"type": n, "value": v} for n, v in values.items() if n in MECHANISMS]
        own = {name: value for name, value in values.items() if name not in MECHANISMS}
        (id_,) = self.party("create", [{**own, "contact_mechanisms": [["create", ways]]}])
        return f"{id_:010d}"

    def edit(self, id_: str, values: Mapping[str, Value]) -> None:
        """Change a party's name."""
        self.party("write", [int(id_)], {"name": values["name"]})

    def delete(self, id_: str) -> None:
        """Delete a party for good."""
        self.party("delete", [int(id_)])

    def merge(self, loser: str, winner: str) -> None:
        """Replace a party by another one, with Tryton's own wizard; say yes to what it warns of."""
        warning = f"{MODEL.partition('.')[0]}.replace name {int(loser)} {int(winner)}"
        self.rpc("model.res.user.warning.create", [{"user": 1, "name": warning}], {})
        session, *_ = self.rpc("wizard.party.replace.create", {})
        ask = {"ask": {"source": int(loser), "destination": int(winner)}}
        self.rpc("wizard.party.replace.execute", session, ask, "replace", {"active_model": MODEL})

    def same_time(self, ids: Sequence[str]) -> None:
        """Change parties in one transaction, which has one time."""
        self.party("write", [int(id_) for id_ in ids], {"name": "Of One Instant"})

    # -- weather

    def refused_access(self) -> AbstractContextManager[None]:
        """Let Tryton refuse who we are."""
        return self.relay.answering(401, b'{"error": "Unauthorized"}')

    def no_network(self) -> AbstractContextManager[None]:
        """Cut the line."""
        return self.relay.no_network()

    def lost_answer(self) -> AbstractContextManager[None]:
        """Let writes through, and lose their answers; each call of Tryton's is a POST."""
        return self.relay.lost_answer(
            lambda _method, _path, body: b".party.create" in body or b".party.write" in body
        )

    @contextmanager
    def rate_limit(self) -> Generator[float | None]:
        """Let Tryton, or what stands before it, ask for a pause."""
        with self.relay.answering(429, b"{}", headers={"Retry-After": "90"}):
            yield 90.0

    # -- what Tryton says

    def price(self) -> int:
        """Return how many calls came."""
        return len(self.relay.heard)

    def view(self, id_: str) -> Mapping[str, Value] | None:
        """Return a party as Tryton shows it."""
        names = ["name", "code", *MECHANISMS]
        found = self.party("search_read", [["id", "=", int(id_)]], 0, None, None, names)
        return {name: found[0][name] for name in names} if found else None
