"""The sandbox's mailbox over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms_adapters.platform.compose import Platform
from lms_adapters.platform.settings import BadSettings, Source
from lms_adapters.testing.service import ServiceUnderTest
from services.notification.service import SERVICE
from services.notification.tests.component.stories import BOB_CREATED, CREATED, ENROLLED, MAILBOX, mails


async def test_only_auditors_look_into_the_mailbox(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        assert (await service.client().get(MAILBOX)).status_code == 401
        for role in ("learner", "instructor"):
            assert (await service.client(role).get(MAILBOX)).status_code == 403
        assert await mails(service) == []


async def test_the_mailbox_comes_in_pages_and_by_address(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(CREATED, BOB_CREATED, ENROLLED)
        admin = service.client("admin")
        first = (await admin.get(MAILBOX, params={"limit": 2})).json()
        rest = (await admin.get(MAILBOX, params={"limit": 2, "cursor": first["next"]})).json()
        assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
        assert len(await mails(service, "?recipient=ada@example.org")) == 2


async def test_production_shows_no_mailbox(tmp_path: Path) -> None:
    environ = {"LMS_PROFILE": "production", "LMS_NOTIFICATION_MAIL_URL": "smtp://localhost"}
    async with ServiceUnderTest(SERVICE, tmp_path, environ) as service:
        answer = await service.client("admin").get(MAILBOX)
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")


def test_production_refuses_the_sandbox(tmp_path: Path) -> None:
    source = Source({"LMS_PROFILE": "production", "LMS_DATA": str(tmp_path)}, tmp_path / "lms.toml")
    with pytest.raises(BadSettings, match="mail_url"):
        Platform([SERVICE], source)
