"""Payments and their attempts on SQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.sql.listing import Listing
from lms_adapters.sql.reader import Query, Reader
from lms_adapters.sql.repository import Repository
from lms_adapters.sql.traces import Traced, within
from lms_adapters.telemetry.tracing import trace_id
from lms_core.domain.selection import Selection
from services.billing.adapters.sql.base import Row
from services.billing.domain.payments import Attempt, Payment, attempt_key
from services.billing.ports.payments import Order, Payments
from services.billing.usecases.payments import Charge


class PaymentRow(Row):
    __tablename__ = "payment"
    __table_args__ = (Index(None, "learner_id", "opened_at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    enrollment_id: Mapped[UUID] = mapped_column(unique=True)
    course_id: Mapped[UUID]
    course_title: Mapped[str]
    learner_id: Mapped[UUID]
    price_id: Mapped[UUID]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    status: Mapped[str]
    reason: Mapped[str | None]
    attempts: Mapped[int]
    opened_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    trace_id: Mapped[str] = mapped_column(default=trace_id)
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class AttemptRow(Row):
    __tablename__ = "payment_attempt"

    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payment.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    method_id: Mapped[UUID]
    token: Mapped[str]
    outcome: Mapped[str]
    detail: Mapped[str]
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 12))")
_ORDERS = Query(
    select(
        AttemptRow.payment_id,
        PaymentRow.learner_id,
        AttemptRow.number,
        AttemptRow.token,
        AttemptRow.outcome,
        PaymentRow.status,
        PaymentRow.amount,
        PaymentRow.currency,
    )
    .join(PaymentRow, PaymentRow.id == AttemptRow.payment_id)
    .where(AttemptRow.payment_id == bindparam("payment"))
    .order_by(AttemptRow.number),
    Order,
)
_PAYMENT = select(*(column for column in PaymentRow.__table__.columns if column.key != "trace_id"))
_SHOW = Query(_PAYMENT.where(PaymentRow.id == bindparam("id")), Payment)
_OF = Listing(_PAYMENT.where(PaymentRow.learner_id == bindparam("me")), Payment)
TRACED_PAYMENTS = Query(
    select(PaymentRow.id, PaymentRow.status, PaymentRow.opened_at, PaymentRow.settled_at).where(
        within(PaymentRow.enrollment_id, PaymentRow.trace_id)
    ),
    lambda id, status, opened_at, settled_at: Traced(
        "payment", status, opened_at, settled_at, Charge.name, attempt_key(id, 1)
    ),
)


class SqlPayments(Payments):
    def __init__(self, session: AsyncSession, reader: Reader) -> None:
        self._session = session
        self._payments = Repository(session, PaymentRow, Payment)
        self._attempts = Repository(session, AttemptRow, Attempt)
        self._reader = reader

    async def lock(self, learner_id: UUID) -> None:
        if self._session.get_bind().dialect.name == "postgresql":  # on SQLite there is one writer at a time
            await self._session.execute(_LOCK, {"name": str(learner_id)})

    async def for_enrollment(self, enrollment_id: UUID) -> Payment | None:
        return await self._payments.one(enrollment_id=enrollment_id)

    async def failed(self, learner_id: UUID) -> list[Payment]:
        return sorted(await self._payments.all(learner_id=learner_id, status="failed"), key=lambda payment: payment.id)

    async def get(self, id: UUID) -> Payment:
        return await self._payments.get(id, lock=True)

    async def add(self, payment: Payment) -> None:
        await self._payments.add(payment)

    async def update(self, payment: Payment) -> None:
        await self._payments.update(payment)

    async def attempts(self, payment_id: UUID) -> dict[int, Attempt]:
        return {attempt.number: attempt for attempt in await self._attempts.all(payment_id=payment_id)}

    async def add_attempt(self, attempt: Attempt) -> None:
        await self._attempts.add(attempt)

    async def end_attempt(self, attempt: Attempt) -> None:
        await self._attempts.update(attempt, (attempt.payment_id, attempt.number))

    async def orders(self, payment_id: UUID) -> list[Order]:
        return await self._reader.all(_ORDERS, payment=payment_id)

    async def show(self, id: UUID) -> Payment:
        return await self._reader.get(_SHOW, id=id)

    async def of(self, learner_id: UUID, selection: Selection) -> list[Payment]:
        return await _OF.some(self._reader, selection, me=learner_id)
