"""All of a person on SQL."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms_adapters.sql.reader import Query, Reader
from services.auth.adapters.sql.credentials import CredentialRow, InvitationRow
from services.auth.adapters.sql.lockout import KnownPlaceRow
from services.auth.adapters.sql.permissions import RoleRow
from services.auth.adapters.sql.registration import AccountRow
from services.auth.adapters.sql.tokens import RefreshTokenRow, SessionRow
from services.auth.ports.erasure import Belongings

_EMAIL: Query[dict[str, str]] = Query(select(AccountRow.email).where(AccountRow.id == bindparam("user_id")), dict)


class SqlBelongings(Belongings):
    def __init__(self, session: AsyncSession, reader: Reader) -> None:
        self._session = session
        self._reader = reader

    async def email(self, user_id: UUID) -> str | None:
        row = await self._reader.one(_EMAIL, user_id=user_id)
        return None if row is None else row["email"]

    async def remove(self, user_id: UUID) -> None:
        sessions = select(SessionRow.id).where(SessionRow.user_id == user_id)
        await self._session.execute(sessions.with_for_update())  # who refreshes one comes before or after
        await self._session.execute(delete(RefreshTokenRow).where(RefreshTokenRow.session_id.in_(sessions)))
        for row in (SessionRow, KnownPlaceRow, RoleRow, InvitationRow, CredentialRow):
            await self._session.execute(delete(row).where(row.user_id == user_id))
        await self._session.execute(delete(AccountRow).where(AccountRow.id == user_id))
