"""Requests as bytes, to an ASGI app of this process: nothing is mended on the way, and streams end after a piece."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextvars import Context
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec
from litestar.types import ASGIApp

Header = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: tuple[Header, ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first of that name."""
        return next((value for key, value in self.headers if key == name), None)

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return msgspec.json.decode(self.body)

    @property
    def problem(self) -> str:
        """The problem's type without `/problems/`; empty when it is none."""
        if self.header("content-type") != "application/problem+json":
            return ""
        return str(self.json["type"]).removeprefix("/problems/")


async def knock(
    app: ASGIApp,
    method: str,
    target: str,
    *,
    token: str = "",
    json: Any = None,
    body: bytes | Sequence[bytes] = b"",
    headers: Iterable[Header] = (),
    client: str = "192.0.2.1",
) -> Answer:
    """One request; `target` is the path and query as they stand in the request line. `body` may come in pieces."""
    if json is not None:
        body = msgspec.json.encode(json)
    pieces = [body] if isinstance(body, bytes) else list(body)
    sent = list(headers)
    if all(name != "host" for name, _ in sent):
        sent.insert(0, ("host", "lms.example"))
    if token:
        sent.append(("authorization", f"Bearer {token}"))
    if json is not None:
        sent.append(("content-type", "application/json"))
    if isinstance(body, bytes) and body:
        sent.append(("content-length", str(len(body))))
    path, _, query = target.partition("?")
    scope: Any = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote_to_bytes(path).decode("utf-8", "replace"),
        "raw_path": path.encode("latin-1"),
        "query_string": query.encode("latin-1"),
        "root_path": "",
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in sent],
        "client": (client, 40000),
        "server": ("lms.example", 80),
        "state": {},
    }
    talk = _Talk(pieces)
    # a context of its own, as a server gives each request
    await asyncio.create_task(_run(app, scope, talk), context=Context())
    return Answer(talk.status, talk.headers, b"".join(talk.chunks))


async def _run(app: Any, scope: Any, talk: _Talk) -> None:
    await app(scope, talk.receive, talk.send)


class _Talk:
    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces
        self._hung_up = asyncio.Event()
        self.status = 0
        self.headers: tuple[Header, ...] = ()
        self.chunks: list[bytes] = []

    async def receive(self) -> Any:
        if self._pieces:
            piece = self._pieces.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(self._pieces)}
        await self._hung_up.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = tuple((n.decode("latin-1").lower(), v.decode("latin-1")) for n, v in message["headers"])
            return
        self.chunks.append(message.get("body", b""))
        if not message.get("more_body") or self._endless():
            self._hung_up.set()

    def _endless(self) -> bool:
        return any(name == "content-type" and value.startswith("text/event-stream") for name, value in self.headers)
