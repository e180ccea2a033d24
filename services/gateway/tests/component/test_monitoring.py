"""The front page, and what stands behind it for programs."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from lms_adapters.platform.compose import Platform
from lms_adapters.tests.platform.toy.service import SERVICE as TOY
from lms_adapters.web.pages import DEVELOPMENT, NAVIGATION
from services.gateway.adapters.watching import Watch
from services.gateway.domain.monitoring import Tally
from services.gateway.ports.rate_limiting import Ticks
from services.gateway.service import SERVICE as GATEWAY
from services.gateway.tests.adapters.edge import listening
from services.gateway.tests.component.conftest import running, speaking, token
from services.gateway.tests.component.game import HTML, SECRET, TRACE, text, win


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[Platform]:
    async with running(tmp_path, GATEWAY, TOY, LMS_GATEWAY_WATCH_SECONDS="0.001") as platform:
        await win(platform)
        yield platform


async def test_a_browser_gets_a_page_and_a_program_the_document(platform: Platform) -> None:
    async with speaking(platform) as client:
        page = await client.get("/", headers=HTML)
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "script-src" not in page.headers["content-security-policy"]  # what default-src says: our own files only
        for accept in ("*/*", "application/json", "text/html;q=0.5, application/json"):
            index = await client.get("/", headers={"accept": accept})
            assert (index.json()["name"], index.headers["vary"]) == ("LMS platform", "Accept")
        for path in re.findall(r'(?:href|src)="(/assets/[^"]*)"', page.text):
            assert (await client.get(path)).headers["cache-control"].endswith("immutable")
        for script in ("session.js", "overview.js", "trace.js", "times.js"):
            assert (await client.get(f"/assets/{script}")).headers["content-type"].startswith("text/javascript")


async def test_the_page_says_everything_without_a_script(platform: Platform) -> None:
    async with speaking(platform) as client:
        await client.get("/api/v1/points/nobody")
        page = (await client.get("/", headers=HTML)).text
    said = text(page)
    assert "2 of 2 services up" in said
    assert re.search(r"toy up A counter\. Answers in [\d.]+ ms Requests/s [\d.]+ Version 0\.1\.0 To send 0", said)
    assert f'href="/traces/{TRACE}"' in page
    assert "PlayerWon" in said
    assert SECRET not in page
    assert re.search(r'aria-current="page">Overview', page)
    for path, name in (*NAVIGATION[1:], *DEVELOPMENT):
        assert re.search(f'<li><a href="{path}">{name}</a> <span class="quiet">[^<]+</span></li>', page), path


async def test_errors_are_red_when_there_are_some(tmp_path: Path) -> None:
    async with running(tmp_path, GATEWAY, TOY) as platform, speaking(platform) as client:
        assert '<dd class="spark">' in (page := (await client.get("/", headers=HTML)).text)
        assert 'class="spark bad"' not in page
        assert 'class="bad"' not in page
        container = platform.container("gateway")
        tally, ticks = await container.get(Tally), await container.get(Ticks)
        tally.count("toy", ticks() // 1_000_000_000 - 1, failed=True)
        page = (await client.get("/", headers=HTML)).text
        assert 'class="spark bad"' in page
        assert re.search(r'data-figure="Errors/s" class="bad">0\.\d', page)


async def test_the_pulse_for_programs(platform: Platform) -> None:
    async with speaking(platform) as client:
        await client.get("/api/v1/points/nobody")
        now = (await client.get("/pulse")).json()
    gateway, toy = now["services"]
    assert (gateway["name"], gateway["state"], toy["name"], toy["state"]) == ("gateway", "up", "toy", "up")
    assert (toy["outbox"], toy["inbox"], toy["jobs"], toy["dead_letters"], toy["dead_jobs"]) == (0, 0, 0, 0, 0)
    assert (len(now["requests"]), len(now["errors"])) == (60, 60)


async def blocks(answer: httpx.Response) -> AsyncIterator[tuple[str, str, Any]]:
    """Event, id and data of a stream."""
    fields: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "event" in fields:
            yield fields["event"], fields.get("id", ""), msgspec.json.decode(fields["data"])
            fields = {}


async def test_events_flow_and_a_stream_goes_on_where_the_last_one_ended(platform: Platform) -> None:
    async with listening(platform.neighbours["gateway"]) as url, httpx.AsyncClient(base_url=url) as client:
        async with client.stream("GET", "/live") as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            found = [block async for _, block in azip(2, blocks(answer))]
        assert [name for name, _, _ in found] == ["pulse", "published"]
        _, last, event = found[1]
        assert event == {"service": "toy", "type": "lms.toy.PlayerWon.v1", "at": event["at"], "trace_id": TRACE}
        assert SECRET not in str(found)
        async with client.stream("GET", "/live", headers={"last-event-id": last}) as answer:
            again = [name async for _, (name, _, _) in azip(3, blocks(answer))]
        assert again == ["pulse"] * 3
    watch = await platform.container("gateway").get(Watch)
    assert watch.watching == 0


async def azip(count: int, source: AsyncIterator[Any]) -> AsyncIterator[tuple[int, Any]]:
    """The first `count`."""
    for n in range(count):
        yield n, await anext(source)


async def test_a_service_that_is_down_shows_as_down_with_its_last_figures(tmp_path: Path) -> None:
    async with running(tmp_path / "toy", TOY) as elsewhere:
        await win(elsewhere)
        async with listening(elsewhere.neighbours["toy"]) as url:
            settings = {"LMS_GATEWAY_UPSTREAMS": f"toy={url}", "LMS_GATEWAY_WATCH_SECONDS": "0.001"}
            gateway = running(tmp_path, GATEWAY, **settings)
            platform = await gateway.__aenter__()
            async with speaking(platform) as client:
                [_, toy] = (await client.get("/pulse")).json()["services"]
                assert toy["state"] == "up"
                assert "PlayerWon" in (await client.get("/", headers=HTML)).text
        async with speaking(platform) as client:
            [_, toy] = (await client.get("/pulse")).json()["services"]
            assert (toy["state"], toy["version"], toy["outbox"], toy["latency_ms"]) == ("down", "0.1.0", 0, None)
            assert "does not answer" in toy["why"][0]
            said = text((await client.get("/", headers=HTML)).text)
            assert "1 of 2 services up" in said
            assert "Figures of" in said
        await gateway.__aexit__(None, None, None)


@pytest.fixture
async def production(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a platform in production."""
    environ = {"LMS_PROFILE": "production", "LMS_GATEWAY_WATCH_SECONDS": "0.001"}
    async with running(tmp_path, GATEWAY, TOY, **environ) as platform:
        await win(platform)
        async with speaking(platform) as client:
            yield client


