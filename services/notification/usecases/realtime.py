"""The live inbox."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lms_core.ports.broadcast import Broadcast
from lms_core.ports.clock import Clock
from lms_core.security.principal import Principal
from services.notification.domain.messages import Message
from services.notification.domain.realtime import Place, Places, TooManyStreams, channel_of
from services.notification.ports.messages import Inbox

LOOK_AGAIN_SECONDS = 30.0
"""A hint that was lost costs this long."""
_BATCH = 100
"""Read at once; between batches no connection is held, however slow the listener is."""


@dataclass(frozen=True, slots=True)
class FollowInbox:
    """Your inbox as it grows: server-sent events, one for each message.

    With `Last-Event-ID` it begins with everything after that message, so that nothing is missed between two
    connections; an id that is not in your inbox brings all of it. Without, it begins with what is new. The event's id
    is the message's id, its data the message as the list shows it. The stream ends when the access token does: refresh
    it and connect again. One person may follow from a few places at once; one more is 429 with `Retry-After`.
    """

    raises: ClassVar = (TooManyStreams,)

    inbox: Inbox
    broadcast: Broadcast
    clock: Clock
    places: Places

    async def __call__(self, me: Principal, last: UUID | None) -> AsyncGenerator[Message, None]:
        """The messages as they come. Raises TooManyStreams, before any of them."""
        return self._follow(self.places.take(me.id), me, last)

    async def _follow(self, place: Place, me: Principal, last: UUID | None) -> AsyncGenerator[Message, None]:
        with place:
            async with self.broadcast.listen(channel_of(me.id)) as hints:
                position = await self._begin(me, last)
                while True:
                    while batch := await self.inbox.after(me.id, position, limit=_BATCH):
                        for message in batch:
                            yield message
                        position = batch[-1].position or position
                    left = (me.expires_at - self.clock.now()).total_seconds()
                    if left <= 0:
                        return
                    await _hint(hints, min(left, LOOK_AGAIN_SECONDS))

    async def _begin(self, me: Principal, last: UUID | None) -> int:
        if last is None:
            return await self.inbox.last_position(me.id)
        return await self.inbox.position(me.id, last) or 0


async def _hint(hints: AsyncIterator[bytes], seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):  # wait_for would lose a cancellation that comes with a hint
            await anext(hints)
    except TimeoutError:
        return


USE_CASES = (FollowInbox,)
