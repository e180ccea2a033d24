"""What every broadcast must do. A test class derives from `BroadcastContract`, or from `BrokerBroadcastContract`, and
gives it a `broker` fixture.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from lms_core.ports.broadcast import Broadcast

SOON = 20.0


async def heard(messages: AsyncIterator[bytes]) -> bytes:
    """The next message."""
    async with asyncio.timeout(SOON):
        return await anext(messages)


class BroadcastBroker(ABC):
    """What a broadcast runs on, for the suite."""

    @abstractmethod
    async def connect(self) -> Broadcast:
        """A broadcast, as another instance would open it; the same one where there is but one process."""

    async def down(self) -> None:
        """Kill it."""
        raise NotImplementedError

    async def up(self) -> None:
        """Start it again where it was."""
        raise NotImplementedError


class BroadcastContract:
    """Derive from it and define a fixture `broker`."""

    @pytest.fixture
    async def broadcast(self, broker: BroadcastBroker) -> AsyncIterator[Broadcast]:
        """A broadcast on the broker."""
        broadcast = await broker.connect()
        yield broadcast
        await broadcast.close()

    @pytest.fixture
    def channel(self) -> str:
        """A channel that no other test uses."""
        return f"test.{uuid4()}"

    async def test_everyone_who_listens_hears_it(
        self, broker: BroadcastBroker, broadcast: Broadcast, channel: str
    ) -> None:
        other = await broker.connect()
        async with broadcast.listen(channel) as one, broadcast.listen(channel) as two, other.listen(channel) as three:
            await broadcast.send(channel, b"hello \x00\xff")
            await other.send(channel, "späť".encode())
            for messages in (one, two, three):
                assert {await heard(messages), await heard(messages)} == {b"hello \x00\xff", "späť".encode()}
        await other.close()

    async def test_one_sender_keeps_its_order(self, broadcast: Broadcast, channel: str) -> None:
        async with broadcast.listen(channel) as messages:
            for number in range(100):
                await broadcast.send(channel, b"%d" % number)
            assert [await heard(messages) for _ in range(100)] == [b"%d" % n for n in range(100)]

    async def test_channels_are_apart(self, broadcast: Broadcast, channel: str) -> None:
        async with broadcast.listen(channel) as messages, broadcast.listen(channel + ".more") as others:
            await broadcast.send(channel + ".more", b"theirs")
            await broadcast.send(channel, b"ours")
            assert await heard(messages) == b"ours"
            assert await heard(others) == b"theirs"

    async def test_nobody_listens(self, broadcast: Broadcast, channel: str) -> None:
        await broadcast.send(channel, b"to nobody")
        async with broadcast.listen(channel) as messages:
            await broadcast.send(channel, b"to us")
            assert await heard(messages) == b"to us"

    async def test_who_has_left_is_forgotten(self, broadcast: Broadcast, channel: str) -> None:
        async with broadcast.listen(channel) as messages:
            async with broadcast.listen(channel):
                pass
            await broadcast.send(channel, b"still here")
            assert await heard(messages) == b"still here"
        async with broadcast.listen(channel) as again:
            await broadcast.send(channel, b"back")
            assert await heard(again) == b"back"

    async def test_the_slow_lose_the_oldest(self, broker: BroadcastBroker, broadcast: Broadcast, channel: str) -> None:
        async with broadcast.listen(channel) as slow, broadcast.listen(channel) as fast:
            for number in range(300):
                await broadcast.send(channel, b"%d" % number)
                assert await heard(fast) == b"%d" % number
            assert [await heard(slow) for _ in range(256)] == [b"%d" % n for n in range(44, 300)]

    async def test_many_listeners_come_and_go(self, broadcast: Broadcast, channel: str) -> None:
        async def visit(number: int) -> bytes:
            own = f"{channel}.{number % 7}"
            async with broadcast.listen(own) as messages:
                await broadcast.send(own, b"%d" % number)
                while (body := await heard(messages)) != b"%d" % number:
                    pass
                return body

        assert await asyncio.gather(*map(visit, range(50))) == [b"%d" % n for n in range(50)]

    @pytest.mark.parametrize("name", ["", "*", "a.*", ">", "a b", "a..b", "a\r\nb", "a.", "ä"])
    async def test_a_channel_is_no_pattern(self, broadcast: Broadcast, name: str) -> None:
        with pytest.raises(ValueError, match="is no channel"):
            await broadcast.send(name, b"")
        with pytest.raises(ValueError, match="is no channel"):
            async with broadcast.listen(name):
                pass


class BrokerBroadcastContract(BroadcastContract):
    """A broadcast over a broker that may be away."""

    async def test_it_is_heard_again_after_the_broker_was_away(
        self, broker: BroadcastBroker, broadcast: Broadcast, channel: str
    ) -> None:
        async with broadcast.listen(channel) as messages:
            await broadcast.send(channel, b"before")
            assert await heard(messages) == b"before"
            await broker.down()
            await broadcast.send(channel, b"to nobody")  # raises nothing
            await broker.up()
            await self.until_heard(broadcast, channel, messages)

    async def test_listening_may_begin_while_the_broker_is_away(self, broker: BroadcastBroker, channel: str) -> None:
        await broker.down()
        broadcast = await broker.connect()
        async with broadcast.listen(channel) as messages:
            await broadcast.send(channel, b"to nobody")
            await broker.up()
            await self.until_heard(broadcast, channel, messages)
        await broadcast.close()

    async def test_it_closes_while_the_broker_is_away(self, broker: BroadcastBroker, channel: str) -> None:
        broadcast = await broker.connect()
        async with broadcast.listen(channel) as messages:
            await broadcast.send(channel, b"hello")
            assert await heard(messages) == b"hello"
            await broker.down()
        async with asyncio.timeout(SOON):
            await broadcast.close()
        await broker.up()

    async def until_heard(self, broadcast: Broadcast, channel: str, messages: AsyncIterator[bytes]) -> None:
        """Send until the first one arrives: nobody promises when the connection is back."""
        arrived = asyncio.ensure_future(heard(messages))
        while not arrived.done():
            await broadcast.send(channel, b"after")
            await asyncio.wait([arrived], timeout=0.1)
        assert await arrived == b"after"
