"""Invoices: gapless, unchanging, and one's own."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from lms_adapters.platform.settings import BadSettings
from lms_adapters.testing.service import TRACE, ServiceUnderTest
from lms_core.contracts.billing import InvoiceIssued
from lms_core.testing.fakes import fake_id
from services.billing.service import SERVICE
from services.billing.tests.component.story import STRANGER, add_method, enrolled, invoices, learner, priced

INVOICES = "/api/v1/billing/invoices"


async def _gapless(service: ServiceUnderTest) -> None:
    price_id = await priced(service)
    people = [fake_id(720_000 + n) for n in range(4)]
    for person in people:
        method = await service.client("learner", id=person).post(
            "/api/v1/billing/payment-methods", json={"token": "pm_ok"}
        )
        assert method.status_code == 201
    await service.receive(*(enrolled(price_id, n, learner_id=people[n % 4]) for n in range(24)))
    numbers = sorted(event.number for event in await service.published(InvoiceIssued))
    assert numbers == [f"2026-{n:06}" for n in range(1, 25)]


async def test_numbers_have_no_gaps(tmp_path: Path, environ: dict[str, str]) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path, environ) as service:
        await _gapless(service)


@pytest.mark.engine
async def test_methods_and_enrollments_race_on_postgresql(tmp_path: Path, database_url: str) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path, {"LMS_DATABASE_URL": database_url}) as service:
        price_id = await priced(service)
        add = [add_method(service, token) for token in ("pm_declined", "pm_declined", "pm_ok")]
        await asyncio.gather(*add, *(service.receive(enrolled(price_id, n)) for n in range(8)))
        await add_method(service, "pm_ok")
        numbers = sorted(event.number for event in await service.published(InvoiceIssued))
        assert numbers == [f"2026-{n:06}" for n in range(1, 9)]


async def test_an_invoice_is_shown_to_its_owner_alone(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        price_id = await priced(service)
        await add_method(service, "pm_ok")
        await service.receive(enrolled(price_id))
        [listed] = await invoices(service)
        shown = await learner(service).get(f"{INVOICES}/{listed['id']}")
        assert shown.json() == listed
        assert (listed["number"], listed["amount"], listed["course_title"]) == ("2026-000001", 4900, "Sailing")
        assert listed["trace_id"] == TRACE[3:35]
        stranger = service.client("admin", id=STRANGER)
        assert (await stranger.get(f"{INVOICES}/{listed['id']}")).status_code == 404
        assert (await stranger.get(INVOICES)).json()["items"] == []
        assert (await learner(service).get(f"{INVOICES}/{STRANGER}")).status_code == 404
        assert (await service.client().get(INVOICES)).status_code == 401
        assert (await service.client().get(f"{INVOICES}/{listed['id']}")).status_code == 401


async def test_invoices_come_in_pages(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        price_id = await priced(service)
        await add_method(service, "pm_ok")
        for n in range(3):
            await service.receive(enrolled(price_id, n))
        first = await learner(service).get(f"{INVOICES}?limit=2")
        second = await learner(service).get(first.links["next"]["url"])
        numbers = [item["number"] for answer in (first, second) for item in answer.json()["items"]]
        assert numbers == ["2026-000003", "2026-000002", "2026-000001"]


async def test_production_refuses_the_sandbox(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="sandbox"):
        ServiceUnderTest(SERVICE, tmp_path, {"LMS_PROFILE": "production"})


async def test_an_unknown_provider_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="sandbox://"):
        ServiceUnderTest(SERVICE, tmp_path, {"LMS_BILLING_PAYMENTS_URL": "sandbocks://"})
