"""A coroutine apart: its context is its own, its end is ours, and nothing of a cancellation stays behind."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import Any

import pytest

from services.gateway.adapters.http.apart import Apart
from services.gateway.domain.routing import BrokenOff
from services.gateway.tests.adapters.edge import Call, edge

NOTE: ContextVar[str] = ContextVar("note", default="empty")


async def test_context_variables_do_not_pass_in_either_direction() -> None:
    seen: list[str] = []

    async def coroutine() -> None:
        seen.append(NOTE.get())
        token = NOTE.set("inside")
        for _ in range(2):
            await asyncio.sleep(0)
            seen.append(NOTE.get())
        await asyncio.create_task(_note(seen))
        NOTE.reset(token)
        seen.append(NOTE.get())

    NOTE.set("outside")
    await Apart(coroutine(), lambda: seen.append("waits"))
    assert seen == ["empty", "waits", "inside", "inside", "inside", "empty"]
    assert NOTE.get() == "outside"


async def _note(seen: list[str]) -> None:
    seen.append(NOTE.get())


async def test_who_does_not_wait_is_not_watched() -> None:
    waited: list[int] = []

    async def coroutine() -> None:
        NOTE.set("inside")

    await Apart(coroutine(), lambda: waited.append(1))
    assert waited == []


async def test_errors_and_cancellations_pass() -> None:
    async def fails() -> None:
        await asyncio.sleep(0)
        raise ValueError("as it is")

    with pytest.raises(ValueError, match="as it is"):
        await Apart(fails(), lambda: None)
    ended: list[str] = []

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append(NOTE.get())

    NOTE.set("outside")
    begun = asyncio.Event()
    outer = asyncio.create_task(_await(Apart(waits(), begun.set)))
    await begun.wait()
    outer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await outer
    assert ended == ["empty"]


async def _await(apart: Apart) -> None:
    await apart


async def test_an_ended_exchange_leaves_its_task_as_it_was() -> None:
    async def stubborn(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0)

    with pytest.raises(BrokenOff, match="no whole answer"):
        await Call("GET", "/api/v1/thing").through(await edge(stubborn, deadline=0.01))
    here = asyncio.current_task()
    assert here is not None
    assert here.cancelling() == 0


async def test_a_task_that_is_cancelled_from_outside_stays_cancelled() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def waits(scope: Any, receive: Any, send: Any) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    call = asyncio.create_task(Call("GET", "/api/v1/thing").through(await edge(waits)))
    await begun.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert ended.is_set()


async def test_a_service_that_cancels_itself_has_not_answered() -> None:
    async def gives_up(scope: Any, receive: Any, send: Any) -> None:
        raise asyncio.CancelledError

    call = await Call("GET", "/api/v1/thing").through(await edge(gives_up))
    assert (call.status, call.problem["type"]) == (502, "/problems/gateway/bad-answer")


async def test_what_an_exchange_began_ends_with_it() -> None:
    """The clock, that could cancel its task later, and the watch over the client."""

    async def waits_and_fails(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(0)
        raise RuntimeError("no answer")

    async def in_pieces(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"one", "more_body": True})
        await send({"type": "http.response.body", "body": b"two"})

    here = asyncio.current_task()
    assert here is not None
    call = await Call("GET", "/api/v1/thing").through(await edge(waits_and_fails, deadline=0))
    assert call.status == 502
    call = await Call("GET", "/api/v1/thing").through(await edge(in_pieces))
    assert call.body == b"onetwo"
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {here}
    assert here.cancelling() == 0


async def test_what_is_out_of_place_is_not_sent() -> None:
    start = {"type": "http.response.start", "status": 200, "headers": []}
    body = {"type": "http.response.body", "body": b"one"}

    def saying(*messages: dict[str, Any]) -> Any:
        async def service(scope: Any, receive: Any, send: Any) -> None:
            for message in messages:
                await send(dict(message))

        return service

    early = await Call("GET", "/api/v1/thing").through(await edge(saying(body, start)))
    assert (early.status, early.problem["type"]) == (502, "/problems/gateway/bad-answer")
    twice = await Call("GET", "/api/v1/thing").through(await edge(saying(start, body, body)))
    assert (twice.status, twice.body) == (200, b"one")
    with pytest.raises(BrokenOff):
        await Call("GET", "/api/v1/thing").through(await edge(saying(start, start, body)))


async def test_an_event_stream_with_a_charset_has_no_deadline_either() -> None:
    async def events(scope: Any, receive: Any, send: Any) -> None:
        kind = (b"content-type", b"text/event-stream; charset=utf-8")
        await send({"type": "http.response.start", "status": 200, "headers": [kind]})
        for _ in range(3):  # a deadline of none is over after the first
            await asyncio.sleep(0)
        await send({"type": "http.response.body", "body": b": on\n\n"})

    call = await Call("GET", "/api/v1/thing").through(await edge(events, deadline=0))
    assert call.body == b": on\n\n"
