"""The broadcasts: memory by itself, NATS and Redis against real servers."""

import asyncio
from collections.abc import Iterator

import pytest

from lms_adapters.broadcast import open_broadcast
from lms_core.ports.broadcast import Broadcast
from lms_core.testing.suites.broadcast import BroadcastBroker, BroadcastContract, BrokerBroadcastContract
from tests.engines.base import Engine
from tests.engines.nats import Nats
from tests.engines.redis import Redis


class Process(BroadcastBroker):
    def __init__(self) -> None:
        self.one: Broadcast | None = None

    async def connect(self) -> Broadcast:
        if self.one is None:
            self.one = await open_broadcast("memory://")
        return self.one


class Server(BroadcastBroker):
    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    async def connect(self) -> Broadcast:
        return await open_broadcast(self.engine.url)

    async def down(self) -> None:
        await asyncio.to_thread(self.engine.kill)

    async def up(self) -> None:
        await asyncio.to_thread(self.engine.restart)


class TestMemoryBroadcast(BroadcastContract):
    @pytest.fixture
    def broker(self) -> Process:
        return Process()


@pytest.fixture(scope="module")
def nats_of_our_own(nats: Nats) -> Iterator[Nats]:
    with Nats() as mine:
        yield mine


@pytest.fixture(scope="module")
def redis_of_our_own(redis: Redis) -> Iterator[Redis]:
    with Redis() as mine:
        yield mine


@pytest.mark.engine
class TestNatsBroadcast(BrokerBroadcastContract):
    @pytest.fixture
    def broker(self, nats_of_our_own: Nats) -> Iterator[Server]:
        yield Server(nats_of_our_own)
        if not nats_of_our_own.running:  # the test failed in between
            nats_of_our_own.restart()


@pytest.mark.engine
class TestRedisBroadcast(BrokerBroadcastContract):
    @pytest.fixture
    def broker(self, redis_of_our_own: Redis) -> Iterator[Server]:
        yield Server(redis_of_our_own)
        if not redis_of_our_own.running:  # the test failed in between
            redis_of_our_own.restart()
