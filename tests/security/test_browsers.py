"""What a browser could be made to do: pages of other origins, redirects, scripts, frames."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.security.knock import Answer, knock
from tests.security.school import API, School, opened

pytestmark = pytest.mark.asyncio(loop_scope="package")

OURS, EVIL = "https://app.example.org", "https://evil.example"


async def preflight(school: School, origin: str, path: str = "/auth/login") -> Answer:
    asked = [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization"),
    ]
    return await knock(school.front, "OPTIONS", API + path, headers=asked)


async def test_pages_of_other_origins_are_not_let_in(tmp_path: Path) -> None:
    async with opened(tmp_path, {"LMS_GATEWAY_CORS_ORIGINS": OURS}) as school:
        assert (await preflight(school, OURS)).header("access-control-allow-origin") == OURS
        for origin in (
            EVIL,
            "null",
            f"{OURS}.evil.example",
            OURS.upper(),
            OURS + ":444",
            "http://app.example.org",
            "",
            "*",
        ):
            for answer in (
                await preflight(school, origin),
                await knock(school.front, "GET", f"{API}/auth/jwks", headers=[("origin", origin)]),
            ):
                assert answer.header("access-control-allow-origin") is None, origin
                assert "origin" in (answer.header("vary") or "").lower()


@pytest.mark.parametrize("origins", [OURS, "*"])
async def test_credentials_of_the_browser_are_never_asked_for(tmp_path: Path, origins: str) -> None:
    """No cookies, no ambient authority: nothing that another origin's page could ride on."""
    async with opened(tmp_path, {"LMS_GATEWAY_CORS_ORIGINS": origins}) as school:
        for answer in (
            await preflight(school, OURS),
            await knock(school.front, "GET", f"{API}/auth/jwks", headers=[("origin", OURS)]),
            await knock(school.front, "GET", f"{API}/users/me", headers=[("origin", OURS)]),
        ):
            assert answer.header("access-control-allow-credentials") is None
            assert answer.header("set-cookie") is None


async def test_nothing_redirects_to_where_a_client_says(shared: School) -> None:
    """Open redirects: by path, query and header."""
    odd = [("host", "lms.example"), ("x-forwarded-host", "evil.example"), ("referer", EVIL)]
    for path in (
        "//evil.example",
        "//evil.example/%2e%2e",
        "/\\evil.example",
        "/https://evil.example",
        f"{API}/auth/login?next={EVIL}",
        f"/?url={EVIL}&redirect_uri={EVIL}&return_to={EVIL}",
        f"{API}/users/me/",
        "/docs/..;/evil",
    ):
        answer = await knock(shared.front, "GET", path, headers=odd[1:])
        assert not 300 <= answer.status < 400, (path, answer.status)
        assert "evil" not in (answer.header("location") or "")


async def test_answers_are_nothing_but_what_they_say(shared: School) -> None:
    """Sniffed as HTML, a document of JSON could run somebody's script."""
    for path in (f"{API}/auth/jwks", f"{API}/users/me", f"{API}/courses", f"{API}/nothing", "/openapi.json", "/"):
        answer = await knock(shared.front, "GET", path, token=shared.learner.token)
        assert answer.header("x-content-type-options") == "nosniff", path