def bearer(role: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token(1, role)}"}


async def test_in_production_the_doings_are_the_administrators(production: httpx.AsyncClient) -> None:
    for path in ("/pulse", "/live", f"/traces/{TRACE}", f"/traces?id={TRACE}"):
        assert (await production.get(path)).status_code == 401, path
        refused = await production.get(path, headers=bearer("instructor"))
        assert (refused.status_code, refused.json()["rule"]) == (403, "platform:watch")
    assert (await production.get("/pulse", headers=bearer("admin"))).status_code == 200
    assert (await production.get(f"/traces/{TRACE}", headers=bearer("admin"))).status_code == 200


async def test_in_production_the_front_page_shows_strangers_what_the_index_does(production: httpx.AsyncClient) -> None:
    page = await production.get("/", headers=HTML)
    said = text(page.text)
    assert (page.status_code, "ready" in said, "toy A counter." in said) == (200, True, True)
    assert "Sign in to watch" in said
    for hidden in ("PlayerWon", TRACE, "Answers in", "/dev/"):
        assert hidden not in page.text
    assert "Answers in" in text((await production.get("/", headers=HTML | bearer("admin"))).text)
    refused = await production.get(f"/traces/{TRACE}", headers=HTML)
    assert (refused.status_code, "Sign in to watch" in refused.text) == (401, True)
    assert refused.headers["www-authenticate"] == "Bearer"
    assert "Sign in first." not in text(refused.text)  # the heading says it


async def test_in_production_who_may_not_watch_is_told_what_they_lack(production: httpx.AsyncClient) -> None:
    for path, status in (("/", 200), (f"/traces/{TRACE}", 403)):
        page = await production.get(path, headers=HTML | bearer("learner"))
        said = text(page.text)
        assert (page.status_code, "Your account may not look here" in said) == (status, True)
        assert "need the permission platform:watch . Administrators have it" in said
        assert "sign in with another account" in said
        assert 'id="sign-in"' in page.text
        assert 'id="account"' in page.text  # who that is, and the way out
