"""The gateway with a neighbour behind it, in one process."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from lms_adapters.platform.compose import Platform
from lms_adapters.platform.service import Service
from lms_adapters.platform.settings import Source
from lms_adapters.web.auth import AUDIENCE
from lms_core.domain.events import encode
from lms_core.testing.fakes import fake_id
from services.gateway.service import SERVICE as GATEWAY
from services.gateway.tests.component.neighbour import SERVICE as NEIGHBOUR

Opening = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]
_KEY = ECKey.generate_key("P-256", auto_kid=True)


async def _keys() -> bytes:
    return encode({"keys": [_KEY.as_dict(private=False)]})


def token(person: int, role: str = "learner", *, seconds: int = 60) -> str:
    """Of somebody, for a minute."""
    now = int(time.time())
    claims = {"iss": "lms", "aud": AUDIENCE, "sub": str(fake_id(person)), "sid": str(fake_id(9)), "iat": now}
    return jwt.encode({"alg": "ES256", "kid": _KEY.kid}, claims | {"exp": now + seconds, "roles": [role]}, _KEY)


@asynccontextmanager
async def running(folder: Path, *services: Service, **environ: str) -> AsyncIterator[Platform]:
    """Services in one process."""
    source = Source({"LMS_DATA": str(folder), **environ}, folder / "lms.toml")
    platform = Platform(services, source, keys=_keys, workers=False)
    await platform.open()
    yield platform
    await platform.close()


@asynccontextmanager
async def speaking(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the platform's gateway."""
    transport = httpx.ASGITransport(app=platform.neighbours["gateway"])  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://lms.example") as client:
        yield client


@pytest.fixture
def opened(tmp_path: Path) -> Opening:
    """`async with opened(address_rate=1) as client`: settings of the gateway by name."""

    @asynccontextmanager
    async def open_one(**settings: object) -> AsyncIterator[httpx.AsyncClient]:
        environ = {f"LMS_GATEWAY_{name}".upper(): str(value) for name, value in settings.items()}
        async with running(tmp_path, GATEWAY, NEIGHBOUR, **environ) as platform, speaking(platform) as client:
            yield client

    return open_one
