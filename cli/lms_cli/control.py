"""The command line and a running platform: over a Unix socket in the data folder, or on the folder itself."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Any

import msgspec

from lms_adapters.platform.compose import Platform
from lms_adapters.platform.folder import control_socket, locked
from lms_adapters.platform.settings import Settings, Source
from lms_adapters.telemetry import tracing
from lms_cli.operations import OPERATIONS, OperationFailed, Row, missing, words
from lms_cli.platform import services

_MAX_REQUEST = 1 << 20
_FROM_NOTHING = ("admin.create", "openapi")
"""What may be asked before there is a platform."""


class ControlServer:
    """Answers operations with a line of JSON a row, `{"row": …}`, and `{"end": null}` or `{"end": "what failed"}`."""

    def __init__(self, platform: Platform, path: Path) -> None:
        self._platform = platform
        self._path = path
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> ControlServer:
        self._path.unlink(missing_ok=True)
        # a relative path in the folder's own directory keeps under the 107 characters of a socket's name
        self._server = await asyncio.start_unix_server(self._serve, short(self._path), limit=_MAX_REQUEST)
        self._path.chmod(0o600)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        end: str | None = None
        try:
            request = msgspec.json.decode(await reader.readline())
            with tracing.span(f"lms {request['operation']}"):
                async for row in OPERATIONS[request["operation"]](self._platform, **request["arguments"]):
                    writer.write(msgspec.json.encode({"row": row}, enc_hook=str) + b"\n")
                    await writer.drain()
        except (ConnectionError, asyncio.CancelledError):
            end = "interrupted"
        except Exception as error:  # noqa: BLE001  the operator is told; the platform goes on
            end = words(error)
        with contextlib.suppress(ConnectionError):
            writer.write(msgspec.json.encode({"end": end}) + b"\n")
            await writer.drain()
        writer.close()


def short(path: Path) -> str:
    """The shorter of the absolute and the relative path: a socket's name has at most 107 characters."""
    return min(str(path.absolute()), os.path.relpath(path), key=len)


async def operate(
    name: str,
    only: tuple[str, ...],
    source: Source,
    /,
    *,
    at: tuple[str, ...] = (),
    beside: bool = False,
    **arguments: Any,
) -> AsyncIterator[Row]:
    """Rows of an operation: from the platform that runs on the folder, else (but for `beside`) from one opened for it.

    `only` names the services it needs when nothing runs; none: all. Where each service runs alone, those named in `at`
    (or else in `only`; none: all) are asked, at the same time. Raises OperationFailed.
    """
    settings = source.load(Settings, "lms")
    data = Path(settings.data)
    answers = [line for path in _sockets(data, at or only) if (line := await _call(path)) is not None]
    if answers:
        async for row in merged([_ask(*line, name, arguments) for line in answers]):
            yield row
        return
    if beside:
        raise OperationFailed(f"nothing runs on the folder {data}: name the platform's with `lms --data DIR …`")
    platform = Platform(services(only), source, workers=False)
    if not name.startswith("db.") and name not in _FROM_NOTHING and _is_nowhere(platform):
        raise OperationFailed(f"there is no platform in the folder {data}: name its folder with `lms --data DIR …`")
    with locked(data):
        await platform.open(receive=False, upgrade=None if name.startswith("db.") else settings.profile == "dev")
        try:
            async for row in OPERATIONS[name](platform, **arguments):
                yield row
        finally:
            await platform.close()


def _is_nowhere(platform: Platform) -> bool:
    """None of its databases is there, and each would be a file."""
    stores = [one for one in platform.services.values() if one.database is not None]
    return bool(stores) and all(missing(one.settings.database_url) for one in stores)


async def _call(path: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
    """A connection, unless nobody listens there any more."""
    try:
        return await asyncio.open_unix_connection(short(path), limit=1 << 24)
    except (ConnectionRefusedError, FileNotFoundError):
        return None


async def merged(sources: list[AsyncGenerator[Row, None]]) -> AsyncIterator[Row]:
    """Rows of several, as they come. The first that fails ends all."""
    pending = {asyncio.ensure_future(anext(rows, None)): rows for rows in sources}
    try:
        while pending:
            done, _ = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                rows = pending.pop(task)
                row = task.result()
                if row is not None:
                    pending[asyncio.ensure_future(anext(rows, None))] = rows
                    yield row
    finally:
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        for rows in sources:
            await rows.aclose()


def _sockets(data: Path, only: tuple[str, ...]) -> list[Path]:
    """Of the whole platform in one process, or else of each service that runs alone."""
    if control_socket(data).exists():
        return [control_socket(data)]
    if only:
        return [path for service in only if (path := control_socket(data, service)).exists()]
    return sorted(data.glob("control-*.sock"))


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: str, arguments: dict[str, Any]
) -> AsyncGenerator[Row, None]:
    try:
        writer.write(msgspec.json.encode({"operation": name, "arguments": arguments}) + b"\n")
        await writer.drain()
        while line := await reader.readline():
            message = msgspec.json.decode(line)
            if "row" in message:
                yield message["row"]
            elif message["end"] is None:
                return
            else:
                raise OperationFailed(message["end"])
        raise OperationFailed("the platform stopped before it was done")
    finally:
        writer.close()
