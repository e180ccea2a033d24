"""Services in other processes: unseen, seen, and gone."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

from services.gateway.domain.discovery import Directory
from services.gateway.service import SERVICE as GATEWAY
from services.gateway.tests.adapters.edge import listening
from services.gateway.tests.component.conftest import running, speaking
from services.gateway.tests.component.neighbour import SERVICE as NEIGHBOUR

KEYS = "/api/v1/auth/keys"
FAST = {"LMS_GATEWAY_POLL_SECONDS": "0.01"}


async def test_a_service_that_goes_is_503_and_not_404(tmp_path: Path) -> None:
    async with running(tmp_path, NEIGHBOUR) as elsewhere, listening(elsewhere.neighbours["auth"]) as url:
        gateway = running(tmp_path, GATEWAY, LMS_UPSTREAMS=f"auth={url}", **FAST)
        platform = await gateway.__aenter__()
        async with speaking(platform) as client:
            assert (await client.get(KEYS)).status_code == 200
            assert (await client.get("/api/v1/nothing")).status_code == 404
            assert "auth.login" in (await client.get("/openapi.json")).text
    async with speaking(platform) as client:
        answer = await client.get(KEYS)
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
        assert answer.headers["retry-after"] == "1"
        assert "auth.login" in (await client.get("/openapi.json")).text
    await gateway.__aexit__(None, None, None)


async def test_a_service_that_comes_late_is_found(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    upstreams = f"auth=http://127.0.0.1:{port}"
    async with running(tmp_path, GATEWAY, LMS_UPSTREAMS=upstreams, **FAST) as platform, speaking(platform) as client:
        answer = await client.get(KEYS)
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
        ready = await client.get("/health/ready")
        assert (ready.status_code, ready.json()["faults"]) == (503, {"gateway: auth": "not seen yet"})
        async with running(tmp_path, NEIGHBOUR) as elsewhere, listening(elsewhere.neighbours["auth"], port):
            directory = await platform.container("gateway").get(Directory)
            async with asyncio.timeout(10):
                while directory.unseen:  # noqa: ASYNC110 - the gateway has no reason to say when
                    await asyncio.sleep(0)
            assert (await client.get(KEYS)).status_code == 200
            assert (await client.get("/health/ready")).status_code == 200
