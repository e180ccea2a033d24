"""The inbox over REST."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from litestar import Controller, Response, post
from litestar.params import FromPath

from lms_adapters.web.auth import Me, requires
from lms_adapters.web.collection import Collection, Page, Wanted
from lms_adapters.web.inject import FromDishka, inject, repeatable
from lms_adapters.web.messages import View
from services.notification.domain.messages import Kind, Topic
from services.notification.usecases.messages import ListMessages, ReadMessage


class MessageView(View, kw_only=True):
    id: UUID
    kind: Kind
    """What happened, for programs."""
    topic: Topic
    """What the preferences choose channels for: of `account` and `billing` a mail comes in any case."""
    title: str
    body: str
    """In the language of the preferences at that time."""
    facts: dict[str, str | int]
    """What the words speak of, for programs: `course_id`, `enrollment_id` and the title as `course` where it is about
    a course, and by kind `reason`, `amount`, `currency`, `percent` and the like."""
    created_at: datetime
    read_at: datetime | None
    """Null while it is unread."""


class InboxView(Page[MessageView], kw_only=True):
    unread: int
    """In the whole inbox."""


MESSAGES = Collection(
    MessageView, sort=("-created_at",), filters=("id", "kind", "created_at", "read_at"), page=InboxView
)


class MessagesController(Controller):
    path = "/notifications"

    @MESSAGES.get(guards=[requires("notification:read")])
    @inject
    async def list_messages(self, me: Me, wanted: Wanted, messages: FromDishka[ListMessages]) -> Response[InboxView]:
        inbox = await messages(me, wanted)
        return MESSAGES.page(wanted, inbox.messages, unread=inbox.unread)

    @post("/{message_id:uuid}/read", guards=[requires("notification:read")], status_code=204)
    @repeatable(None)
    @inject
    async def read_message(self, message_id: FromPath[UUID], me: Me, read: FromDishka[ReadMessage]) -> None:
        await read(me, message_id)
