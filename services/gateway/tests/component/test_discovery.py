"""Services in other processes: unseen, seen, and gone."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

from lms_adapters.platform.compose import Platform
from lms_adapters.platform.settings import Source
from services.auth.service import SERVICE as AUTH
from services.gateway.domain.discovery import Directory
from services.gateway.service import SERVICE as GATEWAY
from services.gateway.tests.adapters.edge import listening
from services.gateway.tests.component.conftest import speaking

KEYS = "/api/v1/auth/jwks"


def platform(folder: Path, service, **environ: str) -> Platform:
    return Platform([service], Source({"LMS_DATA": str(folder), **environ}, folder / "lms.toml"), workers=False)


async def test_a_service_that_goes_is_503_and_not_404(tmp_path: Path) -> None:
    auth = platform(tmp_path, AUTH)
    await auth.open()
    async with listening(auth.neighbours["auth"]) as url:
        gateway = platform(tmp_path, GATEWAY, LMS_UPSTREAMS=f"auth={url}", LMS_GATEWAY_POLL_SECONDS="0.01")
        await gateway.open()
        async with speaking(gateway) as client:
            assert (await client.get(KEYS)).status_code == 200
            assert (await client.get("/api/v1/nothing")).status_code == 404
            assert "auth.login" in (await client.get("/openapi.json")).text
    await auth.close()
    async with speaking(gateway) as client:
        answer = await client.get(KEYS)
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
        assert answer.headers["retry-after"] == "1"
        assert "auth.login" in (await client.get("/openapi.json")).text
    await gateway.close()


async def test_a_service_that_comes_late_is_found(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    gateway = platform(tmp_path, GATEWAY, LMS_UPSTREAMS=f"auth={url}", LMS_GATEWAY_POLL_SECONDS="0.01")
    await gateway.open()
    async with speaking(gateway) as client:
        answer = await client.get(KEYS)
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
        auth = platform(tmp_path, AUTH)
        await auth.open()
        async with listening(auth.neighbours["auth"], int(url.rpartition(":")[2])):
            directory = await gateway.container("gateway").get(Directory)
            async with asyncio.timeout(10):
                while directory.unseen:  # noqa: ASYNC110 - the gateway has no reason to say when
                    await asyncio.sleep(0)
            assert (await client.get(KEYS)).status_code == 200
        await auth.close()
    await gateway.close()
