"""Requests through the gateway to auth."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from lms_core.testing.fakes import fake_id
from services.gateway.domain.discovery import Directory
from services.gateway.service import SERVICE as GATEWAY
from services.gateway.tests.component.conftest import Opening, running, speaking, token
from services.gateway.tests.component.neighbour import SERVICE as NEIGHBOUR

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def test_a_request_comes_through_with_its_trace(opened: Opening) -> None:
    async with opened() as client:
        answer = await client.get("/api/v1/auth/keys", headers={"traceparent": TRACE})
        assert (answer.status_code, answer.json()) == (200, {"keys": []})
        assert answer.headers["traceparent"][:36] == TRACE[:36]
        assert len(answer.headers.get_list("traceparent")) == 1


async def test_who_signed_in_is_known_to_the_service(opened: Opening) -> None:
    async with opened() as client:
        assert (await client.get("/api/v1/auth/me")).status_code == 401
        answer = await client.get("/api/v1/auth/me", headers={"authorization": f"Bearer {token(1)}"})
        assert (answer.status_code, answer.json()) == (200, {"id": str(fake_id(1))})


async def test_an_event_stream_comes_through(opened: Opening) -> None:
    async with opened() as client:
        answer = await client.get("/api/v1/auth/events")
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.text.endswith("data: 0\n\ndata: 1\n\ndata: 2\n\n")


async def test_a_services_refusal_comes_through(opened: Opening) -> None:
    async with opened() as client:
        answer = await client.post("/api/v1/auth/login", json={"email": "a@b.c"})
        assert (answer.status_code, answer.json()["type"]) == (401, "/problems/auth/bad-credentials")
        assert answer.json()["trace_id"] == answer.headers["traceparent"][3:35]


async def test_a_token_that_does_not_count_is_refused_where_somebody_is_wanted(opened: Opening) -> None:
    async with opened() as client:
        for authorization in ("Bearer a.b.c", "Basic YTpi"):
            answer = await client.get("/api/v1/auth/me", headers={"authorization": authorization})
            assert (answer.status_code, answer.json()["type"]) == (401, "/problems/unauthenticated")
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.json()["detail"]
            assert (await client.get("/api/v1/auth/keys", headers={"authorization": authorization})).status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/nothing", "/internal/descriptor", "/internal/openapi"])
async def test_what_is_nobodys_is_404(opened: Opening, path: str) -> None:
    async with opened() as client:
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")
        assert answer.json()["trace_id"] == answer.headers["traceparent"][3:35]


async def test_paths_at_the_root_are_forwarded_as_they_are(opened: Opening) -> None:
    async with opened() as client:
        assert (await client.get("/xapi/about")).json() == {"version": "1.0.3"}
        assert (await client.get("/dev/mailbox")).json() == {"mails": "none"}
        assert (await client.get("/xapi")).json()["type"] == "/problems/not-found"
        assert "/xapi/about" in (await client.get("/openapi.json")).json()["paths"]


@pytest.mark.parametrize("ours", ["production", "dev"])
@pytest.mark.parametrize("theirs", ["production", "dev"])
async def test_pages_of_development_are_there_where_gateway_and_service_are_for_it(
    tmp_path: Path, ours: str, theirs: str
) -> None:
    profiles = {"LMS_GATEWAY_PROFILE": ours, "LMS_AUTH_PROFILE": theirs}
    async with running(tmp_path, GATEWAY, NEIGHBOUR, **profiles) as platform, speaking(platform) as client:
        assert (await client.get("/xapi/about")).status_code == 200
        expected = 200 if ours == theirs == "dev" else 404
        answer = await client.get("/dev/mailbox")
        assert answer.status_code == expected
        assert (await client.get("/dev/elsewhere")).status_code == 404
        directory = await platform.container("gateway").get(Directory)
        assert ("/dev/mailbox" in directory.known["auth"].roots) == (theirs == "dev")


async def test_a_service_in_production_has_no_pages_of_development_at_its_own_door_either(tmp_path: Path) -> None:
    async with running(tmp_path, NEIGHBOUR, LMS_PROFILE="production") as platform:
        transport = httpx.ASGITransport(app=platform.neighbours["auth"])  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://auth.example") as client:
            assert (await client.get("/dev/mailbox")).status_code == 404
            assert (await client.get("/xapi/about")).status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/auth//keys", "/api/v1/auth/%2e%2e/%2e%2e/internal", "/api/v1/auth/%2fjwks"])
async def test_a_trick_is_400(opened: Opening, path: str) -> None:
    async with opened() as client:
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["type"]) == (400, "/problems/gateway/bad-path")


async def test_headers_that_may_stand_once_may_not_stand_twice(opened: Opening) -> None:
    async with opened() as client:
        twice = [("authorization", "Bearer a"), ("authorization", "Bearer b")]
        answer = await client.get("/api/v1/auth/keys", headers=twice)
        assert (answer.status_code, answer.json()["type"]) == (400, "/problems/invalid")
        strange = await client.get("/api/v1/auth/keys", headers={"host": 'x";for=1.1.1.1'})
        assert strange.status_code == 400


async def test_pages_of_another_origin_ask_first(opened: Opening) -> None:
    async with opened(cors_origins="https://app.example") as client:
        asked = {"origin": "https://app.example", "access-control-request-method": "POST"}
        answer = await client.options("/api/v1/auth/login", headers=asked)
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, "https://app.example")
        seen = await client.get("/api/v1/auth/keys", headers={"origin": "https://app.example"})
        assert seen.headers["access-control-allow-origin"] == "https://app.example"


PAGE = "https://app.example"
SAFELISTED = {"cache-control", "content-language", "content-length", "content-type", "last-modified"}
"""What a page may read of any answer (Fetch Standard, CORS-safelisted response-header name)."""
NOT_FOR_PAGES = {"vary", "x-content-type-options", "date", "server"}


@pytest.mark.parametrize("origins", [f"https://other.example,{PAGE}", "*"])
async def test_a_page_may_ask_and_read_what_it_needs(opened: Opening, origins: str) -> None:
    async with opened(cors_origins=origins) as client:
        client.headers["origin"] = PAGE
        answers = [
            await client.get("/api/v1/auth/keys"),
            await client.get("/api/v1/auth/me"),
            await client.get("/api/v1/nothing"),
            await client.post("/api/v1/auth/login", content=b"x" * 2_000_000),
        ]
        assert [answer.status_code for answer in answers] == [200, 401, 404, 413]
        for answer in answers:
            assert answer.headers["access-control-allow-origin"] == PAGE, "by name, whatever the setting: never *"
            assert "access-control-allow-credentials" not in answer.headers
            assert "Origin" in answer.headers["vary"]
            exposed = {name.strip().lower() for name in answer.headers["access-control-expose-headers"].split(",")}
            told = {name for name in answer.headers if not name.startswith("access-control-")}
            assert told - exposed - SAFELISTED - NOT_FOR_PAGES - {"connection"} == set()
        asks = {"access-control-request-method": "PATCH", "access-control-request-headers": "if-match,authorization"}
        preflight = await client.options("/api/v1/auth/me", headers=asks)
        assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (204, PAGE)
        assert "PATCH" in preflight.headers["access-control-allow-methods"]
        allowed = preflight.headers["access-control-allow-headers"].lower()
        for name in ("authorization", "if-match", "if-none-match", "idempotency-key", "last-event-id", "traceparent"):
            assert name in allowed
        varies = ", ".join(preflight.headers.get_list("vary"))
        assert varies == "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
        assert "access-control-allow-credentials" not in preflight.headers


async def test_a_page_of_another_origin_may_not(opened: Opening) -> None:
    async with opened(cors_origins=PAGE) as client:
        for origin in ("https://evil.example", f"{PAGE}.evil.example", "null", "http://app.example", ""):
            answer = await client.get("/api/v1/auth/keys", headers={"origin": origin})
            assert "access-control-allow-origin" not in answer.headers
            assert answer.headers["vary"] == "Origin", "a cache must not give it to the page that may"


async def test_the_gateways_refusals_are_in_the_callers_language(opened: Opening) -> None:
    async with opened(cors_origins=PAGE) as client:
        german = {"accept-language": "de-CH, de;q=0.9", "origin": PAGE}
        answer = await client.get("/api/v1/nothing", headers=german)
        assert answer.headers["content-language"] == "de"
        assert answer.headers.get_list("vary") == ["Accept-Language", "Origin"]
        assert answer.json()["detail"] == "diesen Pfad gibt es nicht"
        answer = await client.get("/api/v1/a/%2e%2e/b", headers=german)
        assert answer.json()["title"] == "Einen solchen Pfad könnte kein Dienst haben"
        behind = await client.get("/api/v1/auth/me", headers=german)
        assert (behind.json()["title"], behind.headers["content-language"]) == ("Melde dich zuerst an", "de")
        assert (await client.get("/api/v1/nothing")).headers["content-language"] == "en"
