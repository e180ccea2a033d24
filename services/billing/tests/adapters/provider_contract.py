"""What every payment provider must do. A test class derives from it and gives it a `provider` and tokens."""

from __future__ import annotations

import asyncio
from typing import ClassVar

import pytest

from lms_core.domain.money import Money
from services.billing.domain.methods import UnknownToken
from services.billing.domain.payments import Charged, Declined
from services.billing.ports.payments import KeyMisused, Provider, ProviderUnreachable

PRICE = Money(4900, "EUR")


class ProviderContract:
    """Derive from it and define a fixture `provider`."""

    good: ClassVar[str]
    """A token that is charged."""
    declined: ClassVar[str]
    silent: ClassVar[str]
    """A token for which the provider does not answer."""

    async def test_a_good_method_is_charged(self, provider: Provider) -> None:
        answer = await provider.charge(key="a/1", money=PRICE, token=self.good)
        assert isinstance(answer, Charged)
        assert answer.reference

    async def test_a_refused_method_is_declined_with_a_word(self, provider: Provider) -> None:
        answer = await provider.charge(key="a/1", money=PRICE, token=self.declined)
        assert isinstance(answer, Declined)
        assert answer.detail

    async def test_no_answer_is_unreachable(self, provider: Provider) -> None:
        with pytest.raises(ProviderUnreachable):
            await provider.charge(key="a/1", money=PRICE, token=self.silent)

    async def test_a_repeated_key_gives_the_same_answer(self, provider: Provider) -> None:
        for token in (self.good, self.declined):
            answers = [await provider.charge(key=f"{token}/1", money=PRICE, token=token) for _ in range(3)]
            assert answers == [answers[0]] * 3

    async def test_rivals_with_one_key_charge_once(self, provider: Provider) -> None:
        charges = (provider.charge(key="a/1", money=PRICE, token=self.good) for _ in range(5))
        assert len(set(await asyncio.gather(*charges))) == 1

    async def test_other_keys_are_other_charges(self, provider: Provider) -> None:
        answers = {await provider.charge(key=f"a/{n}", money=PRICE, token=self.good) for n in range(3)}
        assert len(answers) == 3

    async def test_a_key_cannot_mean_something_else(self, provider: Provider) -> None:
        await provider.charge(key="a/1", money=PRICE, token=self.good)
        with pytest.raises(KeyMisused):
            await provider.charge(key="a/1", money=Money(5000, "EUR"), token=self.good)
        with pytest.raises(KeyMisused):
            await provider.charge(key="a/1", money=PRICE, token=self.declined)

    async def test_a_voided_key_is_never_charged(self, provider: Provider) -> None:
        assert await provider.void("a/1") is None
        assert isinstance(await provider.charge(key="a/1", money=PRICE, token=self.good), Declined)
        assert await provider.void("a/1") is None

    async def test_voiding_tells_of_a_charge(self, provider: Provider) -> None:
        charged = await provider.charge(key="a/1", money=PRICE, token=self.good)
        assert await provider.void("a/1") == charged

    async def test_voiding_after_silence_or_refusal_finds_nothing(self, provider: Provider) -> None:
        with pytest.raises(ProviderUnreachable):
            await provider.charge(key="a/1", money=PRICE, token=self.silent)
        await provider.charge(key="b/1", money=PRICE, token=self.declined)
        assert await provider.void("a/1") is None
        assert await provider.void("b/1") is None

    async def test_known_tokens_pass_and_unknown_ones_do_not(self, provider: Provider) -> None:
        for token in (self.good, self.declined, self.silent):
            await provider.check(token)
        with pytest.raises(UnknownToken):
            await provider.check("no such token")
