"""Each way in which a server can fail ends in the one error that says what to do next."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import syncline
from syncline import (
    ConnectorError,
    FatalError,
    Http,
    RetriableError,
    UnknownOutcomeError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

READ, WRITE = "GET", "PATCH"
JSON = "Content-Type: application/json"


@contextmanager
def raw_server(*answers: bytes | None) -> Generator[tuple[str, list[bytes]]]:
    """Serve *answers* byte for byte, one a connection, then close it; None closes at once."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def work() -> None:
            for answer in answers:
                connection, _ = listener.accept()
                with connection:
                    heard.append(connection.recv(65536))
                    if answer is not None:
                        connection.sendall(answer)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", heard
        thread.join(5)


def answer(status: str, body: str = "{}", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def ok(body: str = '{"a": 1}', *headers: str) -> bytes:
    return answer("200 OK", body, JSON, *headers)


def ask(url: str, method: str = READ, **more: Any) -> tuple[Any, list[float]]:
    """Make one request; return its answer or its error, and the waits in between."""
    waits: list[float] = []
    options = {name: more.pop(name) for name in ("spend", "explain", "refresh") if name in more}
    with Http(url, sleep=waits.append, **options) as http:
        try:
            return http.request(method, "/some/path?q=secret", word="try", **more), waits
        except ConnectorError as err:
            return err, waits


def every_class(base: type[Exception]) -> Iterator[type[Exception]]:
    yield base
    for below in base.__subclasses__():
        yield from every_class(below)


HTTPX_ERRORS = sorted(
    {
        *every_class(httpx.HTTPError),
        *every_class(httpx.StreamError),
        httpx.InvalidURL,
        httpx.CookieConflict,
    },
    key=lambda each: each.__name__,
)
FATAL = {"InvalidURL", "LocalProtocolError", "TooManyRedirects", "UnsupportedProtocol"}
NEVER_SENT = {"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError"}


def raised(kind: type[Exception]) -> Exception:
    if kind is httpx.HTTPStatusError:
        request = httpx.Request("GET", "http://127.0.0.1/")
        return httpx.HTTPStatusError("x", request=request, response=httpx.Response(500))
    if kind in {httpx.StreamConsumed, httpx.ResponseNotRead, httpx.RequestNotRead}:
        return kind()
    return kind() if kind is httpx.StreamClosed else kind("secret words")


@pytest.mark.parametrize("kind", HTTPX_ERRORS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("method", [READ, WRITE])
def test_every_exception_of_httpx_is_one_of_ours(kind: type[Exception], method: str) -> None:
    tries: list[int] = []

    def fail(_request: httpx.Request) -> httpx.Response:
        tries.append(1)
        raise raised(kind)

    http = Http(
        "http://127.0.0.1", transport=httpx.MockTransport(fail), sleep=lambda _seconds: None
    )
    with http, pytest.raises(ConnectorError) as caught:
        http.request(method, "/path", word="try")

    name = kind.__name__
    if name in FATAL:
        assert (type(caught.value), len(tries)) == (FatalError, 1)
    elif method == READ or name in NEVER_SENT:
        assert (type(caught.value), len(tries)) == (RetriableError, 4)
    else:
        assert (type(caught.value), len(tries)) == (UnknownOutcomeError, 1)
    assert "secret" not in caught.value.message


def test_a_certificate_that_is_not_trusted_needs_a_person() -> None:
    def fail(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("x") from ssl.SSLCertVerificationError("self-signed")

    http = Http("https://crm.example.com", transport=httpx.MockTransport(fail))
    with http, pytest.raises(FatalError, match="certificate is not trusted"):
        http.request("GET", "/path", word="try")


def test_an_answer_gives_its_json_and_the_servers_time() -> None:
    with raw_server(ok('{"a": 1}', "Date: Thu, 25 Jun 2015 21:54:37 GMT")) as (url, _):
        got, _ = ask(url)

    assert (got.status, got.body) == (200, {"a": 1})
    assert got.server_time == datetime(2015, 6, 25, 21, 54, 37, tzinfo=UTC)
    assert "body" not in repr(got)


def test_no_content_is_no_body_and_no_date_is_no_time() -> None:
    with raw_server(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n") as (url, _):
        got, _ = ask(url, WRITE)

    assert (got.status, got.body, got.server_time) == (204, None, None)


CUT = ok('{"a": 1, "b": 2}')[:-8]
HTML = answer("200 OK", "<html><title>Log in</title>private</html>", "Content-Type: text/html")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (None, "the connection broke"),
        (CUT, "the connection broke"),
        (ok('{"a": '), "no JSON"),
        (b"no http at all\r\n\r\n", "the connection broke"),
        (ok("x" * 99, "Content-Encoding: gzip"), "cannot be unpacked"),
        (ok("x", "Content-Encoding: gzip"), "no JSON"),
        (ok(""), "no JSON"),
    ],
    ids=["closed", "half a body", "broken json", "garbage", "broken gzip", "cut gzip", "empty"],
)
def test_what_cannot_be_read_is_asked_again_but_never_written_again(
    said: bytes | None, words: str
) -> None:
    with raw_server(said, ok()) as (url, _):
        got, waits = ask(url)
    assert (got.status, len(waits)) == (200, 1)

    with raw_server(said) as (url, heard):
        err, waits = ask(url, WRITE, json={})
    assert (type(err), waits, len(heard)) == (UnknownOutcomeError, [], 1)
    assert words in err.message
    assert "PATCH /some/path" in err.message
    assert "secret" not in err.message


def test_a_web_page_instead_of_json_is_named_by_its_title() -> None:
    with raw_server(HTML) as (url, _):
        err, waits = ask(url)
    assert (type(err), waits) == (FatalError, [])
    assert 'a web page ("Log in") with status 200' in err.message
    assert "private" not in err.message

    with raw_server(HTML) as (url, _):
        err, _ = ask(url, WRITE)
    assert type(err) is UnknownOutcomeError


@pytest.mark.parametrize(
    ("status", "on_read", "on_write"),
    [
        ("301 Moved", FatalError, FatalError),
        ("400 Bad Request", FatalError, FatalError),
        ("401 Unauthorized", FatalError, FatalError),
        ("403 Forbidden", FatalError, FatalError),
        ("404 Not Found", FatalError, FatalError),
        ("408 Request Timeout", RetriableError, RetriableError),
        ("429 Too Many Requests", RetriableError, RetriableError),
        ("500 Internal Server Error", RetriableError, UnknownOutcomeError),
        ("502 Bad Gateway", RetriableError, UnknownOutcomeError),
        ("503 Service Unavailable", RetriableError, RetriableError),
        ("504 Gateway Timeout", RetriableError, UnknownOutcomeError),
    ],
)
@pytest.mark.parametrize("body", ['[{"errorCode": "CODE", "message": "Words."}]', "<p>Sorry"])
def test_a_status_decides_what_is_done_next(
    status: str, on_read: type[ConnectorError], on_write: type[ConnectorError], body: str
) -> None:
    for method, expected in ((READ, on_read), (WRITE, on_write)):
        tries = 4 if expected is RetriableError else 1
        with raw_server(*[answer(status, body)] * tries) as (url, heard):
            err, waits = ask(url, method)

        assert (type(err), len(heard), len(waits)) == (expected, tries, tries - 1)
        assert status[:3] in err.message
        assert "127.0.0.1" in err.message
        if not status.startswith("3"):
            assert ("CODE: Words." if body[0] == "[" else '"Sorry"') in err.message


def test_a_status_that_the_caller_knows_is_given_back() -> None:
    with raw_server(answer("404 Not Found", "[]", JSON)) as (url, _):
        got, _ = ask(url, accept={404})

    assert (got.status, got.body) == (404, [])


def test_waits_grow_and_are_uneven() -> None:
    with raw_server(*[answer("503 Busy")] * 4) as (url, _):
        _, waits = ask(url)

    assert [low <= wait <= 3 * low for wait, low in zip(waits, (0.25, 0.5, 1.0), strict=True)] == [
        True,
        True,
        True,
    ]


@pytest.mark.parametrize(
    "header",
    [
        ["Retry-After: 7"],
        ["Retry-After: Thu, 25 Jun 2015 21:54:44 GMT", "Date: Thu, 25 Jun 2015 21:54:37 GMT"],
    ],
    ids=["seconds", "date by the server's clock"],
)
def test_the_servers_wish_is_waited_for(header: list[str]) -> None:
    with raw_server(answer("429 Slow down", "{}", *header), ok()) as (url, _):
        got, waits = ask(url, WRITE)

    assert (got.status, waits) == (200, [7.0])


def test_a_wish_for_an_hour_is_left_to_the_next_run() -> None:
    with raw_server(answer("503 Busy", "{}", "Retry-After: 3600")) as (url, _):
        err, waits = ask(url)

    assert (type(err), err.retry_after, waits) == (RetriableError, 3600.0, [])


@pytest.mark.parametrize("wish", ["soon", "-5", "", "Thu, 99 Foo"])
def test_a_wish_that_is_none_is_passed_over(wish: str) -> None:
    with raw_server(answer("503 Busy", "{}", f"Retry-After: {wish}"), ok()) as (url, _):
        got, waits = ask(url)

    assert (got.status, waits[0] < 1) == (200, True)


def test_each_attempt_is_paid_for_before_it_is_made() -> None:
    paid: list[tuple[int, str]] = []

    def pay(price: int, word: str) -> None:
        paid.append((price, word))

    with raw_server(answer("503 Busy"), ok()) as (url, _):
        ask(url, price=3, spend=pay)

    assert paid == [(3, "try"), (3, "try")]


def test_a_meter_that_stops_stops_before_the_call() -> None:
    def stop(_price: int, _word: str) -> None:
        raise RetriableError("enough")

    with raw_server() as (url, heard):
        err, _ = ask(url, spend=stop)

    assert (err.message, heard) == ("enough", [])


def test_a_refused_token_is_renewed_once() -> None:
    renewed: list[int] = []
    with raw_server(answer("401 No"), ok()) as (url, _):
        got, _ = ask(url, WRITE, refresh=lambda: renewed.append(1))
    assert (got.status, renewed) == (200, [1])

    with raw_server(answer("401 No"), answer("401 No")) as (url, _):
        err, waits = ask(url, WRITE, refresh=lambda: renewed.append(1))
    assert (type(err), renewed, waits) == (FatalError, [1, 1], [])


def test_a_connector_may_explain_a_refusal_and_it_is_not_tried_again() -> None:
    def explain(status: int, code: str, message: str) -> ConnectorError | None:
        return RetriableError(f"{status} {code} {message}")

    body = '{"error": "limit", "error_description": "reached"}'
    with raw_server(answer("403 No", body)) as (url, _):
        err, waits = ask(url, explain=explain)

    assert (err.message, waits) == ("403 limit reached", [])


def test_nobody_listening_is_a_passing_fault_even_for_a_write() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    err, waits = ask(f"http://127.0.0.1:{port}", WRITE)

    assert (type(err), len(waits)) == (RetriableError, 3)
    assert "could not be reached" in err.message


def test_an_endless_body_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncline.net.http.LARGEST_BODY", 1000)
    for method, expected in ((READ, FatalError), (WRITE, UnknownOutcomeError)):
        with raw_server(ok("1" * 2000)) as (url, _):
            err, _ = ask(url, method)
        assert type(err) is expected


def test_silence_after_a_write_is_an_unknown_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncline.net.http._TIMEOUT", httpx.Timeout(0.2))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        err, _ = ask(f"http://127.0.0.1:{listener.getsockname()[1]}", WRITE)

    assert type(err) is UnknownOutcomeError
    assert "no answer came in time" in err.message


@pytest.mark.parametrize(
    "url",
    [
        "http://crm.example.com",
        "ftp://127.0.0.1",
        "crm.example.com",
        "https://name:word@crm.example.com",
        "https://",
        "http://127.0.0.1.example.com",
    ],
)
def test_a_secret_goes_to_https_or_this_machine_alone(url: str) -> None:
    with pytest.raises(FatalError) as caught:
        Http(url)

    assert "word@" not in str(caught.value)


@pytest.mark.parametrize("path", ["https://evil.example/x", "evil"])
def test_a_path_cannot_lead_elsewhere(path: str) -> None:
    with Http("http://127.0.0.1") as http, pytest.raises(FatalError, match="another address"):
        http.request("GET", path, word="try")


def test_two_slashes_stay_on_the_same_host() -> None:
    seen: list[str] = []

    def hear(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.host)
        return httpx.Response(204)

    with Http("http://127.0.0.1", transport=httpx.MockTransport(hear)) as http:
        http.request("GET", "//evil.example/x", word="try")

    assert seen == ["127.0.0.1"]


def test_its_text_form_shows_no_secret() -> None:
    headers: Callable[[], dict[str, str]] = lambda: {"Authorization": "Bearer secret"}  # noqa: E731 - a name for its type
    with Http("http://127.0.0.1/secret", authorize=headers) as http:
        assert repr(http) == "Http('127.0.0.1')"


@pytest.mark.parametrize("status", [400, 401, 403, 500])
def test_a_secret_that_a_server_quotes_is_not_told(status: int) -> None:
    """A token or a password that comes back in a refusal stays out of the error's words."""

    def quote(request: httpx.Request) -> httpx.Response:
        said = request.headers["Authorization"] + request.content.decode()
        return httpx.Response(status, json=[{"errorCode": "BAD", "message": said}])

    http = syncline.Http(
        "https://crm.example.com",
        authorize=lambda: {"Authorization": "Bearer T0KEN-PLUGH"},
        transport=httpx.MockTransport(quote),
        sleep=lambda _seconds: None,
    )
    with pytest.raises(syncline.ConnectorError) as caught:
        http.request("POST", "/token", word="login", form={"client_secret": "XYZZY-secret"})
    http.close()
    assert "T0KEN-PLUGH" not in str(caught.value) + caught.value.message + caught.value.hint
    assert "XYZZY-secret" not in str(caught.value) + caught.value.message + caught.value.hint
