"""A service in this process."""

from __future__ import annotations

from typing import Any

from litestar.types import ASGIApp

from services.gateway.ports.routing import Upstream


class MemoryUpstream(Upstream):
    """Its app, called."""

    def __init__(self, app: ASGIApp) -> None:
        self._app: Any = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        await self._app(scope, receive, send)
