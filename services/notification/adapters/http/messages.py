"""The inbox over REST."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter

from lms_adapters.web.auth import Me, requires
from lms_adapters.web.inject import FromDishka, inject, repeatable
from lms_adapters.web.messages import View, view
from lms_adapters.web.pagination import LIMIT, MAX_LIMIT, Page, cut, paged, read_cursor
from services.notification.usecases.messages import ListMessages, ReadMessage

Limit: TypeAlias = Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)]


class MessageView(View, kw_only=True):
    id: UUID
    kind: str
    topic: str
    title: str
    body: str
    facts: dict[str, str | int]
    created_at: datetime
    read_at: datetime | None


class InboxView(Page[MessageView], kw_only=True):
    unread: int
    """In the whole inbox."""


class MessagesController(Controller):
    path = "/notifications"

    @get(guards=[requires("notification:read")])
    @inject
    async def list_messages(
        self,
        request: Request[Any, Any, Any],
        me: Me,
        messages: FromDishka[ListMessages],
        cursor: FromQuery[str | None] = None,
        limit: Limit = LIMIT,
    ) -> Response[InboxView]:
        inbox = await messages(me, before=read_cursor(cursor, int), limit=limit)
        page, following = cut(inbox.messages, limit, lambda message: message.position)
        items = [view(message, MessageView) for message in page]
        return paged(request, InboxView(items=items, next=following, unread=inbox.unread))

    @post("/{message_id:uuid}/read", guards=[requires("notification:read")], status_code=204)
    @repeatable(None)
    @inject
    async def read_message(self, message_id: FromPath[UUID], me: Me, read: FromDishka[ReadMessage]) -> None:
        await read(me, message_id)
