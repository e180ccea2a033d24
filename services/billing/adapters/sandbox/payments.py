"""A provider that moves no money and forgets nothing: it behaves like a real one, with methods named for what they do.

`pm_ok` is charged, `pm_declined` is declined, `pm_timeout` never answers. What it did is kept in billing's database
under the idempotency key, committed before it answers: it is another party, so never in a transaction of ours.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.sql.engine import Database, Driver, writing
from lms_core.domain.money import Money
from lms_core.domain.time import to_ms
from lms_core.ports.clock import Clock
from services.billing.adapters.sql.base import Row
from services.billing.domain.methods import UnknownToken
from services.billing.domain.payments import Charged, Declined
from services.billing.ports.payments import KeyMisused, Provider, ProviderUnreachable

OK, DECLINED, TIMEOUT = "pm_ok", "pm_declined", "pm_timeout"
TOKENS = (OK, DECLINED, TIMEOUT)


class SandboxChargeRow(Row):
    __tablename__ = "sandbox_charge"

    key: Mapped[str] = mapped_column(primary_key=True)
    token: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    outcome: Mapped[str]
    """`charged`, `declined` or `voided`."""
    at: Mapped[datetime]


_KEEP = """
INSERT INTO sandbox_charge (key, token, amount, currency, outcome, at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (key) DO NOTHING
"""
_FIND = "SELECT token, amount, currency, outcome FROM sandbox_charge WHERE key = $1"


class SandboxProvider(Provider):
    """The first answer under a key is the answer."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def check(self, token: str) -> None:
        if token not in TOKENS:
            raise UnknownToken.at("#/token", f"the sandbox knows {', '.join(TOKENS)}")

    async def charge(self, *, key: str, money: Money, token: str) -> Charged | Declined:
        if token == TIMEOUT:
            raise ProviderUnreachable("the sandbox plays dead for pm_timeout")
        async with writing(self._database) as driver:
            outcome = "charged" if token == OK else "declined"
            kept = await self._keep(driver, key, token, money.amount, money.currency, outcome)
        if kept[3] == "voided":
            return Declined("voided")
        if kept[:3] != (token, money.amount, money.currency):
            raise KeyMisused(key)
        return self._charged(key) if kept[3] == "charged" else Declined("card_declined")

    async def void(self, key: str) -> Charged | None:
        async with writing(self._database) as driver:
            kept = await self._keep(driver, key, "", 0, "", "voided")
        return self._charged(key) if kept[3] == "charged" else None

    async def _keep(self, driver: Driver, key: str, *what: str | int) -> tuple[str, int, str, str]:
        await driver.run(_KEEP, key, *what, to_ms(self._clock.now()))
        [(token, amount, currency, outcome)] = await driver.fetch(_FIND, key)
        return token, amount, currency, outcome

    def _charged(self, key: str) -> Charged:
        return Charged(f"sandbox:{key}")
