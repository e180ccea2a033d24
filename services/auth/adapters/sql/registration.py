"""Accounts on SQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.sql.repository import Repository
from lms_core.domain.errors import Conflict
from services.auth.adapters.sql.base import Row
from services.auth.domain.registration import Account, AddressTaken
from services.auth.ports.registration import Accounts


class AccountRow(Row):
    __tablename__ = "account"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    locale: Mapped[str]
    created_at: Mapped[datetime]


class SqlAccounts(Accounts):
    def __init__(self, session: AsyncSession) -> None:
        self._rows = Repository(session, AccountRow, Account)

    async def by_email(self, email: str) -> Account | None:
        return await self._rows.one(email=email)

    async def get(self, id: UUID) -> Account:
        return await self._rows.get(id, lock=True)

    async def add(self, account: Account) -> None:
        try:
            await self._rows.add(account)
        except Conflict as error:
            raise AddressTaken from error
