"""What a handler says of itself: its dependencies and the permission it asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from litestar import Controller
from litestar.handlers import HTTPRouteHandler

from lms_adapters.web.auth import Requires, anyone
from lms_adapters.web.inject import wanted


class BadPlugin(TypeError):
    """A manifest or a handler that breaks a house rule; the message names it."""


def handlers(controller: type[Controller]) -> Iterator[tuple[str, HTTPRouteHandler]]:
    """A controller's handlers by name, its base's first."""
    for kind in reversed(controller.__mro__):
        for name, member in vars(kind).items():
            if isinstance(member, HTTPRouteHandler):
                yield name, member


def injected(handler: HTTPRouteHandler) -> list[type[Any]]:
    """What a handler gets from the container."""
    return list(wanted(handler.fn).values())


def permission_of(handler: HTTPRouteHandler) -> str | None:
    """The permission a handler states; None when it is open to anyone. Raises BadPlugin when it states nothing."""
    for guard in handler.guards or ():
        if isinstance(guard, Requires):
            return guard.permission
        if guard is anyone:
            return None
    raise BadPlugin(f"{handler.fn.__qualname__} states no guard: requires(…) or anyone")
