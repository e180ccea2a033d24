"""Charging, step by step, with a provider that can be held up."""

from __future__ import annotations

import pytest

from lms_core.contracts.billing import PaymentFailed, PaymentSucceeded
from lms_core.ports.jobs import JobRun
from lms_core.testing.fakes import MORNING, FakeUnitOfWork, fake_id, principal
from services.billing.domain.catalog import Price
from services.billing.domain.payments import Charged, Declined
from services.billing.ports.payments import ProviderUnreachable
from services.billing.tests.usecases.test_convergence import COURSE, LEARNERS, PRICE, agreed
from services.billing.tests.usecases.world import World
from services.billing.usecases.payments import Charge

ME = principal(id=LEARNERS[0])


@pytest.fixture
def world() -> World:
    made = World(Price(id=PRICE, course_id=COURSE, amount=4900, currency="EUR", set_by=fake_id(1), set_at=MORNING))
    made.provider.holding = False
    return made


async def add(world: World, token: str) -> None:
    uow = FakeUnitOfWork()
    await world.add_method(uow)(ME, token=token)
    world.keep(uow)


async def enroll(world: World) -> Charge | None:
    uow = FakeUnitOfWork()
    await world.charge_enrollment(uow)(agreed(0))
    world.keep(uow)
    return next((job for job, _ in world.jobs.values() if isinstance(job, Charge)), None)


async def run(world: World, job: Charge, *, last: bool = False) -> FakeUnitOfWork:
    uow = FakeUnitOfWork()
    await world.charge_payment(uow)(job, JobRun("run", 1, last))
    world.keep(uow)
    return uow


async def test_an_unreachable_provider_is_asked_again_and_the_failure_is_recorded_at_last(world: World) -> None:
    await add(world, "timeout")
    job = await enroll(world)
    assert job is not None
    with pytest.raises(ProviderUnreachable):
        await run(world, job)
    assert world.events == []
    assert (await run(world, job, last=True)).only(PaymentFailed).reason == "provider-unreachable"


async def test_a_lost_answer_is_found_before_another_method_is_charged(world: World) -> None:
    await add(world, "lost")
    job = await enroll(world)
    assert job is not None
    await run(world, job, last=True)
    await add(world, "ok")
    uow = await run(world, Charge(payment_id=job.payment_id, attempt=2))
    assert uow.only(PaymentSucceeded).payment_id == job.payment_id
    assert world.provider.answers == {f"{job.payment_id}/1": Charged(f"{job.payment_id}/1")}
    outcomes = {n: a.outcome for n, a in (await world.payments.attempts(job.payment_id)).items()}
    assert outcomes == {1: "charged", 2: "dropped"}


async def test_an_attempt_in_doubt_is_voided_before_another_method_is_charged(world: World) -> None:
    await add(world, "timeout")
    job = await enroll(world)
    assert job is not None
    await run(world, job, last=True)
    await add(world, "ok")
    await run(world, Charge(payment_id=job.payment_id, attempt=2))
    assert world.provider.answers[f"{job.payment_id}/1"] == Declined("voided")
    assert isinstance(world.provider.answers[f"{job.payment_id}/2"], Charged)


async def test_a_method_added_while_another_is_declined_is_tried_at_once(world: World) -> None:
    await add(world, "declined")
    job = await enroll(world)
    assert job is not None
    await add(world, "ok")
    uow = await run(world, job)
    assert uow.events == []
    assert uow.jobs == [(Charge(payment_id=job.payment_id, attempt=2), f"{job.payment_id}/2", None)]


async def test_a_job_that_was_done_by_a_rival_changes_nothing(world: World) -> None:
    await add(world, "ok")
    job = await enroll(world)
    assert job is not None
    await run(world, job)
    assert (await run(world, job)).events == []


async def test_an_unknown_price_is_final(world: World) -> None:
    world.prices.prices.clear()
    await add(world, "ok")
    assert await enroll(world) is None
    [failed] = world.events
    assert isinstance(failed, PaymentFailed)
    assert failed.reason == "price-unknown"
    await add(world, "ok")
    assert world.jobs == {}


async def test_another_amount_than_the_price_says_is_an_unknown_price(world: World) -> None:
    uow = FakeUnitOfWork()
    await world.charge_enrollment(uow)(agreed(0, amount=1))
    assert uow.only(PaymentFailed).reason == "price-unknown"


async def test_an_enrollment_counts_once(world: World) -> None:
    await add(world, "ok")
    await enroll(world)
    await enroll(world)
    assert len(world.payments.payments) == len(world.jobs) == 1
