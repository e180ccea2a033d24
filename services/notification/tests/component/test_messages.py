"""What happens in courses is told, and the inbox is its person's own."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from lms_adapters.testing.service import ServiceUnderTest
from lms_core.domain.events import Event
from lms_core.testing.fakes import fake_id
from services.notification.service import SERVICE
from services.notification.tests.component.stories import (
    ACTIVATED,
    ADA,
    BOB,
    CANCELLED,
    COMPLETED,
    COURSE,
    CREATED,
    ENROLLED,
    ENROLLMENT,
    INBOX,
    INVOICE,
    PENDING,
    PUBLISHED,
    SUSPENDED,
    inbox,
    mails,
    progress,
)


@pytest.mark.parametrize(
    ("event", "kind", "said"),
    [
        (ENROLLED, "enrolled", "Sailing"),
        (PENDING, "payment-awaited", "49.00 EUR"),
        (ACTIVATED, "content-open", "Sailing"),
        (SUSPENDED, "suspended", "was declined"),
        (CANCELLED, "cancelled", "was not paid in time"),
        (INVOICE, "receipt", "150,000 JPY"),
        (progress(50), "halfway", "5 of 10"),
        (COMPLETED, "completed", "congratulations"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_each_event_is_told_once_on_both_channels(tmp_path: Path, event: Event, kind: str, said: str) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(CREATED, PUBLISHED)
        await service.receive(event)
        await service.receive(event)
        told = (await inbox(service))["items"]
        assert [m["kind"] for m in told] == [kind, "welcome"]
        assert (told[0]["facts"]["course_id"], told[0]["facts"]["enrollment_id"]) == (str(COURSE), str(ENROLLMENT))
        _, mail = await mails(service)
        assert said in mail["text"]
        assert said in mail["html"]
        assert "Sailing" in mail["text"]
        assert await service.dead_letters() == []


async def test_progress_is_cheered_once_and_only_from_the_middle_on(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(CREATED, PUBLISHED, *(progress(p) for p in (10, 49, 60, 70, 100)))
        halves = [m for m in (await inbox(service))["items"] if m["kind"] == "halfway"]
        assert [m["facts"]["percent"] for m in halves] == [60]


async def test_each_suspension_is_told(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        later = msgspec.structs.replace(SUSPENDED, suspended_at=SUSPENDED.suspended_at + timedelta(hours=1))
        await service.receive(CREATED, SUSPENDED, later)
        assert [m["kind"] for m in (await inbox(service))["items"]].count("suspended") == 2


async def test_a_course_that_is_not_known_yet_is_waited_for_and_called_by_its_newest_name(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(CREATED, COMPLETED, ACTIVATED, progress(50))
        assert [m["kind"] for m in (await inbox(service))["items"]] == ["welcome"]
        newer = msgspec.structs.replace(PUBLISHED, version=2, title="Sailing by night")
        await service.receive(newer, PUBLISHED)
        await service.advance(timedelta(seconds=1))
        page = await inbox(service)
        assert len(page["items"]) == 4
        assert {m["facts"].get("course") for m in page["items"]} == {None, "Sailing by night"}
        assert await service.dead_letters() == []


async def test_the_inbox_comes_in_pages_the_newest_first(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(CREATED, ENROLLED, INVOICE)
        first = await inbox(service, "?limit=2")
        assert (len(first["items"]), first["unread"]) == (2, 3)
        rest = await inbox(service, f"?limit=2&cursor={first['next']}")
        assert (len(rest["items"]), rest["unread"], rest["next"]) == (1, 3, None)
        ids = [m["id"] for m in first["items"] + rest["items"]]
        assert ids == sorted(ids, reverse=True)
        assert len(set(ids)) == 3


async def test_reading_a_message_twice_is_reading_it_once(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(CREATED)
        [message] = (await inbox(service))["items"]
        ada = service.client("learner", id=ADA)
        assert (await ada.post(f"{INBOX}/{message['id']}/read")).status_code == 204
        page = await inbox(service)
        service.clock.advance(timedelta(minutes=1))
        key = {"Idempotency-Key": "k1"}
        again = [await ada.post(f"{INBOX}/{message['id']}/read", headers=key) for _ in range(2)]
        assert [a.status_code for a in again] == [204, 204]
        assert page["unread"] == 0
        assert page["items"][0]["read_at"] is not None
        assert await inbox(service) == page


async def test_a_message_is_its_persons_own(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(CREATED)
        [message] = (await inbox(service))["items"]
        [mail] = await mails(service)
        bob, ada = service.client("admin", id=BOB), service.client("learner", id=ADA)
        refused = [
            await bob.post(f"{INBOX}/{message['id']}/read"),
            await ada.post(f"{INBOX}/{mail['idempotency_key']}/read"),
            await ada.post(f"{INBOX}/{fake_id(999)}/read"),
        ]
        assert [(a.status_code, a.json()["type"]) for a in refused] == [(404, "/problems/not-found")] * 3
        assert (await bob.get(INBOX)).json() == {"items": [], "next": None, "unread": 0}
        assert (await inbox(service))["unread"] == 1


@pytest.mark.parametrize(
    ("query", "pointer"), [("?cursor=!", "#/cursor"), ("?limit=0", "#/limit"), ("?kind=gossip", "#/kind")]
)
async def test_a_bad_query_is_refused_at_its_place(tmp_path: Path, query: str, pointer: str) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        answer = await service.client("learner", id=ADA).get(f"{INBOX}{query}")
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", f"/{fake_id(1)}/read"), ("GET", "/stream")])
async def test_nobody_gets_nothing(tmp_path: Path, method: str, path: str) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        assert (await service.client().request(method, f"{INBOX}{path}")).status_code == 401
        assert (await service.client("stranger").request(method, f"{INBOX}{path}")).status_code == 403
