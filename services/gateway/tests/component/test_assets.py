"""The files of pages."""

from __future__ import annotations

import re

from lms_adapters.web.pages import shared
from services.gateway.tests.component.conftest import Opening


async def test_the_files_of_pages_are_served(opened: Opening) -> None:
    async with opened() as client:
        answer = await client.get(shared().url("style.css"))
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/css; charset=utf-8")
        assert "immutable" in answer.headers["cache-control"]
        assert re.fullmatch(r'"[0-9a-f]{16}"', answer.headers["etag"])
        again = await client.get("/assets/style.css", headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content, again.headers["cache-control"]) == (304, b"", "no-cache")
        icon = await client.get("/assets/favicon.svg")
        assert icon.headers["content-type"] == "image/svg+xml"


async def test_nothing_else_is_a_file(opened: Opening) -> None:
    async with opened() as client:
        for path in ("/assets/", "/assets/nothing.css", "/assets/..%2fservice.py", "/assets/%2e%2e/service.py"):
            answer = await client.get(path)
            assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json"), path
