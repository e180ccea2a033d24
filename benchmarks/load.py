"""A small HTTP/1.1 client over kept connections: the driver must not be what is measured.

It never sleeps while it is open. Whoever wakes a sleeping process pays for that: a slow server would for each answer,
and a fast one, whose client is still busy with the answer before, would not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from time import perf_counter

_LENGTH = b"\r\ncontent-length:"


class Load:
    """A couple of connections to a server on this machine."""

    def __init__(self, port: int, connections: int = 2) -> None:
        self._port = port
        self._connections = connections
        self._open: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def __aenter__(self) -> Load:
        for _ in range(self._connections):
            self._open.append(await asyncio.open_connection("127.0.0.1", self._port))
        self._awake = asyncio.create_task(_stay_awake())
        return self

    async def __aexit__(self, *_exc: object) -> None:
        self._awake.cancel()
        for _reader, writer in self._open:
            writer.close()

    async def get(self, path: str, token: str = "", times: int = 1) -> bytes:
        """GET a path this often, over all connections at once; the last body. Raises RuntimeError unless 200."""
        return await self._get(path, token, times, [])

    async def waits(self, path: str, token: str, times: int) -> list[float]:
        """As `get`; how long each answer took, in seconds, sorted."""
        waits: list[float] = []
        await self._get(path, token, times, waits)
        return sorted(waits)

    async def _get(self, path: str, token: str, times: int, waits: list[float]) -> bytes:
        lines = [f"GET {path} HTTP/1.1", "host: localhost", "accept: application/json"]
        if token:
            lines.append(f"authorization: Bearer {token}")
        request = ("\r\n".join(lines) + "\r\n\r\n").encode()
        share, more = divmod(times, len(self._open))
        bodies: Sequence[bytes] = await asyncio.gather(
            *(_repeat(*pair, request, share + (i < more), waits) for i, pair in enumerate(self._open))
        )
        return next(body for body in bodies if body)


async def _stay_awake() -> None:
    while True:  # noqa: ASYNC110  nothing is waited for
        await asyncio.sleep(0)  # the loop looks for answers, and never waits for one


async def _repeat(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes, times: int, waits: list[float]
) -> bytes:
    body = b""
    for _ in range(times):
        began = perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        at = head.lower().index(_LENGTH) + len(_LENGTH)
        body = await reader.readexactly(int(head[at : head.index(b"\r\n", at)]))
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{request[:80]!r} answered {head[:20]!r} {body[:300]!r}")
        waits.append(perf_counter() - began)
    return body
