"""Preferences on SQL."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.sql.reader import Query, Reader
from lms_adapters.sql.repository import Repository
from lms_adapters.sql.types import Json
from services.user.adapters.sql.base import Row
from services.user.adapters.sql.profiles import ProfileRow
from services.user.domain.preferences import NotificationDefaults, Preferences
from services.user.ports.preferences import PreferenceStore


class PreferencesRow(Row):
    __tablename__ = "preferences"

    id: Mapped[UUID] = mapped_column(ForeignKey(ProfileRow.id), primary_key=True)
    locale: Mapped[str]
    time_zone: Mapped[str]
    reduced_motion: Mapped[bool]
    notifications: Mapped[NotificationDefaults] = mapped_column(Json(NotificationDefaults))
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


_ONE = Query(select(PreferencesRow.__table__).where(PreferencesRow.id == bindparam("user_id")), Preferences)


class SqlPreferences(PreferenceStore):
    def __init__(self, session: AsyncSession, reader: Reader) -> None:
        self._rows = Repository(session, PreferencesRow, Preferences)
        self._reader = reader

    async def get(self, user_id: UUID) -> Preferences:
        return await self._rows.get(user_id)

    async def add(self, preferences: Preferences) -> None:
        await self._rows.add(preferences)

    async def update(self, preferences: Preferences) -> None:
        await self._rows.update(preferences)

    async def show(self, user_id: UUID) -> Preferences | None:
        return await self._reader.one(_ONE, user_id=user_id)
