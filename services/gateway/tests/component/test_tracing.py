"""The story of a trace over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lms_adapters.platform.compose import Platform
from lms_adapters.sql.engine import writing
from lms_adapters.tests.platform.toy.service import SERVICE as TOY
from services.gateway.service import SERVICE as GATEWAY
from services.gateway.tests.component.conftest import running, speaking
from services.gateway.tests.component.game import HTML, SECRET, TRACE, text, win

DUE = 4_102_444_800_000
"""The first of January 2100."""


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[Platform]:
    async with running(tmp_path, GATEWAY, TOY) as platform:
        await win(platform)
        yield platform


async def test_a_story_for_people_and_for_programs(platform: Platform) -> None:
    async with speaking(platform) as client:
        page = await client.get(f"/traces/{TRACE}", headers=HTML)
        said = text(page.text)
        assert "consumer toy.count-point done" in said
        assert "event PlayerWon toy sent" in said
        assert "job toy.congratulate done" in said
        assert page.text.count("<ol>") == page.text.count("</ol>")
        assert page.text.count("<li>") == page.text.count("</li>")
        assert SECRET not in page.text
        story = (await client.get(f"/traces/{TRACE}")).json()
        assert (story["trace_id"], story["complete"], story["missing"]) == (TRACE, True, [])
        assert SECRET not in str(story)


async def test_a_job_of_another_day_is_shown_with_its_time(platform: Platform) -> None:
    database = platform.services["toy"].database
    assert database is not None
    async with writing(database) as driver:
        await driver.run("UPDATE lms_job SET state = 0, attempts = 0, done_at = NULL, due = $1", DUE)
    async with speaking(platform) as client:
        said = text((await client.get(f"/traces/{TRACE}", headers=HTML)).text)
        assert "What one request caused complete" in said
        assert "job toy.congratulate planned for 2100-01-01 00:00:00 UTC" in said


async def test_a_request_that_changed_nothing_is_remembered_too(platform: Platform) -> None:
    async with speaking(platform) as client:
        answer = await client.get("/api/v1/points/nobody")
        story = (await client.get(f"/traces/{answer.json()['trace_id']}")).json()
        [root] = story["roots"]
        assert (root["step"]["name"], root["step"]["state"], root["step"]["service"]) == (
            "GET /api/v1/points",
            "404",
            "toy",
        )


async def test_what_was_pasted_leads_to_the_story(platform: Platform) -> None:
    async with speaking(platform) as client:
        pasted = f"00-{TRACE}-b7ad6b7169203331-01"
        found = await client.get("/traces", params={"id": pasted}, headers=HTML)
        assert (found.status_code, found.headers["location"]) == (303, f"/traces/{TRACE}")


@pytest.mark.parametrize(
    ("path", "status", "problem"),
    [
        ("/traces?id=nonsense", 400, "invalid"),
        ("/traces", 400, "invalid"),
        ("/traces/%3Cscript%3E", 400, "invalid"),
        (f"/traces/{'a' * 32}", 404, "gateway/unknown-trace"),
    ],
)
async def test_refusals_are_pages_for_people_and_problems_for_programs(
    platform: Platform, path: str, status: int, problem: str
) -> None:
    async with speaking(platform) as client:
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{problem}")
        page = await client.get(path, headers=HTML)
        assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8")
        assert "<script>" not in page.text
        assert 'name="id"' in page.text
