"""Run services in this process: `lms up`, `lms serve NAME` and `python -m services.NAME` all come here."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Literal

import uvloop
from litestar.types import ASGIApp

from lms_adapters.platform.compose import NotMigrated, Platform, SharedMemoryBus
from lms_adapters.platform.folder import FolderInUse, locked
from lms_adapters.platform.registry import UnknownScheme
from lms_adapters.platform.server import PortTaken, bind, serve
from lms_adapters.platform.service import Service
from lms_adapters.platform.settings import BadSettings, Settings, Source
from lms_adapters.sql.migrations.runner import NewerDatabase
from lms_adapters.telemetry import logging, tracing
from lms_core.domain.errors import Unavailable, in_full

Role = Literal["api", "worker", "all"]
STREAMS = ("lms.auth", "lms.user", "lms.course", "lms.progress", "lms.billing", "lms.notification")
"""Streams of the platform's own services: what a service alone may have to read from the bus."""

EXPECTED = (PortTaken, FolderInUse, BadSettings, NewerDatabase, NotMigrated, Unavailable, UnknownScheme)
"""What an operator can mend: said in one line, without a stack."""


Beside = Callable[[Platform], AbstractAsyncContextManager[Any]]


async def run(
    services: Sequence[Service],
    source: Source,
    *,
    host: str,
    port: int,
    front: str,
    role: Role = "all",
    alone: bool = False,
    compose: Callable[[Sequence[Service], Source], Platform] | None = None,
    beside: Beside | None = None,
    ready: Callable[[Platform], Awaitable[None]] | None = None,
) -> None:
    """Open the services, answer as `front` on the port until a signal, close everything.

    `alone`: other services run elsewhere, so the bus must reach them. `ready` is called when requests are answered, and
    cancelled if they no longer are; `compose` makes a platform of another kind. Raises what is in `EXPECTED`.
    """
    settings = source.load(Settings, front)
    logging.configure(settings.log, settings.log_level)
    tracing.configure(settings.otlp_url or None)
    if alone and settings.bus_url.startswith("memory") and any(s.tables is not None for s in services):
        raise SharedMemoryBus(
            f"a memory bus ends with its process, and {front} is to run alone: set LMS_BUS_URL=nats://127.0.0.1:4222 "
            f"(or run `lms up --only {front}`)"
        )
    async with contextlib.AsyncExitStack() as life:
        listener = life.enter_context(contextlib.closing(bind(host, port)))
        life.enter_context(locked(Path(settings.data), front if alone else None))
        platform = compose(services, source) if compose else Platform(services, source, workers=role != "api")
        life.push_async_callback(platform.close)
        may_upgrade = settings.profile == "dev" or not alone
        await platform.open(upgrade=may_upgrade, receive=role != "api", streams=STREAMS)
        if beside is not None:
            await life.enter_async_context(beside(platform))
        gc.collect()
        gc.freeze()  # what is built stays: looking at it all again held every request up for an eighth of a second
        app = platform.neighbours[front]
        await serve(
            _only_probes(app) if role == "worker" else app,
            [listener],
            request_seconds=settings.request_seconds,
            ready=None if ready is None else lambda: ready(platform),
        )


def _only_probes(app: ASGIApp) -> ASGIApp:
    """A worker answers health and metrics, nothing else."""

    async def probes(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and not scope["path"].startswith(("/health/", "/metrics")):
            scope = {**scope, "path": "/-", "raw_path": b"/-"}
        await app(scope, receive, send)

    return probes


def start(work: Callable[[], Awaitable[None]]) -> int:
    """Run on uvloop; the exit code. What an operator can mend is one line on standard error."""
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_awaited(work))
    except EXPECTED as error:
        said = in_full(error) if isinstance(error, Unavailable) else str(error)
        print(f"lms: {said}", file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


async def _awaited(work: Callable[[], Awaitable[None]]) -> None:
    await work()


def main(service: Service, argv: Sequence[str] | None = None) -> None:
    """`python -m services.NAME`."""
    parser = argparse.ArgumentParser(prog=f"python -m {service.package}", description=service.summary)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")
    parser.add_argument(
        "--role", choices=("api", "worker", "all"), default="all", help="answer requests, work, or both"
    )
    chosen = parser.parse_args(argv)

    async def work() -> None:
        await run(
            [service], Source(), host=chosen.host, port=chosen.port, front=service.name, role=chosen.role, alone=True
        )

    sys.exit(start(work))
