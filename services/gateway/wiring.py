"""Which adapter stands behind which port."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator

from dishka import AsyncContainer, Provider, Scope

from lms_adapters.platform.compose import Neighbours
from lms_adapters.web.auth import TokenVerifier
from lms_adapters.web.pages import Assets, Pages
from lms_core.ports.clock import Clock
from services.gateway.adapters.discovery import Roster, looking
from services.gateway.adapters.documentation import MergedDocuments
from services.gateway.adapters.http.assets import assets
from services.gateway.adapters.http.exchange import Limits
from services.gateway.adapters.http.monitoring import Monitor
from services.gateway.adapters.http.origin import Cors, Proxies
from services.gateway.adapters.http.proxy import Proxy
from services.gateway.adapters.http.words import FILTERS
from services.gateway.adapters.inside import InsidePulses, InsideTraces
from services.gateway.adapters.memory.discovery import MemoryServices
from services.gateway.adapters.memory.rate_limiting import MemoryBuckets
from services.gateway.adapters.watching import Watch
from services.gateway.domain.discovery import Directory
from services.gateway.domain.monitoring import Board, Recollection, Tally
from services.gateway.domain.rate_limiting import Policy
from services.gateway.ports.authentication import Verifier
from services.gateway.ports.discovery import Services
from services.gateway.ports.documentation import Documents
from services.gateway.ports.monitoring import Pulses
from services.gateway.ports.rate_limiting import Buckets, Ticks
from services.gateway.ports.tracing import Traces
from services.gateway.settings import GatewaySettings, addresses, listed, networks
from services.gateway.usecases import (
    authentication,
    discovery,
    documentation,
    monitoring,
    rate_limiting,
    routing,
    tracing,
)
from services.gateway.usecases.discovery import Discover
from services.gateway.usecases.monitoring import Look, ShowPlatform
from services.gateway.usecases.rate_limiting import Policies


async def services(settings: GatewaySettings, neighbours: Neighbours) -> AsyncIterator[Services]:
    """Other processes by the settings, all others in this one."""
    here, elsewhere = MemoryServices(neighbours, "gateway"), addresses(settings)
    if not elsewhere:
        yield Roster(here)
        return
    from services.gateway.adapters.clients.discovery import HttpServices
    from services.gateway.adapters.clients.routing import open_session

    async with open_session() as session:
        yield Roster(HttpServices(session, elsewhere), here)


def directory(settings: GatewaySettings) -> Directory:
    """In the profile production nothing stands below /dev, whatever services say."""
    return Directory(dev=settings.profile == "dev")


def policies(settings: GatewaySettings) -> Policies:
    """The limits of the settings."""
    limits = {
        "person": (settings.person_rate, settings.person_burst),
        "address": (settings.address_rate, settings.address_burst),
        "credentials": (settings.credentials_rate, settings.credentials_burst),
    }
    return Policies(**{name: Policy(name, rate, burst) if rate else None for name, (rate, burst) in limits.items()})


def ticks() -> Ticks:
    """The machine's clock that never runs backwards."""
    return time.monotonic_ns


def buckets(ticks: Ticks) -> Buckets:
    """Of this process: each instance counts for itself."""
    return MemoryBuckets(ticks)


def limits(settings: GatewaySettings) -> Limits:
    """What one request may take."""
    return Limits(body=settings.max_body, deadline=settings.deadline_seconds, idle=settings.idle_seconds)


def proxies(settings: GatewaySettings) -> Proxies:
    """Whose word about the client counts."""
    return Proxies(networks(settings))


def cors(settings: GatewaySettings) -> Cors:
    """Whose pages may call."""
    return Cors(listed(settings.cors_origins))


def monitor(settings: GatewaySettings, tally: Tally, requests: Recollection, clock: Clock, ticks: Ticks) -> Monitor:
    """What requests leave behind."""
    return Monitor(tally, requests, clock, ticks, access_log=settings.access_log)


def tally() -> Tally:
    """Of this process."""
    return Tally()


def recollection() -> Recollection:
    """Of this process."""
    return Recollection()


def board() -> Board:
    """Of this process: what all who watch see."""
    return Board()


async def watch(
    settings: GatewaySettings, look: Look, show: ShowPlatform, board: Board, clock: Clock
) -> AsyncIterator[Watch]:
    """One for all who watch."""
    watch = Watch(look, show, board, clock, seconds=settings.watch_seconds, most=settings.watch_streams)
    yield watch
    await watch.close()


def pages(settings: GatewaySettings, files: Assets) -> Pages:
    """The gateway's own pages."""
    return Pages("services.gateway", dev=settings.profile == "dev", assets=files, filters=FILTERS)


@contextlib.asynccontextmanager
async def background(container: AsyncContainer) -> AsyncIterator[None]:
    """Looks for services as long as the gateway is open."""
    settings = await container.get(GatewaySettings)
    seconds = settings.poll_seconds if settings.upstreams else None
    async with looking(await container.get(Discover), await container.get(Directory), seconds):
        yield


async def faults(container: AsyncContainer) -> dict[str, str]:
    """It is not ready before it has seen every service once: it could not tell 404 from 503."""
    return dict.fromkeys(sorted((await container.get(Directory)).unseen), "not seen yet")


def wiring() -> Provider:
    """The provider of the gateway's container: everything lives as long as the process."""
    provider = Provider(scope=Scope.APP)
    provider.alias(source=TokenVerifier, provides=Verifier)
    provider.provide(services, provides=Services)
    provider.provide(MergedDocuments, provides=Documents)
    for factory in (
        directory,
        policies,
        ticks,
        buckets,
        limits,
        proxies,
        cors,
        monitor,
        assets,
        pages,
        tally,
        recollection,
        board,
        watch,
    ):
        provider.provide(factory)
    provider.provide(InsidePulses, provides=Pulses)
    provider.provide(InsideTraces, provides=Traces)
    provider.provide(Proxy)
    for room in (authentication, discovery, documentation, monitoring, rate_limiting, routing, tracing):
        provider.provide_all(*room.USE_CASES)
    return provider
