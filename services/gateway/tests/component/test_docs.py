"""The pages of the API and of the events, as a browser meets them."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import httpx
import pytest

from services.gateway.tests.component.conftest import Opening


class Page(HTMLParser):
    """What a page refers to, and what stands inline in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.files: set[str] = set()
        self.links: set[str] = set()
        self.ids: list[str] = []
        self.inline: list[str] = []
        self._tag = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One of the parser's hooks."""
        given = {name: value or "" for name, value in attrs}
        self._tag = tag
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        self.ids += [given["id"]] if "id" in given else []
        if tag in ("script", "link"):
            self.files.add(given.get("src") or given["href"])
        elif "href" in given or "action" in given:
            self.links.add(given.get("href") or given["action"])

    def handle_data(self, data: str) -> None:
        """One of the parser's hooks."""
        if self._tag in ("script", "style") and data.strip():
            self.inline.append(data)


async def page(client: httpx.AsyncClient, path: str) -> tuple[httpx.Response, Page]:
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    return answer, Page(answer.text)


@pytest.mark.parametrize("path", ["/docs", "/docs/events"])
async def test_everything_it_needs_is_here(opened: Opening, path: str) -> None:
    async with opened() as client:
        _, found = await page(client, path)
        assert found.inline == []
        assert len(found.ids) == len(set(found.ids))
        assert [one for one in found.files | found.links if not re.match(r"[/#]", one)] == []
        for file in found.files:
            answer = await client.get(file)
            assert (answer.status_code, "immutable" in answer.headers["cache-control"]) == (200, True), file
            external = re.findall(rb"(?:url\(|@import )\s*[\"']?(?:https?:)?//", answer.content)
            assert external == [], file
        for link in {link for link in found.links if link.startswith("#")}:
            assert link[1:] in found.ids


@pytest.mark.parametrize(
    ("path", "images"), [("/docs", "img-src 'self' data:"), ("/docs/events", "frame-ancestors 'none'")]
)
async def test_the_browser_runs_nothing_else(opened: Opening, path: str, images: str) -> None:
    async with opened() as client:
        answer, _ = await page(client, path)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'self'; ")
        assert images in policy
        assert "unsafe" not in policy


async def test_demo_accounts_are_offered_in_development_only(opened: Opening) -> None:
    async with opened() as client:
        _, found = await page(client, "/docs")
        assert {"sign-in", "demo"} <= set(found.ids)
    async with opened(profile="production") as client:
        _, found = await page(client, "/docs")
        assert "sign-in" in found.ids
        assert "demo" not in found.ids


async def test_events_are_told_with_their_fields(opened: Opening) -> None:
    async with opened() as client:
        answer, found = await page(client, "/docs/events")
        assert {"auth", "UserCreated"} <= set(found.ids)
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))
        for words in ("lms.auth.UserCreated.v1", "display_name", "Its subject is the user_id .", "ce_type"):
            assert words in text
        assert "Personal" in text


@pytest.mark.parametrize(
    ("wanted", "count", "shown"),
    [
        ("usercreated", "1 event", True),
        ("display_name user_id", "1 event", True),
        ("nothing like it", "0 events", False),
    ],
)
async def test_events_are_searched_without_scripts(opened: Opening, wanted: str, count: str, shown: bool) -> None:
    async with opened() as client:
        answer = await client.get("/docs/events", params={"q": wanted})
        assert f"{count} for “{wanted}”" in answer.text
        assert ('id="UserCreated"' in answer.text) is shown


async def test_what_is_searched_for_is_text(opened: Opening) -> None:
    async with opened() as client:
        answer = await client.get("/docs/events", params={"q": "<script>alert(1)</script>"})
        assert "<script>alert" not in answer.text
        assert (await client.get("/docs/events", params={"q": "x" * 201})).status_code == 400
