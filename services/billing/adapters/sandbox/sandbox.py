"""The sandbox's books, in billing's database: committed before it answers, and never in a transaction of ours."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Integer, bindparam, func, select
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.sql import jobs
from lms_adapters.sql.engine import Database, Driver, writing
from lms_adapters.sql.reader import Query, Reader
from lms_adapters.telemetry import tracing
from lms_core.domain.errors import NotFound
from lms_core.domain.money import Money
from lms_core.domain.time import to_ms
from lms_core.ports.clock import Clock
from lms_core.ports.ids import Ids
from lms_core.ports.jobs import Job
from services.billing.adapters.sandbox import webhooks
from services.billing.adapters.sql.base import Row
from services.billing.domain.sandbox import (
    SETTLES_AFTER,
    ChargeState,
    Order,
    SeenCharge,
    SeenWebhook,
    Settled,
    Verdict,
    WebhookState,
)
from services.billing.ports.sandbox import Desk, DeskView
from services.billing.usecases.sandbox import Send, Settle


class SandboxDeskRow(Row):
    __tablename__ = "sandbox_desk"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    holding: Mapped[int]


class SandboxChargeRow(Row):
    __tablename__ = "sandbox_charge"

    key: Mapped[str] = mapped_column(primary_key=True)
    token: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    outcome: Mapped[str]
    asked: Mapped[int]
    traceparent: Mapped[str]
    at: Mapped[datetime]


class SandboxWebhookRow(Row):
    __tablename__ = "sandbox_webhook"

    id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(ForeignKey("sandbox_charge.key"), index=True)
    event: Mapped[str]
    body: Mapped[str]
    state: Mapped[str]
    sends: Mapped[int]
    status: Mapped[int | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


_ASK = """
INSERT INTO sandbox_charge (key, token, amount, currency, outcome, asked, traceparent, at)
VALUES ($1, $2, $3, $4, $5, 1, $6, $7) ON CONFLICT (key) DO UPDATE SET asked = sandbox_charge.asked + 1
RETURNING token, amount, currency, outcome, asked, traceparent
"""
_VOID = """
INSERT INTO sandbox_charge (key, token, amount, currency, outcome, asked, traceparent, at)
VALUES ($1, '', 0, '', 'voided', 0, $2, $3) ON CONFLICT (key) DO UPDATE SET
outcome = CASE WHEN sandbox_charge.outcome = 'pending' THEN 'voided' ELSE sandbox_charge.outcome END
RETURNING outcome
"""
_SETTLE = """
UPDATE sandbox_charge SET outcome = $1 WHERE key = $2 AND outcome = 'pending' RETURNING amount, currency
"""
_TELL = """
INSERT INTO sandbox_webhook (id, key, event, body, state, sends, created_at) VALUES ($1, $2, $3, $4, $5, 0, $6)
"""
_SENT = "UPDATE sandbox_webhook SET state = $1, sends = sends + 1, status = $2, sent_at = $3 WHERE id = $4"
_LAST = "~"  # after every key

_CHARGES = Query(
    select(*SandboxChargeRow.__table__.c)
    .where(SandboxChargeRow.key < bindparam("before"))
    .order_by(SandboxChargeRow.key.desc())
    .limit(bindparam("limit", type_=Integer)),
    SeenCharge,
)
_WEBHOOK = select(*SandboxWebhookRow.__table__.c, SandboxChargeRow.traceparent).join(
    SandboxChargeRow, SandboxChargeRow.key == SandboxWebhookRow.key
)
_ONE = Query(_WEBHOOK.where(SandboxWebhookRow.id == bindparam("id")), SeenWebhook)
_BETWEEN = Query(
    _WEBHOOK.where(SandboxWebhookRow.key.between(bindparam("low"), bindparam("high"))).order_by(SandboxWebhookRow.id),
    SeenWebhook,
)
_STANDING: Query[dict[str, int]] = Query(
    select(
        SandboxDeskRow.holding,
        select(func.count()).where(SandboxWebhookRow.state == "held").scalar_subquery().label("held"),
    ),
    dict,
)


class SandboxDesk(Desk):
    """What the provider does, and what people see and do of it."""

    def __init__(self, database: Database, reader: Reader, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._reader = reader
        self._clock = clock
        self._ids = ids

    async def ask(self, key: str, token: str, money: Money, outcome: ChargeState) -> SeenCharge:
        """Charge under a key, or see what was decided when it was asked before."""
        now = self._clock.now()
        here = tracing.traceparent()
        async with writing(self._database) as driver:
            row = (key, token, money.amount, money.currency, outcome, here, to_ms(now))
            [(token, amount, currency, kept, asked, traceparent)] = await driver.fetch(_ASK, *row)
            if asked == 1 and kept == "pending":
                await self._enqueue(driver, Settle(key=key), at=now + SETTLES_AFTER)
            elif asked == 1 and kept == outcome:
                await self._tell(driver, key, kept, Money(amount, currency))
        self._wake()
        return SeenCharge(
            key=key,
            token=token,
            amount=amount,
            currency=currency,
            outcome=kept,
            asked=asked,
            traceparent=traceparent,
            at=now,
        )

    async def void(self, key: str) -> ChargeState:
        """See to it that nothing pending comes through; what has become of it."""
        async with writing(self._database) as driver:
            [(outcome,)] = await driver.fetch(_VOID, key, tracing.traceparent(), to_ms(self._clock.now()))
        decided: ChargeState = outcome
        return decided

    async def settle(self, key: str, verdict: Verdict) -> None:
        async with writing(self._database) as driver:
            rows = await driver.fetch(_SETTLE, verdict, key)
            if not rows:
                if not await driver.fetch("SELECT 1 FROM sandbox_charge WHERE key = $1", key):
                    raise NotFound
                raise Settled
            [(amount, currency)] = rows
            await self._tell(driver, key, verdict, Money(amount, currency))
        self._wake()

    async def show(self, *, before: str | None, limit: int) -> DeskView:
        standing = await self._reader.one(_STANDING)
        assert standing is not None, "a migration made it"
        charges = await self._reader.all(_CHARGES, before=before or _LAST, limit=limit)
        sent = await self._reader.all(_BETWEEN, low=charges[-1].key, high=charges[0].key) if charges else []
        return DeskView(holding=bool(standing["holding"]), held=standing["held"], charges=charges, webhooks=sent)

    async def webhook(self, id: str) -> SeenWebhook:
        return await self._reader.get(_ONE, id=id)

    async def hold(self, holding: bool) -> None:
        async with writing(self._database) as driver:
            await driver.run("UPDATE sandbox_desk SET holding = $1", int(holding))

    async def send(self, id: str) -> None:
        async with writing(self._database) as driver:
            if not await driver.fetch("UPDATE sandbox_webhook SET state = 'waiting' WHERE id = $1 RETURNING id", id):
                raise NotFound
            await self._enqueue(driver, Send(webhook_ids=(id,)))
        self._wake()

    async def release(self, order: Order) -> None:
        async with writing(self._database) as driver:
            rows = await driver.fetch("UPDATE sandbox_webhook SET state = 'waiting' WHERE state = 'held' RETURNING id")
            ids = tuple(sorted((row[0] for row in rows), reverse=order == "newest"))
            if ids:
                await self._enqueue(driver, Send(webhook_ids=ids))
        self._wake()

    async def sent(self, webhook: SeenWebhook, status: int | None, *, last: bool) -> None:
        state: WebhookState = "delivered" if webhook.took(status) else "given-up" if last else "waiting"
        async with writing(self._database) as driver:
            await driver.run(_SENT, state, status, to_ms(self._clock.now()), webhook.id)

    async def _tell(self, driver: Driver, key: str, verdict: Verdict, money: Money) -> None:
        """Write the webhook about a charge, and send it unless it is held."""
        [(holding,)] = await driver.fetch("SELECT holding FROM sandbox_desk")
        now, id = self._clock.now(), f"msg_{self._ids.new().hex}"
        event, body = webhooks.write(key, verdict, money.amount, money.currency, now)
        await driver.run(_TELL, id, key, event, body.decode(), "held" if holding else "waiting", to_ms(now))
        if not holding:
            await self._enqueue(driver, Send(webhook_ids=(id,)))

    async def _enqueue(self, driver: Driver, job: Job, *, at: datetime | None = None) -> None:
        await jobs.enqueue(driver, [jobs.queued(job, id=self._ids.new(), now=self._clock.now(), at=at)])

    def _wake(self) -> None:
        self._database.announce(frozenset({"jobs"}))
