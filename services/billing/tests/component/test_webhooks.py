"""Webhooks over HTTP: signed, in time, about something that was asked for; their order does not matter."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings, strategies as st

from lms_adapters.testing.service import ServiceUnderTest
from lms_core.contracts.billing import InvoiceIssued, PaymentFailed, PaymentSucceeded
from lms_core.testing.fakes import fake_id
from services.billing.adapters.sandbox.webhooks import write
from services.billing.domain.payments import attempt_key
from services.billing.domain.sandbox import Verdict
from services.billing.domain.webhooks import SigningKeys
from services.billing.service import SERVICE
from services.billing.tests.component.story import add_method, enrolled, payments, priced

PATH, DESK = "/api/v1/billing/webhooks", "/dev/payments"
KEY, OLD_KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
KEYS = SigningKeys.parse(KEY)


@asynccontextmanager
async def billing(folder: Path) -> AsyncIterator[ServiceUnderTest]:
    async with ServiceUnderTest(SERVICE, folder, {"LMS_BILLING_WEBHOOK_KEYS": f"{KEY},{OLD_KEY}"}) as service:
        yield service
        assert await service.dead_letters() == []


async def pending(service: ServiceUnderTest) -> str:
    """A charge that nobody answers for; its key."""
    await service.client().post(f"{DESK}/webhooks/hold")
    await add_method(service, "pm_timeout")
    await service.receive(enrolled(await priced(service)))
    [payment] = await payments(service)
    return f"{payment['id']}/1"


def about(service: ServiceUnderTest, key: str, verdict: Verdict = "charged") -> bytes:
    _, body = write(key, verdict, 4900, "EUR", service.clock.now())
    return body


async def send(
    service: ServiceUnderTest,
    body: bytes,
    keys: SigningKeys = KEYS,
    id: str = "msg_1",
    change: dict[str, str] | None = None,
) -> httpx.Response:
    headers = keys.sign(id, service.clock.now(), body) | (change or {})
    return await service.client().post(PATH, content=body, headers=headers)


async def test_the_providers_word_counts_once_however_often_it_comes(tmp_path: Path) -> None:
    async with billing(tmp_path) as service:
        body = about(service, await pending(service))
        answers = [await send(service, body) for _ in range(2)]
        answers.append(await send(service, body, SigningKeys.parse(OLD_KEY), "msg_2"))
        assert [a.status_code for a in answers] == [204, 204, 204]
        assert [payment["status"] for payment in await payments(service)] == ["succeeded"]
        assert len(await service.published(PaymentSucceeded)) == len(await service.published(InvoiceIssued)) == 1


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"webhook-signature": "v1,AAAA"}, "webhook-not-genuine"),
        ({"webhook-id": "msg_2"}, "webhook-not-genuine"),
        ({"webhook-timestamp": "now"}, "webhook-not-genuine"),
    ],
)
async def test_what_the_provider_did_not_sign_changes_nothing(
    tmp_path: Path, change: dict[str, str], problem: str
) -> None:
    async with billing(tmp_path) as service:
        body = about(service, await pending(service))
        refused = [
            await send(service, body, change=change),
            await service.client().post(PATH, content=body),
            await send(service, body, SigningKeys((b"another secret than ours",))),
        ]
        assert {(a.status_code, a.json()["type"]) for a in refused} == {(400, f"/problems/billing/{problem}")}
        assert [payment["status"] for payment in await payments(service)] == ["charging"]


async def test_what_was_overheard_cannot_be_sent_again_later(tmp_path: Path) -> None:
    async with billing(tmp_path) as service:
        body = about(service, await pending(service))
        headers = KEYS.sign("msg_1", service.clock.now(), body)
        service.clock.advance(timedelta(minutes=5, seconds=1))
        late = await service.client().post(PATH, content=body, headers=headers)
        assert (late.status_code, late.json()["type"]) == (400, "/problems/billing/webhook-out-of-time")
        early = KEYS.sign("msg_1", service.clock.now() + timedelta(minutes=6), body)
        assert (await service.client().post(PATH, content=body, headers=early)).status_code == 400
        assert [payment["status"] for payment in await payments(service)] == ["charging"]


async def test_what_nobody_asked_for_is_refused_and_what_is_nothing_to_us_is_taken(tmp_path: Path) -> None:
    async with billing(tmp_path) as service:
        key = await pending(service)
        for strange in (attempt_key(fake_id(5), 1), key.replace("/1", "/2"), key.replace("/1", "/0")):
            answer = await send(service, about(service, strange))
            assert (answer.status_code, answer.json()["type"]) == (404, "/problems/billing/unknown-attempt")
        for nonsense in (b"", b"{}", b"\xff", about(service, "no key"), about(service, key.replace("/1", "/x"))):
            answer = await send(service, nonsense)
            assert (answer.status_code, answer.json()["type"]) == (400, "/problems/invalid"), nonsense
        other = about(service, key).replace(b"charge.succeeded", b"customer.created")
        assert (await send(service, other)).status_code == 204
        assert [payment["status"] for payment in await payments(service)] == ["charging"]


async def test_a_webhook_is_small(tmp_path: Path) -> None:
    async with billing(tmp_path) as service:
        answer = await send(service, b" " * (64 * 1024 + 1))
        assert (answer.status_code, answer.json()["type"]) == (413, "/problems/too-large")

        async def trickle() -> AsyncIterator[bytes]:
            for _ in range(80):
                yield b" " * 1024

        answer = await service.client().post(PATH, content=trickle())
        assert (answer.status_code, answer.json()["type"]) == (413, "/problems/too-large")


METHODS = ("pm_ok", "pm_declined", "pm_timeout")


async def standing(service: ServiceUnderTest) -> dict[str, Any]:
    """How every payment stands, by its learner's method."""
    assert service.running.database is not None
    rows = await service.running.database.read(
        "SELECT a.token, p.status, p.reason, a.outcome, count(i.id), count(l.id) FROM payment p "
        "JOIN payment_attempt a ON a.payment_id = p.id LEFT JOIN invoice i ON i.payment_id = p.id "
        "LEFT JOIN ledger_entry l ON l.payment_id = p.id GROUP BY a.token, p.status, p.reason, a.outcome",
        (),
    )
    assert len(rows) == len(METHODS)
    return {row[0]: tuple(row[1:]) for row in rows}


