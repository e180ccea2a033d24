"""A gateway's hot path around one upstream, a service that does as its path says, and a client that speaks ASGI."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import msgspec
import uvicorn

from lms_adapters.web.languages import Languages
from lms_core.domain.errors import Unauthenticated, Unavailable
from lms_core.security.principal import Principal
from lms_core.testing.fakes import FakeClock
from services.gateway.adapters.http.exchange import Limits
from services.gateway.adapters.http.monitoring import Monitor
from services.gateway.adapters.http.origin import Cors, Proxies
from services.gateway.adapters.http.proxy import Proxy
from services.gateway.adapters.memory.rate_limiting import MemoryBuckets
from services.gateway.domain.discovery import Description, Directory
from services.gateway.domain.monitoring import Recollection, Tally
from services.gateway.ports.routing import Upstream
from services.gateway.usecases.authentication import Authenticate
from services.gateway.usecases.rate_limiting import Admit, Policies
from services.gateway.usecases.routing import FindRoute

SOON = 10.0
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
AMBIENT: ContextVar[str] = ContextVar("ambient", default="untouched")
Headers = list[tuple[bytes, bytes]]


class Service:
    """What stands behind the gateway."""

    def __init__(self) -> None:
        self.scopes: list[dict[str, Any]] = []
        self.reached: dict[str, asyncio.Event] = {}
        self.go = asyncio.Event()
        self.ambient = ""

    def event(self, name: str) -> asyncio.Event:
        return self.reached.setdefault(name, asyncio.Event())

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.scopes.append(scope)
        self.ambient = AMBIENT.get()
        AMBIENT.set("touched")
        deed: Callable[..., Any] = getattr(self, scope["path"].split("/")[4])
        await deed(scope, receive, send)

    @property
    def headers(self) -> Headers:
        """Of the last request."""
        return [(bytes(name), bytes(value)) for name, value in self.scopes[-1]["headers"]]

    async def echo(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Says how many bytes came, in how many pieces."""
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.event("left").set()
                return
            size += len(message.get("body", b""))
            more = message.get("more_body", False)
            if size:
                self.event("begun").set()
        body = msgspec.json.encode({"size": size})
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        headers += [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2"), (b"connection", b"X-Hop"), (b"x-hop", b"1")]
        headers += [(b"keep-alive", b"timeout=5"), (b"content-encoding", b"gzip"), (b"traceparent", TRACE.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def drip(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """The second piece comes when the test says go."""
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"one ", "more_body": True})
        await self.go.wait()
        await send({"type": "http.response.body", "body": b"two", "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def events(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """An event stream for as long as the client listens."""
        headers = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b": connected\n\n", "more_body": True})
        try:
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            self.event("left").set()

    async def large(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"300000")]})
        await send({"type": "http.response.body", "body": bytes(range(250)) * 1200})

    async def never(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        await self.go.wait()

    async def torn(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half of ", "more_body": True})
        raise RuntimeError("a service that crashes in its answer")

    async def short(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100")]})
        await send({"type": "http.response.body", "body": b"half of ", "more_body": True})
        raise RuntimeError("a service that crashes in its answer")

    async def status(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """With the status that the path ends in, and a body that does not belong to it."""
        status = int(scope["path"].rpartition("/")[2])
        headers = [(b"content-length", b"0")] if status == 304 else []
        await send({"type": "http.response.start", "status": status, "headers": [*headers, (b"etag", b'"7"')]})
        await send({"type": "http.response.body", "body": b""})


class Nobody:
    """Verifies no token."""

    async def principal(self, authorization: bytes) -> Principal:
        raise Unauthenticated("the token is not valid")


class OneService:
    """The upstream under test, under the name `thing`."""

    def __init__(self, way: Upstream | Exception) -> None:
        self._way = way

    def names(self) -> frozenset[str]:
        return frozenset({"thing"})

    async def ask(self, name: str) -> Description:
        return Description(name="thing", summary="", version="1", prefixes=("/thing",), openapi={}, asyncapi={})

    async def read(self, name: str, path: str) -> bytes:
        raise Unavailable("it says nothing of itself")

    def upstream(self, name: str) -> Upstream:
        if isinstance(self._way, Exception):
            raise self._way
        return self._way


async def edge(way: Upstream | Exception, **limits: float) -> Proxy:
    """The hot path with nothing left out."""
    directory, services = Directory(), OneService(way)
    directory.expect(services.names())
    directory.learn("thing", await services.ask("thing"))
    chosen = {"body": 200_000, "deadline": SOON, "idle": SOON} | limits
    return Proxy(
        find=FindRoute(directory),
        authenticate=Authenticate(Nobody()),
        admit=Admit(MemoryBuckets(lambda: 0), Policies(person=None, address=None, credentials=None)),
        services=services,
        limits=Limits(body=int(chosen["body"]), deadline=chosen["deadline"], idle=chosen["idle"]),
        proxies=Proxies(()),
        cors=Cors(()),
        monitor=Monitor(Tally(), Recollection(), FakeClock(), lambda: 0, access_log=True),
        languages=Languages("services.gateway"),
    )


@dataclass
class Call:
    """One request, as a server would bring it."""

    method: str
    path: str
    headers: Headers = field(default_factory=list)
    pieces: list[bytes] = field(default_factory=list)
    query: bytes = b""
    client: tuple[str, int] = ("192.0.2.1", 4711)

    def __post_init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.feed: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.arrived = asyncio.Event()
        for n, piece in enumerate(self.pieces or [b""]):
            self.piece(piece, last=n + 1 >= len(self.pieces))

    def piece(self, body: bytes, *, last: bool) -> None:
        self.feed.put_nowait({"type": "http.request", "body": body, "more_body": not last})

    def leave(self) -> None:
        """The client is gone."""
        self.feed.put_nowait({"type": "http.disconnect"})

    async def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)
        if message.get("body"):
            self.arrived.set()

    async def through(self, app: Any) -> Call:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": self.path.replace("%20", " "),
            "raw_path": self.path.encode(),
            "query_string": self.query,
            "root_path": "",
            "headers": [(b"host", b"lms.example"), *self.headers],
            "client": self.client,
            "server": ("127.0.0.1", 80),
            "state": {},
        }
        async with asyncio.timeout(SOON):
            await app(scope, self.feed.get, self.send)
        return self

    @property
    def status(self) -> int:
        [start] = [m for m in self.sent if m["type"] == "http.response.start"]
        return int(start["status"])

    @property
    def answered(self) -> Headers:
        return [(name, value) for name, value in self.sent[0]["headers"]]

    def header(self, name: str) -> list[str]:
        return [value.decode() for known, value in self.answered if known == name.encode()]

    @property
    def body(self) -> bytes:
        return b"".join(m.get("body", b"") for m in self.sent[1:])

    @property
    def whole(self) -> bool:
        return bool(self.sent) and self.sent[-1]["type"] == "http.response.body" and not self.sent[-1].get("more_body")

    @property
    def problem(self) -> dict[str, Any]:
        assert self.header("content-type") == ["application/problem+json"]
        found: dict[str, Any] = msgspec.json.decode(self.body)
        assert found["status"] == self.status
        return found


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self):
        yield


@contextlib.asynccontextmanager
async def listening(app: Any, port: int = 0) -> AsyncIterator[str]:
    """The app behind a real server on loopback; its base URL."""
    with contextlib.closing(socket.socket()) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        config = uvicorn.Config(
            app, interface="asgi3", log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1
        )
        server = _Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        await task
