"""From manifests to something that runs: each service its own database, container and app; one bus between them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any, NewType

from dishka import AnyOf, AsyncContainer, Provider, Scope, make_async_container
from litestar import Litestar
from litestar.datastructures import State
from litestar.types import ASGIApp
from sqlalchemy.ext.asyncio import AsyncSession

from lms_adapters.broadcast import open_broadcast
from lms_adapters.bus import open_bus
from lms_adapters.platform.documents.asyncapi import asyncapi
from lms_adapters.platform.door import Door
from lms_adapters.platform.erasure import EraseLog, SqlErasures
from lms_adapters.platform.insight import Insight
from lms_adapters.platform.keys import key_source
from lms_adapters.platform.plugin import Probe, ServicePlugin
from lms_adapters.platform.service import Service
from lms_adapters.platform.settings import BadSettings, Settings, Source
from lms_adapters.platform.system import SystemClock, SystemIds
from lms_adapters.platform.workers import Workers
from lms_adapters.sql.engine import Database, open_database
from lms_adapters.sql.inbox import Inbox
from lms_adapters.sql.migrations.runner import NewerDatabase, migrate, standing
from lms_adapters.sql.outbox import Outbox
from lms_adapters.sql.reader import Reader
from lms_adapters.sql.uow import LateSession, SqlUnitOfWork
from lms_adapters.web.answers import guard_without_copies, name_every_method
from lms_adapters.web.auth import Fetch, TokenVerifier
from lms_adapters.web.bodies import MAX_BODY
from lms_adapters.web.languages import Languages
from lms_adapters.web.reads import Reads
from lms_core.domain.errors import Unavailable
from lms_core.ports.broadcast import Broadcast
from lms_core.ports.bus import Bus
from lms_core.ports.clock import Clock
from lms_core.ports.erasure import Erasures
from lms_core.ports.ids import Ids
from lms_core.ports.uow import UnitOfWork

VERSION = "0.1.0"

Neighbours = NewType("Neighbours", dict[str, ASGIApp])
"""The apps of the services in this process, by name."""


class NotMigrated(Exception):
    """A database is behind the code; `lms db upgrade` brings it forward."""


class SharedMemoryBus(BadSettings):
    """A memory bus was asked to reach other processes."""


class RunningService:
    """A service with everything it needs, from `open` to `close`."""

    def __init__(self, service: Service, settings: Settings, clock: Clock, ids: Ids, pool: int) -> None:
        self.service = service = service.fit_for(settings.profile)
        self.settings = settings
        self.clock = clock
        self.ids = ids
        self.database: Database | None = (
            open_database(settings.database_url, pool=pool) if service.tables is not None else None
        )
        self.workers: Workers | None = None
        self.languages = Languages(service.package)
        self.insight = Insight(service, VERSION, self.database, clock, self.faults)
        self._life = contextlib.AsyncExitStack()

    async def open_store(self, *, upgrade: bool | None) -> list[str]:
        """Connect and bring the tables up to date; what was applied.

        With `upgrade=False` it only checks and raises NotMigrated; with None it does not even look.
        """
        if self.database is None:
            return []
        await self.database.open()
        self._life.push_async_callback(self.database.close)
        if upgrade:
            try:
                return await migrate(self.database, self.service.revisions)
            except NewerDatabase as error:
                raise NewerDatabase(f"{self.service.name}: {error}") from error
        if upgrade is None:
            return []
        behind = [s for s in await standing(self.database, self.service.revisions) if not s.up_to_date]
        if behind:
            raise NotMigrated(f"{self.service.name}: run `lms db upgrade {self.service.name}` first")
        return []

    async def open(
        self, bus: Bus, broadcast: Broadcast, neighbours: Neighbours, keys: Fetch | None, probe: Probe
    ) -> None:
        """Build the container and the app; `keys` brings auth's public keys where settings do not say.

        `probe` tells what is wrong in the process.
        """
        service = self.service
        verifier = TokenVerifier(
            keys or key_source(neighbours, self.settings.jwks_url), self.clock, self.settings.issuer
        )
        kernel = self._kernel(broadcast, neighbours, verifier, self.database)
        self.container = make_async_container(kernel, service.wiring())
        self._life.push_async_callback(self.container.close)
        if self.database is not None:
            inbox = Inbox(self.database, self.clock, service.name, service.routing)
            self.workers = Workers(service, self.database, inbox, self.container, bus, self.clock)
        self.bus = bus
        plugin = ServicePlugin(service, self.container, VERSION, probe, asyncapi(service, VERSION), self.insight)
        self.litestar = Litestar(
            plugins=[plugin],
            openapi_config=None,
            logging_config=None,
            state=State({"languages": self.languages}),
            request_max_body_size=MAX_BODY,  # not from the plugin: Litestar overlooks it there
        )
        guard_without_copies(self.litestar)
        name_every_method(self.litestar)
        await self._life.enter_async_context(self.litestar.lifespan())
        reads = Reads(self.litestar, self.container)
        app: ASGIApp = Door(service.name, reads, self.container, verifier, self.languages)
        self.app = app if service.front is None else service.front(app, self.container)
        neighbours[service.name] = self.app

    async def begin(self) -> None:
        """Every service of the process is open: what the manifest calls its background starts."""
        if self.service.background is not None:
            await self._life.enter_async_context(self.service.background(self.container))

    async def beside(self, database: Database, broadcast: Broadcast) -> AsyncContainer:
        """A second container of this open service, on another database with the same tables: what a replay works in."""
        verifier = await self.container.get(TokenVerifier)
        kernel = self._kernel(broadcast, Neighbours({}), verifier, database)
        return make_async_container(kernel, self.service.wiring())

    def _kernel(
        self, broadcast: Broadcast, neighbours: Neighbours, verifier: TokenVerifier, database: Database | None
    ) -> Provider:
        """What the kernel provides in every container."""
        kernel = Provider(scope=Scope.APP)
        for kind in {Settings, self.service.settings}:
            kernel.provide(lambda: self.settings, provides=kind)
        kernel.provide(lambda: self.clock, provides=Clock)
        kernel.provide(lambda: self.ids, provides=Ids)
        kernel.provide(lambda: broadcast, provides=Broadcast)
        kernel.provide(lambda: neighbours, provides=Neighbours)
        kernel.provide(lambda: verifier, provides=TokenVerifier)
        kernel.provide(lambda: self.insight, provides=Insight)
        kernel.provide(lambda: self.languages, provides=Languages)
        if database is not None:
            kernel.provide(lambda: database, provides=Database)
            kernel.provide(Reader)
            kernel.provide(LateSession, provides=AsyncSession, scope=Scope.REQUEST)
            kernel.provide(SqlUnitOfWork, provides=AnyOf[UnitOfWork, SqlUnitOfWork], scope=Scope.REQUEST)
            kernel.provide(SqlErasures, provides=Erasures, scope=Scope.REQUEST)
            kernel.provide(EraseLog, scope=Scope.REQUEST)
        return kernel

    async def faults(self, say: Callable[[Unavailable], str] = str) -> dict[str, str]:
        """Why it is not ready; empty when it is. `say` puts it into words: for anybody, or `in_full` for operators."""
        faults = self.workers.faults(say) if self.workers else {}
        try:
            if self.database is not None:
                await self.database.read("SELECT 1", ())
            if self.workers is not None:
                faults |= await self.workers.lost()
            await self.bus.ready()
        except Unavailable as error:
            faults["dependency"] = say(error)
        if self.service.faults is not None:
            faults |= await self.service.faults(self.container)
        return faults

    async def close(self) -> None:
        """Stop the loops, finish the app, let go of the database."""
        if self.workers is not None:
            await self.workers.stop()
        await self._life.aclose()


class Platform:
    """Some or all services in one process. With `workers=False` nothing moves but by `drain()`, until
    `start_workers()`.
    """

    def __init__(
        self,
        services: Sequence[Service],
        source: Source,
        *,
        clock: Clock | None = None,
        ids: Ids | None = None,
        keys: Fetch | None = None,
        workers: bool = True,
    ) -> None:
        self.clock = clock or SystemClock()
        self.ids = ids or SystemIds()
        self.source = source
        self.settings = source.load(Settings, "lms")
        self._keys = keys
        self._workers = workers
        stores = max(1, sum(s.tables is not None for s in services))
        pool = self.settings.connections // stores
        self.services = {
            s.name: RunningService(s, source.load(s.settings, s.name), self.clock, self.ids, pool) for s in services
        }
        self.neighbours = Neighbours({})
        self._life = contextlib.AsyncExitStack()

    async def open(self, *, upgrade: bool | None = True, receive: bool = True, streams: tuple[str, ...] = ()) -> None:
        """Databases, containers, apps, backgrounds, then ingest, then the rest. On an error everything begun is closed.

        `upgrade` see `RunningService.open_store`; `receive=False` leaves the bus alone; `streams` are those of services
        elsewhere that those here may want to read.
        """
        try:
            await self._open(upgrade, receive, streams)
        except BaseException:
            await self.close()
            raise

    async def _open(self, upgrade: bool | None, receive: bool, streams: tuple[str, ...]) -> None:
        running = list(self.services.values())
        for one in running:
            self._life.push_async_callback(one.close)
        for one in running:  # one after the other: Alembic's `op` is one for the whole process
            await one.open_store(upgrade=upgrade)
        logs = {one.service.stream: Outbox(one.database) for one in running if one.database is not None}
        self.bus = open_bus(self.settings.bus_url, logs=logs)
        self.broadcast = await open_broadcast(self.settings.broadcast_url)
        for one in running:
            await one.open(self.bus, self.broadcast, self.neighbours, self._keys, self.faults)
        if upgrade is not None:  # else the tables may not be there
            for one in running:  # before a worker's transaction asks the container for what is being made here
                await one.begin()
        if receive:
            if self.settings.bus_url.startswith("memory"):
                await self._hold(running)
            self._start_ingest(tuple(dict.fromkeys([*logs, *streams])))
            if self._workers:
                self.start_workers()

    async def _hold(self, running: Sequence[RunningService]) -> None:
        """Have every database to oneself: what another process published there would not be heard of here."""
        for one in running:
            if one.database is not None and not await one.database.hold():
                raise SharedMemoryBus(
                    f"another process works on the database of {one.service.name}, which a memory bus does not reach: "
                    "set LMS_BUS_URL=nats://127.0.0.1:4222 for both"
                )

    def _start_ingest(self, everyone: tuple[str, ...]) -> None:
        for one in self.services.values():
            if one.workers is not None:
                wanted = one.service.streams(everyone)
                one.workers.start_ingest(tuple(stream for stream in wanted if stream in everyone))

    def start_workers(self) -> None:
        """Let everything move by itself; for a platform that was opened with `workers=False`, once."""
        for one in self.services.values():
            if one.workers is not None:
                one.workers.start()

    async def drain(self) -> int:
        """Let every event and job that is due run its course (with `workers=False`: by hand); how many moved."""
        total = 0
        while moved := sum([await one.workers.drain() for one in self.services.values() if one.workers is not None]):
            total += moved
        return total

    async def faults(self) -> dict[str, str]:
        """Why this process is not ready, as `service: what`; empty when it is."""
        found = await asyncio.gather(*(one.faults() for one in self.services.values()))
        return {
            f"{name}: {what}": why
            for name, some in zip(self.services, found, strict=True)
            for what, why in some.items()
        }

    def container(self, service: str) -> AsyncContainer:
        """A service's container."""
        return self.services[service].container

    async def close(self) -> None:
        """Everything, in the opposite order."""
        await self._life.aclose()
        for part in ("bus", "broadcast"):
            port: Any = getattr(self, part, None)
            if port is not None:
                await port.close()
