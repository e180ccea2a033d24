"""One request on its way to a service and back: body counted, time kept, client watched, the answer's end checked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import structlog

from lms_core.domain.errors import Refusal, TooLarge
from services.gateway.adapters.http.apart import Apart
from services.gateway.adapters.http.headers import Header, answer
from services.gateway.domain.routing import BadAnswer, BrokenOff, ClientGone, Late
from services.gateway.ports.routing import Upstream

_log = structlog.get_logger("gateway")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one exchange may take."""

    body: int
    """Bytes of a request's body."""
    deadline: float
    """Seconds until the answer is whole."""
    idle: float
    """Seconds an event stream, which has no deadline, may be silent."""


class Exchange:
    """`run` it once; `status` and `ended` say what became of it."""

    __slots__ = (
        "_body_done",
        "_bodyless",
        "_cancels",
        "_extra",
        "_failed",
        "_gone",
        "_last",
        "_limits",
        "_raw_receive",
        "_raw_send",
        "_size",
        "_started",
        "_streaming",
        "_task",
        "_timer",
        "_told_empty",
        "_watcher",
        "_whole",
        "ended",
        "status",
    )

    def __init__(
        self, method: str, receive: Any, send: Any, limits: Limits, extra: Iterable[Header], *, has_body: bool
    ) -> None:
        """`extra` are headers for the answer."""
        self._raw_receive = receive
        self._raw_send: Callable[[dict[str, Any]], Awaitable[None]] = send
        self._limits = limits
        self._extra = extra
        self._bodyless = method == "HEAD"
        self._body_done = not has_body
        self._told_empty = has_body
        self._started = self._streaming = self._whole = self._gone = False
        self._failed: Refusal | None = None
        self._size = self._cancels = self.status = 0
        self._last = self.ended = 0.0
        self._task: asyncio.Task[Any] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._watcher: asyncio.Task[None] | None = None

    async def run(self, upstream: Upstream, scope: dict[str, Any]) -> None:
        """Forward and pass back. Raises a Refusal while nothing is answered, BrokenOff afterwards; or ClientGone."""
        failure: Refusal | None = None
        try:
            await Apart(upstream(scope, self.receive, self.send), self._waits)
        except asyncio.CancelledError:
            if _here().cancelling() > self._cancels:  # others than we want the end
                raise
        except Refusal as refusal:
            failure = refusal
        except ClientGone:
            self._gone = True
        except Exception as error:  # noqa: BLE001 - whatever a service raises is its failure, not ours
            if not (self._whole or self._gone or self._failed):
                _log.error("a service crashed in its answer", path=scope["path"], exc_info=error)
        finally:
            if self._timer is not None or self._watcher is not None or self._cancels:
                self._end()
        if self._whole:
            return
        if self._gone:
            raise ClientGone
        failure = self._failed or failure or BadAnswer()
        if self._started:
            raise BrokenOff(str(failure))
        raise failure

    def _waits(self) -> None:
        """The service does not answer at once: from here on time counts."""
        self._task = _here()
        if self._timer is None and not self._whole:
            self._timer = asyncio.get_running_loop().call_later(self._limits.deadline, self._late)

    def _cancel(self) -> None:
        """End the service, as if its own task was cancelled."""
        self._cancels += 1
        (self._task or _here()).cancel()

    def _end(self) -> None:
        """Leave nothing behind."""
        if self._timer is not None:
            self._timer.cancel()
        if self._watcher is not None:
            self._watcher.cancel()
        for _ in range(self._cancels):
            _here().uncancel()

    # what the service receives

    async def receive(self) -> dict[str, Any]:
        """ASGI's receive, as the service sees it."""
        if not self._body_done:
            return await self._body()
        if not self._told_empty:
            self._told_empty = True
            return {"type": "http.request", "body": b"", "more_body": False}
        if self._watcher is None:
            self._watcher = asyncio.get_running_loop().create_task(self._watch())
        await asyncio.wait({self._watcher})
        return {"type": "http.disconnect"}

    async def _body(self) -> dict[str, Any]:
        message: dict[str, Any] = await self._raw_receive()
        if message["type"] != "http.request":
            self._gone = self._body_done = True
            return message
        self._size += len(message.get("body", b""))
        if self._size > self._limits.body:
            self._stop(TooLarge("at most {most} bytes", most=self._limits.body))
            await asyncio.get_running_loop().create_future()  # until the task's end reaches this
        self._body_done = not message.get("more_body", False)
        return message

    async def _watch(self) -> None:
        while (await self._raw_receive())["type"] != "http.disconnect":
            pass
        if not self._whole:
            self._gone = True
            if self._streaming:
                self._cancel()

    # what it sends

    def send(self, message: dict[str, Any]) -> Awaitable[None]:
        """ASGI's send, as the service sees it."""
        if self._gone or self._failed is not None:
            return _nothing()
        kind = message["type"]
        if self._started:
            if kind == "http.response.body" and not self._whole:
                return self._piece(message.get("body", b""), more=message.get("more_body", False))
        elif kind == "http.response.start":
            return self._start(message)
        raise RuntimeError(f"{kind} is out of place")

    def _start(self, message: dict[str, Any]) -> Awaitable[None]:
        status = self.status = message["status"]
        headers, media_type = answer(message.get("headers", ()), status)
        if status in (204, 304):
            self._bodyless = True
        if media_type.startswith(b"text/event-stream"):
            if self._timer is not None:
                self._timer.cancel()
            self._stay()
        headers += self._extra
        self._started = True
        return self._raw_send({"type": "http.response.start", "status": status, "headers": headers})

    async def _piece(self, body: bytes, *, more: bool) -> None:
        if more:
            if self._bodyless:
                return
            self._streaming = True
            self._last = asyncio.get_running_loop().time()
            if self._body_done and self._watcher is None:
                self._watcher = asyncio.get_running_loop().create_task(self._watch())
        else:
            self._whole = True
            self.ended = perf_counter()
            if self._timer is not None:
                self._timer.cancel()
            if self._bodyless:
                body = b""
        try:
            await self._raw_send({"type": "http.response.body", "body": body, "more_body": more})
        except BaseException:
            self._whole = False
            raise

    # time

    def _stop(self, failure: Refusal) -> None:
        if not self._whole:
            self._failed = failure
            self._cancel()

    def _late(self) -> None:
        self._stop(Late("no whole answer within {seconds} seconds", seconds=f"{self._limits.deadline:g}"))

    def _stay(self) -> None:
        """An event stream goes on, as long as something comes."""
        loop = asyncio.get_running_loop()
        self._last = loop.time()
        self._timer = loop.call_later(self._limits.idle, self._idle)

    def _idle(self) -> None:
        loop = asyncio.get_running_loop()
        left = self._last + self._limits.idle - loop.time()
        if left > 0:
            self._timer = loop.call_later(left, self._idle)
        else:
            self._stop(Late("nothing came for {seconds} seconds", seconds=f"{self._limits.idle:g}"))


async def _nothing() -> None:
    """Nobody hears it any more."""


def _here() -> asyncio.Task[Any]:
    task = asyncio.current_task()
    assert task is not None
    return task
