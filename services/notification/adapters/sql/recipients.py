"""Recipients on SQL."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.sql.repository import Repository
from lms_adapters.sql.types import Json
from lms_core.ports.erasure import Erasures
from services.notification.adapters.sql.base import Row
from services.notification.domain.messages import Channel
from services.notification.domain.recipients import Recipient
from services.notification.ports.recipients import Recipients


class RecipientRow(Row):
    __tablename__ = "recipient"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str | None]
    display_name: Mapped[str]
    locale: Mapped[str]
    profile_version: Mapped[int]
    wishes: Mapped[Any] = mapped_column(Json(dict[str, tuple[Channel, ...]]), nullable=False)


class SqlRecipients(Recipients):
    def __init__(self, session: AsyncSession, erasures: Erasures) -> None:
        self._session = session
        self._erasures = erasures
        self._rows = Repository(session, RecipientRow, Recipient)

    async def find(self, id: UUID) -> Recipient | None:
        return await self._rows.one(id=id, lock=True)

    async def remove(self, id: UUID) -> None:
        await self._session.execute(delete(RecipientRow).where(RecipientRow.id == id))

    async def erased(self, id: UUID) -> bool:
        return await self._erasures.erased(id)

    async def put(self, recipient: Recipient) -> None:
        if await self._rows.one(id=recipient.id) is None:
            await self._rows.add(recipient)
        else:
            await self._rows.update(recipient)
