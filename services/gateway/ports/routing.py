"""The way to a service."""

from __future__ import annotations

from typing import Any, Protocol


class Upstream(Protocol):
    """A service as something to forward to: ASGI in, ASGI out, streaming both ways.

    It is called in a task of its own with an empty `contextvars.Context`, and cancelled when nobody waits for the
    answer any more. The scope is already as the service shall see it: rebuilt, its headers filtered.
    """

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Forward the request.

        Raises Unavailable when the service cannot be reached, BadAnswer when it breaks off before or in its answer, and
        ClientGone when the client did before its body was whole. What was sent by then stays sent.
        """
