"""An app behind the real server in this process, and clients that speak bytes to it."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import socket
from collections.abc import AsyncIterator
from typing import Any

import uvicorn
from litestar.types import ASGIApp

from lms_adapters.platform.protocol import BoundedProtocol
from lms_adapters.platform.server import bind


@contextlib.asynccontextmanager
async def listening(app: ASGIApp, seconds: float = 30.0) -> AsyncIterator[socket.socket]:
    """On a free port, with the protocol that production has; `seconds` for a request to arrive."""
    protocol: Any = functools.partial(BoundedProtocol, seconds=seconds)
    config = uvicorn.Config(
        app,
        http=protocol,
        ws="none",
        interface="asgi3",
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
    )
    config.timeout_keep_alive = min(seconds, 5.0)  # type: ignore[assignment]
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    listener = bind("127.0.0.1", 0)
    await server.startup(sockets=[listener])
    try:
        yield listener
    finally:
        await server.shutdown(sockets=[listener])


async def say(listener: socket.socket, *pieces: bytes) -> bytes:
    """Everything that comes back until the server hangs up; before an empty piece the next head is waited for."""
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    got = b""
    for piece in pieces:
        if not piece:
            got += await reader.readuntil(b"\r\n\r\n")
        writer.write(piece)
        await writer.drain()
    with contextlib.suppress(ConnectionResetError):
        while chunk := await reader.read(65536):
            got += chunk
    writer.close()
    return got
