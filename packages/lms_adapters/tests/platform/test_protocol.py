"""The server's bounds, over real connections."""

from __future__ import annotations

from typing import Any

import pytest

from lms_adapters.platform.protocol import MAX_HEAD
from lms_adapters.testing.server import listening, say


class Echo:
    """An app that answers what it was sent, and keeps what it saw."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.headers: list[tuple[bytes, bytes]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            message = await receive()
            self.seen.append(message["type"])
            if message["type"] == "http.disconnect":
                return
            body += message["body"]
            if not message["more_body"]:
                break
        self.headers = list(scope["headers"])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})


HEAD = b"POST / HTTP/1.1\r\nhost: x\r\n"


@pytest.mark.parametrize(
    "pieces",
    [
        (HEAD,),
        (HEAD + b"content-length: 5\r\n\r\nabc",),
        (HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\nab",),
        (HEAD + b"connection: upgrade\r\nupgrade: h2c\r\ncontent-length: 5\r\n\r\nabc",),
    ],
    ids=["head", "body", "chunk", "behind an upgrade"],
)
async def test_a_request_that_does_not_arrive_is_408(pieces: tuple[bytes, ...]) -> None:
    app = Echo()
    async with listening(app, 0.05) as listener:
        answer = await say(listener, *pieces)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"application/problem+json" in answer
    assert app.seen[-1:] in ([], ["http.disconnect"])


async def test_who_says_nothing_is_let_go_of() -> None:
    async with listening(Echo(), 0.05) as listener:
        assert await say(listener) == b""
        assert (await say(listener, b"\r\n")).startswith(b"HTTP/1.1 408 ")


async def test_a_kept_connection_is_bounded_anew_for_each_request() -> None:
    whole = HEAD + b"content-length: 2\r\n\r\nhi"
    async with listening(Echo(), 0.5) as listener:
        answer = await say(listener, whole, b"", whole, b"", HEAD)
    assert [line for line in answer.split(b"\r\n") if line.startswith((b"hiHTTP", b"HTTP"))] == [
        b"HTTP/1.1 200 OK",
        b"hiHTTP/1.1 200 OK",
        b"hiHTTP/1.1 408 Request Timeout",
    ]


@pytest.mark.parametrize("start", [b"GET /", HEAD + b"x: "], ids=["path", "header"])
async def test_a_head_without_end_is_431(start: bytes) -> None:
    async with listening(Echo(), 30) as listener:
        answer = await say(listener, start, b"a" * MAX_HEAD)
    assert answer.startswith(b"HTTP/1.1 431 ")


async def test_a_trailer_is_no_header() -> None:
    app = Echo()
    chunked = HEAD + b"transfer-encoding: chunked\r\nconnection: close\r\n\r\n2\r\nhi\r\n0\r\nauthorization: x\r\n\r\n"
    async with listening(app, 30) as listener:
        assert (await say(listener, chunked)).endswith(b"hi")
    assert b"authorization" not in dict(app.headers)


async def test_what_is_no_http_is_a_problem() -> None:
    async with listening(Echo(), 30) as listener:
        answer = await say(listener, b"\x16\x03\x01 hello\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b'"/problems/http/400"' in answer


CLOSE = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
BODIES = {
    "length": b"content-length: 2\r\n\r\nhi",
    "chunks": b"transfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
    "nothing": b"\r\n",
}


def upgrade(to: bytes) -> bytes:
    return HEAD + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: " + to + b"\r\nHTTP2-Settings: AAMAAABkAAQC\r\n"


@pytest.mark.parametrize("to", [b"h2c", b"websocket", b"TLS/1.0", b""])
@pytest.mark.parametrize("body", BODIES)
async def test_another_protocol_is_as_if_nobody_had_asked_for_it(to: bytes, body: str) -> None:
    """The body is the request's, and what follows it is the next."""
    app = Echo()
    async with listening(app, 30) as listener:
        answer = await say(listener, (upgrade(to) + BODIES[body]) * 2 + CLOSE)
    said = b"" if body == "nothing" else b"hi"
    answers = answer.split(b"HTTP/1.1 200 OK")[1:]
    assert [one.partition(b"\r\n\r\n")[2] for one in answers] == [said, said, b""]


async def test_a_body_behind_an_upgrade_is_not_read_as_a_request() -> None:
    app, hidden = Echo(), b"GET /hidden HTTP/1.1\r\nhost: x\r\n\r\n"
    head = upgrade(b"h2c") + b"expect: 100-continue\r\ncontent-length: %d\r\n\r\n" % len(hidden)
    async with listening(app, 30) as listener:
        answer = await say(listener, head, b"", hidden + CLOSE)
    answers = [one.partition(b"\r\n\r\n")[2] for one in answer.split(b"HTTP/1.1 200 OK")[1:]]
    assert answers == [hidden, b""]


async def test_many_upgrades_at_once_are_as_many_requests() -> None:
    app, times = Echo(), 1500
    async with listening(app, 30) as listener:
        answer = await say(listener, b"GET / HTTP/1.1\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n" * times + CLOSE)
    assert answer.count(b"HTTP/1.1 200 OK") == times + 1


async def test_nothing_is_connected_to() -> None:
    async with listening(Echo(), 30) as listener:
        answer = await say(listener, b"CONNECT evil.example:80 HTTP/1.1\r\nhost: x\r\n\r\n", CLOSE)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1") == 1
