"""The gateway with auth behind it, in one process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from lms_adapters.platform.compose import Platform
from lms_adapters.platform.settings import Source
from services.auth.service import SERVICE as AUTH
from services.gateway.service import SERVICE as GATEWAY

Opening = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@asynccontextmanager
async def speaking(platform: Platform, name: str = "gateway") -> AsyncIterator[httpx.AsyncClient]:
    """A client of one of the platform's services."""
    transport = httpx.ASGITransport(app=platform.neighbours[name])  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://lms.example") as client:
        yield client


@pytest.fixture
def opened(tmp_path: Path) -> Opening:
    """`async with opened(address_rate=1) as client`: settings of the gateway by name."""

    @asynccontextmanager
    async def open_one(**settings: object) -> AsyncIterator[httpx.AsyncClient]:
        environ = {"LMS_DATA": str(tmp_path)} | {f"LMS_GATEWAY_{k}".upper(): str(v) for k, v in settings.items()}
        platform = Platform([GATEWAY, AUTH], Source(environ, tmp_path / "lms.toml"), workers=False)
        await platform.open()
        async with speaking(platform) as client:
            yield client
        await platform.close()

    return open_one
