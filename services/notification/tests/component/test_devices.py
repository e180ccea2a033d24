"""Devices are their owner's own; what concerns them comes there too."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from lms_adapters.testing.service import TRACE, ServiceUnderTest
from lms_core.contracts.notification import MessageDelivered
from lms_core.testing.fakes import fake_id
from services.notification.domain.devices import MAX_DEVICES
from services.notification.service import SERVICE
from services.notification.tests.component.stories import ADA, BOB, COMPLETED, CREATED, MAILBOX, PUBLISHED, SUSPENDED
from services.notification.tests.component.test_delivery import OFF, PAGE
from services.notification.tests.domain.test_devices import ENDPOINT, KEY

DEVICES = "/api/v1/devices"
PHONE = {"channel": "sms", "address": "+49 30 901820", "name": "Phone"}
BROWSER = {"channel": "push", "address": ENDPOINT, "name": "Browser", "keys": {"p256dh": KEY, "auth": KEY}}


async def add(service: ServiceUnderTest, body: dict[str, Any]) -> dict[str, Any]:
    answer = await service.client("learner", id=ADA).post(DEVICES, json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def kept(service: ServiceUnderTest, channel: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await service.client().get(MAILBOX, params={"channel": channel})).json()["items"]
    return found


async def test_devices_are_added_listed_and_removed(tmp_path: Path, environ: dict[str, str]) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path, environ) as service:
        ada = service.client("learner", id=ADA)
        phone, browser = await add(service, PHONE), await add(service, BROWSER)
        assert (phone["channel"], phone["address"], phone["name"]) == ("sms", "+4930901820", "Phone")
        assert {d["id"] for d in (await ada.get(DEVICES)).json()["items"]} == {phone["id"], browser["id"]}
        only = (await ada.get(DEVICES, params={"channel": "push"})).json()["items"]
        assert [d["id"] for d in only] == [browser["id"]]
        assert (await ada.delete(f"{DEVICES}/{phone['id']}")).status_code == 204
        assert [d["id"] for d in (await ada.get(DEVICES)).json()["items"]] == [browser["id"]]
        again = await ada.delete(f"{DEVICES}/{phone['id']}")
        assert (again.status_code, again.json()["type"]) == (404, "/problems/not-found")


async def test_a_device_that_registers_again_is_the_same(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        first = await add(service, BROWSER)
        again = await add(service, BROWSER | {"name": "Renamed"})
        assert (again["id"], again["name"]) == (first["id"], "Renamed")
        ada = service.client("learner", id=ADA)
        key = {"Idempotency-Key": "k"}
        answers = [await ada.post(DEVICES, json=PHONE, headers=key) for _ in range(2)]
        assert answers[0].json() == answers[1].json()
        assert len((await ada.get(DEVICES)).json()["items"]) == 2


async def test_devices_are_their_owners_own(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        phone = await add(service, PHONE)
        bob = service.client("admin", id=BOB)
        assert (await bob.get(DEVICES)).json()["items"] == []
        assert (await bob.delete(f"{DEVICES}/{phone['id']}")).status_code == 404
        assert (await bob.post(DEVICES, json=PHONE)).json()["id"] != phone["id"]
        for client, status in ((service.client(), 401), (service.client("stranger"), 403)):
            assert (await client.get(DEVICES)).status_code == status
            assert (await client.post(DEVICES, json=PHONE)).status_code == status
            assert (await client.delete(f"{DEVICES}/{phone['id']}")).status_code == status


async def test_a_browser_is_reached_for_who_added_it_last(tmp_path: Path, environ: dict[str, str]) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path, environ) as service:
        ada, bob = (service.client("learner", id=id) for id in (ADA, BOB))
        await service.receive(CREATED, PUBLISHED)
        hers = await add(service, BROWSER)
        his = (await bob.post(DEVICES, json=BROWSER)).json()
        assert his["id"] != hers["id"]
        assert (await ada.get(DEVICES)).json()["items"] == []
        await service.receive(COMPLETED)
        assert await kept(service, "push") == []
        again = await add(service, BROWSER)
        assert (await bob.get(DEVICES)).json()["items"] == []
        assert (await ada.get(DEVICES)).json()["items"] == [again]


async def test_rivals_at_one_browser(tmp_path: Path, environ: dict[str, str]) -> None:
    """Ten people at once: one has it."""
    people = [fake_id(700 + n) for n in range(10)]
    async with ServiceUnderTest(SERVICE, tmp_path, environ) as service:
        clients = [service.client("learner", id=id) for id in people]
        answers = await asyncio.gather(*(client.post(DEVICES, json=BROWSER) for client in clients))
        assert {answer.status_code for answer in answers} <= {201, 409}
        held = [item for client in clients for item in (await client.get(DEVICES)).json()["items"]]
        assert [item["address"] for item in held] == [ENDPOINT]


async def test_there_are_only_so_many(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        for n in range(MAX_DEVICES):
            await add(service, PHONE | {"address": f"+49 30 90182{n}"})
        answer = await service.client("learner", id=ADA).post(DEVICES, json=BROWSER)
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/notification/too-many-devices")
        await add(service, PHONE | {"address": "+49 30 901820", "name": "Renewed"})


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (PHONE | {"address": "030 901820"}, "#/address"),
        (BROWSER | {"address": "https://localhost/1"}, "#/address"),
        (BROWSER | {"keys": None}, "#/keys"),
        (PHONE | {"keys": BROWSER["keys"]}, "#/keys"),
        (PHONE | {"channel": "email"}, "#/channel"),
        (PHONE | {"owner_id": str(BOB)}, "#/owner_id"),
    ],
)
async def test_what_cannot_be_reached_is_refused(tmp_path: Path, body: dict[str, Any], pointer: str) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        answer = await service.client("learner", id=ADA).post(DEVICES, json=body)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)


async def test_what_cannot_wait_comes_by_sms_and_good_news_as_a_push(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(CREATED, PUBLISHED)
        await add(service, PHONE)
        await add(service, BROWSER)
        await service.receive(SUSPENDED)
        await service.receive(SUSPENDED, COMPLETED)
        [sms] = await kept(service, "sms")
        assert (sms["recipient"], sms["person"]) == ("+4930901820", "ada@example.org")
        assert "the payment was declined" in sms["text"]
        assert sms["headers"]["X-Trace-Id"] == TRACE[3:35]
        completed, suspended = await kept(service, "push")
        assert (completed["recipient"], completed["subject"]) == ("Browser", "You did it: “Sailing” is complete")
        assert "paused" in suspended["subject"]
        told = [event.channel for event in await service.published(MessageDelivered)]
        assert sorted(told) == ["email"] * 3 + ["in-app"] * 3 + ["push"] * 2 + ["sms"]
        page = (await service.client().get(f"{MAILBOX}/{sms['idempotency_key']}", headers=PAGE)).text
        assert 'class="bubble sms"' in page
        assert "the payment was declined" in page
        assert await service.dead_letters() == []


async def test_without_a_device_or_a_carrier_nothing_is_sent_there(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path, OFF) as service:
        await service.receive(CREATED, SUSPENDED)
        await add(service, PHONE)
        await service.receive(CREATED, PUBLISHED, COMPLETED)
        assert await kept(service, "sms") == await kept(service, "push") == []
        assert {event.channel for event in await service.published(MessageDelivered)} == {"email", "in-app"}


async def test_the_key_of_a_device_is_not_shown(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        browser = await add(service, BROWSER)
        assert set(browser) == {"id", "channel", "address", "name", "added_at"}
