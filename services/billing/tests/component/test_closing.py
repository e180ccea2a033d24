"""Places that are given up: whatever is tried afterwards, nothing is charged for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms_core.contracts.billing import PaymentCancelled, PaymentFailed, PaymentSucceeded
from services.billing.domain.sandbox import SETTLES_AFTER
from services.billing.tests.component.story import add_method, enrolled, given_up, payments, priced
from services.billing.tests.component.test_payments import billing


async def test_what_failed_is_not_charged_later(tmp_path: Path) -> None:
    async with billing(tmp_path) as service:
        event = enrolled(await priced(service))
        await service.receive(event)
        assert len(await service.published(PaymentFailed)) == 1
        await service.receive(given_up(), given_up())
        [cancelled] = await service.published(PaymentCancelled)
        assert cancelled.enrollment_id == event.enrollment_id
        await add_method(service, "pm_ok")
        assert await service.published(PaymentSucceeded) == []
        [payment] = await payments(service)
        assert (payment["status"], payment["reason"], payment["attempts"]) == ("cancelled", None, 0)
        assert payment["settled_at"] is not None


async def test_what_got_no_answer_is_voided(tmp_path: Path) -> None:
    async with billing(tmp_path) as service:
        await add_method(service, "pm_timeout")
        await service.receive(enrolled(await priced(service)))
        assert [payment["status"] for payment in await payments(service)] == ["charging"]
        await service.receive(given_up())
        assert [payment["status"] for payment in await payments(service)] == ["cancelled"]
        await service.advance(SETTLES_AFTER)
        assert await service.published(PaymentSucceeded) == []
        [charge] = (await service.client().get("/dev/payments")).json()["items"]
        assert charge["outcome"] == "voided"


async def test_what_was_charged_in_the_meantime_stays_paid(tmp_path: Path) -> None:
    async with billing(tmp_path) as service:
        await service.client().post("/dev/payments/webhooks/hold")
        await add_method(service, "pm_timeout")
        await service.receive(enrolled(await priced(service)))
        await service.advance(SETTLES_AFTER)
        await service.receive(given_up())
        assert len(await service.published(PaymentSucceeded)) == 1
        assert await service.published(PaymentCancelled) == []
        await service.client().post("/dev/payments/webhooks/release?first=oldest")
        await service.drain()
        assert [payment["status"] for payment in await payments(service)] == ["succeeded"]


async def test_both_may_arrive_at_once(tmp_path: Path) -> None:
    async with billing(tmp_path) as service:
        price_id = await priced(service)
        await add_method(service, "pm_ok")
        await service.receive(given_up(), enrolled(price_id))
        ended = len(await service.published(PaymentSucceeded)) + len(await service.published(PaymentCancelled))
        waiting = [payment["status"] for payment in await payments(service)]
        assert (ended, len(waiting)) == (1, 1)
        assert waiting[0] in ("succeeded", "cancelled")


@pytest.mark.engine
async def test_on_postgresql(tmp_path: Path, database_url: str) -> None:
    async with billing(tmp_path, {"LMS_DATABASE_URL": database_url}) as service:
        await service.receive(enrolled(await priced(service)))
        await service.receive(given_up())
        await add_method(service, "pm_ok")
        assert [payment["status"] for payment in await payments(service)] == ["cancelled"]
