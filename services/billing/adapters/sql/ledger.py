"""The books on SQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.telemetry.tracing import trace_id
from services.billing.adapters.sql.base import Row
from services.billing.domain.ledger import Entry
from services.billing.ports.ledger import Ledger


class EntryRow(Row):
    __tablename__ = "ledger_entry"
    __table_args__ = (Index(None, "payment_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payment.id"))
    kind: Mapped[str]
    posted_at: Mapped[datetime]
    trace_id: Mapped[str] = mapped_column(default=trace_id)


class PostingRow(Row):
    __tablename__ = "ledger_posting"
    __table_args__ = (Index(None, "account"),)

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_entry.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]


class SqlLedger(Ledger):
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def post(self, entry: Entry) -> None:
        self._session.add(
            EntryRow(id=entry.id, payment_id=entry.payment_id, kind=entry.kind, posted_at=entry.posted_at)
        )
        await self._session.flush()
        self._session.add_all(
            PostingRow(
                entry_id=entry.id, line=line, account=posting.account, amount=posting.amount, currency=posting.currency
            )
            for line, posting in enumerate(entry.postings, 1)
        )
        await self._session.flush()
