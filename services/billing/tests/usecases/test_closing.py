"""Closing payments of places that were given up, step by step."""

from __future__ import annotations

import pytest

from lms_core.contracts.billing import PaymentCancelled, PaymentSucceeded
from lms_core.domain.errors import NotYet
from lms_core.ports.jobs import JobRun
from lms_core.testing.fakes import FakeUnitOfWork, principal
from services.billing.domain.closing import PAUSE
from services.billing.domain.payments import Charged, Payment
from services.billing.ports.payments import ProviderUnreachable
from services.billing.tests.usecases.test_convergence import LEARNERS, agreed, given_up
from services.billing.tests.usecases.test_payments import world
from services.billing.tests.usecases.world import HeldProvider, World
from services.billing.usecases.closing import Close

__all__ = ["world"]
ME = principal(id=LEARNERS[0])


async def enrolled(world: World, *tokens: str) -> Payment:
    """With these methods on file, before anything was asked of the provider."""
    for token in tokens:
        await world.add_method(FakeUnitOfWork())(ME, token=token)
    uow = FakeUnitOfWork()
    await world.charge_enrollment(uow)(agreed(0))
    world.keep(uow)
    [payment] = world.payments.payments.values()
    return payment


async def give_up(world: World) -> Payment:
    uow = FakeUnitOfWork()
    await world.stop_charging(uow)(given_up(0))
    world.keep(uow)
    await world.settle_down()
    [payment] = world.payments.payments.values()
    return payment


async def test_what_was_not_asked_for_is_never_charged(world: World) -> None:
    await enrolled(world, "ok")
    assert (await give_up(world)).status == "cancelled"
    assert not any(isinstance(answer, Charged) for answer in world.provider.answers.values())
    assert [type(event) for event in world.events] == [PaymentCancelled]


async def test_a_method_that_is_added_later_changes_nothing(world: World) -> None:
    await enrolled(world)
    await give_up(world)
    uow = FakeUnitOfWork()
    await world.add_method(uow)(ME, token="ok")
    assert uow.jobs == []


async def test_what_was_charged_without_an_answer_has_succeeded(world: World) -> None:
    payment = await enrolled(world, "lost")
    with pytest.raises(ProviderUnreachable):
        await world.charge_payment(FakeUnitOfWork())(world.jobs[f"{payment.id}/1"][0], JobRun("run", 1, False))  # type: ignore[arg-type]
    assert (await give_up(world)).status == "succeeded"
    assert [type(event) for event in world.events if isinstance(event, PaymentSucceeded | PaymentCancelled)] == [
        PaymentSucceeded
    ]


async def test_an_enrollment_that_has_not_arrived_is_waited_for(world: World) -> None:
    with pytest.raises(NotYet):
        await world.stop_charging(FakeUnitOfWork())(given_up(0))


class Away(HeldProvider):
    """Nobody is there."""

    async def void(self, key: str) -> Charged | None:
        raise ProviderUnreachable


async def test_a_provider_that_is_away_is_asked_again_and_again(world: World) -> None:
    payment = await enrolled(world, "ok")
    world.provider = Away()
    await world.stop_charging(FakeUnitOfWork())(given_up(0))
    job, uow = Close(payment_id=payment.id), FakeUnitOfWork()
    with pytest.raises(ProviderUnreachable):
        await world.close_payment(FakeUnitOfWork())(job, JobRun("run", 1, False))
    await world.close_payment(uow)(job, JobRun("run", 3, True))
    assert uow.jobs == [(job, str(payment.id), world.clock.now() + PAUSE)]
    assert world.payments.payments[payment.id].status == "closing"
