"""Messages and course titles on SQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint, bindparam, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.sql.listing import Listing
from lms_adapters.sql.reader import Query, Reader
from lms_adapters.sql.repository import Repository
from lms_adapters.sql.traces import Traced, within
from lms_adapters.sql.types import Json
from lms_adapters.telemetry.tracing import trace_id
from lms_core.domain.selection import Selection
from services.notification.adapters.sql.base import Row
from services.notification.domain.messages import EMAIL, PUSH, SMS, Course, Facts, Message
from services.notification.ports.messages import Courses, Inbox, Messages
from services.notification.usecases.delivery import Deliver

_Number = dict[str, int | None]


class MessageRow(Row):
    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("once", "channel"),
        UniqueConstraint("recipient_id", "position"),
        Index(None, "recipient_id", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    recipient_id: Mapped[UUID]
    kind: Mapped[str]
    channel: Mapped[str]
    once: Mapped[str]
    facts: Mapped[Any] = mapped_column(Json(Facts), nullable=False)
    title: Mapped[str]
    body: Mapped[str]
    template_version: Mapped[int]
    position: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    status: Mapped[str]
    sent_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    error: Mapped[str]
    trace_id: Mapped[str] = mapped_column(default=trace_id)


class CourseRow(Row):
    __tablename__ = "course"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str]
    title_version: Mapped[int]


class SqlMessages(Messages):
    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._rows = Repository(session, MessageRow, Message)

    async def told(self, once: str) -> bool:
        return await self._session.scalar(select(MessageRow.id).where(MessageRow.once == once).limit(1)) is not None

    async def next_position(self, recipient_id: UUID) -> int:
        last = select(func.max(MessageRow.position)).where(MessageRow.recipient_id == recipient_id)
        return (await self._session.scalar(last) or 0) + 1

    async def get(self, id: UUID) -> Message:
        return await self._rows.get(id, lock=True)

    async def add(self, message: Message) -> None:
        await self._rows.add(message)

    async def update(self, message: Message) -> None:
        await self._rows.update(message)

    async def remove_of(self, recipient_id: UUID) -> list[UUID]:
        theirs = delete(MessageRow).where(MessageRow.recipient_id == recipient_id).returning(MessageRow.id)
        return [*await self._session.scalars(theirs)]


_MINE = MessageRow.recipient_id == bindparam("recipient_id")
_INBOX = select(*(c for c in MessageRow.__table__.c if c.name != "trace_id")).where(_MINE)
_SOME = Listing(_INBOX.where(MessageRow.position.is_not(None)), Message)
_AFTER = Query(
    _INBOX.where(MessageRow.position > bindparam("after")).order_by(MessageRow.position).limit(bindparam("limit")),
    Message,
)
_UNREAD: Query[_Number] = Query(
    select(func.count().label("n")).where(_MINE, MessageRow.position.is_not(None), MessageRow.read_at.is_(None)), dict
)
_LAST: Query[_Number] = Query(select(func.max(MessageRow.position).label("n")).where(_MINE), dict)
_POSITION: Query[_Number] = Query(
    select(MessageRow.position.label("n")).where(_MINE, MessageRow.id == bindparam("id")), dict
)
_CALLED = {EMAIL: "mail", SMS: "SMS", PUSH: "push"}
TRACED_MESSAGES = Query(
    select(
        MessageRow.id, MessageRow.kind, MessageRow.channel, MessageRow.status, MessageRow.created_at, MessageRow.sent_at
    ).where(within(MessageRow.id, MessageRow.trace_id)),
    lambda id, kind, channel, status, created_at, sent_at: Traced(
        f"{_CALLED.get(channel, 'message')} {kind}", status, created_at, sent_at, Deliver.name, str(id)
    ),
)


class SqlInbox(Inbox):
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def some(self, recipient_id: UUID, selection: Selection) -> list[Message]:
        return await _SOME.some(self._reader, selection, recipient_id=recipient_id)

    async def unread(self, recipient_id: UUID) -> int:
        return await self._number(_UNREAD, recipient_id=recipient_id) or 0

    async def after(self, recipient_id: UUID, position: int, *, limit: int) -> list[Message]:
        return await self._reader.all(_AFTER, recipient_id=recipient_id, after=position, limit=limit)

    async def last_position(self, recipient_id: UUID) -> int:
        return await self._number(_LAST, recipient_id=recipient_id) or 0

    async def position(self, recipient_id: UUID, message_id: UUID) -> int | None:
        return await self._number(_POSITION, recipient_id=recipient_id, id=message_id)

    async def _number(self, query: Query[_Number], **parameters: Any) -> int | None:
        row = await self._reader.one(query, **parameters)
        return None if row is None else row["n"]


class SqlCourses(Courses):
    def __init__(self, session: AsyncSession) -> None:
        self._rows = Repository(session, CourseRow, Course)

    async def find(self, id: UUID, *, lock: bool = False) -> Course | None:
        return await self._rows.one(id=id, lock=lock)

    async def put(self, course: Course) -> None:
        if await self._rows.one(id=course.id) is None:
            await self._rows.add(course)
        else:
            await self._rows.update(course)
