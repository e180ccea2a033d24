"""A service in this process."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from services.gateway.ports.routing import Upstream


class MemoryUpstream(Upstream):
    """Its app, called."""

    def __init__(self, app: Any) -> None:
        """`app` speaks ASGI 3."""
        self._app = app

    def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Coroutine[Any, Any, None]:
        called: Coroutine[Any, Any, None] = self._app(scope, receive, send)
        return called
