"""The law of webhooks: however often and in whatever order they come, the end is the same."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from lms_core.contracts.billing import PaymentFailed, PaymentSucceeded
from lms_core.testing.fakes import MORNING, FakeUnitOfWork, fake_id
from services.billing.domain.catalog import Price
from services.billing.domain.webhooks import UnknownAttempt
from services.billing.tests.usecases.test_convergence import COURSE, PRICE, TOKENS, check, take
from services.billing.tests.usecases.world import HeldProvider, World


def a_world() -> World:
    world = World(Price(id=PRICE, course_id=COURSE, amount=4900, currency="EUR", set_by=fake_id(1), set_at=MORNING))
    world.provider.holding = False
    return world


async def hear(world: World, *bodies: bytes) -> list[Any]:
    """Webhooks come in; the events that follow."""
    before = len(world.events)
    for body in bodies:
        uow = FakeUnitOfWork()
        await world.receive_webhook(uow)({}, body)
        world.keep(uow)
        check(world)
    await world.settle_down()
    return world.events[before:]


def snapshot(world: World) -> tuple[object, ...]:
    """Where everything stands, but for times and new ids."""
    payments = sorted((p.id, p.status, p.reason, p.attempts) for p in world.payments.payments.values())
    tried = sorted((key, a.outcome, a.detail) for key, a in world.payments.tried.items())
    return payments, tried, sorted(i.payment_id for i in world.books.invoices), world.provider.answers


async def history(methods: list[list[str]]) -> World:
    """Two learners enroll twice each; each adds methods one after the other, and no webhook arrives."""
    world = a_world()
    for turn in range(max(map(len, methods))):
        for n, tokens in enumerate(methods):
            if turn < len(tokens):
                await take(world, ("add", n, tokens[turn]))
        for n in range(4):
            await take(world, ("enroll", n, ""))
        await world.settle_down()
    return world


async def in_order_and_out_of_order(methods: list[list[str]], mix: Any) -> None:
    straight = await history(methods)
    bodies = straight.provider.notices
    await hear(straight, *bodies)
    mixed = await history(methods)
    assert mixed.provider.notices == bodies
    repeated = mix(st.lists(st.sampled_from(bodies), max_size=6)) if bodies else []
    await hear(mixed, *mix(st.permutations([*bodies, *repeated])))
    check(mixed)
    assert snapshot(mixed) == snapshot(straight)


tokens = st.lists(st.sampled_from(TOKENS), min_size=1, max_size=3)


@settings(max_examples=80, deadline=None)
@given(st.tuples(tokens, tokens).map(list), st.data())
def test_every_permutation_and_duplication_ends_the_same(methods: list[list[str]], data: st.DataObject) -> None:
    asyncio.run(in_order_and_out_of_order(methods, data.draw))


async def given_up(token: str) -> tuple[World, bytes]:
    """A payment whose provider decided something and was not heard."""
    world = a_world()
    await take(world, ("add", 0, token))
    await take(world, ("enroll", 0, ""))
    await world.settle_down()
    [failed] = world.events
    assert isinstance(failed, PaymentFailed)
    assert failed.reason == "provider-unreachable"
    [body] = world.provider.notices
    return world, body


async def test_a_lost_answer_is_made_good_by_its_webhook_once() -> None:
    world, body = await given_up("lost")
    paid, _invoice = await hear(world, body, body)
    assert isinstance(paid, PaymentSucceeded)
    assert await hear(world, body) == []


async def test_a_late_refusal_corrects_the_reason_once() -> None:
    world, body = await given_up("lost-declined")
    [failed] = await hear(world, body, body)
    assert isinstance(failed, PaymentFailed)
    assert failed.reason == "declined"


async def test_a_charge_that_is_heard_of_late_ends_the_attempt_that_followed() -> None:
    world, body = await given_up("lost")
    await take(world, ("add", 0, "ok"))
    await hear(world, body)
    outcomes = [attempt.outcome for _, attempt in sorted(world.payments.tried.items())]
    assert outcomes == ["charged", "dropped"]
    assert list(world.provider.answers) == [body.decode()]


async def test_a_webhook_before_the_answer_leaves_the_answer_nothing_to_do() -> None:
    world = a_world()
    world.provider.holding = True
    await take(world, ("add", 0, "ok"))
    await take(world, ("enroll", 0, ""))
    world.start(0)
    await world.breathe()
    world.provider.let_go(0)
    await world.breathe()
    [body] = world.provider.notices
    assert len(await hear(world, body)) == 2
    assert [p.status for p in world.payments.payments.values()] == ["succeeded"]


async def test_a_charge_that_nobody_asked_for_is_refused() -> None:
    world = a_world()
    provider: HeldProvider = world.provider
    await take(world, ("add", 0, "ok"))
    await take(world, ("enroll", 0, ""))
    await world.settle_down()
    [body] = provider.notices
    strange = body.partition(b"/")[0] + b"/9"
    provider.answers[strange.decode()] = provider.answers[body.decode()]
    with pytest.raises(UnknownAttempt):
        await hear(world, strange)
