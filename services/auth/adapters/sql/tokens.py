"""Sessions, refresh tokens and signing keys on SQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.sql.repository import Repository
from services.auth.adapters.sql.base import Row
from services.auth.domain.tokens import RefreshToken, Session
from services.auth.ports.tokens import Sessions


class SessionRow(Row):
    __tablename__ = "session"
    __table_args__ = (Index(None, "user_id"), Index(None, "expires_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class RefreshTokenRow(Row):
    __tablename__ = "refresh_token"
    __table_args__ = (Index(None, "session_id"),)

    digest: Mapped[str] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id"))
    issued_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SigningKeyRow(Row):
    __tablename__ = "signing_key"

    kid: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[str]
    """The private JWK as a compact JWE under the master key."""
    created_at: Mapped[datetime]


_AT_ONCE = 10


class SqlSessions(Sessions):
    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._sessions = Repository(session, SessionRow, Session)
        self._tokens = Repository(session, RefreshTokenRow, RefreshToken)

    async def get(self, id: UUID) -> Session:
        return await self._sessions.get(id, lock=True)

    async def add(self, session: Session) -> None:
        await self._sessions.add(session)

    async def update(self, session: Session) -> None:
        await self._sessions.update(session)

    async def forget(self, before: datetime) -> None:
        over = select(SessionRow.id).where(SessionRow.expires_at < before).limit(_AT_ONCE)
        ids = (await self._session.scalars(over.with_for_update(skip_locked=True))).all()
        if ids:
            await self._session.execute(delete(RefreshTokenRow).where(RefreshTokenRow.session_id.in_(ids)))
            await self._session.execute(delete(SessionRow).where(SessionRow.id.in_(ids)))

    async def token(self, digest: str) -> RefreshToken | None:
        return await self._tokens.one(lock=True, digest=digest)

    async def add_token(self, token: RefreshToken) -> None:
        await self._tokens.add(token)

    async def use(self, token: RefreshToken) -> None:
        await self._tokens.update(token, token.digest)
