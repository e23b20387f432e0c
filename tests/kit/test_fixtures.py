"""What authors use beside the checks: a context, a purse, a token, a relay (B13)."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx
import pytest

from kit.memory import syncline_register_connectors
from syncline import Secret, Side, Token
from syncline.net.serving import beside
from syncline.testing import FakeAccess, Relay, Spending, SpentError, VirtualClock, context_for

(KIND,) = syncline_register_connectors()


def test_a_context_is_as_the_engine_makes_it(tmp_path: Path) -> None:
    """The one side that there is, a clock that stands, a purse, and secrets that hide."""
    clock = VirtualClock()
    context = context_for(KIND, tmp_path, secrets={"token": "of the tests"}, clock=clock)
    assert (context.side, context.folder, context.now()) == (Side.CADENCE, tmp_path, clock.now)
    assert "of the tests" not in repr(context)
    assert context.secrets["token"].reveal() == "of the tests"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"side": Side.CRM}, "Memory cannot be the CRM"),
        ({"settings": {"url": "x"}}, "settings of memory: url is not known"),
        ({"secrets": {"tokken": "x"}}, "memory names no secret tokken"),
    ],
)
def test_a_context_that_the_engine_would_refuse_is_refused(
    given: dict[str, Any], told: str, tmp_path: Path
) -> None:
    """So that a test does not pass with what no workspace could hold."""
    with pytest.raises(ValueError, match=told):
        context_for(KIND, tmp_path, **given)


def test_a_purse_says_no_when_nothing_is_left() -> None:
    """A call that is refused is not counted."""
    spend = Spending(left=3)
    spend(2, "list")
    with pytest.raises(SpentError, match="no budget is left for `write`"):
        spend(2, "write")
    assert (spend.calls, spend.total) == ([(2, "list")], 2)


def test_tokens_are_handed_out_in_turn() -> None:
    """A token that was renewed already is not renewed again."""
    access = FakeAccess.of("first", "second", instance_url="http://127.0.0.1")
    first = access.token()
    assert first.extras["instance_url"] == "http://127.0.0.1"
    assert access.renew(first).text.reveal() == "second"
    assert access.renew(first).text.reveal() == "second"
    assert access.renew(Token(text=Secret("strange"))).text.reveal() == "second"
    assert access.renewals == 1


@pytest.fixture
def heard() -> list[str]:
    return []


@pytest.fixture
def relay(heard: list[str]) -> Generator[Relay]:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        message = await receive()
        heard.append(f"{scope['method']} {scope['path']} {message['body'].decode()}")
        headers = [(b"content-type", b"text/plain"), (b"x-own", b"kept")]
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": b"done"})

    with beside(app) as url, Relay(url) as found:
        yield found


def test_a_relay_passes_on_what_came_and_what_comes_back(relay: Relay, heard: list[str]) -> None:
    """Method, path, body, status and headers are the server's and the caller's own."""
    with httpx.Client(base_url=relay.url, trust_env=False) as http:
        answer = http.put("/a?b=c", content="body")
    assert (answer.status_code, answer.headers["x-own"], answer.text) == (201, "kept", "done")
    assert heard == ["PUT /a body"]
    assert relay.heard == [("PUT", "/a?b=c")]


def test_a_relay_makes_the_weather(relay: Relay, heard: list[str]) -> None:
    """An answer that is lost was a request that arrived; the address outlives a cut line."""
    with httpx.Client(base_url=relay.url, trust_env=False) as http:
        with relay.lost_answer():
            assert http.get("/read").status_code == 201
            with pytest.raises(httpx.RemoteProtocolError):
                http.post("/write")
        with relay.no_network(), pytest.raises(httpx.ConnectError):
            http.get("/read")
        with relay.answering(429, headers={"Retry-After": "9"}):
            assert http.get("/read").headers["Retry-After"] == "9"
        assert http.get("/read").status_code == 201
    assert [line.split()[1] for line in heard] == ["/read", "/write", "/read"]