async def whatever_the_order(verdict: Verdict, given_up: bool, order: list[int], folder: Path) -> None:
    async with billing(folder) as service:
        desk = service.client()
        await desk.post(f"{DESK}/webhooks/hold")
        price = await priced(service)
        for n, token in enumerate(METHODS):
            learner = fake_id(900 + n)
            added = await service.client("learner", id=learner).post(
                "/api/v1/billing/payment-methods", json={"token": token}
            )
            assert added.status_code == 201
            await service.receive(enrolled(price, n, learner_id=learner))
        [key] = [c["key"] for c in (await desk.get(DESK)).json()["items"] if c["outcome"] == "pending"]
        settled = await desk.post(f"{DESK}/charges/{key}/settle", params={"verdict": verdict})
        assert settled.status_code == 303
        if given_up:
            await service.give_up()
            assert len(await service.published(PaymentFailed)) == 2
        sent = [hook["id"] for charge in (await desk.get(DESK)).json()["items"] for hook in charge["webhooks"]]
        for place in order:
            assert (await desk.post(f"{DESK}/webhooks/{sent[place]}/send")).status_code == 303
            await service.drain()
        charged = ("succeeded", None, "charged", 1, 1)
        declined = ("failed", "declined", "declined", 0, 0)
        assert await standing(service) == {
            "pm_ok": charged,
            "pm_declined": declined,
            "pm_timeout": charged if verdict == "charged" else declined,
        }
        hooks = [hook for charge in (await desk.get(DESK)).json()["items"] for hook in charge["webhooks"]]
        assert {(hook["state"], hook["status"]) for hook in hooks} == {("delivered", 204)}
        assert sum(hook["sends"] for hook in hooks) == len(order)


@settings(max_examples=5, deadline=None)
@given(
    st.sampled_from(["charged", "declined"]),
    st.booleans(),
    st.lists(st.integers(0, 2), max_size=3).flatmap(lambda more: st.permutations([0, 1, 2, *more])),
)
def test_every_permutation_and_duplication_ends_the_same(verdict: Verdict, given_up: bool, order: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(whatever_the_order(verdict, given_up, order, Path(folder)))
