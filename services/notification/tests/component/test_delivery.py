"""The sandbox's mailbox over HTTP."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from pathlib import Path

import pytest

from lms_adapters.platform.compose import Platform
from lms_adapters.platform.settings import BadSettings, Source
from lms_adapters.testing.service import ServiceUnderTest
from lms_core.domain.errors import Unavailable
from services.notification.adapters.sandbox.delivery import SandboxMailer
from services.notification.service import SERVICE
from services.notification.tests.component.stories import BOB_CREATED, CREATED, ENROLLED, MAILBOX, mails

OFF = {"LMS_NOTIFICATION_SMS_URL": "", "LMS_NOTIFICATION_PUSH_URL": ""}
PAGE = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


async def test_the_mailbox_comes_in_pages_and_by_address(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        assert await mails(service) == []
        await service.receive(CREATED, BOB_CREATED, ENROLLED)
        anyone = service.client()
        first = (await anyone.get(MAILBOX, params={"limit": 2})).json()
        rest = (await anyone.get(MAILBOX, params={"limit": 2, "cursor": first["next"]})).json()
        assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
        assert len(await mails(service, "&recipient=ada@example.org")) == 2
        assert (await anyone.get(MAILBOX, params={"channel": "sms"})).json()["items"] == []
        assert (await anyone.get(MAILBOX, params={"channel": "pigeon"})).status_code == 400


async def test_people_see_a_page(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        browser = service.client()
        assert "Nothing yet" in (await browser.get(MAILBOX, headers=PAGE)).text
        await service.receive(CREATED, BOB_CREATED, ENROLLED)
        page = await browser.get(MAILBOX, headers=PAGE, params={"limit": 2})
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "default-src 'self'" in page.headers["content-security-policy"]
        keys = re.findall(rf'href="{MAILBOX}/([0-9a-f-]*)"', page.text)
        assert (len(keys), keys) == (2, sorted(keys, reverse=True))
        [older] = re.findall(r'href="([^"]*)" rel="next"', page.text)
        rest = await browser.get(html.unescape(older), headers=PAGE)
        assert "Welcome, Ada" in rest.text
        assert 'rel="next"' not in rest.text
        one = await browser.get(MAILBOX, headers=PAGE, params={"recipient": "bob@example.org", "channel": "email"})
        assert re.findall(r'class="to">([^<]*)<', one.text) == ["bob@example.org"]
        assert 'value="bob@example.org"' in one.text
        assert "Nothing here" in (await browser.get(MAILBOX, headers=PAGE, params={"recipient": '"><b>'})).text


async def test_a_mail_is_shown_as_it_arrives_and_can_do_nothing(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(CREATED)
        [mail] = await mails(service)
        browser, path = service.client(), f"{MAILBOX}/{mail['idempotency_key']}"
        page = await browser.get(path, headers=PAGE)
        assert f'<a class="mono" href="/traces/{mail["headers"]["X-Trace-Id"]}">' in page.text
        assert re.search(r'<iframe[^>]* sandbox="allow-popups allow-popups-to-escape-sandbox"', page.text)
        assert mail["text"].splitlines()[0] in html.unescape(page.text)
        body = await browser.get(f"{path}/html")
        assert body.text == mail["html"].replace("<head>", '<head><base target="_blank">')
        rules = body.headers["content-security-policy"].split("; ")
        assert {"default-src 'none'", "form-action 'none'", "frame-ancestors 'self'"} <= set(rules)
        assert any(rule.startswith("sandbox") and "script" not in rule for rule in rules)
        for strange in (f"{MAILBOX}/nothing", f"{MAILBOX}/nothing/html", f"{MAILBOX}/assets/nothing.css"):
            assert (await browser.get(strange)).status_code == 404


async def test_what_is_not_there_is_a_page_for_people_too(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        client = service.client()
        assert (await client.get(f"{MAILBOX}/nothing")).json()["type"] == "/problems/not-found"
        page = await client.get(f"{MAILBOX}/nothing", headers=PAGE)
        assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "<h1>There is no such thing" in page.text
        assert f'<a href="{MAILBOX}">Back to Mailbox</a>' in page.text


async def test_the_pages_files_are_served(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        page = await service.client().get(MAILBOX, headers=PAGE)
        [style] = re.findall(rf'href="({MAILBOX}/assets/[^"]*)"', page.text)
        answer = await service.client().get(style)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/css; charset=utf-8")


async def test_production_shows_no_mailbox(tmp_path: Path) -> None:
    environ = {"LMS_PROFILE": "production", "LMS_NOTIFICATION_MAIL_URL": "smtp://localhost"} | OFF
    async with ServiceUnderTest(SERVICE, tmp_path, environ) as service:
        answer = await service.client("admin").get(MAILBOX)
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")


def test_production_refuses_the_sandbox(tmp_path: Path) -> None:
    source = Source({"LMS_PROFILE": "production", "LMS_DATA": str(tmp_path)}, tmp_path / "lms.toml")
    with pytest.raises(BadSettings, match="mail_url"):
        Platform([SERVICE], source)


async def test_mail_waits_for_a_mail_server_however_long_it_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise Unavailable("the mail server does not answer")

    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        workers = service.running.workers
        assert workers is not None
        with monkeypatch.context() as outage:
            outage.setattr(SandboxMailer, "send", away)
            await service.receive(CREATED)
            for _ in range(18):
                await service.advance(timedelta(minutes=20))
        await service.advance(timedelta(minutes=20))
        assert [mail["recipient"] for mail in await mails(service)] == ["ada@example.org"]

        with monkeypatch.context() as outage:
            outage.setattr(SandboxMailer, "send", away)
            await service.receive(BOB_CREATED)
            await service.give_up()
        [dead] = await workers.queue.listing(dead=True)
        assert dead["error"] == "the mail server does not answer"
        assert await workers.queue.requeue(dead["id"])
        await service.drain()
        assert [mail["recipient"] for mail in await mails(service)] == ["ada@example.org", "bob@example.org"]
