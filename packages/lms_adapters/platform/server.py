"""One operating-system process: uvicorn inside it, no forks, bound without port reuse, stopped cleanly by a signal."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import uvicorn
from litestar.types import ASGIApp

from lms_adapters.platform.protocol import BoundedProtocol
from lms_adapters.web.streaming import end_streams

IDLE_SECONDS = 75
"""How long a connection may wait for its next request: longer than clients and proxies keep one (a minute at most, by
default), so that it is they who close it and no request meets a closing connection.
"""


class PortTaken(Exception):
    """Somebody listens there already."""


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises PortTaken with one line that says what to do."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise PortTaken(
            f"cannot listen on {host}:{port} ({error.strerror}); choose another, e.g. --port {port + 1}"
        ) from error
    listener.setblocking(False)
    return listener


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: ours also stop the workers."""

    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]
        yield


async def serve(
    app: ASGIApp,
    listeners: list[socket.socket],
    *,
    request_seconds: float,
    ready: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Answer requests until SIGINT or SIGTERM; then finish what was begun, within ten seconds.

    `ready` is called when requests are answered; it may go on while they are, and is cancelled when they no longer are.
    A request that has not arrived after `request_seconds` is not waited for.
    """
    protocol: Any = functools.partial(BoundedProtocol, seconds=request_seconds)
    config = uvicorn.Config(
        app,
        http=protocol,
        ws="none",
        interface="asgi3",  # it takes functions that return a coroutine for ASGI 2, unless told
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        date_header=True,
        proxy_headers=False,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=5,
    )
    server = _Server(config)
    async with _stopped_by_signals(server):
        task = asyncio.create_task(server.serve(sockets=listeners))
        while not server.started and not task.done():  # noqa: ASYNC110  uvicorn has no event for it
            await asyncio.sleep(0.005)
        if ready is not None and not task.done():
            await _while(task, ready(), server)
        await task


async def _while(serving: asyncio.Task[None], work: Awaitable[None], server: uvicorn.Server) -> None:
    """Await the work, or the end of serving, which ends it; an error of the work ends serving."""
    working = asyncio.ensure_future(work)
    try:
        await asyncio.wait({serving, working}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        working.cancel()
    await asyncio.wait({working})
    if not working.cancelled() and working.exception() is not None:
        server.should_exit = True
        await serving
        working.result()


@contextlib.asynccontextmanager
async def _stopped_by_signals(server: uvicorn.Server) -> AsyncIterator[None]:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.force_exit = server.should_exit  # a second signal does not wait
        server.should_exit = True
        end_streams()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
