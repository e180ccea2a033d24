"""The contract of upstreams, for a service behind a real server."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest

from lms_adapters.platform.server import IDLE_SECONDS
from services.gateway.adapters.clients.routing import KEPT_SECONDS, HttpUpstream, open_session
from services.gateway.ports.routing import Upstream
from services.gateway.tests.adapters.edge import Call, Service, edge, listening
from services.gateway.tests.adapters.upstream_suite import UpstreamContract


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_session() as session:
        yield session


class TestHttpUpstream(UpstreamContract):
    @pytest.fixture
    def service(self) -> Service:
        return Service()

    @pytest.fixture
    async def upstream(self, service: Service, session: aiohttp.ClientSession) -> AsyncIterator[Upstream]:
        async with listening(service) as url:
            yield HttpUpstream(session, url, "thing")
            service.go.set()

    @pytest.fixture
    async def dying(self, session: aiohttp.ClientSession) -> AsyncIterator[Upstream]:
        async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.close()

        server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
        yield HttpUpstream(session, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", "thing")
        server.close()

    @pytest.fixture
    def absent(self, session: aiohttp.ClientSession) -> Upstream:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            return HttpUpstream(session, f"http://127.0.0.1:{free.getsockname()[1]}", "thing")

    async def test_connections_are_kept(
        self, service: Service, upstream: Upstream, session: aiohttp.ClientSession
    ) -> None:
        proxy = await edge(upstream)
        for _ in range(3):
            await Call("POST", "/api/v1/thing/echo", [(b"content-length", b"3")], [b"abc"]).through(proxy)
        assert len({scope["client"] for scope in service.scopes}) == 1

    def test_connections_are_let_go_of_before_the_service_does(self) -> None:
        assert KEPT_SECONDS < IDLE_SECONDS / 2

    async def test_an_answer_that_is_no_http_is_502(self, session: aiohttp.ClientSession) -> None:
        async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"hello\r\n\r\n")
            writer.close()

        server = await asyncio.start_server(babble, "127.0.0.1", 0)
        way = HttpUpstream(session, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", "thing")
        call = await Call("POST", "/api/v1/thing/echo").through(await edge(way))
        assert call.status == 502
        server.close()
