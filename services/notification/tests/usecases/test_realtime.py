"""The live inbox: the database is the truth, hints only say when to look."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from lms_adapters.broadcast.memory import MemoryBroadcast
from lms_core.domain.selection import Selection
from lms_core.security.principal import Principal
from lms_core.testing.fakes import MORNING, FakeClock, fake_id
from services.notification.domain.messages import Message
from services.notification.domain.realtime import Place, Places, TooManyStreams, channel_of
from services.notification.ports.messages import Inbox
from services.notification.usecases import realtime
from services.notification.usecases.realtime import FollowInbox

ADA, BOB = fake_id(7), fake_id(8)


class FakeInbox(Inbox):
    def __init__(self, count: int = 0) -> None:
        self.messages: list[Message] = []
        self.looked = asyncio.Event()
        for _ in range(count):
            self.add()

    def add(self) -> Message:
        position = len(self.messages) + 1
        message = Message(
            id=fake_id(100 + position),
            recipient_id=ADA,
            kind="welcome",
            channel="in-app",
            once=str(position),
            facts={},
            position=position,
            created_at=MORNING,
        )
        self.messages.append(message)
        return message

    async def some(self, recipient_id: UUID, selection: Selection) -> list[Message]:
        return self.messages[::-1][: selection.limit + 1]

    async def unread(self, recipient_id: UUID) -> int:
        return len(self.messages)

    async def after(self, recipient_id: UUID, position: int, *, limit: int) -> list[Message]:
        assert recipient_id == ADA
        self.looked.set()
        return self.messages[position : position + limit]

    async def last_position(self, recipient_id: UUID) -> int:
        return len(self.messages)

    async def position(self, recipient_id: UUID, message_id: UUID) -> int | None:
        return next((m.position for m in self.messages if m.id == message_id), None)


def _me(*, expired: bool = False) -> Principal:
    ends = MORNING if expired else MORNING + timedelta(hours=1)
    return Principal(ADA, frozenset({"learner"}), fake_id(2), ends)


async def _all(inbox: FakeInbox, last: UUID | None) -> list[int | None]:
    follow = FollowInbox(inbox, MemoryBroadcast(), FakeClock(), Places(2))
    return [message.position async for message in await follow(_me(expired=True), last)]


async def test_it_resumes_after_the_given_message_and_ends_with_the_token() -> None:
    assert await _all(FakeInbox(250), fake_id(120)) == list(range(21, 251))


async def test_an_unknown_message_brings_everything_and_none_brings_what_is_new() -> None:
    assert await _all(FakeInbox(3), fake_id(999)) == [1, 2, 3]
    assert await _all(FakeInbox(3), None) == []


async def test_a_hint_brings_what_is_new_and_nothing_twice() -> None:
    inbox, broadcast = FakeInbox(2), MemoryBroadcast()
    following = await FollowInbox(inbox, broadcast, FakeClock(), Places(2))(_me(), None)
    waiting = asyncio.ensure_future(anext(following))
    await inbox.looked.wait()
    first = inbox.add()
    for _ in range(3):
        await broadcast.send(channel_of(ADA), b"")
    assert await waiting == first
    second = inbox.add()
    await broadcast.send(channel_of(ADA), b"")
    assert await anext(following) == second
    await following.aclose()
    assert broadcast._hub.channels == ()


async def test_a_message_that_comes_while_catching_up_is_not_lost() -> None:
    inbox, broadcast = FakeInbox(1), MemoryBroadcast()
    following = await FollowInbox(inbox, broadcast, FakeClock(), Places(2))(_me(), fake_id(999))
    assert (await anext(following)).position == 1
    inbox.add()
    await broadcast.send(channel_of(ADA), b"")
    assert (await anext(following)).position == 2
    await following.aclose()


async def test_a_lost_hint_costs_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "LOOK_AGAIN_SECONDS", 0.01)
    inbox, broadcast = FakeInbox(), MemoryBroadcast()
    following = await FollowInbox(inbox, broadcast, FakeClock(), Places(2))(_me(), None)
    waiting = asyncio.ensure_future(anext(following))
    await inbox.looked.wait()
    missed = inbox.add()
    assert await waiting == missed
    await following.aclose()


@pytest.mark.parametrize("turns", range(8))
async def test_an_end_that_comes_with_a_hint_is_not_lost(turns: int) -> None:
    inbox, broadcast = FakeInbox(), MemoryBroadcast()
    following = await FollowInbox(inbox, broadcast, FakeClock(), Places(2))(_me(), None)
    waiting = asyncio.ensure_future(anext(following))
    await inbox.looked.wait()
    for _ in range(10):  # until it waits for a hint
        await asyncio.sleep(0)
    await broadcast.send(channel_of(ADA), b"")
    for _ in range(turns):
        await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait({waiting}, timeout=5)
    assert waiting.cancelled()


async def test_one_person_follows_from_a_few_places_at_once() -> None:
    follow = FollowInbox(FakeInbox(3), MemoryBroadcast(), FakeClock(), Places(2))
    first, second = await follow(_me(), fake_id(999)), await follow(_me(), fake_id(999))
    with pytest.raises(TooManyStreams) as refusal:
        await follow(_me(), None)
    assert (refusal.value.facts["most"], refusal.value.after.total_seconds()) == (2, 10)
    await follow(Principal(BOB, frozenset({"learner"}), fake_id(2), MORNING + timedelta(hours=1)), None)
    assert (await anext(first)).position == 1
    await first.aclose()
    third = await follow(_me(), None)
    del second, third  # streams that nobody ever listened to
    await (await follow(_me(), None)).aclose()
    assert len([await follow(_me(), None) for _ in range(2)]) == 2, "all are free again"


def test_a_place_is_left_once() -> None:
    places = Places(1)
    place = places.take(ADA)
    place.leave()
    again: Place = places.take(ADA)
    place.leave()
    with pytest.raises(TooManyStreams):
        places.take(ADA)
    again.leave()
    unlimited = Places(0)
    assert len([unlimited.take(ADA) for _ in range(20)]) == 20
