"""Password hashes on SQL."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.sql.reader import Query, Reader
from lms_adapters.sql.repository import Repository
from services.auth.adapters.sql.base import Row
from services.auth.adapters.sql.lockout import KnownPlaceRow
from services.auth.adapters.sql.registration import AccountRow
from services.auth.domain.credentials import Credential
from services.auth.ports.credentials import Credentials, SignIn


class CredentialRow(Row):
    __tablename__ = "credential"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    password_hash: Mapped[str]


_FOR_EMAIL = Query(
    select(CredentialRow.user_id, CredentialRow.password_hash, KnownPlaceRow.place.is_not(None).label("familiar"))
    .join(AccountRow, AccountRow.id == CredentialRow.user_id)
    .outerjoin(
        KnownPlaceRow, and_(KnownPlaceRow.user_id == CredentialRow.user_id, KnownPlaceRow.place == bindparam("place"))
    )
    .where(AccountRow.email == bindparam("email")),
    SignIn,
)


class SqlCredentials(Credentials):
    def __init__(self, session: AsyncSession, reader: Reader) -> None:
        self._rows = Repository(session, CredentialRow, Credential)
        self._reader = reader

    async def add(self, credential: Credential) -> None:
        await self._rows.add(credential)

    async def for_email(self, email: str, place: str) -> SignIn | None:
        return await self._reader.one(_FOR_EMAIL, email=email, place=place)
