"""Where a service gets auth's public keys: from auth in this process, or over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextvars import Context
from typing import Any

from litestar.types import ASGIApp

from lms_adapters.web.auth import Fetch
from lms_core.domain.errors import Unavailable

JWKS_PATH = "/api/v1/auth/jwks"


def key_source(apps: Mapping[str, ASGIApp], url: str) -> Fetch:
    """The way to the keys; nothing is fetched before the first token."""

    async def from_neighbour() -> bytes:
        auth = apps.get("auth")
        if auth is None:
            raise Unavailable("the token cannot be checked", note="auth does not run in this process: set LMS_JWKS_URL")
        return await call(auth, JWKS_PATH)

    async def over_http() -> bytes:
        import aiohttp

        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session,
                session.get(url) as answer,
            ):
                answer.raise_for_status()
                return await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unavailable("the token cannot be checked", note="auth cannot be reached") from error

    return over_http if url else from_neighbour


async def _run(app: ASGIApp, scope: Any, receive: Any, send: Any) -> None:
    await app(scope, receive, send)


async def call(app: ASGIApp, path: str) -> bytes:
    """GET a path (and query) of an ASGI app in this process; the body. Raises Unavailable unless it answers 200."""
    status, body = await ask(app, "GET", path)
    if status != 200:
        raise Unavailable("a service does not answer as it should", note=f"{path} answered {status}")
    return body


async def ask(
    app: ASGIApp, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
) -> tuple[int, bytes]:
    """A request to an ASGI app in this process: status and body of its answer."""
    status, chunks = 500, []
    path, _, query = path.partition("?")

    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            chunks.append(message.get("body", b""))

    given = {"host": "in-process", "content-length": str(len(body)), **(headers or {})}
    scope: Any = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        "client": None,
        "server": None,
        "state": {},
    }
    # a context of its own: what the neighbour sets there (its container, its trace) must not become ours
    await asyncio.create_task(_run(app, scope, receive, send), context=Context())
    return status, b"".join(chunks)
