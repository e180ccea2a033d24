"""What a client and a service see through every upstream. A test class derives from `UpstreamContract`."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from services.gateway.domain.routing import BrokenOff
from services.gateway.ports.routing import Upstream
from services.gateway.tests.adapters.edge import AMBIENT, TRACE, Call, Service, edge, listening

LENGTH = b"content-length"


class UpstreamContract:
    """Give it the fixtures `service`, `upstream` (the way to it), `dying` (a way that ends before the first byte)
    and `absent` (a way to nobody).
    """

    async def test_a_request_arrives_as_it_was_and_so_does_its_answer(
        self, service: Service, upstream: Upstream
    ) -> None:
        call = Call("GET", "/api/v1/thing/echo/a%20b", query=b"x=%C3%A9&y=1+2&x=")
        await call.through(await edge(upstream))
        assert (call.status, call.body, call.whole) == (200, b'{"size":0}', True)
        [scope] = service.scopes
        assert (scope["method"], scope["path"]) == ("GET", "/api/v1/thing/echo/a b")
        assert (bytes(scope["raw_path"]), bytes(scope["query_string"])) == (
            b"/api/v1/thing/echo/a%20b",
            b"x=%C3%A9&y=1+2&x=",
        )
        assert (b"host", b"lms.example") in service.headers

    @pytest.mark.parametrize("size", [0, 5, 150_000])
    async def test_a_body_of_known_length_arrives_whole(self, upstream: Upstream, size: int) -> None:
        call = Call("POST", "/api/v1/thing/echo", [(LENGTH, str(size).encode())], [b"x" * size])
        await call.through(await edge(upstream))
        assert call.body == b'{"size":%d}' % size

    @pytest.mark.parametrize("header", [(LENGTH, b"100000"), (b"transfer-encoding", b"chunked")])
    async def test_a_body_streams_to_the_service(
        self, service: Service, upstream: Upstream, header: tuple[bytes, bytes]
    ) -> None:
        call = Call("PUT", "/api/v1/thing/echo", [header], [b"x" * 50_000, b"x" * 50_000])
        last = await call.feed.get(), await call.feed.get()
        call.feed.put_nowait(last[0])
        running = asyncio.create_task(call.through(await edge(upstream)))
        await service.event("begun").wait()
        call.feed.put_nowait(last[1])
        await running
        assert call.body == b'{"size":100000}'

    async def test_an_answer_streams_to_the_client(self, service: Service, upstream: Upstream) -> None:
        call = Call("GET", "/api/v1/thing/drip")
        running = asyncio.create_task(call.through(await edge(upstream)))
        await call.arrived.wait()
        assert call.body == b"one "
        service.go.set()
        await running
        assert (call.body, call.whole) == (b"one two", True)

    async def test_a_large_answer_is_whole(self, upstream: Upstream) -> None:
        call = await Call("GET", "/api/v1/thing/large").through(await edge(upstream))
        assert (call.body, call.whole) == (bytes(range(250)) * 1200, True)
        assert call.header("content-length") == ["300000"]

    async def test_headers_of_the_connection_end_at_the_gateway(self, service: Service, upstream: Upstream) -> None:
        hop = [(b"connection", b"keep-alive, X-Mine, Host, Authorization"), (b"x-mine", b"1"), (b"te", b"trailers")]
        hop += [(b"proxy-authorization", b"Basic eA=="), (b"upgrade", b"h2c"), (b"keep-alive", b"timeout=9")]
        call = await Call("GET", "/api/v1/thing/echo", [*hop, (b"x-kept", b"1"), (b"x-kept", b"2")]).through(
            await edge(upstream)
        )
        names = [name for name, _ in service.headers]
        assert not {b"x-mine", b"te", b"proxy-authorization", b"upgrade", b"keep-alive", b"connection"} & set(names)
        assert [value for name, value in service.headers if name == b"x-kept"] == [b"1", b"2"]
        assert names.count(b"host") == 1
        assert not {b"connection", b"keep-alive", b"x-hop", b"transfer-encoding"} & {n for n, _ in call.answered}
        assert call.header("set-cookie") == ["a=1", "b=2"]
        assert call.header("content-encoding") == ["gzip"], "bodies are passed on as they are coded"

    async def test_the_service_learns_who_asked_and_not_from_the_client(
        self, service: Service, upstream: Upstream
    ) -> None:
        lies = [(b"forwarded", b"for=1.2.3.4"), (b"x-forwarded-for", b"1.2.3.4"), (b"x-forwarded-host", b"evil")]
        lies += [(b"x-forwarded-proto", b"https"), (b"x-real-ip", b"1.2.3.4"), (b"x-forwarded-prefix", b"/x")]
        await Call("GET", "/api/v1/thing/echo", lies).through(await edge(upstream))
        told = [(n, v) for n, v in service.headers if n.startswith((b"forwarded", b"x-forwarded", b"x-real"))]
        assert sorted(told) == [
            (b"forwarded", b'for=192.0.2.1;host="lms.example";proto=http'),
            (b"x-forwarded-for", b"192.0.2.1"),
            (b"x-forwarded-host", b"lms.example"),
            (b"x-forwarded-proto", b"http"),
        ]

    async def test_a_trace_goes_on(self, service: Service, upstream: Upstream) -> None:
        sent = [(b"traceparent", TRACE.encode()), (b"tracestate", b"a=b")]
        call = await Call("GET", "/api/v1/thing/echo", sent).through(await edge(upstream))
        [onward] = [value.decode() for name, value in service.headers if name == b"traceparent"]
        assert onward[:36] == TRACE[:36]
        assert onward != TRACE
        assert call.header("traceparent") == [onward]
        assert (b"tracestate", b"a=b") in service.headers

    async def test_a_malformed_trace_is_begun_anew(self, service: Service, upstream: Upstream) -> None:
        sent = [(b"traceparent", b"00-0-0-01"), (b"tracestate", b"a=b")]
        call = await Call("GET", "/api/v1/thing/echo", sent).through(await edge(upstream))
        assert len(call.header("traceparent")[0]) == 55
        assert b"tracestate" not in [name for name, _ in service.headers]

    async def test_nothing_of_the_gateway_is_ambient_in_the_service(self, service: Service, upstream: Upstream) -> None:
        AMBIENT.set("the gateway's")
        await Call("GET", "/api/v1/thing/echo").through(await edge(upstream))
        assert service.ambient == "untouched"
        assert AMBIENT.get() == "the gateway's"

    async def test_a_client_that_leaves_an_event_stream_ends_it(self, service: Service, upstream: Upstream) -> None:
        call = Call("GET", "/api/v1/thing/events")
        running = asyncio.create_task(call.through(await edge(upstream)))
        await call.arrived.wait()
        call.leave()
        await running
        await asyncio.wait_for(service.event("left").wait(), 5)
        assert not call.whole

    async def test_a_client_that_leaves_in_its_body_is_told_to_the_service(
        self, service: Service, upstream: Upstream
    ) -> None:
        call = Call("POST", "/api/v1/thing/echo", [(LENGTH, b"150000")], [b"x" * 100_000, b""])
        first = await call.feed.get(), await call.feed.get()
        call.feed.put_nowait(first[0])
        running = asyncio.create_task(call.through(await edge(upstream)))
        await service.event("begun").wait()
        call.leave()
        await running
        await asyncio.wait_for(service.event("left").wait(), 5)
        assert call.sent == []

    async def test_an_end_before_the_first_byte_is_502(self, dying: Upstream) -> None:
        call = await Call("GET", "/api/v1/thing/echo").through(await edge(dying))
        assert (call.status, call.problem["type"]) == (502, "/problems/gateway/bad-answer")
        assert call.header("retry-after") == ["1"]
        assert call.problem["trace_id"] == call.header("traceparent")[0][3:35]

    async def test_nobody_there_is_503(self, absent: Upstream | Exception) -> None:
        call = await Call("GET", "/api/v1/thing/echo").through(await edge(absent))
        assert (call.status, call.problem["type"]) == (503, "/problems/unavailable")
        assert call.header("retry-after") == ["1"]

    @pytest.mark.parametrize("deed", ["torn", "short"])
    async def test_an_end_after_the_first_byte_breaks_the_answer_off(self, upstream: Upstream, deed: str) -> None:
        call = Call("GET", f"/api/v1/thing/{deed}")
        with pytest.raises(BrokenOff):
            await call.through(await edge(upstream))
        assert (call.status, call.whole) == (200, False)
        assert b"half of ".startswith(call.body)

    @pytest.mark.parametrize("deed", ["torn", "short"])
    async def test_a_real_client_sees_that_it_was_cut(self, upstream: Upstream, deed: str) -> None:
        async with listening(await edge(upstream)) as url, aiohttp.ClientSession() as client:
            with pytest.raises(aiohttp.ClientPayloadError):
                await (await client.get(f"{url}/api/v1/thing/{deed}")).read()

    async def test_a_body_that_is_announced_too_large_reaches_nobody(
        self, service: Service, upstream: Upstream
    ) -> None:
        call = await Call("POST", "/api/v1/thing/echo", [(LENGTH, b"200001")]).through(await edge(upstream))
        assert (call.status, call.problem["type"]) == (413, "/problems/too-large")
        assert service.scopes == []

    async def test_a_body_that_grows_too_large_is_cut_off(self, service: Service, upstream: Upstream) -> None:
        call = Call("POST", "/api/v1/thing/echo", [(b"transfer-encoding", b"chunked")], [b"x" * 90_000] * 4)
        await call.through(await edge(upstream))
        assert (call.status, call.problem["type"]) == (413, "/problems/too-large")
        assert call.header("connection") == ["close"]

    @pytest.mark.parametrize("status", [204, 304])
    async def test_an_answer_without_a_body_has_none(self, upstream: Upstream, status: int) -> None:
        async with listening(await edge(upstream)) as url, aiohttp.ClientSession() as client:
            for _ in range(2):  # the connection is in order afterwards
                answer = await client.get(f"{url}/api/v1/thing/status/{status}")
                assert (answer.status, await answer.read(), answer.headers["etag"]) == (status, b"", '"7"')
                assert "transfer-encoding" not in answer.headers
                assert "content-length" not in answer.headers

    async def test_head_has_the_headers_and_no_body(self, upstream: Upstream) -> None:
        call = await Call("HEAD", "/api/v1/thing/large").through(await edge(upstream))
        assert (call.status, call.body, call.whole) == (200, b"", True)
        assert call.header("content-length") == ["300000"]

    async def test_who_takes_too_long_is_504(self, upstream: Upstream) -> None:
        call = await Call("GET", "/api/v1/thing/never").through(await edge(upstream, deadline=0.05))
        assert (call.status, call.problem["type"]) == (504, "/problems/gateway/late")
        assert call.header("retry-after") == ["1"]

    async def test_a_deadline_after_the_first_byte_breaks_the_answer_off(self, upstream: Upstream) -> None:
        with pytest.raises(BrokenOff, match="no whole answer"):
            await Call("GET", "/api/v1/thing/drip").through(await edge(upstream, deadline=0.2))

    async def test_an_event_stream_has_no_deadline_but_must_not_fall_silent(self, upstream: Upstream) -> None:
        with pytest.raises(BrokenOff, match="nothing came"):
            await Call("GET", "/api/v1/thing/events").through(await edge(upstream, deadline=0.15, idle=0.3))
