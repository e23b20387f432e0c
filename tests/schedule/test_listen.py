"""The door for wakes: who may come in, with what, and what it does."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from support import CRM, SYNCLINE, World, command
from syncline import Secret, WorkspaceError
from syncline.ledger import wakes
from syncline.ledger.tables import wakes as table
from syncline.ledger.wakes import Wake
from syncline.model import Side
from syncline.schedule import listen
from syncline.schedule.listen import LONGEST, Door, parse_address

SECRET = "a secret of many characters"
MINE = {"Authorization": f"Bearer {SECRET}"}


@contextmanager
def door() -> Generator[tuple[str, list[Wake]]]:
    heard: list[Wake] = []
    with Door(Secret(SECRET), heard.append).open("127.0.0.1", 0) as url:
        yield url, heard


@pytest.fixture(scope="module")
def served() -> Generator[tuple[str, list[Wake]]]:
    with door() as found:
        yield found


@pytest.mark.parametrize(
    ("body", "wake"),
    [
        (b"", Wake()),
        (b"{}", Wake()),
        (b'{"side": "crm"}', Wake(side=Side.CRM)),
        (
            b'{"side": "cadence", "object": "prospect", "ids": ["p1", "p2"]}',
            Wake(side=Side.CADENCE, object="prospect", ids=("p1", "p2")),
        ),
    ],
)
def test_a_wake_is_taken(served: tuple[str, list[Wake]], body: bytes, wake: Wake) -> None:
    """What it says is optional."""
    url, heard = served
    answer = httpx.post(url, content=body, headers=MINE, trust_env=False)
    assert (answer.status_code, heard.pop()) == (202, wake)


@pytest.mark.parametrize(
    ("request_", "status", "words"),
    [
        ({"headers": {}}, 401, "Bearer"),
        ({"headers": {"Authorization": "Bearer"}}, 401, "Bearer"),
        ({"headers": {"Authorization": f"Bearer {SECRET}x"}}, 401, "Bearer"),
        ({"headers": {"Authorization": f"Basic {SECRET}"}}, 401, "Bearer"),
        ({"headers": [(b"Authorization", b"Bearer \xff\xfe")]}, 401, "Bearer"),
        ({"content": b"{"}, 400, "no JSON"),
        ({"content": b"[" * 50_000}, 400, "no JSON"),
        ({"content": b"\xff"}, 400, "no JSON"),
        ({"content": b"[]"}, 400, "object"),
        ({"content": b'{"sied": "crm"}'}, 400, "did you mean side"),
        ({"content": b'{"side": "both"}'}, 400, "side"),
        ({"content": b'{"ids": "p1"}'}, 400, "ids"),
        ({"content": json.dumps({"ids": ["x"] * 201}).encode()}, 400, "ids"),
        ({"content": b'{"object": "\\ud800"}'}, 400, "no text"),
        ({"content": b'{"ids": ["a\\u0000b"]}'}, 400, "no text"),
        ({"content": b" " * (LONGEST + 1)}, 413, "65,536 bytes"),
        ({"method": "GET"}, 405, ""),
        ({"path": "/elsewhere"}, 404, ""),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_not_taken(
    served: tuple[str, list[Wake]], request_: dict[str, Any], status: int, words: str
) -> None:
    """Each is refused with a word of what was wrong, and none of the secret."""
    url, heard = served
    method = request_.get("method", "POST")
    headers = request_.get("headers", MINE)
    with httpx.Client(trust_env=False) as client:
        answer = client.request(
            method,
            url.removesuffix("/wake") + request_.get("path", "/wake"),
            content=request_.get("content"),
            headers=headers,
        )
    assert answer.status_code == status
    assert words in answer.text
    assert SECRET not in answer.text
    assert heard == []


def test_a_body_without_an_end_is_not_waited_for(served: tuple[str, list[Wake]]) -> None:
    """It is cut off at the limit, whatever its head says of its length."""
    url, heard = served
    host, port = url.removeprefix("http://").removesuffix("/wake").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        head = f"POST /wake HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {SECRET}\r\n"
        connection.sendall(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n")
        chunk = b"8000\r\n" + b" " * 0x8000 + b"\r\n"
        connection.sendall(chunk * 3)
        assert connection.recv(100).startswith(b"HTTP/1.1 413")
    assert heard == []


def _begin(url: str) -> socket.socket:
    """Begin to send a body, and stop after its first sign."""
    host, port = url.removeprefix("http://").removesuffix("/wake").split(":")
    connection = socket.create_connection((host, int(port)), timeout=60)
    head = f"POST /wake HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {SECRET}\r\n"
    connection.sendall(head.encode() + b"Content-Length: 50\r\n\r\n{")
    return connection


def test_a_body_that_does_not_come_is_not_waited_for(
    served: tuple[str, list[Wake]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sends slowly holds no place for long."""
    monkeypatch.setattr(listen, "PATIENCE", 0.2)
    url, heard = served
    with _begin(url) as connection:
        assert connection.recv(100).startswith(b"HTTP/1.1 408")
    assert heard == []


