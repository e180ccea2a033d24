"""Password hashes on SQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, and_, bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.sql.reader import Query, Reader
from lms_adapters.sql.repository import Repository
from services.auth.adapters.sql.base import Row
from services.auth.adapters.sql.lockout import KnownPlaceRow
from services.auth.adapters.sql.registration import AccountRow
from services.auth.domain.credentials import Credential, Invitation
from services.auth.ports.credentials import Credentials, Invited, SignIn


class CredentialRow(Row):
    __tablename__ = "credential"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    password_hash: Mapped[str]


class InvitationRow(Row):
    __tablename__ = "invitation"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]


_INVITED = Query(
    select(InvitationRow.user_id, AccountRow.email, AccountRow.display_name, InvitationRow.expires_at)
    .join(AccountRow, AccountRow.id == InvitationRow.user_id)
    .where(InvitationRow.digest == bindparam("digest")),
    Invited,
)
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
        self._session = session
        self._rows = Repository(session, CredentialRow, Credential)
        self._invitations = Repository(session, InvitationRow, Invitation)
        self._reader = reader

    async def add(self, credential: Credential) -> None:
        await self._rows.add(credential)

    async def for_email(self, email: str, place: str) -> SignIn | None:
        return await self._reader.one(_FOR_EMAIL, email=email, place=place)

    async def invite(self, invitation: Invitation) -> None:
        await self._session.execute(delete(InvitationRow).where(InvitationRow.user_id == invitation.user_id))
        await self._invitations.add(invitation)

    async def is_invited(self, user_id: UUID) -> bool:
        return await self._invitations.one(user_id=user_id) is not None

    async def invited(self, digest: str) -> Invited | None:
        return await self._reader.one(_INVITED, digest=digest)

    async def redeem(self, digest: str) -> bool:
        used = delete(InvitationRow).where(InvitationRow.digest == digest).returning(InvitationRow.user_id)
        return (await self._session.scalar(used)) is not None
