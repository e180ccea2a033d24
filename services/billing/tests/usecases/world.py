"""Billing in memory: its ports without a database, and a provider that a test holds up and lets go step by step."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from copy import copy
from itertools import count
from uuid import UUID

from lms_core.domain.errors import NotFound
from lms_core.domain.events import Event
from lms_core.domain.money import Money
from lms_core.domain.selection import Selection
from lms_core.ports.jobs import Job, JobRun
from lms_core.testing.fakes import MORNING, FakeClock, FakeIds, FakeUnitOfWork
from services.billing.domain.catalog import Price
from services.billing.domain.invoices import Invoice
from services.billing.domain.ledger import Entry
from services.billing.domain.methods import PaymentMethod
from services.billing.domain.payments import Attempt, Charged, Declined, Payment
from services.billing.domain.webhooks import Notice
from services.billing.ports.catalog import Prices
from services.billing.ports.invoices import Invoices, IssuedInvoice
from services.billing.ports.ledger import Ledger
from services.billing.ports.methods import Methods
from services.billing.ports.payments import Order, Payments, Provider, ProviderUnreachable
from services.billing.usecases.closing import Close, ClosePayment, StopCharging
from services.billing.usecases.invoices import Issue
from services.billing.usecases.ledger import BookSale
from services.billing.usecases.methods import AddMethod, RemoveMethod
from services.billing.usecases.payments import Begin, Charge, ChargeEnrollment, ChargePayment, Fail, Hear, Succeed
from services.billing.usecases.webhooks import ReceiveWebhook

VOIDED = Declined("voided")
PATIENCE = 3
"""Runs of a job until it is the last one."""


class MemoryPrices(Prices):
    def __init__(self, *prices: Price) -> None:
        self.prices = {price.id: price for price in prices}

    async def find(self, id: UUID) -> Price | None:
        return self.prices.get(id)

    async def latest(self, course_id: UUID) -> Price | None:
        return max((p for p in self.prices.values() if p.course_id == course_id), key=lambda p: p.set_at, default=None)

    async def add(self, price: Price) -> None:
        self.prices[price.id] = price

    async def show(self, id: UUID) -> Price:
        raise NotImplementedError

    async def some(self, selection: Selection) -> list[Price]:
        raise NotImplementedError


class MemoryMethods(Methods):
    def __init__(self) -> None:
        self.methods: dict[UUID, PaymentMethod] = {}

    async def add(self, method: PaymentMethod) -> None:
        self.methods[method.id] = copy(method)

    async def default(self, owner_id: UUID) -> PaymentMethod | None:
        return next(iter(self._of(owner_id)), None)

    async def count(self, owner_id: UUID) -> int:
        return len(self._of(owner_id))

    async def get(self, id: UUID) -> PaymentMethod:
        return await self.show(id)

    async def update(self, method: PaymentMethod) -> None:
        self.methods[method.id] = copy(method)

    async def show(self, id: UUID) -> PaymentMethod:
        if id not in self.methods:
            raise NotFound
        return copy(self.methods[id])

    async def of(self, owner_id: UUID, selection: Selection) -> list[PaymentMethod]:
        return self._of(owner_id)

    def _of(self, owner_id: UUID) -> list[PaymentMethod]:
        mine = [copy(m) for m in self.methods.values() if m.owner_id == owner_id and m.removed_at is None]
        return sorted(mine, key=lambda method: method.added_at, reverse=True)


class MemoryPayments(Payments):
    def __init__(self) -> None:
        self.payments: dict[UUID, Payment] = {}
        self.tried: dict[tuple[UUID, int], Attempt] = {}

    async def lock(self, learner_id: UUID) -> None:
        """Nothing here is interrupted."""

    async def for_enrollment(self, enrollment_id: UUID) -> Payment | None:
        return next((copy(p) for p in self.payments.values() if p.enrollment_id == enrollment_id), None)

    async def failed(self, learner_id: UUID) -> list[Payment]:
        return [copy(p) for p in self.payments.values() if p.learner_id == learner_id and p.status == "failed"]

    async def get(self, id: UUID) -> Payment:
        return copy(self.payments[id])

    async def add(self, payment: Payment) -> None:
        assert payment.id not in self.payments
        self.payments[payment.id] = copy(payment)

    async def update(self, payment: Payment) -> None:
        self.payments[payment.id] = copy(payment)

    async def attempts(self, payment_id: UUID) -> dict[int, Attempt]:
        return {n: copy(a) for (id, n), a in self.tried.items() if id == payment_id}

    async def add_attempt(self, attempt: Attempt) -> None:
        assert (attempt.payment_id, attempt.number) not in self.tried
        self.tried[attempt.payment_id, attempt.number] = copy(attempt)

    async def end_attempt(self, attempt: Attempt) -> None:
        self.tried[attempt.payment_id, attempt.number] = copy(attempt)

    async def show(self, id: UUID) -> Payment:
        raise NotImplementedError

    async def orders(self, payment_id: UUID) -> list[Order]:
        payment = self.payments[payment_id]
        return [
            Order(
                payment_id=payment_id,
                learner_id=payment.learner_id,
                number=number,
                token=attempt.token,
                outcome=attempt.outcome,
                status=payment.status,
                amount=payment.amount,
                currency=payment.currency,
            )
            for number, attempt in sorted((await self.attempts(payment_id)).items())
        ]

    async def of(self, learner_id: UUID, selection: Selection) -> list[Payment]:
        raise NotImplementedError


class MemoryBooks(Invoices, Ledger):
    def __init__(self) -> None:
        self.invoices: list[Invoice] = []
        self.entries: list[Entry] = []
        self._numbers: Counter[int] = Counter()

    async def next_number(self, year: int) -> int:
        self._numbers[year] += 1
        return self._numbers[year]

    async def add(self, invoice: Invoice) -> None:
        self.invoices.append(invoice)

    async def show(self, id: UUID) -> IssuedInvoice:
        raise NotImplementedError

    async def of(self, learner_id: UUID, selection: Selection) -> list[IssuedInvoice]:
        raise NotImplementedError

    async def post(self, entry: Entry) -> None:
        self.entries.append(entry)


class HeldProvider(Provider):
    """Every call waits to be let go, before it does anything and again before it answers.

    Methods: `ok`, `declined`, `timeout` (nothing happens, nobody answers), `lost` (charged, but the answer is lost),
    `lost-declined`. What it has decided it also says in webhooks, whose body is the key of the charge.
    """

    def __init__(self) -> None:
        self.answers: dict[str, Charged | Declined] = {}
        self.held: list[asyncio.Future[None]] = []
        self.holding = True

    async def check(self, token: str) -> None:
        """Knows every token."""

    async def charge(self, *, key: str, money: Money, token: str) -> Charged | Declined:
        await self._hold()
        if token != "timeout":
            self.answers.setdefault(key, Declined("no") if token.endswith("declined") else Charged(key))
        await self._hold()
        if token.startswith(("timeout", "lost")):
            raise ProviderUnreachable
        return self.answers[key]

    async def void(self, key: str) -> Charged | None:
        await self._hold()
        answer = self.answers.setdefault(key, VOIDED)
        await self._hold()
        return answer if isinstance(answer, Charged) else None

    @property
    def notices(self) -> list[bytes]:
        """The webhooks there are, in the order of what they speak of."""
        return [key.encode() for key, answer in self.answers.items() if answer != VOIDED]

    def read(self, headers: Mapping[str, str], body: bytes) -> Notice:
        payment_id, _, attempt = body.decode().partition("/")
        return Notice(payment_id=UUID(payment_id), attempt=int(attempt), answer=self.answers[body.decode()])

    async def _hold(self) -> None:
        if self.holding:
            self.held.append(asyncio.get_running_loop().create_future())
            await self.held[-1]

    def let_go(self, n: int) -> None:
        """Let one call take its next step."""
        if self.held:
            self.held.pop(n % len(self.held)).set_result(None)


class World:
    """Everything together; each step in a unit of work of its own."""

    def __init__(self, *prices: Price) -> None:
        self.clock, self.ids = FakeClock(MORNING), FakeIds()
        self.prices, self.methods = MemoryPrices(*prices), MemoryMethods()
        self.payments, self.books, self.provider = MemoryPayments(), MemoryBooks(), HeldProvider()
        self.events: list[Event] = []
        self.jobs: dict[str, tuple[Job, int]] = {}
        """Open jobs by key, with the attempts made."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._runs = count(1)

    def add_method(self, uow: FakeUnitOfWork) -> AddMethod:
        begin = Begin(self.payments, self.methods, uow)
        return AddMethod(self.methods, self.payments, self.provider, begin, uow, self.clock, self.ids)

    def remove_method(self, uow: FakeUnitOfWork) -> RemoveMethod:
        return RemoveMethod(self.methods, uow, self.clock)

    def charge_enrollment(self, uow: FakeUnitOfWork) -> ChargeEnrollment:
        begin = Begin(self.payments, self.methods, uow)
        return ChargeEnrollment(self.payments, self.prices, begin, Fail(uow), uow, self.clock, self.ids)

    def hear(self, uow: FakeUnitOfWork) -> Hear:
        begin = Begin(self.payments, self.methods, uow)
        succeed = Succeed(Issue(self.books, uow, self.ids), BookSale(self.books, self.ids), uow)
        return Hear(self.payments, self.methods, begin, succeed, Fail(uow), self.clock)

    def charge_payment(self, uow: FakeUnitOfWork) -> ChargePayment:
        return ChargePayment(self.payments, self.provider, self.hear(uow), uow)

    def stop_charging(self, uow: FakeUnitOfWork) -> StopCharging:
        return StopCharging(self.payments, uow)

    def close_payment(self, uow: FakeUnitOfWork) -> ClosePayment:
        return ClosePayment(self.payments, self.provider, self.hear(uow), uow, self.clock)

    def receive_webhook(self, uow: FakeUnitOfWork) -> ReceiveWebhook:
        return ReceiveWebhook(self.provider, self.payments, self.hear(uow), uow)

    def keep(self, uow: FakeUnitOfWork) -> None:
        """What was committed goes on its way."""
        self.events += uow.events
        for job, key, _ in uow.jobs:
            self.jobs.setdefault(key or "", (job, 0))

    def start(self, n: int) -> None:
        """A worker takes an open job; it may be one that another worker still has."""
        if self.jobs:
            key = list(self.jobs)[n % len(self.jobs)]
            self._tasks.add(asyncio.create_task(self._work(key)))

    async def _work(self, key: str) -> None:
        job, tried = self.jobs[key]
        self.jobs[key] = (job, tried + 1)
        uow = FakeUnitOfWork()
        run = JobRun(f"run-{next(self._runs)}", tried + 1, tried + 1 >= PATIENCE)
        try:
            if isinstance(job, Charge):
                await self.charge_payment(uow)(job, run)
            elif isinstance(job, Close):
                await self.close_payment(uow)(job, run)
        except ProviderUnreachable:
            return
        self.jobs.pop(key, None)
        self.keep(uow)

    async def settle_down(self) -> None:
        """Let everything that can move move, until nothing does."""
        while True:
            await self.breathe()
            if self.provider.held:
                self.provider.let_go(0)
            elif self.jobs:
                self.start(0)
            else:
                break
        await asyncio.gather(*self._tasks)

    async def breathe(self) -> None:
        """Let tasks run up to where they are held."""
        for _ in range(10):
            await asyncio.sleep(0)
