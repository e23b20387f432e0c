"""Sandboxes on loopback: served until a signal, several behind one address, and in bad weather."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from syncline import Fault, Faults, Sandbox, SandboxContext, WorkspaceError
from syncline.net import serving
from syncline.sandboxes.faults import parse_faults
from syncline.sandboxes.house import house
from syncline.sandboxes.serve import serve


def sandbox(name: str, *paths: str) -> Sandbox:
    """Return one that counts its requests, and answers with its name and the count."""
    heard: list[str] = []

    async def answer(request: Request) -> JSONResponse:
        heard.append(request.url.path)
        return JSONResponse({"name": name, "heard": len(heard)})

    def app(_context: SandboxContext) -> Starlette:
        return Starlette(routes=[Route("/{rest:path}", answer, methods=["GET", "POST"])])

    return Sandbox(name=name, title=name, app=app, paths=paths, settings=lambda url: {"url": url})


def context(folder: Path, faults: Faults | None = None) -> SandboxContext:
    return SandboxContext(
        folder=folder, now=lambda: datetime.now(UTC), faults=faults or Faults(shares={})
    )


@contextmanager
def client(app: Any) -> Generator[httpx.Client]:
    with serving.beside(app) as url, httpx.Client(base_url=url, trust_env=False) as http:
        yield http


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.1", "example.com", ""])
def test_it_serves_this_machine_alone(host: str) -> None:
    with pytest.raises(WorkspaceError, match="this machine alone"):
        serve(None, host, 0, lambda _url: None)


def test_a_taken_port_is_said_plainly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(WorkspaceError, match=f"{port} cannot be listened on"):
            serve(None, "127.0.0.1", port, lambda _url: None)


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_name: str) -> None:
        return None

    monkeypatch.setattr("syncline.net.serving.find_spec", missing)
    with pytest.raises(WorkspaceError) as caught:
        serve(None, "127.0.0.1", 0, lambda _url: None)

    assert "pip install 'syncline[serve]'" in caught.value.hint


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    """The process says its address, answers, and ends with 0 and no word more."""
    command = [sys.executable, "-u", "-W", "error", "-m", "syncline", "sandbox", "salesforce"]
    command += ["--port", "0", "--data", str(tmp_path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ.copy()
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        url = next(word.rstrip(",") for word in first.split() if word.startswith("http"))
        with httpx.Client(base_url=url, trust_env=False) as http:
            assert http.get("/services/data").status_code == 200
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)

    assert (process.returncode, errors) == (0, "")


def test_each_answers_to_its_own_paths(tmp_path: Path) -> None:
    """The longest beginning wins; what belongs to nobody is told so; each has its own folder."""
    one, other = sandbox("one", "/a", "/b"), sandbox("other", "/a/deep")
    with client(house([one, other], context(tmp_path))) as http:
        said = {path: http.get(path).json().get("name") for path in ("/a/x", "/a/deep", "/b", "/c")}

    assert said == {"/a/x": "one", "/a/deep": "other", "/b": "one", "/c": None}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "other"]


def test_two_that_answer_to_one_path_are_both_named(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="one and other both answer to /a"):
        house([sandbox("one", "/a"), sandbox("other", "/a")], context(tmp_path))


@pytest.mark.parametrize(
    ("fault", "heard"), [(Fault.TIMEOUT, 1), (Fault.LOST, 2), (Fault.ERROR, 1)]
)
def test_a_fault_strikes_before_or_after_the_effect(
    tmp_path: Path, fault: Fault, heard: int
) -> None:
    """Only a lost answer leaves an effect behind; a failing server says 503 (B10)."""
    shares = {fault: 1.0}
    app = house([sandbox("one", "/a")], context(tmp_path, Faults(shares=shares)))
    with client(app) as http:
        if fault is Fault.ERROR:
            assert http.post("/a").status_code == 503
        else:
            with pytest.raises(httpx.RemoteProtocolError):
                http.post("/a")
        shares.clear()
        assert http.get("/a").json()["heard"] == heard


def test_the_dial_is_read_and_draws_the_same_each_time() -> None:
    dials = [parse_faults("timeout=2%, row = 50%", seed=3) for _ in range(2)]
    drawn = [[dial.strikes(Fault.ROW) for _ in range(200)] for dial in dials]

    assert dials[0].shares == {Fault.TIMEOUT: 0.02, Fault.ROW: 0.5}
    assert drawn[0] == drawn[1]
    assert 60 < sum(drawn[0]) < 140
    assert not dials[0].strikes(Fault.LIMIT)


@pytest.mark.parametrize("text", ["timout=2%", "row", "row=", "row=101%", "row=-1%", "row=nan%"])
def test_what_is_no_fault_is_told(text: str) -> None:
    with pytest.raises(WorkspaceError, match="no fault of a sandbox") as caught:
        parse_faults(text)

    assert "timeout, lost, error, limit, row" in caught.value.hint
