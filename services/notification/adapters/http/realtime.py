"""The inbox as server-sent events."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.params import HeaderParameter
from litestar.response import Stream

from lms_adapters.web.auth import Me, requires
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.messages import view
from lms_adapters.web.streaming import event, stream
from lms_core.domain.events import encode
from services.notification.adapters.http.messages import MessageView
from services.notification.domain.messages import Message
from services.notification.usecases.realtime import FollowInbox


async def _events(messages: AsyncGenerator[Message, None]) -> AsyncIterator[bytes]:
    async with aclosing(messages):
        async for message in messages:
            yield event(encode(view(message, MessageView)), id=str(message.id))


class RealtimeController(Controller):
    path = "/notifications/stream"

    @get(guards=[requires("notification:read")], sends=MessageView)
    @inject
    async def follow(
        self,
        me: Me,
        inbox: FromDishka[FollowInbox],
        last: Annotated[
            UUID | None,
            HeaderParameter(name="Last-Event-ID", description="The last event you have: what came after it follows."),
        ] = None,
    ) -> Stream:
        return stream(_events(await inbox(me, last)))
