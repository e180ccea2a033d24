"""The sandbox's desk, where people look at what it does and take a hand in it; and the way of its webhooks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from services.billing.domain.sandbox import Order, SeenCharge, SeenWebhook, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskView:
    """Some of the charges, with all their webhooks."""

    holding: bool
    held: int
    charges: Sequence[SeenCharge]
    webhooks: Sequence[SeenWebhook]
    """The oldest first."""


class Desk(Protocol):
    """What the sandbox has on its books. It is another party: never called inside a transaction of ours."""

    async def show(self, *, before: str | None, limit: int) -> DeskView:
        """The charges whose keys are below `before`, the newest payment first."""

    async def webhook(self, id: str) -> SeenWebhook:
        """Raises NotFound."""

    async def hold(self, holding: bool) -> None:
        """Whether webhooks are held from now on; those that are held stay held."""

    async def send(self, id: str) -> None:
        """One webhook goes out, held before or sent before. Raises NotFound."""

    async def release(self, order: Order) -> None:
        """All that are held go out, one after the other."""

    async def settle(self, key: str, verdict: Verdict) -> None:
        """Decide a pending charge, and say so in a webhook. Raises NotFound, Settled."""

    async def sent(self, webhook: SeenWebhook, status: int | None, *, last: bool) -> None:
        """Write down what was answered; None: nothing was."""


class Courier(Protocol):
    """Brings webhooks to where this platform receives them."""

    async def bring(self, webhook: SeenWebhook) -> int | None:
        """Sign and send it; the status of the answer, None when there was none."""
