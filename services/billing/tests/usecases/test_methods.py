"""Methods, when the provider is away."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from lms_core.domain.money import Money
from lms_core.testing.fakes import FakeUnitOfWork, principal
from services.billing.domain.payments import Charged, Declined
from services.billing.domain.webhooks import Notice
from services.billing.ports.payments import Provider, ProviderUnreachable
from services.billing.tests.usecases.world import World
from services.billing.usecases.methods import AddMethod
from services.billing.usecases.payments import Begin


class Away(Provider):
    async def check(self, token: str) -> None:
        raise ProviderUnreachable

    async def charge(self, *, key: str, money: Money, token: str) -> Charged | Declined:
        raise ProviderUnreachable

    def read(self, headers: Mapping[str, str], body: bytes) -> Notice | None:
        return None

    async def void(self, key: str) -> Charged | None:
        raise ProviderUnreachable


async def test_a_token_that_cannot_be_checked_is_not_taken() -> None:
    world, uow = World(), FakeUnitOfWork()
    begin = Begin(world.payments, world.methods, uow)
    add = AddMethod(world.methods, world.payments, Away(), begin, uow, world.clock, world.ids)
    with pytest.raises(ProviderUnreachable):
        await add(principal(), token="pm_ok")
    assert world.methods.methods == {}
