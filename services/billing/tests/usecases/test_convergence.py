"""Any interleaving and duplication of what happens ends the same: paid once with an invoice, or given up and unpaid."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import UUID

from hypothesis import example, given, settings, strategies as st

from lms_core.contracts.billing import InvoiceIssued, PaymentCancelled, PaymentFailed, PaymentSucceeded
from lms_core.contracts.course import EnrollmentCancelled, UserEnrolled
from lms_core.domain.errors import NotYet
from lms_core.testing.fakes import MORNING, FakeUnitOfWork, fake_id, principal
from services.billing.domain.catalog import Price
from services.billing.domain.payments import Charged
from services.billing.tests.usecases.world import World

COURSE, PRICE = fake_id(800_001), fake_id(800_002)
LEARNERS = [fake_id(800_010), fake_id(800_011)]


def agreed(n: int, amount: int = 4900) -> UserEnrolled:
    """The n-th enrollment, the same each time."""
    return UserEnrolled(
        enrollment_id=fake_id(800_100 + n),
        course_id=COURSE,
        course_version=1,
        course_title="Sailing",
        learner_id=LEARNERS[n % len(LEARNERS)],
        status="pending",
        price_id=PRICE,
        amount=amount,
        currency="EUR",
        enrolled_at=MORNING,
    )


def given_up(n: int) -> EnrollmentCancelled:
    """The end of the n-th enrollment, the same each time."""
    return EnrollmentCancelled(
        enrollment_id=fake_id(800_100 + n),
        course_id=COURSE,
        course_title="Sailing",
        learner_id=LEARNERS[n % len(LEARNERS)],
        reason="withdrawn",
        cancelled_at=MORNING,
        version=2,
    )


TOKENS = ["ok", "declined", "timeout", "lost", "lost-declined"]
Step = tuple[str, int, str]
steps = st.lists(
    st.one_of(
        st.tuples(st.just("enroll"), st.integers(0, 3), st.just("")),
        st.tuples(st.just("give-up"), st.integers(0, 3), st.just("")),
        st.tuples(st.just("add"), st.integers(0, 1), st.sampled_from(TOKENS)),
        st.tuples(st.just("remove"), st.integers(0, 1), st.just("")),
        st.tuples(st.just("work"), st.integers(0, 5), st.just("")),
        st.tuples(st.just("answer"), st.integers(0, 5), st.just("")),
        st.tuples(st.just("webhook"), st.integers(0, 9), st.just("")),
    ),
    max_size=50,
)


async def take(world: World, step: Step) -> None:
    what, n, token = step
    world.clock.advance(timedelta(milliseconds=1))
    uow = FakeUnitOfWork()
    if what == "enroll":
        await world.charge_enrollment(uow)(agreed(n))
    elif what == "give-up":
        try:
            await world.stop_charging(uow)(given_up(n))
        except NotYet:
            assert await world.payments.for_enrollment(given_up(n).enrollment_id) is None
            return
    elif what == "add" and await world.methods.count(LEARNERS[n]) < 9:
        await world.add_method(uow)(principal(id=LEARNERS[n]), token=token)
    elif what == "remove":
        default = await world.methods.default(LEARNERS[n])
        if default is not None:
            await world.remove_method(uow)(principal(id=LEARNERS[n]), default.id)
    elif what == "work":
        world.start(n)
    elif what == "answer":
        world.provider.let_go(n)
    elif what == "webhook" and world.provider.notices:
        await world.receive_webhook(uow)({}, world.provider.notices[n % len(world.provider.notices)])
    world.keep(uow)
    await world.breathe()


def charges(world: World) -> Counter[str]:
    """How often the provider took money, by payment."""
    return Counter(k.partition("/")[0] for k, answer in world.provider.answers.items() if isinstance(answer, Charged))


def check(world: World) -> None:
    """What holds at every moment."""
    assert len({p.enrollment_id for p in world.payments.payments.values()}) == len(world.payments.payments)
    assert all(times == 1 for times in charges(world).values())
    assert [i.number for i in world.books.invoices] == [f"2026-{n + 1:06}" for n in range(len(world.books.invoices))]
    assert len({i.payment_id for i in world.books.invoices}) == len(world.books.invoices)
    assert [e.payment_id for e in world.books.entries] == [i.payment_id for i in world.books.invoices]
    assert sum(posting.amount for entry in world.books.entries for posting in entry.postings) == 0
    paid = {p.id for p in world.payments.payments.values() if p.status == "succeeded"}
    assert paid == {i.payment_id for i in world.books.invoices}
    told = Counter(e.payment_id for e in world.events if isinstance(e, PaymentSucceeded))
    assert told == Counter(paid)
    cancelled = {p.id for p in world.payments.payments.values() if p.status == "cancelled"}
    assert not {str(id) for id in cancelled} & charges(world).keys(), "nothing is charged for what was given up"
    assert Counter(e.payment_id for e in world.events if isinstance(e, PaymentCancelled)) == Counter(cancelled)
    assert Counter(e.number for e in world.events if isinstance(e, InvoiceIssued)).keys() == {
        i.number for i in world.books.invoices
    }


async def converge(script: list[Step]) -> None:
    price = Price(id=PRICE, course_id=COURSE, amount=4900, currency="EUR", set_by=fake_id(1), set_at=MORNING)
    world = World(price)
    for step in script:
        await take(world, step)
        check(world)
    world.provider.holding = False
    await world.settle_down()
    check(world)
    for n in range(len(LEARNERS)):
        await take(world, ("add", n, "ok"))
    await world.settle_down()
    for what, n, _ in script:
        if what == "give-up":  # again: what came before its enrollment, and all the others twice
            await take(world, (what, n, ""))
    await world.settle_down()
    check(world)
    ended = {given_up(n).enrollment_id for what, n, _ in script if what == "give-up"}
    for payment in world.payments.payments.values():
        assert payment.status == "succeeded" or (payment.status == "cancelled" and payment.enrollment_id in ended)
    last: dict[UUID, type] = {}
    for event in world.events:
        if isinstance(event, PaymentSucceeded | PaymentFailed | PaymentCancelled):
            last[event.payment_id] = type(event)
    assert set(last.values()) <= {PaymentSucceeded, PaymentCancelled}


@settings(max_examples=150, deadline=None)
@given(steps)
@example([("add", 0, "lost"), ("enroll", 0, "")])
@example([("add", 0, "declined"), ("enroll", 0, ""), ("work", 0, ""), ("work", 0, ""), ("add", 0, "ok")])
@example([("add", 0, "lost"), ("enroll", 0, ""), ("work", 0, ""), ("answer", 0, ""), ("webhook", 0, "")])
@example([("add", 0, "lost"), ("enroll", 0, ""), ("work", 0, ""), ("answer", 0, ""), ("give-up", 0, "")])
@example([("give-up", 0, ""), ("enroll", 0, ""), ("give-up", 0, ""), ("add", 0, "ok")])
@example([("add", 0, "ok"), ("enroll", 0, ""), ("work", 0, ""), ("give-up", 0, ""), ("work", 1, ""), ("answer", 1, "")])
def test_everything_converges(script: list[Step]) -> None:
    asyncio.run(converge(script))
