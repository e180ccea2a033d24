"""Profiles on SQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.sql.listing import Listing
from lms_adapters.sql.reader import Query, Reader
from lms_adapters.sql.repository import Repository
from lms_core.domain.selection import Selection
from services.user.adapters.sql.base import Row
from services.user.domain.profiles import Profile
from services.user.ports.profiles import Profiles


class ProfileRow(Row):
    __tablename__ = "profile"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    display_name: Mapped[str]
    bio: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


_PROFILE = select(ProfileRow.__table__)
_ONE = Query(_PROFILE.where(ProfileRow.id == bindparam("user_id")), Profile)
_SOME = Listing(_PROFILE, Profile)


class SqlProfiles(Profiles):
    def __init__(self, session: AsyncSession, reader: Reader) -> None:
        self._rows = Repository(session, ProfileRow, Profile)
        self._reader = reader

    async def get(self, user_id: UUID) -> Profile:
        return await self._rows.get(user_id, lock=True)

    async def add(self, profile: Profile) -> None:
        await self._rows.add(profile)

    async def update(self, profile: Profile) -> None:
        await self._rows.update(profile)

    async def show(self, user_id: UUID) -> Profile | None:
        return await self._reader.one(_ONE, user_id=user_id)

    async def some(self, selection: Selection) -> list[Profile]:
        return await _SOME.some(self._reader, selection)
