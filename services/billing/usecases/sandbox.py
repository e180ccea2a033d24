"""The sandbox's own work, and people's hand in it. For development: the profile production has no sandbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lms_core.domain.errors import NotFound, Unavailable
from lms_core.ports.jobs import Job, JobRun, job
from services.billing.domain.sandbox import Order, Settled, Verdict
from services.billing.ports.sandbox import Courier, Desk, DeskView


@job("billing.sandbox-send")
class Send(Job, frozen=True, kw_only=True):
    """Webhooks are to be sent, one after the other."""

    webhook_ids: tuple[str, ...]


@job("billing.sandbox-settle")
class Settle(Job, frozen=True, kw_only=True):
    """A charge was left pending for long enough."""

    key: str


@dataclass(frozen=True, slots=True)
class SendWebhooks:
    """Bring webhooks to where they are received, and try again while they are not taken."""

    raises: ClassVar = (Unavailable,)

    desk: Desk
    courier: Courier

    async def __call__(self, job: Send, run: JobRun) -> None:
        refused = 0
        for id in job.webhook_ids:
            webhook = await self.desk.webhook(id)
            if webhook.state != "waiting":
                continue
            status = await self.courier.bring(webhook)
            await self.desk.sent(webhook, status, last=run.last)
            refused += not webhook.took(status)
        if refused and not run.last:
            raise Unavailable("{refused} webhooks were not taken", refused=refused)


@dataclass(frozen=True, slots=True)
class SettlePending:
    """What was left without an answer comes through after all, if nobody has decided otherwise."""

    raises: ClassVar = ()

    desk: Desk

    async def __call__(self, job: Settle, run: JobRun) -> None:
        try:
            await self.desk.settle(job.key, "charged")
        except Settled:
            return


@dataclass(frozen=True, slots=True)
class ShowDesk:
    """What the sandbox was asked to charge, the newest first, and the webhooks it sent about it."""

    raises: ClassVar = ()

    desk: Desk

    async def __call__(self, *, before: str | None, limit: int) -> DeskView:
        return await self.desk.show(before=before, limit=limit)


@dataclass(frozen=True, slots=True)
class HoldWebhooks:
    """Keep new webhooks back, or let them go out at once again."""

    raises: ClassVar = ()

    desk: Desk

    async def __call__(self, holding: bool) -> None:
        await self.desk.hold(holding)


@dataclass(frozen=True, slots=True)
class SendAgain:
    """Send one webhook now, be it held or sent before."""

    raises: ClassVar = (NotFound,)

    desk: Desk

    async def __call__(self, id: str) -> None:
        await self.desk.send(id)


@dataclass(frozen=True, slots=True)
class ReleaseWebhooks:
    """Send everything that is held, in the order it came or in the opposite one."""

    raises: ClassVar = ()

    desk: Desk

    async def __call__(self, order: Order) -> None:
        await self.desk.release(order)


@dataclass(frozen=True, slots=True)
class SettleCharge:
    """Decide a pending charge by hand."""

    raises: ClassVar = (NotFound, Settled)

    desk: Desk

    async def __call__(self, key: str, verdict: Verdict) -> None:
        await self.desk.settle(key, verdict)


USE_CASES = (SendWebhooks, SettlePending, ShowDesk, HoldWebhooks, SendAgain, ReleaseWebhooks, SettleCharge)
