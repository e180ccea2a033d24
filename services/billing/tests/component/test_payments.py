"""Enrollments come in as events, and go out as payments."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from lms_adapters.sql.jobs import MAX_ATTEMPTS
from lms_adapters.testing.service import TRACE, ServiceUnderTest
from lms_core.contracts.billing import InvoiceIssued, PaymentFailed, PaymentSucceeded
from lms_core.testing.fakes import fake_id
from services.billing.domain.sandbox import SETTLES_AFTER
from services.billing.service import SERVICE
from services.billing.tests.component.story import (
    LEARNER,
    STRANGER,
    add_method,
    enrolled,
    invoices,
    learner,
    payments,
    priced,
)

UNBALANCED = "SELECT entry_id, currency FROM ledger_posting GROUP BY entry_id, currency HAVING sum(amount) <> 0"


@asynccontextmanager
async def billing(folder: Path, environ: dict[str, str] | None = None) -> AsyncIterator[ServiceUnderTest]:
    """The service; whatever a test does, at its end the books balance and nothing was given up on."""
    async with ServiceUnderTest(SERVICE, folder, environ) as service:
        yield service
        assert await service.dead_letters() == []
        database = service.running.database
        assert database is not None
        assert await database.read(UNBALANCED, ()) == []
        [(entries, issued, paid)] = await database.read(
            "SELECT (SELECT count(*) FROM ledger_entry), (SELECT count(*) FROM invoice), "
            "(SELECT count(*) FROM payment WHERE status = 'succeeded')",
            (),
        )
        assert entries == issued == paid


async def _pays_and_is_invoiced(service: ServiceUnderTest) -> None:
    price_id = await priced(service)
    await add_method(service, "pm_ok")
    event = enrolled(price_id)
    await service.receive(event)
    [paid] = await service.published(PaymentSucceeded)
    assert (paid.enrollment_id, paid.learner_id, paid.amount) == (event.enrollment_id, LEARNER, 4900)
    [issued] = await service.published(InvoiceIssued)
    assert (issued.number, issued.course_title, issued.currency) == ("2026-000001", "Sailing", "EUR")
    [payment] = await payments(service)
    assert (payment["status"], payment["reason"], payment["attempts"]) == ("succeeded", None, 1)
    assert payment["id"] == str(paid.payment_id)


async def test_an_enrollment_with_a_good_method_is_paid_and_invoiced(tmp_path: Path) -> None:
    async with billing(tmp_path) as service:
        await _pays_and_is_invoiced(service)


async def test_a_free_place_costs_nothing(tmp_path: Path) -> None:
    async with billing(tmp_path) as service:
        await service.receive(enrolled(None))
        assert await payments(service) == []


async def _fails_and_is_cured(service: ServiceUnderTest, token: str) -> None:
    price_id = await priced(service)
    await add_method(service, token)
    await service.receive(enrolled(price_id))
    [failed] = await service.published(PaymentFailed)
    assert failed.reason == "declined"
    [payment] = await payments(service)
    assert (payment["status"], payment["reason"]) == ("failed", "declined")
    await add_method(service, "pm_ok")
    [paid] = await service.published(PaymentSucceeded)
    assert paid.payment_id == failed.payment_id
    [payment] = await payments(service)
    assert (payment["status"], payment["reason"], payment["attempts"]) == ("succeeded", None, 2)
    assert len(await invoices(service)) == 1


async def test_a_declined_payment_is_cured_by_another_method(tmp_path: Path) -> None:
    async with billing(tmp_path) as service:
        await _fails_and_is_cured(service, "pm_declined")


async def test_without_a_method_it_fails_until_there_is_one(tmp_path: Path) -> None:
    async with billing(tmp_path) as service:
        await service.receive(enrolled(await priced(service)))
        [failed] = await service.published(PaymentFailed)
        assert failed.reason == "no-method"
        await add_method(service, "pm_ok")
        assert len(await service.published(PaymentSucceeded)) == 1


async def test_an_unreachable_provider_is_asked_with_patience(tmp_path: Path) -> None:
    async with billing(tmp_path) as service:
        await service.client().post("/dev/payments/webhooks/hold")
        await add_method(service, "pm_timeout")
        await service.receive(enrolled(await priced(service)))
        assert await service.published(PaymentFailed) == []
        assert [payment["status"] for payment in await payments(service)] == ["charging"]
        await service.advance(timedelta(hours=5))
        assert await service.published(PaymentFailed) == []
        await service.give_up()
        [failed] = await service.published(PaymentFailed)
        assert failed.reason == "provider-unreachable"
        await add_method(service, "pm_ok")  # which voids what is in doubt, and finds it charged
        assert len(await service.published(PaymentSucceeded)) == 1
        [charge] = (await service.client().get("/dev/payments")).json()["items"]
        assert (charge["token"], charge["outcome"], charge["asked"]) == ("pm_timeout", "charged", MAX_ATTEMPTS)


async def test_what_got_no_answer_is_settled_by_its_webhook(tmp_path: Path) -> None:
    async with billing(tmp_path) as service:
        await add_method(service, "pm_timeout")
        event = enrolled(await priced(service))
        await service.receive(event)
        assert [payment["status"] for payment in await payments(service)] == ["charging"]
        await service.advance(SETTLES_AFTER)
        [paid] = await service.published(PaymentSucceeded)
        assert paid.enrollment_id == event.enrollment_id
        [invoice] = await invoices(service)
        assert invoice["trace_id"] == TRACE[3:35]
        assert await service.published(PaymentFailed) == []


@pytest.mark.parametrize("change", [{"amount": 1}, {"currency": "USD"}, {"currency": "?"}])
async def test_what_was_agreed_must_be_a_price_of_ours(tmp_path: Path, change: dict[str, object]) -> None:
    async with billing(tmp_path) as service:
        price_id = await priced(service)
        await add_method(service, "pm_ok")
        await service.receive(enrolled(price_id, **change), enrolled(fake_id(5), 2))  # type: ignore[arg-type]
        assert [e.reason for e in await service.published(PaymentFailed)] == ["price-unknown"] * 2
        await add_method(service, "pm_ok")
        assert await service.published(PaymentSucceeded) == []


async def test_the_same_enrollment_is_charged_once(tmp_path: Path) -> None:
    async with billing(tmp_path) as service:
        price_id = await priced(service)
        await add_method(service, "pm_ok")
        await service.receive(enrolled(price_id), enrolled(price_id), drain=False)
        await service.receive(enrolled(price_id))
        await add_method(service, "pm_ok")
        assert len(await payments(service)) == 1
        assert len(await service.published(PaymentSucceeded)) == 1
        assert service.running.database is not None
        assert await service.running.database.read("SELECT count(*) FROM sandbox_charge", ()) == [(1,)]


async def test_a_payment_is_shown_to_who_owes_it(tmp_path: Path) -> None:
    async with billing(tmp_path) as service:
        await service.receive(enrolled(await priced(service)))
        [payment] = await payments(service)
        path = f"/api/v1/billing/payments/{payment['id']}"
        assert (await learner(service).get(path)).json() == payment
        assert (await service.client("learner", id=STRANGER).get(path)).status_code == 404
        assert (await learner(service).get(f"/api/v1/billing/payments/{fake_id(5)}")).status_code == 404


async def test_payments_come_in_pages_and_are_ones_own(tmp_path: Path) -> None:
    async with billing(tmp_path) as service:
        price_id = await priced(service)
        await service.receive(*(enrolled(price_id, n) for n in range(3)), enrolled(price_id, 9, learner_id=STRANGER))
        url = "/api/v1/billing/payments?limit=2"
        first = await learner(service).get(url)
        second = await learner(service).get(first.links["next"]["url"])
        ids = [item["id"] for answer in (first, second) for item in answer.json()["items"]]
        assert len(ids) == 3
        assert ids == sorted(ids, reverse=True)
        assert (await service.client().get(url)).status_code == 401
        assert (await learner(service).get(f"{url}&cursor=x")).status_code == 400
        assert (await learner(service).get("/api/v1/billing/payments?limit=0")).status_code == 400


@pytest.mark.engine
async def test_on_postgresql(tmp_path: Path, database_url: str) -> None:
    async with billing(tmp_path, {"LMS_DATABASE_URL": database_url}) as service:
        await _pays_and_is_invoiced(service)
        await service.receive(enrolled(None, 2))


@pytest.mark.engine
async def test_a_cure_on_postgresql(tmp_path: Path, database_url: str) -> None:
    async with billing(tmp_path, {"LMS_DATABASE_URL": database_url}) as service:
        await _fails_and_is_cured(service, "pm_declined")
