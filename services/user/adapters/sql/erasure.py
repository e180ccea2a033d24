"""All of a person on SQL."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from services.user.adapters.sql.preferences import PreferencesRow
from services.user.adapters.sql.profiles import ProfileRow
from services.user.ports.erasure import Belongings


class SqlBelongings(Belongings):
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def remove(self, user_id: UUID) -> None:
        for row in (PreferencesRow, ProfileRow):
            await self._session.execute(delete(row).where(row.id == user_id))
