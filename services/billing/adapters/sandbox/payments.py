"""A provider that moves no money and forgets nothing: it behaves like a real one, with methods named for what they do.

`pm_ok` is charged, `pm_declined` is declined, and both are said in the answer and in a webhook. `pm_timeout` gets no
answer in time: the charge is pending, comes through a little later, and a webhook says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lms_core.domain.money import Money
from lms_core.ports.clock import Clock
from services.billing.adapters.sandbox import webhooks
from services.billing.adapters.sandbox.sandbox import SandboxDesk
from services.billing.domain.methods import UnknownToken
from services.billing.domain.payments import Charged, Declined
from services.billing.domain.sandbox import ChargeState
from services.billing.domain.webhooks import Notice, SigningKeys
from services.billing.ports.payments import KeyMisused, Provider, ProviderUnreachable

OK, DECLINED, TIMEOUT = "pm_ok", "pm_declined", "pm_timeout"
_DECIDES: Final[dict[str, ChargeState]] = {OK: "charged", DECLINED: "declined", TIMEOUT: "pending"}


class SandboxProvider(Provider):
    """The first answer under a key is the answer."""

    def __init__(self, desk: SandboxDesk, keys: SigningKeys, clock: Clock) -> None:
        self._desk = desk
        self._keys = keys
        self._clock = clock

    async def check(self, token: str) -> None:
        if token not in _DECIDES:
            raise UnknownToken.at("#/token", "the sandbox knows {known}", known=", ".join(_DECIDES))

    async def charge(self, *, key: str, money: Money, token: str) -> Charged | Declined:
        kept = await self._desk.ask(key, token, money, _DECIDES[token])
        if kept.outcome == "voided":
            return Declined("voided")
        if (kept.token, kept.money) != (token, money):
            raise KeyMisused(key)
        if token == TIMEOUT:
            raise ProviderUnreachable("the sandbox does not answer for pm_timeout")
        return Charged(webhooks.reference(key)) if kept.outcome == "charged" else Declined(webhooks.DECLINED)

    def read(self, headers: Mapping[str, str], body: bytes) -> Notice | None:
        self._keys.verify(headers, body, self._clock.now())
        return webhooks.read(body)

    async def void(self, key: str) -> Charged | None:
        return Charged(webhooks.reference(key)) if await self._desk.void(key) == "charged" else None