def test_callers_that_hang_up_leave_no_word(local: World) -> None:
    """Neither one that goes in the middle of its body, nor one that is there at the end."""
    with subprocess.Popen(
        [SYNCLINE, "run", "--every", "--listen", "127.0.0.1:0", "--json"],
        cwd=local.folder,
        env={**os.environ, "SYNCLINE_WAKE_SECRET": SECRET},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            url = process.stderr.readline().split()[-1]
            _begin(url).close()
            answer = httpx.post(url, headers=MINE, trust_env=False)
            with _begin(url):
                process.send_signal(signal.SIGTERM)
                _out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (answer.status_code, process.returncode) == (202, 0)
    assert err.startswith("Stopping after the batch under way.")
    assert len(err.splitlines()) == 1, err


def test_a_wake_in_broken_words_is_a_wake(local: World) -> None:
    """What it says is a hint: half a sign in it does no harm (K7)."""
    told = command("wake", "--side", "crm", "--object", "\udcff", folder=local.folder)
    assert (told.returncode, told.stderr) == (0, "")
    with local.workspace() as workspace:
        assert not workspace.wake(side=CRM, object_name="\udcff")
        assert workspace.wake(ids=["a\0b"])


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:8020", ("127.0.0.1", 8020)),
        ("8020", ("127.0.0.1", 8020)),
        ("[::1]:0", ("::1", 0)),
        ("localhost:1", ("localhost", 1)),
        (":1", ("127.0.0.1", 1)),
    ],
)
def test_an_address(text: str, address: tuple[str, int]) -> None:
    """Without a host it is this machine alone."""
    assert parse_address(text) == address


@pytest.mark.parametrize("text", ["", "here", "127.0.0.1:", "127.0.0.1:65536", "1.2.3.4:²"])
def test_no_address(text: str) -> None:
    """It is told how to write one."""
    with pytest.raises(WorkspaceError, match="is no address") as caught:
        parse_address(text)
    assert "127.0.0.1:8020" in caught.value.hint


def test_a_short_secret_will_not_do() -> None:
    """It could be guessed; the message does not say it."""
    with pytest.raises(WorkspaceError, match="fewer than 16") as caught:
        Door(Secret("guess me"), lambda _wake: None)
    assert "guess me" not in str(caught.value) + caught.value.hint


def test_a_port_that_is_taken() -> None:
    """It is told, with what to do."""
    with door() as (url, _heard):
        port = int(url.rsplit(":", 1)[1].removesuffix("/wake"))
        again = Door(Secret(SECRET), lambda _wake: None).open("127.0.0.1", port)
        with pytest.raises(WorkspaceError, match="cannot be listened on"), again:
            pass


def test_no_more_wakes_are_kept_than_say_something(local: World) -> None:
    """A flood of them fills no disk, and starts one cycle."""
    with local.workspace() as workspace:
        with workspace.ledger.begin() as db:
            rows = [
                {"at": "", "side": "crm", "object": str(n), "ids": "[]"} for n in range(wakes.MOST)
            ]
            db.execute(table.insert(), rows)
        assert not workspace.wake(side=CRM, object_name="Lead")
        with workspace.ledger.begin() as db:
            assert db.scalar(select(func.count()).select_from(table)) == wakes.MOST
    local.run()
    with local.workspace() as workspace, workspace.ledger.begin() as db:
        assert wakes.waiting(db) == 0


def test_a_schedule_listens(local: World) -> None:
    """A post starts a cycle of `run --every --listen`; the process ends in order (K7)."""
    told = command("run", "--every", "--listen", "0", folder=local.folder, SYNCLINE_WAKE_SECRET="")
    assert told.returncode == 3
    assert "SYNCLINE_WAKE_SECRET" in told.stderr
    with subprocess.Popen(
        [SYNCLINE, "run", "--every", "--listen", "127.0.0.1:0", "--json"],
        cwd=local.folder,
        env={**os.environ, "SYNCLINE_WAKE_SECRET": SECRET},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        url = process.stderr.readline().split()[-1]
        assert json.loads(process.stdout.readline())["report"]["run"] == 1
        with local.workspace() as workspace, workspace.ledger.begin() as db:
            answer = httpx.post(url, json={"side": "crm"}, headers=MINE, trust_env=False)
            assert answer.status_code == 202
            assert db.scalar(select(func.count()).select_from(table)) == 1
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert [json.loads(line)["report"]["state"] for line in out.splitlines()] in ([], ["done"])
