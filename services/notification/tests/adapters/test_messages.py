"""Rivals write into one inbox: each thing is told once, and positions follow the order of commits without a gap."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from lms_adapters.testing.service import ServiceUnderTest
from lms_core.contracts.course import UserEnrolled
from lms_core.domain.selection import Selection
from lms_core.testing.fakes import fake_id
from services.notification.ports.messages import Inbox
from services.notification.service import SERVICE
from services.notification.tests.component.stories import ADA, CREATED, ENROLLED
from services.notification.usecases.messages import ConfirmEnrollment


async def _rivals(service: ServiceUnderTest) -> None:
    await service.receive(CREATED)
    container = service.running.container

    async def confirm(event: UserEnrolled) -> None:
        async with container() as scope:
            await (await scope.get(ConfirmEnrollment))(event)

    events = [msgspec.structs.replace(ENROLLED, enrollment_id=fake_id(500 + n)) for n in range(8)]
    await asyncio.gather(*(confirm(event) for event in [*events, *events]))
    inbox = await container.get(Inbox)
    assert [m.position for m in await inbox.after(ADA, 0, limit=100)] == list(range(1, 10))
    listed = await inbox.some(ADA, Selection(sort="created_at", descending=True))
    assert sorted(m.position or 0 for m in listed) == list(range(1, 10))
    assert await inbox.last_position(ADA) == 9
    assert await inbox.unread(ADA) == 9


async def test_each_thing_is_told_once_and_in_its_place(tmp_path: Path, environ: dict[str, str]) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path, environ) as service:
        await _rivals(service)
