"""The sandbox's desk: what it was asked, what it sends, and people's hand in it."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from lms_adapters.testing.service import TRACE, ServiceUnderTest
from lms_core.contracts.billing import PaymentFailed, PaymentSucceeded
from lms_core.testing.fakes import fake_id
from services.billing.service import SERVICE
from services.billing.tests.component.story import add_method, enrolled, payments, priced

DESK = "/dev/payments"
PAGE = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


async def desk(service: ServiceUnderTest, query: str = "") -> dict[str, Any]:
    answer = await service.client().get(f"{DESK}{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def act(service: ServiceUnderTest, path: str) -> httpx.Response:
    answer = await service.client().post(f"{DESK}/{path}", headers={"sec-fetch-site": "same-origin"})
    assert (answer.status_code, answer.headers["location"]) == (303, DESK), answer.text
    await service.drain()
    return answer


async def test_what_is_asked_and_what_is_sent_can_be_seen(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        assert await desk(service) == {"items": [], "next": None, "holding": False, "held": 0}
        await add_method(service, "pm_ok")
        await service.receive(enrolled(await priced(service)))
        [payment], [charge] = await payments(service), (await desk(service))["items"]
        assert (charge["key"], charge["token"], charge["amount"]) == (f"{payment['id']}/1", "pm_ok", 4900)
        assert (charge["outcome"], charge["asked"], charge["trace_id"]) == ("charged", 1, TRACE[3:35])
        [sent] = charge["webhooks"]
        assert (sent["event"], sent["state"], sent["status"], sent["sends"]) == (
            "charge.succeeded",
            "delivered",
            204,
            1,
        )
        assert len(await service.published(PaymentSucceeded)) == 1


async def test_webhooks_are_held_and_go_out_in_the_order_one_likes(tmp_path: Path, environ: dict[str, str]) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path, environ) as service:
        await act(service, "webhooks/hold")
        price = await priced(service)
        await add_method(service, "pm_timeout")
        await service.receive(enrolled(price, 1), enrolled(price, 2), enrolled(price, 3))
        keys = [charge["key"] for charge in (await desk(service))["items"]]
        assert keys == sorted(keys, reverse=True)
        for key in keys:
            await act(service, f"charges/{key}/settle?verdict=charged")
        seen = await desk(service)
        assert (seen["holding"], seen["held"]) == (True, 3)
        assert [payment["status"] for payment in await payments(service)] == ["charging"] * 3
        [one] = seen["items"][1]["webhooks"]
        await act(service, f"webhooks/{one['id']}/send")
        assert [payment["status"] for payment in await payments(service)] == ["charging", "succeeded", "charging"]
        await act(service, "webhooks/release?first=newest")
        assert (await desk(service))["held"] == 0
        paid = [f"{event.payment_id}/1" for event in await service.published(PaymentSucceeded)]
        assert paid == [keys[1], keys[2], keys[0]]  # settled last, sent first
        await act(service, "webhooks/let-go")
        await service.receive(enrolled(price, 4))
        assert (await desk(service))["holding"] is False


async def test_a_charge_is_settled_once(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await add_method(service, "pm_timeout")
        await service.receive(enrolled(await priced(service)))
        [charge] = (await desk(service))["items"]
        await act(service, f"charges/{charge['key']}/settle?verdict=declined")
        [failed] = await service.published(PaymentFailed)
        assert failed.reason == "declined"
        await act(service, f"charges/{charge['key']}/settle?verdict=charged")
        assert [payment["status"] for payment in await payments(service)] == ["failed"]


async def test_what_is_not_there_is_404(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        anyone = service.client()
        for path in (f"charges/{fake_id(1)}/1/settle?verdict=charged", "webhooks/msg_1/send"):
            answer = await anyone.post(f"{DESK}/{path}")
            assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")
        assert (await anyone.get(f"{DESK}/assets/nothing.css")).status_code == 404
        assert (await anyone.post(f"{DESK}/webhooks/release?first=middle")).status_code == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"origin": "http://test"}, 303),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://test"}, 403),
    ],
)
async def test_only_our_own_page_sends_the_forms(tmp_path: Path, headers: dict[str, str], status: int) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        answer = await service.client().post(f"{DESK}/webhooks/hold", headers=headers)
        assert answer.status_code == status
        assert (await desk(service))["holding"] is (status == 303)


async def test_a_form_that_comes_too_late_is_answered_with_a_page(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        headers = PAGE | {"sec-fetch-site": "same-origin"}
        page = await service.client().post(f"{DESK}/webhooks/msg_none/send", headers=headers)
        assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert f'<a href="{DESK}">Back to Payments</a>' in page.text


async def test_people_see_a_page_with_forms(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        browser = service.client()
        assert "Nothing yet" in (await browser.get(DESK, headers=PAGE)).text
        await act(service, "webhooks/hold")
        price = await priced(service)
        await add_method(service, "pm_declined")
        await service.receive(enrolled(price, 1))
        await add_method(service, "pm_timeout")
        await service.receive(enrolled(price, 2))
        page = (await browser.get(DESK, headers=PAGE)).text
        assert page.count("49.00 EUR") == 3
        assert f'href="/traces/{TRACE[3:35]}"' in page
        forms = [html.unescape(path) for path in re.findall(r'<form method="post" action="([^"]*)"', page)]
        assert len([path for path in forms if path.endswith(("=charged", "=declined"))]) == 4
        for path in (path for path in forms if not path.endswith("=declined")):
            assert (await browser.post(path)).status_code == 303, path
            await service.drain()
        [style] = re.findall(rf'href="({DESK}/assets/[^"]*)"', page)
        assert (await browser.get(style)).headers["content-type"] == "text/css; charset=utf-8"


async def test_charges_come_in_pages(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        price = await priced(service)
        await add_method(service, "pm_ok")
        await service.receive(*(enrolled(price, n) for n in range(3)))
        first = await desk(service, "?limit=2")
        rest = await desk(service, f"?limit=2&cursor={first['next']}")
        assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
        page = (await service.client().get(f"{DESK}?limit=2", headers=PAGE)).text
        [older] = re.findall(r'href="([^"]*)" rel="next"', page)
        rest_of_it = await service.client().get(html.unescape(older), headers=PAGE)
        assert 'rel="next"' not in rest_of_it.text
        assert f'href="{DESK}">Newest' in rest_of_it.text
